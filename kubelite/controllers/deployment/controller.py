"""The Deployment controller: one plan for what to do about ReplicaSets and what to report.

Models pkg/controller/deployment/deployment_controller.go and sync.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.apps_v1 import Deployment, DeploymentStatus, ReplicaSet
from kubelite.api.conditions import condition, pod_finished
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery import labels
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.apimachinery.struct import Value, replace, to_dict
from kubelite.client.client import Client
from kubelite.client.controller import Action, Create, Delete, Patch, Requeue, Update
from kubelite.client.events import WARNING, EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import (
    ManagedController,
    Manager,
    ask_before_adopting,
    asks_anew,
    by_controller,
    controller_of,
    owned_by,
)
from kubelite.controllers.deployment import progress, revisions, rolling, scaling
from kubelite.controllers.deployment.revisions import REVISION, size

_selector = ByIdentity(labels.from_label_selector)


class Observed(Value):
    """What a plan looks at: the Deployment's ReplicaSets, and whether old pods still run."""

    sets: tuple[ReplicaSet, ...]
    old_pods_running: bool
    now: int


# DOC: deployment-plan
def plan(deployment: Deployment, seen: Observed) -> list[Action]:
    """What to do about the ReplicaSets, then what to say about the Deployment."""
    new = revisions.newest_of(deployment, seen.sets)
    old = [s for s in seen.sets if s is not new]
    if deployment.metadata.deletion_timestamp is not None:
        return _report(deployment, seen, new, deployment.status.conditions)
    conditions = _pause_noted(deployment, seen.now)
    if deployment.spec.paused or scaling.is_scaling(deployment, seen.sets):
        actions = scaling.scale(deployment, new, old)
        if deployment.spec.paused and not actions:
            actions = _clean_up(deployment, old)
        return [*actions, *_report(deployment, seen, new, conditions)]
    recreate = deployment.spec.strategy.type == "Recreate"
    if recreate and (stopping := rolling.stop_old(deployment, old)):
        return [*stopping, *_report(deployment, seen, new, conditions)]
    if recreate and seen.old_pods_running:
        return _report(deployment, seen, new, conditions)
    if new is None:
        return _begin(deployment, seen, old, conditions)
    actions = _step(deployment, seen, new, old)
    conditions = _found_noted(deployment, new, conditions, seen.now)
    return [*actions, *_report(deployment, seen, new, conditions)]


def _begin(
    deployment: Deployment,
    seen: Observed,
    old: Sequence[ReplicaSet],
    conditions: progress.Conditions,
) -> list[Action]:
    """A template not seen before: its ReplicaSet, as large as there is room for."""
    revision = revisions.next_revision(old)
    replicas = rolling.new_size(deployment, old, 0)
    new = revisions.new_replica_set(deployment, revision, replicas)
    actions: list[Action] = [Create(new)]
    if replicas:
        actions.append(scaling.scaling_event(deployment, new.metadata.name, 0, replicas))
    text = f'Created new replica set "{new.metadata.name}"'
    if progress.has_deadline(deployment):
        created = progress.noticed(seen.now, "NewReplicaSetCreated", text)
        conditions = progress.with_condition(conditions, created)
    status = replace(deployment.status, conditions=conditions)
    return [*actions, *_publish(deployment, status, str(revision))]


def _step(
    deployment: Deployment, seen: Observed, new: ReplicaSet, old: Sequence[ReplicaSet]
) -> list[Action]:
    """One step of a rollout that has begun: annotate, grow, shrink or tidy up."""
    revision = max(revisions.next_revision(old), revisions.revision_of(new))
    wanted = revisions.annotations_for(deployment, new.metadata.annotations, revision)
    delay = deployment.spec.min_ready_seconds
    if wanted != new.metadata.annotations or delay != new.spec.min_ready_seconds:
        meta = replace(new.metadata, annotations=wanted)
        spec = replace(new.spec, min_ready_seconds=delay)
        return [Update(replace(new, metadata=meta, spec=spec))]
    target = rolling.new_size(deployment, seen.sets, size(new))
    if target != size(new):
        return list(scaling.resize(deployment, new, target))
    if deployment.spec.strategy.type != "Recreate":
        shrinking = rolling.shrink_old(deployment, new, old)
        if shrinking:
            return shrinking
    surplus = _clean_up(deployment, old)
    if surplus and progress.complete(
        deployment, progress.counted(deployment, seen.sets, new, seen.now)
    ):
        return surplus
    return []


