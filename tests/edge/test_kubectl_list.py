"""The commands that look, make and change, each with every kubectl there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.edge.conftest import EVERY_KUBECTL, SETTINGS, SHOP, Kubectl

pytestmark = EVERY_KUBECTL


def test_it_is_the_kubectl_it_should_be(kubectl: Kubectl) -> None:
    told = json.loads(kubectl("version -o json"))
    assert told["clientVersion"]["gitVersion"].startswith(f"v{kubectl.version}.")
    assert told["serverVersion"]["gitVersion"].startswith("v1.37.")


# Looking


def test_get(shop: Kubectl) -> None:
    pod = shop("get pods -l app=shop -o name").split()[0]
    assert "app=shop" in shop("get pods --show-labels")
    assert shop("get pods -L app --no-headers").split()[-1] == "shop"
    assert shop("get deploy/shop -o go-template={{.spec.replicas}}") == "2"
    assert "kind: Pod" in shop(f"get {pod} -o yaml")
    assert json.loads(shop("get pods -l app=shop -o json"))["kind"] == "List"
    assert shop(f"get {pod} -o jsonpath={{.spec.containers[*].name}}") == "shop"
    assert shop("get pods,deploy -l app=shop -o name").count("/") == 3
    assert shop("get pod nobody --ignore-not-found") == ""
    assert shop("get pods -A --field-selector=metadata.name=nobody -o name") == ""
    assert "shop" in shop("get deployments -A -o wide --no-headers").split()
    wide = shop("get nodes -o wide").splitlines()[0].split()
    assert wide[-2:] == ["KERNEL-VERSION", "CONTAINER-RUNTIME"]
    assert json.loads(shop("get --raw /api/v1/namespaces/default"))["kind"] == "Namespace"
    assert shop("get deploy shop --subresource=status -o name") == "deployment.apps/shop\n"
    scale = shop("get deploy shop --subresource=scale").splitlines()
    assert [line.split()[:3] for line in scale] == [
        ["NAME", "DESIRED", "AVAILABLE"],
        ["shop", "2", "2"],
    ]
    sizes = shop("get deploy --sort-by={.metadata.name} -o custom-columns=N:.metadata.name")
    assert sizes.split() == ["N", "shop"]
    everything = shop("get all")
    for kind in ("pod/", "service/kubernetes", "deployment.apps/shop", "replicaset.apps/"):
        assert kind in everything
    assert "the server doesn't have a resource type" in shop.run("get", "spoons").error


def test_watching_what_changes(shop: Kubectl) -> None:
    process = shop.begin("get cm -w --output-watch-events --field-selector=metadata.name=seen")
    try:
        shop("create cm seen --from-literal=a=b")
        shop("label cm seen new=yes")
        shop("delete cm seen")
        assert process.stdout is not None
        lines = [process.stdout.readline().split() for _ in range(4)]
    finally:
        process.kill()
        process.communicate()
    assert lines[0][:2] == ["EVENT", "NAME"]
    assert [line[:2] for line in lines[1:]] == [
        [event, "seen"] for event in ("ADDED", "MODIFIED", "DELETED")
    ]


def test_what_the_server_knows(kubectl: Kubectl) -> None:
    names = kubectl("api-resources --namespaced=false -o name").split()
    assert {"nodes", "namespaces", "storageclasses.storage.k8s.io"} <= set(names)
    assert "pods" not in names
    assert kubectl("api-resources --api-group=apps -o name").split() == [
        f"{name}.apps"
        for name in (
            *("controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"),
        )
    ]
    assert "pods/" not in kubectl("api-resources --verbs=list,get -o name")
    assert len(kubectl("api-versions").split()) > 15
    assert "FIELD: limits" in kubectl("explain pods.spec.containers.resources.limits")
    assert "maxUnavailable" in kubectl("explain deploy.spec --recursive")
    assert "VERSION:    v2" in kubectl("explain hpa --api-version=autoscaling/v2")
    assert 'field "soup" does not exist' in kubectl.run("explain", "pod.soup").error


# Making


CREATORS = {
    "clusterrole reads --verb=get --resource=pods": "clusterrole.rbac.authorization.k8s.io/reads",
    "clusterrole all --aggregation-rule=a=b": "clusterrole.rbac.authorization.k8s.io/all",
    "clusterrole web --verb=get --non-resource-url=/healthz": (
        "clusterrole.rbac.authorization.k8s.io/web"
    ),
    "clusterrolebinding reads --clusterrole=reads --user=ada": (
        "clusterrolebinding.rbac.authorization.k8s.io/reads"
    ),
    "configmap words --from-literal=a=b --from-file={file}": "configmap/words",
    "configmap variables --from-env-file={env}": "configmap/variables",
    "cronjob tick --image=busybox --schedule=@daily": "cronjob.batch/tick",
    "deployment plain --image=nginx --replicas=1 --port=80": "deployment.apps/plain",
    "ingress way --class=c --rule=a.example/b*=web:80,tls=t": "ingress.networking.k8s.io/way",
    "job once --image=busybox -- true": "job.batch/once",
    "job now --from=cronjob/tick": "job.batch/now",
    "namespace room": "namespace/room",
    "poddisruptionbudget calm --selector=app=shop --max-unavailable=1": (
        "poddisruptionbudget.policy/calm"
    ),
    "priorityclass first --value=10 --description=x --preemption-policy=Never": (
        "priorityclass.scheduling.k8s.io/first"
    ),
    "quota small --hard=pods=5,services=2 -n room": "resourcequota/small",
    "role writes --verb=create,patch --resource=deployments.apps,pods/log": (
        "role.rbac.authorization.k8s.io/writes"
    ),
    "rolebinding writes --role=writes --serviceaccount=default:robot --group=bakers": (
        "rolebinding.rbac.authorization.k8s.io/writes"
    ),
    "secret generic hush --from-literal=a=b --type=example.com/x": "secret/hush",
    "secret docker-registry pull --docker-server=r --docker-username=u --docker-password=p": (
        "secret/pull"
    ),
    "secret tls cert --cert={cert} --key={key}": "secret/cert",
    "service clusterip inner --tcp=80:8080": "service/inner",
    "service clusterip headless --clusterip=None": "service/headless",
    "service nodeport outer --tcp=80 --node-port=30123": "service/outer",
    "service loadbalancer cloud --tcp=80": "service/cloud",
    "service externalname far --external-name=far.example": "service/far",
    "serviceaccount robot": "serviceaccount/robot",
}


def certificate(folder: Path) -> tuple[Path, Path]:
    """A pair of files as openssl would make them."""
    from kubelite.edge.http import certificates

    made = certificates.make(["127.0.0.1"])
    cert, key = folder / "tls.crt", folder / "tls.key"
    cert.write_bytes(made.certificate)
    key.write_bytes(made.key)
    return cert, key


def test_every_typed_creator(shop: Kubectl, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    file, env = tmp_path / "note.txt", tmp_path / "settings.env"
    file.write_text("tea", encoding="utf-8")
    env.write_text("SIZE=big\n", encoding="utf-8")
    places = {"file": file, "env": env, "cert": cert, "key": key}
    for line, name in CREATORS.items():
        command = "create " + re.sub(r"\{(\w+)\}", lambda found: str(places[found[1]]), line)
        assert shop(command) == f"{name} created\n"
    assert shop("get cm variables -o jsonpath={.data.SIZE}") == "big"
    assert shop("get cm words -o jsonpath={.data.note\\.txt}") == "tea"
    assert shop("get secret cert -o jsonpath={.type}") == "kubernetes.io/tls"
    assert shop("get svc outer -o jsonpath={.spec.ports[0].nodePort}") == "30123"
    assert shop("create token robot --duration=1h --audience=shop").count(".") == 2
    shop("wait --for=condition=Complete job/once job/now --timeout=60s")


def test_create_from_files(kubectl: Kubectl, tmp_path: Path) -> None:
    for name in ("a", "b"):
        text = SETTINGS.replace("settings", name)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert kubectl(f"create -f {tmp_path}") == "configmap/a created\nconfigmap/b created\n"
    assert kubectl(f"create -f {tmp_path}/a.yaml --dry-run=client -o name") == "configmap/a\n"
    again = kubectl.run("create", "-f", str(tmp_path))
    assert again.error.count("AlreadyExists") == 2 and again.code == 1
    unknown = kubectl.run("create", "-f", "-", text=SETTINGS.replace("\ndata:", "\ndate:"))
    assert 'unknown field "date"' in unknown.error
    lax = "create --validate=ignore -f -"
    kubectl(lax, SETTINGS.replace("settings", "lax").replace("\ndata:", "\ndate:"))
    made = kubectl(
        "create -f - -o name", "{apiVersion: v1, kind: ConfigMap, metadata: {generateName: gen-}}"
    )
    assert re.fullmatch(r"configmap/gen-[a-z0-9]{5}\n", made)


# Changing


LIST = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: listed-a}, data: {size: large}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: listed-b}}
"""


