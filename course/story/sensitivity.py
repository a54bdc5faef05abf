"""How far the conclusion holds: the story again, with each number at both ends of its range.

The conclusion is a comparison, so what is looked at is a difference between two strategies: how
many more orders one loses than the other, or how much more it spends. Where the sign changes, the
conclusion is another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from course.story.day import Day
from course.story.friday import STRATEGIES
from course.story.parameters import Parameters, facts, parameters
from course.story.traffic import WHOLE_DAY
from kubelite.apimachinery.told import UsageError

RECKONED = {"orchestrator": "orchestrator, reckoned"}
"""Hundreds of days are run: where there is a quick form, it is used."""

SEEDS = (7, 8, 9)

MEASURES: Mapping[str, Callable[[Day], float]] = {
    "orders lost": lambda day: day.orders_lost,
    "orders lost (%)": lambda day: 100 * day.orders_lost / max(day.orders, 1),
    "spent ($)": lambda day: day.spent,
    "machines ($)": lambda day: day.machines,
    "lost and spent ($)": lambda day: day.money_lost + day.spent,
}


class Bar(NamedTuple):
    """One number of the story: the difference with it at the low and at the high end."""

    name: str
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        """How much it matters."""
        return abs(self.at_high - self.at_low)


class Sensitivity(NamedTuple):
    """What was found; ``base`` is the difference with every number as it stands."""

    worse: str
    better: str
    measure: str
    base: float
    bars: tuple[Bar, ...]

    def turns(self, bar: Bar) -> bool:
        """Whether the difference has another sign at one of a number's ends."""
        return min(self.base * bar.at_low, self.base * bar.at_high) <= 0

    @property
    def holds(self) -> bool:
        """Whether no single number within its range turns the conclusion round."""
        return not any(self.turns(bar) for bar in self.bars)

    def __repr__(self) -> str:
        title = (
            f'{self.measure}: "{self.worse}" less "{self.better}", {self.base:,.1f} as it stands'
        )
        lines = [title, f"{'NAME':20}{'LOW':>10}{'THERE':>12}{'HIGH':>10}{'THERE':>12}"]
        for bar in self.bars:
            ends = f"{bar.low:>10g}{bar.at_low:>12,.1f}{bar.high:>10g}{bar.at_high:>12,.1f}"
            lines.append(f"{bar.name:20}{ends}{'  turns' if self.turns(bar) else ''}")
        return "\n".join(lines)


# DOC: story-sensitivity
def sensitivity(
    worse: str = "containers",
    better: str = "orchestrator",
    measure: str = "orders lost",
    names: Sequence[str] = (),
    seeds: Sequence[int] = SEEDS,
    numbers: Parameters | None = None,
) -> Sensitivity:
    """Run both strategies with each number at both ends of its range, and compare.

    ``measure`` is one of ``MEASURES``; the mean over ``seeds`` counts. The largest swing comes
    first. Raises ValueError for names that are none.
    """
    if measure not in MEASURES:
        raise UsageError(f'there is no measure "{measure}"; there are {", ".join(MEASURES)}')
    known, given = facts(), numbers or parameters()

    def gap(**changes: float) -> float:
        tried = given.but(**changes)
        return _mean(worse, measure, tried, seeds) - _mean(better, measure, tried, seeds)

    bars = [
        Bar(n, known[n].low, known[n].high, gap(**{n: known[n].low}), gap(**{n: known[n].high}))
        for n in names or known
    ]
    bars.sort(key=lambda bar: -bar.swing)
    return Sensitivity(worse, better, measure, gap(), tuple(bars))


def _mean(strategy: str, measure: str, numbers: Parameters, seeds: Sequence[int]) -> float:
    run = STRATEGIES[RECKONED.get(strategy, strategy)].run
    return fmean(MEASURES[measure](run(numbers, seed, False, WHOLE_DAY)) for seed in seeds)


class Grid(NamedTuple):
    """A measure of one strategy less that of another, over two numbers: ``values[y][x]``."""

    worse: str
    better: str
    measure: str
    across: str
    up: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]


def sensitivity_grid(
    across: str,
    up: str,
    worse: str = "containers",
    better: str = "orchestrator",
    measure: str = "orders lost",
    steps: int = 5,
    seeds: Sequence[int] = SEEDS[:1],
    numbers: Parameters | None = None,
) -> Grid:
    """The same over two numbers at once, ``steps`` values of each from end to end."""
    xs, ys, given = _steps(across, steps), _steps(up, steps), numbers or parameters()

    def gap(x: float, y: float) -> float:
        tried = given.but(**{across: x, up: y})
        return _mean(worse, measure, tried, seeds) - _mean(better, measure, tried, seeds)

    rows = tuple(tuple(gap(x, y) for x in xs) for y in ys)
    return Grid(worse, better, measure, across, up, xs, ys, rows)


def _steps(name: str, steps: int) -> tuple[float, ...]:
    low, high = facts()[name].low, facts()[name].high
    return tuple(low + (high - low) * n / (steps - 1) for n in range(steps))
