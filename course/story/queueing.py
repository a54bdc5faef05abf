"""What a server does under load: who waits how long, and who is turned away.

A server is ``c`` counters with one queue (M/M/c/K): customers come by chance, each takes
``service`` seconds on average, and whoever would have to wait longer than ``patience`` leaves at
once. So there are K - c = patience x c / service places in the queue. With endless patience this is
M/M/c, whose formula (Erlang's C) the tests hold it to; far beyond its capacity it serves what it
can and loses the rest, as a fluid would.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, expm1, log, log1p


@dataclass(frozen=True)
class Served:
    """What becomes of a stream of customers. Times are seconds, shares 0 to 1.

    ``busy`` is the share of the time that counters work, ``lost`` of customers who leave,
    ``waits`` of those who stay and have to wait.
    """

    rate: float
    counters: float
    service: float
    patience: float
    busy: float
    lost: float
    waits: float

    @property
    def mean_wait(self) -> float:
        """How long those who stay wait, on average."""
        rho, places = self.rate * self.service / self.counters, _places(self)
        steps = range(places)
        most = max(log(rho), 0.0) * places  # large powers are scaled down
        odds = [exp(n * log(rho) - most) for n in steps]
        ahead = sum((n + 1) * part for n, part in zip(steps, odds, strict=True)) / sum(odds)
        return self.waits * ahead * self.service / self.counters

    def wait(self, share: float) -> float:
        """The time within which this share of those who stay is served: ``wait(0.95)``."""
        later = 1 - share
        if later >= self.waits:
            return 0.0
        places = self.counters * self.patience / self.service
        drift = (1 - self.rate * self.service / self.counters) * places
        part = later / self.waits
        if abs(drift) < 1e-9:
            return self.patience * (1 - part)
        if drift < -500:  # far too many customers: everybody waits as long as there is room
            return self.patience
        return -self.patience / drift * log(exp(-drift) - part * expm1(-drift))

    def latency(self, share: float) -> float:
        """The same with the service itself, taken at its mean."""
        return self.wait(share) + self.service


def erlang_c(counters: int, offered: float) -> float:
    """The share who wait in M/M/c; ``offered`` = rate x service, less than ``counters``."""
    inverse = _below(counters, offered)
    rho = offered / counters
    return 1 / (1 + (1 - rho) * inverse)


def _below(counters: int, offered: float) -> float:
    """The odds of a free counter against exactly all being busy."""
    total, term = 0.0, 1.0
    for n in range(counters, 0, -1):
        term *= n / offered
        total += term
    return total


# DOC: story-queue
@lru_cache(maxsize=4096)
def served(rate: float, counters: int, service: float, patience: float) -> Served:
    """What ``counters`` make of ``rate`` customers a second. None of them: all are lost."""
    known = (rate, counters, service, patience)
    if rate <= 0:
        return Served(*known, 0.0, 0.0, 0.0)
    if counters < 1:
        return Served(*known, 0.0, 1.0, 0.0)
    rho, places = rate * service / counters, round(patience * counters / service)
    # Probabilities as odds against "all counters busy, nobody waits"; large ones are scaled down.
    if abs(rho - 1) < 1e-9:
        scale, last, queue = 1.0, 1.0, places + 1.0
    elif rho < 1:
        scale, last = 1.0, rho**places
        queue = (1 - rho * last) / (1 - rho)
    else:
        scale, last = (1 / rho) ** places, 1.0
        queue = (1 - scale / rho) / (1 - 1 / rho)
    total = scale * _below(counters, rate * service) + queue
    lost = last / total
    waits = (queue - last) / (total - last) if places else 0.0
    return Served(*known, min(1.0, rho * (1 - lost)), lost, waits)


def _places(one: Served) -> int:
    return round(one.patience * one.counters / one.service)


def lost_in_a_row(share: float, requests: int) -> float:
    """The share of visits of so many requests in which at least one fails."""
    return -expm1(requests * log1p(-share)) if share < 1 else 1.0