def test_a_list_in_one_file(kubectl: Kubectl) -> None:
    said = kubectl("apply -f -", LIST)
    assert said.splitlines() == ["configmap/listed-a created", "configmap/listed-b created"]
    wrong = kubectl.run("apply", "-f", "-", text=LIST.replace(" data:", " date:"))
    assert wrong.code == 1 and 'unknown field "date"' in wrong.error
    kubectl("delete -f -", LIST)


def test_a_kind_that_nobody_knows(kubectl: Kubectl) -> None:
    done = kubectl.run(
        "apply", "-f", "-", text="{apiVersion: x/v1, kind: Yard, metadata: {name: yard}}"
    )
    assert done.code == 1
    assert 'no matches for kind "Yard" in version "x/v1"' in done.error


def test_apply(kubectl: Kubectl, tmp_path: Path) -> None:
    red = SETTINGS.replace("settings", "sign")
    blue = red.replace("red", "blue")
    kubectl("apply -f -", red)
    assert "colour: red" in kubectl("apply view-last-applied cm/sign")
    assert kubectl("apply -f - --dry-run=client", blue) == "configmap/sign configured (dry run)\n"
    assert "+  colour: blue" in kubectl.run("diff", "-f", "-", text=blue).out
    assert kubectl.run("diff", "-f", "-", text=red).code == 0
    file = tmp_path / "sign.yaml"
    file.write_text(blue, encoding="utf-8")
    assert "configured" in kubectl(f"apply set-last-applied -f {file}")
    assert kubectl("apply edit-last-applied cm/sign").startswith("configmap/sign")
    assert "green" in kubectl("apply view-last-applied cm/sign")
    assert kubectl("apply -f - --force --overwrite", blue) == "configmap/sign configured\n"
    assert kubectl("edit cm/sign") == "configmap/sign edited\n"
    assert kubectl("get cm sign -o jsonpath={.data.colour}") == "green"
    served = kubectl("apply --server-side --field-manager=ada -f -", SETTINGS)
    assert served == "configmap/settings serverside-applied\n"
    line = "apply --server-side --field-manager=bob -f -"
    lost = kubectl.run(*line.split(), text=SETTINGS.replace("red", "blue"))
    assert 'Apply failed with 1 conflict: conflict with "ada": .data.colour' in lost.error
    compared = kubectl.run("diff", "--server-side", "--force-conflicts", "-f", "-", text=blue)
    assert compared.code == 1 and "+  colour: blue" in compared.out


