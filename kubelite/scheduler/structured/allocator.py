"""The search for devices: the first choice with which all claims of a pod are fulfilled.

Claims, their requests and the devices of each are taken in order, one candidate after the other;
where it goes no further, the last choice is undone. Models
``structured/internal/stable/allocator_stable.go``. Left out: sharing one device among claims by
capacity, derived attributes, compatibility groups.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from kubelite.api.resource_v1 import (
    AllocationResult,
    DeviceClass,
    DeviceRequest,
    DeviceSelector,
    DeviceSubRequest,
    DeviceTaint,
    DeviceToleration,
    ExactDeviceRequest,
    ResourceClaim,
    ResourceSlice,
)
from kubelite.apimachinery.struct import Value
from kubelite.client.informer import key_of
from kubelite.scheduler.structured.cel import SelectorError, device_matches
from kubelite.scheduler.structured.constraints import Constraint, Named
from kubelite.scheduler.structured.pools import Candidate, DeviceID, Pool, Pools, drawn
from kubelite.scheduler.structured.results import allocation_result
from kubelite.scheduler.types import NodeInfo
from kubelite.sim.limits import ALLOCATION_STEPS

RESULTS_MAX = 32
"""How many devices a claim can have."""

Answers = dict[tuple[str, DeviceID], bool]
"""What selectors have said of devices, while the slices stay as they are."""


class AllocationError(Exception):
    """The search cannot be made, or not be ended; the text is upstream's."""


class Wish(Value):
    """A request of a claim, or one of its ways: what is to be searched for."""

    named: Named
    body: ExactDeviceRequest | DeviceSubRequest
    found: DeviceClass

    @property
    def name(self) -> str:
        """As results call it."""
        request, way = self.named
        return f"{request}/{way}" if way else request

    @property
    def watches(self) -> bool:
        """Whether it takes nothing from anybody: admin access."""
        return isinstance(self.body, ExactDeviceRequest) and bool(self.body.admin_access)


class Chosen(Value):
    """A device for a wish."""

    wish: Wish
    candidate: Candidate


class Allocator:
    """Searches on one node after the other. ``taken`` are the devices that are somebody's."""

    def __init__(
        self,
        claims: Sequence[ResourceClaim],
        taken: Collection[DeviceID],
        classes: Callable[[str], DeviceClass | None],
        slices: Collection[ResourceSlice],
        answers: Answers,
    ):
        self.claims = claims
        self.taken = taken
        self._pools = Pools(slices)
        self._answers = answers
        self.wishes = [
            [self._ways(claim, request, classes) for request in claim.spec.devices.requests]
            for claim in claims
        ]

    def _ways(
        self,
        claim: ResourceClaim,
        request: DeviceRequest,
        classes: Callable[[str], DeviceClass | None],
    ) -> list[Wish]:
        bodies: list[tuple[str, ExactDeviceRequest | DeviceSubRequest]]
        bodies = [(way.name, way) for way in request.first_available]
        if request.exactly is not None:
            bodies = [("", request.exactly)]
        ways = []
        for way, body in bodies:
            found = classes(body.device_class_name)
            if found is None:
                raise AllocationError(
                    f"claim {key_of(claim)}, request {request.name}: "
                    f"could not retrieve device class {body.device_class_name}"
                )
            ways.append(Wish((request.name, way), body, found))
        return ways

    def allocate(self, node: NodeInfo) -> list[AllocationResult] | None:
        """What each claim gets on this node; None if they cannot all be fulfilled there."""
        chosen = Search(self, self._pools.near(node)).run()
        if chosen is None:
            return None
        return [allocation_result(*pair) for pair in zip(self.claims, chosen, strict=True)]

    def fits(self, place: int, wish: Wish, candidate: Candidate) -> bool:
        """Whether the class and the request want such a device."""
        claim = self.claims[place]
        return self._selected(
            wish.found.spec.selectors, f"class {wish.found.metadata.name}", candidate
        ) and self._selected(wish.body.selectors, f"claim {key_of(claim)}", candidate)

    def _selected(
        self, selectors: Sequence[DeviceSelector], whose: str, candidate: Candidate
    ) -> bool:
        for index, selector in enumerate(selectors):
            expression = selector.cel.expression if selector.cel is not None else "false"
            key = (expression, candidate.id)
            if key not in self._answers:
                try:
                    answer = device_matches(expression, candidate.id.driver, candidate.device)
                except SelectorError as error:
                    where = f"{whose}: selector #{index} on device {candidate.id}"
                    raise AllocationError(f"{where}: {error}") from error
                self._answers[key] = answer
            if not self._answers[key]:
                return False
        return True


