"""ResourceQuotas and LimitRanges.

Models ``ValidateResourceQuota`` and ``ValidateLimitRange`` of
``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.core_v1 import (
    LimitRange,
    LimitRangeItem,
    ResourceList,
    ResourceQuota,
    ResourceQuotaSpec,
    ScopedResourceSelectorRequirement,
)
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.quantity import Quantity
from kubelite.apiserver.validation.formats import (
    Errors,
    immutable,
    qualified_name,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.resources import (
    container_resource_name,
    may_overcommit,
    validate_amount,
)

_COMPUTE = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
_STANDARD = {
    *_COMPUTE,
    "ephemeral-storage",
    "requests.ephemeral-storage",
    "limits.ephemeral-storage",
    "requests.storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
}
_OPPOSITES = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_EXISTS_ONLY = ("BestEffort", "NotBestEffort", "Terminating", "NotTerminating",
                "CrossNamespacePodAffinity")  # fmt: skip
_SCOPES = (*_EXISTS_ONLY, "PriorityClass", "VolumeAttributesClass")
_LIMIT_TYPES = ("Pod", "Container", "PersistentVolumeClaim")

_UNSUPPORTED = "unsupported scope applied to resource"
_ONLY_EXISTS = (
    "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, "
    "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort and "
    "ResourceQuotaScopeNotBestEffort"
)


# ResourceQuota


def validate_resource_quota(quota: ResourceQuota) -> list[FieldError]:
    """What is wrong with a new ResourceQuota."""
    faults = validate_object_meta(quota.metadata, True, subdomain_name)
    return [*faults, *_quota_spec(quota.spec)]


def validate_resource_quota_update(new: ResourceQuota, old: ResourceQuota) -> list[FieldError]:
    """What is wrong with a change of a ResourceQuota; its scopes never change."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _quota_spec(new.spec)
    before, after = set(old.spec.scopes), set(new.spec.scopes)
    if before != after:
        faults += immutable("spec.scopes", new.spec.scopes, old.spec.scopes)
    return faults


