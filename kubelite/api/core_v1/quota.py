"""ResourceQuota and LimitRange: how much a namespace may hold, and how large its parts may be.

Models ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from kubelite.api.core_v1.resources import ResourceList
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Struct, written


class ScopedResourceSelectorRequirement(Struct, kw_only=True):
    """One condition on the objects that a quota counts: a scope, an operator, values."""

    scope_name: str = written("")
    operator: str = written("")
    values: tuple[str, ...] = ()


class ScopeSelector(Struct, kw_only=True):
    """Conditions that all have to hold."""

    match_expressions: tuple[ScopedResourceSelectorRequirement, ...] = ()


class ResourceQuotaSpec(Struct, kw_only=True):
    """The most that may be there of each resource, and of which objects it is counted."""

    hard: ResourceList = {}
    scopes: tuple[str, ...] = ()
    scope_selector: ScopeSelector | None = None


class ResourceQuotaStatus(Struct, kw_only=True):
    """The limits that are enforced, and what is used of them."""

    hard: ResourceList = {}
    used: ResourceList = {}


class ResourceQuota(Object, kw_only=True):
    """A limit on what a namespace holds in all."""

    api_version: str = written("v1")
    kind: str = written("ResourceQuota")
    spec: ResourceQuotaSpec = written(ResourceQuotaSpec())
    status: ResourceQuotaStatus = written(ResourceQuotaStatus())


class LimitRangeItem(Struct, kw_only=True):
    """Bounds and defaults for one type: Container, Pod or PersistentVolumeClaim."""

    type: str = written("")
    max: ResourceList = {}
    min: ResourceList = {}
    default: ResourceList = {}
    default_request: ResourceList = {}
    max_limit_request_ratio: ResourceList = {}


class LimitRangeSpec(Struct, kw_only=True):
    """All bounds of one LimitRange."""

    limits: tuple[LimitRangeItem, ...] = ()


class LimitRange(Object, kw_only=True):
    """How large or small each container, pod or claim of a namespace may be."""

    api_version: str = written("v1")
    kind: str = written("LimitRange")
    spec: LimitRangeSpec = written(LimitRangeSpec())
