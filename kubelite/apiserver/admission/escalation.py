"""No escalation: nobody gives away by a role or a binding what they may not do themselves.

Upstream this stands before the storage of roles, not among the admission plugins; it sees the
same requests. Models pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/
policybased/storage.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.rbac_v1 import GROUP, PolicyRule, RoleRef
from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import Request
from kubelite.apiserver.admission.plugin import Plugin, Server
from kubelite.apiserver.authz.rules import Attributes, compacted, described, quoted, uncovered
from kubelite.apiserver.identities import MASTERS, identity_of

ROLES = (f"roles.{GROUP}", f"clusterroles.{GROUP}")
BINDINGS = (f"rolebindings.{GROUP}", f"clusterrolebindings.{GROUP}")


class NoEscalation(Plugin):
    """Looks at roles and bindings, if authorization is on."""

    resources = ROLES + BINDINGS

    def connect(self, server: Server) -> None:
        """The server knows the authorizer."""
        self._server = server

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The role or binding as it came. Raises StatusError 403."""
        if self._server.authorizer is None or MASTERS in identity_of(request).groups:
            return obj
        if request.resource in ROLES:
            self._check_role(request, obj, old)
        elif not self._may(request, "bind", obj.role_ref):
            rules = self._server.authorizer.rules_of(obj.role_ref, request.namespace)
            if rules is None:
                kind = obj.role_ref.kind.lower()
                raise errors.not_found(f"{kind}.{GROUP}", obj.role_ref.name)
            self._confirm(request, obj, rules)
        return obj

    def _check_role(self, request: Request, role: Any, old: Any | None) -> None:
        gathers = getattr(role, "aggregation_rule", None)
        unchanged = old is not None and old.rules == role.rules
        if unchanged and getattr(old, "aggregation_rule", None) == gathers:
            return
        kind = "Role" if request.resource == ROLES[0] else "ClusterRole"
        name = role.metadata.name
        if not self._may(request, "escalate", RoleRef(api_group=GROUP, kind=kind, name=name)):
            everything = PolicyRule(verbs=("*",), api_groups=("*",), resources=("*",))
            if gathers is not None and (old is None or old.aggregation_rule != gathers):
                self._confirm(request, role, (everything,))
            self._confirm(request, role, role.rules)

    def _may(self, request: Request, verb: str, role: RoleRef) -> bool:
        """Whether the user has leave to hand out this very role."""
        assert self._server.authorizer is not None
        asked = Attributes(
            identity_of(request),
            verb,
            GROUP,
            f"{role.kind.lower()}s",
            namespace=request.namespace,
            name=role.name,
        )
        return self._server.authorizer.verdict(asked).allowed

    # DOC: rbac-escalation
    def _confirm(self, request: Request, obj: Any, rules: Sequence[PolicyRule]) -> None:
        assert self._server.authorizer is not None
        user = identity_of(request)
        held = self._server.authorizer.rules_for(user, request.namespace)
        missing = uncovered(held, rules)
        if missing:
            listed = "\n".join(sorted(map(described, compacted(missing))))
            cause = (
                f'user "{user.name}" (groups={quoted(user.groups)}) is attempting to grant '
                f"RBAC permissions not currently held:\n{listed}"
            )
            raise errors.forbidden(request.resource, obj.metadata.name, cause)
