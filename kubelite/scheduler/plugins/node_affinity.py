"""Nodes a pod demands or prefers, by their labels.

Models ``pkg/scheduler/framework/plugins/nodeaffinity``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubelite.api.core_v1 import Node
from kubelite.api.node_selector import Term
from kubelite.scheduler.framework import (
    NODE_ADD,
    NODE_LABEL,
    SKIP,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    Hint,
    Status,
    default_normalize,
)
from kubelite.scheduler.types import NodeInfo, PodInfo


class NodeAffinity:
    """PreFilter, Filter, PreScore, Score."""

    name = "NodeAffinity"
    filter_by_spec = True
    refusal = Status(
        UNSCHEDULABLE_AND_UNRESOLVABLE,
        ("node(s) didn't match Pod's node affinity/selector",),
        plugin=name,
    )
    conflict = Status(UNSCHEDULABLE_AND_UNRESOLVABLE, ("pod affinity terms conflict",), plugin=name)

    def __init__(self) -> None:
        self.events: Mapping[str, Hint] = {NODE_ADD: self.matches_now, NODE_LABEL: self.matches_now}

    def pre_filter(self, state: CycleState, pod: PodInfo) -> Status | None:
        """Where every term names nodes, no other node need be looked at."""
        required = pod.needs.node_affinity
        if required.anywhere:
            return SKIP
        named = [term.node_names() for term in required.terms or ()]
        if not named or None in named:
            return None
        names = set().union(*(found for found in named if found))
        if not names:
            return self.conflict
        state.restrict(names)
        return None

    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse nodes that are not admitted."""
        if pod.needs.node_affinity.matches(node.name, node.labels):
            return None
        return self.refusal

    def pre_score(
        self, state: CycleState, pod: PodInfo, nodes: Sequence[NodeInfo]
    ) -> Status | None:
        """Read the wishes."""
        affinity = pod.needs.spec.affinity and pod.needs.spec.affinity.node_affinity
        if not affinity or not affinity.preferred_during_scheduling_ignored_during_execution:
            return SKIP
        state[self.name] = [
            (Term(wish.preference), wish.weight)
            for wish in affinity.preferred_during_scheduling_ignored_during_execution
        ]
        return None

    def score(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> int:
        """The weights of the wishes that hold."""
        wishes: list[tuple[Term, int]] = state[self.name]
        return sum(weight for term, weight in wishes if term.matches(node.name, node.labels))

    def normalize(
        self, state: CycleState, nodes: Sequence[NodeInfo], raw: Sequence[int]
    ) -> Sequence[int]:
        """Most is best."""
        return default_normalize(raw)

    def matches_now(self, pod: PodInfo, old: Node | None, new: Node) -> bool:
        """Hint: a node is admitted now and was not before."""
        admits = pod.needs.node_affinity.matches
        if not admits(new.metadata.name, new.metadata.labels):
            return False
        return old is None or not admits(old.metadata.name, old.metadata.labels)
