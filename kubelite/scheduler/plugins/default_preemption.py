"""When no node is left: would evicting pods of lower priority make room?

Says, as upstream does, on how many nodes that could help at all: no eviction cures a wrong label,
and a node without pods of lower priority has nobody to evict. It evicts nobody.
Models ``pkg/scheduler/framework/plugins/defaultpreemption`` and ``framework/preemption``.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelite.scheduler.framework import UNSCHEDULABLE, CycleState, Hint, Status
from kubelite.scheduler.types import PodInfo

NOT_HELPFUL = "Preemption is not helpful for scheduling"
NO_VICTIMS = "No preemption victims found for incoming pod"


class DefaultPreemption:
    """PostFilter."""

    name = "DefaultPreemption"
    events: Mapping[str, Hint] = {}

    def post_filter(
        self, state: CycleState, pod: PodInfo, refusals: Mapping[str, Status]
    ) -> Status | None:
        """Why making room does not help."""
        if pod.needs.spec.preemption_policy == "Never":
            reason = "not eligible due to preemptionPolicy=Never."
        else:
            # Pods have no classes of priority yet, so no node ever has a victim.
            total = len(state.snapshot.nodes)
            open_to_it = sum(status.code == UNSCHEDULABLE for status in refusals.values())
            reason = fit_error(total, {NO_VICTIMS: open_to_it, NOT_HELPFUL: total - open_to_it})
        return Status(UNSCHEDULABLE, (f"preemption: {reason}",), self.name)


def fit_error(nodes: int, reasons: Mapping[str, int]) -> str:
    """``0/3 nodes are available: 1 this, 2 that.``: how upstream's FitError counts reasons."""
    counted = sorted(f"{count} {reason}" for reason, count in reasons.items() if count)
    listed = f" {', '.join(counted)}." if counted else ""
    return f"0/{nodes} nodes are available:{listed}"
