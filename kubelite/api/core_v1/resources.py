"""Amounts of cpu, memory and devices: what is asked for, allowed and given.

Models ``ResourceList`` and ``ResourceRequirements`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Struct, written

ResourceList = dict[str, Quantity]
"""Amounts by resource name: cpu in cores, memory in bytes."""


class ResourceRequirements(Struct, kw_only=True):
    """What a container is promised (requests) and may use at most (limits)."""

    requests: ResourceList = {}
    limits: ResourceList = {}
    claims: tuple[ResourceClaim, ...] = ()


class ResourceClaim(Struct, kw_only=True):
    """A device claim of the pod that this container uses."""

    name: str = written("")
    request: str = ""


class VolumeResourceRequirements(Struct, kw_only=True):
    """How much storage a claim asks for."""

    requests: ResourceList = {}
    limits: ResourceList = {}


class ResourceStatus(Struct, kw_only=True):
    """The devices of one resource that a container was given, and how they fare."""

    name: str = written("")
    resources: tuple[ResourceHealth, ...] = ()


class ResourceHealth(Struct, kw_only=True):
    """Whether one device is Healthy, Unhealthy or Unknown."""

    resource_id: str = written("")
    health: str = ""
    message: str | None = None
