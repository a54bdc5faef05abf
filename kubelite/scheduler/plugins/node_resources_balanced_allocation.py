"""Prefer nodes whose cpu and memory would be used up evenly.

The score is 1 minus the standard deviation of the used fractions.
Models ``pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from kubelite.scheduler.framework import MAX_NODE_SCORE, SKIP, CycleState, Hint, Status
from kubelite.scheduler.resources import CPU, MEMORY
from kubelite.scheduler.types import NodeInfo, PodInfo


class NodeResourcesBalancedAllocation:
    """PreScore, Score."""

    name = "NodeResourcesBalancedAllocation"
    score_by_spec = score_by_requests = True
    events: Mapping[str, Hint] = {}

    def __init__(self, resources: tuple[str, ...] = (CPU, MEMORY)):
        self.resources = resources
        self._usual = resources == (CPU, MEMORY)

    def pre_score(
        self, state: CycleState, pod: PodInfo, nodes: Sequence[NodeInfo]
    ) -> Status | None:
        """A pod that asks for nothing unbalances nothing."""
        requests = pod.needs.requests
        return None if any(requests.get(name) for name in self.resources) else SKIP

    def score(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> int:
        """How even the node would be with the pod on it."""
        asked, used, capacity = pod.needs.requests, node.requested, node.allocatable
        if self._usual and capacity.milli_cpu and capacity.memory:
            cpu = min(1.0, (used.milli_cpu + asked.milli_cpu) / capacity.milli_cpu)
            memory = min(1.0, (used.memory + asked.memory) / capacity.memory)
            return int((1 - abs((cpu - memory) / 2)) * MAX_NODE_SCORE)
        fractions = [
            min(1.0, (used.get(name) + asked.get(name)) / capacity.get(name))
            for name in self.resources
            if capacity.get(name) and (name in (CPU, MEMORY) or asked.get(name))
        ]
        return int((1 - deviation(fractions)) * MAX_NODE_SCORE)


def deviation(fractions: list[float]) -> float:
    """The standard deviation."""
    if len(fractions) < 2:
        return 0.0
    if len(fractions) == 2:
        return abs((fractions[0] - fractions[1]) / 2)
    mean = sum(fractions) / len(fractions)
    return sqrt(sum((f - mean) * (f - mean) for f in fractions) / len(fractions))
