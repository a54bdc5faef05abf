"""Webhooks and policies of admission: who else is asked about a request.

ValidatingAdmissionPolicies are in force. The others are stored and checked, never called: nothing
outside answers here. Models ``k8s.io/api/admissionregistration/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.apimachinery.meta import Condition, LabelSelector, Object
from kubelite.apimachinery.struct import Int32, Struct, merge_on, written


class ServiceReference(Struct, kw_only=True):
    """The Service behind which a webhook listens."""

    namespace: str = written("")
    name: str = written("")
    path: str | None = None
    port: Int32 | None = None


class WebhookClientConfig(Struct, kw_only=True):
    """Where a webhook is: a URL, or a Service."""

    url: str | None = None
    service: ServiceReference | None = None
    ca_bundle: str = ""


class MatchCondition(Struct, kw_only=True):
    """An expression that must hold for the request to be of interest."""

    name: str = written("")
    expression: str = written("")


class RuleWithOperations(Struct, kw_only=True):
    """Which verbs on which resources."""

    operations: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    api_versions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    scope: str | None = None


class NamedRuleWithOperations(Struct, kw_only=True):
    """Which verbs on which resources, perhaps of certain names only."""

    resource_names: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    api_versions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    scope: str | None = None


class MatchResources(Struct, kw_only=True):
    """Which objects a policy is about."""

    namespace_selector: LabelSelector | None = None
    object_selector: LabelSelector | None = None
    resource_rules: tuple[NamedRuleWithOperations, ...] = ()
    exclude_resource_rules: tuple[NamedRuleWithOperations, ...] = ()
    match_policy: str | None = None


class ValidatingWebhook(Struct, kw_only=True):
    """One webhook that may refuse."""

    name: str = written("")
    client_config: WebhookClientConfig = written(WebhookClientConfig())
    rules: tuple[RuleWithOperations, ...] = ()
    failure_policy: str | None = None
    match_policy: str | None = None
    namespace_selector: LabelSelector | None = None
    object_selector: LabelSelector | None = None
    side_effects: str | None = written(None)
    timeout_seconds: Int32 | None = None
    admission_review_versions: tuple[str, ...] = ()
    match_conditions: Annotated[tuple[MatchCondition, ...], merge_on("name")] = ()


class MutatingWebhook(Struct, kw_only=True):
    """One webhook that may change what comes in."""

    name: str = written("")
    client_config: WebhookClientConfig = written(WebhookClientConfig())
    rules: tuple[RuleWithOperations, ...] = ()
    failure_policy: str | None = None
    match_policy: str | None = None
    namespace_selector: LabelSelector | None = None
    object_selector: LabelSelector | None = None
    side_effects: str | None = written(None)
    timeout_seconds: Int32 | None = None
    admission_review_versions: tuple[str, ...] = ()
    reinvocation_policy: str | None = None
    match_conditions: Annotated[tuple[MatchCondition, ...], merge_on("name")] = ()


class ValidatingWebhookConfiguration(Object, kw_only=True):
    """Webhooks that are asked whether a request may pass."""

    api_version: str = written("admissionregistration.k8s.io/v1")
    kind: str = written("ValidatingWebhookConfiguration")
    webhooks: Annotated[tuple[ValidatingWebhook, ...], merge_on("name")] = ()


class MutatingWebhookConfiguration(Object, kw_only=True):
    """Webhooks that may change a request."""

    api_version: str = written("admissionregistration.k8s.io/v1")
    kind: str = written("MutatingWebhookConfiguration")
    webhooks: Annotated[tuple[MutatingWebhook, ...], merge_on("name")] = ()


class ParamKind(Struct, kw_only=True):
    """Which kind holds the settings of a policy."""

    api_version: str = ""
    kind: str = ""


class ParamRef(Struct, kw_only=True):
    """Which object of that kind."""

    name: str = ""
    namespace: str = ""
    selector: LabelSelector | None = None
    parameter_not_found_action: str | None = None


class Validation(Struct, kw_only=True):
    """An expression that must hold, and what is said when it does not."""

    expression: str = written("")
    message: str = ""
    reason: str | None = None
    message_expression: str = ""


class AuditAnnotation(Struct, kw_only=True):
    """What is noted in the audit log."""

    key: str = written("")
    value_expression: str = written("")


class Variable(Struct, kw_only=True):
    """A name for an expression."""

    name: str = written("")
    expression: str = written("")


class ExpressionWarning(Struct, kw_only=True):
    """What is doubtful about an expression."""

    field_ref: str = written("")
    warning: str = written("")


class TypeChecking(Struct, kw_only=True):
    """What came of checking the types of a policy's expressions."""

    expression_warnings: tuple[ExpressionWarning, ...] = ()


