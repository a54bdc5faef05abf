"""Roles and bindings. Models ``pkg/apis/rbac/validation/validation.go``."""

from __future__ import annotations

from kubelite.api.rbac_v1 import (
    GROUP,
    ClusterRole,
    ClusterRoleBinding,
    PolicyRule,
    Role,
    RoleBinding,
    Subject,
)
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.meta import LabelSelector
from kubelite.apiserver.validation.formats import Errors, each, subdomain_name
from kubelite.apiserver.validation.objectmeta import (
    validate_label_selector,
    validate_object_meta,
    validate_object_meta_update,
)

_SUBJECTS = ("Group", "ServiceAccount", "User")


def path_segment(name: str, prefix: bool) -> list[str]:
    """Sentences about a name that only has to fit into a URL."""
    return names.path_segment(name)


def validate_role(role: Role | ClusterRole) -> list[FieldError]:
    """What is wrong with a Role or a ClusterRole."""
    namespaced = isinstance(role, Role)
    faults = validate_object_meta(role.metadata, namespaced, path_segment)
    for index, rule in enumerate(role.rules):
        faults += _rule(rule, namespaced, f"rules[{index}]")
    if isinstance(role, ClusterRole) and role.aggregation_rule is not None:
        faults += _aggregation(role.aggregation_rule.cluster_role_selectors)
    return faults


def validate_role_update(new: Role | ClusterRole, old: Role | ClusterRole) -> list[FieldError]:
    """What is wrong with a change of a Role or a ClusterRole."""
    return [*validate_role(new), *validate_object_meta_update(new.metadata, old.metadata)]


def _aggregation(selectors: tuple[LabelSelector, ...]) -> Errors:
    path = "aggregationRule.clusterRoleSelectors"
    if not selectors:
        fault = "at least one clusterRoleSelector required if aggregationRule is non-nil"
        yield FieldError.required(path, fault)
    for index, selector in enumerate(selectors):
        yield from validate_label_selector(selector, f"{path}[{index}]")


def _rule(rule: PolicyRule, namespaced: bool, path: str) -> Errors:
    if not rule.verbs:
        yield FieldError.required(f"{path}.verbs", "verbs must contain at least one value")
    if rule.non_resource_urls:
        at, urls = f"{path}.nonResourceURLs", list(rule.non_resource_urls)
        if namespaced:
            fault = "namespaced rules cannot apply to non-resource URLs"
            yield FieldError.invalid(at, urls, fault)
        if rule.api_groups or rule.resources or rule.resource_names:
            fault = "rules cannot apply to both regular resources and non-resource URLs"
            yield FieldError.invalid(at, urls, fault)
        return
    if not rule.api_groups:
        fault = "resource rules must supply at least one api group"
        yield FieldError.required(f"{path}.apiGroups", fault)
    if not rule.resources:
        fault = "resource rules must supply at least one resource"
        yield FieldError.required(f"{path}.resources", fault)


def validate_binding(binding: RoleBinding | ClusterRoleBinding) -> list[FieldError]:
    """What is wrong with a RoleBinding or a ClusterRoleBinding."""
    namespaced, role = isinstance(binding, RoleBinding), binding.role_ref
    faults = validate_object_meta(binding.metadata, namespaced, path_segment)
    if role.api_group != GROUP:
        faults.append(FieldError.not_supported("roleRef.apiGroup", role.api_group, [GROUP]))
    kinds = ["ClusterRole", "Role"] if namespaced else ["ClusterRole"]
    if role.kind not in kinds:
        faults.append(FieldError.not_supported("roleRef.kind", role.kind, kinds))
    if role.name:
        faults += each("roleRef.name", role.name, path_segment(role.name, False))
    else:
        faults.append(FieldError.required("roleRef.name"))
    for index, subject in enumerate(binding.subjects):
        faults += _subject(subject, namespaced, f"subjects[{index}]")
    return faults


def validate_binding_update(
    new: RoleBinding | ClusterRoleBinding, old: RoleBinding | ClusterRoleBinding
) -> list[FieldError]:
    """What is wrong with a change of a binding; the role never changes."""
    faults = validate_binding(new) + validate_object_meta_update(new.metadata, old.metadata)
    if new.role_ref != old.role_ref:
        faults.append(FieldError.invalid("roleRef", new.role_ref, "cannot change roleRef"))
    return faults


def _subject(subject: Subject, namespaced: bool, path: str) -> Errors:
    kind = subject.kind
    if not subject.name:
        yield FieldError.required(f"{path}.name")
    if kind == "ServiceAccount":
        if subject.name:
            yield from each(f"{path}.name", subject.name, subdomain_name(subject.name, False))
        if subject.api_group:
            yield FieldError.not_supported(f"{path}.apiGroup", subject.api_group, [""])
        if not namespaced and not subject.namespace:
            yield FieldError.required(f"{path}.namespace")
    elif kind in ("User", "Group"):
        if subject.api_group != GROUP:
            yield FieldError.not_supported(f"{path}.apiGroup", subject.api_group, [GROUP])
    else:
        yield FieldError.not_supported(f"{path}.kind", kind, _SUBJECTS)
