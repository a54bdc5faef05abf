"""A pod's quality of service class. Models ``pkg/apis/core/v1/helper/qos``."""

from __future__ import annotations

from kubelite.api.core_v1 import PodSpec

COUNTED = ("cpu", "memory")


def qos_class(spec: PodSpec) -> str:
    """Guaranteed, Burstable or BestEffort."""
    guaranteed, asked = True, False
    for container in spec.init_containers + spec.containers:
        resources = container.resources
        for name in COUNTED:
            request, limit = resources.requests.get(name), resources.limits.get(name)
            asked = asked or bool(request) or bool(limit)
            guaranteed = guaranteed and bool(limit) and (request is None or request == limit)
    if not asked:
        return "BestEffort"
    return "Guaranteed" if guaranteed else "Burstable"