def test_pruning_by_label_and_by_apply_set(kubectl: Kubectl) -> None:
    def labelled(*names: str) -> str:
        text = SETTINGS.replace("tier: front", "crop: wheat")
        return "---\n".join(text.replace("settings", name) for name in names)

    kubectl("apply --prune -l crop=wheat -f -", labelled("p1", "p2"))
    pruned = kubectl("apply --prune -l crop=wheat -f -", labelled("p1"))
    assert pruned.splitlines()[-1] == "configmap/p2 pruned"
    kubectl.environment["KUBECTL_APPLYSET"] = "true"
    line = "apply --prune --applyset=configmaps/field -n default -f -"
    kubectl(line, labelled("q1", "q2"))
    assert "configmap/q2 pruned" in kubectl(line, labelled("q1"))
    del kubectl.environment["KUBECTL_APPLYSET"]
    parts = kubectl("get cm -l applyset.kubernetes.io/part-of -o name").split()
    assert parts == ["configmap/q1"]


def test_replace_and_patch(shop: Kubectl) -> None:
    shop("apply -f -", SETTINGS.replace("settings", "board"))
    before = shop("get cm board -o jsonpath={.metadata.uid}")
    assert shop("replace -f -", SETTINGS.replace("settings", "board")).endswith("replaced\n")
    assert shop("get cm board -o jsonpath={.metadata.uid}") == before
    out = shop("replace --force -f -", SETTINGS.replace("settings", "board"))
    assert out.splitlines() == [
        'configmap "board" deleted from default namespace',
        "configmap/board replaced",
    ]
    assert shop("get cm board -o jsonpath={.metadata.uid}") != before
    for kind, patch in (
        ("strategic", '{"data":{"a":"1"}}'),
        ("merge", '{"data":{"b":"2","colour":null}}'),
        ("json", '[{"op":"move","from":"/data/a","path":"/data/c"}]'),
    ):
        assert shop(f"patch cm board --type={kind} -p {patch}") == "configmap/board patched\n"
    assert json.loads(shop("get cm board -o jsonpath={.data}")) == {"b": "2", "c": "1"}
    scale = '{"spec":{"replicas":3}}'
    done = shop(f"patch deployment shop --subresource=scale --type=merge -p {scale}")
    assert done == "scale.autoscaling/shop patched\n"
    assert shop("get deploy shop -o jsonpath={.spec.replicas}") == "3"
    status = '{"status":{"conditions":[{"type":"Shiny","status":"True"}]}}'
    shop(f"patch node node-3 --subresource=status -p {status}")
    kinds = shop("get node node-3 -o jsonpath={.status.conditions[*].type}").split()
    assert {"Ready", "Shiny"} <= set(kinds)
    test = '[{"op":"test","path":"/data/colour","value":"blue"}]'
    refused = shop.run("patch", "cm", "board", "--type=json", "-p", test)
    assert refused.code == 1 and "The request is invalid" in refused.error
    assert shop('patch cm board --dry-run=server -p {"data":{"x":"y"}} -o name')


