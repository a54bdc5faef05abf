"""Back-off delays, as in upstream's backoff_test.go."""

from __future__ import annotations

from kubelite.client.backoff import Backoff
from kubelite.kubelet.durations import go_duration
from kubelite.sim.clock import MINUTE, SECOND, Clock


def test_it_doubles_up_to_five_minutes() -> None:
    clock = Clock()
    backoff = Backoff(clock)
    delays = []
    for _ in range(8):
        backoff.next("a", clock.now)
        delays.append(backoff.get("a") // SECOND)
        clock.run_until(clock.now + 5 * MINUTE)
    assert delays == [10, 20, 40, 80, 160, 300, 300, 300]


def test_ten_quiet_minutes_begin_anew() -> None:
    clock = Clock()
    backoff = Backoff(clock)
    backoff.next("a", clock.now)
    backoff.next("a", clock.now)
    clock.run_until(clock.now + 10 * MINUTE + SECOND)
    assert backoff.wait_since("a", clock.now) == 0
    backoff.next("a", clock.now)
    assert backoff.get("a") == 10 * SECOND


def test_waiting_is_counted_from_the_event() -> None:
    clock = Clock()
    backoff = Backoff(clock)
    assert backoff.wait_since("a", clock.now) == 0
    backoff.next("a", clock.now)
    ended = clock.now
    clock.run_until(clock.now + 4 * SECOND)
    assert backoff.wait_since("a", ended) == 6 * SECOND
    assert backoff.wait_since_update("a") == 6 * SECOND
    backoff.forget("a")
    assert backoff.wait_since("a", ended) == 0


def test_durations_as_go_prints_them() -> None:
    texts = [go_duration(int(s * SECOND)) for s in (0, 0.4567, 1.2, 10, 80, 300, 3661)]
    assert texts == ["0s", "456.7ms", "1.2s", "10s", "1m20s", "5m0s", "1h1m1s"]
