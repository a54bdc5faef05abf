"""A small world for the kubelet: a real API server, one node, and pods put there by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubelite.api.core_v1 import Namespace, Pod
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import Request
from kubelite.apiserver.server import APIServer
from kubelite.client import Client, EventRecorder
from kubelite.etcd.mvcc import Store
from kubelite.kubelet import Kubelet, SimulatedRuntime
from kubelite.kubelet.node_status import Machine
from kubelite.kubelet.runtime import Network
from kubelite.sim.chance import Chance
from kubelite.sim.clock import SECOND, Clock
from kubelite.sim.trace import Trace


class World:
    """One node called node-1; times are seconds since the pod under test was created."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.trace = Trace(self.clock)
        chance = Chance(7)
        self.api = APIServer(Store(), lambda: self.clock.now, chance, self.trace)
        self.me = Client(self.api, self.clock, "learner")
        for name in ("default", "kube-node-lease"):
            self.me.create(Namespace(metadata=ObjectMeta(name=name)))
        self.network = Network(self.clock)
        self.runtime = SimulatedRuntime(self.clock, chance, self.network, "node-1", "172.18.0.2")
        for image in ("busybox:1.36", "nginx:1.27", "shop:v1"):
            self.runtime.add_image(image)
        client = Client(self.api, self.clock, "kubelet/node-1")
        self.kubelet = Kubelet(
            client,
            "node-1",
            self.runtime,
            chance,
            self.trace,
            EventRecorder(client, "kubelet", "node-1"),
            node_ip="172.18.0.2",
            pod_cidr="10.244.1.0/24",
            machine=Machine(cpu="4"),
        )
        self.clock.run_until(self.clock.now + SECOND)
        self.kubelet.start()
        self.clock.run_until(self.clock.now + SECOND)
        self.began = self.clock.now

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.run_until(self.clock.now + int(seconds * SECOND))

    def until(self, condition: Callable[[], bool], seconds: float = 600) -> float:
        """Run until the condition holds; the second at which it did."""
        end = self.clock.now + int(seconds * SECOND)
        while not condition():
            due = self.clock.next_due()
            assert due is not None and due <= end, "the condition never came true"
            self.clock.step()
        return (self.clock.now - self.began) / SECOND

    def shell(self, script: str, name: str = "pod", **spec: Any) -> None:
        """Create a pod whose only container runs a script in busybox."""
        container = {"name": "main", "image": "busybox:1.36", "command": ["sh", "-c", script]}
        container.update(spec.pop("container", {}))
        self.pod({"containers": [container], **spec}, name)

    def pod(self, spec: dict[str, Any], name: str = "pod") -> None:
        """Create a pod on node-1."""
        body = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {"nodeName": "node-1", **spec},
        }
        self.began = self.clock.now
        request = Request("create", "pods", "default", body=body, component="learner")
        self.api.handle(request).unwrap()

    def get(self, name: str = "pod") -> Pod:
        """The pod as the API server has it."""
        pod: Pod = self.me.get("pods", name, "default")
        return pod

    def gone(self, name: str = "pod") -> bool:
        """Whether the pod's object has been removed."""
        return all(pod.metadata.name != name for pod in self.me.list("pods", "default").items)

    def state(self, name: str = "pod", container: int = 0) -> str:
        """The state of a container in a word: running, or the reason it is not."""
        statuses = self.get(name).status.container_statuses
        if not statuses:
            return ""
        state = statuses[container].state
        if state.waiting:
            return state.waiting.reason
        return state.terminated.reason if state.terminated else "running"

    def restarts(self, name: str = "pod") -> int:
        """How often the pod's first container has been restarted."""
        statuses = self.get(name).status.container_statuses
        return statuses[0].restart_count if statuses else 0

    def conditions(self, name: str = "pod") -> dict[str, str]:
        """Condition types with their status."""
        return {c.type: c.status for c in self.get(name).status.conditions}

    def events(self) -> list[tuple[str, str, str]]:
        """Type, reason and message of every event, in the order they were first written."""
        found = self.me.list("events", "default").items
        return [(e.type, e.reason, e.message) for e in sorted(found, key=_stamp)]

    def acts(self) -> list[tuple[float, str, str]]:
        """What the kubelet did: second, verb, note."""
        return [
            (round((entry.when - self.began) / SECOND, 1), entry.verb, entry.note)
            for entry in self.trace.entries
            if entry.component == "kubelet/node-1" and entry.note
        ]


def _stamp(event: Any) -> str:
    return str(event.metadata.name.rpartition(".")[2])


@pytest.fixture
def world() -> World:
    """A fresh world."""
    return World()
