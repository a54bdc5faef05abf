"""How a HorizontalPodAutoscaler is shown: what its metrics are, and ought to be; and metrics.

Models printHorizontalPodAutoscaler of ``pkg/printers/internalversion/printers.go``.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.autoscaling_v2 import (
    HorizontalPodAutoscaler,
    MetricSpec,
    MetricStatus,
    MetricTarget,
    MetricValueStatus,
)

SHOWN = 2
"""So many metrics are shown; of the others only their number."""

UNKNOWN = "<unknown>"

_SOURCES = ("object", "pods", "resource", "container_resource", "external")


def hpa_reference(hpa: HorizontalPodAutoscaler, now: int) -> str:
    """What it scales."""
    return f"{hpa.spec.scale_target_ref.kind}/{hpa.spec.scale_target_ref.name}"


def hpa_least(hpa: HorizontalPodAutoscaler, now: int) -> str:
    """The fewest pods it allows."""
    least = hpa.spec.min_replicas
    return "<unset>" if least is None else str(least)


def hpa_targets(hpa: HorizontalPodAutoscaler, now: int) -> str:
    """Each metric as it is, and as it ought to be: ``cpu: 63%/50%``."""
    if not hpa.spec.metrics:
        return "<none>"
    statuses = hpa.status.current_metrics
    texts = [
        _shown(spec, statuses[place] if place < len(statuses) else None)
        for place, spec in enumerate(hpa.spec.metrics)
    ]
    more = f" + {len(texts) - SHOWN} more..." if len(texts) > SHOWN else ""
    return ", ".join(texts[:SHOWN]) + more


def _shown(spec: MetricSpec, status: MetricStatus | None) -> str:
    field = next((name for name in _SOURCES if getattr(spec, name) is not None), "")
    if not field:
        return "<unknown type>"
    source = getattr(spec, field)
    found = getattr(status, field) if status is not None else None
    text = _compared(source.target, found.current if found is not None else MetricValueStatus())
    if field in ("object", "external") and source.target.average_value is not None:
        text += " (avg)"
    name = getattr(source, "name", "")
    return f"{name}: {text}" if name else text


def _compared(target: MetricTarget, current: MetricValueStatus) -> str:
    if target.average_utilization is not None:
        share = current.average_utilization
        now = UNKNOWN if share is None else f"{share}%"
        return f"{now}/{target.average_utilization}%"
    if target.average_value is not None:
        return f"{current.average_value or UNKNOWN}/{target.average_value}"
    return f"{current.value or UNKNOWN}/{target.value or '<auto>'}"


def used_cpu(metrics: Any, now: int) -> str:
    """The cpu of a node, or of all containers of a pod."""
    return f"{sum(usage['cpu'].milli for usage in _usages(metrics))}m"


def used_memory(metrics: Any, now: int) -> str:
    """The memory of a node, or of all containers of a pod."""
    return f"{sum(usage['memory'].value for usage in _usages(metrics)) // 1024}Ki"


def _usages(metrics: Any) -> list[Any]:
    if hasattr(metrics, "containers"):
        return [container.usage for container in metrics.containers]
    return [metrics.usage]
