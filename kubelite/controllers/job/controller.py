"""The job controller: what wakes it, and what it remembers between two looks.

Models pkg/controller/job/job_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kubelite.api.batch_v1 import JOB_CONTROLLER, JOB_TRACKING, Job, finished
from kubelite.api.conditions import pod_active
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery import labels
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.struct import to_dict
from kubelite.apimachinery.times import SECOND
from kubelite.client.client import Client
from kubelite.client.consistency import ConsistencyStore
from kubelite.client.controller import Action, Create, Delete, Patch
from kubelite.client.events import EventRecorder
from kubelite.client.expectations import Expectations
from kubelite.client.informer import key_of
from kubelite.controllers.base import (
    ManagedController,
    Manager,
    ask_before_adopting,
    by_controller,
    controller_of,
    owned_by,
)
from kubelite.controllers.job import pods as workers
from kubelite.controllers.job.backoff import Record
from kubelite.controllers.job.sync import BATCH, Look, Observed
from kubelite.controllers.job.tracking import track
from kubelite.controllers.strangers import Strangers
from kubelite.controllers.telling import tell_done, tell_refused

_ORPHAN = "pod/"  # how a key begins that is about a pod without a Job

_selector = ByIdentity(labels.from_label_selector)


class JobController(ManagedController):
    """Watches Jobs and pods; wakes for a pod of a Job, once a second at most."""

    name = "job-controller"
    resynced = "jobs.batch"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.jobs = manager.informer("jobs.batch", {"controller": by_controller})
        self.pods = manager.informer("pods", {"controller": by_controller})
        self.consistency = ConsistencyStore(self.jobs, self.pods)
        self._forget_all()
        self.jobs.on(add=self._job_added, update=self._job_updated, delete=self._job_deleted)
        self.pods.on(add=self._pod_added, update=self._pod_updated, delete=self._pod_deleted)

    def _forget_all(self) -> None:
        self.expectations = Expectations(self.clock)
        self.strangers = Strangers(self.pods, _selects)
        self._records: dict[str, Record] = {}  # by key: failures since the last success
        self._released: dict[str, dict[str, None]] = {}  # by key: uids that are let go
        self._failing: dict[str, None] = {}  # keys of Jobs whose pods cannot be created

    # What wakes it

    def _job_added(self, job: Job) -> None:
        self.queue.add(key_of(job))

    def _job_updated(self, old: Job, job: Job) -> None:
        same = old.metadata.generation == job.metadata.generation
        self.queue.add_after(key_of(job), BATCH if same else 0)
        if finished(job):
            self._orphans_of(job)
        deadline, began = job.spec.active_deadline_seconds, job.status.start_time
        if deadline != old.spec.active_deadline_seconds and None not in (deadline, began):
            left = (deadline or 0) * SECOND - (self.clock.now - (began or 0))
            self.queue.add_after(key_of(job), max(left, 0))

    def _job_deleted(self, job: Job) -> None:
        self.queue.add(key_of(job))
        self.strangers.forget(job.metadata.uid)
        self._orphans_of(job)

    def _orphans_of(self, job: Job) -> None:
        """Pods that a Job leaves behind must not be held for ever."""
        for pod in self.pods.index("controller", job.metadata.uid):
            if workers.tracked(pod):
                self.queue.add(_ORPHAN + key_of(pod))

    def _pod_added(self, pod: Pod) -> None:
        if pod.metadata.deletion_timestamp is not None:
            self._pod_deleted(pod)
            return
        job = self._owner(pod)
        if job is not None:
            self.expectations.created(key_of(job))
            self.strangers.changed(job.metadata.uid, None, pod)
            self.queue.add_after(key_of(job), BATCH)
            return
        self._perhaps_orphan(pod)
        if controller_of(pod) is None:
            for job in self.jobs.items():
                if _selects(job, pod):
                    self.queue.add_after(key_of(job), BATCH)

    def _pod_updated(self, old: Pod, pod: Pod) -> None:
        owner = controller_of(pod)
        if owner is not None and owner.kind != "Job" and not pod.metadata.finalizers:
            return  # nearly every pod there is
        before = controller_of(old)
        if owner is None and before is None and pod.metadata.labels == old.metadata.labels:
            return
        if before is not None and before != owner:
            self._note(self._owner(old), old)
        job = self._owner(pod)
        if job is None:
            self._perhaps_orphan(pod)
            return
        self.strangers.changed(job.metadata.uid, old, pod)
        if pod.metadata.deletion_timestamp is not None:
            self.expectations.deleted(key_of(job), pod.metadata.uid)
        self._note(job, pod)

    def _pod_deleted(self, pod: Pod) -> None:
        job = self._owner(pod)
        if job is not None:
            self.strangers.changed(job.metadata.uid, None, pod)
            self.expectations.deleted(key_of(job), pod.metadata.uid)
            self._released.get(key_of(job), {}).pop(pod.metadata.uid, None)
            self.queue.add_after(key_of(job), BATCH)

    def _note(self, job: Job | None, pod: Pod) -> None:
        if job is None:
            return
        if not workers.tracked(pod):
            self._released.get(key_of(job), {}).pop(pod.metadata.uid, None)
        self.queue.add_after(key_of(job), BATCH)
        if finished(job) and workers.tracked(pod):
            self.queue.add(_ORPHAN + key_of(pod))

    def _perhaps_orphan(self, pod: Pod) -> None:
        if workers.tracked(pod):
            self.queue.add(_ORPHAN + key_of(pod))

    def _owner(self, pod: Pod) -> Job | None:
        owner = controller_of(pod)
        if owner is None or owner.kind != "Job":
            return None
        found: Job | None = self.jobs.get(f"{pod.metadata.namespace}/{owner.name}")
        return found if found is not None and found.metadata.uid == owner.uid else None

    # What it does

    def sync(self, key: str) -> Sequence[Action]:
        """The plan for one Job, or for one pod that has none."""
        if key.startswith(_ORPHAN):
            return list(self._release(key[len(_ORPHAN) :]))
        job: Job | None = self.jobs.get(key)
        if job is None:
            self.expectations.forget(key)
            for held in (self._records, self._released, self._failing):
                held.pop(key, None)
            return ()
        if finished(job) or job.spec.managed_by not in (None, JOB_CONTROLLER):
            self._records.pop(key, None)
            return ()
        return list(self._adoptions(job)) or self._plan(key, job)

    def _plan(self, key: str, job: Job) -> Sequence[Action]:
        released = self._released.setdefault(key, {})
        look = Look(
            Observed(
                job,
                self.pods.index("controller", job.metadata.uid),
                self.clock.now,
                self.expectations.satisfied(key),
                released,
                self._records.get(key, Record()),
                key in self._failing,
            )
        )
        look.decide()
        self._expect(key, look.actions)
        report = track(look)
        for action in (*look.actions, *report):
            if isinstance(action, Patch):
                released[action.patch["metadata"]["uid"]] = None
        self._records[key] = look.record
        if not any(isinstance(action, Create) for action in look.actions):
            self._failing.pop(key, None)
        # What failed is reported before the next try: that may fail, too, and end the plan.
        return [*report, *look.actions] if key in self._failing else [*look.actions, *report]

    def _expect(self, key: str, actions: Sequence[Action]) -> None:
        births = sum(isinstance(action, Create) for action in actions)
        doomed = tuple(action.uid for action in actions if isinstance(action, Delete))
        if births or doomed:
            self.expectations.expect(key, births, doomed)

    def _release(self, key: str) -> Iterable[Action]:
        """Take the finalizer off a pod whose Job is gone or over."""
        pod: Pod | None = self.pods.get(key)
        if pod is None or not workers.tracked(pod):
            return
        owner = controller_of(pod)
        if owner is not None and owner.kind != "Job":
            return
        job = self._owner(pod)
        if job is None or finished(job):
            yield workers.let_go(pod)

    def _adoptions(self, job: Job) -> Iterable[Action]:
        """Take in orphans that match, let go of pods that no longer do."""
        if job.metadata.deletion_timestamp is None:
            orphans = self.pods.index("controller", f"orphans/{job.metadata.namespace}")
            mine = [pod for pod in orphans if pod_active(pod) and _selects(job, pod)]
            if mine:
                ask_before_adopting(self.client, job)
            for pod in mine:
                reference = to_dict(owned_by(job))
                change = {"ownerReferences": [reference], "finalizers": [JOB_TRACKING]}
                yield workers.patch(pod, change)
        for pod in self.strangers.of(job):
            gone = {"$patch": "delete", "uid": job.metadata.uid}
            drop = {"$deleteFromPrimitiveList/finalizers": [JOB_TRACKING]}
            yield workers.patch(pod, {"ownerReferences": [gone], **drop})

    def succeeded(self, key: str, action: Action, result: Any) -> None:
        """Tell the user what was created or deleted."""
        job = self.jobs.get(key)
        if job is None:
            return
        tell_done(self.recorder, job, action, result)

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """What was not done will not be seen either: expect less."""
        for action in dropped:
            if isinstance(action, Create):
                self.expectations.created(key)
            elif isinstance(action, Delete):
                self.expectations.deleted(key, action.uid)
            elif isinstance(action, Patch):
                uid = action.patch["metadata"]["uid"]
                self._released.get(key, {}).pop(uid, None)
        job = self.jobs.get(key)
        if job is None:
            return
        if isinstance(dropped[0], Create):
            self._failing[key] = None
        tell_refused(self.recorder, job, dropped[0], status)

    def crash(self) -> None:
        """Forget what is only in memory."""
        super().crash()
        self._forget_all()


def _selects(job: Job, pod: Pod) -> bool:
    same_namespace = pod.metadata.namespace == job.metadata.namespace
    return same_namespace and _selector(job.spec.selector).matches(pod.metadata.labels)
