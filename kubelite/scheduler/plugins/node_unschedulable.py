"""A cordoned node takes no new pods, except those that tolerate the cordon's taint.

Models ``pkg/scheduler/framework/plugins/nodeunschedulable``.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelite.api.core_v1 import Node, Taint
from kubelite.scheduler.framework import (
    NODE_ADD,
    NODE_TAINT,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    Hint,
    Status,
)
from kubelite.scheduler.plugins.taint_toleration import NO_SCHEDULE, tolerated
from kubelite.scheduler.types import NodeInfo, PodInfo

CORDON = Taint(key="node.kubernetes.io/unschedulable", effect=NO_SCHEDULE)


class NodeUnschedulable:
    """Filter."""

    name = "NodeUnschedulable"
    filter_by_spec = True
    refusal = Status(UNSCHEDULABLE_AND_UNRESOLVABLE, ("node(s) were unschedulable",), plugin=name)

    def __init__(self) -> None:
        self.events: Mapping[str, Hint] = {NODE_ADD: self.uncordoned, NODE_TAINT: self.uncordoned}

    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse cordoned nodes."""
        if not node.unschedulable or tolerated(CORDON, pod.needs.spec.tolerations):
            return None
        return self.refusal

    def uncordoned(self, pod: PodInfo, old: Node | None, new: Node) -> bool:
        """Hint: a node now takes pods and did not before."""
        return not new.spec.unschedulable and (old is None or old.spec.unschedulable)
