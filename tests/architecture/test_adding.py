"""Adding something is one file and one row: each part is written into a package of its own here,
added through the table or argument that docs/architecture.md names, and used in a cluster.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apiserver.admission import ADMISSION
from kubelite.controllers import CONTROLLERS
from kubelite.kubelet.images.registry import IMAGES, register
from kubelite.kubelet.probes.handlers import PROBES
from kubelite.scheduler.profile import Profile
from tests.manifests import deployment

FILES = {
    "controller": '''
"""A ConfigMap beside every Deployment."""
from kubelite.client import key_of
from kubelite.client.controller import Create
from kubelite.controllers.base import ManagedController


class Diary(ManagedController):
    name = "diary-controller"

    def __init__(self, client, recorder, manager):
        super().__init__(client, recorder, manager)
        self.diaries = manager.informer("configmaps")
        watched = manager.informer("deployments.apps")
        watched.on(add=lambda found: self.queue.add(key_of(found)))

    def sync(self, key):
        namespace, name = key.split("/")
        meta = {"namespace": namespace, "name": name}
        if self.diaries.get(key) is not None:
            return ()
        return (Create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}),)
''',
    "scheduling": '''
"""Only machines with an even number."""
from kubelite.scheduler.framework import UNSCHEDULABLE, Status


class EvenNodes:
    name = "EvenNodes"
    events = {}

    def __init__(self, listers):
        pass

    def filter(self, state, pod, node):
        odd = int(node.name[-1]) % 2
        return Status(UNSCHEDULABLE, ("node(s) were odd",), self.name) if odd else None
''',
    "probing": '''
"""A TCP probe that wants to see the port's number to be even."""
from kubelite.kubelet.probes.handlers import PASSED, Outcome
from kubelite.kubelet.probes.results import FAILURE


def even_port(target, action):
    odd = int(action.port) % 2
    return lambda then: then(Outcome(FAILURE, "an odd port") if odd else PASSED)
''',
    "greeting": '''
"""An image that greets."""
from kubelite.kubelet.images.program import Program


class Hello(Program):
    ports = (8080,)

    def handle(self, request):
        return 200, "hello from " + self.env["HOSTNAME"]
''',
    "admitting": '''
"""Every Deployment says who answers for it."""
from kubelite.apimachinery import errors
from kubelite.apiserver.admission.plugin import Plugin


class RequireTeam(Plugin):
    resources = ("deployments.apps",)

    def admit(self, request, obj, old):
        if "team" not in obj.metadata.labels:
            raise errors.forbidden(request.resource, obj.metadata.name, "say which team it is of")
        return obj
''',
    "kind": '''
"""A kind called Thing."""
ANY = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
VERSION = {
    "name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": ANY},
}
THING = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "things.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "things", "kind": "Thing"},
        "versions": [VERSION],
    },
}
''',
}  # fmt: skip


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes one file of the table above into a package of its own, and imports it."""

    def write(name: str) -> ModuleType:
        package = tmp_path / f"learners_{name}"
        package.mkdir()
        (package / "__init__.py").write_text('"""A learner\'s own."""\n', encoding="utf-8")
        (package / f"{name}.py").write_text(FILES[name], encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        return importlib.import_module(f"learners_{name}.{name}")

    return write


def test_a_controller(added: Any) -> None:
    cluster = Cluster(nodes=1, controllers=(*CONTROLLERS, added("controller").Diary))
    cluster.apply(deployment("web", replicas=1))
    cluster.run(5)
    assert cluster.get("configmaps").names == ["web"]


def test_a_scheduler_plugin(added: Any) -> None:
    even = Profile("even-scheduler", extra=(added("scheduling").EvenNodes,))
    cluster = Cluster(nodes=3, profiles=(Profile(), even))
    cluster.apply(deployment("web", pod={"schedulerName": "even-scheduler"}))
    cluster.run(10)
    assert {pod.spec.node_name for pod in cluster.get("pods")} == {"node-2"}
    cluster.kill_node("node-2")
    cluster.cordon("node-2")
    cluster.scale("deployment/web", 4)
    cluster.run(5)
    assert any("2 node(s) were odd" in event.message for event in cluster.events())


def test_a_probe_handler(added: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROBES, "tcp_socket", added("probing").even_port)
    ready = {}
    for port in (8080, 8081):
        cluster = Cluster(nodes=1)
        cluster.apply(deployment("web", replicas=1, probe={"tcpSocket": {"port": port}}))
        cluster.run(30)
        ready[port] = cluster.get("deployment/web").status.ready_replicas
    assert ready == {8080: 1, 8081: 0}


def test_an_image(added: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubelite.kubelet.images.registry.IMAGES", dict(IMAGES))
    register("hello", added("greeting").Hello)
    cluster = Cluster(nodes=1)
    container = {"readinessProbe": {"httpGet": {"path": "/", "port": 8080}}}
    cluster.apply(deployment("web", replicas=1, image="hello", container=container))
    port = {"ports": [{"port": 80, "targetPort": 8080}], "selector": {"app": "web"}}
    meta = {"name": "web"}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": port})
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    assert cluster.request("web").body == f"hello from {cluster.get('pods').names[0]}"


def test_an_admission_plugin(added: Any) -> None:
    cluster = Cluster(nodes=0, admission=(*ADMISSION, added("admitting").RequireTeam))
    with pytest.raises(StatusError, match='"web" is forbidden: say which team it is of'):
        cluster.apply(deployment("web"))
    wanted = deployment("web")
    wanted["metadata"]["labels"] = {"team": "shop"}
    assert cluster.apply(wanted).metadata.name == "web"
    Cluster(nodes=0).apply(deployment("web"))  # another cluster has not heard of it


def test_a_kind(added: Any) -> None:
    cluster = Cluster(nodes=0)
    cluster.apply(added("kind").THING)
    cluster.run(1)
    meta = {"name": "one"}
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": meta, "spec": {"a": 1}}
    assert cluster.apply(thing).spec == {"a": 1}
    assert cluster.get("things").names == ["one"]
