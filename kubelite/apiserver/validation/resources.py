"""Amounts of cpu, memory and other resources that containers, pods and nodes name.

Models the resource part of ``pkg/apis/core/validation/validation.go`` and
``pkg/apis/core/helper/helpers.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.quantity import Quantity
from kubelite.apiserver.validation.formats import (
    Errors,
    dns_label,
    qualified_name,
    quantity_not_negative,
)

Amounts = Mapping[str, Quantity]

_HUGE_PAGES = "hugepages-"
_CONTAINER = ("cpu", "memory", "ephemeral-storage")
_COUNTED = (
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
)
_STANDARD = {
    *_CONTAINER,
    *_COUNTED,
    "storage",
    "requests.storage",
    *(f"requests.{name}" for name in _CONTAINER),
    *(f"limits.{name}" for name in _CONTAINER),
}


def is_native(name: str) -> bool:
    """Whether Kubernetes itself defines the resource."""
    return "/" not in name or "kubernetes.io/" in name


def is_huge_page(name: str) -> bool:
    """Whether the resource is pages of one size, such as ``hugepages-2Mi``."""
    return name.startswith(_HUGE_PAGES)


def may_overcommit(name: str) -> bool:
    """Whether limits may exceed requests: not for devices and huge pages."""
    return is_native(name) and not is_huge_page(name)


def is_extended(name: str) -> bool:
    """Whether it is a device or the like, under a domain of its own."""
    if is_native(name) or name.startswith("requests."):
        return False
    return not names.is_qualified_name(f"requests.{name}")


def validate_amount(name: str, amount: Quantity, path: str) -> Errors:
    """Not negative, and whole where things are counted."""
    yield from quantity_not_negative(path, amount)
    if (name in _COUNTED or is_extended(name)) and amount.milli % 1000:
        yield FieldError.invalid(path, str(amount), "must be an integer")


def _resource_name(name: str, path: str) -> Errors:
    faults = list(qualified_name(path, name))
    yield from faults
    huge = name.startswith((_HUGE_PAGES, f"requests.{_HUGE_PAGES}"))
    if not faults and "/" not in name and name not in _STANDARD and not huge:
        fault = "must be a standard resource type or fully qualified"
        yield FieldError.invalid(path, name, fault)


def container_resource_name(name: str, path: str) -> Errors:
    """A resource that a container may ask for."""
    yield from _resource_name(name, path)
    if "/" not in name:
        if name not in _CONTAINER and not is_huge_page(name):
            fault = "must be a standard resource for containers"
            yield FieldError.invalid(path, name, fault)
    elif not is_native(name) and not is_extended(name):
        fault = "doesn't follow extended resource name standard"
        yield FieldError.invalid(path, name, fault)


def pod_resource_name(name: str, path: str) -> Errors:
    """A resource that a pod may ask for as a whole."""
    faults = list(_resource_name(name, path))
    yield from faults
    if not faults and name not in ("cpu", "memory") and not is_huge_page(name):
        yield FieldError.not_supported(path, name, ("cpu", _HUGE_PAGES, "memory"))


def validate_requirements(
    requirements: core_v1.ResourceRequirements,
    claims: Iterable[str],
    path: str,
    check_name: Callable[[str, str], Errors] = container_resource_name,
) -> Errors:
    """Requests, limits and claims of one container, or of a pod as a whole."""
    limits, requests = requirements.limits, requirements.requests
    for name, amount in limits.items():
        yield from _entry(name, amount, f"{path}.limits[{name}]", check_name)
    for name, amount in requests.items():
        at = f"{path}.requests[{name}]"
        yield from check_name(name, at)
        yield from validate_amount(name, amount, at)
        yield from _against_limit(name, amount, limits, path)
        yield from _whole_pages(name, amount, at)
    given = (*limits, *requests)
    if any(map(is_huge_page, given)) and not {"cpu", "memory"} & {*given}:
        yield FieldError.forbidden(path, "HugePages require cpu or memory")
    yield from _claims(requirements.claims, tuple(claims), f"{path}.claims")


def _entry(
    name: str, amount: Quantity, path: str, check_name: Callable[[str, str], Errors]
) -> Errors:
    yield from check_name(name, path)
    yield from validate_amount(name, amount, path)
    yield from _whole_pages(name, amount, path)


def _against_limit(name: str, amount: Quantity, limits: Amounts, path: str) -> Errors:
    limit = limits.get(name)
    if limit is None:
        if not may_overcommit(name):
            fault = "Limit must be set for non overcommitable resources"
            yield FieldError.required(f"{path}.limits", fault)
    elif amount != limit and not may_overcommit(name):
        fault = f"must be equal to {name} limit of {limit}"
        yield FieldError.invalid(f"{path}.requests", str(amount), fault)
    elif amount > limit:
        fault = f"must be less than or equal to {name} limit of {limit}"
        yield FieldError.invalid(f"{path}.requests", str(amount), fault)


def _whole_pages(name: str, amount: Quantity, path: str) -> Errors:
    if not is_huge_page(name):
        return
    try:
        page = Quantity.parse(name.removeprefix(_HUGE_PAGES)).value
    except ValueError:
        page = 0
    if page <= 0 or amount.value % page:
        fault = f"{amount} is not positive integer multiple of {name}"
        yield FieldError.invalid(path, str(amount), fault)


def _claims(claims: tuple[core_v1.ResourceClaim, ...], known: tuple[str, ...], path: str) -> Errors:
    seen: list[str] = []
    for index, claim in enumerate(claims):
        at = f"{path}[{index}]"
        if not claim.name:
            yield FieldError.required(at)
            continue
        yield from _claim_once(claim, seen, at)
        if claim.name not in known:
            detail = "must be one of the names in pod.spec.resourceClaims"
            detail += f": {', '.join(sorted(known))}" if known else " which is empty"
            yield FieldError.not_found(at, claim.name)._replace(detail=detail)


def _claim_once(claim: core_v1.ResourceClaim, seen: list[str], path: str) -> Errors:
    if claim.name in seen:
        yield FieldError.duplicate(path, claim.name)
        return
    key = claim.name
    if claim.request:
        yield from dns_label(f"{path}.request", claim.request)
        key = f"{claim.name}/{claim.request}"
    if key in seen:
        yield FieldError.duplicate(path, key)
    elif not claim.request:
        for other in seen:
            if other.startswith(f"{claim.name}/"):
                yield FieldError.duplicate(path, claim.name)
    seen.append(key)


def total_amounts(spec: core_v1.PodSpec, limits: bool = False) -> dict[str, Quantity]:
    """What all containers of a pod ask for together, as the scheduler counts it.

    Regular containers and sidecars add up; an ordinary init container runs alone beside the
    sidecars started before it, so only the largest counts.
    """
    total: dict[str, Quantity] = {}
    for container in spec.containers:
        _add(total, _amounts(container, limits))
    sidecars: dict[str, Quantity] = {}
    largest: dict[str, Quantity] = {}
    for container in spec.init_containers:
        peak = dict(_amounts(container, limits))
        if container.restart_policy == "Always":
            _add(total, peak)
            _add(sidecars, peak)
            peak = dict(sidecars)
        else:
            _add(peak, sidecars)
        _raise_to(largest, peak)
    _raise_to(total, largest)
    return total


def _amounts(container: core_v1.Container, limits: bool) -> Amounts:
    return container.resources.limits if limits else container.resources.requests


def _add(total: dict[str, Quantity], amounts: Amounts) -> None:
    for name, amount in amounts.items():
        total[name] = total[name] + amount if name in total else amount


def _raise_to(total: dict[str, Quantity], amounts: Amounts) -> None:
    for name, amount in amounts.items():
        if name not in total or total[name] < amount:
            total[name] = amount


def validate_pod_resources(spec: core_v1.PodSpec, claims: Iterable[str], path: str) -> Errors:
    """Amounts set for a pod as a whole cover those of its containers."""
    resources = spec.resources
    if resources is None:
        return
    at = f"{path}.resources"
    if spec.os is not None and spec.os.name == "windows":
        yield FieldError.forbidden(at, "may not be set for a windows pod")
        return
    if resources.claims:
        fault = "claims may not be set for Resources at pod-level"
        yield FieldError.forbidden(f"{at}.claims", fault)
    yield from validate_requirements(resources, claims, at, pod_resource_name)
    for name, amount in total_amounts(spec).items():
        whole = resources.requests.get(name)
        if whole is not None and amount > whole:
            fault = f"must be greater than or equal to aggregate container requests of {amount}"
            yield FieldError.invalid(f"{at}.requests[{name}]", str(whole), fault)
    for name, amount in total_amounts(spec, limits=True).items():
        whole = resources.limits.get(name)
        if is_huge_page(name) and whole is not None and amount > whole:
            fault = f"must be greater than or equal to aggregate container limits of {amount}"
            yield FieldError.invalid(f"{at}.limits[{name}]", str(whole), fault)
    for index, container in enumerate(spec.containers):
        for name, amount in container.resources.limits.items():
            whole = resources.limits.get(name)
            if whole is not None and amount > whole:
                fault = f"must be less than or equal to pod limits of {whole}"
                where = f"{at}.containers[{index}][{name}].limits"
                yield FieldError.invalid(where, str(amount), fault)
