"""Requests as dots: which pods answered since the last picture, and which customers got nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from course.view.state import SECOND

WINDOW = 10 * SECOND
"""How much virtual time before a picture its requests are taken from, at most."""

MOST_DOTS = 160
MOST_OF_ONE = 12
REPLAY = 1400
"""Milliseconds in which the dots of a window set out."""

_PATIENCE = 10 * SECOND  # no answer takes longer, so an older one ends the search


class Flight(NamedTuple):
    """One request: the number of the pod that was asked (0: nobody), and how it went."""

    pod: int
    ok: bool
    delay: int


class Requests(NamedTuple):
    """The requests of a window of time: some as dots, all as counts; ``rate`` is that of loads."""

    flights: tuple[Flight, ...] = ()
    answered: int = 0
    failed: int = 0
    rate: float = 0.0

    @property
    def told(self) -> str:
        """One sentence; empty when nobody asked."""
        counts = f"{self.answered} answered, {self.failed} failed"
        parts = [counts] if self.answered or self.failed else []
        parts += [f"a steady load of {self.rate:g} a second"] if self.rate else []
        return f"Requests: {'; '.join(parts)}." if parts else ""


def requests_of(
    cluster: Any, since: int, until: int, pods: Callable[[], dict[str, int]]
) -> Requests:
    """The requests that began between two moments; ``pods`` gives numbers by address."""
    traffic = getattr(cluster, "traffic", None)
    single = list(_recent(traffic.answers, since, until)) if traffic is not None else []
    now = until >= cluster.clock.now
    loads = [load for load in getattr(cluster, "loads", ()) if load.rate] if now else []
    if not single and not loads:
        return Requests()
    numbers, length = pods(), max(until - since, 1)
    flights = [
        Flight(
            numbers.get(answer.backend.rpartition(":")[0], 0),
            answer.ok,
            round((answer.when - since) / length * REPLAY),
        )
        for answer in reversed(single)
    ]
    flights += _streams(loads, length / SECOND, numbers)
    good = sum(answer.ok for answer in single)
    rate = sum(load.rate for load in loads)
    return Requests(tuple(_some(flights)), good, len(single) - good, rate)


def _recent(answers: Sequence[Any], since: int, until: int) -> Iterator[Any]:
    """Answers to requests that began between two moments, newest first."""
    for answer in reversed(answers):
        if since <= answer.when <= until:
            yield answer
        elif answer.when < since - _PATIENCE:
            return


def _streams(loads: Sequence[Any], seconds: float, numbers: dict[str, int]) -> Iterator[Flight]:
    """A dot for each request of the loads, or as many as can be told apart."""
    for load in loads:
        shares = load.addresses or {"": load.rate}
        for address, rate in shares.items():
            pod = numbers.get(address, 0)
            count = min(MOST_OF_ONE, round(rate * seconds))
            for place in range(count):
                yield Flight(pod, bool(pod), round((place + 0.5) / count * REPLAY))


def _some(flights: list[Flight]) -> list[Flight]:
    if len(flights) <= MOST_DOTS:
        return flights
    step = len(flights) / MOST_DOTS
    return [flights[int(place * step)] for place in range(MOST_DOTS)]