class ValidatingAdmissionPolicySpec(Struct, kw_only=True):
    """Which requests, and what must hold for them."""

    param_kind: ParamKind | None = None
    match_constraints: MatchResources | None = None
    validations: tuple[Validation, ...] = ()
    failure_policy: str | None = None
    audit_annotations: tuple[AuditAnnotation, ...] = ()
    match_conditions: Annotated[tuple[MatchCondition, ...], merge_on("name")] = ()
    variables: Annotated[tuple[Variable, ...], merge_on("name")] = ()


class ValidatingAdmissionPolicyStatus(Struct, kw_only=True):
    """What was found when the policy was looked at."""

    observed_generation: int = 0
    type_checking: TypeChecking | None = None
    conditions: tuple[Condition, ...] = ()


class ValidatingAdmissionPolicy(Object, kw_only=True):
    """Rules in CEL about what may come in."""

    api_version: str = written("admissionregistration.k8s.io/v1")
    kind: str = written("ValidatingAdmissionPolicy")
    spec: ValidatingAdmissionPolicySpec = written(ValidatingAdmissionPolicySpec())
    status: ValidatingAdmissionPolicyStatus = written(ValidatingAdmissionPolicyStatus())


class ValidatingAdmissionPolicyBindingSpec(Struct, kw_only=True):
    """Which policy holds for which objects, and what happens then."""

    policy_name: str = written("")
    param_ref: ParamRef | None = None
    match_resources: MatchResources | None = None
    validation_actions: tuple[str, ...] = ()


class ValidatingAdmissionPolicyBinding(Object, kw_only=True):
    """Puts a policy in force."""

    api_version: str = written("admissionregistration.k8s.io/v1")
    kind: str = written("ValidatingAdmissionPolicyBinding")
    spec: ValidatingAdmissionPolicyBindingSpec = written(ValidatingAdmissionPolicyBindingSpec())


class ApplyConfiguration(Struct, kw_only=True):
    """An expression that gives fields to be set."""

    expression: str = ""


class JSONPatch(Struct, kw_only=True):
    """An expression that gives a JSON patch."""

    expression: str = ""


class Mutation(Struct, kw_only=True):
    """One change, in one of two forms."""

    patch_type: str = written("")
    apply_configuration: ApplyConfiguration | None = None
    json_patch: JSONPatch | None = None


class MutatingAdmissionPolicySpec(Struct, kw_only=True):
    """Which requests, and how they are changed."""

    param_kind: ParamKind | None = None
    match_constraints: MatchResources | None = None
    variables: tuple[Variable, ...] = ()
    mutations: tuple[Mutation, ...] = ()
    failure_policy: str | None = None
    match_conditions: Annotated[tuple[MatchCondition, ...], merge_on("name")] = ()
    reinvocation_policy: str = ""


class MutatingAdmissionPolicy(Object, kw_only=True):
    """Changes in CEL to what comes in."""

    api_version: str = written("admissionregistration.k8s.io/v1")
    kind: str = written("MutatingAdmissionPolicy")
    spec: MutatingAdmissionPolicySpec = written(MutatingAdmissionPolicySpec())


class MutatingAdmissionPolicyBindingSpec(Struct, kw_only=True):
    """Which policy holds for which objects."""

    policy_name: str = ""
    param_ref: ParamRef | None = None
    match_resources: MatchResources | None = None


class MutatingAdmissionPolicyBinding(Object, kw_only=True):
    """Puts a policy in force."""

    api_version: str = written("admissionregistration.k8s.io/v1")
    kind: str = written("MutatingAdmissionPolicyBinding")
    spec: MutatingAdmissionPolicyBindingSpec = written(MutatingAdmissionPolicyBindingSpec())


POLICIES = "validatingadmissionpolicies.admissionregistration.k8s.io"
BINDINGS = "validatingadmissionpolicybindings.admissionregistration.k8s.io"
