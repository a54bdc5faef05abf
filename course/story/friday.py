"""``black_friday(...)``: one day of the shop, under a way of running it chosen from a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from course.story import orchestrated, sketch
from course.story.day import Day
from course.story.parameters import Parameters, parameters
from course.story.strategies import Containers, OneServer, Shop, by_people
from course.story.traffic import WHOLE_DAY, Hours
from kubelite.apimachinery.told import UsageError

Run = Callable[[Parameters, int, bool, Hours], Day]


class Strategy(NamedTuple):
    """One row: what it is, and the function that runs a day of it."""

    what: str
    run: Run


# DOC: story-strategies
STRATEGIES: dict[str, Strategy] = {
    "one server": Strategy("one machine, made bigger when it is too small", by_people(OneServer)),
    "by hand": Strategy("people set up servers and a fixed list of them", by_people(Shop)),
    "containers": Strategy("the same with containers: docker run", by_people(Containers)),
    "orchestrator": Strategy("a cluster scales and heals by itself", orchestrated.run),
    "orchestrator, reckoned": Strategy("the same rules without a cluster", sketch.run),
}

KEPT_DAYS = 32


def black_friday(
    strategy: str = "orchestrator",
    seed: int = 7,
    chaos: bool = False,
    hours: Hours = WHOLE_DAY,
    numbers: Parameters | None = None,
    **changes: float,
) -> Day:
    """One Black Friday: ``black_friday("containers", seed=7, peak_factor=8)``.

    ``changes`` are numbers of ``shop.yaml``. With ``chaos`` machines die and containers crash and
    hang besides. ``hours`` is a part of the day: ``(6, 14)``. The same arguments give the same
    day. Raises ValueError for names that are none.
    """
    if strategy not in STRATEGIES:
        known = ", ".join(f'"{name}"' for name in STRATEGIES)
        raise UsageError(f'there is no strategy "{strategy}"; there are {known}')
    given = numbers.but(**changes) if numbers is not None else parameters(**changes)
    return _day(strategy, seed, chaos, hours, given)


@lru_cache(maxsize=KEPT_DAYS)
def _day(strategy: str, seed: int, chaos: bool, hours: Hours, numbers: Parameters) -> Day:
    """Kept, because the same arguments give the same day."""
    return STRATEGIES[strategy].run(numbers, seed, chaos, hours)
