"""How much of a quota an object uses, and which quotas count it.

The admission plugin charges with it and the controller counts anew with it, so both always agree.
Models ``pkg/quota/v1/evaluator/core`` and ``k8s.io/apiserver/pkg/quota/v1``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubelite.api.core_v1 import (
    PersistentVolumeClaim,
    Pod,
    PodSpec,
    ResourceList,
    ResourceQuota,
    ScopedResourceSelectorRequirement,
    Service,
)
from kubelite.api.podresources import pod_limits, pod_requests
from kubelite.api.qos import qos_class
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.times import SECOND

ONE = Quantity.of(1)
NONE = Quantity.of(0)

IGNORED = ("events",)
"""What no quota counts."""

COMPUTE = ("cpu", "memory", "ephemeral-storage")
MUST_BE_SET = frozenset(
    f"{side}{name}" for side in ("", "requests.", "limits.") for name in ("cpu", "memory")
)
"""Where a quota limits one of these, every container has to say how much it wants."""

_PODS = {"pods", "count/pods", *COMPUTE} | {
    f"{side}.{name}" for side in ("requests", "limits") for name in COMPUTE
}
_LEGACY = ("configmaps", "resourcequotas", "replicationcontrollers", "secrets")
"""Kinds that were counted under their plain name before ``count/`` came."""

_STORAGE_CLASS = ".storageclass.storage.k8s.io/"
_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"


# Arithmetic with lists of amounts


def added(one: ResourceList, more: ResourceList) -> ResourceList:
    """The sum, resource by resource."""
    total = dict(one)
    for name, amount in more.items():
        total[name] = total[name] + amount if name in total else amount
    return total


def masked(amounts: ResourceList, names: Iterable[str]) -> ResourceList:
    """Only these resources."""
    wanted = set(names)
    return {name: amount for name, amount in amounts.items() if name in wanted}


def grown(now: ResourceList, before: ResourceList) -> ResourceList:
    """By how much each resource has grown; nothing where it has shrunk."""
    return {name: max(amount - before.get(name, NONE), NONE) for name, amount in now.items()}


# Usage


def count_name(resource: str) -> str:
    """The resource by which a quota counts objects: ``count/deployments.apps``."""
    return f"count/{resource}"


def matching(resource: str, names: Iterable[str]) -> list[str]:
    """Those of ``names`` that objects of ``resource`` can use, in order."""
    return sorted(name for name in names if _concerns(resource, name))


def _concerns(resource: str, name: str) -> bool:
    if name == count_name(resource) or (name == resource and resource in _LEGACY):
        return True
    if resource == "pods":
        return (
            name in _PODS
            or name.startswith(("hugepages-", "requests.hugepages-"))
            or (name.startswith("requests.") and "/" in name and "kubernetes.io/" not in name)
        )
    if resource == "services":
        return name in ("services", "services.nodeports", "services.loadbalancers")
    if resource == "persistentvolumeclaims":
        own = name in ("persistentvolumeclaims", "requests.storage")
        return own or _STORAGE_CLASS in name
    return False


def usage(resource: str, obj: Any, now: int) -> ResourceList:
    """What one object uses at the moment ``now``."""
    counted = {count_name(resource): ONE}
    if resource in _LEGACY:
        counted[resource] = ONE
    special = _USAGE.get(resource)
    return counted | special(obj, now) if special else counted


def _pod_usage(pod: Pod, now: int) -> ResourceList:
    return _compute(pod_requests(pod.spec), pod_limits(pod.spec)) if _is_charged(pod, now) else {}


def _is_charged(pod: Pod, now: int) -> bool:
    """Not once it has ended, nor when its grace is over and nobody has ended it."""
    meta = pod.metadata
    if pod.status.phase in ("Succeeded", "Failed"):
        return False
    if meta.deletion_timestamp is None or meta.deletion_grace_period_seconds is None:
        return True
    return now <= meta.deletion_timestamp + meta.deletion_grace_period_seconds * SECOND


def _compute(requests: ResourceList, limits: ResourceList) -> ResourceList:
    found: ResourceList = {"pods": ONE}
    for name in COMPUTE:
        if name in requests:
            found[name] = found[f"requests.{name}"] = requests[name]
        if name in limits:
            found[f"limits.{name}"] = limits[name]
    for name, amount in requests.items():
        if name.startswith("hugepages-"):
            found[name] = found[f"requests.{name}"] = amount
        elif "/" in name and "kubernetes.io/" not in name:
            found[f"requests.{name}"] = amount
    return found


def _service_usage(service: Service, now: int) -> ResourceList:
    spec = service.spec
    ports, balancers = 0, 0
    if spec.type == "NodePort":
        ports = len(spec.ports)
    elif spec.type == "LoadBalancer":
        balancers = 1
        own = spec.allocate_load_balancer_node_ports is not False
        ports = sum(1 for port in spec.ports if own or port.node_port)
    return {
        "services": ONE,
        "services.nodeports": Quantity.of(ports),
        "services.loadbalancers": Quantity.of(balancers),
    }


def _claim_usage(claim: PersistentVolumeClaim, now: int) -> ResourceList:
    found: ResourceList = {"persistentvolumeclaims": ONE}
    chosen = claim.spec.storage_class_name
    storage_class = claim.metadata.annotations.get(_CLASS_ANNOTATION) or chosen or ""
    if storage_class:
        found[f"{storage_class}{_STORAGE_CLASS}persistentvolumeclaims"] = ONE
    asked = claim.spec.resources.requests.get("storage") if claim.spec.resources else None
    if asked is not None:
        found["requests.storage"] = asked
        if storage_class:
            found[f"{storage_class}{_STORAGE_CLASS}requests.storage"] = asked
    return found


_USAGE: dict[str, Callable[[Any, int], ResourceList]] = {
    "pods": _pod_usage,
    "services": _service_usage,
    "persistentvolumeclaims": _claim_usage,
}


# Constraints and scopes


def missing(names: Iterable[str], spec: PodSpec) -> str:
    """What containers have to say and do not, in the words of a refusal; empty if nothing."""
    required = MUST_BE_SET & set(names)
    lacking: dict[str, set[str]] = {}
    for container in spec.containers + spec.init_containers:
        said = _compute(container.resources.requests, container.resources.limits)
        for name in required - set(said):
            lacking.setdefault(name, set()).add(container.name)
    told = [f"{name} for: {','.join(sorted(lacking[name]))}" for name in sorted(lacking)]
    return f"must specify {'; '.join(told)}" if told else ""


# DOC: quota-scopes
def counts(quota: ResourceQuota, resource: str, obj: Any) -> bool:
    """Whether the quota limits something that such an object uses, and its scopes let it in."""
    if not matching(resource, quota.status.hard):
        return False
    return all(_in_scope(wanted, resource, obj) for wanted in requirements(quota))


def requirements(quota: ResourceQuota) -> tuple[ScopedResourceSelectorRequirement, ...]:
    """Its scopes, written in either way."""
    plain = tuple(
        ScopedResourceSelectorRequirement(scope_name=scope, operator="Exists")
        for scope in quota.spec.scopes
    )
    selector = quota.spec.scope_selector
    return plain + selector.match_expressions if selector else plain


def _in_scope(wanted: ScopedResourceSelectorRequirement, resource: str, obj: Any) -> bool:
    if resource == "persistentvolumeclaims" and wanted.scope_name == "VolumeAttributesClass":
        return _has_attributes(obj, wanted)
    if resource != "pods":
        return False
    test = _SCOPES.get(wanted.scope_name)
    return test is not None and test(obj.spec, wanted)


def _has_attributes(
    claim: PersistentVolumeClaim, wanted: ScopedResourceSelectorRequirement
) -> bool:
    """Whether a class of attributes that the claim asks for, has, or is getting is meant."""
    status = claim.status
    target = status.modify_volume_status and (
        status.modify_volume_status.target_volume_attributes_class_name
    )
    current = status.current_volume_attributes_class_name
    names = list(filter(None, (claim.spec.volume_attributes_class_name, current, target)))
    if wanted.operator in ("Exists", "DoesNotExist"):
        return bool(names) is (wanted.operator == "Exists")
    if wanted.operator == "In":
        return any(name in wanted.values for name in names)
    return not names or any(name not in wanted.values for name in names)


def _is_terminating(spec: PodSpec, wanted: ScopedResourceSelectorRequirement) -> bool:
    return spec.active_deadline_seconds is not None and spec.active_deadline_seconds >= 0


def _is_best_effort(spec: PodSpec, wanted: ScopedResourceSelectorRequirement) -> bool:
    return qos_class(spec) == "BestEffort"


def _is_of_class(spec: PodSpec, wanted: ScopedResourceSelectorRequirement) -> bool:
    name = spec.priority_class_name
    if wanted.operator == "Exists":
        return bool(name)
    if wanted.operator == "DoesNotExist":
        return not name
    return (bool(name) and name in wanted.values) is (wanted.operator == "In")


def _crosses_namespaces(spec: PodSpec, wanted: ScopedResourceSelectorRequirement) -> bool:
    affinity = spec.affinity
    found = [affinity.pod_affinity, affinity.pod_anti_affinity] if affinity else []
    terms = [
        term
        for side in found
        if side is not None
        for term in (
            *side.required_during_scheduling_ignored_during_execution,
            *(
                weighted.pod_affinity_term
                for weighted in side.preferred_during_scheduling_ignored_during_execution
            ),
        )
    ]
    return any(term.namespaces or term.namespace_selector is not None for term in terms)


_SCOPES: dict[str, Callable[[PodSpec, ScopedResourceSelectorRequirement], bool]] = {
    "Terminating": _is_terminating,
    "NotTerminating": lambda spec, wanted: not _is_terminating(spec, wanted),
    "BestEffort": _is_best_effort,
    "NotBestEffort": lambda spec, wanted: not _is_best_effort(spec, wanted),
    "PriorityClass": _is_of_class,
    "CrossNamespacePodAffinity": _crosses_namespaces,
}
