"""The queue against its formulas, and against customers who come one by one."""

from __future__ import annotations

from heapq import heappop, heappush
from math import exp, factorial
from random import Random

import pytest

from course.story.queueing import erlang_c, lost_in_a_row, served

ENDLESS = 200.0  # seconds of patience
CUSTOMERS = 100_000


def erlang_by_the_book(counters: int, offered: float) -> float:
    """The textbook's form: a sum of powers and factorials."""
    top = offered**counters / factorial(counters) * counters / (counters - offered)
    return top / (sum(offered**n / factorial(n) for n in range(counters)) + top)


@pytest.mark.parametrize(("counters", "busy"), [(1, 0.5), (2, 0.6), (4, 0.8), (16, 0.9), (8, 0.2)])
def test_with_endless_patience_it_is_the_textbooks_queue(counters: int, busy: float) -> None:
    service = 0.2
    rate = busy * counters / service
    found = served(rate, counters, service, ENDLESS)
    share = erlang_by_the_book(counters, rate * service)
    assert erlang_c(counters, rate * service) == pytest.approx(share)
    assert found.waits == pytest.approx(share, rel=1e-6)
    assert found.busy == pytest.approx(busy)
    assert found.lost == pytest.approx(0, abs=1e-12)
    assert found.mean_wait == pytest.approx(share * service / (counters * (1 - busy)), rel=1e-6)
    late = found.wait(0.99)
    beyond = share * exp(-(counters / service - rate) * late)
    assert late == 0 or beyond == pytest.approx(0.01, rel=1e-3)


def test_a_single_counter_waits_as_everybody_knows() -> None:
    """M/M/1: service x busy / (1 - busy)."""
    assert served(4, 1, 0.2, ENDLESS).mean_wait == pytest.approx(0.2 * 0.8 / 0.2, rel=1e-6)


def test_far_too_many_customers_are_served_as_by_a_fluid() -> None:
    found = served(100, 2, 0.2, 5)
    assert found.lost == pytest.approx(0.9, abs=1e-6)
    assert found.busy == pytest.approx(1)
    assert found.wait(0.5) == pytest.approx(5, rel=0.02)
    assert served(5000, 2, 0.2, 5).wait(0.5) == 5


def test_nobody_comes_and_nobody_serves() -> None:
    assert served(0, 2, 0.2, 5).lost == 0
    assert served(3, 0, 0.2, 5).lost == 1
    assert served(10, 2, 0.2, 5).wait(0.5) > 0, "exactly full"
    near = served(10.00001, 2, 0.2, 5)
    assert near.lost == pytest.approx(served(10, 2, 0.2, 5).lost, rel=1e-3)
    assert near.waits == pytest.approx(served(9.99999, 2, 0.2, 5).waits, rel=1e-3)


def one_by_one(rate: float, counters: int, service: float, patience: float) -> tuple[float, float]:
    """The share lost and the mean wait of those who stay, of many customers."""
    draw, now, lost, waited, stayed = Random(1), 0.0, 0, 0.0, 0
    free = [0.0] * counters  # when each counter is free
    leaving: list[float] = []  # when those who are inside will be served
    room = counters + round(patience * counters / service)
    for _ in range(CUSTOMERS):
        now += draw.expovariate(rate)
        while leaving and leaving[0] <= now:
            heappop(leaving)
        if len(leaving) >= room:
            lost += 1
            continue
        begins = max(heappop(free), now)
        ends = begins + draw.expovariate(1 / service)
        heappush(free, ends)
        heappush(leaving, ends)
        waited, stayed = waited + begins - now, stayed + 1
    return lost / CUSTOMERS, waited / stayed


@pytest.mark.parametrize("rate", [6.0, 8.0, 11.0, 20.0])
def test_customers_one_by_one_fare_the_same(rate: float) -> None:
    found = served(rate, 2, 0.2, 5.0)
    lost, wait = one_by_one(rate, 2, 0.2, 5.0)
    assert found.lost == pytest.approx(lost, abs=0.012)
    assert found.mean_wait == pytest.approx(wait, rel=0.12)


def test_pooled_counters_wait_less_than_single_ones() -> None:
    """Why two small pods answer later than one large one, just as busy."""
    assert served(6, 2, 0.2, 5).latency(0.95) < served(3, 1, 0.2, 5).latency(0.95)


def test_one_failure_spoils_a_row() -> None:
    assert lost_in_a_row(0.1, 2) == pytest.approx(0.19)
    assert lost_in_a_row(1.0, 3) == 1
