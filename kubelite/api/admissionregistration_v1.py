"""ValidatingAdmissionPolicies: rules in CEL about what may come in, and where they hold.

Models ``k8s.io/api/admissionregistration/v1`` without webhooks.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.apimachinery.meta import Condition, LabelSelector, Object
from kubelite.apimachinery.struct import Int64, Struct, merge_on, written


class NamedRuleWithOperations(Struct, kw_only=True):
    """Which requests are meant: groups, versions, resources, operations; ``*`` is all."""

    resource_names: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    api_versions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    scope: str | None = None


class MatchResources(Struct, kw_only=True):
    """Which objects are meant: by rules, by their labels, by their namespaces' labels."""

    namespace_selector: LabelSelector | None = None
    object_selector: LabelSelector | None = None
    resource_rules: tuple[NamedRuleWithOperations, ...] = ()
    exclude_resource_rules: tuple[NamedRuleWithOperations, ...] = ()
    match_policy: str | None = None


class ParamKind(Struct, kw_only=True):
    """The kind of the objects that parametrise a policy."""

    api_version: str = ""
    kind: str = ""


class ParamRef(Struct, kw_only=True):
    """The object that parametrises a binding."""

    name: str = ""
    namespace: str = ""
    selector: LabelSelector | None = None
    parameter_not_found_action: str | None = None


class Validation(Struct, kw_only=True):
    """An expression that must be true, and what to say when it is not."""

    expression: str = written("")
    message: str = ""
    reason: str | None = None
    message_expression: str = ""


class Variable(Struct, kw_only=True):
    """A value with a name: ``variables.NAME`` in other expressions."""

    name: str = written("")
    expression: str = written("")


class MatchCondition(Struct, kw_only=True):
    """An expression that must be true for a policy to be asked at all."""

    name: str = written("")
    expression: str = written("")


class AuditAnnotation(Struct, kw_only=True):
    """What is noted in the audit log."""

    key: str = written("")
    value_expression: str = written("")


class ExpressionWarning(Struct, kw_only=True):
    """What is odd about an expression."""

    field_ref: str = written("")
    warning: str = written("")


class TypeChecking(Struct, kw_only=True):
    """What the check of all expressions has found."""

    expression_warnings: tuple[ExpressionWarning, ...] = ()


class ValidatingAdmissionPolicySpec(Struct, kw_only=True):
    """What the rules are, and about which requests."""

    param_kind: ParamKind | None = None
    match_constraints: MatchResources | None = None
    validations: tuple[Validation, ...] = ()
    failure_policy: str | None = None
    audit_annotations: tuple[AuditAnnotation, ...] = ()
    match_conditions: Annotated[tuple[MatchCondition, ...], merge_on("name")] = ()
    variables: Annotated[tuple[Variable, ...], merge_on("name")] = ()


class ValidatingAdmissionPolicyStatus(Struct, kw_only=True):
    """Whether the expressions were checked."""

    observed_generation: Int64 = 0
    type_checking: TypeChecking | None = None
    conditions: tuple[Condition, ...] = ()


class ValidatingAdmissionPolicy(Object, kw_only=True):
    """Rules about what may come in. They count where a binding says so."""

    api_version: str = written("admissionregistration.k8s.io/v1")
    kind: str = written("ValidatingAdmissionPolicy")
    spec: ValidatingAdmissionPolicySpec = ValidatingAdmissionPolicySpec()
    status: ValidatingAdmissionPolicyStatus = ValidatingAdmissionPolicyStatus()


class ValidatingAdmissionPolicyBindingSpec(Struct, kw_only=True):
    """Which policy counts, where, with which parameters, and what follows."""

    policy_name: str = written("")
    param_ref: ParamRef | None = None
    match_resources: MatchResources | None = None
    validation_actions: tuple[str, ...] = ()


class ValidatingAdmissionPolicyBinding(Object, kw_only=True):
    """Lets a policy count."""

    api_version: str = written("admissionregistration.k8s.io/v1")
    kind: str = written("ValidatingAdmissionPolicyBinding")
    spec: ValidatingAdmissionPolicyBindingSpec = ValidatingAdmissionPolicyBindingSpec()


POLICIES = "validatingadmissionpolicies.admissionregistration.k8s.io"
BINDINGS = "validatingadmissionpolicybindings.admissionregistration.k8s.io"
