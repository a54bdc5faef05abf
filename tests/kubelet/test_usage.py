"""How cpu is shared out, throttled and waited for."""

from __future__ import annotations

import pytest

from kubelite.kubelet.runtime.usage import (
    LONGEST_QUEUE,
    RESOLUTION,
    Claim,
    Meter,
    queueing_delay,
    shared_out,
)
from kubelite.sim.clock import MILLISECOND, SECOND


@pytest.mark.parametrize(
    ("capacity", "claims", "expected"),
    [
        (4000, [Claim(500, 0, 100), Claim(700, 0, 0)], [500, 700]),
        (4000, [Claim(500, 200, 100)], [200]),
        (0, [Claim(9000, 0, 0)], [9000]),
        (1000, [Claim(2000, 0, 300), Claim(2000, 0, 100)], [751, 249]),
        (1000, [Claim(100, 0, 100), Claim(2000, 0, 100)], [100, 900]),
        (1000, [Claim(2000, 500, 900), Claim(2000, 0, 100)], [500, 500]),
        (1000, [Claim(2000, 0, 1000), Claim(2000, 0, 0)], [998, 2]),
    ],
    ids=["enough", "a limit", "no bounds", "by requests", "one is content", "limit", "best effort"],
)
def test_cpu_is_shared_by_requests_and_cut_by_limits(
    capacity: int, claims: list[Claim], expected: list[float]
) -> None:
    assert [round(amount) for amount in shared_out(capacity, claims)] == expected


def test_a_quota_puts_off_what_is_beyond_it() -> None:
    meter, cost, limit = Meter(), 5 * MILLISECOND, 100  # 10 ms of cpu in each 100 ms
    waits = [meter.throttled_for(SECOND, cost, limit) // MILLISECOND for _ in range(4)]
    assert waits == [0, 0, 50, 100]
    assert meter.throttled_for(2 * SECOND, cost, limit) == 0


def test_rates_are_averaged_over_the_time_asked_for() -> None:
    meter = Meter()
    meter.take(0, 10.0, 10 * SECOND)
    meter.take(1, 30.0, 20 * SECOND)
    meter.take(0, 0.0, 25 * SECOND)
    assert (meter.rate, meter.since) == (30.0, 25 * SECOND)
    assert meter.mean_rate(0, 10 * SECOND) == 0
    assert meter.mean_rate(10 * SECOND, 30 * SECOND) == (10 * 10 + 40 * 5 + 30 * 5) / 20


def test_single_requests_are_added_up_and_forgotten() -> None:
    meter = Meter()
    for second in range(120):
        meter.add(second * SECOND, 1000)
    assert meter.worked(7 * RESOLUTION, 8 * RESOLUTION) == 15_000
    assert meter.worked(0, RESOLUTION) == 0


def test_the_nearer_to_the_edge_the_longer_the_wait() -> None:
    cost = 5 * MILLISECOND  # of 500m: 100 requests a second are all it can do
    waits = [queueing_delay(cost, rate, 500, 10 * SECOND) for rate in (0, 50, 90, 99)]
    assert waits == sorted(waits)
    assert waits[0] == cost  # half a core takes twice as long
    assert queueing_delay(cost, 200, 500, 10 * SECOND) == 5 * SECOND + 2 * cost
    assert queueing_delay(cost, 200, 500, 3600 * SECOND) == LONGEST_QUEUE
