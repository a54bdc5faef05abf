"""Higher priority first; among equals, who has waited longest.

Models ``pkg/scheduler/framework/plugins/queuesort/priority_sort.go``.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelite.scheduler.framework import Hint
from kubelite.scheduler.types import PodInfo


class PrioritySort:
    """QueueSort."""

    name = "PrioritySort"
    events: Mapping[str, Hint] = {}

    def sort_key(self, pod: PodInfo, since: int) -> tuple[int, int]:
        """Smallest first."""
        return (-pod.needs.priority, since)
