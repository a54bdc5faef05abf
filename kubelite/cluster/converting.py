"""Manifests of an older version of a kind, as the one that is stored would say it.

Models the conversions of ``pkg/apis/autoscaling/v1/conversion.go``. Upstream the server converts,
in both directions; here it is done on the way in, so an object is shown in its stored version.
"""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def converted(document: Document) -> Document:
    """The document itself, or the stored version of it."""
    known = (document.get("apiVersion"), document.get("kind"))
    if known == ("autoscaling/v1", "HorizontalPodAutoscaler"):
        return _autoscaler(document)
    return document


def _autoscaler(document: Document) -> Document:
    """v1 knows one metric only: the cpu, in percent of the requests."""
    result = document | {"apiVersion": "autoscaling/v2"}
    spec = document.get("spec")
    if not isinstance(spec, dict) or "targetCPUUtilizationPercentage" not in spec:
        return result
    spec = dict(spec)
    share = spec.pop("targetCPUUtilizationPercentage")
    target = {"type": "Utilization", "averageUtilization": share}
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": target}}
    return result | {"spec": spec | {"metrics": [metric]}}
