"""Who is next, who waits, and for how long."""

from __future__ import annotations

import pytest

from kubelite.apimachinery.struct import replace
from kubelite.scheduler.framework import NODE_ADD, NODE_TAINT, POD_DELETE
from kubelite.scheduler.profile import Framework
from kubelite.scheduler.queue import SchedulingQueue, backoff_duration
from kubelite.sim.clock import MILLISECOND, SECOND, Clock
from tests.scheduler.objects import container, node, pod

FIT = ("NodeResourcesFit",)


class Line:
    """A queue, its clock, and how often it has called."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.calls = 0
        self.queue = SchedulingQueue(self.clock, {"default-scheduler": Framework()}, self.call)

    def call(self) -> None:
        self.calls += 1

    def next(self) -> str:
        queued = self.queue.pop()
        return queued.pod.pod.metadata.name if queued else ""

    def fail(self, *names: str, by: tuple[str, ...] = FIT) -> None:
        for name in names:
            self.queue.add(pod(name, container("1")))
            queued = self.queue.pop()
            assert queued is not None
            self.queue.add_unschedulable(queued, by)

    def wait(self, seconds: float) -> None:
        self.clock.run_until(self.clock.now + int(seconds * SECOND))


def test_priority_then_age():
    line = Line()
    for name, priority in (("a", 0), ("b", 0), ("c", 9)):
        line.queue.add(pod(name, priority=priority))
        line.wait(1)
    assert [line.next(), line.next(), line.next(), line.next()] == ["c", "a", "b", ""]


def test_a_pod_deleted_from_the_middle():
    line = Line()
    for name in "abc":
        line.queue.add(pod(name))
    line.queue.delete("uid-b")
    assert len(line.queue) == 2
    assert [line.next(), line.next(), line.next()] == ["a", "c", ""]


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (99, 10)]
)
def test_backoff_duration(failures, seconds):
    assert backoff_duration(failures) == seconds * SECOND


def test_only_the_plugin_that_refused_is_asked():
    line = Line()
    line.fail("a")
    line.fail("b", by=("TaintToleration",))
    line.wait(60)
    line.queue.move(NODE_TAINT, node("n", taints=[{"key": "k", "effect": "NoSchedule"}]), node("n"))
    assert [line.next(), line.next()] == ["b", ""]
    line.queue.move(POD_DELETE, pod("gone", on="n"), None)
    assert line.next() == "a"


def test_news_soon_after_a_failure_puts_a_pod_into_backoff_behind_everybody_else():
    line = Line()
    line.fail("a")
    line.queue.add(pod("fresh"))
    line.queue.move(NODE_ADD, None, node("n"))
    assert line.queue.places() == {"default/a": "backoffQ", "default/fresh": "activeQ"}
    assert [line.next(), line.next()] == ["fresh", "a"]  # nobody else in line: no need to wait


def test_backoff_ends_at_a_full_second():
    line = Line()
    line.clock.now += 300 * MILLISECOND
    line.fail("a")
    line.queue.move(NODE_ADD, None, node("n"))
    line.queue.add(pod("b", priority=-1))
    line.wait(1.5)
    assert line.queue.places()["default/a"] == "backoffQ"
    line.wait(0.3)
    assert line.queue.places()["default/a"] == "activeQ"


def test_errors_wait_out_their_backoff():
    line = Line()
    line.fail("a", by=())
    assert (line.next(), len(line.queue)) == ("", 0)
    line.wait(2)
    assert line.next() == "a"


def test_what_nobody_noticed_is_made_up_for_after_five_minutes():
    line = Line()
    line.fail("a")
    line.wait(299)
    assert line.next() == ""
    line.wait(31)
    assert line.next() == "a"
    assert line.clock.pending() == 0


def test_a_change_of_status_is_no_reason_to_try_again_but_a_toleration_is():
    line = Line()
    line.fail("a")
    line.wait(60)
    old = pod("a", container("1"))
    status = replace(old.status, nominated_node_name="n")
    line.queue.update(old, replace(old, status=status))
    assert line.next() == ""
    line.queue.update(old, pod("a", container("1"), tolerations=[{"operator": "Exists"}]))
    assert line.next() == "a"


def test_nothing_ticks_while_nobody_waits():
    line = Line()
    line.queue.add(pod("a"))
    line.next()
    line.queue.done("uid-a")
    assert line.clock.pending() == 0
