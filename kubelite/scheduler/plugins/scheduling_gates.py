"""A pod with scheduling gates waits outside the queue until they are all gone.

Models ``pkg/scheduler/framework/plugins/schedulinggates``.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelite.scheduler.framework import UNSCHEDULABLE_AND_UNRESOLVABLE, Hint, Status
from kubelite.scheduler.types import PodInfo


class SchedulingGates:
    """PreEnqueue."""

    name = "SchedulingGates"
    events: Mapping[str, Hint] = {}

    def pre_enqueue(self, pod: PodInfo) -> Status | None:
        """Refuse while any gate is left."""
        gates = pod.needs.spec.scheduling_gates
        if not gates:
            return None
        names = " ".join(gate.name for gate in gates)
        reason = f"waiting for scheduling gates: [{names}]"
        return Status(UNSCHEDULABLE_AND_UNRESOLVABLE, (reason,), self.name)
