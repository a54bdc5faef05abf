"""Roles and bindings: who may do what. Models ``k8s.io/api/rbac/v1``."""

from __future__ import annotations

from kubelite.apimachinery.meta import LabelSelector, Object
from kubelite.apimachinery.struct import Struct, written

GROUP = "rbac.authorization.k8s.io"


class PolicyRule(Struct, kw_only=True):
    """These verbs on these resources, or on these URLs; ``*`` stands for all."""

    verbs: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = ()


class Subject(Struct, kw_only=True):
    """A User, a Group or a ServiceAccount."""

    kind: str = written("")
    api_group: str = ""
    name: str = written("")
    namespace: str = ""


class RoleRef(Struct, kw_only=True):
    """The role that a binding gives."""

    api_group: str = ""
    kind: str = written("")
    name: str = written("")


class AggregationRule(Struct, kw_only=True):
    """The labels of the ClusterRoles whose rules are gathered."""

    cluster_role_selectors: tuple[LabelSelector, ...] = ()


class Role(Object, kw_only=True):
    """Rules that can be given inside one namespace."""

    api_version: str = written("rbac.authorization.k8s.io/v1")
    kind: str = written("Role")
    rules: tuple[PolicyRule, ...] = ()


class ClusterRole(Object, kw_only=True):
    """Rules that can be given in the whole cluster, or in any one namespace."""

    api_version: str = written("rbac.authorization.k8s.io/v1")
    kind: str = written("ClusterRole")
    rules: tuple[PolicyRule, ...] = ()
    aggregation_rule: AggregationRule | None = None


class RoleBinding(Object, kw_only=True):
    """Gives a role to subjects inside one namespace."""

    api_version: str = written("rbac.authorization.k8s.io/v1")
    kind: str = written("RoleBinding")
    subjects: tuple[Subject, ...] = ()
    role_ref: RoleRef = written(RoleRef())


class ClusterRoleBinding(Object, kw_only=True):
    """Gives a ClusterRole to subjects everywhere."""

    api_version: str = written("rbac.authorization.k8s.io/v1")
    kind: str = written("ClusterRoleBinding")
    subjects: tuple[Subject, ...] = ()
    role_ref: RoleRef = written(RoleRef())
