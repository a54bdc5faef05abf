"""How long a Job waits: the tables of pkg/controller/job/backoff_utils_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.batch_v1 import INDEX_FAILURE_COUNT, INDEX_IGNORED_FAILURE_COUNT
from kubelite.api.core_v1 import PodCondition
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import MINUTE, SECOND, Time
from kubelite.controllers.job import backoff
from kubelite.controllers.job.backoff import Record
from tests.controllers.jobs import worker
from tests.controllers.objects import NOW

MILLISECOND = 1000

# TestNewBackoffRecord: failures before, successes, failures (after NOW), expected record
NEW_RECORDS = {
    "one new failure": (0, [], [0], Record(1, NOW)),
    "two new failures": (0, [], [0, -1], Record(2, NOW)),
    "two failures followed by success": (0, [0], [-2, -1], Record()),
    "two failures, one success and two more failures": (0, [-2], [0, -4, -3, -1], Record(2, NOW)),
    "failure count 2 and one new failure": (2, [], [0], Record(3, NOW)),
    "success and failure at same timestamp": (0, [0], [0], Record()),
    "no success/failure": (0, [], [], Record()),
    "one success": (0, [0], [], Record()),
}


@pytest.mark.parametrize("name", NEW_RECORDS)
def test_new_backoff_record(name: str) -> None:
    before, successes, failures, expected = NEW_RECORDS[name]
    done = [worker("s", "Succeeded", ended=ms * MILLISECOND) for ms in successes]
    broken = [worker("f", "Failed", ended=ms * MILLISECOND) for ms in failures]
    assert backoff.after(Record(before), done, broken) == expected


# TestGetRemainingBackoffTime, with 5 s and 700 s: failures, seconds since the last, seconds left
REMAINING = {
    "no failures": (0, 0, 0),
    "one failure; current time and failure time are same": (1, 0, 5),
    "one failure; current time == 1 second + failure time": (1, 1, 4),
    "one failure; current time == expected backoff time": (1, 5, 0),
    "one failure; current time == expected backoff time + 1 Second": (1, 6, 0),
    "three failures; current time and failure time are same": (3, 0, 20),
    "eight failures; backoff not exceeding maxBackoff": (8, 0, 640),
    "nine failures; backoff exceeding maxBackoff": (9, 0, 700),
}


@pytest.mark.parametrize("name", REMAINING)
def test_remaining_backoff_time(name: str) -> None:
    failures, since, left = REMAINING[name]
    record = Record(failures, NOW) if failures else Record()
    found = backoff.remaining(record, NOW + since * SECOND, 5 * SECOND, 700 * SECOND)
    assert found == left * SECOND


def test_kubernetes_waits_ten_seconds_doubling_to_ten_minutes() -> None:
    waits = [backoff.remaining(Record(n, NOW), NOW) // SECOND for n in range(1, 9)]
    assert waits == [10, 20, 40, 80, 160, 320, 600, 600]
    assert backoff.remaining(Record(1000, NOW), NOW) == 10 * MINUTE


def test_remaining_backoff_time_per_index() -> None:
    """TestGetRemainingBackoffTimePerIndex: the count is the one before this pod."""
    counts = {INDEX_FAILURE_COUNT: "2", INDEX_IGNORED_FAILURE_COUNT: "1"}
    assert backoff.remaining_of_index(None, NOW, 5 * SECOND, 700 * SECOND) == 0
    for counted, left in (({INDEX_FAILURE_COUNT: "2"}, 20), (counts, 40)):
        last = worker("p", "Failed", ended=0, annotations=counted)
        assert backoff.remaining_of_index(last, NOW, 5 * SECOND, 700 * SECOND) == left * SECOND


# TestGetFinishedTime
READY_FALSE = PodCondition(type="Ready", status="False", last_transition_time=Time(NOW))
READY_TRUE = PodCondition(type="Ready", status="True", last_transition_time=Time(NOW - 30 * SECOND))
FINISHED: dict[str, tuple[dict[str, Any], tuple[PodCondition, ...], int]] = {
    "containers": ({"ended": -SECOND}, (), NOW - SECOND),
    "deletionTimestamp": ({"deletion_timestamp": Time(NOW)}, (), NOW),
    "deletionTimestamp, decremented by grace period": (
        {"deletion_timestamp": Time(NOW), "deletion_grace_period_seconds": 30},
        (),
        NOW - 30 * SECOND,
    ),
    "Ready is False": ({}, (READY_FALSE,), NOW),
    "Ready is True": ({"deletion_timestamp": Time(NOW)}, (READY_TRUE,), NOW),
    "creationTimestamp": ({"creation_timestamp": Time(NOW)}, (), NOW),
}


@pytest.mark.parametrize("name", FINISHED)
def test_finished_time(name: str) -> None:
    fields, conditions, expected = FINISHED[name]
    pod = worker("p", **fields)
    pod = replace(pod, status=replace(pod.status, conditions=conditions))
    assert backoff.finished_at(pod) == expected
