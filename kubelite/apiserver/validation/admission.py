"""Webhooks and policies of admission: which requests they name, and where they are.

Models ``pkg/apis/admissionregistration/validation/validation.go``. Expressions in CEL are not
compiled: only that there is one is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api import admissionregistration_v1 as adm
from kubelite.api import apiextensions_v1 as ext
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    Errors,
    each,
    qualified_name,
    required,
    required_then,
    subdomain_name,
    supported,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_label_selector,
    validate_object_meta,
    validate_object_meta_update,
)

Rule = adm.RuleWithOperations | adm.NamedRuleWithOperations
Webhook = adm.ValidatingWebhook | adm.MutatingWebhook
Webhooks = adm.ValidatingWebhookConfiguration | adm.MutatingWebhookConfiguration

OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
SCOPES = ("*", "Cluster", "Namespaced")
FAILURE_POLICIES = ("Fail", "Ignore")
MATCH_POLICIES = ("Equivalent", "Exact")
SIDE_EFFECTS = ("None", "NoneOnDryRun")
REINVOCATION = ("IfNeeded", "Never")
REVIEW_VERSIONS = ("v1", "v1beta1")
THREE_SEGMENTS = "should be a domain with at least three segments separated by dots"


def validate_webhooks(found: Webhooks) -> list[FieldError]:
    """What is wrong with a new configuration of webhooks of either sort."""
    faults = validate_object_meta(found.metadata, False, subdomain_name)
    faults += _webhooks(found.webhooks)
    return faults


def validate_webhooks_update(new: Webhooks, old: Webhooks) -> list[FieldError]:
    """What is wrong with a change of one."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _webhooks(new.webhooks)
    return faults


def _webhooks(webhooks: Sequence[Webhook]) -> Errors:
    seen: list[str] = []
    for place, webhook in enumerate(webhooks):
        path = f"webhooks[{place}]"
        yield from _webhook(webhook, path)
        yield from review_versions(
            webhook.admission_review_versions, f"{path}.admissionReviewVersions"
        )
        if webhook.name and webhook.name in seen:
            yield FieldError.duplicate(f"{path}.name", webhook.name)
        seen.append(webhook.name)


def _webhook(webhook: Webhook, path: str) -> Errors:
    yield from required_then(f"{path}.name", webhook.name, _full_name(f"{path}.name", webhook.name))
    for place, rule in enumerate(webhook.rules):
        yield from _rule(rule, f"{path}.rules[{place}]", subresources=True)
    yield from supported(f"{path}.failurePolicy", webhook.failure_policy, FAILURE_POLICIES)
    yield from supported(f"{path}.matchPolicy", webhook.match_policy, MATCH_POLICIES)
    if webhook.side_effects is None:
        words = ", ".join(SIDE_EFFECTS)
        yield FieldError.required(f"{path}.sideEffects", f"must specify one of {words}")
    yield from supported(f"{path}.sideEffects", webhook.side_effects, SIDE_EFFECTS)
    timeout = webhook.timeout_seconds
    if timeout is not None and not 1 <= timeout <= 30:
        fault = "the timeout value must be between 1 and 30 seconds"
        yield FieldError.invalid(f"{path}.timeoutSeconds", timeout, fault)
    if isinstance(webhook, adm.MutatingWebhook):
        at = f"{path}.reinvocationPolicy"
        yield from supported(at, webhook.reinvocation_policy, REINVOCATION)
    yield from validate_label_selector(webhook.namespace_selector, f"{path}.namespaceSelector")
    yield from validate_label_selector(webhook.object_selector, f"{path}.objectSelector")
    yield from where(webhook.client_config, f"{path}.clientConfig")
    yield from _conditions(webhook.match_conditions, f"{path}.matchConditions")


def _full_name(path: str, name: str) -> Errors:
    faults = list(each(path, name, names.is_dns1123_subdomain(name)))
    yield from faults
    if not faults and name.count(".") < 2:
        yield FieldError.invalid(path, name, THREE_SEGMENTS)


def where(config: adm.WebhookClientConfig | ext.WebhookClientConfig, path: str) -> Errors:
    """How a webhook is reached: by a URL or by a Service."""
    service = config.service
    if (config.url is None) == (service is None):
        yield FieldError.required(path, "exactly one of url or service is required")
    elif config.url is not None:
        if not config.url.startswith("https://"):
            scheme = config.url.partition("://")[0] if "://" in config.url else ""
            fault = f"'{scheme}' scheme is not https; desired format: https://host[/path]"
            yield FieldError.invalid(f"{path}.url", config.url, fault)
    elif service is not None:
        fault = "service name is required"
        if not service.name:
            yield FieldError.required(f"{path}.service.name", fault)
        if not service.namespace:
            yield FieldError.required(f"{path}.service.namespace", "service namespace is required")
        if service.path is not None and service.path[:1] != "/":
            fault = "must start with a '/'"
            yield FieldError.invalid(f"{path}.service.path", service.path, fault)
        if service.port is not None and not 1 <= service.port <= 65535:
            fault = "port is not valid: must be between 1 and 65535, inclusive"
            yield FieldError.invalid(f"{path}.service.port", service.port, fault)


