"""ValidatingAdmissionPolicies and their bindings.

Models pkg/apis/admissionregistration/validation/validation.go.
"""

from __future__ import annotations

from kubelite.api import admissionregistration_v1 as adm
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.customresources.rules import compiled
from kubelite.apiserver.validation.formats import Errors, subdomain_name, supported
from kubelite.apiserver.validation.objectmeta import (
    validate_label_selector,
    validate_object_meta,
    validate_object_meta_update,
)

FAILURE_POLICIES = ("Fail", "Ignore")
MATCH_POLICIES = ("Equivalent", "Exact")
OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
ACTIONS = ("Audit", "Deny", "Warn")
REASONS = ("Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized")
SCOPES = ("*", "Cluster", "Namespaced")


def validate_policy(policy: adm.ValidatingAdmissionPolicy) -> list[FieldError]:
    """What is wrong with a new policy."""
    faults = validate_object_meta(policy.metadata, False, subdomain_name)
    return faults + list(_policy(policy.spec, "spec"))


def validate_policy_update(
    new: adm.ValidatingAdmissionPolicy, old: adm.ValidatingAdmissionPolicy
) -> list[FieldError]:
    """What is wrong with a change of a policy."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    return faults + list(_policy(new.spec, "spec"))


def validate_binding(binding: adm.ValidatingAdmissionPolicyBinding) -> list[FieldError]:
    """What is wrong with a new binding."""
    faults = validate_object_meta(binding.metadata, False, subdomain_name)
    return faults + list(_binding(binding.spec, "spec"))


def validate_binding_update(
    new: adm.ValidatingAdmissionPolicyBinding, old: adm.ValidatingAdmissionPolicyBinding
) -> list[FieldError]:
    """What is wrong with a change of a binding."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    return faults + list(_binding(new.spec, "spec"))


def _policy(spec: adm.ValidatingAdmissionPolicySpec, path: str) -> Errors:
    if spec.failure_policy is None:
        yield FieldError.required(f"{path}.failurePolicy")
    yield from supported(f"{path}.failurePolicy", spec.failure_policy, FAILURE_POLICIES)
    if spec.match_constraints is None:
        yield FieldError.required(f"{path}.matchConstraints")
    else:
        yield from _match(spec.match_constraints, f"{path}.matchConstraints")
        if not spec.match_constraints.resource_rules:
            yield FieldError.required(f"{path}.matchConstraints.resourceRules")
    if not spec.validations and not spec.audit_annotations:
        fault = "validations or auditAnnotations must contain at least one item"
        yield FieldError.required(f"{path}.validations", fault)
        yield FieldError.required(f"{path}.auditAnnotations", fault)
    for index, rule in enumerate(spec.validations):
        at = f"{path}.validations[{index}]"
        yield from _expression(rule.expression, f"{at}.expression")
        if rule.message_expression:
            yield from _expression(rule.message_expression, f"{at}.messageExpression")
        yield from supported(f"{at}.reason", rule.reason, REASONS)
    for index, condition in enumerate(spec.match_conditions):
        at = f"{path}.matchConditions[{index}]"
        if not condition.name:
            yield FieldError.required(f"{at}.name")
        yield from _expression(condition.expression, f"{at}.expression")
    for index, variable in enumerate(spec.variables):
        at = f"{path}.variables[{index}]"
        if not variable.name:
            yield FieldError.required(f"{at}.name", "name is not specified")
        yield from _expression(variable.expression, f"{at}.expression")


def _expression(text: str, path: str) -> Errors:
    if not text.strip():
        yield FieldError.required(path, "expression is not specified")
        return
    try:
        compiled(text)
    except ValueError as error:
        yield FieldError.invalid(path, text, f"compilation failed: {error}")


def _match(match: adm.MatchResources, path: str) -> Errors:
    yield from supported(f"{path}.matchPolicy", match.match_policy, MATCH_POLICIES)
    yield from validate_label_selector(match.namespace_selector, f"{path}.namespaceSelector")
    yield from validate_label_selector(match.object_selector, f"{path}.objectSelector")
    for name, rules in (
        ("resourceRules", match.resource_rules),
        ("excludeResourceRules", match.exclude_resource_rules),
    ):
        for index, rule in enumerate(rules):
            yield from _rule(rule, f"{path}.{name}[{index}]")


def _rule(rule: adm.NamedRuleWithOperations, path: str) -> Errors:
    for name, values in (
        ("apiGroups", rule.api_groups),
        ("apiVersions", rule.api_versions),
        ("resources", rule.resources),
        ("operations", rule.operations),
    ):
        if not values:
            yield FieldError.required(f"{path}.{name}")
        if len(values) > 1 and "*" in values:
            fault = "if '*' is present, must not specify other values"
            yield FieldError.invalid(f"{path}.{name}", values, fault)
    for index, operation in enumerate(rule.operations):
        yield from supported(f"{path}.operations[{index}]", operation, OPERATIONS)
    yield from supported(f"{path}.scope", rule.scope, SCOPES)


def _binding(spec: adm.ValidatingAdmissionPolicyBindingSpec, path: str) -> Errors:
    if not spec.policy_name:
        yield FieldError.required(f"{path}.policyName")
    if not spec.validation_actions:
        yield FieldError.required(f"{path}.validationActions")
    for index, action in enumerate(spec.validation_actions):
        yield from supported(f"{path}.validationActions[{index}]", action, ACTIONS)
    if "Deny" in spec.validation_actions and "Warn" in spec.validation_actions:
        fault = "must not contain both Deny and Warn (repeating the same validation failure "
        fault += "information in the API response and headers serves no purpose)"
        yield FieldError.invalid(f"{path}.validationActions", spec.validation_actions, fault)
    if spec.match_resources is not None:
        yield from _match(spec.match_resources, f"{path}.matchResources")
