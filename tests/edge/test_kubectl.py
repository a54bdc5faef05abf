"""The newest kubectl against a served cluster, one command after the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.edge.conftest import Kubectl

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, labels: {app: shop}}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - {name: nginx, image: "nginx:1.27", ports: [{containerPort: 80}]}
"""
SETTINGS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: red}
"""


@pytest.fixture(scope="module")
def shop(kubectl: Kubectl) -> Kubectl:
    """A Deployment with two pods that are there."""
    assert kubectl("apply -f -", WEB) == "deployment.apps/shop created\n"
    kubectl("rollout status deployment/shop --timeout=60s")
    return kubectl


def test_versions_and_addresses(kubectl: Kubectl) -> None:
    assert "Server Version: v1.37" in kubectl("version")
    assert "Kubernetes control plane" in kubectl("cluster-info")
    assert kubectl("get --raw /readyz") == "ok"
    assert "kubelite" in kubectl("config get-contexts")


def test_discovery(kubectl: Kubectl) -> None:
    listed = kubectl("api-resources --no-headers -o wide")
    pods = next(line for line in listed.splitlines() if line.startswith("pods "))
    assert pods.split()[:5] == ["pods", "po", "v1", "true", "Pod"]
    assert "metrics.k8s.io/v1beta1" in kubectl("api-versions").split()
    assert {"apps/v1", "v1", "batch/v1"} <= set(kubectl("api-versions").split())


def test_explain(kubectl: Kubectl) -> None:
    text = kubectl("explain deployment.spec.replicas")
    assert "FIELD: replicas <integer>" in text
    whole = kubectl("explain pod")
    assert "The unit of work" in whole and "spec\t<PodSpec>" in whole
    assert "initContainers\t<[]Container>" in kubectl("explain pod.spec --recursive")


def test_get_in_every_form(shop: Kubectl) -> None:
    lines = shop("get pods -l app=shop").splitlines()
    assert lines[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert [line.split()[1:3] for line in lines[1:]] == [["1/1", "Running"]] * 2
    wide = shop("get pods -o wide -l app=shop").splitlines()[0]
    assert "NOMINATED NODE" in wide and "READINESS GATES" in wide
    name = shop("get pods -l app=shop -o name").split()[0]
    assert name.startswith("pod/shop-")
    assert "kind: Pod" in shop(f"get {name} -o yaml")
    assert json.loads(shop(f"get {name} -o json"))["status"]["phase"] == "Running"
    assert shop(f"get {name} -o jsonpath={{.status.phase}}") == "Running"
    assert shop("get deploy shop -o custom-columns=R:.spec.replicas --no-headers").strip() == "2"
    assert "No resources found" in shop.run("get", "pods", "-l", "app=none").error
    running = shop("get pods --field-selector=status.phase=Running -o name").split()
    assert name in running
    assert "kube-system" in shop("get services -A") + shop("get ns")
    everything = shop("get all")
    assert "deployment.apps/shop" in everything and "replicaset.apps/shop-" in everything
    nodes = shop("get nodes --sort-by=.metadata.name --no-headers").split("\n")
    assert [line.split()[0] for line in nodes if line] == ["node-1", "node-2", "node-3"]
    assert shop("get pods --chunk-size=1 -l app=shop -o name").count("pod/") == 2


def test_watching(shop: Kubectl) -> None:
    done = shop.run("get", "pods", "-l", "app=shop", "-w", "--request-timeout=1s")
    assert done.out.splitlines()[0].split()[:3] == ["NAME", "READY", "STATUS"]
    assert shop("wait --for=condition=Available deployment/shop --timeout=30s")
    assert "condition met" in shop("wait --for=jsonpath={.spec.replicas}=2 deployment/shop")


def test_describe(shop: Kubectl) -> None:
    name = shop("get pods -l app=shop -o name").split()[0]
    text = shop(f"describe {name}")
    assert "Successfully assigned" in text and "Controlled By:  ReplicaSet/shop-" in text
    assert "NewReplicaSet:   shop-" in shop("describe deployment shop")
    assert "Allocated resources:" in shop("describe node node-1")
    assert "IP Family Policy" in shop("describe service kubernetes")


def test_create_from_files_and_words(kubectl: Kubectl, tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(SETTINGS, encoding="utf-8")
    assert kubectl(f"create -f {file}") == "configmap/settings created\n"
    assert "AlreadyExists" in kubectl.run("create", "-f", str(file)).error
    wrong = kubectl.run("create", "-f", "-", text=SETTINGS.replace("data:", "dat:"))
    assert 'strict decoding error: unknown field "dat"' in wrong.error
    assert kubectl("create namespace team") == "namespace/team created\n"
    assert kubectl("create quota q --hard=pods=5 -n team") == "resourcequota/q created\n"
    assert kubectl("create secret generic s --from-literal=a=b").endswith("created\n")
    assert kubectl("get secret s -o jsonpath={.data.a}") == "Yg=="
    assert kubectl("create job once --image=busybox -- echo done").endswith("created\n")
    hourly = "create cronjob often --image=busybox --schedule=@hourly"
    assert kubectl(hourly).endswith("created\n")
    assert kubectl("create service clusterip inner --tcp=80:8080").endswith("created\n")
    assert kubectl("create ingress i --rule=a.example/*=inner:80").endswith("created\n")
    assert kubectl("create serviceaccount robot").endswith("created\n")
    assert kubectl("create role r --verb=get --resource=pods").endswith("created\n")
    assert kubectl("create rolebinding b --role=r --serviceaccount=default:robot").endswith("ed\n")
    assert kubectl("create poddisruptionbudget p --selector=app=x --min-available=1").endswith(
        "created\n"
    )
    assert kubectl("create priorityclass high --value=1000").endswith("created\n")
    assert kubectl("create token robot").count(".") == 2
    kubectl("wait --for=condition=Complete job/once --timeout=60s")
    assert kubectl("logs job/once") == "done\n"


def test_apply_diff_replace_edit_patch(kubectl: Kubectl) -> None:
    red = SETTINGS.replace("settings", "paint")
    blue = red.replace("red", "blue")
    assert kubectl("apply -f -", red) == "configmap/paint created\n"
    assert kubectl("apply -f -", red) == "configmap/paint unchanged\n"
    assert "+  colour: blue" in kubectl.run("diff", "-f", "-", text=blue).out
    assert kubectl("apply --dry-run=server -f -", blue).endswith("(server dry run)\n")
    assert kubectl("apply -f -", blue) == "configmap/paint configured\n"
    assert kubectl("edit configmap paint") == "configmap/paint edited\n"
    assert kubectl("get cm paint -o jsonpath={.data.colour}") == "green"
    assert kubectl("replace -f -", red) == "configmap/paint replaced\n"
    for kind, patch in (
        ("strategic", '{"data":{"a":"1"}}'),
        ("merge", '{"data":{"b":"2"}}'),
        ("json", '[{"op":"add","path":"/data/c","value":"3"}]'),
    ):
        assert kubectl(f"patch cm paint --type={kind} -p {patch}") == "configmap/paint patched\n"
    found = json.loads(kubectl("get cm paint -o json"))["data"]
    assert found == {"colour": "red", "a": "1", "b": "2", "c": "3"}
    assert kubectl("label cm paint tier=front") == "configmap/paint labeled\n"
    assert kubectl("annotate cm paint note=dry") == "configmap/paint annotated\n"
    assert kubectl("delete cm paint") == 'configmap "paint" deleted from default namespace\n'
    assert 'configmaps "paint" not found' in kubectl.run("get", "cm", "paint").error


def test_applying_on_the_servers_side(kubectl: Kubectl) -> None:
    red = SETTINGS.replace("settings", "owned")
    blue = red.replace("red", "blue")
    assert kubectl("apply --server-side -f -", red).endswith("serverside-applied\n")
    assert "f:colour" in kubectl("get cm owned -o yaml --show-managed-fields")
    assert kubectl("apply --server-side -f -", blue).endswith("serverside-applied\n")
    other = kubectl.run("apply", "--server-side", "--field-manager=ada", "-f", "-", text=red)
    assert 'conflict with "kubectl": .data.colour' in other.error
    forced = "apply --server-side --field-manager=ada --force-conflicts -f -"
    assert kubectl(forced, red).endswith("serverside-applied\n")
    assert kubectl("get cm owned -o jsonpath={.data.colour}") == "red"
    assert (
        "-  colour: red"
        in kubectl.run("diff", "--server-side", "--force-conflicts", "-f", "-", text=blue).out
    )


def test_scaling_and_rollouts(shop: Kubectl) -> None:
    assert (
        shop("scale deployment/shop --replicas=3 --current-replicas=2")
        == "deployment.apps/shop scaled\n"
    )
    assert "successfully rolled out" in shop("rollout status deployment/shop --timeout=60s")
    assert shop("set image deployment/shop nginx=nginx:1.28").endswith("image updated\n")
    shop("rollout status deployment/shop --timeout=60s")
    assert shop("set env deployment/shop COLOUR=blue").endswith("env updated\n")
    assert shop("set resources deployment/shop --requests=cpu=10m").endswith("updated\n")
    history = shop("rollout history deployment/shop")
    assert [line.split()[0] for line in history.splitlines()[2:] if line] == ["1", "2", "3", "4"]
    assert shop("rollout undo deployment/shop --to-revision=1").endswith("rolled back\n")
    assert shop("get deploy shop -o jsonpath={..image}") == "nginx:1.27"
    assert shop("rollout pause deployment/shop").endswith("paused\n")
    assert shop("rollout resume deployment/shop").endswith("resumed\n")
    assert shop("rollout restart deployment/shop").endswith("restarted\n")
    shop("rollout status deployment/shop --timeout=60s")
    assert shop("autoscale deployment shop --min=1 --max=3").endswith("autoscaled\n")
    assert shop("get hpa shop --no-headers").split()[1] == "Deployment/shop"
    shop("delete hpa shop")


def test_services_and_pods_by_hand(shop: Kubectl) -> None:
    assert shop("expose deployment shop --port=80") == "service/shop exposed\n"
    assert shop("get service shop -o jsonpath={.spec.ports[0].port}") == "80"
    shop("run hello --image=busybox --restart=Never -- echo hello world")
    shop("wait --for=jsonpath={.status.phase}=Succeeded pod/hello --timeout=60s")
    assert shop("logs hello") == "hello world\n"
    assert shop("logs -f hello") == "hello world\n"
    assert shop("logs hello --tail=0") == ""
    assert "Started" in shop("events --for pod/hello")
    assert "hello" in shop("get events --field-selector involvedObject.name=hello")
    assert shop("delete pod hello --grace-period=1").startswith('pod "hello" deleted')


def test_inside_containers(shop: Kubectl) -> None:
    assert "etc" in shop("exec deployment/shop -- ls /").split()
    failed = shop.run("exec", "deployment/shop", "--", "sh", "-c", "exit 3")
    assert (failed.code, failed.error) == (3, "command terminated with exit code 3\n")
    lines = shop("exec -i deployment/shop -- sh", "echo one\nhostname").splitlines()
    assert lines[0] == "one" and lines[1].startswith("shop-")
    once = "run once-only -i --rm --image=busybox --restart=Never -- echo over"
    assert "over" in shop(once)
    assert "not found" in shop.run("exec", "nobody", "--", "ls").error
    missing = shop.run("exec", "deployment/shop", "-c", "other", "--", "ls")
    assert "container other is not valid" in missing.error


def test_debugging(shop: Kubectl) -> None:
    shop("run broken --image=busybox -- sh -c false")
    shop("wait --for=jsonpath={.status.containerStatuses[0].restartCount}=1 pod/broken")
    shop("logs broken --previous")
    shop("debug broken --image=busybox --target=broken -c helper -- sleep 9")
    assert shop("get pod broken -o jsonpath={.spec.ephemeralContainers[0].name}") == "helper"
    assert "node-debugger-node-2" in shop("debug node/node-2 --image=busybox -- ls")
    assert shop("logs -l app=shop --prefix --all-containers") == ""
    shop("delete pod broken --force")


def test_nodes(shop: Kubectl) -> None:
    assert shop("taint node node-3 gpu=yes:NoSchedule") == "node/node-3 tainted\n"
    assert shop("taint node node-3 gpu-") == "node/node-3 untainted\n"
    assert shop("cordon node-1") == "node/node-1 cordoned\n"
    assert "SchedulingDisabled" in shop("get node node-1")
    assert "node/node-1 drained" in shop("drain node-1 --ignore-daemonsets --force --timeout=60s")
    assert shop("uncordon node-1") == "node/node-1 uncordoned\n"
    assert shop("top nodes --no-headers").split()[0] == "node-1"
    shop("rollout status deployment/shop --timeout=60s")


def test_top_pods(shop: Kubectl, served: tuple[object, object]) -> None:
    cluster = served[0]
    cluster.run(60)  # type: ignore[attr-defined]  # metrics come after a while
    lines = shop("top pods -l app=shop --no-headers").splitlines()
    assert len(lines) == 3


def test_who_may(kubectl: Kubectl) -> None:
    assert kubectl("auth can-i create deployments") == "yes\n"
    assert "*.*" in kubectl("auth can-i --list")
    assert "kubernetes-admin" in kubectl("auth whoami")
    assert "ada" in kubectl("auth whoami --as=ada")


def test_kustomize(kubectl: Kubectl, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "kustomization.yaml").write_text(
        "resources: [settings.yaml]\nnamePrefix: my-\n", encoding="utf-8"
    )
    assert kubectl(f"apply -k {tmp_path}") == "configmap/my-settings created\n"


def test_deleting(kubectl: Kubectl) -> None:
    kubectl("create deployment gone --image=nginx --replicas=1")
    kubectl("rollout status deployment/gone --timeout=60s")
    assert "deleted" in kubectl("delete deployment gone --cascade=orphan")
    assert kubectl("get rs -l app=gone -o name").startswith("replicaset.apps/gone-")
    assert "deleted" in kubectl("delete rs -l app=gone --cascade=foreground")
    assert kubectl("get pods -l app=gone -o name") == ""
    many = "".join(SETTINGS.replace("settings", f"many-{n}") + "---\n" for n in range(3))
    kubectl("apply -f -", many)
    assert kubectl("delete -f -", many).count("deleted") == 3
    pruned = SETTINGS.replace("metadata: {", "metadata: {labels: {set: x}, ")
    kubectl("apply -f -", pruned.replace("settings", "old"))
    out = kubectl(
        "apply --prune -l set=x --prune-allowlist=core/v1/ConfigMap -f -",
        pruned.replace("settings", "new"),
    )
    assert "configmap/old pruned" in out
