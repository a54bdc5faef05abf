"""Cells about quotas, limits, identities and roles.

Models ``printResourceQuota`` and its neighbours in ``pkg/printers/internalversion/printers.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api.core_v1 import ResourceQuota


def quota_requests(quota: ResourceQuota, now: int) -> str:
    """Used and most of everything that is no limit."""
    return _amounts(quota, False)


def quota_limits(quota: ResourceQuota, now: int) -> str:
    """Used and most of the limits."""
    return _amounts(quota, True)


def _amounts(quota: ResourceQuota, limits: bool) -> str:
    hard, used = quota.status.hard, quota.status.used
    return ", ".join(
        f"{name}: {used.get(name, 0)}/{hard[name]}"
        for name in sorted(hard)
        if name.startswith("limits.") is limits
    )


def created_at(obj: Any, now: int) -> str:
    """The moment of its creation."""
    created = obj.metadata.creation_timestamp
    return created.wire() if created is not None else "<unknown>"


def subjects(kind: str) -> Callable[[Any, int], str]:
    """The subjects of a binding that are of one kind."""
    return lambda binding, _: ", ".join(
        f"{s.namespace}/{s.name}" if kind == "ServiceAccount" else s.name
        for s in binding.subjects
        if s.kind == kind
    )
