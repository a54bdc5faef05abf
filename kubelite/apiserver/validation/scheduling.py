"""Where a pod may run: affinity, tolerations, spreading, gates.

Models the scheduling part of ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.meta import LabelSelector
from kubelite.apiserver.validation.formats import (
    NOT_POSITIVE,
    Errors,
    each,
    label_name,
    qualified_name,
    subdomain_name,
    supported,
)
from kubelite.apiserver.validation.objectmeta import validate_label_selector

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_WEIGHT = "must be in the range 1-100"
_BAD_OPERATOR = "not a valid selector operator"
_NO_SELECTOR = "must not be specified when labelSelector is not set"
_IN_BOTH = "exists in both matchLabelKeys and labelSelector"


def validate_affinity(affinity: core_v1.Affinity | None, path: str) -> Errors:
    """Attraction to nodes and pods, and repulsion from pods."""
    if affinity is None:
        return
    if affinity.node_affinity is not None:
        yield from _node_affinity(affinity.node_affinity, f"{path}.nodeAffinity")
    if affinity.pod_affinity is not None:
        yield from _pod_affinity(affinity.pod_affinity, f"{path}.podAffinity")
    if affinity.pod_anti_affinity is not None:
        yield from _pod_affinity(affinity.pod_anti_affinity, f"{path}.podAntiAffinity")


def _node_affinity(affinity: core_v1.NodeAffinity, path: str) -> Errors:
    needed = affinity.required_during_scheduling_ignored_during_execution
    if needed is not None:
        yield from validate_node_selector(needed, f"{path}.{_REQUIRED}")
    wished = affinity.preferred_during_scheduling_ignored_during_execution
    for index, term in enumerate(wished):
        at = f"{path}.{_PREFERRED}[{index}]"
        if not 1 <= term.weight <= 100:
            yield FieldError.invalid(f"{at}.weight", term.weight, _WEIGHT)
        yield from _node_term(term.preference, f"{at}.preference", check_values=False)


def validate_node_selector(selector: core_v1.NodeSelector, path: str) -> Errors:
    """Terms about a node's labels and fields; one of them must hold."""
    at = f"{path}.nodeSelectorTerms"
    if not selector.node_selector_terms:
        yield FieldError.required(at, "must have at least one node selector term")
    for index, term in enumerate(selector.node_selector_terms):
        yield from _node_term(term, f"{at}[{index}]", check_values=True)


def _node_term(term: core_v1.NodeSelectorTerm, path: str, check_values: bool) -> Errors:
    for index, requirement in enumerate(term.match_expressions):
        at = f"{path}.matchExpressions[{index}]"
        yield from _node_requirement(requirement, at, check_values)
    for index, requirement in enumerate(term.match_fields):
        yield from _node_field(requirement, f"{path}.matchFields[{index}]")


def _node_requirement(
    requirement: core_v1.NodeSelectorRequirement, path: str, check_values: bool
) -> Errors:
    operator, values = requirement.operator, requirement.values
    at = f"{path}.values"
    if operator in ("In", "NotIn"):
        if not values:
            fault = "must be specified when `operator` is 'In' or 'NotIn'"
            yield FieldError.required(at, fault)
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            fault = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            yield FieldError.forbidden(at, fault)
    elif operator in ("Gt", "Lt"):
        if len(values) != 1:
            fault = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            yield FieldError.required(at, fault)
    else:
        yield FieldError.invalid(f"{path}.operator", operator, _BAD_OPERATOR)
    yield from qualified_name(f"{path}.key", requirement.key)
    for index, value in enumerate(values if check_values else ()):
        yield from each(f"{at}[{index}]", value, names.is_label_value(value))


