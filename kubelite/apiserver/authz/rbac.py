"""RBAC: a request passes if some rule that is bound to its user allows it; else nobody says yes.

Models plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation/rule.go and, for the
words of a refusal, k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubelite.api.rbac_v1 import (
    GROUP,
    ClusterRoleBinding,
    PolicyRule,
    RoleBinding,
    RoleRef,
    Subject,
)
from kubelite.apimachinery import errors, fields
from kubelite.apimachinery.errors import StatusError, aggregate, go_quote
from kubelite.apimachinery.rest import Request, User
from kubelite.apimachinery.struct import Value
from kubelite.apiserver.authz.node import NodeAuthorizer
from kubelite.apiserver.authz.rules import Attributes, allows
from kubelite.apiserver.identities import MASTERS, NODES, identity_of

Held = Mapping[str, Mapping[str, Any]]
"""Objects by namespace and name; what lives in no namespace is under ""."""


class Verdict(Value):
    """The answer to one question, and who said so or what went wrong."""

    allowed: bool
    reason: str = ""


class Bound(Value):
    """A rule, and the binding by which it counts; or what is wrong with the binding."""

    source: str
    rule: PolicyRule | None
    fault: str = ""


def attributes_of(request: Request, verb: str = "") -> Attributes:
    """What a request asks for, as an authorizer sees it."""
    resource, _, group = request.resource.partition(".")
    return Attributes(
        identity_of(request),
        verb or request.verb,
        group,
        resource,
        request.subresource,
        request.namespace,
        request.name or _named_by_selector(request),
    )


def _named_by_selector(request: Request) -> str:
    """Who lists or watches one object of a name asks for that object alone."""
    if not request.field_selector.startswith("metadata.name="):
        return ""
    return fields.parse(request.field_selector).exact("metadata.name") or ""


class Authorizer:
    """Looks at roles and bindings as they are now; remembers verdicts until one changes."""

    def __init__(
        self,
        roles: Held,
        role_bindings: Held,
        cluster_roles: Held,
        cluster_bindings: Held,
        nodes: NodeAuthorizer | None = None,
    ):
        self._nodes = nodes
        self._roles = roles
        self._role_bindings = role_bindings
        self._cluster_roles = cluster_roles
        self._cluster_bindings = cluster_bindings
        self._known: dict[tuple[Any, ...], Verdict] = {}
        self._granted: set[tuple[str, ...]] = set()  # what a component may do whatever the name

    def forget(self, _: object = None) -> None:
        """A role or a binding has changed."""
        self._known.clear()
        self._granted.clear()

    # DOC: rbac-authorize
    def verdict(self, asked: Attributes) -> Verdict:
        """Whether it is allowed. Members of system:masters may do anything."""
        user = asked.user
        if MASTERS in user.groups:
            return Verdict(True)
        if self._nodes is not None and NODES in user.groups:
            why_not = self._nodes.opinion(asked)
            if why_not is None or why_not:
                return Verdict(why_not is None, why_not or "")
        key = (user.name, user.groups, *asked[1:])
        known = self._known.get(key)
        if known is None:
            if len(self._known) > 10_000:
                self._known.clear()
            known = self._known[key] = self._worked_out(asked)
        return known

    def _worked_out(self, asked: Attributes) -> Verdict:
        faults = []
        for bound in self.bound(asked.user, asked.namespace):
            if bound.rule is None:
                faults.append(bound.fault)
            elif allows(bound.rule, asked):
                return Verdict(True, f"RBAC: allowed by {bound.source}")
        return Verdict(False, f"RBAC: {aggregate(faults)}" if faults else "")

    def check(self, request: Request, verb: str = "") -> None:
        """Raises StatusError 403 in the server's words."""
        key = (
            request.component,
            verb or request.verb,
            request.resource,
            request.subresource,
            request.namespace,
        )
        if request.user is None and key in self._granted:
            return
        asked = attributes_of(request, verb)
        found = self.verdict(asked)
        if not found.allowed:
            raise refusal(asked, request.resource, found.reason)
        if request.user is None and self.verdict(asked._replace(name="")).allowed:
            self._granted.add(key)

    def rules_for(self, user: User, namespace: str) -> list[PolicyRule]:
        """Every rule that counts for a user in a namespace; "" for the cluster as a whole."""
        return [bound.rule for bound in self.bound(user, namespace) if bound.rule is not None]

    def bound(self, user: User, namespace: str) -> Iterator[Bound]:
        """The same, each with its binding."""
        for binding in self._cluster_bindings.get("", {}).values():
            yield from self._through(binding, user, "")
        if namespace:
            for binding in self._role_bindings.get(namespace, {}).values():
                yield from self._through(binding, user, namespace)

    def _through(
        self, binding: RoleBinding | ClusterRoleBinding, user: User, namespace: str
    ) -> Iterator[Bound]:
        subject = next((s for s in binding.subjects if is_meant(user, s, namespace)), None)
        if subject is None:
            return
        role, place = binding.role_ref, f"/{namespace}" if namespace else ""
        rules = self.rules_of(role, namespace)
        if rules is None:
            missing = errors.not_found(f"{role.kind.lower()}.{GROUP}", role.name)
            yield Bound("", None, str(missing.status.message))
            return
        source = (
            f"{binding.kind} {go_quote(binding.metadata.name + place)} "
            f"of {role.kind} {go_quote(role.name)} to {_described(subject, namespace)}"
        )
        for rule in rules:
            yield Bound(source, rule)

    def rules_of(self, role: RoleRef, namespace: str) -> Sequence[PolicyRule] | None:
        """The rules of the role that a binding names; None if there is no such role."""
        if role.kind == "Role":
            found = self._roles.get(namespace, {}).get(role.name)
        else:
            found = self._cluster_roles.get("", {}).get(role.name)
        return None if found is None else tuple(found.rules)


def is_meant(user: User, subject: Subject, namespace: str) -> bool:
    """Whether a subject of a binding in ``namespace`` is this user."""
    if subject.kind == "User":
        return user.name == subject.name
    if subject.kind == "Group":
        return subject.name in user.groups
    place = subject.namespace or namespace
    return (
        subject.kind == "ServiceAccount"
        and bool(place)
        and user.name == f"system:serviceaccount:{place}:{subject.name}"
    )


def _described(subject: Subject, namespace: str) -> str:
    name = subject.name
    if subject.kind == "ServiceAccount":
        name = f"{name}/{subject.namespace or namespace}"
    return f"{subject.kind} {go_quote(name)}"


def refusal(asked: Attributes, resource: str, reason: str) -> StatusError:
    """403: what the user cannot do, and where."""
    user = go_quote(asked.user.name)
    if asked.path:
        cause = f"User {user} cannot {asked.verb} path {go_quote(asked.path)}"
        return errors.forbidden("", "", cause)
    where = f"in the namespace {go_quote(asked.namespace)}" if asked.namespace else _EVERYWHERE
    cause = (
        f"User {user} cannot {asked.verb} resource {go_quote(asked.whole_resource)} "
        f"in API group {go_quote(asked.group)} {where}"
    )
    return errors.forbidden(resource, asked.name, f"{cause}: {reason}" if reason else cause)


_EVERYWHERE = "at the cluster scope"
