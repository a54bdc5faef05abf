"""When no node is left: whom to evict, and from which node, so that this pod fits.

Only pods of lower priority, and as few and as unimportant ones as possible. No eviction cures a
wrong label, and a node without pods of lower priority has nobody to evict.
Models ``pkg/scheduler/framework/plugins/defaultpreemption``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from kubelite.scheduler import preemption
from kubelite.scheduler.framework import (
    NO_LISTERS,
    UNSCHEDULABLE,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    Hint,
    Listers,
    PostFilterResult,
    Status,
)
from kubelite.scheduler.types import PodInfo

NOT_HELPFUL = "Preemption is not helpful for scheduling"


class DefaultPreemption:
    """PostFilter."""

    name = "DefaultPreemption"
    events: Mapping[str, Hint] = {}

    def __init__(self, listers: Listers = NO_LISTERS):
        self._budgets = listers.budgets

    def post_filter(
        self, state: CycleState, pod: PodInfo, refusals: Mapping[str, Status]
    ) -> PostFilterResult:
        """A node and its victims, or why making room does not help."""
        reason = self._not_eligible(state, pod, refusals)
        if reason:
            return PostFilterResult(self._refused(reason))
        nodes = state.snapshot.nodes
        open_to_it = [node for node in nodes if _code(refusals.get(node.name)) == UNSCHEDULABLE]
        found, lost = preemption.find_candidates(state, pod, open_to_it, tuple(self._budgets()))
        if not found:
            reasons = Counter(reason for status in lost.values() for reason in status.reasons)
            reasons[NOT_HELPFUL] = len(nodes) - len(lost)
            text = preemption.fit_error(len(nodes), reasons)
            return PostFilterResult(self._refused(text), nominated_node="")
        best = preemption.pick_one(found)
        return PostFilterResult(nominated_node=best.node, victims=best.victims)

    def _refused(self, reason: str) -> Status:
        return Status(UNSCHEDULABLE, (f"preemption: {reason}",), self.name)

    @staticmethod
    def _not_eligible(state: CycleState, pod: PodInfo, refusals: Mapping[str, Status]) -> str:
        """Why the pod may not evict anybody now, or "": once is enough."""
        if pod.needs.spec.preemption_policy == "Never":
            return "not eligible due to preemptionPolicy=Never."
        nominated = state.nominator.node_of(pod.uid) or pod.pod.status.nominated_node_name
        node = state.snapshot.by_name.get(nominated)
        if node is None or _code(refusals.get(nominated)) == UNSCHEDULABLE_AND_UNRESOLVABLE:
            return ""
        leaving = preemption.potential_victims(pod, node)
        if any(preemption.terminating_by_preemption(other.pod) for other in leaving):
            return "not eligible due to a terminating pod on the nominated node."
        return ""


def _code(status: Status | None) -> str:
    return status.code if status else UNSCHEDULABLE_AND_UNRESOLVABLE
