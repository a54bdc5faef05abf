"""The customers: how many requests a second at each minute of a day, and who of them arrives.

The same seed gives the same customers under every strategy, so strategies can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, exp, floor, lgamma, log, sqrt
from typing import NamedTuple

from course.story.parameters import Parameters, parameters
from kubelite.apimachinery.told import UsageError
from kubelite.sim.chance import Chance, Stream

MINUTES = 24 * 60
SMALL = 30  # means below it are drawn customer by customer

HOURS = (
    *(0.50, 0.32, 0.24, 0.20, 0.22, 0.30, 0.50, 0.75),
    *(1.00, 1.25, 1.42, 1.52, 1.45, 1.38, 1.35, 1.33),
    *(1.32, 1.30, 1.32, 1.38, 1.42, 1.30, 1.05, 0.78),
)
"""An ordinary day: each hour against the day's mean. Busiest at 11:00, 52 % above the mean
(Hitwise, Peak Week 2016), quiet at night; the hours between are an assumption."""

FRIDAY = ((0, 0.0), (2, 0.0), (3, 0.6), (11, 1.0), (17, 0.9), (24, 0.2))
"""Black Friday: how much of ``peak_factor`` comes on top, by hour. It jumps at 03:00 when the sale
begins, is greatest at 11:00 and tapers off from 17:00 (Fastly, holiday traffic 2016)."""

SURGE = (12.0, 12.5)
SURGE_RISE = 2 / 60

MATTER = ("ordinary_rate", "peak_factor", "surge_factor", "order_share")
"""The numbers that decide who comes."""


Hours = tuple[float, float]
"""A part of the day, from and to: ``(6, 14)``."""

WHOLE_DAY: Hours = (0, 24)


def minutes_of(hours: Hours) -> range:
    """The minutes of a part of the day. Raises ValueError if it is none."""
    begin, end = hours
    if not 0 <= begin < end <= 24:
        raise UsageError(f"hours={hours}: give two hours of one day, such as (6, 14)")
    return range(round(begin * 60), round(end * 60))


def upkeep(numbers: Parameters, hours: Hours) -> float:
    """The minutes of handwork that a cluster costs in a part of the day."""
    return numbers.cluster_minutes * len(minutes_of(hours)) / MINUTES


class Arrivals(NamedTuple):
    """What came in one minute: the mean rate expected (requests a second), and who did come."""

    expected: float
    requests: int
    orders: int


def _between(points: Sequence[tuple[float, float]], x: float) -> float:
    """The value at ``x`` on a line through the points."""
    for (a, low), (b, high) in zip(points, points[1:], strict=False):
        if a <= x <= b:
            return low + (high - low) * (x - a) / (b - a)
    return points[-1][1]


def ordinary(hour: float, numbers: Parameters) -> float:
    """Requests a second at an hour of an ordinary day."""
    first = int(hour) % 24
    here, there = HOURS[first], HOURS[(first + 1) % 24]
    return numbers.ordinary_rate * (here + (there - here) * (hour - int(hour)))


def busiest(numbers: Parameters) -> float:
    """Requests a second in the best hour of an ordinary day."""
    return numbers.ordinary_rate * max(HOURS)


# DOC: story-demand
def demand(hour: float, numbers: Parameters) -> float:
    """Requests a second at an hour of Black Friday."""
    more = 1 + (numbers.peak_factor - 1) * _between(FRIDAY, hour)
    begins, ends = SURGE
    in_surge = min((hour - begins) / SURGE_RISE, (ends - hour) / SURGE_RISE, 1.0)
    surge = 1 + (numbers.surge_factor - 1) * max(in_surge, 0.0)
    return ordinary(hour, numbers) * more * surge


def arrivals(numbers: Parameters, seed: int) -> tuple[Arrivals, ...]:
    """Every minute of the day."""
    only_these = {name: getattr(numbers, name) for name in MATTER}
    return _arrivals(parameters(**only_these), seed)


@lru_cache(maxsize=64)
def _arrivals(numbers: Parameters, seed: int) -> tuple[Arrivals, ...]:
    chance = Chance(seed)
    draw = chance.stream("story/requests")
    buyers = chance.stream("story/orders")
    found = []
    for minute in range(MINUTES):
        expected = demand((minute + 0.5) / 60, numbers)
        requests = poisson(expected * 60, draw)
        orders = min(poisson(requests * numbers.order_share, buyers), requests)
        found.append(Arrivals(expected, requests, orders))
    return tuple(found)


def poisson(mean: float, draw: Stream) -> int:
    """How many came, when each comes by chance and so many on average.

    For large means it is Hoermann's transformed rejection (PTRS, 1993): exact, and as quick.
    """
    if mean < SMALL:
        least, product, count = exp(-mean), draw.random(), 0
        while product > least:
            product *= draw.random()
            count += 1
        return count
    b = 0.931 + 2.53 * sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse = 1.1239 + 1.1328 / (b - 3.4)
    ratio = 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = draw.random() - 0.5, draw.random()
        us = 0.5 - abs(u)
        k = floor((2 * a / us + b) * u + mean + 0.43) if us else -1
        if us >= 0.07 and v <= ratio:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        if log(v * inverse / (a / (us * us) + b)) <= k * log(mean) - mean - lgamma(k + 1):
            return k


class Trouble(NamedTuple):
    """Something that goes wrong: the minute, what, and a number from 0 to 1 that says to whom."""

    minute: int
    what: str
    lot: float


CHAOS = ("kill node", "crash container", "hang container", "kill node", "hang container")
"""With chaos on these come on top, spread over the hours of the sale."""


def troubles(numbers: Parameters, seed: int, chaos: bool = False) -> tuple[Trouble, ...]:
    """What goes wrong that day, in order; the same under every strategy."""
    chance = Chance(seed)
    draw = chance.stream("story/hangs")
    found = [
        Trouble(int(draw.random() * MINUTES), "hang container", draw.random())
        for _ in range(poisson(numbers.hangs_a_day, draw))
    ]
    if chaos:
        draw = chance.stream("story/chaos")
        slot = ceil(12 * 60 / len(CHAOS))
        for number, what in enumerate(CHAOS):
            minute = 8 * 60 + number * slot + int(draw.random() * slot)
            found.append(Trouble(minute, what, draw.random()))
    return tuple(sorted(found))


def troubles_in(numbers: Parameters, seed: int, chaos: bool, hours: Hours) -> list[Trouble]:
    """Those of a part of the day."""
    minutes = minutes_of(hours)
    return [one for one in troubles(numbers, seed, chaos) if one.minute in minutes]
