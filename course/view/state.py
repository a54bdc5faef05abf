"""What a view draws, made from a cluster's objects at one moment: nodes, pods, and little else.

A ``Scene`` is the only thing the drawing code sees, so the same view shows a live cluster,
a moment of its past, or objects that came from elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from course.view.plain import plain
from kubelite.api.conditions import condition, node_ready, pod_finished, pod_ready
from kubelite.api.core_v1 import Node, Pod
from kubelite.api.core_v1.node import Taint
from kubelite.api.looks import pod_look
from kubelite.apimachinery.quantity import Quantity
from kubelite.cluster.infrastructure.pools import POOL, ZONE

SECOND = 1_000_000

POOL_LABELS = (
    POOL,
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "kubernetes.azure.com/agentpool",
)
"""Every cloud names a node's pool in a label of its own."""

# Taints by which the node controller repeats a condition: views show the condition itself.
_REPEATED = {
    f"node.kubernetes.io/{what}"
    for what in (
        *("not-ready", "unreachable", "unschedulable", "network-unavailable"),
        *("memory-pressure", "disk-pressure", "pid-pressure"),
    )
}


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
    address: str = ""

    @property
    def short_name(self) -> str:
        """The part of the name that tells it from its siblings: the generated ending."""
        return self.name.rsplit("-", 1)[-1] if self.owner else self.name

    @property
    def stays(self) -> bool:
        """Whether a drain leaves it where it is: it has finished, or is a DaemonSet's."""
        return self.look in ("done", "failed") or self.owner.startswith("DaemonSet/")


class NodeMark(NamedTuple):
    """One node as views show it: cpu in thousandths, memory in bytes, pods as a count.

    ``pressure`` are the resources it runs short of, ``taints`` what keeps pods off beside that.
    """

    name: str
    ready: bool
    schedulable: bool
    cpu: int
    memory: int
    max_pods: int
    zone: str = ""
    pool: str = ""
    taints: tuple[str, ...] = ()
    pressure: tuple[str, ...] = ()

    def drained(self, pods: Iterable[PodMark]) -> bool:
        """Whether it is cordoned and only pods that stay through a drain are left on it."""
        return not self.schedulable and all(pod.stays for pod in pods)


@dataclass(frozen=True)
class Scene:
    """A cluster at one moment. ``seconds`` count from when the cluster was ready."""

    seconds: float
    nodes: tuple[NodeMark, ...]
    pods: tuple[PodMark, ...]

    def on(self, node: str) -> tuple[PodMark, ...]:
        """The pods bound to a node, oldest first; ``""`` gives those bound to none."""
        return tuple(pod for pod in self.pods if pod.node == node)

    def count(self, look: str) -> int:
        """How many pods have this look."""
        return self.counts[look]

    @cached_property
    def counts(self) -> Counter[str]:
        """How many pods have each look."""
        return Counter([pod.look for pod in self.pods])

    @cached_property
    def by_node(self) -> dict[str, list[PodMark]]:
        """The pods of each node, oldest first; under ``""`` those whose node is not there."""
        found: dict[str, list[PodMark]] = {node.name: [] for node in self.nodes}
        lost = found.setdefault("", [])
        for pod in self.pods:
            found.get(pod.node, lost).append(pod)
        return found


class _Held(NamedTuple):
    """What was made of one stored object; ``order`` comes first, so these can be sorted."""

    order: tuple[Any, ...]
    mark: Any
    source: Any


class Marks:
    """Makes scenes, and keeps what it has made of each object.

    A stored object never changes, a new version is a new object: so a mark holds for as long as
    the very same object is listed, whichever way time goes. Held objects stay alive, so that an
    id never comes to mean another one.
    """

    def __init__(self) -> None:
        self._pods = _Ordered(pod_mark, _age_then_name)
        self._nodes = _Ordered(node_mark, _node_order)

    def scene(self, state: State, zero: int = 0) -> Scene:
        """The scene of ``state``; ``zero`` is the moment from which seconds count."""
        seconds = (state.when - zero) / SECOND
        nodes, pods = (state.list(resource) for resource in ("nodes", "pods"))
        return Scene(seconds, self._nodes.marks(nodes), self._pods.marks(pods))