def test_scale_and_autoscale(shop: Kubectl) -> None:
    shop("scale deploy shop --replicas=2")
    wrong = shop.run("scale", "deploy", "shop", "--current-replicas=9", "--replicas=4")
    assert "Expected replicas to be 9, was 2" in wrong.error
    assert shop("scale deploy shop --current-replicas=2 --replicas=1").endswith("scaled\n")
    assert shop("scale --replicas=2 -f -", SHOP) == "deployment.apps/shop scaled\n"
    shop("autoscale deploy shop --min=1 --max=4 --cpu=70% --memory=100Mi --name=wide")
    metrics = json.loads(shop("get hpa wide -o jsonpath={.spec.metrics}"))
    assert [one["resource"]["name"] for one in metrics] == ["cpu", "memory"]
    shop("delete hpa wide")


def test_expose_and_run(shop: Kubectl) -> None:
    pod = shop("get pods -l app=shop -o name").split()[0]
    out = shop(f"expose {pod} --port=80 --target-port=8080 --name=front --type=NodePort")
    assert out == "service/front exposed\n"
    assert shop("get service front -o jsonpath={.spec.type}") == "NodePort"
    line = "run job --image=busybox --restart=OnFailure --env=A=b --labels=x=y --dry-run=server"
    made = json.loads(shop(f"{line} -o json -- env"))
    assert made["spec"]["containers"][0]["env"] == [{"name": "A", "value": "b"}]
    made = shop("run tmp --image=nginx --port=80 --expose")
    assert sorted(made.splitlines()) == ["pod/tmp created", "service/tmp created"]
    shop("delete svc,pod tmp --now")


