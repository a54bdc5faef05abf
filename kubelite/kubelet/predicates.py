"""The kubelet's own look at a pod before it accepts it: the scheduler may have been wrong,
or was not asked. Models ``pkg/kubelet/lifecycle/predicate.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubelite.api.core_v1 import Node, Pod, PodSpec
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Value
from kubelite.kubelet.actions import is_sidecar

CPU = "cpu"
MEMORY = "memory"
PODS = "pods"


class Refusal(Value):
    """Why a pod is not accepted."""

    reason: str
    message: str


class Usage:
    """What the accepted pods of a node have asked for: cpu in thousandths, memory in bytes."""

    def __init__(self) -> None:
        self._pods: dict[str, dict[str, int]] = {}
        self._used: dict[str, int] = {}

    def add(self, uid: str, requests: Mapping[str, int]) -> None:
        """A pod was accepted."""
        self._pods[uid] = dict(requests)
        for name, amount in requests.items():
            self._used[name] = self._used.get(name, 0) + amount

    def remove(self, uid: str) -> None:
        """A pod has ended."""
        for name, amount in self._pods.pop(uid, {}).items():
            self._used[name] -= amount

    # DOC: kubelet-admit
    def refuses(
        self,
        requests: Mapping[str, int],
        allocatable: Mapping[str, Quantity],
        besides: str = "",
    ) -> Refusal | None:
        """Whether these requests still fit, not counting the pod ``besides``; None when they do."""
        own = self._pods.get(besides) if besides else None
        for name, asked in requests.items():
            limit = allocatable.get(name)
            room = 0 if limit is None else _amount(name, limit)
            used = self._used.get(name, 0)
            if own:
                used -= own.get(name, 0)
            if asked and used + asked > room:
                return Refusal(
                    f"OutOf{name}",
                    f"Node didn't have enough resource: {name}, requested: {asked}, "
                    f"used: {used}, capacity: {room}",
                )
        return None


def requests_of(spec: PodSpec) -> dict[str, int]:
    """What a pod asks for: its containers together, or one init container if that is more."""
    total: dict[str, int] = {PODS: 1}
    largest: dict[str, int] = {}
    for container in spec.containers:
        _add(total, container.resources.requests)
    for container in spec.init_containers:
        if is_sidecar(container):
            _add(total, container.resources.requests)
            continue
        for name, amount in container.resources.requests.items():
            largest[name] = max(largest.get(name, 0), _amount(name, amount))
    for name, number in largest.items():
        total[name] = max(total.get(name, 0), number)
    _add(total, spec.overhead)
    return total


def mismatch(pod: Pod, node: Node) -> Refusal | None:
    """Whether the pod's node selector rules this node out."""
    labels = node.metadata.labels
    if any(labels.get(key) != value for key, value in pod.spec.node_selector.items()):
        return Refusal(
            "NodeAffinity",
            "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
        )
    return None


def port_conflict(pod: Pod, others: Iterable[Pod]) -> Refusal | None:
    """Whether a host port the pod wants is taken."""
    wanted = _host_ports(pod)
    if wanted and any(wanted & _host_ports(other) for other in others):
        return Refusal(
            "NodePorts",
            "Predicate NodePorts failed: node(s) didn't have free ports for "
            "the requested pod ports",
        )
    return None


def _host_ports(pod: Pod) -> set[tuple[str, int]]:
    return {
        (port.protocol or "TCP", port.host_port)
        for container in pod.spec.containers
        for port in container.ports
        if port.host_port
    }


def _add(total: dict[str, int], amounts: Mapping[str, Quantity]) -> None:
    for name, amount in amounts.items():
        total[name] = total.get(name, 0) + _amount(name, amount)


def _amount(name: str, quantity: Quantity) -> int:
    return quantity.milli if name == CPU else quantity.value
