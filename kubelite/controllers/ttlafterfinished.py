"""Jobs that are over and have said how long they may stay are deleted, with their pods.

Models pkg/controller/ttlafterfinished/ttlafterfinished_controller.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.batch_v1 import Job, finished
from kubelite.api.conditions import condition
from kubelite.apimachinery.times import SECOND
from kubelite.client.client import Client
from kubelite.client.controller import Action, Delete, Requeue
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager


class TTLAfterFinishedController(ManagedController):
    """Watches Jobs."""

    name = "ttl-after-finished-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.jobs = manager.informer("jobs.batch")
        self.jobs.on(add=self._seen, update=lambda old, job: self._seen(job))

    def _seen(self, job: Job) -> None:
        if expires_at(job) is not None:
            self.queue.add(key_of(job))

    def sync(self, key: str) -> Sequence[Action]:
        """Delete it when its time is over, in the foreground: its pods go first."""
        job: Job | None = self.jobs.get(key)
        expiry = expires_at(job) if job is not None else None
        if job is None or expiry is None:
            return ()
        left = expiry - self.clock.now
        if left > 0:
            return (Requeue(left),)
        meta = job.metadata
        return (Delete("jobs.batch", meta.name, meta.namespace, meta.uid, None, "Foreground"),)


def expires_at(job: Job) -> int | None:
    """When the Job may go; None while it is at work, or if it may stay."""
    ttl = job.spec.ttl_seconds_after_finished
    over = finished(job)
    if ttl is None or not over or job.metadata.deletion_timestamp is not None:
        return None
    ended = condition(job, over)
    if ended is None or ended.last_transition_time is None:
        return None
    return int(ended.last_transition_time) + ttl * SECOND
