"""Defaults of ValidatingAdmissionPolicies and their bindings.

Models pkg/apis/admissionregistration/v1/defaults.go.
"""

from __future__ import annotations

from kubelite.api import admissionregistration_v1 as adm
from kubelite.apimachinery.meta import LabelSelector
from kubelite.apiserver.defaults.filling import changed, filled, mapped, maybe


def default_policy(policy: adm.ValidatingAdmissionPolicy) -> adm.ValidatingAdmissionPolicy:
    """What cannot be asked counts as a refusal; constraints mean everything they do not name."""
    spec = filled(policy.spec, failure_policy="Fail")
    constraints = maybe(spec.match_constraints, _match)
    return changed(policy, spec=changed(spec, match_constraints=constraints))


def default_binding(
    binding: adm.ValidatingAdmissionPolicyBinding,
) -> adm.ValidatingAdmissionPolicyBinding:
    """The same for what a binding matches."""
    resources = maybe(binding.spec.match_resources, _match)
    return changed(binding, spec=changed(binding.spec, match_resources=resources))


def _match(match: adm.MatchResources) -> adm.MatchResources:
    return filled(
        changed(
            match,
            resource_rules=mapped(match.resource_rules, _rule),
            exclude_resource_rules=mapped(match.exclude_resource_rules, _rule),
        ),
        match_policy="Equivalent",
        namespace_selector=LabelSelector(),
        object_selector=LabelSelector(),
    )


def _rule(rule: adm.NamedRuleWithOperations) -> adm.NamedRuleWithOperations:
    return filled(rule, scope="*")
