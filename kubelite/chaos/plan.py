"""What goes wrong when: drawn from the seed, or taken from a list.

Trouble has opportunities: the n-th request of a component, the n-th event of a watch, the n-th
moment of a kind of accident. Each place has a stream of its own and counts for itself, so one
fault less in one place leaves the others where they are: that is how a list can be shortened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import log
from typing import Any, NamedTuple

from kubelite.sim.chance import Chance, Stream
from kubelite.sim.clock import FOREVER

REQUEST, READ, EVENT, PULL, SANDBOX, START, MOMENT = (
    *("request", "read", "event", "image pull", "sandbox", "container start"),
    "moment",
)
NEVER = FOREVER


class Injected(NamedTuple):
    """One fault: the ``nth`` opportunity at ``where`` was taken, with this ``amount``."""

    fault: str
    point: str
    where: str
    nth: int
    amount: int
    when: int = 0

    @property
    def place(self) -> tuple[str, str, int]:
        """What makes it the same fault in another run."""
        return self.point, self.where, self.nth

    def __str__(self) -> str:
        seconds = self.when / 1_000_000
        return (
            f"{seconds:8.3f} s  {self.fault:<24} {self.point} {self.nth} of {self.where or 'all'}"
            f" ({self.amount / 1_000_000:.3f} s)"
        )


class Fault(NamedTuple):
    """One way in which things go wrong: ``rate`` of its opportunities are taken.

    ``amount`` draws how long it lasts or how late it is, in microseconds. A fault of the point
    ``moment`` has its ``rate`` in accidents a virtual minute.
    """

    name: str
    sentence: str
    point: str
    rate: float
    amount: Callable[[Stream], int]
    inject: Callable[[Any, Any, int], Any]


class Opportunities:
    """The opportunities of one place; ``next`` counts one more and says whether it is taken."""

    __slots__ = ("_coming", "_due", "_found", "count")

    def __init__(self, coming: Iterator[Injected]):
        self._coming = coming
        self.count = 0
        self._found: Injected | None = None
        self._due = 0  # not drawn yet: most places never have an opportunity

    def _take(self) -> None:
        self._found = next(self._coming, None)
        self._due = self._found.nth if self._found else NEVER

    def next(self) -> Injected | None:
        """What happens at this opportunity."""
        self.count += 1
        if self.count < self._due:
            return None
        if not self._due:
            self._take()
            if self.count < self._due:
                return None
        found = self._found
        self._take()
        return found


class Plan:
    """Where trouble comes from. With ``only``, exactly these faults; without, the seed decides.

    Each seed has some kinds of faults switched on, each with a rate of its own, so that rare
    ones are not always drowned by frequent ones.
    """

    def __init__(
        self, seed: int, faults: Iterable[Fault], only: Iterable[Injected] | None = None
    ) -> None:
        self._chance = Chance(seed)
        draw = self._chance.stream("chaos/rates")
        self.rates: dict[str, float] = {}
        self._points: dict[str, list[Fault]] = {}
        self.table = {fault.name: fault for fault in faults}
        for fault in self.table.values():
            on, much = draw.random() < 0.5, draw.uniform(0.25, 1.75)
            if on:
                self.rates[fault.name] = fault.rate * much
                self._points.setdefault(fault.point, []).append(fault)
        self._only: dict[tuple[str, str], list[Injected]] | None = None
        if only is not None:
            self._only = {}
            for injected in sorted(only, key=lambda one: one.nth):
                self._only.setdefault((injected.point, injected.where), []).append(injected)

    def stream(self, name: str) -> Stream:
        """Chance for whatever a fault has to choose."""
        return self._chance.stream(f"chaos/{name}")

    def opportunities(self, point: str, where: str) -> Opportunities:
        """Those of one place."""
        if self._only is not None:
            return Opportunities(iter(self._only.get((point, where), ())))
        return Opportunities(self._drawn(point, where))

    def moments(self, fault: Fault, places: Iterable[str], until: int) -> Iterator[Injected]:
        """When accidents of one kind happen, before ``until`` (microseconds from the start)."""
        if self._only is not None:
            listed = self._only.values()
            yield from (one for group in listed for one in group if one.fault == fault.name)
            return
        rate, where = self.rates.get(fault.name, 0.0), list(places)
        draw, when, nth = self.stream(f"moments/{fault.name}"), 0, 0
        while rate and where:
            nth += 1
            when += int(draw.expovariate(rate) * 60_000_000)
            if when >= until:
                return
            place = where[int(draw.random() * len(where))]
            yield Injected(fault.name, MOMENT, place, nth, fault.amount(draw), when)

    def _drawn(self, point: str, where: str) -> Iterator[Injected]:
        here = self._points.get(point, ())
        total = sum(self.rates[fault.name] for fault in here)
        if not total:
            return
        draw, nth, miss = self.stream(f"{point}/{where}"), 0, log(1 - min(total, 0.9))
        while True:
            nth += 1 + int(log(1 - draw.random()) / miss)
            pick = draw.random() * total
            for fault in here:
                pick -= self.rates[fault.name]
                if pick < 0:
                    break
            yield Injected(fault.name, point, where, nth, fault.amount(draw))
