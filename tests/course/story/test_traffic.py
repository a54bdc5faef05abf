"""The customers: their curve, their chance, and that they are the same for everybody."""

from __future__ import annotations

from statistics import fmean, pvariance

import pytest

from course.story.parameters import parameters
from course.story.traffic import (
    HOURS,
    MINUTES,
    arrivals,
    busiest,
    demand,
    minutes_of,
    ordinary,
    poisson,
    troubles,
)
from kubelite.sim.chance import Chance

NUMBERS = parameters()


def test_an_ordinary_day_has_the_mean_it_says() -> None:
    assert fmean(HOURS) == pytest.approx(1, abs=0.06)
    assert busiest(NUMBERS) == pytest.approx(1.52 * NUMBERS.ordinary_rate)


def test_the_best_hour_is_as_far_above_an_ordinary_day_as_measured() -> None:
    assert demand(11, NUMBERS) / ordinary(11, NUMBERS) == pytest.approx(4.44)
    assert demand(1, NUMBERS) == ordinary(1, NUMBERS)
    quiet = parameters(peak_factor=2)
    assert demand(11, quiet) / ordinary(11, quiet) == pytest.approx(2)


def test_a_newsletter_brings_a_crowd_for_half_an_hour() -> None:
    crowd = parameters(surge_factor=3)
    assert demand(12.25, crowd) == pytest.approx(3 * demand(12.25, NUMBERS))
    assert demand(11.9, crowd) == demand(11.9, NUMBERS)
    assert demand(12.6, crowd) == demand(12.6, NUMBERS)


@pytest.mark.parametrize("mean", [0.0, 0.7, 12.0, 40.0, 900.0])
def test_chance_has_the_mean_and_the_spread_of_poisson(mean: float) -> None:
    draw = Chance(3).stream("test")
    drawn = [poisson(mean, draw) for _ in range(4000)]
    assert fmean(drawn) == pytest.approx(mean, rel=0.05)
    assert pvariance(drawn) == pytest.approx(mean, rel=0.1)


def test_the_same_seed_gives_the_same_day_to_everybody() -> None:
    day = arrivals(NUMBERS, 7)
    assert len(day) == MINUTES
    assert day == arrivals(parameters(decide_minutes=3, cpu_seconds=0.1), 7)
    assert day != arrivals(NUMBERS, 8)
    assert sum(one.orders for one in day) == pytest.approx(
        sum(one.requests for one in day) * NUMBERS.order_share, rel=0.05
    )
    assert troubles(NUMBERS, 7) == troubles(parameters(decide_minutes=3), 7)


def test_chaos_comes_on_top_of_what_goes_wrong_anyway() -> None:
    calm, wild = troubles(NUMBERS, 7), troubles(NUMBERS, 7, chaos=True)
    assert set(calm) < set(wild)
    assert {one.what for one in wild} == {"kill node", "crash container", "hang container"}
    assert list(wild) == sorted(wild)


def test_a_part_of_the_day() -> None:
    assert minutes_of((6, 14)) == range(360, 840)
    with pytest.raises(ValueError, match="give two hours of one day"):
        minutes_of((14, 6))