def review_versions(versions: tuple[str, ...], path: str) -> Errors:
    """The versions of a question that a webhook understands."""
    words = ", ".join(REVIEW_VERSIONS)
    if not versions:
        yield FieldError.required(path, f"must specify one of {words}")
        return
    for place, version in enumerate(versions):
        if version in versions[:place]:
            yield FieldError.invalid(f"{path}[{place}]", version, "duplicate version")
    if not set(versions) & set(REVIEW_VERSIONS):
        yield FieldError.invalid(path, versions, f"must include at least one of {words}")


def _rule(rule: Rule, path: str, subresources: bool) -> Errors:
    if not rule.operations:
        yield FieldError.required(f"{path}.operations")
    if len(rule.operations) > 1 and "*" in rule.operations:
        fault = "if '*' is present, must not specify other operations"
        yield FieldError.invalid(f"{path}.operations", rule.operations, fault)
    for place, operation in enumerate(rule.operations):
        yield from supported(f"{path}.operations[{place}]", operation, OPERATIONS)
    yield from _any_or_some(rule.api_groups, f"{path}.apiGroups", "API groups")
    yield from _any_or_some(rule.api_versions, f"{path}.apiVersions", "API versions")
    at = f"{path}.resources"
    yield from required(path, ("resources", rule.resources))
    for place, resource in enumerate(rule.resources):
        if not resource:
            yield FieldError.required(f"{at}[{place}]")
        elif "/" in resource and not subresources:
            yield FieldError.invalid(f"{at}[{place}]", resource, "must not specify subresources")
    if len(rule.resources) > 1 and "*/*" in rule.resources:
        fault = "if '*/*' is present, must not specify other resources"
        yield FieldError.invalid(at, rule.resources, fault)
    yield from supported(f"{path}.scope", rule.scope, SCOPES)


def _any_or_some(values: tuple[str, ...], path: str, what: str) -> Errors:
    if not values:
        yield FieldError.required(path)
    if len(values) > 1 and "*" in values:
        fault = f"if '*' is present, must not specify other {what}"
        yield FieldError.invalid(path, values, fault)


def _conditions(conditions: tuple[adm.MatchCondition, ...], path: str) -> Errors:
    for place, condition in enumerate(conditions):
        at = f"{path}[{place}]"
        yield from required(at, ("expression", condition.expression))
        name = condition.name
        yield from required_then(f"{at}.name", name, qualified_name(f"{at}.name", name))


def validate_mutating_policy(policy: adm.MutatingAdmissionPolicy) -> list[FieldError]:
    """What is wrong with a new MutatingAdmissionPolicy."""
    faults = validate_object_meta(policy.metadata, False, subdomain_name)
    faults += _policy(policy.spec)
    faults += required("spec", ("mutations", policy.spec.mutations))
    return faults


def validate_mutating_policy_update(
    new: adm.MutatingAdmissionPolicy, old: adm.MutatingAdmissionPolicy
) -> list[FieldError]:
    """What is wrong with a change of one."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _policy(new.spec)
    faults += required("spec", ("mutations", new.spec.mutations))
    return faults


def _policy(spec: Any) -> Errors:
    yield from supported("spec.failurePolicy", spec.failure_policy, FAILURE_POLICIES)
    matched = spec.match_constraints
    if matched is None:
        yield FieldError.required("spec.matchConstraints")
    else:
        if not matched.resource_rules:
            yield FieldError.required("spec.matchConstraints.resourceRules")
        yield from _matched(matched, "spec.matchConstraints")
    yield from _conditions(spec.match_conditions, "spec.matchConditions")


def _matched(matched: adm.MatchResources, path: str) -> Errors:
    yield from supported(f"{path}.matchPolicy", matched.match_policy, MATCH_POLICIES)
    yield from validate_label_selector(matched.namespace_selector, f"{path}.namespaceSelector")
    yield from validate_label_selector(matched.object_selector, f"{path}.objectSelector")
    for place, rule in enumerate(matched.resource_rules):
        yield from _rule(rule, f"{path}.resourceRules[{place}]", subresources=True)
    for place, rule in enumerate(matched.exclude_resource_rules):
        yield from _rule(rule, f"{path}.excludeResourceRules[{place}]", subresources=True)


def validate_mutating_binding(binding: adm.MutatingAdmissionPolicyBinding) -> list[FieldError]:
    """What is wrong with a new MutatingAdmissionPolicyBinding."""
    faults = validate_object_meta(binding.metadata, False, subdomain_name)
    faults += _binding(binding.spec)
    return faults


def validate_mutating_binding_update(
    new: adm.MutatingAdmissionPolicyBinding, old: adm.MutatingAdmissionPolicyBinding
) -> list[FieldError]:
    """What is wrong with a change of one."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _binding(new.spec)
    return faults


def _binding(spec: Any) -> Errors:
    name = spec.policy_name
    check = each("spec.policyName", name, names.is_dns1123_subdomain(name))
    yield from required_then("spec.policyName", name, check)
    if spec.match_resources is not None:
        yield from _matched(spec.match_resources, "spec.matchResources")
