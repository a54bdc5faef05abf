"""What would have to be different for a pod to fit: tried out, smallest changes first.

Each change is tried by a real decision on a copy of the snapshot, alone at first and then two
at a time. Nothing here is upstream's; the decisions are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from kubelite.api.core_v1 import Container, Node, Pod, PodSpec, Taint, Toleration
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Value, replace
from kubelite.scheduler.framework import CycleState
from kubelite.scheduler.plugins.taint_toleration import untolerated
from kubelite.scheduler.profile import Framework
from kubelite.scheduler.resources import CPU, MEMORY, amounts_of, pod_requests
from kubelite.scheduler.schedule_one import Decision, find_feasible, prioritize
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import HOSTNAME_LABEL, NodeInfo, PodInfo

AT_ONCE = 2
"""How many changes are tried together at most."""

MOST_TRIED = 40
"""Pods that are taken away one by one to see who would win then."""

_OF_THE_SYSTEM = "node.kubernetes.io/"


class Change(Value):
    """One thing that could be different: of the pod, or of the cluster (one more node)."""

    text: str
    pod: Callable[[PodSpec], PodSpec] | None = None
    node: Node | None = None
    cost: float = 0


# DOC: explain-smallest-change
def smallest_changes(
    pod: Pod, nodes: Sequence[Node], pods: Sequence[Pod], framework: Framework
) -> list[tuple[Change, ...]]:
    """The fewest changes after which the pod fits somewhere; all that are equally few."""
    known = list(_changes(pod, Snapshot.of(nodes, pods)))
    for size in range(1, AT_ONCE + 1):
        found = [
            together
            for together in combinations(known, size)
            if _fits(pod, nodes, pods, together, framework)
        ]
        if found:
            return sorted(found, key=lambda together: sum(change.cost for change in together))
    return []


def _fits(
    pod: Pod,
    nodes: Sequence[Node],
    pods: Sequence[Pod],
    changes: Sequence[Change],
    framework: Framework,
) -> bool:
    spec = pod.spec
    for change in changes:
        spec = change.pod(spec) if change.pod else spec
    extra = [change.node for change in changes if change.node is not None]
    snapshot = Snapshot.of([*nodes, *extra], pods)
    decision = Decision(PodInfo(replace(pod, spec=spec)), len(snapshot.nodes))
    find_feasible(CycleState(snapshot), decision, framework)
    return bool(decision.feasible)


# DOC: explain-other-winners
def other_winners(
    pod: Pod, nodes: Sequence[Node], pods: Sequence[Pod], framework: Framework
) -> list[tuple[str, str]]:
    """What smallest changes would have made another node win, and which: (change, node).

    Without one of the scoring plugins, and without one of the pods that are there, those that ask
    for least first; a tie is no win.
    """
    decision = _marked(pod, nodes, pods, framework)
    won = _best(decision.feasible, decision.totals)
    found = []
    for row in decision.rows:
        weighted = [row.weight * mark for mark in row.normalized]
        totals = [a - b for a, b in zip(decision.totals, weighted, strict=True)]
        best = _best(decision.feasible, totals)
        if len(best) == 1 and best != won:
            found.append((f"without the marks of {row.plugin}", best[0]))
    return found + list(_without_a_pod(pod, nodes, pods, framework, won))


def _without_a_pod(
    pod: Pod, nodes: Sequence[Node], pods: Sequence[Pod], framework: Framework, won: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """For each other node, the least pod without which it would have won."""
    seen: set[str] = set()
    others = [other for other in pods if [other.spec.node_name] != won]
    for other in sorted(others, key=_size)[:MOST_TRIED]:
        left = [each for each in pods if each is not other]
        decision = _marked(pod, nodes, left, framework)
        best = _best(decision.feasible, decision.totals)
        if len(best) == 1 and best != won and best[0] not in seen:
            seen.add(best[0])
            yield f"without pod/{other.metadata.name} on {other.spec.node_name}", best[0]


def _size(pod: Pod) -> tuple[int, int, str]:
    asked = pod_requests(pod.spec)
    return asked.get(CPU, 0), asked.get(MEMORY, 0), pod.metadata.name


def _marked(pod: Pod, nodes: Sequence[Node], pods: Sequence[Pod], framework: Framework) -> Decision:
    snapshot = Snapshot.of(nodes, pods)
    decision = Decision(PodInfo(pod), len(snapshot.nodes))
    state = CycleState(snapshot)
    find_feasible(state, decision, framework)
    if decision.feasible:
        prioritize(state, decision, framework)
    return decision


def _best(feasible: Sequence[NodeInfo], totals: Sequence[int]) -> list[str]:
    """The nodes with the highest total."""
    best = max(totals, default=0)
    return [node.name for node, total in zip(feasible, totals, strict=True) if total == best]


def _changes(pod: Pod, snapshot: Snapshot) -> Iterator[Change]:
    yield from _smaller_requests(pod, snapshot)
    yield from _another_node(snapshot)
    yield from _tolerations(pod, snapshot)
    yield from _looser_selectors(pod.spec)


def _smaller_requests(pod: Pod, snapshot: Snapshot) -> Iterator[Change]:
    """For each resource, down to what some node has left."""
    asked = pod_requests(pod.spec)
    for name in (CPU, MEMORY):
        wanted = asked.get(name, 0)
        free = {node.allocatable.get(name) - node.requested.get(name) for node in snapshot.nodes}
        for room in sorted((r for r in free if 0 < r < wanted), reverse=True):
            yield Change(
                f"request {_amount(name, room)} of {name} instead of {_amount(name, wanted)}",
                lambda spec, name=name, room=room: _asking_for(spec, name, room),  # type: ignore[misc]
                cost=1 - room / wanted,
            )


def _amount(name: str, value: int) -> str:
    if name == CPU:
        return str(Quantity.parse(f"{value}m"))
    for unit, size in (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
        if value % size == 0:
            return f"{value // size}{unit}"
    return str(value)


def _asking_for(spec: PodSpec, name: str, room: int) -> PodSpec:
    """The spec with its containers' requests lowered, the last first, to ``room`` together."""
    surplus = pod_requests(spec).get(name, 0) - room
    containers: list[Container] = []
    for container in reversed(spec.containers):
        resources = container.resources
        asked = amounts_of(resources.requests).get(name, 0) if resources else 0
        less = min(asked, max(surplus, 0))
        surplus -= less
        if less and resources:
            quantity = Quantity.parse(f"{asked - less}m" if name == CPU else str(asked - less))
            requests = resources.requests | {name: quantity}
            container = replace(container, resources=replace(resources, requests=requests))
        containers.append(container)
    return replace(spec, containers=tuple(reversed(containers)))


