"""Defaults of bindings: the API groups of subjects and roles.

Models ``pkg/apis/rbac/v1/defaults.go``.
"""

from __future__ import annotations

from typing import TypeVar

from kubelite.api.rbac_v1 import GROUP, ClusterRoleBinding, RoleBinding, Subject
from kubelite.apiserver.defaults.filling import changed, filled, mapped

Binding = TypeVar("Binding", RoleBinding, ClusterRoleBinding)


def default_binding(binding: Binding) -> Binding:
    """Users, groups and roles are of the group of RBAC; service accounts of the core group."""
    role = filled(binding.role_ref, api_group=GROUP)
    return changed(binding, role_ref=role, subjects=mapped(binding.subjects, _subject))


def _subject(subject: Subject) -> Subject:
    return filled(subject, api_group=GROUP) if subject.kind in ("User", "Group") else subject
