"""Which nodes a pod's ``nodeSelector`` and node affinity admit.

Models ``k8s.io/component-helpers/scheduling/corev1/nodeaffinity``.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelite.api.core_v1 import NodeSelectorRequirement, NodeSelectorTerm, PodSpec
from kubelite.apimachinery.labels import (
    DOES_NOT_EXIST,
    EXISTS,
    GREATER_THAN,
    IN,
    LESS_THAN,
    NOT_IN,
    Requirement,
)

_OPERATORS = {
    "In": IN,
    "NotIn": NOT_IN,
    "Exists": EXISTS,
    "DoesNotExist": DOES_NOT_EXIST,
    "Gt": GREATER_THAN,
    "Lt": LESS_THAN,
}
NAME_FIELD = "metadata.name"


class Term:
    """A parsed NodeSelectorTerm: everything in it must hold, and an empty one never does."""

    __slots__ = ("expressions", "fields")

    def __init__(self, term: NodeSelectorTerm):
        self.expressions = tuple(map(_requirement, term.match_expressions))
        self.fields = tuple(map(_requirement, term.match_fields))

    @property
    def empty(self) -> bool:
        """Whether nothing is asked, which here means that nothing matches."""
        return not (self.expressions or self.fields)

    def matches(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether a node of that name and these labels is meant."""
        if self.empty:
            return False
        field = {NAME_FIELD: name}
        return all(r.matches(labels) for r in self.expressions) and all(
            r.matches(field) for r in self.fields
        )

    def node_names(self) -> set[str] | None:
        """The names the term admits, where it names nodes at all."""
        named = [set(r.values) for r in self.fields if r.key == NAME_FIELD and r.operator == IN]
        return set.intersection(*named) if named else None


class RequiredNodeAffinity:
    """``nodeSelector`` and required node affinity: both must hold."""

    __slots__ = ("labels", "terms")

    def __init__(self, spec: PodSpec):
        self.labels = tuple(spec.node_selector.items())
        self.terms: tuple[Term, ...] | None = None
        affinity = spec.affinity.node_affinity if spec.affinity else None
        required = affinity and affinity.required_during_scheduling_ignored_during_execution
        if required:
            self.terms = tuple(map(Term, required.node_selector_terms))

    @property
    def anywhere(self) -> bool:
        """Whether the pod does not care."""
        return not self.labels and self.terms is None

    def matches(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether the pod may run on a node of that name and these labels."""
        for key, value in self.labels:
            if labels.get(key) != value:
                return False
        return self.terms is None or any(term.matches(name, labels) for term in self.terms)


def _requirement(raw: NodeSelectorRequirement) -> Requirement:
    return Requirement(raw.key, _OPERATORS.get(raw.operator, raw.operator), raw.values)