def _node_field(requirement: core_v1.NodeSelectorRequirement, path: str) -> Errors:
    if requirement.operator not in ("In", "NotIn"):
        yield FieldError.invalid(f"{path}.operator", requirement.operator, _BAD_OPERATOR)
    elif len(requirement.values) != 1:
        fault = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        yield FieldError.required(f"{path}.values", fault)
    if requirement.key != "metadata.name":
        fault = "not a valid field selector key"
        yield FieldError.invalid(f"{path}.key", requirement.key, fault)
        return
    for index, value in enumerate(requirement.values):
        yield from each(f"{path}.values[{index}]", value, subdomain_name(value, False))


def _pod_affinity(affinity: core_v1.PodAffinity | core_v1.PodAntiAffinity, path: str) -> Errors:
    needed = affinity.required_during_scheduling_ignored_during_execution
    for index, term in enumerate(needed):
        yield from _pod_term(term, f"{path}.{_REQUIRED}[{index}]")
    wished = affinity.preferred_during_scheduling_ignored_during_execution
    for index, weighted in enumerate(wished):
        at = f"{path}.{_PREFERRED}[{index}]"
        if not 1 <= weighted.weight <= 100:
            yield FieldError.invalid(f"{at}.weight", weighted.weight, _WEIGHT)
        yield from _pod_term(weighted.pod_affinity_term, f"{at}.podAffinityTerm")


def _pod_term(term: core_v1.PodAffinityTerm, path: str) -> Errors:
    yield from validate_label_selector(term.label_selector, f"{path}.labelSelector")
    yield from validate_label_selector(term.namespace_selector, f"{path}.namespaceSelector")
    for name in term.namespaces:
        yield from each(f"{path}.namespace", name, label_name(name, False))
    yield from _match_label_keys(term, path)
    at = f"{path}.topologyKey"
    if not term.topology_key:
        yield FieldError.required(at, "can not be empty")
    yield from qualified_name(at, term.topology_key)


def _match_label_keys(term: core_v1.PodAffinityTerm, path: str) -> Errors:
    selector = term.label_selector
    yield from _label_keys(term.match_label_keys, selector, f"{path}.matchLabelKeys")
    yield from _label_keys(term.mismatch_label_keys, selector, f"{path}.mismatchLabelKeys")
    if selector is not None:
        seen = set(selector.match_labels)
        for expression in selector.match_expressions:
            key = expression.key
            if key in term.match_label_keys and key in seen:
                index = term.match_label_keys.index(key)
                yield FieldError.invalid(f"{path}[{index}]", key, _IN_BOTH)
            seen.add(key)
    for index, key in enumerate(term.match_label_keys):
        if key in term.mismatch_label_keys:
            fault = "exists in both matchLabelKeys and mismatchLabelKeys"
            yield FieldError.invalid(f"{path}.matchLabelKeys[{index}]", key, fault)


def _label_keys(keys: Sequence[str], selector: LabelSelector | None, path: str) -> Errors:
    if keys and selector is None:
        yield FieldError.forbidden(path, _NO_SELECTOR)
        return
    for index, key in enumerate(keys):
        yield from qualified_name(f"{path}[{index}]", key)


def taint_effect(effect: str, path: str) -> Errors:
    """One of the three effects of a taint."""
    return supported(path, effect, EFFECTS)


def validate_tolerations(tolerations: tuple[core_v1.Toleration, ...], path: str) -> Errors:
    """Taints that the pod puts up with."""
    for index, toleration in enumerate(tolerations):
        at = f"{path}[{index}]"
        if toleration.key:
            yield from qualified_name(f"{at}.key", toleration.key)
        elif toleration.operator != "Exists":
            fault = "operator must be Exists when `key` is empty, "
            fault += 'which means "match all values and all keys"'
            yield FieldError.invalid(f"{at}.operator", toleration.operator, fault)
        if toleration.toleration_seconds is not None and toleration.effect != "NoExecute":
            fault = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            yield FieldError.invalid(f"{at}.effect", toleration.effect, fault)
        yield from _toleration_operator(toleration, f"{at}.operator")
        if toleration.effect:
            yield from taint_effect(toleration.effect, f"{at}.effect")


