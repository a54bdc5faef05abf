"""The pools of devices that a node can use, put together from their slices.

Models ``gather_pools`` of ``structured/internal/stable/pools_stable.go``. Pools come in the order
of their names; upstream has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kubelite.api.core_v1 import NodeSelector
from kubelite.api.node_selector import Term
from kubelite.api.resource_v1 import Device, ResourceSlice
from kubelite.scheduler.types import NodeInfo

Place = tuple[str, str]
"""A driver, and one of its pools."""


class DeviceID(NamedTuple):
    """What tells one device of the cluster from all others."""

    driver: str
    pool: str
    device: str

    def __str__(self) -> str:
        return "/".join(self)


class Candidate(NamedTuple):
    """A device that the node can use, and the slice that tells of it."""

    id: DeviceID
    device: Device
    slice: ResourceSlice

    @property
    def places(self) -> tuple[str | None, NodeSelector | None]:
        """The one node that has it, or those that can reach it."""
        spec = self.slice.spec
        where = self.device if spec.per_device_node_selection else spec
        return where.node_name, where.node_selector


class Pool:
    """The slices of a pool's latest generation.

    ``incomplete``: slices are missing. ``invalid``: two devices have one name. ``candidates`` are
    the devices for one node, ``counters`` what devices of the pool draw from.
    """

    def __init__(self, driver: str, name: str, slices: list[ResourceSlice], node: NodeInfo):
        self.name = f"{driver}/{name}"
        self.slices = slices
        self.incomplete = len(slices) != slices[0].spec.pool.resource_slice_count
        found = Counter(device.name for each in slices for device in each.spec.devices)
        self.invalid = any(count > 1 for count in found.values())
        self.candidates = [
            Candidate(DeviceID(driver, name, device.name), device, each)
            for each in slices
            for device in _usable(each, node)
        ]

    def counters(self, taken: Iterable[DeviceID]) -> dict[tuple[str, str], int]:
        """How much of each counter is left, in billionths."""
        left = {
            (counters.name, name): counter.value.nano
            for each in self.slices
            for counters in each.spec.shared_counters
            for name, counter in counters.counters.items()
        }
        names = {str(device) for device in taken}
        for each in self.slices:
            for device in each.spec.devices:
                if f"{self.name}/{device.name}" in names:
                    for place, amount in drawn(device).items():
                        left[place] = left.get(place, 0) - amount
        return left


def drawn(device: Device) -> Mapping[tuple[str, str], int]:
    """What a device draws from the counters of its pool."""
    return {
        (consumption.counter_set, name): counter.value.nano
        for consumption in device.consumes_counters
        for name, counter in consumption.counters.items()
    }


class Pools:
    """All pools, each with the slices of its latest generation only."""

    def __init__(self, slices: Iterable[ResourceSlice]):
        latest: dict[Place, list[ResourceSlice]] = {}
        for each in sorted(slices, key=lambda one: one.metadata.name):
            pool = each.spec.pool
            held = latest.setdefault((each.spec.driver, pool.name), [])
            if held and pool.generation > held[0].spec.pool.generation:
                held.clear()
            if not held or pool.generation == held[0].spec.pool.generation:
                held.append(each)
        self._slices = latest
        self._local: dict[str, set[Place]] = {}  # by node
        self._shared: set[Place] = set()
        for place, found in latest.items():
            for each in found:
                if each.spec.node_name is None:
                    self._shared.add(place)
                else:
                    self._local.setdefault(each.spec.node_name, set()).add(place)

    def near(self, node: NodeInfo) -> list[Pool]:
        """Every pool that has a device for the node."""
        places = sorted(self._shared | self._local.get(node.name, set()))
        pools = (Pool(driver, name, self._slices[driver, name], node) for driver, name in places)
        return [pool for pool in pools if pool.candidates]


def _usable(found: ResourceSlice, node: NodeInfo) -> Iterator[Device]:
    spec = found.spec
    if spec.per_device_node_selection:
        for device in spec.devices:
            if _is_near(device.node_name, device.all_nodes, device.node_selector, node):
                yield device
    elif _is_near(spec.node_name, spec.all_nodes, spec.node_selector, node):
        yield from spec.devices


def _is_near(
    name: str | None, everywhere: bool | None, selector: NodeSelector | None, node: NodeInfo
) -> bool:
    if name:
        return name == node.name
    return bool(everywhere) or (selector is not None and selects(selector, node))


def selects(selector: NodeSelector, node: NodeInfo) -> bool:
    """Whether a node is one of those meant."""
    terms = map(Term, selector.node_selector_terms)
    return any(term.matches(node.name, node.labels) for term in terms)
