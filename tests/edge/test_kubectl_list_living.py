"""The commands about pods that run, deletion, nodes, oneself and folders, with every kubectl."""

from __future__ import annotations

import json
import re
from pathlib import Path

from kubelite import Cluster
from kubelite.edge.http.server import Server
from tests.edge.conftest import EVERY_KUBECTL, SETTINGS, Kubectl

pytestmark = EVERY_KUBECTL


# Pods that run


def test_logs(shop: Kubectl) -> None:
    script = "echo one; echo two; echo three; exit 1"
    assert shop.run("run", "poet", "--image=busybox", "--", "sh", "-c", script).code == 0
    shop("wait --for=jsonpath={.status.containerStatuses[0].restartCount}=1 pod/poet --timeout=60s")
    assert shop("logs poet --previous") == "one\ntwo\nthree\n"
    assert shop("logs poet --previous --tail=1") == "three\n"
    assert shop("logs poet --previous --limit-bytes=3") == "one"
    assert re.match(r"2026-\d\d-\d\dT[\d:.]+Z one\n", shop("logs poet -p --timestamps"))
    assert shop("logs -l run=poet --prefix -p --tail=1") == "[pod/poet/poet] three\n"
    assert shop("logs -l app=shop --all-containers --tail=-1").count("shop 1 starting\n") == 2
    assert shop("logs deploy/shop -c shop --since=1h") == "shop 1 starting\n"
    assert "container nope is not valid" in shop.run("logs", "poet", "-c", "nope").error
    assert "not found" in shop.run("logs", "nobody").error
    shop("delete pod poet --now")


def test_waiting(shop: Kubectl) -> None:
    shop("run brief --image=busybox --restart=Never -- sleep 20")
    assert shop("wait --for=create pod/brief --timeout=30s") == "pod/brief condition met\n"
    shop("wait --for=jsonpath={.status.phase}=Running pod/brief --timeout=60s")
    shop("wait --for=condition=Ready=False pod/brief --timeout=60s")
    shop("delete pod brief")
    shop("run lasting --image=busybox -- sleep 100000")
    shop("wait --for=condition=Ready pod/lasting --timeout=60s")
    shop("delete pod lasting --wait=false --grace-period=5")
    assert shop("wait --for=delete pod/lasting --timeout=60s") == "pod/lasting condition met\n"
    late = shop.run("wait", "--for=condition=Available=False", "deploy/shop", "--timeout=1s")
    assert late.code == 1 and "timed out waiting for the condition" in late.error


def test_events_and_top(shop: Kubectl, served: tuple[Cluster, Server]) -> None:
    shop("run torn --image=shop:no-such-tag")
    shop("wait --for=jsonpath={..waiting.reason}=ErrImagePull pod/torn --timeout=60s")
    shop("wait --for=jsonpath={..waiting.reason}=ImagePullBackOff pod/torn --timeout=60s")
    assert "Failed" in shop("events --for pod/torn --types=Warning")
    assert "pod/torn" in shop("get events --field-selector type=Warning,involvedObject.name=torn")
    assert "BackOff" in shop("events -A --no-headers")
    shop("delete pod torn --force --grace-period=0")
    assert shop("top nodes --sort-by=cpu").splitlines()[0].split() == [
        *("NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"),
    ]
    assert shop("top node node-1 --no-headers").split()[0] == "node-1"
    served[0].run(60)  # metrics come after a while
    assert len(shop("top pods -l app=shop --containers --no-headers").splitlines()) == 2
    assert shop("top pods --sum --sort-by=memory").splitlines()[-1].split()[0].endswith("m")


# Deleting


def test_delete(shop: Kubectl) -> None:
    for name in ("d1", "d2", "d3", "d4"):
        shop(f"create cm {name} --from-literal=a=b")
        shop(f"label cm {name} group=d")
    assert shop("delete cm d1 --dry-run=server").endswith("(server dry run)\n")
    assert shop("delete cm d1 --dry-run=client").endswith("(dry run)\n")
    assert shop("delete cm d1 -o name") == "configmap/d1\n"
    assert shop("delete cm --field-selector=metadata.name=d2").startswith('configmap "d2"')
    assert shop("delete cm -l group=d").count("deleted") == 2
    assert shop("delete cm d1 --ignore-not-found") == ""
    assert "No resources found" in shop("delete cm -l group=d")
    shop("create ns gone")
    shop("create cm x --from-literal=a=b -n gone")
    assert "deleted" in shop("delete cm --all -n gone")
    assert shop("delete ns gone --timeout=60s") == 'namespace "gone" deleted\n'
    shop("run slow --image=busybox -- sleep 100000")
    shop("wait pod/slow --for=condition=Ready --timeout=60s")
    assert shop("delete pod slow --grace-period=40 --wait=false").startswith('pod "slow" deleted')
    assert shop("get pod slow -o jsonpath={.metadata.deletionGracePeriodSeconds}") == "40"
    forced = shop.run("delete", "pod", "slow", "--grace-period=0", "--force")
    assert "Immediate deletion does not wait" in forced.error and "force deleted" in forced.out
    shop("create deployment left --image=nginx")
    shop("rollout status deployment/left --timeout=60s")
    shop("delete deploy left --cascade=orphan")
    orphan = shop("get rs -l app=left -o name").strip()
    assert shop(f"delete {orphan} --cascade=foreground").startswith("replicaset.apps")
    assert shop("get pods -l app=left -o name") == ""


