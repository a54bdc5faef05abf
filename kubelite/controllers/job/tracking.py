"""Each pod is counted once: first its uid is written down, then its finalizer comes off, then
the counter grows.

So a crash at any moment neither loses a pod nor counts it twice. Models
trackJobStatusAndRemoveFinalizers of pkg/controller/job/job_controller.go.
"""

from __future__ import annotations

from collections.abc import Collection

from kubelite.api.batch_v1 import Job, JobCondition, JobStatus, UncountedTerminatedPods
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.struct import replace
from kubelite.client.controller import Action, Emit, Update
from kubelite.client.events import NORMAL, WARNING
from kubelite.controllers.job import indexes, policies
from kubelite.controllers.job import pods as workers
from kubelite.controllers.job.sync import Look

MAX_UNCOUNTED = 500
"""Pods written down at one time."""


# DOC: job-tracking
def track(look: Look) -> list[Action]:
    """Write the status, let counted pods go, write the status again."""
    job, over = look.job, look.over
    held = {pod.metadata.uid for pod in look.known} - set(look.removed)
    status, ended, full = _write_down(look, look.known, _counted(look.status, held))
    if over is not None and over.type in ("FailureTarget", "SuccessCriteriaMet"):
        status = _with(status, over)
        final = "Failed" if over.type == "FailureTarget" else "Complete"
        over = look.condition(final, over.reason, over.message)
    actions: list[Action] = []
    if status != job.status:
        actions.append(Update(replace(job, status=status), "status"))
    actions += map(workers.let_go, ended)
    last = _counted(status, held - {pod.metadata.uid for pod in ended})
    return actions + _finish(job, status, last, None if full else over, look.terminating)


def _finish(
    job: Job, before: JobStatus, last: JobStatus, over: JobCondition | None, terminating: int
) -> list[Action]:
    """The counters, and the end once no pod is left to count or to wait for."""
    ends = over is not None and not _uncounted(last) and not terminating
    if ends and over is not None:
        last = _with(last, over)
        if over.type == "Complete":
            last = replace(last, completion_time=over.last_transition_time)
    if last == before:
        return []
    # Between the two writes nobody else writes this status: no version has to be named.
    meta = replace(job.metadata, resource_version="")
    actions: list[Action] = [Update(replace(job, metadata=meta, status=last), "status")]
    if ends and over is not None:
        actions += _farewell(job, last, over)
    return actions


def _farewell(job: Job, last: JobStatus, over: JobCondition) -> list[Action]:
    if over.type == "Failed":
        return [Emit(job, WARNING, over.reason, over.message)]
    actions: list[Action] = []
    if job.spec.completions is not None and last.succeeded > job.spec.completions:
        text = "Too many succeeded pods running after completion count reached"
        actions.append(Emit(job, WARNING, "TooManySucceededPods", text))
    return [*actions, Emit(job, NORMAL, "Completed", "Job completed")]


def _with(status: JobStatus, condition: JobCondition) -> JobStatus:
    if any(found.type == condition.type for found in status.conditions):
        return status
    return replace(status, conditions=(*status.conditions, condition))


def _uncounted(status: JobStatus) -> int:
    waiting = status.uncounted_terminated_pods
    return len(waiting.succeeded) + len(waiting.failed) if waiting else 0


def _counted(status: JobStatus, held: Collection[str]) -> JobStatus:
    """Whoever has lost the finalizer moves from the list into the counter."""
    waiting = status.uncounted_terminated_pods or UncountedTerminatedPods()
    succeeded = tuple(uid for uid in waiting.succeeded if uid in held)
    failed = tuple(uid for uid in waiting.failed if uid in held)
    return replace(
        status,
        succeeded=status.succeeded + len(waiting.succeeded) - len(succeeded),
        failed=status.failed + len(waiting.failed) - len(failed),
        uncounted_terminated_pods=UncountedTerminatedPods(succeeded=succeeded, failed=failed),
    )


def _write_down(
    look: Look, known: list[Pod], status: JobStatus
) -> tuple[JobStatus, list[Pod], bool]:
    """The status with newly ended pods, those pods, and whether there are more of them."""
    waiting = status.uncounted_terminated_pods or UncountedTerminatedPods()
    succeeded, failed = list(waiting.succeeded), list(waiting.failed)
    ended: list[Pod] = []
    indexed, full = workers.indexed(look.job), False
    for pod in known:
        uid = pod.metadata.uid
        if uid in look.removed or not _may_go(look, pod):
            continue
        ended.append(pod)
        if pod.status.phase == "Succeeded" and uid not in failed:
            if not indexed and uid not in succeeded:
                succeeded.append(uid)
        elif uid not in failed and _counts_as_failure(look, pod):
            failed.append(uid)
        if len(ended) >= MAX_UNCOUNTED:
            full = True
            break
    written = UncountedTerminatedPods(succeeded=tuple(succeeded), failed=tuple(failed))
    status = replace(status, uncounted_terminated_pods=written)
    return (_with_indexes(look, status) if indexed else status), ended, full


def _with_indexes(look: Look, status: JobStatus) -> JobStatus:
    """Of an Indexed Job the list of indexes is the counter."""
    lost = look.failed_indexes
    return replace(
        status,
        succeeded=indexes.total(look.succeeded_indexes),
        completed_indexes=indexes.text(look.succeeded_indexes),
        failed_indexes=indexes.text(lost) if lost is not None else None,
    )


def _may_go(look: Look, pod: Pod) -> bool:
    """Whether the pod need not be held any longer: it has ended, or its Job has."""
    leaving = look.job.metadata.deletion_timestamp is not None
    if leaving or look.over is not None or pod.status.phase == "Succeeded":
        return True
    if not workers.failed(pod, look.job):
        return False
    # Its successor needs it still, to learn how often this index has failed.
    waiting = look.waiting.get(indexes.of_pod(pod))
    return waiting is None or waiting.metadata.uid != pod.metadata.uid


def _counts_as_failure(look: Look, pod: Pod) -> bool:
    """A pod that has failed; when the Job has, every pod that has not ended."""
    lost = look.over is not None and look.over.type not in ("SuccessCriteriaMet", "Complete")
    if not lost and not workers.failed(pod, look.job):
        return False
    if workers.indexed(look.job):
        most = look.job.spec.completions or 0
        if not 0 <= indexes.of_pod(pod) < most:
            return False
    return policies.judge(look.job.spec.pod_failure_policy, pod).counts