class Search:
    """One search on one node, and what it has chosen so far."""

    def __init__(self, allocator: Allocator, pools: Sequence[Pool]):
        self._allocator = allocator
        self._pools = pools
        self._chosen: list[list[Chosen]] = [[] for _ in allocator.claims]
        self._in_use: dict[DeviceID, list[int]] = {}  # chosen, and for which claims
        self._left: dict[str, dict[tuple[str, str], int]] = {}  # counters of pools
        self._constraints = [
            [Constraint(asked) for asked in claim.spec.devices.constraints]
            for claim in allocator.claims
        ]
        self._fitting: dict[tuple[int, str], list[Candidate]] = {}
        self._steps = 0

    def run(self) -> list[list[Chosen]] | None:
        """The first choice for all claims, if there is one."""
        return self._chosen if self._request(0, 0) else None

    # DOC: device-allocation
    def _request(self, place: int, index: int) -> bool:
        """From the request ``index`` of the claim at ``place`` on: its ways are tried in order."""
        wishes = self._allocator.wishes
        if place == len(wishes):
            return True
        if index == len(wishes[place]):
            return self._request(place + 1, 0)
        return any(self._way(place, index, wish) for wish in wishes[place][index])

    def _way(self, place: int, index: int, wish: Wish) -> bool:
        everything = wish.body.allocation_mode == "All"
        if everything and any(pool.incomplete or pool.invalid for pool in self._pools):
            bad = next(pool for pool in self._pools if pool.incomplete or pool.invalid)
            state = "being updated" if bad.incomplete else "invalid"
            claim = key_of(self._allocator.claims[place])
            raise AllocationError(
                f"claim {claim}, request {wish.name}: asks for all devices, but resource pool "
                f"{bad.name} is currently {state}"
            )
        fitting = self._fitting.get((place, wish.name))
        if fitting is None:
            fitting = [c for c in self._candidates() if self._allocator.fits(place, wish, c)]
            self._fitting[place, wish.name] = fitting
        count = len(fitting) if everything else wish.body.count
        if not count or len(self._chosen[place]) + count > RESULTS_MAX:
            return False
        return self._devices(place, index, wish, fitting, 0, count)

    def _candidates(self) -> Iterator[Candidate]:
        for pool in self._pools:
            if not (pool.incomplete or pool.invalid):
                yield from pool.candidates

    def _devices(
        self,
        place: int,
        index: int,
        wish: Wish,
        fitting: Sequence[Candidate],
        first: int,
        count: int,
    ) -> bool:
        """``count`` more devices for the wish, from ``first`` on, then the next request."""
        if not count:
            return self._request(place, index + 1)
        for at in range(first, len(fitting)):
            candidate = fitting[at]
            self._steps += 1
            if self._steps > ALLOCATION_STEPS:
                raise AllocationError("timed out trying to allocate devices")
            if self._take(place, wish, candidate):
                if self._devices(place, index, wish, fitting, at + 1, count - 1):
                    return True
                self._give_back(place, wish, candidate)
            if wish.body.allocation_mode == "All":
                return False  # all of them, or none
        return False

    def _take(self, place: int, wish: Wish, candidate: Candidate) -> bool:
        """Choose a device, if it is free, borne, and goes with the others."""
        device = candidate.id
        users = self._in_use.get(device, [])
        busy = place in users if wish.watches else bool(users) or device in self._allocator.taken
        if busy or _is_tainted(candidate.device.taints, wish.body.tolerations):
            return False
        if not _has_capacity(wish, candidate) or not self._draw(candidate, 1):
            return False
        done: list[Constraint] = []
        for constraint in self._constraints[place]:
            if not constraint.add(wish.named, candidate):
                for earlier in done:
                    earlier.remove(wish.named)
                self._draw(candidate, -1)
                return False
            done.append(constraint)
        self._in_use.setdefault(device, []).append(place)
        self._chosen[place].append(Chosen(wish, candidate))
        return True

    def _give_back(self, place: int, wish: Wish, candidate: Candidate) -> None:
        self._chosen[place].pop()
        self._in_use[candidate.id].remove(place)
        for constraint in self._constraints[place]:
            constraint.remove(wish.named)
        self._draw(candidate, -1)

    def _draw(self, candidate: Candidate, sign: int) -> bool:
        """Draw from the pool's counters, or put back; False, and nothing, if too little is left."""
        amounts = drawn(candidate.device)
        if not amounts:
            return True
        driver, name, _ = candidate.id
        pool = next(pool for pool in self._pools if pool.name == f"{driver}/{name}")
        if pool.name not in self._left:
            self._left[pool.name] = pool.counters(self._allocator.taken)
        left = self._left[pool.name]
        if sign > 0 and any(left.get(place, 0) < amount for place, amount in amounts.items()):
            return False
        for place, amount in amounts.items():
            left[place] = left.get(place, 0) - sign * amount
        return True


def _is_tainted(taints: Sequence[DeviceTaint], borne: Sequence[DeviceToleration]) -> bool:
    return any(
        taint.effect in ("NoSchedule", "NoExecute")
        and not any(_tolerates(toleration, taint) for toleration in borne)
        for taint in taints
    )


def _tolerates(toleration: DeviceToleration, taint: DeviceTaint) -> bool:
    if toleration.effect not in ("", taint.effect) or toleration.key not in ("", taint.key):
        return False
    return toleration.operator == "Exists" or toleration.value == taint.value


def _has_capacity(wish: Wish, candidate: Candidate) -> bool:
    asked = wish.body.capacity.requests if wish.body.capacity is not None else {}
    there = candidate.device.capacity
    return all(name in there and there[name].value >= amount for name, amount in asked.items())
