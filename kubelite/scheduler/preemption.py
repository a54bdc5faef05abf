"""Which pods would have to go so that a more important one fits, and where that hurts least.

Everything here is tried on the snapshot and taken back: nothing has changed afterwards.
Models ``pkg/scheduler/framework/preemption/preemption.go`` and the selection of victims in
``pkg/scheduler/framework/plugins/defaultpreemption``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from kubelite.api.conditions import condition
from kubelite.api.core_v1 import Pod
from kubelite.api.policy_v1 import PodDisruptionBudget
from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.struct import Value
from kubelite.scheduler.framework import (
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    Status,
)
from kubelite.scheduler.types import NodeInfo, PodInfo

NO_VICTIMS = "No preemption victims found for incoming pod"
PREEMPTION_BY_SCHEDULER = "PreemptionByScheduler"

MIN_CANDIDATE_NODES_PERCENTAGE = 10
MIN_CANDIDATE_NODES_ABSOLUTE = 100

_LATER_THAN_ANY = 2**63  # a pod that has not started counts as starting now
_ALL_POSITIVE = 2**31  # added to priorities, so that more victims never weigh less


class Candidate(Value):
    """A node, who would have to leave it (most important first), and how many budgets break."""

    node: str
    victims: tuple[PodInfo, ...]
    violations: int = 0


def start_time(pod: Pod) -> int:
    """When the pod started, in microseconds; one that has not started is later than all."""
    started = pod.status.start_time
    return _LATER_THAN_ANY if started is None else int(started)


def importance(pod: PodInfo) -> tuple[int, int]:
    """A key that sorts the most important first: by priority, then by who runs longest."""
    return (-pod.needs.priority, start_time(pod.pod))


def potential_victims(pod: PodInfo, node: NodeInfo) -> list[PodInfo]:
    """The pods on ``node`` of lower priority than ``pod``."""
    priority = pod.needs.priority
    return [other for other in node.pods.values() if other.needs.priority < priority]


def terminating_by_preemption(pod: Pod) -> bool:
    """Whether the pod is on its way out because the scheduler asked it to go."""
    if pod.metadata.deletion_timestamp is None:
        return False
    target = condition(pod, "DisruptionTarget")
    return (
        target is not None and target.status == "True" and target.reason == PREEMPTION_BY_SCHEDULER
    )


def violating(
    pods: Sequence[PodInfo], budgets: Iterable[PodDisruptionBudget]
) -> tuple[list[PodInfo], list[PodInfo]]:
    """The pods whose eviction breaks a budget, and the others, both in the order given."""
    known = [(b, from_label_selector(b.spec.selector)) for b in budgets]
    left = [budget.status.disruptions_allowed for budget, _ in known]
    breaking: list[PodInfo] = []
    harmless: list[PodInfo] = []
    for pod in pods:
        breaks = False
        for place, (budget, selector) in enumerate(known):
            applies = budget.metadata.namespace == pod.namespace and not selector.everything
            if not applies or not pod.labels or not selector.matches(pod.labels):
                continue
            if pod.pod.metadata.name not in budget.status.disrupted_pods:
                left[place] -= 1
                breaks = breaks or left[place] < 0
        (breaking if breaks else harmless).append(pod)
    return breaking, harmless


# DOC: preemption-victims
def select_victims_on_node(
    state: CycleState, pod: PodInfo, node: NodeInfo, budgets: Sequence[PodDisruptionBudget]
) -> Candidate | Status:
    """Take everybody less important off the node; if the pod fits then, let back whom we can.

    Those whose eviction would break a budget are let back first, then the most important.
    """
    candidates = potential_victims(pod, node)
    if not candidates:
        return Status(UNSCHEDULABLE_AND_UNRESOLVABLE, (NO_VICTIMS,))
    snapshot = state.snapshot
    absent = {other.uid: other for other in candidates}
    victims: list[PodInfo] = []
    for other in candidates:
        snapshot.remove_pod(other)
    try:
        status = state.refusal(node)
        if status is not None:
            return status
        breaking, harmless = violating(sorted(candidates, key=importance), budgets)
        for other in (*breaking, *harmless):
            snapshot.add_pod(absent.pop(other.uid))
            if state.refusal(node) is not None:
                snapshot.remove_pod(other)
                absent[other.uid] = other
                victims.append(other)
    finally:
        for other in absent.values():
            snapshot.add_pod(other)
    broken = {other.uid for other in breaking}
    violations = sum(victim.uid in broken for victim in victims)
    return Candidate(node.name, tuple(sorted(victims, key=importance)), violations)


def find_candidates(
    state: CycleState,
    pod: PodInfo,
    nodes: Sequence[NodeInfo],
    budgets: Sequence[PodDisruptionBudget],
) -> tuple[list[Candidate], dict[str, Status]]:
    """Nodes where it can be done, and why not on the others. Big clusters are not searched whole.

    The search begins at a node of chance, so that not always the same one is emptied.
    """
    hopeless = Status(UNSCHEDULABLE_AND_UNRESOLVABLE, (NO_VICTIMS,))
    hopeful = [node for node in nodes if potential_victims(pod, node)]
    lost = {node.name: hopeless for node in nodes if not potential_victims(pod, node)}
    wanted = candidates_to_find(len(nodes))
    start = int(state.draw() * len(hopeful)) if len(hopeful) > 1 else 0
    found: list[Candidate] = []
    for node in hopeful[start:] + hopeful[:start]:
        result = select_victims_on_node(state, pod, node, budgets)
        if isinstance(result, Status):
            lost[node.name] = result
            continue
        found.append(result)
        if len(found) >= wanted and any(not candidate.violations for candidate in found):
            break
    return found, lost


def candidates_to_find(nodes: int) -> int:
    """After how many candidates the search may stop: a tenth of the nodes, at least 100."""
    share = nodes * MIN_CANDIDATE_NODES_PERCENTAGE // 100
    return min(max(share, MIN_CANDIDATE_NODES_ABSOLUTE), nodes)


# DOC: preemption-pick
def pick_one(candidates: Sequence[Candidate]) -> Candidate:
    """Where it hurts least: each question is asked only of those equal in all before.

    Fewest broken budgets; the lowest highest priority; the lowest sum of priorities; fewest
    victims; the most important of them started last; the first.
    """
    return max(candidates, key=lambda candidate: tuple(ask(candidate) for ask in _QUESTIONS))


_QUESTIONS: tuple[Callable[[Candidate], int], ...] = (
    lambda candidate: -candidate.violations,
    lambda candidate: -candidate.victims[0].needs.priority,
    lambda candidate: -sum(v.needs.priority + _ALL_POSITIVE for v in candidate.victims),
    lambda candidate: -len(candidate.victims),
    lambda candidate: _earliest_start(candidate.victims),
)


def _earliest_start(victims: Sequence[PodInfo]) -> int:
    """When the first of the most important victims started."""
    highest = victims[0].needs.priority
    return min(start_time(v.pod) for v in victims if v.needs.priority == highest)


def fit_error(nodes: int, reasons: Mapping[str, int]) -> str:
    """``0/3 nodes are available: 1 this, 2 that.``: how upstream's FitError counts reasons."""
    counted = sorted(f"{count} {reason}" for reason, count in reasons.items() if count)
    listed = f" {', '.join(counted)}." if counted else ""
    return f"0/{nodes} nodes are available:{listed}"
