"""How long a Job waits before the next pod: 10 s, doubling with each failure, to 10 minutes.

Models pkg/controller/job/backoff_utils.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.batch_v1 import INDEX_FAILURE_COUNT, INDEX_IGNORED_FAILURE_COUNT
from kubelite.api.conditions import condition
from kubelite.api.core_v1 import ContainerStatus, Pod
from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.times import MINUTE, SECOND
from kubelite.controllers.job.indexes import number

DEFAULT = 10 * SECOND
MAXIMUM = 10 * MINUTE


class Record(Value):
    """Failures since the last success, and when the last of them was."""

    failures: int = 0
    last: int | None = None


def after(record: Record, succeeded: Sequence[Pod], failed: Sequence[Pod]) -> Record:
    """The record once these pods have ended; a success starts it anew."""
    if not succeeded and not failed:
        return record
    moments = [finished_at(pod) for pod in failed]
    if not succeeded:
        return Record(record.failures + len(moments), max(moments))
    success = max(finished_at(pod) for pod in succeeded)
    later = [moment for moment in moments if moment > success]
    return Record(len(later), max(later)) if later else Record()


# DOC: job-backoff
def remaining(record: Record, now: int, base: int = DEFAULT, most: int = MAXIMUM) -> int:
    """Microseconds to wait still."""
    if not record.failures or record.last is None:
        return 0
    wait = base if record.failures == 1 else min(base << min(record.failures - 1, 40), most)
    return max(wait - (now - record.last), 0)


def remaining_of_index(last: Pod | None, now: int, base: int = DEFAULT, most: int = MAXIMUM) -> int:
    """Microseconds to wait still for one index, whose last pod has failed."""
    if last is None:
        return 0
    return remaining(Record(all_failures(last) + 1, finished_at(last)), now, base, most)


def failures(pod: Pod) -> int:
    """How many pods of its index had failed, and counted, when this one was made."""
    return number(pod.metadata.annotations.get(INDEX_FAILURE_COUNT, ""))


def ignored_failures(pod: Pod) -> int:
    """How many pods of its index had failed without counting."""
    return number(pod.metadata.annotations.get(INDEX_IGNORED_FAILURE_COUNT, ""))


def all_failures(pod: Pod) -> int:
    """Counted and ignored ones."""
    return failures(pod) + ignored_failures(pod)


def finished_at(pod: Pod) -> int:
    """When the pod ended: by its containers, else Ready=False, its deletion, its creation."""
    ends = [
        status.state.terminated.finished_at if status.state.terminated else None
        for status in (*pod.status.container_statuses, *_sidecars(pod))
    ]
    known = [end for end in ends if end is not None]
    if known and len(known) == len(ends):
        return max(known)
    ready = condition(pod, "Ready")
    if ready is not None and ready.status == "False" and ready.last_transition_time is not None:
        return int(ready.last_transition_time)
    deleted = pod.metadata.deletion_timestamp
    if deleted is not None:
        return deleted - (pod.metadata.deletion_grace_period_seconds or 0) * SECOND
    return pod.metadata.creation_timestamp or 0


def _sidecars(pod: Pod) -> list[ContainerStatus]:
    """The statuses of the init containers that run beside the others."""
    names = {c.name for c in pod.spec.init_containers if c.restart_policy == "Always"}
    return [status for status in pod.status.init_container_statuses if status.name in names]