class _Ordered:
    """The marks of one kind of object, in their order."""

    def __init__(self, make: Callable[[Any], Any], order: Callable[[Any], tuple[Any, ...]]):
        self._make, self._order = make, order
        self._held: dict[int, _Held] = {}  # by the object's id
        self._line: list[_Held] = []  # in order
        self._marks: list[Any] = []  # those of the line
        self._shown: tuple[Any, ...] = ()

    def marks(self, objects: Sequence[Any]) -> tuple[Any, ...]:
        held = self._held
        ids = [*map(id, objects)]
        new = [obj for place, obj in zip(ids, objects, strict=True) if place not in held]
        fresh = [_Held(self._order(obj), self._make(obj), obj) for obj in new]
        gone = held.keys() - ids if len(held) > len(ids) - len(fresh) else ()
        if fresh or gone:
            self._change([held.pop(place) for place in gone], fresh)
            held.update((id(one.source), one) for one in fresh)
            self._shown = tuple(self._marks)
        return self._shown

    def _change(self, gone: list[_Held], fresh: list[_Held]) -> None:
        if len(gone) + len(fresh) > A_FEW:
            left = {*map(id, gone)}
            kept = [one for one in self._line if id(one) not in left]
            self._line = sorted(kept + fresh, key=_ORDER)
            self._marks = [one.mark for one in self._line]
            return
        line, marks = self._line, self._marks
        for one in gone:
            place = line.index(one, bisect_left(line, one.order, key=_ORDER))
            del line[place], marks[place]
        for one in fresh:
            place = bisect_left(line, one.order, key=_ORDER)
            line.insert(place, one)
            marks.insert(place, one.mark)


A_FEW = 100
"""So many changes are made one by one; of more, all are sorted."""

_ORDER = itemgetter(0)


def scene_of(state: State, zero: int = 0) -> Scene:
    """Read the scene of ``state``; ``zero`` is the moment from which seconds count."""
    return Marks().scene(state, zero)


def node_mark(node: Node) -> NodeMark:
    """A node with what it can give to pods."""
    room = node.status.allocatable or node.status.capacity
    labels = node.metadata.labels
    return NodeMark(
        name=plain(node.metadata.name),
        ready=node_ready(node),
        schedulable=not node.spec.unschedulable,
        cpu=_amount(room, "cpu").milli,
        memory=_amount(room, "memory").value,
        max_pods=_amount(room, "pods").value,
        zone=plain(labels.get(ZONE, "")),
        pool=plain(next((labels[name] for name in POOL_LABELS if name in labels), "")),
        taints=tuple(plain(_taint(taint)) for taint in node.spec.taints if _is_own(taint)),
        pressure=tuple(
            plain(found.type.removesuffix("Pressure"))
            for found in node.status.conditions
            if found.status == "True" and found.type.endswith("Pressure")
        ),
    )


def _is_own(taint: Taint) -> bool:
    return taint.key not in _REPEATED


def _taint(taint: Taint) -> str:
    value = f"={taint.value}" if taint.value else ""
    return f"{taint.key}{value}:{taint.effect}"


def pod_mark(pod: Pod) -> PodMark:
    """A pod with its look and what it asks for: nothing, once it has finished."""
    containers = () if pod_finished(pod) else pod.spec.containers
    asked = [container.resources.requests for container in containers]
    return PodMark(
        uid=pod.metadata.uid,
        name=plain(pod.metadata.name),
        namespace=plain(pod.metadata.namespace),
        node=plain(pod.spec.node_name),
        look=pod_look(pod),
        phase=plain(pod.status.phase or "Pending"),
        ready=pod_ready(pod),
        owner=plain(owner_of(pod)),
        restarts=sum(status.restart_count for status in pod.status.container_statuses),
        reason=plain(reason_of(pod)),
        cpu=sum(_amount(requests, "cpu").milli for requests in asked),
        memory=sum(_amount(requests, "memory").value for requests in asked),
        address=plain(pod.status.pod_ip),
    )


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


def name_among_siblings(name: str, owner: str) -> str:
    """The generated ending of a pod's name; the whole name where nothing of it was generated."""
    if not owner or owner.startswith("StatefulSet/"):
        return name
    return name.rsplit("-", 1)[-1]


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
