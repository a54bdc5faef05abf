"""The cron job controller: starts Jobs when they are due, and clears old ones away.

Models pkg/controller/cronjob/cronjob_controllerv2.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.batch_v1 import CronJob, CronJobStatus, Job, finished
from kubelite.api.core_v1 import ObjectReference
from kubelite.apimachinery import cron, timezones
from kubelite.apimachinery.cron import Schedule
from kubelite.apimachinery.errors import Status, go_quote
from kubelite.apimachinery.struct import Value, replace
from kubelite.apimachinery.times import SECOND, Time, rfc1123z
from kubelite.client.client import Client
from kubelite.client.controller import Action, Create, Delete, Emit, Requeue, Update
from kubelite.client.events import NORMAL, WARNING, EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager, by_controller, controller_of
from kubelite.controllers.cronjob.schedule import (
    TOO_MANY,
    InvalidSchedule,
    job_name,
    most_recent,
    new_job,
    wait,
)


class Started(Value):
    """A Job that was created and does not stand in the status yet, and when it was due."""

    job: Job
    scheduled: int


class Look:
    """One look at a CronJob: ``status`` becomes its status, ``actions`` are what to do."""

    def __init__(self, cron_job: CronJob, jobs: Sequence[Job], now: int):
        self.cron_job = cron_job
        self.jobs = jobs
        self.now = now
        self.status: CronJobStatus = cron_job.status
        self.actions: list[Action] = []

    def event(self, type: str, reason: str, message: str) -> None:
        """Tell the user."""
        self.actions.append(Emit(self.cron_job, type, reason, message))

    # DOC: cronjob-sync
    def decide(self) -> None:
        """Clear away, take stock, and start a Job if one is due."""
        self._clear_history()
        self._take_stock()
        if self.cron_job.metadata.deletion_timestamp is None:
            schedule = self._schedule()
            if schedule is not None:
                self._start(schedule)

    # What there is

    def _clear_history(self) -> None:
        spec = self.cron_job.spec
        limits = {
            "Complete": spec.successful_jobs_history_limit,
            "Failed": spec.failed_jobs_history_limit,
        }
        for outcome, limit in limits.items():
            over = sorted((job for job in self.jobs if finished(job) == outcome), key=_age)
            for job in over[: max(len(over) - limit, 0)] if limit is not None else ():
                if job.metadata.deletion_timestamp is None:
                    self._delete(job)

    def _delete(self, job: Job) -> None:
        meta = job.metadata
        action = Delete("jobs.batch", meta.name, meta.namespace, meta.uid, None, "Background")
        self.actions.append(action)
        self._not_active(meta.uid)

    def _not_active(self, uid: str) -> None:
        active = tuple(found for found in self.status.active if found.uid != uid)
        self.status = replace(self.status, active=active)

    def _take_stock(self) -> None:
        active = {found.uid for found in self.status.active}
        for job in self.jobs:
            name, outcome = job.metadata.name, finished(job)
            if not outcome and job.metadata.uid not in active:
                text = f"Saw a job that the controller did not create or forgot: {name}"
                self.event(WARNING, "UnexpectedJob", text)
            elif outcome and job.metadata.uid in active:
                self._not_active(job.metadata.uid)
                text = f"Saw completed job: {name}, condition: {outcome}"
                self.event(NORMAL, "SawCompletedJob", text)
            if outcome == "Complete":
                self._note_success(job)
        there = {job.metadata.uid for job in self.jobs}
        for found in self.status.active:
            if found.uid not in there:
                self.event(NORMAL, "MissingJob", f"Active job went missing: {found.name}")
                self._not_active(found.uid)

    def _note_success(self, job: Job) -> None:
        done, last = job.status.completion_time, self.status.last_successful_time
        if done is not None and (last is None or done > last):
            self.status = replace(self.status, last_successful_time=done)

    # What is due

    def _schedule(self) -> Schedule | None:
        """The schedule, unless it cannot be used or is suspended."""
        spec = self.cron_job.spec
        if spec.time_zone is not None and not timezones.known(spec.time_zone):
            fault = f"unknown time zone {spec.time_zone}"
            text = f"invalid timeZone: {go_quote(spec.time_zone)}: {fault}"
            self.event(WARNING, "UnknownTimeZone", text)
            return None
        if spec.suspend:
            return None
        try:
            return cron.parse(spec.schedule)
        except ValueError as error:
            text = f"unparseable schedule: {go_quote(spec.schedule)} : {error}"
            self.event(WARNING, "UnparseableSchedule", text)
            return None

    def _start(self, schedule: Schedule) -> None:
        try:
            due = most_recent(self.cron_job, self.now, schedule)
        except InvalidSchedule as error:
            text = f"invalid schedule: {self.cron_job.spec.schedule} : {error}"
            self.event(WARNING, "InvalidSchedule", text)
            return
        pause = wait(self.cron_job, self.now, schedule)
        if pause is not None:
            self.actions.append(Requeue(pause))
        if due.last is None:
            return
        if due.missed > TOO_MANY:
            text = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds "
            self.event(WARNING, "TooManyMissedTimes", text + "or check clock skew")
        if self._may_start(due.last):
            if self.cron_job.spec.concurrency_policy == "Replace":
                active = {found.uid for found in self.status.active}
                for job in self.jobs:
                    if job.metadata.uid in active:
                        self._delete(job)
            self.actions.append(Create(new_job(self.cron_job, due.last)))

    def _may_start(self, scheduled: int) -> bool:
        spec, status = self.cron_job.spec, self.status
        deadline = spec.starting_deadline_seconds
        if deadline is not None and scheduled + deadline * SECOND < self.now:
            text = f"Missed scheduled time to start a job: {rfc1123z(scheduled)}"
            self.event(WARNING, "MissSchedule", text)
            return False
        name = job_name(self.cron_job, scheduled)
        if status.last_schedule_time == scheduled or any(a.name == name for a in status.active):
            return False
        if spec.concurrency_policy == "Forbid" and status.active:
            text = "Not starting job because prior execution is running and concurrency policy "
            self.event(NORMAL, "JobAlreadyActive", text + "is Forbid")
            return False
        return True


def _age(job: Job) -> tuple[bool, int, str]:
    began = job.status.start_time
    return began is None, began or 0, job.metadata.name


class CronJobController(ManagedController):
    """Watches CronJobs and the Jobs they own; wakes when one is due."""

    name = "cronjob-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.cron_jobs = manager.informer("cronjobs.batch")
        self.jobs = manager.informer("jobs.batch", {"controller": by_controller})
        self._forget_all()
        self.cron_jobs.on(
            add=lambda cron_job: self.queue.add(key_of(cron_job)),
            update=self._changed,
            delete=lambda cron_job: self.queue.add(key_of(cron_job)),
        )
        self.jobs.on(
            add=self._job_seen,
            update=lambda old, job: self._job_seen(job),
            delete=self._job_seen,
        )

    def _forget_all(self) -> None:
        self._started: dict[str, Started] = {}  # by key: what the status does not show yet
        self._versions: dict[str, int] = {}  # by key: the version this controller wrote last

    def _changed(self, old: CronJob, cron_job: CronJob) -> None:
        before, spec = old.spec, cron_job.spec
        if (before.schedule, before.time_zone) == (spec.schedule, spec.time_zone):
            self.queue.add(key_of(cron_job))
            return
        pause = wait(cron_job, self.clock.now, cron.parse(spec.schedule))
        if pause is not None:
            self.queue.add_after(key_of(cron_job), max(pause, 0))

    def _job_seen(self, job: Job) -> None:
        owner = controller_of(job)
        if owner is None or owner.kind != "CronJob":
            return
        key = f"{job.metadata.namespace}/{owner.name}"
        found = self.cron_jobs.get(key)
        if found is not None and found.metadata.uid == owner.uid:
            self.queue.add(key)

    def sync(self, key: str) -> Sequence[Action]:
        """The plan for one CronJob: its status before a new Job, which the next look adds."""
        cron_job: CronJob | None = self.cron_jobs.get(key)
        if cron_job is None:
            self._started.pop(key, None)
            self._versions.pop(key, None)
            return ()
        if int(cron_job.metadata.resource_version) < self._versions.get(key, 0):
            return ()  # its own last write is still on the way, and will wake it
        jobs = self.jobs.index("controller", cron_job.metadata.uid)
        started = self._started.get(key)
        if started is not None:
            if all(job.metadata.uid != started.job.metadata.uid for job in jobs):
                return ()  # the local copy does not show it yet, and will wake it
            return (Update(replace(cron_job, status=_with(cron_job.status, started)), "status"),)
        look = Look(cron_job, jobs, self.clock.now)
        look.decide()
        births = [action for action in look.actions if isinstance(action, Create)]
        others = [action for action in look.actions if not isinstance(action, Create)]
        if look.status != cron_job.status:
            others.append(Update(replace(cron_job, status=look.status), "status"))
        return [*others, *births]

    def succeeded(self, key: str, action: Action, result: Any) -> None:
        """Tell the user; remember what the status has to show."""
        cron_job = self.cron_jobs.get(key)
        if isinstance(action, Update):
            self._versions[key] = int(result.metadata.resource_version)
            self._started.pop(key, None)
        elif cron_job is None:
            return
        elif isinstance(action, Create):
            text = f"Created job {result.metadata.name}"
            self.recorder.event(cron_job, NORMAL, "SuccessfulCreate", text)
            self._note(key, cron_job, result)
        elif isinstance(action, Delete):
            text = f"Deleted job {action.name}"
            self.recorder.event(cron_job, NORMAL, "SuccessfulDelete", text)

    def _note(self, key: str, cron_job: CronJob, job: Job) -> None:
        minutes = int(job.metadata.name.rpartition("-")[2])
        self._started[key] = Started(job, minutes * 60 * SECOND)
        self.queue.add(key)

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """A Job that is there already and is its own was created before a crash."""
        cron_job, action = self.cron_jobs.get(key), dropped[0]
        if cron_job is None:
            return
        if isinstance(action, Delete):
            text = f"Deleted job: {status.message}"
            self.recorder.event(cron_job, WARNING, "FailedDelete", text)
        elif isinstance(action, Create) and status.reason == "AlreadyExists":
            job = self.jobs.get(f"{cron_job.metadata.namespace}/{action.obj.metadata.name}")
            owner = controller_of(job) if job is not None else None
            if job is not None and owner is not None and owner.uid == cron_job.metadata.uid:
                self._note(key, cron_job, job)
        elif isinstance(action, Create):
            text = f"Error creating job: {status.message}"
            self.recorder.event(cron_job, WARNING, "FailedCreate", text)

    def crash(self) -> None:
        """Forget what is only in memory."""
        super().crash()
        self._forget_all()


def _with(status: CronJobStatus, started: Started) -> CronJobStatus:
    """The status with a Job that has just been created."""
    meta = started.job.metadata
    reference = ObjectReference(
        api_version="batch/v1",
        kind="Job",
        namespace=meta.namespace,
        name=meta.name,
        uid=meta.uid,
        resource_version=meta.resource_version,
    )
    active = status.active
    if all(found.uid != meta.uid for found in active):
        active = (*active, reference)
    return replace(status, active=active, last_schedule_time=Time(started.scheduled))
