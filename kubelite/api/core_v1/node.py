"""Node: a machine that runs pods.

Models ``Node`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.api.core_v1.resources import ResourceList
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Int64, Struct, merge_on, written
from kubelite.apimachinery.times import Time


class NodeSpec(Struct, kw_only=True):
    """Pod address range, taints, and whether new pods are kept off (cordon)."""

    pod_cidr: str = ""
    pod_cidrs: Annotated[tuple[str, ...], merge_on()] = ()
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False
    provider_id: str = ""
    config_source: NodeConfigSource | None = None
    external_id: str = ""
    pod_preemption_policy: NodePodPreemptionPolicy | None = None


class NodeSystemInfo(Struct, kw_only=True):
    """Versions and identities of the machine's software."""

    machine_id: str = written("")
    system_uuid: str = written("")
    boot_id: str = written("")
    kernel_version: str = written("")
    os_image: str = written("")
    container_runtime_version: str = written("")
    kubelet_version: str = written("")
    kube_proxy_version: str = written("")
    operating_system: str = written("")
    architecture: str = written("")
    swap: NodeSwapStatus | None = None
    running_in_user_namespace: bool | None = None


class DaemonEndpoint(Struct, kw_only=True, rename={"port": "Port"}):
    """One port; the only field of the API that begins with a capital."""

    port: Int32 = written(0)


class NodeDaemonEndpoints(Struct, kw_only=True):
    """Where the node's own servers listen."""

    kubelet_endpoint: DaemonEndpoint = written(DaemonEndpoint())


class NodeStatus(Struct, kw_only=True):
    """What the machine has, how it fares, where it is reached."""

    capacity: ResourceList = {}
    allocatable: ResourceList = {}
    conditions: Annotated[tuple[NodeCondition, ...], merge_on("type")] = ()
    addresses: Annotated[tuple[NodeAddress, ...], merge_on("type")] = ()
    node_info: NodeSystemInfo = written(NodeSystemInfo())
    images: tuple[ContainerImage, ...] = ()
    daemon_endpoints: NodeDaemonEndpoints = written(NodeDaemonEndpoints())
    volumes_in_use: tuple[str, ...] = ()
    volumes_attached: tuple[AttachedVolume, ...] = ()
    config: NodeConfigStatus | None = None
    declared_features: tuple[str, ...] = ()
    features: NodeFeatures | None = None
    phase: str = ""
    runtime_handlers: tuple[NodeRuntimeHandler, ...] = ()


class Node(Object, kw_only=True):
    """A machine of the cluster: how it may be used (spec) and how it fares (status)."""

    api_version: str = written("v1")
    kind: str = written("Node")
    spec: NodeSpec = written(NodeSpec())
    status: NodeStatus = written(NodeStatus())


class Taint(Struct, kw_only=True):
    """Keeps off pods that do not tolerate it: NoSchedule, PreferNoSchedule or NoExecute."""

    key: str = written("")
    value: str = ""
    effect: str = written("")
    time_added: Time | None = None


class NodePodPreemptionPolicy(Struct, kw_only=True):
    """For which pods preemption is switched off on this node."""

    disable_resize_preemption: tuple[str, ...] = ()


class NodeCondition(Struct, kw_only=True):
    """One observation: Ready, MemoryPressure, DiskPressure, PIDPressure, ..."""

    type: str = written("")
    status: str = written("")
    last_heartbeat_time: Time | None = written(None)
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class NodeAddress(Struct, kw_only=True):
    """One address or name of the machine."""

    type: str = written("")
    address: str = written("")


class NodeSwapStatus(Struct, kw_only=True):
    """The machine's swap memory in bytes."""

    capacity: Int64 | None = None


class ContainerImage(Struct, kw_only=True):
    """An image the node already holds, with its size in bytes."""

    names: tuple[str, ...] = ()
    size_bytes: Int64 = 0


class AttachedVolume(Struct, kw_only=True):
    """A disk attached to the machine."""

    name: str = written("")
    device_path: str = written("")


class NodeFeatures(Struct, kw_only=True):
    """What the container runtime can do."""

    supplemental_groups_policy: bool | None = None


class NodeRuntimeHandler(Struct, kw_only=True):
    """One way of running containers on this node."""

    name: str = ""
    features: NodeRuntimeHandlerFeatures | None = None


class NodeRuntimeHandlerFeatures(Struct, kw_only=True):
    """What that way can do."""

    recursive_read_only_mounts: bool | None = None
    user_namespaces: bool | None = None


class NodeConfigSource(Struct, kw_only=True):
    """Where the kubelet's configuration came from (no longer used)."""

    config_map: ConfigMapNodeConfigSource | None = None


class ConfigMapNodeConfigSource(Struct, kw_only=True):
    """The ConfigMap it came from (no longer used)."""

    namespace: str = written("")
    name: str = written("")
    kubelet_config_key: str = written("")
    uid: str = ""
    resource_version: str = ""


class NodeConfigStatus(Struct, kw_only=True):
    """Which configuration was in force (no longer used)."""

    assigned: NodeConfigSource | None = None
    active: NodeConfigSource | None = None
    last_known_good: NodeConfigSource | None = None
    error: str = ""
