"""When a CronJob's next Job is due, and what that Job is.

Models pkg/controller/cronjob/utils.go. Moments are microseconds since 1970.
"""

from __future__ import annotations

from kubelite.api.batch_v1 import CRON_SCHEDULED_TIMESTAMP, CronJob, Job
from kubelite.apimachinery import timezones
from kubelite.apimachinery.cron import Schedule
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.times import MINUTE, SECOND, Time
from kubelite.controllers.base import owned_by

DELTA = SECOND // 10
"""A key comes back a little after it is due, in case clocks differ."""

TOO_MANY = 100
"""More missed times than this are worth a warning."""


class InvalidSchedule(ValueError):
    """A schedule that can be read but is never due, such as the 31st of February."""


class Due(Value):
    """``earliest`` is where the search began, ``last`` the last due moment up to now, if any;
    ``missed`` about how many there were when there was more than one.
    """

    earliest: int
    last: int | None
    missed: int = 0


# DOC: cron-due
def most_recent(cron_job: CronJob, now: int, schedule: Schedule, deadline: bool = True) -> Due:
    """The last moment at which a Job was due. Raises InvalidSchedule.

    With ``deadline`` what is too late to be started is not looked at.
    """
    spec, zone = cron_job.spec, cron_job.spec.time_zone or ""
    created = cron_job.metadata.creation_timestamp or 0
    earliest = int(cron_job.status.last_schedule_time or created)
    if deadline and spec.starting_deadline_seconds is not None:
        earliest = max(earliest, now - spec.starting_deadline_seconds * SECOND)
    first = _next(schedule, earliest, zone)
    second = None if first is None else _next(schedule, first, zone)
    if first is None or second is None:
        raise InvalidSchedule("time difference between two schedules is less than 1 second")
    if now < first:
        return Due(earliest, None)
    if now < second:
        return Due(earliest, first)
    between = second - first
    missed = (now - first) // between + 1
    # Schedules need not be regular: go back one interval more and walk on from there.
    last, moment = None, _next(schedule, first + (missed - 2) * between, zone)
    while moment is not None and moment <= now:
        last, moment = moment, _next(schedule, moment, zone)
    return Due(earliest, last, missed)


def wait(cron_job: CronJob, now: int, schedule: Schedule) -> int | None:
    """Microseconds until the next look; None if it is never due."""
    try:
        due = most_recent(cron_job, now, schedule, deadline=False)
    except InvalidSchedule:
        start = now
    else:
        otherwise = now if due.missed else due.earliest
        start = otherwise if due.last is None else due.last
    following = _next(schedule, start, cron_job.spec.time_zone or "")
    return None if following is None else following + DELTA - now


def _next(schedule: Schedule, moment: int, zone: str) -> int | None:
    found = schedule.next(moment // SECOND, zone)
    return None if found is None else found * SECOND


def job_name(cron_job: CronJob, scheduled: int) -> str:
    """NAME-MINUTES: the same moment never makes two Jobs."""
    return f"{cron_job.metadata.name}-{scheduled // MINUTE}"


def new_job(cron_job: CronJob, scheduled: int) -> Job:
    """The Job of one moment."""
    template = cron_job.spec.job_template
    meta = template.metadata
    stamp = {CRON_SCHEDULED_TIMESTAMP: _rfc3339(scheduled, cron_job.spec.time_zone or "")}
    return Job(
        metadata=ObjectMeta(
            name=job_name(cron_job, scheduled),
            namespace=cron_job.metadata.namespace,
            labels=meta.labels,
            annotations=meta.annotations | stamp,
            owner_references=(owned_by(cron_job),),
        ),
        spec=template.spec,
    )


def _rfc3339(moment: int, zone: str) -> str:
    """With the zone's own offset, as Go writes it."""
    seconds = timezones.offset(zone, moment // SECOND)
    text = Time(moment + seconds * SECOND).wire()
    if not seconds:
        return text
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    return f"{text[:-1]}{sign}{minutes // 60:02}:{minutes % 60:02}"