def test_set(shop: Kubectl) -> None:
    shop("create cm flags --from-literal=SIZE=big")
    assert shop("set env deploy/shop --from=configmap/flags").endswith("env updated\n")
    assert "# SIZE from configmap flags, key SIZE" in shop("set env deploy/shop --list")
    assert shop("set env deploy/shop SIZE-").endswith("env updated\n")
    limits = "set resources deploy shop -c=shop --limits=cpu=200m,memory=128Mi"
    assert shop(limits).endswith("resource requirements updated\n")
    assert shop("set image deploy/shop *=shop:2").endswith("image updated\n")
    assert shop("set serviceaccount deploy shop default").endswith("serviceaccount updated\n")
    shop("create role sees --verb=get --resource=pods")
    shop("create rolebinding sees --role=sees --user=ada")
    assert shop("set subject rolebinding sees --user=bob").endswith("subjects updated\n")
    assert shop("set selector service front app=shop").endswith("selector updated\n")
    shop("rollout status deploy/shop --timeout=60s")
    assert shop("get deploy shop -o jsonpath={..image}") == "shop:2"


def test_labels_and_annotations(shop: Kubectl) -> None:
    assert shop("label nodes --all floor=2").count("labeled") == 3
    once = shop.run("label", "node", "node-1", "floor=3")
    assert "--overwrite is false" in once.error and once.code == 1
    assert shop("label node node-1 floor=3 --overwrite") == "node/node-1 labeled\n"
    assert shop("label nodes -l floor floor-").count("unlabeled") == 3
    assert shop("label node node-1 --list").count("kubernetes.io/hostname=node-1") == 1
    assert shop("annotate deploy shop note=dry") == "deployment.apps/shop annotated\n"
    assert shop("annotate deploy shop note-") == "deployment.apps/shop annotated\n"


def test_rollouts_of_every_workload(shop: Kubectl) -> None:
    template = SHOP.replace("name: shop, labels", "name: NAME, labels").replace(
        "  replicas: 2\n", ""
    )
    for kind, name in (("DaemonSet", "agents"), ("StatefulSet", "stores")):
        text = template.replace("Deployment", kind).replace("NAME", name)
        shop("apply -f -", text.replace("app: shop", f"app: {name}"))
        where = f"{kind.lower()}/{name}"
        shop(f"rollout status {where} --timeout=90s")
        shop(f"set image {where} shop=shop:2")
        shop(f"rollout status {where} --timeout=90s")
        history = shop(f"rollout history {where}").splitlines()
        assert [line.split()[0] for line in history[2:] if line] == ["1", "2"]
        assert "shop:1" in shop(f"rollout history {where} --revision=1")
        assert shop(f"rollout undo {where}").endswith("rolled back\n")
        shop(f"rollout status {where} --timeout=90s")
        assert shop(f"get {where} -o jsonpath={{..image}}") == "shop:1"
        assert shop(f"rollout restart {where}").endswith("restarted\n")
        assert shop(f"delete {where} --cascade=background").startswith(kind.lower())
    shop("rollout pause deploy/shop")
    shop("set image deploy/shop shop=shop:3")
    assert "paused" in shop.run("rollout", "undo", "deploy/shop").error
    shop("rollout resume deploy/shop")
    assert "successfully rolled out" in shop("rollout status deploy/shop --timeout=60s")
    late = shop.run("rollout", "status", "deploy/shop", "--revision=99", "--timeout=2s")
    assert late.code == 1
