"""The node's own object: what it is, what it has, and how it fares.

Models ``pkg/kubelet/nodestatus/setters.go`` and ``kubelet_node_status.go``.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelite.api.core_v1 import (
    ContainerImage,
    DaemonEndpoint,
    Node,
    NodeAddress,
    NodeCondition,
    NodeDaemonEndpoints,
    NodeSpec,
    NodeStatus,
    NodeSystemInfo,
    Taint,
)
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Value, replace
from kubelite.apimachinery.times import Time
from kubelite.kubelet.cri import Runtime

KUBELET_VERSION = "v1.37.0"
KUBELET_PORT = 10250
MAX_IMAGES = 50
"""A node's status lists its largest images only: nodeStatusMaxImages."""

EVICTION_HARD = Quantity.parse("100Mi")
"""Memory kept free: allocatable is the capacity less this."""

CONDITIONS = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory",
     "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID",
     "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)  # fmt: skip


MEMORY_PRESSURE = (
    "MemoryPressure",
    "True",
    "KubeletHasInsufficientMemory",
    "kubelet has insufficient memory available",
)
"""The first row instead, while the machine is short of memory."""

NETWORK_NOT_READY = (
    "Ready",
    "False",
    "KubeletNotReady",
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized",
)
"""The last row instead, until the node has been given its range of pod addresses."""


class Machine(Value):
    """What a machine offers, as quantities: ``Machine("4", "16Gi")``."""

    cpu: str = "4"
    memory: str = "16Gi"
    storage: str = "100Gi"
    pods: str = "110"

    def capacity(self) -> dict[str, Quantity]:
        """The capacity a node reports."""
        return {
            "cpu": Quantity.parse(self.cpu),
            "ephemeral-storage": Quantity.parse(self.storage),
            "hugepages-1Gi": Quantity.parse("0"),
            "hugepages-2Mi": Quantity.parse("0"),
            "memory": Quantity.parse(self.memory),
            "pods": Quantity.parse(self.pods),
        }


def allocatable(capacity: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """What pods may use: the capacity less what is kept back."""
    memory, storage = capacity["memory"], capacity["ephemeral-storage"]
    return {
        **capacity,
        "ephemeral-storage": Quantity.of(storage.value * 9 // 10),
        "memory": memory - EVICTION_HARD if memory > EVICTION_HARD else memory,
    }


def system_labels(name: str) -> dict[str, str]:
    """The labels every kubelet gives its node."""
    return {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
    }


def new_node(
    name: str,
    labels: Mapping[str, str],
    machine: Machine,
    node_ip: str,
    pod_cidr: str,
    runtime: Runtime,
    now: int,
    taints: tuple[Taint, ...] = (),
) -> Node:
    """The object a kubelet registers."""
    own = system_labels(name)
    capacity = machine.capacity()
    status = NodeStatus(
        capacity=capacity,
        allocatable=allocatable(capacity),
        addresses=(
            NodeAddress(type="InternalIP", address=node_ip),
            NodeAddress(type="Hostname", address=name),
        ),
        daemon_endpoints=NodeDaemonEndpoints(kubelet_endpoint=DaemonEndpoint(port=KUBELET_PORT)),
        node_info=_system_info(name, runtime),
    )
    node = Node(
        metadata=ObjectMeta(name=name, labels={**own, **labels}),
        spec=NodeSpec(pod_cidr=pod_cidr, pod_cidrs=(pod_cidr,) if pod_cidr else (), taints=taints),
        status=status,
    )
    return with_status(node, runtime, now)


def expected_conditions(
    runtime: Runtime, pressed: bool = False
) -> tuple[tuple[str, str, str, str], ...]:
    """Type, status, reason and message of each condition the kubelet vouches for.

    ``pressed``: the machine is short of memory.
    """
    rows = (MEMORY_PRESSURE, *CONDITIONS[1:]) if pressed else CONDITIONS
    return rows if runtime.network_ready() else (*rows[:-1], NETWORK_NOT_READY)


def misreported(node: Node, runtime: Runtime, pressed: bool = False) -> bool:
    """Whether somebody else has written conditions that are not so."""
    found = {condition.type: condition.status for condition in node.status.conditions}
    return any(found.get(row[0]) != row[1] for row in expected_conditions(runtime, pressed))


def with_status(node: Node, runtime: Runtime, now: int, pressed: bool = False) -> Node:
    """The same node as it is now: heartbeat times, conditions, images."""
    before = {condition.type: condition for condition in node.status.conditions}
    kept = tuple([c for c in node.status.conditions if c.type not in _OWNED])
    rows = expected_conditions(runtime, pressed)
    conditions = [_condition(*row, before.get(row[0]), Time(now)) for row in rows]
    status = replace(node.status, conditions=(*kept, *conditions), images=_images(runtime))
    return replace(node, status=status)


_OWNED = tuple([row[0] for row in CONDITIONS])


def _condition(
    type: str, status: str, reason: str, message: str, before: NodeCondition | None, now: Time
) -> NodeCondition:
    since = before.last_transition_time if before and before.status == status else now
    return NodeCondition(
        type=type,
        status=status,
        last_heartbeat_time=now,
        last_transition_time=since,
        reason=reason,
        message=message,
    )


def _images(runtime: Runtime) -> tuple[ContainerImage, ...]:
    largest = sorted(runtime.images(), key=lambda image: -image[1])[:MAX_IMAGES]
    return tuple(
        [
            ContainerImage(names=(runtime.image_ref(name), name), size_bytes=size)
            for name, size in largest
        ]
    )


def _system_info(name: str, runtime: Runtime) -> NodeSystemInfo:
    return NodeSystemInfo(
        machine_id=name,
        system_uuid=name,
        boot_id=name,
        kernel_version="6.12.57",
        os_image="Debian GNU/Linux 13 (trixie)",
        container_runtime_version=f"{runtime.name}://{runtime.version}",
        kubelet_version=KUBELET_VERSION,
        operating_system="linux",
        architecture="amd64",
    )
