"""A node pool: so many machines of one type in one zone, as somebody has declared it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from kubelite.api.core_v1 import Node, NodeSpec, NodeStatus, Taint
from kubelite.api.core_v1.node import NodeCondition
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.told import UsageError
from kubelite.cluster.infrastructure.catalogue import MachineType, machine_type
from kubelite.kubelet.node_status import allocatable, system_labels

INSTANCE_TYPE = "node.kubernetes.io/instance-type"
ZONE = "topology.kubernetes.io/zone"
REGION = "topology.kubernetes.io/region"
POOL = "kubelite.dev/node-pool"
"""Every cloud has such a label with a name of its own."""

DEFAULT_ZONE = "region-1a"


@dataclass(frozen=True, slots=True)
class NodePool:
    """What is declared of a pool.

    ``zone`` is a region and a letter ("region-1a"). ``price_per_hour`` of one machine is the
    catalogue's unless given. ``labels`` and ``taints`` ("key=value:Effect") are those of its
    nodes. ``min`` and ``max`` are the sizes between which the cluster autoscaler may choose;
    without ``max`` it leaves the pool alone. ``auto_repair`` replaces machines whose node is
    not Ready for ten minutes.
    """

    name: str
    count: int = 1
    machine_type: str = "standard-4"
    zone: str = DEFAULT_ZONE
    price_per_hour: float | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[str, ...] = ()
    min: int = 0
    max: int = 0
    auto_repair: bool = False

    @property
    def type(self) -> MachineType:
        """Its line of the catalogue. Raises ValueError."""
        return machine_type(self.machine_type)

    @property
    def price(self) -> float:
        """Dollars for one machine and one hour."""
        given = self.price_per_hour
        return self.type.price_per_hour if given is None else given

    @property
    def node_labels(self) -> dict[str, str]:
        """The labels a cloud sets on the pool's nodes, and the pool's own."""
        return {
            INSTANCE_TYPE: self.machine_type,
            REGION: self.zone.rstrip("abcdefghijklmnopqrstuvwxyz").rstrip("-") or self.zone,
            ZONE: self.zone,
            POOL: self.name,
            **self.labels,
        }

    @property
    def node_taints(self) -> tuple[Taint, ...]:
        """The taints its nodes register with."""
        return tuple(map(_taint, self.taints))

    def template(self, name: str) -> Node:
        """A node of this pool as it would be, Ready and empty."""
        capacity = self.type.size.capacity()
        ready = NodeCondition(type="Ready", status="True")
        return Node(
            metadata=ObjectMeta(name=name, labels=system_labels(name) | self.node_labels),
            spec=NodeSpec(taints=self.node_taints),
            status=NodeStatus(
                capacity=capacity, allocatable=allocatable(capacity), conditions=(ready,)
            ),
        )


FIELDS = tuple(one.name for one in fields(NodePool))


def _taint(text: str) -> Taint:
    pair, _, effect = text.rpartition(":")
    key, _, value = pair.partition("=")
    if not key or effect not in ("NoSchedule", "PreferNoSchedule", "NoExecute"):
        raise UsageError(f'"{text}" is no taint: write "key=value:NoSchedule" or "key:NoExecute"')
    return Taint(key=key, value=value, effect=effect)


def checked(pool: NodePool) -> NodePool:
    """The pool, if it can be. Raises ValueError."""
    _ = pool.type, pool.node_taints
    if not pool.name:
        raise UsageError("a node pool needs a name")
    if pool.count < 0 or pool.min < 0:
        raise UsageError(f'node pool "{pool.name}": count and min cannot be negative')
    if pool.max and not pool.min <= pool.max:
        raise UsageError(f'node pool "{pool.name}": min {pool.min} is more than max {pool.max}')
    return pool


def read_pools(declared: Iterable[NodePool | Mapping[str, Any]]) -> tuple[NodePool, ...]:
    """Pools from records and dicts; ``{"pools": [...]}`` counts as its list. Raises ValueError."""
    found: list[NodePool] = []
    for one in declared:
        if isinstance(one, NodePool):
            found.append(checked(one))
        elif "pools" in one:
            found += read_pools(one["pools"] or ())
        else:
            found.append(_from_dict(one))
    names = [pool.name for pool in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"node pools declared twice: {', '.join(twice)}")
    return tuple(found)


def _from_dict(raw: Mapping[str, Any]) -> NodePool:
    given = {_snake(key): value for key, value in raw.items()}
    unknown = ", ".join(key for key in given if key not in FIELDS)
    if unknown or "name" not in given:
        problem = f"no field {unknown}" if unknown else "to have a name"
        raise UsageError(f"a node pool has {problem}; its fields are {', '.join(FIELDS)}")
    if "taints" in given:
        given["taints"] = tuple(given["taints"] or ())
    return checked(NodePool(**given))


def _snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
