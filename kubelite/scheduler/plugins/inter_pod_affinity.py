"""Near some pods, away from others.

Near means on nodes with the same value of a label, the topology key. The pod's own rules count,
and those of pods that are there already: a pod that keeps others away keeps the new one away too.
Models ``pkg/scheduler/framework/plugins/interpodaffinity``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.struct import Value
from kubelite.scheduler.framework import (
    MAX_NODE_SCORE,
    NODE_ADD,
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
from kubelite.scheduler.types import AffinityTerm, Needs, NodeInfo, PodInfo, needs_of

Domain = tuple[str, str]
"""A label of nodes and one of its values."""

Counts = dict[Domain, int]


class Rules(Value):
    """For Filter: by domain, how many pods want the new one away, attract it, repel it."""

    existing_anti_affinity: Counts
    affinity: Counts
    anti_affinity: Counts


class InterPodAffinity:
    """PreFilter, Filter, PreScore, Score."""

    name = "InterPodAffinity"
    not_near = Status(
        UNSCHEDULABLE_AND_UNRESOLVABLE, ("node(s) didn't match pod affinity rules",), plugin=name
    )
    too_near = Status(UNSCHEDULABLE, ("node(s) didn't match pod anti-affinity rules",), plugin=name)
    not_wanted = Status(
        UNSCHEDULABLE, ("node(s) didn't satisfy existing pods anti-affinity rules",), plugin=name
    )

    def __init__(self, listers: Listers, hard_pod_affinity_weight: int = 1):
        self.labels_of = listers.namespace_labels
        self.hard_pod_affinity_weight = hard_pod_affinity_weight
        self.events: Mapping[str, Hint] = {
            POD_ADD: self.pod_matters,
            POD_DELETE: self.pod_matters,
            POD_LABEL: self.pod_matters,
            NODE_ADD: self.domain_changed,
            NODE_LABEL: self.domain_changed,
        }

    def pre_filter(self, state: CycleState, pod: PodInfo) -> Status | None:
        """Count, by domain, the pods that the rules are about."""
        existing = self._existing(state, pod)
        needs = pod.needs
        if not (existing or needs.affinity or needs.anti_affinity):
            return SKIP
        anti: Counts = {}
        for term in needs.anti_affinity:
            self._count_matching(state, term, anti)
        state[self.name] = Rules(existing, self._attracting(state, needs.affinity), anti)
        return None

    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse nodes in the wrong domains."""
        rules: Rules = state[self.name]
        label = node.labels.get
        if pod.needs.affinity and not self._near(rules.affinity, pod, node):
            return self.not_near
        if rules.anti_affinity:
            keys = [term.topology_key for term in pod.needs.anti_affinity]
            if any(rules.anti_affinity.get((key, label(key) or "")) for key in keys):
                return self.too_near
        if any(label(key) == value for key, value in rules.existing_anti_affinity):
            return self.not_wanted
        return None

    def _near(self, attracting: Counts, pod: PodInfo, node: NodeInfo) -> bool:
        terms = pod.needs.affinity
        if any(term.topology_key not in node.labels for term in terms):
            return False
        if all((t.topology_key, node.labels[t.topology_key]) in attracting for t in terms):
            return True
        # The first of a group that wants to be together would wait for itself for ever.
        return not attracting and all(term.matches(pod, self.labels_of) for term in terms)

    def _existing(self, state: CycleState, pod: PodInfo) -> Counts:
        """Domains from which pods that are there keep this one away."""
        counts: Counts = {}
        meant: dict[int, list[AffinityTerm]] = {}
        for node in state.snapshot.anti_affinity_nodes.values():
            for other in node.pods_with_anti_affinity.values():
                needs = other.needs
                terms = meant.get(id(needs))
                if terms is None:
                    terms = [t for t in needs.anti_affinity if t.matches(pod, self.labels_of)]
                    meant[id(needs)] = terms
                for term in terms:
                    _add(counts, node, term.topology_key, 1)
        return counts

    def _attracting(self, state: CycleState, terms: Sequence[AffinityTerm]) -> Counts:
        """Domains with pods that match all the terms."""
        counts: Counts = {}
        if len(terms) == 1:
            self._count_matching(state, terms[0], counts)
        elif terms:
            for node in state.snapshot.nodes:
                for other in node.pods.values():
                    if all(term.matches(other, self.labels_of) for term in terms):
                        for term in terms:
                            _add(counts, node, term.topology_key, 1)
        return counts

    def _count_matching(
        self, state: CycleState, term: AffinityTerm, counts: Counts, weight: int = 1
    ) -> None:
        """Add the pods that one term means, each with ``weight``."""
        snapshot = state.snapshot
        for namespace in term.namespaces_meant(self.labels_of):
            for name, found in snapshot.matching(namespace, term.selector, True).items():
                if found:
                    _add(counts, snapshot.by_name[name], term.topology_key, found * weight)

    def pre_score(
        self, state: CycleState, pod: PodInfo, nodes: Sequence[NodeInfo]
    ) -> Status | None:
        """Add up, by domain, the wishes of the pod and those of other pods about it."""
        if not (pod.needs.preferred or state.snapshot.affinity_nodes):
            return SKIP
        weights: Counts = {}
        for term in pod.needs.preferred:
            self._count_matching(state, term, weights, term.weight)
        meant: dict[int, list[tuple[str, int]]] = {}
        for node in state.snapshot.affinity_nodes.values():
            for other in node.pods_with_affinity.values():
                wishes = meant.get(id(other.needs))
                if wishes is None:
                    wishes = meant[id(other.needs)] = self._wishes_about(pod, other.needs)
                for key, weight in wishes:
                    _add(weights, node, key, weight)
        if not weights:
            return SKIP
        state[self.name] = weights
        return None

    def _wishes_about(self, pod: PodInfo, needs: Needs) -> list[tuple[str, int]]:
        """What a pod with these needs would give to have ``pod`` near; demands weigh a little."""
        hard = self.hard_pod_affinity_weight
        weighted = [(term, hard) for term in needs.affinity if hard]
        weighted += [(term, term.weight) for term in needs.preferred]
        return [(t.topology_key, w) for t, w in weighted if t.matches(pod, self.labels_of)]

    def score(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> int:
        """The weights of the node's domains."""
        weights: Counts = state[self.name]
        label = node.labels.get
        return sum(weight for (key, value), weight in weights.items() if label(key) == value)

    def normalize(
        self, state: CycleState, nodes: Sequence[NodeInfo], raw: Sequence[int]
    ) -> Sequence[int]:
        """Least is 0 and most is 100."""
        low, high = min(raw), max(raw)
        if low == high:
            return [0] * len(raw)
        return [int(MAX_NODE_SCORE * ((score - low) / (high - low))) for score in raw]

    def pod_matters(self, pod: PodInfo, old: Pod | None, new: Pod | None) -> bool:
        """Hint: one of the pod's rules is about the other pod, or the other way round."""
        mine = (*pod.needs.affinity, *pod.needs.anti_affinity)
        for other in (old, new):
            if other is not None:
                info = PodInfo(other, needs_of(other.spec, other.metadata.namespace))
                if any(term.matches(info, self.labels_of) for term in mine):
                    return True
                if any(t.matches(pod, self.labels_of) for t in info.needs.anti_affinity):
                    return True
        return False

    def domain_changed(self, pod: PodInfo, old: Node | None, new: Node) -> bool:
        """Hint: a node has come, or a label that a rule is about has changed."""
        terms = (*pod.needs.affinity, *pod.needs.anti_affinity)
        if old is None or not terms:
            return True
        before, after = old.metadata.labels, new.metadata.labels
        return any(before.get(t.topology_key) != after.get(t.topology_key) for t in terms)


def _add(counts: Counts, node: NodeInfo, key: str, step: int) -> None:
    value = node.labels.get(key)
    if value is not None:
        domain = (key, value)
        counts[domain] = counts.get(domain, 0) + step
