"""kubectl in a notebook: what it returns, whom it speaks to, and how time passes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from kubelite import Cluster
from kubelite.apimachinery.rest import Request
from kubelite.kubectl import Kubectl, Result, kubectl, load_ipython_extension, use
from kubelite.kubectl import magics as kubectl_magics
from kubelite.kubectl.magics import answer

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: "nginx:1.27"}]}
"""


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(nodes=3, seed=7)


@pytest.fixture
def k(cluster: Cluster) -> Kubectl:
    return kubectl(cluster)


@pytest.fixture(autouse=True)
def nobody_has_chosen() -> None:
    kubectl_magics._chosen.clear()


def test_a_result_looks_like_a_terminal(k: Kubectl) -> None:
    done = k("get nodes --no-headers")
    assert isinstance(done, Result) and done and done.code == 0 and done.error == ""
    assert str(done) == done.text and len(done.lines) == 3
    assert repr(done) == done.text.rstrip("\n")
    refused = k("kubectl get pods nope")
    assert not refused and refused.code == 1 and refused.text == ""
    assert repr(refused) == 'Error from server (NotFound): pods "nope" not found'
    assert k("get node node-1 -o json").json()["metadata"]["name"] == "node-1"


def test_words_may_be_a_list(k: Kubectl) -> None:
    listed = k(["get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"])
    assert listed.text == "node-1 node-2 node-3"


def test_from_apply_to_delete(k: Kubectl, cluster: Cluster) -> None:
    assert k("apply -f -", WEB).text == "deployment.apps/web created\n"
    before = cluster.clock.now
    assert k("wait --for=condition=Available deployment/web").text.endswith("condition met\n")
    assert cluster.clock.now > before
    assert k("exec deploy/web -- hostname").text.startswith("web-")
    assert k("delete deployment web").text == (
        'deployment.apps "web" deleted from default namespace\n'
    )
    assert k("wait --for=delete pod -l app=web --timeout=60s").code == 0
    assert k("get pods").error == "No resources found in default namespace.\n"


def test_files_and_lists(k: Kubectl, tmp_path: Path) -> None:
    file = tmp_path / "web.yaml"
    file.write_text(WEB, encoding="utf-8")
    assert k(f"create -f {file}").text == "deployment.apps/web created\n"
    assert k(f"create -f {file}").error == (
        f'Error from server (AlreadyExists): error when creating "{file}": '
        'deployments.apps "web" already exists\n'
    )
    one = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": [one]})
    assert k("apply -f -", listed).text == "configmap/a created\n"


def test_a_kind_that_is_not_there(k: Kubectl) -> None:
    """Over HTTP the real one says something else: it asks for OpenAPI v2, which is not served."""
    refused = k("apply -f -", "apiVersion: v1\nkind: Foo\nmetadata: {name: x}")
    assert refused.error == (
        'error: resource mapping not found for name: "x" namespace: "" from "STDIN": no matches '
        'for kind "Foo" in version "v1"\nensure CRDs are installed first\n'
    )


def test_waiting_ends(k: Kubectl, cluster: Cluster) -> None:
    k('run hungry --image=nginx --overrides=\'{"spec":{"nodeSelector":{"no":"where"}}}\'')
    before = cluster.clock.now
    late = k("wait pod/hungry --for=condition=Ready --timeout=20s")
    assert late.error == "error: timed out waiting for the condition on pods/hungry\n"
    assert late.code == 1 and cluster.clock.now - before == 20_000_000


def test_watching_ends_after_a_while(k: Kubectl, cluster: Cluster) -> None:
    k("create deployment web --image=nginx")
    before = cluster.clock.now
    seen = k("get pods -w", seconds=5)
    assert cluster.clock.now - before == 5_000_000
    states = [line.split()[2] for line in seen.lines[1:]]
    assert states[0] == "Pending" and states[-1] == "Running" and "ContainerCreating" in states
    assert len({line.index(state) for line, state in zip(seen.lines[1:], states, strict=True)}) == 1


def test_a_pod_is_gone_when_delete_returns(k: Kubectl, cluster: Cluster) -> None:
    k("run web --image=nginx")
    k("wait pod/web --for=condition=Ready")
    k("delete pod web --grace-period=3")
    assert cluster.api.find("pods", "default", "web") is None


def test_logs_are_followed_to_the_end(k: Kubectl) -> None:
    k("run talker --image=busybox --restart=Never -- sh -c 'echo one; sleep 3; echo two'")
    k("wait pod/talker --for=condition=Ready")
    assert k("logs -f talker").text == "one\ntwo\n"
    once = k("run once -i --rm --image=busybox --restart=Never -- echo over")
    assert once.text == 'over\npod "once" deleted from default namespace\n'


