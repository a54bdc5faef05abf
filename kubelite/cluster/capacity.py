"""Whether there is enough left: warnings to those who look after the cluster.

Kubernetes leaves this to monitoring; the rules here are ours and look at requests. A node or a
cluster of which more than 80 % is asked for is worth a warning, more than 95 % an alarm; so is a
cluster that could not take in the pods of its fullest node, and a pod that waits for room.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from kubelite.api.conditions import condition, node_ready, pod_finished
from kubelite.api.core_v1 import Node, Pod
from kubelite.autoscaler.simulation import unbound
from kubelite.scheduler.nominator import Nominator
from kubelite.scheduler.profile import Framework
from kubelite.scheduler.resources import CPU, MEMORY
from kubelite.scheduler.schedule_one import refusal
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import NodeInfo, PodInfo

LOW = 0.80
CRITICAL = 0.95


class CapacityWarning(NamedTuple):
    """One thing to see to: ``about`` "node/web-1" or "cluster"; ``level`` warning or critical."""

    level: str
    about: str
    reason: str
    message: str

    def __str__(self) -> str:
        return "  ".join(self)


class Warnings(tuple[CapacityWarning, ...]):
    """All there is to see to; a tuple in all else."""

    def __repr__(self) -> str:
        if not self:
            return "Nothing runs low."
        *wide, _ = [max(map(len, column)) for column in zip(*self, strict=True)]
        rows = [map(str.ljust, found, [*wide, 0]) for found in self]
        return "\n".join(map("  ".join, rows))

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


# DOC: capacity-warnings
def warnings(nodes: Sequence[Node], pods: Sequence[Pod]) -> Warnings:
    """What runs low, by what pods ask for."""
    usable = [node for node in nodes if node_ready(node) and not node.spec.unschedulable]
    placed = [pod for pod in pods if pod.spec.node_name and not pod_finished(pod)]
    snapshot = Snapshot.of(usable, placed)
    infos = [info for info in snapshot.by_name.values() if info.node]
    found: list[CapacityWarning] = []
    for info in infos:
        found += _low(f"node/{info.name}", [info])
    found += _low("cluster", infos)
    found += _loss(snapshot, infos)
    found += _waiting(pods)
    return Warnings(found)


def _low(about: str, nodes: Sequence[NodeInfo]) -> Iterable[CapacityWarning]:
    for name, title in ((CPU, "CPU"), (MEMORY, "Memory")):
        has = sum(node.allocatable.get(name) for node in nodes)
        asked = sum(node.requested.get(name) for node in nodes)
        share = asked / has if has else 0.0
        if share > LOW:
            level = "critical" if share > CRITICAL else "warning"
            text = f"{share:.0%} of the allocatable {title.lower()} is requested"
            yield CapacityWarning(level, about, f"{title}RunsLow", text.replace("cpu", "CPU"))


def _loss(snapshot: Snapshot, nodes: Sequence[NodeInfo]) -> Iterable[CapacityWarning]:
    """Whether the pods of any one node would find room on the others."""
    framework = Framework()
    for lost in nodes:
        homeless = _homeless(snapshot, lost, framework)
        if homeless:
            text = f"if this node is lost, {homeless} of its {len(lost.pods)} pods find no room"
            yield CapacityWarning("warning", f"node/{lost.name}", "LossNotAbsorbed", text)


def _homeless(snapshot: Snapshot, lost: NodeInfo, framework: Framework) -> int:
    """How many pods of a node would fit nowhere else, the largest placed first."""
    movers = [pod for pod in lost.pods.values() if not _stays(pod)]
    movers.sort(key=lambda p: (-p.needs.requests.milli_cpu, -p.needs.requests.memory, p.key))
    left = 0
    guests: list[PodInfo] = []
    for pod in movers:
        guest = unbound(pod)
        guest.uid = f"{pod.uid}/elsewhere"
        others = (node for node in snapshot.nodes if node.name != lost.name)
        room = next((n for n in others if fits(guest, n, snapshot, framework)), None)
        if room is None:
            left += 1
            continue
        guest.node_name = room.name
        snapshot.add_pod(guest)
        guests.append(guest)
    for guest in guests:
        snapshot.remove_pod(guest)
    return left


def fits(pod: PodInfo, node: NodeInfo, snapshot: Snapshot, framework: Framework) -> bool:
    """Whether all filters let the pod onto the node."""
    return refusal(pod, node, snapshot, framework, _NOBODY) is None


_NOBODY = Nominator()


def _stays(pod: PodInfo) -> bool:
    """A daemon belongs to its node."""
    return any(o.controller and o.kind == "DaemonSet" for o in pod.pod.metadata.owner_references)


def _waiting(pods: Sequence[Pod]) -> Iterable[CapacityWarning]:
    waiting = []
    for pod in pods:
        said = condition(pod, "PodScheduled")
        if not pod.spec.node_name and said is not None and said.reason == "Unschedulable":
            waiting.append(pod.metadata.name)
    if waiting:
        some = ", ".join(waiting[:3]) + (", ..." if len(waiting) > 3 else "")
        yield CapacityWarning(
            "critical", "cluster", "PodsWaitForRoom", f"{len(waiting)} pending: {some}"
        )
