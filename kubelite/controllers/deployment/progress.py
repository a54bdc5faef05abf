"""What a Deployment says of itself: counts, and whether its rollout moves, is done, or is stuck.

Models pkg/controller/deployment/progress.go and calculateStatus of sync.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.apps_v1 import Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet
from kubelite.api.conditions import condition, of_type
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.controllers.deployment.revisions import desired, fenceposts, total

NEW_AVAILABLE = "NewReplicaSetAvailable"
TIMED_OUT = "ProgressDeadlineExceeded"
NO_DEADLINE = 2**31 - 1

Conditions = tuple[DeploymentCondition, ...]


def counted(
    deployment: Deployment, sets: Sequence[ReplicaSet], new: ReplicaSet | None, now: int
) -> DeploymentStatus:
    """The numbers, and whether enough pods are available."""
    replicas = ready = available = terminating = 0
    for one in sets:
        said = one.status
        replicas += said.replicas
        ready += said.ready_replicas
        available += said.available_replicas
        terminating += said.terminating_replicas or 0
    _, unavailable = fenceposts(deployment)
    if available >= desired(deployment) - unavailable:
        found = _made(
            now,
            "Available",
            "True",
            "MinimumReplicasAvailable",
            "Deployment has minimum availability.",
        )
    else:
        found = _made(
            now,
            "Available",
            "False",
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
        )
    return DeploymentStatus(
        observed_generation=deployment.metadata.generation,
        replicas=replicas,
        updated_replicas=new.status.replicas if new else 0,
        ready_replicas=ready,
        available_replicas=available,
        unavailable_replicas=max(total(sets) - available, 0),
        terminating_replicas=terminating,
        collision_count=deployment.status.collision_count,
        conditions=with_condition(deployment.status.conditions, found),
    )


# DOC: rollout-progress
def judged(
    deployment: Deployment,
    status: DeploymentStatus,
    sets: Sequence[ReplicaSet],
    new: ReplicaSet | None,
    now: int,
) -> DeploymentStatus:
    """The status with what can be said of the rollout: complete, progressing or timed out."""
    conditions = status.conditions
    current = condition(deployment, "Progressing")
    if not has_deadline(deployment):
        conditions = without(conditions, "Progressing")
    elif not _done_before(status, current):
        conditions = _progress(deployment, status, new, now, current)
    return replace(status, conditions=_failure(conditions, [*filter(None, [new]), *sets]))


def _progress(
    deployment: Deployment,
    status: DeploymentStatus,
    new: ReplicaSet | None,
    now: int,
    current: DeploymentCondition | None,
) -> Conditions:
    who = f'ReplicaSet "{new.metadata.name}"' if new else f'Deployment "{deployment.metadata.name}"'
    conditions = status.conditions
    if complete(deployment, status):
        text = f"{who} has successfully progressed."
        found = _made(now, "Progressing", "True", NEW_AVAILABLE, text)
        return with_condition(conditions, found)
    if moved(deployment.status, status):
        text = f"{who} is progressing."
        found = _made(now, "Progressing", "True", "ReplicaSetUpdated", text)
        if current is not None and current.status == "True":
            found = replace(found, last_transition_time=current.last_transition_time)
        return (*without(conditions, "Progressing"), found)
    if timed_out(deployment, now):
        text = f"{who} has timed out progressing."
        return with_condition(conditions, _made(now, "Progressing", "False", TIMED_OUT, text))
    return conditions


def _done_before(status: DeploymentStatus, current: DeploymentCondition | None) -> bool:
    return (
        status.replicas == status.updated_replicas
        and current is not None
        and current.reason == NEW_AVAILABLE
    )


def _failure(conditions: Conditions, sets: Sequence[ReplicaSet]) -> Conditions:
    """Pass on why a ReplicaSet cannot create its pods; the first of ``sets`` has the word."""
    said = (c for one in sets for c in one.status.conditions if c.type == "ReplicaFailure")
    failed = next(said, None)
    if failed is None:
        return without(conditions, "ReplicaFailure")
    found = DeploymentCondition(
        type="ReplicaFailure",
        status=failed.status,
        reason=failed.reason,
        message=failed.message,
        last_transition_time=failed.last_transition_time,
        last_update_time=failed.last_transition_time,
    )
    return with_condition(conditions, found)


def complete(deployment: Deployment, status: DeploymentStatus) -> bool:
    """Whether all pods are of the new version and available, and none is left of the old."""
    wanted = desired(deployment)
    return (
        status.updated_replicas == wanted
        and status.replicas == wanted
        and status.available_replicas == wanted
        and status.observed_generation >= deployment.metadata.generation
    )


def moved(before: DeploymentStatus, now: DeploymentStatus) -> bool:
    """Whether anything got better since the last look."""
    return (
        now.updated_replicas > before.updated_replicas
        or now.replicas - now.updated_replicas < before.replicas - before.updated_replicas
        or now.ready_replicas > before.ready_replicas
        or now.available_replicas > before.available_replicas
    )


def has_deadline(deployment: Deployment) -> bool:
    """Whether a stuck rollout is ever reported."""
    return deployment.spec.progress_deadline_seconds not in (None, NO_DEADLINE)


def timed_out(deployment: Deployment, now: int) -> bool:
    """Whether nothing has moved for progressDeadlineSeconds. Reported only: nothing rolls back."""
    current = condition(deployment, "Progressing")
    if current is None or current.reason == NEW_AVAILABLE:
        return False
    if current.reason == TIMED_OUT:
        return True
    return time_left(deployment, current, now) < 0


def time_left(deployment: Deployment, current: DeploymentCondition, now: int) -> int:
    """Microseconds until the deadline passes."""
    deadline = (deployment.spec.progress_deadline_seconds or 0) * SECOND
    return int(current.last_update_time or now) + deadline - now


def look_again_after(deployment: Deployment, status: DeploymentStatus, now: int) -> int | None:
    """When to come back to see whether the rollout is stuck; None when there is no need."""
    current = of_type(status.conditions, "Progressing")
    if not has_deadline(deployment) or current is None:
        return None
    if complete(deployment, status) or current.reason == TIMED_OUT:
        return None
    return max(time_left(deployment, current, now), 0) + SECOND  # timestamps are whole seconds


def _made(now: int, type: str, status: str, reason: str, message: str) -> DeploymentCondition:
    moment = Time(now // SECOND * SECOND)
    return DeploymentCondition(
        type=type,
        status=status,
        reason=reason,
        message=message,
        last_update_time=moment,
        last_transition_time=moment,
    )


def noticed(now: int, reason: str, message: str, status: str = "True") -> DeploymentCondition:
    """A Progressing condition for something that was found or done."""
    return _made(now, "Progressing", status, reason, message)


def with_condition(conditions: Conditions, found: DeploymentCondition) -> Conditions:
    """Replace a condition of the same type, unless status and reason are what they were."""
    current = of_type(conditions, found.type)
    if current is not None:
        if current.status == found.status and current.reason == found.reason:
            return conditions
        if current.status == found.status:
            found = replace(found, last_transition_time=current.last_transition_time)
    return (*without(conditions, found.type), found)


def without(conditions: Conditions, type: str) -> Conditions:
    """The conditions of all other types."""
    return tuple([c for c in conditions if c.type != type])