def test_drain_keeps_budgets(k: Kubectl, cluster: Cluster) -> None:
    k("create deployment web --image=nginx --replicas=2")
    k("create pdb web --selector=app=web --min-available=1")
    k("wait --for=condition=Available deployment/web")
    k("wait --for=jsonpath={.status.readyReplicas}=2 deployment/web")
    nodes = k("get pods -o jsonpath={.items[*].spec.nodeName}").text.split()
    done = k(f"drain {nodes[0]} --ignore-daemonsets")
    assert done.code == 0 and done.text.splitlines()[0] == f"node/{nodes[0]} cordoned"
    assert done.text.splitlines()[-1] == f"node/{nodes[0]} drained"
    assert done.text.splitlines()[1].startswith("evicting pod default/web-")
    assert k(f"get pods --field-selector=spec.nodeName={nodes[0]} -o name").text == ""


def test_differences(k: Kubectl) -> None:
    k("apply -f -", WEB)
    changed = k("diff -f -", WEB.replace("1.27", "1.28"))
    assert changed.code == 1
    assert "-      - image: nginx:1.27" in changed.lines
    assert "+      - image: nginx:1.28" in changed.lines
    assert (k("diff -f -", WEB).text, k("diff -f -", WEB).code) == ("", 0)


def test_an_edit_is_a_function_of_the_text(k: Kubectl) -> None:
    k("create cm paint --from-literal=colour=red")
    done = k("edit cm paint", edit=lambda text: text.replace("colour: red", "colour: blue"))
    assert done.text == "configmap/paint edited\n"
    assert k("get cm paint -o jsonpath={.data.colour}").text == "blue"
    assert k("edit cm paint", edit=lambda text: text).error == "Edit cancelled, no changes made.\n"
    assert k("edit cm paint").code == 1


def test_as_somebody_else() -> None:
    cluster = Cluster(nodes=1, seed=7, rbac=True)
    refused = cluster.kubectl("get pods --as=ada")
    assert refused.error == (
        'Error from server (Forbidden): pods is forbidden: User "ada" cannot list resource "pods" '
        'in API group "" in the namespace "default"\n'
    )
    assert cluster.kubectl("get pods").code == 0


def test_everything_goes_over_the_seam(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Request] = []
    handle = cluster.api.handle

    def watched(request: Request) -> Any:
        seen.append(request)
        return handle(request)

    monkeypatch.setattr(cluster.api, "handle", watched)
    cluster.kubectl("get pods")
    assert [(r.verb, r.resource, r.component) for r in seen] == [("list", "pods", "you")]


def test_importing_kubelite_does_not_import_kubectl() -> None:
    import subprocess

    code = "import sys, kubelite; print('kubelite.kubectl' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


class Shell:
    """As much of IPython as an extension meets."""

    def __init__(self, **names: Any):
        self.user_ns = names
        self.magics: dict[str, Any] = {}

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        assert kind == "line_cell"
        self.magics[name] = function


def test_magics(cluster: Cluster) -> None:
    shell = Shell(cluster=cluster, same=cluster, pod="web-0")
    load_ipython_extension(shell)
    magic = shell.magics["kubectl"]
    assert magic("apply -f -", WEB).text == "deployment.apps/web created\n"
    assert magic("get deploy web -o jsonpath={.spec.replicas}").text == "2"
    assert 'pods "web-0" not found' in magic("get pod $pod").error


def test_magics_in_ipython(cluster: Cluster) -> None:
    shell = InteractiveShell()
    shell.user_ns["cluster"] = cluster
    shell.run_line_magic("load_ext", "kubelite.kubectl")
    found = shell.run_line_magic("kubectl", "get nodes -o jsonpath={.items[*].metadata.name}")
    assert found.text == "node-1 node-2 node-3"
    assert shell.run_cell_magic("kubectl", "apply -f -", WEB).text.endswith("created\n")


def test_which_cluster(cluster: Cluster) -> None:
    other = Cluster(nodes=1, seed=8)
    names = {"here": cluster, "there": other}
    with pytest.raises(ValueError, match="which cluster\\?.* here, there"):
        answer(names, "get nodes")
    assert len(answer(names, "--cluster there get nodes --no-headers").lines) == 1
    use(cluster)
    assert len(answer(names, "get nodes --no-headers").lines) == 3
    with pytest.raises(ValueError, match="nowhere is no cluster"):
        answer(names, "--cluster=nowhere get nodes")


def test_no_cluster_yet() -> None:
    with pytest.raises(ValueError, match="there is no cluster yet"):
        answer({}, "get nodes")


def test_a_cluster_that_is_served_is_locked(cluster: Cluster) -> None:
    with cluster.serve(speed=1e-9) as server:
        held = []
        acquire = server.lock

        with acquire:
            held.append(kubectl(cluster)("get nodes").code)
        assert held == [0]
        assert "kubectl" in type(cluster).__dict__  # wrapped, as every public call is