# DOC: revision-history
def _clean_up(deployment: Deployment, old: Sequence[ReplicaSet]) -> list[Action]:
    """Delete empty old versions beyond revisionHistoryLimit, the lowest revisions first."""
    limit = deployment.spec.revision_history_limit
    if limit is None:
        return []
    alive = sorted(
        (s for s in old if s.metadata.deletion_timestamp is None), key=revisions.revision_of
    )
    surplus = alive[: max(len(alive) - limit, 0)]
    return [
        Delete("replicasets.apps", s.metadata.name, s.metadata.namespace, s.metadata.uid)
        for s in surplus
        if not s.status.replicas
        and not size(s)
        and s.metadata.generation <= s.status.observed_generation
    ]


def _pause_noted(deployment: Deployment, now: int) -> progress.Conditions:
    """While paused, time does not count against the deadline."""
    conditions = deployment.status.conditions
    if not progress.has_deadline(deployment):
        return conditions
    current = condition(deployment, "Progressing")
    if current is not None and current.reason == progress.TIMED_OUT:
        return conditions
    paused = current is not None and current.reason == "DeploymentPaused"
    if deployment.spec.paused and not paused:
        text = "Deployment is paused"
        found = progress.noticed(now, "DeploymentPaused", text, "Unknown")
    elif paused and not deployment.spec.paused:
        found = progress.noticed(now, "DeploymentResumed", "Deployment is resumed", "Unknown")
    else:
        return conditions
    return progress.with_condition(conditions, found)


def _found_noted(
    deployment: Deployment, new: ReplicaSet, conditions: progress.Conditions, now: int
) -> progress.Conditions:
    if condition(deployment, "Progressing") is not None or not progress.has_deadline(deployment):
        return conditions
    text = f'Found new replica set "{new.metadata.name}"'
    return progress.with_condition(conditions, progress.noticed(now, "FoundNewReplicaSet", text))


def _report(
    deployment: Deployment,
    seen: Observed,
    new: ReplicaSet | None,
    conditions: progress.Conditions,
) -> list[Action]:
    """The status, and when to look again."""
    noted = replace(deployment, status=replace(deployment.status, conditions=conditions))
    status = progress.counted(noted, seen.sets, new, seen.now)
    if not deployment.spec.paused:
        status = progress.judged(noted, status, seen.sets, new, seen.now)
    revision = new.metadata.annotations.get(REVISION, "") if new else ""
    actions = _publish(deployment, status, revision)
    again = progress.look_again_after(deployment, status, seen.now)
    if again is not None and not deployment.spec.paused:
        actions.append(Requeue(again))
    return actions


def _publish(deployment: Deployment, status: DeploymentStatus, revision: str) -> list[Action]:
    annotations = deployment.metadata.annotations
    if revision and annotations.get(REVISION) != revision:
        annotations = annotations | {REVISION: revision}
    elif status == deployment.status:
        return []
    meta = replace(deployment.metadata, annotations=annotations)
    return [Update(replace(deployment, metadata=meta, status=status), "status")]


