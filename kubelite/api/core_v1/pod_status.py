"""What is known of a pod: phase, conditions, addresses, containers.

Models ``PodStatus`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.api.core_v1.container_status import ContainerStatus
from kubelite.api.core_v1.resources import ResourceList, ResourceRequirements
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Int64, Struct, merge_on, written
from kubelite.apimachinery.times import Time


class PodStatus(Struct, kw_only=True):
    """The pod as its node's kubelet last reported it."""

    phase: str = ""
    conditions: Annotated[tuple[PodCondition, ...], merge_on("type")] = ()
    reason: str = ""
    message: str = ""
    host_ip: str = ""
    host_ips: Annotated[tuple[HostIP, ...], merge_on("ip")] = ()
    pod_ip: str = ""
    pod_ips: Annotated[tuple[PodIP, ...], merge_on("ip")] = ()
    start_time: Time | None = None
    init_container_statuses: tuple[ContainerStatus, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    ephemeral_container_statuses: tuple[ContainerStatus, ...] = ()
    qos_class: str = ""
    nominated_node_name: str = ""
    observed_generation: Int64 = 0
    resize: str = ""
    resources: ResourceRequirements | None = None
    allocated_resources: ResourceList = {}
    resource_claim_statuses: Annotated[
        tuple[PodResourceClaimStatus, ...], merge_on("name", retain_keys=True)
    ] = ()
    extended_resource_claim_status: PodExtendedResourceClaimStatus | None = None
    node_allocatable_resource_claim_statuses: Annotated[
        tuple[NodeAllocatableResourceClaimStatus, ...], merge_on("resourceClaimName")
    ] = ()
    volume_health: tuple[PodVolumeHealth, ...] = ()


class PodCondition(Struct, kw_only=True):
    """One observation: PodScheduled, Initialized, ContainersReady, Ready, ..."""

    type: str = written("")
    status: str = written("")
    observed_generation: Int64 = 0
    last_probe_time: Time | None = written(None)
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class PodIP(Struct, kw_only=True):
    """One address of the pod."""

    ip: str = written("")


class HostIP(Struct, kw_only=True):
    """One address of the pod's node."""

    ip: str = written("")


class PodResourceClaimStatus(Struct, kw_only=True):
    """The claim that was made for a pod's claim entry."""

    name: str = written("")
    resource_claim_name: str | None = None


class PodExtendedResourceClaimStatus(Struct, kw_only=True):
    """The claim that was made for extended resources served by devices."""

    resource_claim_name: str = written("")
    request_mappings: tuple[ContainerExtendedResourceRequest, ...] = ()


class ContainerExtendedResourceRequest(Struct, kw_only=True):
    """Which request of that claim serves which resource of which container."""

    container_name: str = written("")
    resource_name: str = written("")
    request_name: str = written("")


class NodeAllocatableResourceClaimStatus(Struct, kw_only=True):
    """Ordinary node resources that a device claim uses up."""

    resource_claim_name: str = written("")
    containers: tuple[str, ...] = ()
    mapping: Annotated[tuple[NodeAllocatableMappedResources, ...], merge_on("name")] = ()
    overhead: Annotated[tuple[NodeAllocatableOverheadResources, ...], merge_on("name")] = ()


class NodeAllocatableMappedResources(Struct, kw_only=True):
    """How much of one resource the claim's devices use up."""

    name: str = written("")
    quantity: Quantity | None = None


class NodeAllocatableOverheadResources(Struct, kw_only=True):
    """How much of one resource is added for each pod and each container."""

    name: str = written("")
    per_pod: Quantity | None = None
    per_container: Quantity | None = None


class PodVolumeHealth(Struct, kw_only=True):
    """How one volume of the pod fares."""

    name: str = written("")
    last_transition_time: Time | None = None
    health_conditions: Annotated[tuple[VolumeHealthCondition, ...], merge_on("status")] = ()


class VolumeHealthCondition(Struct, kw_only=True):
    """One thing wrong with a volume."""

    status: str = written("")
    reason: str = written("")
    message: str = ""
