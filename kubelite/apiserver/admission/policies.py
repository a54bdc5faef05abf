"""ValidatingAdmissionPolicy: rules of the cluster's own about what may come in.

A policy counts where a binding says so. Only ``Deny`` has a consequence here: there are neither
warnings nor an audit log. Models k8s.io/apiserver/pkg/admission/plugin/policy/validating.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubelite.api import admissionregistration_v1 as adm
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusCause, StatusError
from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.meta import LabelSelector
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.scheme import Scheme, UnknownKind
from kubelite.apimachinery.struct import Value, replace, to_dict
from kubelite.apiserver.admission.plugin import Everything, Find, Plugin
from kubelite.apiserver.customresources.rules import EVALUATION_ERRORS, evaluate
from kubelite.apiserver.identities import identity_of, user_info

_CODES = {"Forbidden": 403, "Unauthorized": 401, "RequestEntityTooLarge": 413}
_OPERATIONS = {"create": "CREATE", "update": "UPDATE", "patch": "UPDATE", "delete": "DELETE"}


class Bound(Value):
    """A policy, and one of the bindings that let it count."""

    policy: adm.ValidatingAdmissionPolicy
    binding: adm.ValidatingAdmissionPolicyBinding


class ValidatingPolicies(Plugin):
    """All policies that are bound. ``bound`` is empty as long as there are none."""

    def __init__(self, find: Find, everything: Everything, scheme: Scheme):
        super().__init__(find, everything)
        self._scheme = scheme
        self.bound: list[Bound] = []

    def refresh(self) -> None:
        """Read policies and bindings again."""
        policies = {policy.metadata.name: policy for policy in self.everything(adm.POLICIES)}
        self.bound = [
            Bound(policies[binding.spec.policy_name], binding)
            for binding in self.everything(adm.BINDINGS)
            if binding.spec.policy_name in policies and "Deny" in binding.spec.validation_actions
        ]

    def concerns(self, resource: str) -> bool:
        """Whether a bound policy has a rule for this resource."""
        name, _, group = resource.partition(".")
        return any(
            _among(rule.resources, name) and _among(rule.api_groups, group)
            for one in self.bound
            for rule in _rules(one.policy.spec.match_constraints)
        )

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The object as it is. Raises StatusError 422, or what the policy says."""
        for one in self.bound:
            if self._matches(one, request, obj, old):
                self._judge(one, request, obj, old)
        return obj

    def admit_deletion(self, request: Request) -> None:
        """The same for a deletion: the object is what was there."""
        if not self.concerns(request.resource):
            return
        old = self.find(request.resource, request.namespace, request.name)
        if old is not None:
            self.admit(request, None, old)

    # Whether a policy is meant

    def _matches(self, one: Bound, request: Request, obj: Any, old: Any) -> bool:
        return all(
            match is None or self._meant(match, request, old if obj is None else obj)
            for match in (one.policy.spec.match_constraints, one.binding.spec.match_resources)
        )

    def _meant(self, match: adm.MatchResources, request: Request, obj: Any) -> bool:
        if not _selects(match.object_selector, obj.metadata.labels):
            return False
        if request.namespace:
            space = self.find("namespaces", "", request.namespace)
            if not _selects(match.namespace_selector, space.metadata.labels if space else {}):
                return False
        rules = match.resource_rules
        if rules and not any(_fits(rule, request, obj) for rule in rules):
            return False
        return not any(_fits(rule, request, obj) for rule in match.exclude_resource_rules)

    # DOC: admission-policy
    def _judge(self, one: Bound, request: Request, obj: Any, old: Any) -> None:
        """Ask the conditions, then every validation; the first that is broken is reported."""
        spec = one.policy.spec
        for params in self._params(one, request):
            facts = self._facts(request, obj, old, params)
            try:
                if not all(evaluate(c.expression, facts) for c in spec.match_conditions):
                    continue
            except EVALUATION_ERRORS as error:
                self._failed(one, request, f"{error}")
                continue
            facts["variables"] = _variables(spec.variables, facts)
            for rule in spec.validations:
                self._ask(one, rule, request, facts)

    def _ask(
        self, one: Bound, rule: adm.Validation, request: Request, facts: dict[str, Any]
    ) -> None:
        try:
            holds = evaluate(rule.expression, facts)
        except EVALUATION_ERRORS as error:
            fault = f"no such key: {error.args[0]}" if isinstance(error, KeyError) else str(error)
            said = f"expression '{rule.expression}' resulted in error: {fault}"
            self._failed(one, request, said)
            return
        if holds is not True:
            raise _denied(one, request, _message(rule, facts), rule.reason or "Invalid")

    @staticmethod
    def _failed(one: Bound, request: Request, fault: str) -> None:
        if one.policy.spec.failure_policy != "Ignore":
            raise _denied(one, request, fault, "Invalid")

    def _facts(self, request: Request, obj: Any, old: Any, params: Any) -> dict[str, Any]:
        """What expressions can speak of."""
        shown = old if obj is None else obj
        name, _, group = request.resource.partition(".")
        version = shown.api_version.rpartition("/")[2]
        space = self.find("namespaces", "", request.namespace) if request.namespace else None
        return {
            "object": None if obj is None else to_dict(obj),
            "oldObject": None if old is None else to_dict(old),
            "params": params,
            "namespaceObject": None if space is None else to_dict(space),
            "request": {
                "kind": {"group": group, "version": version, "kind": shown.kind},
                "resource": {"group": group, "version": version, "resource": name},
                "name": shown.metadata.name,
                "namespace": request.namespace,
                "operation": _OPERATIONS.get(request.verb, "CREATE"),
                **({"subResource": request.subresource} if request.subresource else {}),
                "userInfo": to_dict(user_info(identity_of(request))),
                "dryRun": request.dry_run,
            },
        }

    def _params(self, one: Bound, request: Request) -> Iterator[Any]:
        """The objects that parametrise the policy here, one after the other."""
        kind, ref = one.policy.spec.param_kind, one.binding.spec.param_ref
        if kind is None or ref is None:
            yield None
            return
        found = list(self._parameters(kind, ref, request))
        yield from found
        if not found and ref.parameter_not_found_action != "Allow":
            fault = "no params found for policy binding with `Deny` parameterNotFoundAction"
            self._failed(one, request, f"failed to configure binding: {fault}")

    def _parameters(
        self, kind: adm.ParamKind, ref: adm.ParamRef, request: Request
    ) -> Iterator[Any]:
        try:
            row = self._scheme.by_kind(kind.api_version, kind.kind)
        except UnknownKind:
            return
        namespace = (ref.namespace or request.namespace) if row.namespaced else ""
        for obj in self.everything(row.resource):
            meta = obj.metadata
            named = meta.name == ref.name if ref.name else _selects(ref.selector, meta.labels)
            if named and meta.namespace == namespace:
                yield to_dict(obj)


