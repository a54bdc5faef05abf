"""Taints keep pods off a node; tolerations let them on all the same.

NoSchedule and NoExecute refuse; PreferNoSchedule only costs points.
Models ``pkg/scheduler/framework/plugins/tainttoleration`` and ``Toleration.ToleratesTaint``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kubelite.api.core_v1 import Node, Taint, Toleration
from kubelite.api.tolerations import tolerates
from kubelite.scheduler.framework import (
    NODE_ADD,
    NODE_TAINT,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    Hint,
    Status,
    default_normalize,
)
from kubelite.scheduler.types import NodeInfo, PodInfo

NO_SCHEDULE = "NoSchedule"
NO_EXECUTE = "NoExecute"
PREFER_NO_SCHEDULE = "PreferNoSchedule"


def tolerated(taint: Taint, tolerations: Iterable[Toleration]) -> bool:
    """Whether one of the tolerations is about this taint."""
    return any(tolerates(toleration, taint) for toleration in tolerations)


def untolerated(taints: Iterable[Taint], tolerations: Sequence[Toleration]) -> Taint | None:
    """The first taint that keeps the pod off, if there is one."""
    for taint in taints:
        hard = taint.effect in (NO_SCHEDULE, NO_EXECUTE)
        if hard and not tolerated(taint, tolerations):
            return taint
    return None


class TaintToleration:
    """Filter, Score."""

    name = "TaintToleration"
    filter_by_spec = True
    score_by_spec = True
    refusal = Status(
        UNSCHEDULABLE_AND_UNRESOLVABLE, ("node(s) had untolerated taint(s)",), plugin=name
    )

    def __init__(self) -> None:
        self.events: Mapping[str, Hint] = {NODE_ADD: self.taint_gone, NODE_TAINT: self.taint_gone}

    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse nodes with a hard taint that the pod does not tolerate."""
        if not node.taints or untolerated(node.taints, pod.needs.spec.tolerations) is None:
            return None
        return self.refusal

    def score(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> int:
        """How many soft taints the pod does not tolerate."""
        tolerations = pod.needs.spec.tolerations
        return sum(
            taint.effect == PREFER_NO_SCHEDULE and not tolerated(taint, tolerations)
            for taint in node.taints
        )

    def normalize(
        self, state: CycleState, nodes: Sequence[NodeInfo], raw: Sequence[int]
    ) -> Sequence[int]:
        """Fewest is best."""
        return default_normalize(raw, reverse=True)

    def taint_gone(self, pod: PodInfo, old: Node | None, new: Node) -> bool:
        """Hint: a node has no taint against the pod now, and had one before."""
        tolerations = pod.needs.spec.tolerations
        if untolerated(new.spec.taints, tolerations):
            return False
        return old is None or untolerated(old.spec.taints, tolerations) is not None
