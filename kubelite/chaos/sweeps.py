"""Not samples but all of it: in a small story each call and each event goes wrong once.

A calm run counts the opportunities; then there is one run for each of them and each way. What
can befall an event is what can befall it upstream: a watch is one ordered stream, so an event is
lost only with all that follows, and the watcher goes on from the last revision it has seen, or
lists again where that has been forgotten. Models the idea of Sieve (OSDI 2022), made exhaustive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from kubelite.chaos.plan import EVENT, REQUEST, Injected
from kubelite.chaos.seeds import Task
from kubelite.chaos.simulation import simulate
from kubelite.sim.clock import MILLISECOND, SECOND

SEED = 1
"""Small scenarios draw nothing that matters: one seed is enough."""


def _control_plane(where: str) -> bool:
    return not where.startswith("kubelet/")


def _kubelet(where: str) -> bool:
    return where.startswith("kubelet/")


def _anybody(where: str) -> bool:
    return True


class Way(NamedTuple):
    """One thing that befalls each call of ``whose`` components, or each event on their watches."""

    name: str
    sentence: str
    fault: str
    point: str
    amount: int
    whose: Callable[[str], bool] = _anybody


# DOC: chaos-sweeps
WAYS: tuple[Way, ...] = (
    Way(
        "crash-after", "A controller or the scheduler dies after its k-th call, unanswered.",
        "crash after a request", REQUEST, 3 * SECOND, _control_plane,
    ),
    Way(
        "crash-before", "It dies before its k-th call.",
        "crash before a request", REQUEST, 3 * SECOND, _control_plane,
    ),
    Way(
        "kubelet-crash", "A kubelet dies after its k-th call, unanswered.",
        "crash after a request", REQUEST, 3 * SECOND, _kubelet,
    ),
    Way(
        "lost", "The k-th event of a watch is lost with the connection, and the watch resumed.",
        "watch broken", EVENT, 500 * MILLISECOND,
    ),
    Way(
        "forgotten", "The k-th event is lost, and so is the history: all is listed again.",
        "revision forgotten", EVENT, 500 * MILLISECOND,
    ),
    Way("late", "The k-th event, and all after it, come late.", "event late", EVENT, 3 * SECOND),
    Way("doubled", "The k-th event comes twice.", "event doubled", EVENT, 0),
)  # fmt: skip

EVERY_WAY = tuple(way.name for way in WAYS)


class Sweep(NamedTuple):
    """All runs of one small scenario, with the number of opportunities for each way."""

    scenario: str
    counts: dict[str, int]
    tasks: tuple[Task, ...]

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {count}" for name, count in self.counts.items())
        return f"{self.scenario:<20} {len(self.tasks):>5} runs: {counts}"


def sweep(scenario: str, ways: Iterable[str] = EVERY_WAY) -> Sweep:
    """Find out, in a calm run, what can go wrong in a small scenario."""
    places = simulate(SEED, scenario, ()).places
    found = {way.name: tuple(_all_of(way, places)) for way in WAYS if way.name in {*ways}}
    tasks = [Task(scenario, SEED, (fault,)) for faults in found.values() for fault in faults]
    return Sweep(scenario, {name: len(faults) for name, faults in found.items()}, tuple(tasks))


def _all_of(way: Way, places: Mapping[tuple[str, str], int]) -> Iterator[Injected]:
    for (point, where), count in places.items():
        if point == way.point and way.whose(where):
            for nth in range(1, count + 1):
                yield Injected(way.fault, point, where, nth, way.amount)