def _rules(match: adm.MatchResources | None) -> tuple[adm.NamedRuleWithOperations, ...]:
    return match.resource_rules if match is not None else ()


def _among(words: tuple[str, ...], word: str) -> bool:
    return "*" in words or word in words


def _fits(rule: adm.NamedRuleWithOperations, request: Request, obj: Any) -> bool:
    name, _, group = request.resource.partition(".")
    scope = "Namespaced" if request.namespace else "Cluster"
    return (
        _among(rule.resources, name)
        and _among(rule.api_groups, group)
        and _among(rule.api_versions, obj.api_version.rpartition("/")[2])
        and _among(rule.operations, _OPERATIONS.get(request.verb, ""))
        and (rule.scope or "*") in ("*", scope)
        and (not rule.resource_names or obj.metadata.name in rule.resource_names)
    )


def _selects(selector: LabelSelector | None, labels: Mapping[str, str]) -> bool:
    return selector is None or from_label_selector(selector).matches(labels)


def _variables(variables: tuple[adm.Variable, ...], facts: dict[str, Any]) -> dict[str, Any]:
    """Each may use those before it. One that fails is missing, and whoever needs it fails."""
    found: dict[str, Any] = {}
    for variable in variables:
        try:
            found[variable.name] = evaluate(variable.expression, facts | {"variables": found})
        except EVALUATION_ERRORS:
            continue
    return found


def _message(rule: adm.Validation, facts: dict[str, Any]) -> str:
    if rule.message_expression:
        try:
            said = evaluate(rule.message_expression, facts)
        except EVALUATION_ERRORS:
            said = None
        if isinstance(said, str) and said.strip():
            return said.strip()
    return rule.message.strip() or f"failed expression: {rule.expression.strip()}"


def _denied(one: Bound, request: Request, message: str, reason: str) -> StatusError:
    policy, binding = one.policy.metadata.name, one.binding.metadata.name
    said = f"ValidatingAdmissionPolicy '{policy}' with binding '{binding}' denied request"
    text = f"{said}: {message}"
    error = errors.forbidden(request.resource, _name(request), text)
    causes = (StatusCause(message=text),)
    details = error.status.details and replace(error.status.details, causes=causes)
    code = _CODES.get(reason, 422)
    error.status = replace(error.status, reason=reason, code=code, details=details)
    return error


def _name(request: Request) -> str:
    """The name of the object a request is about; one that is being created brings its own."""
    body = request.body
    if request.name or request.verb != "create":
        return request.name
    if isinstance(body, dict):
        return str((body.get("metadata") or {}).get("name", ""))
    return str(body.metadata.name)
