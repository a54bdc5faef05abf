"""For pods that fit nowhere: which node groups would help, and with how many nodes.

Models cluster-autoscaler/core/scaleup/orchestrator and estimator/binpacking_estimator.go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from kubelite.api.apps_v1 import DaemonSet
from kubelite.apimachinery.struct import Value
from kubelite.autoscaler.cloudprovider import NodeGroup
from kubelite.autoscaler.expander import Option
from kubelite.autoscaler.simulation import Simulation
from kubelite.scheduler.resources import Resource
from kubelite.scheduler.types import PodInfo

MAX_LIMIT_REACHED = "max node group size reached"
BACKOFF = "in backoff after failed scale-up"


class Offers(Value):
    """What could be done; ``rejected`` has for each pod's uid the reasons group by group."""

    options: tuple[Option, ...]
    rejected: Mapping[str, Sequence[str]]


def equivalence_groups(pods: Iterable[PodInfo]) -> list[list[PodInfo]]:
    """Pods of one owner and one spec fit in the same places, so one is tried for all."""
    found: dict[object, list[PodInfo]] = {}
    for pod in pods:
        owners = pod.pod.metadata.owner_references
        owner = next((one.uid for one in owners if one.controller), pod.uid)
        found.setdefault((owner, id(pod.needs)), []).append(pod)
    return list(found.values())


# DOC: scale-up-offers
def offers(
    pods: Sequence[PodInfo],
    groups: Iterable[NodeGroup],
    simulation: Simulation,
    daemons: Sequence[DaemonSet],
    in_backoff: frozenset[str] = frozenset(),
    most: int = 1000,
) -> Offers:
    """Every group that would help at least one pod, and why the others would not."""
    alike = equivalence_groups(pods)
    options = []
    rejected: dict[str, list[str]] = {pod.uid: [] for pod in pods}
    for group in groups:
        skipped = _skipped(group, in_backoff)
        schedulable = []
        for same in alike:
            reasons = (skipped,) if skipped else _tried(same[0], group, simulation, daemons)
            for pod in same:
                rejected[pod.uid].extend(reasons)
            if not reasons:
                schedulable.append(same)
        if schedulable:
            room = min(group.max_size - group.target_size, most)
            option = estimate(schedulable, group, simulation, daemons, room)
            if option.nodes:
                options.append(option)
    return Offers(tuple(options), rejected)


def _skipped(group: NodeGroup, in_backoff: frozenset[str]) -> str:
    if group.name in in_backoff:
        return BACKOFF
    return MAX_LIMIT_REACHED if group.target_size >= group.max_size else ""


def _tried(
    pod: PodInfo, group: NodeGroup, simulation: Simulation, daemons: Sequence[DaemonSet]
) -> tuple[str, ...]:
    """Why an empty node of the group would not take the pod."""
    with simulation.trying():
        node = simulation.add_node(group.template(f"template-{group.name}"), daemons)
        return simulation.reasons(pod, node)


# DOC: binpacking-estimator
def estimate(
    alike: Sequence[Sequence[PodInfo]],
    group: NodeGroup,
    simulation: Simulation,
    daemons: Sequence[DaemonSet],
    room: int,
) -> Option:
    """First fit, the largest pods first: how many new nodes take which pods."""
    has = Resource.of(group.template("template").status.allocatable)
    ordered = sorted(alike, key=lambda same: -_score(same[0], has))
    placed: list[PodInfo] = []
    used: dict[str, None] = {}
    new: list[str] = []
    with simulation.trying():
        for same in ordered:
            for pod in same:
                node = simulation.first_fit(pod, new)
                if not node:
                    if new and new[-1] not in used or len(new) >= room:
                        break
                    name = f"new-{group.name}-{len(new)}"
                    new.append(simulation.add_node(group.template(name), daemons))
                    if not simulation.fits(pod, new[-1]):
                        break
                    node = new[-1]
                simulation.place(pod, node)
                used[node] = None
                placed.append(pod)
    return Option(group, len(used), tuple(placed))


def _score(pod: PodInfo, has: Resource) -> float:
    asked = pod.needs.requests
    cpu = asked.milli_cpu / has.milli_cpu if has.milli_cpu else 0.0
    return cpu + (asked.memory / has.memory if has.memory else 0.0)


def reasons_message(reasons: Sequence[str]) -> str:
    """Reasons with how many groups gave each: "1 Insufficient cpu, 2 max node group ..."."""
    return ", ".join(f"{count} {reason}" for reason, count in Counter(reasons).items())
