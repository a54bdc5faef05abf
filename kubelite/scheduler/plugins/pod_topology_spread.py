"""Spread the pods of one kind evenly over nodes, zones, or any label's values.

A constraint that says DoNotSchedule refuses nodes; ScheduleAnyway costs points. A pod without
constraints of its own gets the cluster's: prefer an even spread over nodes and zones among the
pods of the same Services and the same ReplicaSet.
Models ``pkg/scheduler/framework/plugins/podtopologyspread`` and ``plugins/helper/spread.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from math import log
from operator import add
from typing import Any, NamedTuple

from kubelite.api.core_v1 import Node, Pod, TopologySpreadConstraint
from kubelite.apimachinery.labels import EVERYTHING, Selector, from_label_selector
from kubelite.apimachinery.memo import ByIdentity
from kubelite.scheduler.framework import (
    MAX_NODE_SCORE,
    NODE_ADD,
    NODE_DELETE,
    NODE_LABEL,
    POD_ADD,
    POD_DELETE,
    POD_LABEL,
    SKIP,
    UNSCHEDULABLE,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    Hint,
    Listers,
    Status,
)
from kubelite.scheduler.plugins.taint_toleration import untolerated
from kubelite.scheduler.types import (
    HOSTNAME_LABEL,
    ZONE_LABEL,
    NodeInfo,
    PodInfo,
    merge_labels,
)

DO_NOT_SCHEDULE = "DoNotSchedule"
SCHEDULE_ANYWAY = "ScheduleAnyway"

REASON = "node(s) didn't match pod topology spread constraints"


class Constraint(NamedTuple):
    """A parsed TopologySpreadConstraint, its defaults filled in."""

    max_skew: int
    topology_key: str
    selector: Selector
    min_domains: int = 1
    honor_affinity: bool = True
    honor_taints: bool = False


SYSTEM_DEFAULTS = (
    Constraint(3, HOSTNAME_LABEL, EVERYTHING),
    Constraint(5, ZONE_LABEL, EVERYTHING),
)
"""What a pod without constraints prefers; ScheduleAnyway, its selector is found for each pod."""


class Hard(NamedTuple):
    """For Filter: the constraints, and for each the matching pods by value of its label."""

    constraints: list[Constraint]
    counts: list[dict[str, int]]
    least: list[int]
    self_match: list[int]


class Part(NamedTuple):
    """For Score: what one constraint costs. ``near`` counts by value of the label, or by node:
    then it is a list in the order of the snapshot.
    """

    topology_key: str
    near: Mapping[str, int] | list[int]
    weight: float
    base: int


class Soft(NamedTuple):
    """For Score: the parts, and the nodes that lack a label."""

    parts: list[Part]
    ignored: set[str]


class PodTopologySpread:
    """PreFilter, Filter, PreScore, Score."""

    name = "PodTopologySpread"
    refusal = Status(UNSCHEDULABLE, (REASON,), plugin=name)
    no_label = Status(
        UNSCHEDULABLE_AND_UNRESOLVABLE, (REASON + " (missing required label)",), plugin=name
    )

    def __init__(self, listers: Listers, defaults: Sequence[Constraint] = SYSTEM_DEFAULTS):
        self.listers = listers
        self.defaults = defaults
        self._selecting: dict[Selector, list[Constraint]] = {}  # the defaults, by selector
        self.events: Mapping[str, Hint] = {
            POD_ADD: self.pod_counts,
            POD_DELETE: self.pod_counts,
            POD_LABEL: self.pod_counts,
            NODE_ADD: self.domain_changed,
            NODE_DELETE: self.domain_changed,
            NODE_LABEL: self.domain_changed,
        }

    def pre_filter(self, state: CycleState, pod: PodInfo) -> Status | None:
        """Count matching pods by domain for the hard constraints."""
        constraints = _own(pod, DO_NOT_SCHEDULE)
        if not constraints:
            return SKIP
        counts: list[dict[str, int]] = [{} for _ in constraints]
        found = [_matching(state, pod, constraint) for constraint in constraints]
        for node in state.snapshot.nodes:
            if not all(c.topology_key in node.labels for c in constraints):
                continue
            for constraint, by_node, sums in zip(constraints, found, counts, strict=True):
                if _included(constraint, pod, node):
                    value = node.labels[constraint.topology_key]
                    sums[value] = sums.get(value, 0) + by_node.get(node.name, 0)
        least = [
            min(sums.values()) if sums and len(sums) >= constraint.min_domains else 0
            for constraint, sums in zip(constraints, counts, strict=True)
        ]
        matches = [int(constraint.selector.matches(pod.labels)) for constraint in constraints]
        state[self.name] = Hard(constraints, counts, least, matches)
        return None

    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse nodes on which a domain would get too far ahead of the emptiest."""
        hard: Hard = state[self.name]
        for constraint, sums, least, itself in zip(*hard, strict=True):
            value = node.labels.get(constraint.topology_key)
            if value is None:
                return self.no_label
            if sums.get(value, 0) + itself - least > constraint.max_skew:
                return self.refusal
        return None

    def pre_score(
        self, state: CycleState, pod: PodInfo, nodes: Sequence[NodeInfo]
    ) -> Status | None:
        """Count matching pods by domain for the soft constraints."""
        own = bool(pod.needs.spec.topology_spread_constraints)
        constraints = _own(pod, SCHEDULE_ANYWAY) if own else self._default(pod)
        if not constraints:
            return SKIP
        ignored: set[str] = set()
        if own or self.defaults is not SYSTEM_DEFAULTS:
            rare = [c.topology_key for c in constraints]
            rare = [key for key in rare if not state.snapshot.has_everywhere(key)]
            if rare:
                ignored = {n.name for n in nodes if not all(key in n.labels for key in rare)}
        parts: list[Part] = []
        for constraint in constraints:
            key = constraint.topology_key
            near: Mapping[str, int] | list[int]
            if key == HOSTNAME_LABEL:
                near = state.snapshot.matching_at(pod.namespace, constraint.selector)
                size = len(nodes) - len(ignored)
            else:
                domains = _domains(state, nodes, key, ignored)
                if domains == {None}:
                    continue  # no node has the label: nothing to spread over
                keys = [c.topology_key for c in constraints] if own else []
                near, size = _by_domain(state, pod, constraint, domains, keys), len(domains)
            base = constraint.max_skew - 1
            parts.append(Part(key, near, log(size + 2), base))
        state[self.name] = Soft(parts, ignored)
        return None

    def score_all(self, state: CycleState, pod: PodInfo, nodes: Sequence[NodeInfo]) -> list[int]:
        """The matching pods near each node, weighted."""
        parts, ignored = state[self.name]
        snapshot, pick = state.snapshot, state.pick
        totals: Iterable[float] | None = None
        first = 0.5  # to round
        for topology_key, near, weight, base in parts:
            pods = pick(near) if isinstance(near, list) else _near(state, topology_key, near)
            # Many nodes, few different numbers: each is worked out once.
            cost = {count: first + (count * weight + base) for count in set(pods)}
            costs: Iterable[float] = map(cost.__getitem__, pods)
            if not snapshot.has_everywhere(topology_key):
                places = pick(snapshot.column(topology_key))
                costs = [first if p is None else c for p, c in zip(places, costs, strict=True)]
            totals = costs if totals is None else map(add, totals, costs)
            first = 0.0
        if totals is None:
            return [0] * len(nodes)
        if ignored:
            return [0 if n.name in ignored else int(t) for n, t in zip(nodes, totals, strict=True)]
        return list(map(int, totals))

    def normalize(
        self, state: CycleState, nodes: Sequence[NodeInfo], raw: Sequence[int]
    ) -> Sequence[int]:
        """Fewest is best; a node that was ignored gets nothing."""
        ignored = state[self.name].ignored
        counted = raw
        if ignored:
            counted = [s for s, n in zip(raw, nodes, strict=True) if n.name not in ignored]
        top, bottom = max(counted, default=0), min(counted, default=0)
        if not top:
            marks = [MAX_NODE_SCORE] * len(raw)
        else:
            scaled = {s: MAX_NODE_SCORE * (top + bottom - s) // top for s in set(raw)}
            marks = list(map(scaled.__getitem__, raw))
        if not ignored:
            return marks
        return [0 if n.name in ignored else m for m, n in zip(marks, nodes, strict=True)]

    def _default(self, pod: PodInfo) -> list[Constraint]:
        if not self.defaults:
            return []
        selector = default_selector(pod, self.listers)
        if selector.everything:
            return []
        known = self._selecting.get(selector)
        if known is None:
            if len(self._selecting) >= _SELECTORS_KEPT:
                self._selecting.clear()
            known = [constraint._replace(selector=selector) for constraint in self.defaults]
            self._selecting[selector] = known
        return known

    def pod_counts(self, pod: PodInfo, old: Pod | None, new: Pod | None) -> bool:
        """Hint: a pod that a hard constraint counts has come, gone or changed its labels."""
        selectors = [constraint.selector for constraint in _own(pod, DO_NOT_SCHEDULE)]
        return any(
            other.metadata.namespace == pod.namespace
            and any(selector.matches(other.metadata.labels) for selector in selectors)
            for other in (old, new)
            if other is not None
        )

    def domain_changed(self, pod: PodInfo, old: Node | None, new: Node | None) -> bool:
        """Hint: a node with all the labels has come, gone or changed one of them."""
        keys = [constraint.topology_key for constraint in _own(pod, DO_NOT_SCHEDULE)]
        before = [old.metadata.labels.get(key) for key in keys] if old else []
        after = [new.metadata.labels.get(key) for key in keys] if new else []
        complete = (before and None not in before) or (after and None not in after)
        return bool(complete) and before != after


def default_selector(pod: PodInfo, listers: Listers) -> Selector:
    """What the pod's Services and its ReplicaSet have in common with it."""
    labels: dict[str, str] = {}
    for service in listers.services(pod.namespace):
        wanted = service.spec.selector
        if wanted and all(pod.labels.get(key) == value for key, value in wanted.items()):
            labels |= wanted
    owning = None
    for owner in pod.pod.metadata.owner_references:
        if owner.controller and owner.kind == "ReplicaSet":
            owning = listers.replica_set(pod.namespace, owner.name)
    own = _parsed(owning.spec) if owning else EVERYTHING
    return _joined(tuple(labels.items()), own) if labels else own


@lru_cache(maxsize=1024)
def _joined(labels: tuple[tuple[str, str], ...], selector: Selector) -> Selector:
    return merge_labels(selector, labels)


_SELECTORS_KEPT = 1_024
_parsed = ByIdentity[Any, Selector](lambda owner: from_label_selector(owner.selector))


def _own(pod: PodInfo, action: str) -> list[Constraint]:
    """The constraints that the pod itself has of one kind."""
    return [
        _constraint(raw, pod)
        for raw in pod.needs.spec.topology_spread_constraints
        if raw.when_unsatisfiable == action
    ]


def _constraint(raw: TopologySpreadConstraint, pod: PodInfo) -> Constraint:
    selector = from_label_selector(raw.label_selector)
    keys = [key for key in raw.match_label_keys if key in pod.labels]
    if keys:
        selector = merge_labels(selector, [(key, pod.labels[key]) for key in keys])
    return Constraint(
        raw.max_skew,
        raw.topology_key,
        selector,
        raw.min_domains or 1,
        raw.node_affinity_policy in (None, "Honor"),
        raw.node_taints_policy == "Honor",
    )


def _matching(state: CycleState, pod: PodInfo, constraint: Constraint) -> Mapping[str, int]:
    """Matching pods by node; a selector that asks for nothing counts nothing."""
    if constraint.selector.everything:
        return {}
    return state.snapshot.matching(pod.namespace, constraint.selector)


def _included(constraint: Constraint, pod: PodInfo, node: NodeInfo) -> bool:
    """Whether pods on this node count."""
    needs = pod.needs
    if constraint.honor_affinity and not needs.node_affinity.matches(node.name, node.labels):
        return False
    return not constraint.honor_taints or not untolerated(node.taints, needs.spec.tolerations)


def _domains(
    state: CycleState, nodes: Sequence[NodeInfo], key: str, ignored: set[str]
) -> set[str | None]:
    """The values of a label on the nodes that are left, None for nodes without it."""
    if ignored:
        return {node.labels.get(key) for node in nodes if node.name not in ignored}
    return set(state.pick(state.snapshot.column(key)))


def _near(state: CycleState, key: str, near: Mapping[str, int]) -> list[int]:
    """The count for each node that is left."""
    return list(map(near.get, state.pick(state.snapshot.column(key)), repeat(0)))


def _by_domain(
    state: CycleState,
    pod: PodInfo,
    constraint: Constraint,
    domains: set[str | None],
    keys: Sequence[str],
) -> Mapping[str, int]:
    """Matching pods by value of the label, for these values, on nodes that have all ``keys``."""
    key, snapshot = constraint.topology_key, state.snapshot
    everywhere = pod.needs.node_affinity.anywhere and not constraint.honor_taints
    if everywhere and not constraint.selector.everything and set(keys) <= {key}:
        return snapshot.matching_by(key, pod.namespace, constraint.selector)
    sums: dict[str, int] = {}
    for name, count in _matching(state, pod, constraint).items():
        node = snapshot.by_name[name]
        value = node.labels.get(key)
        if (
            value is not None
            and value in domains
            and (everywhere or _included(constraint, pod, node))
            and all(key in node.labels for key in keys)
        ):
            sums[value] = sums.get(value, 0) + count
    return sums