def _another_node(snapshot: Snapshot) -> Iterator[Change]:
    """One more machine like one of those there are, and empty."""
    seen = []
    for info in snapshot.nodes:
        node = info.node
        if node is None or (node.status.allocatable, node.spec.taints) in seen:
            continue
        seen.append((node.status.allocatable, node.spec.taints))
        yield Change(f"add a node like {info.name}", node=_like(node), cost=1)


def _like(node: Node) -> Node:
    name = f"{node.metadata.name}-more"
    labels = node.metadata.labels | {HOSTNAME_LABEL: name}
    taints = tuple(t for t in node.spec.taints if not t.key.startswith(_OF_THE_SYSTEM))
    return replace(
        node,
        metadata=replace(node.metadata, name=name, labels=labels),
        spec=replace(node.spec, taints=taints, unschedulable=False),
    )


def _tolerations(pod: Pod, snapshot: Snapshot) -> Iterator[Change]:
    """For each node, all its taints that stand in the way."""
    seen: list[tuple[Taint, ...]] = []
    for info in snapshot.nodes:
        taints = tuple(_in_the_way(pod, info))
        if not taints or taints in seen:
            continue
        seen.append(taints)
        words = ", ".join(f"{t.key}={t.value}:{t.effect}".replace("=:", ":") for t in taints)
        yield Change(
            f"tolerate {words}",
            lambda spec, taints=taints: _tolerating(spec, taints),  # type: ignore[misc]
            cost=len(taints) / 2,
        )


def _in_the_way(pod: Pod, node: NodeInfo) -> Iterator[Taint]:
    for taint in node.taints:
        if untolerated((taint,), pod.spec.tolerations) is not None:
            yield taint


def _tolerating(spec: PodSpec, taints: Sequence[Taint]) -> PodSpec:
    more = tuple(
        Toleration(key=t.key, operator="Equal", value=t.value, effect=t.effect) for t in taints
    )
    return replace(spec, tolerations=(*spec.tolerations, *more))


def _looser_selectors(spec: PodSpec) -> Iterator[Change]:
    """Without one label of the node selector, or without what node affinity requires."""
    for key, value in spec.node_selector.items():
        yield Change(
            f"drop {key}={value} from the node selector",
            lambda spec, key=key: _without(spec, key),  # type: ignore[misc]
            cost=0.5,
        )
    affinity = spec.affinity.node_affinity if spec.affinity else None
    if affinity and affinity.required_during_scheduling_ignored_during_execution:
        yield Change("drop the required node affinity", _unbound, cost=0.75)


def _without(spec: PodSpec, key: str) -> PodSpec:
    left = {name: value for name, value in spec.node_selector.items() if name != key}
    return replace(spec, node_selector=left)


def _unbound(spec: PodSpec) -> PodSpec:
    if spec.affinity is None or spec.affinity.node_affinity is None:
        return spec
    looser = replace(
        spec.affinity.node_affinity, required_during_scheduling_ignored_during_execution=None
    )
    return replace(spec, affinity=replace(spec.affinity, node_affinity=looser))