def _toleration_operator(toleration: core_v1.Toleration, path: str) -> Errors:
    operator, value = toleration.operator, toleration.value
    if operator in ("", "Equal"):
        faults = names.is_label_value(value)
        if faults:
            yield FieldError.invalid(path, value, ";".join(faults))
    elif operator == "Exists":
        if value:
            fault = "value must be empty when `operator` is 'Exists'"
            yield FieldError.invalid(path, value, fault)
    else:
        # Numbers are compared only behind a feature gate, off in 1.37; upstream names them anyway.
        known = ("Equal", "Exists", "Lt", "Gt") if operator in ("Lt", "Gt") else ("Equal", "Exists")
        yield FieldError.not_supported(path, operator, known)


def validate_topology_spread(
    constraints: tuple[core_v1.TopologySpreadConstraint, ...], path: str
) -> Errors:
    """How evenly pods are spread over zones or nodes."""
    for index, constraint in enumerate(constraints):
        at = f"{path}[{index}]"
        if constraint.max_skew <= 0:
            yield FieldError.invalid(f"{at}.maxSkew", constraint.max_skew, NOT_POSITIVE)
        if not constraint.topology_key:
            yield FieldError.required(f"{at}.topologyKey", "can not be empty")
        when = constraint.when_unsatisfiable
        actions = ("DoNotSchedule", "ScheduleAnyway")
        yield from supported(f"{at}.whenUnsatisfiable", when, actions)
        pair = (constraint.topology_key, when)
        if any((c.topology_key, c.when_unsatisfiable) == pair for c in constraints[index + 1 :]):
            shown = f"{{{constraint.topology_key}, {when}}}"
            yield FieldError.duplicate(f"{at}.{{topologyKey, whenUnsatisfiable}}", shown)
        yield from _min_domains(constraint, f"{at}.minDomains")
        policies = ("Honor", "Ignore")
        affinity, taints = constraint.node_affinity_policy, constraint.node_taints_policy
        yield from supported(f"{at}.nodeAffinityPolicy", affinity, policies)
        yield from supported(f"{at}.nodeTaintsPolicy", taints, policies)
        yield from _spread_keys(constraint, f"{at}.matchLabelKeys")
        yield from validate_label_selector(constraint.label_selector, f"{at}.labelSelector")


def _min_domains(constraint: core_v1.TopologySpreadConstraint, path: str) -> Errors:
    domains, when = constraint.min_domains, constraint.when_unsatisfiable
    if domains is None:
        return
    if domains <= 0:
        yield FieldError.invalid(path, domains, NOT_POSITIVE)
    if when != "DoNotSchedule":
        fault = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {when}"
        yield FieldError.invalid(path, domains, fault)


def _spread_keys(constraint: core_v1.TopologySpreadConstraint, path: str) -> Errors:
    keys, selector = constraint.match_label_keys, constraint.label_selector
    if keys and selector is None:
        yield FieldError.forbidden(path, _NO_SELECTOR)
    used = set(selector.match_labels) if selector else set()
    if selector:
        used |= {expression.key for expression in selector.match_expressions}
    for index, key in enumerate(keys):
        yield from qualified_name(f"{path}[{index}]", key)
        if key in used:
            yield FieldError.invalid(f"{path}[{index}]", key, _IN_BOTH)


def validate_gates(spec: core_v1.PodSpec, path: str) -> Errors:
    """Conditions a pod waits for: to be ready, and to be scheduled at all."""
    for index, ready in enumerate(spec.readiness_gates):
        at = f"{path}.readinessGates[{index}].conditionType"
        yield from qualified_name(at, ready.condition_type)
    seen: set[str] = set()
    for index, gate in enumerate(spec.scheduling_gates):
        at = f"{path}.schedulingGates[{index}]"
        yield from qualified_name(at, gate.name)
        if gate.name in seen:
            yield FieldError.duplicate(at, gate.name)
        seen.add(gate.name)
