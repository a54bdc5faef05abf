"""How much a pod asks for, all containers taken together.

Containers run side by side, so they add up. Init containers run one after the other, so only
the greediest counts; one that keeps running (a sidecar, ``restartPolicy: Always``) adds to
everything after it. Models ``k8s.io/component-helpers/resource/helpers.go`` and the ``Resource``
of ``pkg/scheduler/framework/types.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from kubelite.api.core_v1 import Container, ContainerStatus, Pod, PodSpec
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import replace

CPU = "cpu"
MEMORY = "memory"
EPHEMERAL_STORAGE = "ephemeral-storage"
PODS = "pods"

DEFAULT_MILLI_CPU_REQUEST = 100
DEFAULT_MEMORY_REQUEST = 200 * 1024 * 1024
"""What a container that asks for nothing counts for when nodes are compared."""

Amounts = dict[str, int]
"""By resource name: cpu in thousandths, everything else in whole units."""


class Resource:
    """Amounts in plain integers: milli cpu, bytes, and ``scalar`` for everything else."""

    __slots__ = ("allowed_pod_number", "ephemeral_storage", "memory", "milli_cpu", "scalar")

    def __init__(self, amounts: Mapping[str, int] | None = None):
        amounts = amounts or {}
        self.milli_cpu = amounts.get(CPU, 0)
        self.memory = amounts.get(MEMORY, 0)
        self.ephemeral_storage = amounts.get(EPHEMERAL_STORAGE, 0)
        self.allowed_pod_number = amounts.get(PODS, 0)
        known = (CPU, MEMORY, EPHEMERAL_STORAGE, PODS)
        self.scalar = {name: value for name, value in amounts.items() if name not in known}

    @classmethod
    def of(cls, quantities: Mapping[str, Quantity]) -> Self:
        """From the amounts of an API object."""
        return cls(amounts_of(quantities))

    def add(self, other: Resource, sign: int = 1) -> None:
        """Add, or with ``sign`` -1 take away."""
        self.milli_cpu += sign * other.milli_cpu
        self.memory += sign * other.memory
        self.ephemeral_storage += sign * other.ephemeral_storage
        for name, value in other.scalar.items():
            self.scalar[name] = self.scalar.get(name, 0) + sign * value

    def get(self, name: str) -> int:
        """One amount by its resource name."""
        if name == CPU:
            return self.milli_cpu
        if name == MEMORY:
            return self.memory
        if name == EPHEMERAL_STORAGE:
            return self.ephemeral_storage
        return self.scalar.get(name, 0)

    @property
    def nothing(self) -> bool:
        """Whether no amount is asked."""
        return not (self.milli_cpu or self.memory or self.ephemeral_storage or self.scalar)

    def __repr__(self) -> str:
        return f"Resource(cpu={self.milli_cpu}m, memory={self.memory}, {self.scalar})"


def amounts_of(quantities: Mapping[str, Quantity]) -> Amounts:
    """Quantities as integers."""
    return {
        name: amount.milli if name == CPU else amount.value for name, amount in quantities.items()
    }


def pod_requests(spec: PodSpec, non_zero: bool = False) -> Amounts:
    """What the pod asks for; with ``non_zero`` containers count for at least something."""
    pod_level = amounts_of(spec.resources.requests) if spec.resources else {}
    missing = {CPU: DEFAULT_MILLI_CPU_REQUEST, MEMORY: DEFAULT_MEMORY_REQUEST} if non_zero else {}
    missing = {name: value for name, value in missing.items() if name not in pod_level}
    total: Amounts = {}
    for container in spec.containers:
        _add(total, _container_requests(container, missing))
    if spec.init_containers:
        _raise_to(total, _init_requests(spec, total, missing))
    for name, value in pod_level.items():
        if name in (CPU, MEMORY) or name.startswith("hugepages-"):
            total[name] = value
    _add(total, amounts_of(spec.overhead))
    return total


# DOC: resize-accounting
def spec_in_force(pod: Pod) -> PodSpec:
    """The spec with what each container holds or is about to hold, whichever is more.

    While a resize is under way room is kept for the larger of what is asked for, allocated and
    in use; what can never be granted on this node is not counted. A pod whose generation is 1
    has never been changed: that is most of them.
    """
    spec, status, meta = pod.spec, pod.status, pod.metadata
    changes = meta.generation - 1 - (meta.deletion_timestamp is not None)
    if changes <= 0 or not status.container_statuses:
        return spec
    infeasible = any(
        c.type == "PodResizePending" and c.reason == "Infeasible" for c in status.conditions
    )
    held = {s.name: s for s in status.init_container_statuses + status.container_statuses}
    containers = _in_force(spec.containers, held, infeasible)
    init_containers = _in_force(spec.init_containers, held, infeasible)
    if containers == spec.containers and init_containers == spec.init_containers:
        return spec
    return replace(spec, containers=containers, init_containers=init_containers)


def _in_force(
    containers: tuple[Container, ...], held: Mapping[str, ContainerStatus], infeasible: bool
) -> tuple[Container, ...]:
    found = []
    for container in containers:
        status = held.get(container.name)
        if status is not None and status.resources is not None:
            wanted = {} if infeasible else container.resources.requests
            requests = _larger(wanted, status.allocated_resources, status.resources.requests)
            resources = replace(container.resources, requests=requests)
            container = replace(container, resources=resources)
        found.append(container)
    return tuple(found)


def _larger(*amounts: Mapping[str, Quantity]) -> dict[str, Quantity]:
    total: dict[str, Quantity] = {}
    for name, amount in (item for some in amounts for item in some.items()):
        if name not in total or total[name] < amount:
            total[name] = amount
    return total


def _container_requests(container: Container, missing: Amounts) -> Amounts:
    asked = container.resources.requests if container.resources else {}
    return {**missing, **amounts_of(asked)} if missing else amounts_of(asked)


def _init_requests(spec: PodSpec, total: Amounts, missing: Amounts) -> Amounts:
    """The peak while init containers run; sidecars are added to ``total`` as well."""
    peak: Amounts = {}
    sidecars: Amounts = {}
    for container in spec.init_containers:
        asked = _container_requests(container, missing)
        if container.restart_policy == "Always":
            _add(total, asked)
            _add(sidecars, asked)
            _raise_to(peak, sidecars)
        else:
            _add(asked, sidecars)
            _raise_to(peak, asked)
    return peak


def _add(total: Amounts, more: Amounts) -> None:
    for name, value in more.items():
        total[name] = total.get(name, 0) + value


def _raise_to(total: Amounts, least: Amounts) -> None:
    for name, value in least.items():
        total[name] = max(total.get(name, 0), value)