class DeploymentController(ManagedController):
    """Watches Deployments and ReplicaSets, and, for Recreate, the end of pods."""

    name = "deployment-controller"
    resynced = "deployments.apps"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.deployments = manager.informer("deployments.apps")
        self.sets = manager.informer("replicasets.apps", {"controller": by_controller})
        self.pods = manager.informer("pods", {"controller": by_controller})
        self.deployments.on(
            add=lambda d: self.queue.add(key_of(d)),
            update=lambda old, d: self.queue.add(key_of(d), asks_anew(old, d)),
            delete=lambda d: self.queue.add(key_of(d)),
        )
        self.sets.on(add=self._set_changed, update=self._set_updated, delete=self._set_changed)
        self.pods.on(delete=self._pod_gone)

    # What wakes it

    def _set_changed(self, replica_set: ReplicaSet) -> None:
        key = self._owner_key(replica_set)
        if key:
            self.queue.add(key)
        elif controller_of(replica_set) is None:
            for deployment in self.deployments.items():
                if _selects(deployment, replica_set):
                    self.queue.add(key_of(deployment))

    def _set_updated(self, old: ReplicaSet, new: ReplicaSet) -> None:
        before = self._owner_key(old)
        if before and before != self._owner_key(new):
            self.queue.add(before)
        self._set_changed(new)

    def _pod_gone(self, pod: Pod) -> None:
        """Recreate waits for the last old pod."""
        owner = controller_of(pod)
        if owner is None or owner.kind != "ReplicaSet":
            return
        replica_set = self.sets.get(f"{pod.metadata.namespace}/{owner.name}")
        key = self._owner_key(replica_set) if replica_set is not None else ""
        deployment = self.deployments.get(key) if key else None
        if deployment is not None and deployment.spec.strategy.type == "Recreate":
            self.queue.add(key)

    def _owner_key(self, replica_set: ReplicaSet) -> str:
        owner = controller_of(replica_set)
        if owner is None or owner.kind != "Deployment":
            return ""
        key = f"{replica_set.metadata.namespace}/{owner.name}"
        found = self.deployments.get(key)
        return key if found is not None and found.metadata.uid == owner.uid else ""

    # What it does

    def sync(self, key: str) -> Sequence[Action]:
        """The plan for one Deployment; first of all, adoption."""
        deployment = self.deployments.get(key)
        if deployment is None:
            return ()
        adoptions = self._adoptions(deployment)
        if adoptions:
            return adoptions
        sets = self.sets.index("controller", deployment.metadata.uid)
        seen = Observed(
            tuple(sets),
            deployment.spec.strategy.type == "Recreate"
            and self._old_pods_running(deployment, sets),
            self.clock.now,
        )
        return plan(deployment, seen)

    def _old_pods_running(self, deployment: Deployment, sets: Sequence[ReplicaSet]) -> bool:
        new = revisions.newest_of(deployment, sets)
        return any(
            not pod_finished(pod)
            for replica_set in sets
            if replica_set is not new
            for pod in self.pods.index("controller", replica_set.metadata.uid)
        )

    def _adoptions(self, deployment: Deployment) -> list[Action]:
        if deployment.metadata.deletion_timestamp is not None:
            return []
        orphans = self.sets.index("controller", f"orphans/{deployment.metadata.namespace}")
        adopted = [
            _own(s, to_dict(owned_by(deployment)))
            for s in orphans
            if _selects(deployment, s) and s.metadata.deletion_timestamp is None
        ]
        if adopted:
            ask_before_adopting(self.client, deployment)
        released = [
            _own(s, {"$patch": "delete", "uid": deployment.metadata.uid})
            for s in self.sets.index("controller", deployment.metadata.uid)
            if not _selects(deployment, s)
        ]
        return [*adopted, *released]

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """A hash collision is answered with another hash; everything else with another try."""
        deployment = self.deployments.get(key)
        if deployment is None or not isinstance(dropped[0], Create):
            return
        if status.reason == "AlreadyExists":
            self._collided(deployment, dropped[0].obj)
            return
        name = dropped[0].obj.metadata.name
        text = f'Failed to create new replica set "{name}": {status.message}'
        self.recorder.event(deployment, WARNING, "ReplicaSetCreateError", text)
        if progress.has_deadline(deployment):
            now = self.clock.now
            refused = progress.noticed(now, "ReplicaSetCreateError", text, "False")
            conditions = progress.with_condition(deployment.status.conditions, refused)
            noted = replace(deployment.status, conditions=conditions)
            self.client.update_status(replace(deployment, status=noted))

    def _collided(self, deployment: Deployment, made: ReplicaSet) -> None:
        taken = self.sets.get(key_of(made))
        if taken is None:
            return
        owner = controller_of(taken)
        ours = owner is not None and owner.uid == deployment.metadata.uid
        if ours and revisions.same_template(taken.spec.template, deployment.spec.template):
            return
        count = (deployment.status.collision_count or 0) + 1
        collided = replace(deployment, status=replace(deployment.status, collision_count=count))
        self.client.update_status(collided)


def _selects(deployment: Deployment, replica_set: ReplicaSet) -> bool:
    return deployment.metadata.namespace == replica_set.metadata.namespace and _selector(
        deployment.spec.selector
    ).matches(replica_set.metadata.labels)


def _own(replica_set: ReplicaSet, reference: dict[str, Any]) -> Patch:
    meta = replica_set.metadata
    change = {"metadata": {"uid": meta.uid, "ownerReferences": [reference]}}
    return Patch("replicasets.apps", meta.name, meta.namespace, change, STRATEGIC_PATCH)
