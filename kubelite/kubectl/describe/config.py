"""Descriptions of settings, identities and bounds. Models ``k8s.io/kubectl/pkg/describe``."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from kubelite.api.core_v1 import (
    ConfigMap,
    LimitRange,
    Namespace,
    ResourceQuota,
    Secret,
    ServiceAccount,
)
from kubelite.api.policy_v1 import PodDisruptionBudget
from kubelite.api.scheduling_v1 import PriorityClass
from kubelite.apimachinery.quantity import Quantity
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import (
    NONE,
    UNSET,
    Page,
    begin,
    format_labels,
    format_selector,
    plain,
    put_dated_conditions,
)

_LIMITS = (
    "Type",
    "Resource",
    "Min",
    "Max",
    "Default Request",
    "Default Limit",
    "Max Limit/Request Ratio",
)
_SCOPES = {
    "Terminating": "Matches all pods that have an active deadline. These pods have a limited"
    " lifespan on a node before being actively terminated by the system.",
    "NotTerminating": "Matches all pods that do not have an active deadline. These pods usually"
    " include long running pods whose container command is not expected to terminate.",
    "BestEffort": "Matches all pods that do not have resource requirements set. These pods have a"
    " best effort quality of service.",
    "NotBestEffort": "Matches all pods that have at least one resource requirement set. These pods"
    " have a burstable or guaranteed quality of service.",
}
_ZERO = Quantity.of(0)


def config_map(found: ConfigMap, to: Describing) -> str:
    """A ConfigMap with its values."""
    page = begin(found)
    page.write(0, "\nData\n====\n")
    for key in sorted(found.data):
        page.write(0, f"{key}:\n----\n")
        page.write(0, f"{found.data[key]}\n")
        page.write(0, "\n")
    page.write(0, "\nBinaryData\n====\n")
    for key in sorted(found.binary_data):
        page.write(0, f"{key}: {_size(found.binary_data[key])} bytes\n")
    page.write(0, "\n")
    to.put_events(page, found)
    return str(page)


def secret(found: Secret, to: Describing) -> str:
    """A Secret: its keys, and how long its values are."""
    page = begin(found)
    page.write(0, f"\nType:\t{found.type}\n")
    page.write(0, "\nData\n====\n")
    for key in sorted(found.data):
        value = found.data[key]
        if key == "token" and found.type == "kubernetes.io/service-account-token":
            page.field(0, key, base64.b64decode(value).decode(errors="replace"))
        else:
            page.field(0, key, f"{_size(value)} bytes")
    return str(page)


def _size(value: str) -> int:
    return len(base64.b64decode(value))


def service_account(found: ServiceAccount, to: Describing) -> str:
    """A ServiceAccount."""
    page = begin(found)
    title = "Image pull secrets:"
    names = [secret.name for secret in found.image_pull_secrets] or [NONE]
    for number, name in enumerate(names):
        page.row(0, " " * len(title) if number else title, name)
    to.put_events(page, found)
    return str(page)


# Bounds


def namespace(found: Namespace, to: Describing) -> str:
    """A Namespace with its quotas and bounds. Raises StatusError."""
    page = begin(found, namespaced=False)
    page.field(0, "Status", found.status.phase)
    if found.status.conditions:
        page.write(0, "Conditions:\n")
        put_dated_conditions(page, found.status.conditions)
    name = found.metadata.name
    quotas = to.client.listed("resourcequotas", name).items
    ranges = to.client.listed("limitranges", name).items
    page.write(0, "\n")
    _put_quotas(page, quotas)
    page.write(0, "\n")
    if not ranges:
        page.write(0, "No LimitRange resource.\n")
    else:
        page.write(0, "Resource Limits\n")
        page.row(0, f" {_LIMITS[0]}", *_LIMITS[1:])
        page.row(0, *(f"{' ' if not i else ''}{'-' * len(t)}" for i, t in enumerate(_LIMITS)))
    for one in ranges:
        _put_limits(page, one, " ")
    return str(page)


def _put_quotas(page: Page, quotas: Sequence[ResourceQuota]) -> None:
    page.write(0, "Resource Quotas\n" if quotas else "No resource quota.\n")
    for quota in sorted(quotas, key=lambda quota: quota.metadata.name):
        page.field(1, "Name", quota.metadata.name)
        _put_scopes(page, quota, 1, "* ")
        page.row(1, "Resource", "Used", "Hard")
        page.row(1, "--------", "---", "---")
        for name in sorted(quota.status.hard):
            used = quota.status.used.get(name, _ZERO)
            page.row(1, name, used, quota.status.hard[name])


def _put_scopes(page: Page, quota: ResourceQuota, level: int, mark: str) -> None:
    scopes = sorted(quota.spec.scopes)
    if scopes:
        page.field(level, "Scopes", ", ".join(scopes))
    for scope in scopes:
        if scope in _SCOPES:
            page.write(level, f"{mark}{_SCOPES[scope]}\n")


def resource_quota(found: ResourceQuota, to: Describing) -> str:
    """A ResourceQuota: what is used of what is allowed."""
    page, status = begin(found, marks=False), found.status
    _put_scopes(page, found, 0, " * ")
    page.row(0, "Resource", "Used", "Hard")
    page.row(0, "--------", "----", "----")
    for name in sorted(status.hard):
        hard, used = status.hard[name], status.used.get(name, _ZERO)
        if hard.format != used.format:
            used = Quantity.of(used.value, hard.format)
        page.row(0, name, used, hard)
    return str(page)


def limit_range(found: LimitRange, to: Describing) -> str:
    """A LimitRange."""
    page = begin(found, marks=False)
    page.table(0, _LIMITS, ())
    _put_limits(page, found, "")
    return str(page)


def _put_limits(page: Page, found: LimitRange, prefix: str) -> None:
    for item in found.spec.limits:
        columns = (
            item.min,
            item.max,
            item.default_request,
            item.default,
            item.max_limit_request_ratio,
        )
        for name in _in_order(key for amounts in columns for key in amounts):
            page.row(0, f"{prefix}{item.type}", name, *(a.get(name, "-") for a in columns))


def _in_order(names: Iterable[str]) -> list[str]:
    """Upstream's order is that of a Go map, which is anybody's guess: here by name."""
    return sorted(set(names))


def pod_disruption_budget(found: PodDisruptionBudget, to: Describing) -> str:
    """A PodDisruptionBudget: how many may be disturbed now."""
    page, spec, status = begin(found, marks=False), found.spec, found.status
    if spec.min_available is not None:
        page.field(0, "Min available", spec.min_available)
    elif spec.max_unavailable is not None:
        page.field(0, "Max unavailable", spec.max_unavailable)
    page.field(0, "Selector", UNSET if spec.selector is None else format_selector(spec.selector))
    page.write(0, "Status:\n")
    page.field(2, "Allowed disruptions", status.disruptions_allowed)
    page.field(2, "Current", status.current_healthy)
    page.field(2, "Desired", status.desired_healthy)
    page.field(2, "Total", status.expected_pods)
    to.put_events(page, found)
    return str(page)


def priority_class(found: PriorityClass, to: Describing) -> str:
    """A PriorityClass."""
    page = begin(found, namespaced=False, marks=False)
    page.field(0, "Value", found.value)
    page.field(0, "GlobalDefault", plain(found.global_default))
    page.field(0, "PreemptionPolicy", found.preemption_policy)
    page.field(0, "Description", found.description)
    page.field(0, "Annotations", format_labels(found.metadata.annotations))
    to.put_events(page, found)
    return str(page)