def validate_resource_quota_status_update(
    new: ResourceQuota, old: ResourceQuota
) -> list[FieldError]:
    """What the status of a ResourceQuota may not say."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if not new.metadata.resource_version:
        faults.append(FieldError.required("metadata.resourceVersion"))
    for field, amounts in (("hard", new.status.hard), ("used", new.status.used)):
        faults += _quota_amounts(amounts, f"status.{field}")
    return faults


def _quota_spec(spec: ResourceQuotaSpec) -> Errors:
    yield from _quota_amounts(spec.hard, "spec.hard")
    yield from _scopes(spec)
    yield from _scope_selector(spec)


def _quota_amounts(amounts: ResourceList, path: str) -> Errors:
    for name, amount in amounts.items():
        at = f"{path}[{name}]"
        yield from _quota_resource_name(name, at)
        yield from validate_amount(name, amount, at)


def _quota_resource_name(name: str, path: str) -> Errors:
    faults = list(qualified_name(path, name))
    yield from faults
    if faults or "/" in name or name in _STANDARD:
        return
    if not name.startswith(("hugepages-", "requests.hugepages-")):
        yield FieldError.invalid(path, name, "must be a standard resource for quota")


def _valid_for(scope: str, name: str) -> bool:
    """Whether a quota with this scope may limit the resource."""
    if scope == "BestEffort":
        return name == "pods"
    if scope == "VolumeAttributesClass":
        return name in ("persistentvolumeclaims", "requests.storage")
    return name in ("pods", *_COMPUTE)


def _scopes(spec: ResourceQuotaSpec) -> Errors:
    path, shown = "spec.scopes", list(spec.scopes)
    for scope in spec.scopes:
        if scope not in _SCOPES:
            yield FieldError.invalid(path, shown, "unsupported scope")
        for name in sorted(spec.hard):
            if name in _STANDARD and not _valid_for(scope, name):
                yield FieldError.invalid(path, shown, _UNSUPPORTED)
    yield from _conflicts(spec.scopes, path, shown)


def _conflicts(scopes: Sequence[str], path: str, shown: object) -> Errors:
    for pair in _OPPOSITES:
        if set(pair) <= set(scopes):
            yield FieldError.invalid(path, shown, "conflicting scopes")


def _scope_selector(spec: ResourceQuotaSpec) -> Errors:
    if spec.scope_selector is None:
        return
    path = "spec.scopeSelector.matchExpressions"
    wanted = spec.scope_selector.match_expressions
    for requirement in wanted:
        if requirement.scope_name not in _SCOPES:
            at = f"{path}.scopeName"
            yield FieldError.invalid(at, requirement.scope_name, "unsupported scope")
        for name in sorted(spec.hard):
            if name in _STANDARD and not _valid_for(requirement.scope_name, name):
                yield FieldError.invalid(path, spec.scope_selector, _UNSUPPORTED)
        yield from _operator(requirement, path)
    yield from _conflicts([r.scope_name for r in wanted], path, wanted)


def _operator(requirement: ScopedResourceSelectorRequirement, path: str) -> Errors:
    operator, values = requirement.operator, requirement.values
    if requirement.scope_name in _EXISTS_ONLY and operator != "Exists":
        yield FieldError.invalid(f"{path}.operator", operator, _ONLY_EXISTS)
    if operator in ("In", "NotIn"):
        if not values:
            fault = (
                "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
            )
            yield FieldError.required(f"{path}.values", fault)
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            fault = (
                "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
            )
            yield FieldError.invalid(f"{path}.values", list(values), fault)
    else:
        yield FieldError.invalid(f"{path}.operator", operator, "not a valid selector operator")


# LimitRange


def validate_limit_range(limit_range: LimitRange) -> list[FieldError]:
    """What is wrong with a LimitRange."""
    faults = validate_object_meta(limit_range.metadata, True, subdomain_name)
    seen: list[str] = []
    for index, item in enumerate(limit_range.spec.limits):
        path = f"spec.limits[{index}]"
        faults += _limit_type(item.type, f"{path}.type")
        if item.type in seen:
            faults.append(FieldError.duplicate(f"{path}.type", item.type))
        seen.append(item.type)
        faults += _limit_names(item, path)
        for name in dict.fromkeys((*item.max, *item.min, *item.default, *item.default_request)):
            faults += _bounds(item, name, path)
        faults += _ratios(item, path)
    return faults


def validate_limit_range_update(new: LimitRange, old: LimitRange) -> list[FieldError]:
    """What is wrong with a change of a LimitRange."""
    changed = [] if new.metadata is old.metadata else validate_limit_range(new)
    return [*validate_object_meta_update(new.metadata, old.metadata), *changed]


def _limit_type(name: str, path: str) -> Errors:
    faults = list(qualified_name(path, name))
    yield from faults
    if not faults and "/" not in name and name not in _LIMIT_TYPES:
        yield FieldError.invalid(path, name, "must be a standard limit type or fully qualified")


def _limit_names(item: LimitRangeItem, path: str) -> Errors:
    fields = {"max": item.max, "min": item.min}
    defaults = {"default": item.default, "defaultRequest": item.default_request}
    if item.type == "Pod":
        for field, amounts in defaults.items():
            if amounts:
                fault = "may not be specified when `type` is 'Pod'"
                yield FieldError.forbidden(f"{path}.{field}", fault)
    else:
        fields |= defaults
    if item.type == "PersistentVolumeClaim" and not {"storage"} & {*item.min, *item.max}:
        fault = "either minimum or maximum storage value is required, but neither was provided"
        yield FieldError.required(f"{path}.limits", fault)
    for field, amounts in fields.items():
        for name in amounts:
            at = f"{path}.{field}[{name}]"
            if item.type in ("Pod", "Container"):
                yield from container_resource_name(name, at)
            else:
                yield from qualified_name(at, name)


def _bounds(item: LimitRangeItem, name: str, path: str) -> Errors:
    """Least, default request, default limit and most come in this order."""
    low, high = item.min.get(name), item.max.get(name)
    default, request = item.default.get(name), item.default_request.get(name)
    words = (
        (low, high, "min", "min value {} is greater than max value {}"),
        (low, request, "defaultRequest", "min value {} is greater than default request value {}"),
        (request, high, "defaultRequest", "default request value {} is greater than max value {}"),
        (
            request,
            default,
            "defaultRequest",
            "default request value {} is greater than default limit value {}",
        ),
        (low, default, "default", "min value {} is greater than default value {}"),
        (default, high, "default", "default value {} is greater than max value {}"),
    )
    for less, more, field, fault in words:
        if less is not None and more is not None and less > more:
            shown = request if field == "defaultRequest" else default if field == "default" else low
            at = f"{path}.{field}[{name}]"
            yield FieldError.invalid(at, str(shown), fault.format(less, more))
    given = default is not None and request is not None
    if given and default != request and not may_overcommit(name):
        fault = f"default value {default} must equal to defaultRequest value {request} in {name}"
        yield FieldError.invalid(f"{path}.defaultRequest[{name}]", str(request), fault)


def _ratios(item: LimitRangeItem, path: str) -> Errors:
    for name, ratio in item.max_limit_request_ratio.items():
        at = f"{path}.maxLimitRequestRatio[{name}]"
        if ratio < Quantity.of(1):
            yield FieldError.invalid(at, str(ratio), f"ratio {ratio} is less than 1")
        low, high = item.min.get(name), item.max.get(name)
        if low and high is not None and ratio.nano * low.nano > high.nano * 10**9:
            most = high.nano / low.nano
            fault = f"ratio {ratio} is greater than max/min = {most:f}"
            yield FieldError.invalid(at, str(ratio), fault)