# Nodes


def test_nodes(shop: Kubectl) -> None:
    assert shop("cordon -l kubernetes.io/hostname=node-2") == "node/node-2 cordoned\n"
    assert shop("cordon node-2") == "node/node-2 already cordoned\n"
    assert shop("drain node-2 --ignore-daemonsets --delete-emptydir-data --force --timeout=60s")
    assert shop("get pods --field-selector=spec.nodeName=node-2 -o name") == ""
    assert shop("uncordon node-2") == "node/node-2 uncordoned\n"
    assert shop("taint nodes node-2 a=b:NoExecute c=d:PreferNoSchedule").endswith("tainted\n")
    assert "already has" in shop.run("taint", "nodes", "node-2", "a=x:NoExecute").error
    assert shop("taint nodes node-2 a=x:NoExecute --overwrite") == "node/node-2 modified\n"
    assert shop("taint nodes node-2 a- c-") == "node/node-2 untainted\n"


# Who one is, and where


def test_auth(kubectl: Kubectl) -> None:
    assert kubectl("auth can-i delete nodes") == "yes\n"
    assert kubectl("auth can-i get pods --subresource=log -n kube-system") == "yes\n"
    assert kubectl("auth can-i get /healthz") == "yes\n"
    assert "Non-Resource URLs" in kubectl("auth can-i --list -n default")
    told = json.loads(kubectl("auth whoami -o json"))
    assert told["status"]["userInfo"]["username"] == "kubernetes-admin"
    assert "system:serviceaccount:default:robot" in kubectl(
        "auth whoami --as=system:serviceaccount:default:robot"
    )
    role = """{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,
    metadata: {name: mended, namespace: default},
    rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}"""
    assert kubectl("auth reconcile -f -", role).startswith("role.rbac.authorization.k8s.io/mended")


def test_cluster_info_and_config(kubectl: Kubectl, tmp_path: Path) -> None:
    kubectl(f"cluster-info dump --output-directory={tmp_path} --namespaces=default")
    pods = json.loads((tmp_path / "default" / "pods.json").read_text(encoding="utf-8"))
    assert pods["kind"] == "PodList" and pods["items"]
    assert json.loads((tmp_path / "nodes.json").read_text(encoding="utf-8"))["items"]
    assert kubectl("config current-context") == "kubelite\n"
    kubectl("config set-context side --cluster=kubelite --user=kubernetes-admin --namespace=room")
    assert kubectl("config get-contexts -o name").split() == ["kubelite", "side"]
    kubectl("config use-context side")
    assert "No resources found in room namespace." in kubectl.run("get", "pods").error
    kubectl("config use-context kubelite")
    kubectl("config set-credentials guest --token=nonsense")
    refused = kubectl.run("get", "pods", "--user=guest")
    assert "must be logged in" in refused.error
    kubectl("config delete-user guest")
    kubectl("config rename-context side aside")
    kubectl("config delete-context aside")
    assert "REDACTED" in kubectl("config view --minify")


# Kustomize


def test_kustomize(kubectl: Kubectl, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "kustomization.yaml").write_text(
        "resources: [settings.yaml]\nnamePrefix: my-\nconfigMapGenerator:\n"
        "- {name: made, literals: [a=b]}\n",
        encoding="utf-8",
    )
    text = kubectl(f"kustomize {tmp_path}")
    assert "name: my-settings" in text and "name: my-made-" in text
    assert kubectl.run("diff", "-k", str(tmp_path)).code == 1
    assert kubectl(f"apply -k {tmp_path}").count("created") == 2
    assert kubectl(f"get -k {tmp_path} -o name").count("configmap/my-") == 2
    assert "Name:         my-settings" in kubectl(f"describe -k {tmp_path}")
    assert kubectl(f"delete -k {tmp_path}").count("deleted") == 2
