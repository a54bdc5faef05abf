"""One look at a Job: is it over, which pods are missing or too many, and what its status says.

Models syncJob and manageJob of pkg/controller/job/job_controller.go.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kubelite.api.batch_v1 import Job, JobCondition, JobStatus, UncountedTerminatedPods
from kubelite.api.conditions import condition, is_true, pod_active, pod_ready
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.struct import Value, replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.client.controller import Action, Create, Emit, Requeue
from kubelite.client.events import NORMAL
from kubelite.controllers.job import backoff, indexes, policies
from kubelite.controllers.job import pods as workers
from kubelite.controllers.job.backoff import Record
from kubelite.controllers.job.indexes import Intervals

BURST = 500
"""Pods created or deleted in one go."""

BATCH = SECOND
"""Changes of pods are looked at together, once a second."""


class Observed(Value):
    """What there is. ``settled``: nothing is expected that was not seen; ``released``: uids of
    pods that have been counted though the local copy does not show it yet; ``failing``: pods
    could not be created the last time, so that none is counted before it is there.
    """

    job: Job
    pods: Sequence[Pod]
    now: int
    settled: bool = True
    released: Collection[str] = ()
    record: Record = Record()
    failing: bool = False


class Look:
    """What one look finds and decides. ``status`` becomes the new status, ``over`` the condition
    that ends the Job (SuccessCriteriaMet, FailureTarget or Failed), ``actions`` what to do.
    """

    def __init__(self, seen: Observed):
        job, pods = seen.job, seen.pods
        self.seen = seen
        self.job = job
        self.now = Time(seen.now // SECOND * SECOND)
        self.status: JobStatus = job.status
        self.pods = sorted(pods, key=indexes.of_pod) if workers.indexed(job) else pods
        self.known = [pod for pod in self.pods if self._counts(pod)]  # still to be counted
        self.active = [pod for pod in self.pods if pod_active(pod)]
        self.terminating = sum(map(workers.terminating, pods))
        self.ready = sum(map(pod_ready, self.active))
        self.uncounted = job.status.uncounted_terminated_pods or UncountedTerminatedPods()
        self.actions: list[Action] = []
        self.over: JobCondition | None = None
        self.succeeded_indexes: Intervals = ()
        self.failed_indexes: Intervals | None = None
        self.waiting: dict[int, Pod] = {}  # by index: the last pod that failed, until replaced
        self.created = 0
        self.removed: Collection[str] = ()
        self._count()

    def _count(self) -> None:
        """Successes and failures so far, those that are not in the counters yet included."""
        job, status, new = self.job, self.status, self._new()
        done = [pod for pod in new if pod.status.phase == "Succeeded"]
        broken = [pod for pod in new if workers.failed(pod, job)]
        done = [pod for pod in done if pod.metadata.uid not in self.uncounted.succeeded]
        broken = [pod for pod in broken if pod.metadata.uid not in self.uncounted.failed]
        policy = job.spec.pod_failure_policy
        counting = sum(policies.judge(policy, pod).counts for pod in broken)
        self.succeeded = status.succeeded + len(done) + len(self.uncounted.succeeded)
        self.failures = status.failed + counting + len(self.uncounted.failed)
        self.record = backoff.after(self.seen.record, done, broken)
        if workers.indexed(job):
            self._count_indexes()

    def _new(self) -> list[Pod]:
        """Pods that are not counted for good; of an Indexed Job, those with a right index."""
        if not workers.indexed(self.job):
            return self.known
        most = self.job.spec.completions or 0
        return [pod for pod in self.known if 0 <= indexes.of_pod(pod) < most]

    def _counts(self, pod: Pod) -> bool:
        return workers.tracked(pod) and pod.metadata.uid not in self.seen.released

    def _count_indexes(self) -> None:
        job, most = self.job, self.job.spec.completions or 0
        tracked = [pod for pod in self.pods if workers.tracked(pod)]
        tracked = [pod for pod in tracked if 0 <= indexes.of_pod(pod) < most]
        done = [indexes.of_pod(pod) for pod in tracked if pod.status.phase == "Succeeded"]
        before = indexes.parse(job.status.completed_indexes, most)
        self.succeeded_indexes = indexes.union(before, done)
        self.succeeded = indexes.total(self.succeeded_indexes)
        if job.spec.backoff_limit_per_index is None:
            return
        gone = [indexes.of_pod(pod) for pod in tracked if self._spent(pod)]
        self.failed_indexes = indexes.union(
            indexes.parse(job.status.failed_indexes or "", most), gone
        )
        self._find_waiting()

    def _spent(self, pod: Pod) -> bool:
        """Whether the failure of this pod is the end of its index."""
        if not workers.failed(pod, self.job):
            return False
        verdict = policies.judge(self.job.spec.pod_failure_policy, pod)
        limit = self.job.spec.backoff_limit_per_index or 0
        return verdict.action == "FailIndex" or (verdict.counts and backoff.failures(pod) >= limit)

    def _find_waiting(self) -> None:
        at_work = {indexes.of_pod(pod) for pod in self.active}
        for pod in self._new():
            index = indexes.of_pod(pod)
            if not workers.failed(pod, self.job) or index in at_work or self._settled(index):
                continue
            last = self.waiting.get(index)
            if last is None or _order(last) <= _order(pod):
                self.waiting[index] = pod

    def _settled(self, index: int) -> bool:
        return indexes.has(self.succeeded_indexes, index) or indexes.has(
            self.failed_indexes or (), index
        )

    # What it decides

    # DOC: job-sync
    def decide(self) -> None:
        """Whether the Job is over; if so remove its pods, else make or remove as many as needed."""
        job, seen = self.job, self.seen
        if job.status.start_time is None and not job.spec.suspend:
            self.status = replace(self.status, start_time=self.now)
        self.over = self._verdict()
        managed = False
        if self.over is not None:
            self._remove_active()
        else:
            managed = seen.settled and job.metadata.deletion_timestamp is None
            if managed:
                self._manage()
            if self._complete():
                text = "Reached expected number of succeeded pods"
                self.over = self.condition("SuccessCriteriaMet", "CompletionsReached", text)
            elif managed:
                self._note_suspension()
        self.status = replace(
            self.status,
            active=self.active_after,
            ready=self.ready,
            terminating=self.terminating,
            uncounted_terminated_pods=self.uncounted,
        )

    @property
    def active_after(self) -> int:
        """How many pods are at work once the actions are done."""
        return len(self.active) + (0 if self.seen.failing else self.created)

    def condition(self, type: str, reason: str, message: str, status: str = "True") -> JobCondition:
        """A condition as of now."""
        return JobCondition(
            type=type,
            status=status,
            last_probe_time=self.now,
            last_transition_time=self.now,
            reason=reason,
            message=message,
        )

    def _verdict(self) -> JobCondition | None:
        """Why the Job is over, if it is: what was decided before, then failures, then success."""
        job = self.job
        found: JobCondition | None = condition(job, "SuccessCriteriaMet")
        if found is not None and found.status == "True":
            return found
        found = condition(job, "FailureTarget")
        if found is not None and found.status == "True":
            return self.condition("Failed", found.reason, found.message)
        reason, message = self._failure()
        if reason:
            return self.condition("FailureTarget", reason, message)
        message = policies.success(job, self.succeeded_indexes) if workers.indexed(job) else ""
        if message:
            return self.condition("SuccessCriteriaMet", "SuccessPolicy", message)
        return None

    def _failure(self) -> tuple[str, str]:
        spec = self.job.spec
        for pod in self.pods if spec.pod_failure_policy else ():
            if workers.failed(pod, self.job):
                message = policies.judge(spec.pod_failure_policy, pod).message
                if message:
                    return "PodFailurePolicy", message
        limit = spec.backoff_limit if spec.backoff_limit is not None else 6
        if self.failures > limit or self._too_many_restarts(limit):
            return "BackoffLimitExceeded", "Job has reached the specified backoff limit"
        if self._past_deadline():
            return "DeadlineExceeded", "Job was active longer than specified deadline"
        return self._failure_of_indexes()

    def _too_many_restarts(self, limit: int) -> bool:
        """With OnFailure, restarts of containers count instead of failed pods."""
        if self.job.spec.template.spec.restart_policy != "OnFailure":
            return False
        restarts = sum(
            status.restart_count
            for pod in self.pods
            if pod.status.phase in ("Running", "Pending")
            for status in (*pod.status.init_container_statuses, *pod.status.container_statuses)
        )
        return restarts > 0 if limit == 0 else restarts >= limit

    def _past_deadline(self) -> bool:
        deadline, began = self.job.spec.active_deadline_seconds, self.status.start_time
        if deadline is None or began is None or self.job.spec.suspend:
            return False
        left = deadline * SECOND - (self.seen.now - began)
        if left > 0:
            self.actions.append(Requeue(left))
        return left <= 0

    def _failure_of_indexes(self) -> tuple[str, str]:
        if self.failed_indexes is None:
            return "", ""
        lost, spec = indexes.total(self.failed_indexes), self.job.spec
        if spec.max_failed_indexes is not None and lost > spec.max_failed_indexes:
            text = "Job has exceeded the specified maximal number of failed indexes"
            return "MaxFailedIndexesExceeded", text
        if lost and lost + self.succeeded >= (spec.completions or 0):
            return "FailedIndexes", "Job has failed indexes"
        return "", ""

    def _complete(self) -> bool:
        """So many successes; or one, where no number is given and all others have ended."""
        wanted = self.job.spec.completions
        enough = self.succeeded > 0 if wanted is None else self.succeeded >= wanted
        return enough and not self.active_after

    def _remove_active(self) -> None:
        """The pods go; their finalizers come off as they are counted."""
        self.actions += map(workers.delete, self.active)
        self.terminating += len(self.active)
        self.ready = 0
        self.active = []
        if not self.seen.settled:
            self.over = None  # there may be pods that are not seen yet

    # Pods

    def _manage(self) -> None:
        if self.job.spec.suspend:
            self._remove(len(self.active))
            return
        wanted = self._wanted()
        surplus = workers.for_removal(
            self.job, self.active, max(len(self.active) - wanted, 0), self.seen.now
        )
        if surplus:
            self._remove(max(len(self.active) - wanted, 0))
            return
        waiting = self.terminating if workers.only_replace_failed(self.job) else 0
        missing = wanted - waiting - len(self.active)
        if missing > 0:
            self._create(min(missing, BURST))

    def _wanted(self) -> int:
        spec = self.job.spec
        if spec.completions is None:
            return len(self.active) if self.succeeded else spec.parallelism or 0
        return max(min(spec.completions - self.succeeded, spec.parallelism or 0), 0)

    def _remove(self, at_least: int) -> None:
        doomed = workers.for_removal(self.job, self.active, at_least, self.seen.now)[:BURST]
        for pod in doomed:
            if workers.tracked(pod):
                self.actions.append(workers.let_go(pod))
            self.actions.append(workers.delete(pod))
        gone = {pod.metadata.uid for pod in doomed}
        self.removed = gone
        self.active = [pod for pod in self.active if pod.metadata.uid not in gone]
        self.terminating += len(doomed)
        self.ready = sum(map(pod_ready, self.active))

    def _create(self, missing: int) -> None:
        """Make pods, unless a failure is too recent."""
        if self.job.spec.backoff_limit_per_index is None:
            wait = backoff.remaining(self.record, self.seen.now)
            if wait:
                self.actions.append(Requeue(max(wait, BATCH)))
                return
        numbers = [indexes.UNKNOWN] * missing
        if workers.indexed(self.job):
            numbers, wait = self._indexes_due(missing)
            if wait and not numbers:
                self.actions.append(Requeue(max(wait, BATCH)))
        for index in numbers:
            pod = workers.new_pod(self.job, index, self.waiting.get(index))
            self.actions.append(Create(pod))
        self.created = len(numbers)

    def _indexes_due(self, missing: int) -> tuple[list[int], int]:
        """The first free indexes that need not wait; how long the others have to, at least."""
        there = list(self.active)
        if workers.only_replace_failed(self.job):
            there += filter(workers.terminating, self.pods)
        at_work = [indexes.of_pod(pod) for pod in there if indexes.of_pod(pod) >= 0]
        taken = indexes.merged((*self.succeeded_indexes, *(self.failed_indexes or ())))
        taken = indexes.union(taken, at_work)
        free = indexes.first_missing(taken, missing, self.job.spec.completions or 0)
        now = self.seen.now
        waits = {i: backoff.remaining_of_index(self.waiting.get(i), now) for i in free}
        due = [index for index in free if not waits[index]]
        return due, 0 if due else min(waits.values(), default=0)

    def _note_suspension(self) -> None:
        if self.job.spec.suspend:
            word, status, reason = "Suspended", "True", "JobSuspended"
        else:
            word, status, reason = "Resumed", "False", "JobResumed"
        text = f"Job {word.lower()}"
        if is_true(self.job, "Suspended") == (status == "True"):
            return
        if status == "False" and condition(self.job, "Suspended") is None:
            return
        changed = self.condition("Suspended", reason, text, status)
        others = tuple(c for c in self.status.conditions if c.type != "Suspended")
        self.status = replace(self.status, conditions=(*others, changed))
        if status == "False":
            self.status = replace(self.status, start_time=self.now)
        self.actions.append(Emit(self.job, NORMAL, word, text))


def _order(pod: Pod) -> tuple[int, int]:
    return backoff.all_failures(pod), backoff.finished_at(pod)
