"""A pod that names its node can go nowhere else.

Models ``pkg/scheduler/framework/plugins/nodename``.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelite.scheduler.framework import (
    NODE_ADD,
    SKIP,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    Hint,
    Status,
    always,
)
from kubelite.scheduler.types import NodeInfo, PodInfo


class NodeName:
    """PreFilter, Filter."""

    name = "NodeName"
    filter_by_spec = True
    events: Mapping[str, Hint] = {NODE_ADD: always}
    refusal = Status(
        UNSCHEDULABLE_AND_UNRESOLVABLE,
        ("node(s) didn't match the requested node name",),
        plugin=name,
    )

    def pre_filter(self, state: CycleState, pod: PodInfo) -> Status | None:
        """Pods in the queue rarely name a node."""
        return None if pod.needs.spec.node_name else SKIP

    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse every other node."""
        return None if pod.needs.spec.node_name == node.name else self.refusal
