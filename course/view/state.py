"""What a view draws, made from a cluster's objects at one moment: nodes, pods, and little else.

A ``Scene`` is the only thing the drawing code sees, so the same view shows a live cluster,
a moment of its past, or objects that came from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from course.view.plain import plain
from kubelite.api.conditions import condition, node_ready, pod_ready
from kubelite.api.core_v1 import Node, Pod
from kubelite.api.looks import pod_look
from kubelite.apimachinery.quantity import Quantity

SECOND = 1_000_000


class State(Protocol):
    """A cluster's stored objects at one moment, as ``Cluster.history.at`` gives them."""

    @property
    def when(self) -> int:
        """The moment, in microseconds of virtual time."""

    @property
    def revision(self) -> int:
        """How many writes the store had seen."""

    def list(self, resource: str) -> tuple[Any, ...]:
        """All objects of a resource, such as ``pods``."""


class PodMark(NamedTuple):
    """One pod as views show it. ``reason`` is why it is not ready, in the cluster's own word."""

    uid: str
    name: str
    namespace: str
    node: str
    look: str
    phase: str
    ready: bool
    owner: str
    restarts: int
    reason: str
    cpu: int
    memory: int

    @property
    def short_name(self) -> str:
        """The part of the name that tells it from its siblings: the generated ending."""
        return self.name.rsplit("-", 1)[-1] if self.owner else self.name


class NodeMark(NamedTuple):
    """One node as views show it: cpu in thousandths, memory in bytes, pods as a count."""

    name: str
    ready: bool
    schedulable: bool
    cpu: int
    memory: int
    max_pods: int


class Scene(NamedTuple):
    """A cluster at one moment. ``seconds`` count from when the cluster was ready."""

    seconds: float
    nodes: tuple[NodeMark, ...]
    pods: tuple[PodMark, ...]

    def on(self, node: str) -> tuple[PodMark, ...]:
        """The pods bound to a node, oldest first; ``""`` gives those bound to none."""
        return tuple(pod for pod in self.pods if pod.node == node)

    def count(self, look: str) -> int:
        """How many pods have this look."""
        return sum(pod.look == look for pod in self.pods)


def scene_of(state: State, zero: int = 0) -> Scene:
    """Read the scene of ``state``; ``zero`` is the moment from which seconds count."""
    pods = sorted(state.list("pods"), key=_age_then_name)
    return Scene(
        seconds=(state.when - zero) / SECOND,
        nodes=tuple(node_mark(node) for node in sorted(state.list("nodes"), key=_node_order)),
        pods=tuple(pod_mark(pod) for pod in pods),
    )


def node_mark(node: Node) -> NodeMark:
    """A node with what it can give to pods."""
    room = node.status.allocatable or node.status.capacity
    return NodeMark(
        name=plain(node.metadata.name),
        ready=node_ready(node),
        schedulable=not node.spec.unschedulable,
        cpu=_amount(room, "cpu").milli,
        memory=_amount(room, "memory").value,
        max_pods=_amount(room, "pods").value,
    )


def pod_mark(pod: Pod) -> PodMark:
    """A pod with its look and what it asks for."""
    asked = [container.resources.requests for container in pod.spec.containers]
    return PodMark(
        uid=pod.metadata.uid,
        name=plain(pod.metadata.name),
        namespace=plain(pod.metadata.namespace),
        node=plain(pod.spec.node_name),
        look=look_of(pod),
        phase=plain(pod.status.phase or "Pending"),
        ready=pod_ready(pod),
        owner=plain(owner_of(pod)),
        restarts=sum(status.restart_count for status in pod.status.container_statuses),
        reason=plain(reason_of(pod)),
        cpu=sum(_amount(requests, "cpu").milli for requests in asked),
        memory=sum(_amount(requests, "memory").value for requests in asked),
    )


def look_of(pod: Pod) -> str:
    """The key of the pod's look in the palette."""
    return pod_look(pod)


def reason_of(pod: Pod) -> str:
    """Why the pod is not ready, in the cluster's own word; empty when it is."""
    if pod.metadata.deletion_timestamp is not None:
        return "Terminating"
    if not pod.spec.node_name:
        scheduled = condition(pod, "PodScheduled")
        return scheduled.reason if scheduled else ""
    return "" if pod_ready(pod) else pod.status.reason or _waiting_reason(pod)


def owner_of(pod: Pod) -> str:
    """The controller of the pod as ``Kind/name``; empty for a bare pod."""
    for reference in pod.metadata.owner_references:
        if reference.controller:
            return f"{reference.kind}/{reference.name}"
    return ""


def _waiting_reason(pod: Pod) -> str:
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    waiting = (status.state.waiting for status in statuses if status.state)
    return next((state.reason for state in waiting if state), "")


def _amount(amounts: Mapping[str, Quantity], name: str) -> Quantity:
    return amounts.get(name) or Quantity.of(0)


def _age_then_name(pod: Pod) -> tuple[int, str, str]:
    return (pod.metadata.creation_timestamp or 0, pod.metadata.namespace, pod.metadata.name)


def _node_order(node: Node) -> tuple[int, str]:
    # node-10 comes after node-9: shorter names first, then by letter.
    return (len(node.metadata.name), node.metadata.name)
