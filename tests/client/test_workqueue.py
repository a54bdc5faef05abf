"""The queue hands out each key once, and never twice at a time.

Facts from client-go/util/workqueue: queue_test.go, delaying_queue_test.go and
default_rate_limiters_test.go.
"""

from __future__ import annotations

import pytest

from kubelite.client import WorkQueue
from kubelite.sim.clock import MILLISECOND, SECOND, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def queue(clock: Clock, woken: list[str]) -> WorkQueue:
    return WorkQueue(clock, lambda: woken.append("woken"))


def take(queue: WorkQueue) -> str | None:
    found = queue.get()
    return found[0] if found else None


def test_a_key_that_waits_is_not_added_again(queue: WorkQueue) -> None:
    lengths = []
    for key in ("foo", "bar", "foo"):
        queue.add(key)
        lengths.append(len(queue))
    assert lengths == [1, 2, 2]


def test_keys_come_in_the_order_of_arrival(queue: WorkQueue, woken: list[str]) -> None:
    for key in ("b", "a", "b", "c"):
        queue.add(key)
    assert [take(queue) for _ in range(4)] == ["b", "a", "c", None]
    assert len(woken) == 3


def test_a_key_added_while_it_is_worked_on_comes_back_afterwards(queue: WorkQueue) -> None:
    queue.add("foo")
    assert take(queue) == "foo"
    queue.add("foo")
    queue.add("foo")
    assert take(queue) is None, "never two workers on one key"
    queue.done("foo")
    assert take(queue) == "foo"
    queue.done("foo")
    assert (len(queue), take(queue)) == (0, None)


def test_it_remembers_what_the_key_was_added_for(queue: WorkQueue, clock: Clock) -> None:
    clock.cause = 41
    queue.add("foo")
    clock.cause = 42
    queue.add("foo")
    assert queue.get() == ("foo", 41)


def test_a_delayed_key_comes_when_it_is_due(queue: WorkQueue, clock: Clock) -> None:
    queue.add_after("foo", 50 * MILLISECOND)
    clock.run_until(clock.now + 49 * MILLISECOND)
    assert len(queue) == 0
    clock.run_until(clock.now + 1 * MILLISECOND)
    assert take(queue) == "foo"


@pytest.mark.parametrize("delays", [(50, 30), (30, 50)])
def test_of_two_delays_the_sooner_one_wins(
    queue: WorkQueue, clock: Clock, woken: list[str], delays: tuple[int, int]
) -> None:
    for delay in delays:
        queue.add_after("foo", delay * MILLISECOND)
    clock.run_until(clock.now + 30 * MILLISECOND)
    assert take(queue) == "foo"
    queue.done("foo")
    clock.run_until(clock.now + 1 * SECOND)
    assert (take(queue), len(woken)) == (None, 1)


def test_a_delayed_key_may_also_be_added_at_once(queue: WorkQueue, clock: Clock) -> None:
    queue.add_after("foo", 50 * MILLISECOND)
    queue.add("foo")
    assert take(queue) == "foo"
    queue.done("foo")
    clock.run_until(clock.now + 50 * MILLISECOND)
    assert take(queue) == "foo"


def test_the_delay_doubles_with_each_failure_up_to_a_limit(clock: Clock, queue: WorkQueue) -> None:
    delays = []
    for _ in range(20):
        queue.add_rate_limited("foo")
        began = clock.now
        clock.step()
        delays.append((clock.now - began) // MILLISECOND)
        queue.done(take(queue) or "")
    assert delays[:6] == [5, 10, 20, 40, 80, 160]
    assert delays[-2:] == [1_000_000, 1_000_000]
    assert queue.retries("foo") == 20
    queue.forget("foo")
    assert queue.retries("foo") == 0
    queue.add_rate_limited("foo")
    assert clock.next_due() == clock.now + 5 * MILLISECOND


def test_a_crash_forgets_everything(queue: WorkQueue, clock: Clock) -> None:
    queue.add("ready")
    queue.add("busy")
    queue.get()
    queue.add_after("later", 1 * SECOND)
    queue.add_rate_limited("failed")
    queue.clear()
    clock.run_until(clock.now + 10 * SECOND)
    assert (len(queue), take(queue), queue.retries("failed")) == (0, None, 0)


def test_a_leading_addition_is_told_as_the_cause() -> None:
    clock = Clock()
    queue = WorkQueue(clock, lambda: None)
    for cause, leading in ((1, False), (2, True), (3, False)):
        clock.cause = cause
        queue.add("default/web", leading)
    assert queue.get() == ("default/web", 2)
