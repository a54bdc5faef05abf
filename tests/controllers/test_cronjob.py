"""When Jobs are due: the tables of pkg/controller/cronjob/utils_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.batch_v1 import (
    CronJob,
    CronJobSpec,
    CronJobStatus,
    Job,
    JobCondition,
    JobStatus,
    JobTemplateSpec,
)
from kubelite.apimachinery.cron import parse
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.times import HOUR, MINUTE, SECOND, Time, rfc1123z
from kubelite.client.controller import Create, Delete, Emit
from kubelite.controllers.cronjob.controller import Look
from kubelite.controllers.cronjob.schedule import DELTA, InvalidSchedule, most_recent, new_job, wait

TOP = Time.parse("2016-05-19T10:00:00Z")  # topOfTheHour: a Thursday
DAY = 24 * HOUR


def cron(schedule: str, created: int = 0, last: int | None = None, **spec: Any) -> CronJob:
    """Moments are microseconds after the top of the hour."""
    return CronJob(
        metadata=ObjectMeta(
            name="mycronjob",
            namespace="snazzycats",
            uid="1a2b3c",
            creation_timestamp=Time(TOP + created),
        ),
        spec=CronJobSpec(schedule=schedule, **spec),
        status=CronJobStatus(last_schedule_time=None if last is None else Time(TOP + last)),
    )


WORKDAYS = "30 6-16/4 * * 1-5"
THREE_HOURS = "30 10,11,12 * * 1-5"
HALF = 30 * MINUTE
# TestMostRecentScheduleTime: cron job, with deadline, now, earliest, most recent, missed: 0 1 101
RECENT: dict[str, tuple[CronJob, bool, int, int, int | None, int]] = {
    "now before next schedule": (cron("0 * * * *"), False, 30 * SECOND, 0, None, 0),
    "now just after next schedule": (cron("0 * * * *"), False, 61 * MINUTE, 0, HOUR, 0),
    "missed 5 schedules": (
        cron("0 * * * *", 10 * SECOND),
        False,
        301 * MINUTE,
        10 * SECOND,
        300 * MINUTE,
        1,
    ),
    "complex schedule": (cron(WORKDAYS, 0, HALF), False, DAY + 31 * MINUTE, HALF, DAY + HALF, 1),
    "another complex schedule": (
        cron(THREE_HOURS, 0, HALF),
        False,
        30 * HOUR + HALF,
        HALF,
        None,
        1,
    ),
    "complex schedule with longer diff between executions": (
        cron(WORKDAYS, 0, HALF),
        False,
        4 * DAY + 31 * MINUTE,
        HALF,
        4 * DAY + HALF,
        1,
    ),
    "complex schedule with shorter diff between executions": (
        cron(WORKDAYS),
        False,
        DAY + 31 * MINUTE,
        0,
        DAY + HALF,
        1,
    ),
    "@every schedule": (
        cron("@every 1h", -59 * MINUTE, MINUTE, starting_deadline_seconds=10),
        False,
        7 * DAY,
        MINUTE,
        6 * DAY + 23 * HOUR + MINUTE,
        101,
    ),
    "earliestTime being CreationTimestamp and LastScheduleTime": (
        cron("0 * * * *", 0, 0),
        False,
        30 * SECOND,
        0,
        None,
        0,
    ),
    "earliestTime being LastScheduleTime": (
        cron("*/5 * * * *", 0, HALF),
        False,
        31 * MINUTE,
        HALF,
        None,
        0,
    ),
    "within StartingDeadlineSeconds": (
        cron("*/5 * * * *", 0, HALF, starting_deadline_seconds=60),
        False,
        31 * MINUTE,
        HALF,
        None,
        0,
    ),
    "outside StartingDeadlineSeconds": (
        cron("*/5 * * * *", 0, HALF, starting_deadline_seconds=60),
        True,
        32 * MINUTE,
        31 * MINUTE,
        None,
        0,
    ),
}


@pytest.mark.parametrize("name", RECENT)
def test_most_recent_schedule_time(name: str) -> None:
    given, deadline, now, earliest, last, missed = RECENT[name]
    due = most_recent(given, TOP + now, parse(given.spec.schedule), deadline)
    assert due.earliest - TOP == earliest
    assert (None if due.last is None else due.last - TOP) == last
    assert min(due.missed, 1) + 100 * (due.missed > 100) == missed


def test_the_31st_of_february_is_an_invalid_schedule() -> None:
    given = cron("59 23 31 2 *", 10 * SECOND)
    with pytest.raises(InvalidSchedule, match="less than 1 second"):
        most_recent(given, TOP + HOUR, parse(given.spec.schedule))


# TestNextScheduleTimeDuration: cron job, now, wait without the delta
WAITS = {
    "complex schedule skipping weekend": (
        cron(WORKDAYS, 0, HALF),
        DAY + 31 * MINUTE,
        3 * HOUR + 59 * MINUTE,
    ),
    "another complex schedule skipping weekend": (
        cron(THREE_HOURS, 0, HALF),
        30 * HOUR + HALF,
        66 * HOUR,
    ),
    "once a week cronjob, missed two runs": (
        cron("0 12 * * 4", 0, 2 * HOUR),
        19 * DAY + HOUR + HALF,
        48 * HOUR + HALF,
    ),
    "no previous run of a cronjob": (cron("0 12 * * 5"), 6 * HOUR, 20 * HOUR),
}


@pytest.mark.parametrize("name", WAITS)
def test_next_schedule_time_duration(name: str) -> None:
    given, now, left = WAITS[name]
    assert wait(given, TOP + now, parse(given.spec.schedule)) == left + DELTA


def test_a_job_carries_the_minute_in_its_name_and_the_moment_as_annotation() -> None:
    template = JobTemplateSpec(metadata=ObjectMeta(labels={"a": "b"}, annotations={"x": "y"}))
    made = new_job(cron("0 * * * *", time_zone="Europe/Zurich", job_template=template), TOP)
    assert made.metadata.name == f"mycronjob-{TOP // MINUTE}"
    assert made.metadata.labels == {"a": "b"}
    assert made.metadata.annotations == {
        "x": "y",
        "batch.kubernetes.io/cronjob-scheduled-timestamp": "2016-05-19T12:00:00+02:00",
    }
    (owner,) = made.metadata.owner_references
    assert (owner.kind, owner.uid, owner.controller) == ("CronJob", "1a2b3c", True)


def finished(name: str, outcome: str, began: int | None = 0) -> Job:
    condition = JobCondition(type=outcome, status="True")
    start = None if began is None else Time(TOP + began)
    status = JobStatus(conditions=(condition,) if outcome else (), start_time=start)
    return Job(metadata=ObjectMeta(name=name, namespace="snazzycats", uid=name), status=status)


def look(given: CronJob, now: int, *jobs: Job) -> Look:
    seen = Look(given, jobs, TOP + now)
    seen.decide()
    return seen


def reasons(seen: Look) -> list[str]:
    return [action.reason for action in seen.actions if isinstance(action, Emit)]


# TestByJobStartTime: the oldest go, those that never began last, then by name
@pytest.mark.parametrize(
    ("jobs", "gone"),
    [
        ([("b", None), ("a", None)], ["a"]),
        ([("a", None), ("b", 0)], ["b"]),
        ([("b", 0), ("a", 0)], ["a"]),
        ([("a", HOUR), ("b", 0)], ["b"]),
        ([("a", 0)], []),
    ],
)
def test_history_keeps_the_newest(jobs: list[tuple[str, int | None]], gone: list[str]) -> None:
    given = cron("0 * * * *", successful_jobs_history_limit=1, failed_jobs_history_limit=1)
    old = [finished(name, "Complete", began) for name, began in jobs]
    deleted = [a.name for a in look(given, SECOND, *old).actions if isinstance(a, Delete)]
    assert deleted == gone


def test_a_start_that_is_too_late_is_missed() -> None:
    given = cron("0 * * * *", -DAY, starting_deadline_seconds=3600)
    seen = look(given, 10 * SECOND)
    assert any(isinstance(action, Create) for action in seen.actions)
    late = cron("0 0 1 1 *", -DAY * 365, starting_deadline_seconds=10)
    assert not any(isinstance(action, Create) for action in look(late, 0).actions)


def test_too_many_missed_times_are_told_and_the_last_is_made_up_for() -> None:
    given = cron("*/1 * * * *", -DAY)
    seen = look(given, 0)
    assert reasons(seen) == ["TooManyMissedTimes"]
    (created,) = [action for action in seen.actions if isinstance(action, Create)]
    assert created.obj.metadata.name == f"mycronjob-{TOP // MINUTE}"


def test_a_suspended_one_starts_nothing() -> None:
    assert look(cron("* * * * *", -HOUR, suspend=True), 0).actions == []


def test_a_job_nobody_knows_and_one_that_went_missing() -> None:
    given = cron("0 0 1 1 *")
    assert reasons(look(given, SECOND, finished("stranger", ""))) == ["UnexpectedJob"]


def test_events_write_dates_as_go_does() -> None:
    assert rfc1123z(TOP) == "Thu, 19 May 2016 10:00:00 +0000"
