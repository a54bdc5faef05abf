"""A pretend cluster: stored objects by moment, and the little that views ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelite.api.apps_v1 import Deployment, ReplicaSet
from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.struct import convert
from kubelite.apimachinery.times import SECOND, Time

ZERO = 1_000_000 * SECOND


def node(name: str, cpu: str = "4", ready: str = "True") -> Node:
    room = {"cpu": cpu, "memory": "8Gi", "pods": "110"}
    status = {"allocatable": room, "conditions": [{"type": "Ready", "status": ready}]}
    return convert(Node, {"metadata": {"name": name}, "status": status})


def pod(
    name: str,
    node: str = "",
    phase: str = "Pending",
    ready: bool = False,
    *,
    cpu: str = "",
    waiting: str = "",
    deleting: bool = False,
    restarts: int = 0,
    owner: str = "web-5d4f",
    born: int = 0,
) -> Pod:
    meta: dict[str, Any] = {"name": name, "namespace": "default", "uid": f"uid-{name}"}
    meta |= {"labels": {"app": "web"}, "creationTimestamp": Time(ZERO + born * SECOND).wire()}
    if owner:
        reference = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner, "uid": "r"}
        meta["ownerReferences"] = [{**reference, "controller": True}]
    if deleting:
        meta["deletionTimestamp"] = Time(ZERO).wire()
    state = {"waiting": {"reason": waiting}} if waiting else {}
    container = {"name": "c", "restartCount": restarts, "state": state, "image": "", "imageID": ""}
    status = {
        "phase": phase,
        "conditions": [{"type": "Ready", "status": str(ready)}],
        "containerStatuses": [{**container, "ready": ready}] if node else [],
    }
    resources = {"requests": {"cpu": cpu}} if cpu else {}
    spec = {"nodeName": node, "containers": [{"name": "c", "resources": resources}]}
    return convert(Pod, {"metadata": meta, "spec": spec, "status": status})


def deployment(replicas: int, name: str = "web") -> Deployment:
    selector = {"matchLabels": {"app": "web"}}
    spec = {"replicas": replicas, "selector": selector}
    return convert(Deployment, {"metadata": {"name": name, "namespace": "default"}, "spec": spec})


def replica_set(replicas: int, name: str = "web-5d4f") -> ReplicaSet:
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "d"}
    meta = {"name": name, "namespace": "default"}
    meta["ownerReferences"] = [{**owner, "controller": True}]  # type: ignore[assignment]
    return convert(ReplicaSet, {"metadata": meta, "spec": {"replicas": replicas}})


class State:
    def __init__(self, seconds: float = 0.0, **objects: list[Any]):
        self.when = ZERO + round(seconds * SECOND)
        self.objects = objects
        self.revision = 0

    def list(self, resource: str) -> tuple[Any, ...]:
        return tuple(self.objects.get(resource, ()))


class Clock:
    now = ZERO


class Cluster:
    """Its history is a list of states; what changed between two is worked out."""

    def __init__(self, *states: State):
        self.states = [*states]
        self.clock = Clock()
        self.commands: list[str] = []
        self.add(*states)

    def add(self, *states: State) -> None:
        self.states += [state for state in states if state not in self.states]
        for revision, state in enumerate(self.states):
            state.revision = revision
        self.clock.now = self.states[-1].when

    @property
    def history(self) -> Cluster:
        return self

    @property
    def elapsed(self) -> float:
        return (self.clock.now - ZERO) / SECOND

    def at(self, when: int | None = None) -> State:
        return [state for state in self.states if when is None or state.when <= when][-1]

    def changes(self, resource: str) -> Iterator[tuple[int, int, Any, Any]]:
        before: dict[str, Any] = {}
        for revision, state in enumerate(self.states):
            now = {obj.metadata.name: obj for obj in state.list(resource)}
            for name in [*now, *(gone for gone in before if gone not in now)]:
                if now.get(name) != before.get(name):
                    yield state.when, revision, now.get(name), before.get(name)
            before = now

    def get(self, name: str) -> Deployment:
        return self.at().objects["deployments"][0]

    def scale(self, name: str, replicas: int) -> None:
        self.commands.append(f"scale {name} {replicas}")
        self.wanted = replicas

    def run(self, seconds: float) -> None:
        names = [f"web-5d4f-{number:05}" for number in range(self.wanted)]
        pods = [pod(name, f"node-{n % 3 + 1}", "Running", True) for n, name in enumerate(names)]
        objects = {**self.at().objects, "pods": pods, "deployments": [deployment(self.wanted)]}
        self.add(State(self.elapsed + seconds, **objects))


def web(ready: int = 3, pending: int = 0, nodes: int = 3, seconds: float = 5.0) -> State:
    """A Deployment with so many pods ready, spread over nodes, and so many unscheduled."""
    pods = [
        pod(f"web-5d4f-{n:05}", f"node-{n % nodes + 1}", "Running", True, born=n)
        for n in range(ready)
    ]
    pods += [pod(f"web-5d4f-p{n:04}", born=ready + n) for n in range(pending)]
    return State(
        seconds,
        nodes=[node(f"node-{n + 1}") for n in range(nodes)],
        pods=pods,
        deployments=[deployment(ready + pending)],
        replicasets=[replica_set(ready + pending)],
    )
