"""Pod: containers that run together on one node and share its network and volumes.

Models ``Pod``, ``PodSpec`` and ``Binding`` of ``k8s.io/api/core/v1``; the status is in
``pod_status``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.api.core_v1.affinity import Affinity, Toleration, TopologySpreadConstraint
from kubelite.api.core_v1.container import Container, EphemeralContainer
from kubelite.api.core_v1.pod_status import PodStatus
from kubelite.api.core_v1.reference import LocalObjectReference, ObjectReference
from kubelite.api.core_v1.resources import ResourceList, ResourceRequirements
from kubelite.api.core_v1.security import PodSecurityContext
from kubelite.api.core_v1.volumes import Volume
from kubelite.apimachinery.meta import Object, ObjectMeta
from kubelite.apimachinery.struct import Int32, Int64, Struct, merge_on, written


class PodSpec(Struct, kw_only=True):
    """What to run, where it may run, and how to stop it."""

    containers: Annotated[tuple[Container, ...], merge_on("name")] = ()
    init_containers: Annotated[tuple[Container, ...], merge_on("name")] = ()
    ephemeral_containers: Annotated[tuple[EphemeralContainer, ...], merge_on("name")] = ()
    volumes: Annotated[tuple[Volume, ...], merge_on("name", retain_keys=True)] = ()
    restart_policy: str = ""
    termination_grace_period_seconds: Int64 | None = None
    active_deadline_seconds: Int64 | None = None
    node_name: str = ""
    node_selector: dict[str, str] = {}
    affinity: Affinity | None = None
    tolerations: tuple[Toleration, ...] = ()
    topology_spread_constraints: Annotated[
        tuple[TopologySpreadConstraint, ...], merge_on("topologyKey")
    ] = ()
    scheduler_name: str = ""
    scheduling_gates: Annotated[tuple[PodSchedulingGate, ...], merge_on("name")] = ()
    scheduling_group: PodSchedulingGroup | None = None
    priority_class_name: str = ""
    priority: Int32 | None = None
    preemption_policy: str | None = None
    resources: ResourceRequirements | None = None
    overhead: ResourceList = {}
    resource_claims: Annotated[
        tuple[PodResourceClaim, ...], merge_on("name", retain_keys=True)
    ] = ()
    service_account_name: str = ""
    service_account: str = ""
    automount_service_account_token: bool | None = None
    image_pull_secrets: Annotated[tuple[LocalObjectReference, ...], merge_on("name")] = ()
    security_context: PodSecurityContext | None = None
    readiness_gates: tuple[PodReadinessGate, ...] = ()
    eviction_responders: Annotated[tuple[EvictionResponder, ...], merge_on("name")] = ()
    host_network: bool = False
    host_pid: bool = False
    host_ipc: bool = False
    host_users: bool | None = None
    share_process_namespace: bool | None = None
    hostname: str = ""
    subdomain: str = ""
    hostname_override: str | None = None
    set_hostname_as_fqdn: bool | None = None
    dns_policy: str = ""
    dns_config: PodDNSConfig | None = None
    host_aliases: Annotated[tuple[HostAlias, ...], merge_on("ip")] = ()
    enable_service_links: bool | None = None
    runtime_class_name: str | None = None
    os: PodOS | None = None


class Pod(Object, kw_only=True):
    """The unit of work: what should run (spec) and what is running (status)."""

    api_version: str = written("v1")
    kind: str = written("Pod")
    spec: PodSpec = written(PodSpec())
    status: PodStatus = written(PodStatus())


class PodTemplateSpec(Struct, kw_only=True):
    """The mould a controller makes pods from."""

    metadata: ObjectMeta = written(ObjectMeta())
    spec: PodSpec = written(PodSpec())


class Binding(Object, kw_only=True):
    """The scheduler's word: this pod runs on that node."""

    api_version: str = written("v1")
    kind: str = written("Binding")
    target: ObjectReference = written(ObjectReference())


class PodReadinessGate(Struct, kw_only=True):
    """A condition that must be True, besides the containers, before the pod is Ready."""

    condition_type: str = written("")


class PodSchedulingGate(Struct, kw_only=True):
    """As long as a pod has one, the scheduler leaves it alone."""

    name: str = written("")


class PodSchedulingGroup(Struct, kw_only=True):
    """The pod group that is scheduled as one."""

    pod_group_name: str | None = None


class PodResourceClaim(Struct, kw_only=True):
    """A claim for devices that the pod's containers can share."""

    name: str = written("")
    resource_claim_name: str | None = None
    resource_claim_template_name: str | None = None


class EvictionResponder(Struct, kw_only=True):
    """Who is to be asked, and in which order, before the pod is evicted."""

    name: str = written("")
    priority: Int32 = written(0)


class PodDNSConfig(Struct, kw_only=True):
    """Additions to the resolver's configuration."""

    nameservers: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    options: tuple[PodDNSConfigOption, ...] = ()


class PodDNSConfigOption(Struct, kw_only=True):
    """One resolver option."""

    name: str = ""
    value: str | None = None


class HostAlias(Struct, kw_only=True):
    """A line of the pod's /etc/hosts."""

    ip: str = written("")
    hostnames: tuple[str, ...] = ()


class PodOS(Struct, kw_only=True):
    """The operating system the pod is written for: linux or windows."""

    name: str = written("")
