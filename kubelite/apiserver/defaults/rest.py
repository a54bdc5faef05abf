"""Defaults of the elder and the rarer kinds.

Models ``defaults.go`` of ``pkg/apis/{core,admissionregistration,apiregistration,flowcontrol}/v1``.
"""

from __future__ import annotations

from typing import TypeVar

from kubelite.api import admissionregistration_v1 as adm
from kubelite.api import apiregistration_v1, core_v1, flowcontrol_v1
from kubelite.apimachinery.meta import LabelSelector
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.defaults.filling import changed, filled, mapped, maybe
from kubelite.apiserver.defaults.pod import default_pod_template

Webhook = TypeVar("Webhook", adm.ValidatingWebhook, adm.MutatingWebhook)
Rule = TypeVar("Rule", adm.RuleWithOperations, adm.NamedRuleWithOperations)
Policy = TypeVar("Policy", adm.ValidatingAdmissionPolicy, adm.MutatingAdmissionPolicy)
Bound = TypeVar("Bound", adm.ValidatingAdmissionPolicyBinding, adm.MutatingAdmissionPolicyBinding)

HTTPS_PORT = 443


def default_replication_controller(
    found: core_v1.ReplicationController,
) -> core_v1.ReplicationController:
    """One replica; selector and labels are those of the template where they are not said."""
    spec = filled(found.spec, replicas=1)
    template = maybe(spec.template, default_pod_template)
    labels = template.metadata.labels if template else {}
    if labels and not spec.selector:
        spec = replace(spec, selector=labels)
    if labels and not found.metadata.labels:
        found = replace(found, metadata=replace(found.metadata, labels=labels))
    return changed(found, spec=changed(spec, template=template))


def default_endpoints(endpoints: core_v1.Endpoints) -> core_v1.Endpoints:
    """TCP."""
    return changed(endpoints, subsets=mapped(endpoints.subsets, _subset))


def _subset(subset: core_v1.EndpointSubset) -> core_v1.EndpointSubset:
    return changed(subset, ports=mapped(subset.ports, lambda port: filled(port, protocol="TCP")))


def default_template(found: core_v1.PodTemplate) -> core_v1.PodTemplate:
    """As in any pod's template."""
    return changed(found, template=default_pod_template(found.template))


def default_validating_webhooks(
    found: adm.ValidatingWebhookConfiguration,
) -> adm.ValidatingWebhookConfiguration:
    """Fail when there is no answer within ten seconds; all objects, in any version."""
    return changed(found, webhooks=mapped(found.webhooks, _webhook))


def default_mutating_webhooks(
    found: adm.MutatingWebhookConfiguration,
) -> adm.MutatingWebhookConfiguration:
    """As for validating webhooks, and each is called once."""
    return changed(found, webhooks=mapped(found.webhooks, _mutating))


def _mutating(webhook: adm.MutatingWebhook) -> adm.MutatingWebhook:
    return filled(_webhook(webhook), reinvocation_policy="Never")


def _webhook(webhook: Webhook) -> Webhook:
    webhook = filled(
        webhook,
        failure_policy="Fail",
        match_policy="Equivalent",
        namespace_selector=LabelSelector(),
        object_selector=LabelSelector(),
        timeout_seconds=10,
    )
    config = webhook.client_config
    service = maybe(config.service, lambda found: filled(found, port=HTTPS_PORT))
    rules = mapped(webhook.rules, _rule)
    return changed(webhook, rules=rules, client_config=changed(config, service=service))


def _rule(rule: Rule) -> Rule:
    return filled(rule, scope="*")


def default_admission_policy(policy: Policy) -> Policy:
    """Fail when it cannot be decided."""
    spec = filled(policy.spec, failure_policy="Fail")
    return changed(policy, spec=changed(spec, match_constraints=_matched(spec.match_constraints)))


def default_admission_binding(binding: Bound) -> Bound:
    """All objects of the policy."""
    resources = _matched(binding.spec.match_resources)
    return changed(binding, spec=changed(binding.spec, match_resources=resources))


def _matched(found: adm.MatchResources | None) -> adm.MatchResources | None:
    if found is None:
        return None
    found = filled(
        found,
        match_policy="Equivalent",
        namespace_selector=LabelSelector(),
        object_selector=LabelSelector(),
    )
    rules, exceptions = found.resource_rules, found.exclude_resource_rules
    return changed(
        found,
        resource_rules=mapped(rules, _rule),
        exclude_resource_rules=mapped(exceptions, _rule),
    )


def default_api_service(found: apiregistration_v1.APIService) -> apiregistration_v1.APIService:
    """Port 443."""
    service = maybe(found.spec.service, lambda one: filled(one, port=HTTPS_PORT))
    return changed(found, spec=changed(found.spec, service=service))


def default_flow_schema(found: flowcontrol_v1.FlowSchema) -> flowcontrol_v1.FlowSchema:
    """Asked after most others."""
    return changed(found, spec=filled(found.spec, matching_precedence=1000))


def default_priority_level(
    found: flowcontrol_v1.PriorityLevelConfiguration,
) -> flowcontrol_v1.PriorityLevelConfiguration:
    """Thirty shares, none lent, 64 queues of 50, hands of 8; an exempt level has no shares."""
    spec = found.spec
    limited = maybe(spec.limited, _limited)
    exempt = maybe(
        spec.exempt, lambda one: filled(one, nominal_concurrency_shares=0, lendable_percent=0)
    )
    return changed(found, spec=changed(spec, limited=limited, exempt=exempt))


def _limited(
    limited: flowcontrol_v1.LimitedPriorityLevelConfiguration,
) -> flowcontrol_v1.LimitedPriorityLevelConfiguration:
    limited = filled(limited, nominal_concurrency_shares=30, lendable_percent=0)
    response = limited.limit_response
    queuing = maybe(
        response.queuing,
        lambda one: filled(one, queues=64, hand_size=8, queue_length_limit=50),
    )
    return changed(limited, limit_response=changed(response, queuing=queuing))
