"""Changing the size of ReplicaSets: one, or several in proportion during a rollout.

Models pkg/controller/deployment/sync.go (scale) and GetReplicaSetProportion.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from kubelite.api.apps_v1 import Deployment, ReplicaSet
from kubelite.apimachinery.struct import replace
from kubelite.client.controller import Action, Emit, Update
from kubelite.client.events import NORMAL
from kubelite.controllers.deployment.revisions import (
    DESIRED_REPLICAS,
    MAX_REPLICAS,
    desired,
    fenceposts,
    remembered,
    size,
    sizes,
    total,
)


def resize(deployment: Deployment, replica_set: ReplicaSet, replicas: int) -> Iterable[Action]:
    """Give a ReplicaSet its size, if it has another, and tell the user."""
    annotations = replica_set.metadata.annotations | sizes(deployment)
    before = size(replica_set)
    if before == replicas and annotations == replica_set.metadata.annotations:
        return
    yield Update(
        replace(
            replica_set,
            metadata=replace(replica_set.metadata, annotations=annotations),
            spec=replace(replica_set.spec, replicas=replicas),
        )
    )
    if before != replicas:
        yield scaling_event(deployment, replica_set.metadata.name, before, replicas)


def scaling_event(deployment: Deployment, name: str, before: int, after: int) -> Emit:
    """``Scaled up replica set web-76f9c8d5 from 0 to 3``."""
    direction = "up" if after > before else "down"
    text = f"Scaled {direction} replica set {name} from {before} to {after}"
    return Emit(deployment, NORMAL, "ScalingReplicaSet", text)


def is_scaling(deployment: Deployment, sets: Sequence[ReplicaSet]) -> bool:
    """Whether the Deployment's size has changed since a living ReplicaSet last heard of it."""
    known = (remembered(s, DESIRED_REPLICAS) for s in sets if size(s) > 0)
    return any(before not in (None, desired(deployment)) for before in known)


# DOC: proportional-scaling
def scale(
    deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet]
) -> list[Action]:
    """Bring the ReplicaSets to the Deployment's size; during a rollout, each gets its share."""
    only = active_or_latest(new, old)
    if only is not None:
        return list(resize(deployment, only, desired(deployment)))
    if new is not None and _saturated(deployment, new):
        return [a for s in old if size(s) for a in resize(deployment, s, 0)]
    if deployment.spec.strategy.type != "RollingUpdate":
        return []
    everyone = [s for s in (*old, new) if s is not None and size(s) > 0]
    return [
        action
        for replica_set, replicas in shares(deployment, everyone)
        for action in resize(deployment, replica_set, replicas)
    ]


def shares(deployment: Deployment, everyone: Sequence[ReplicaSet]) -> list[tuple[ReplicaSet, int]]:
    """How large each living ReplicaSet becomes; the largest takes what rounding leaves."""
    surge, _ = fenceposts(deployment)
    allowed = desired(deployment) + surge if desired(deployment) > 0 else 0
    to_add = allowed - total(everyone)
    grows = to_add > 0
    ordered = sorted(everyone, key=lambda s: (-size(s), _age(s) * (-1 if grows else 1)))
    result: list[tuple[ReplicaSet, int]] = []
    added = 0
    for replica_set in ordered:
        share = proportion(deployment, replica_set, to_add, added)
        added += share
        result.append((replica_set, size(replica_set) + share))
    if result:
        largest, replicas = result[0]
        result[0] = (largest, max(replicas + to_add - added, 0))
    return result


def proportion(deployment: Deployment, replica_set: ReplicaSet, to_add: int, added: int) -> int:
    """One ReplicaSet's share of ``to_add`` pods, of which ``added`` are already given away."""
    if not size(replica_set) or not to_add or to_add == added:
        return 0
    share, left = _fraction(deployment, replica_set), to_add - added
    return min(share, left) if to_add > 0 else max(share, left)


def _fraction(deployment: Deployment, replica_set: ReplicaSet) -> int:
    replicas = desired(deployment)
    if replicas == 0:
        return -size(replica_set)
    surge, _ = fenceposts(deployment)
    before = remembered(replica_set, MAX_REPLICAS) or deployment.status.replicas
    if before == 0:
        return 0
    after = size(replica_set) * (replicas + surge) / before
    return math.floor(after + 0.5) - size(replica_set)


def active_or_latest(new: ReplicaSet | None, old: Sequence[ReplicaSet]) -> ReplicaSet | None:
    """The one ReplicaSet with pods, or the newest when none has any; None when several have."""
    active = [s for s in (*old, new) if s is not None and size(s) > 0]
    if len(active) > 1:
        return None
    if active:
        return active[0]
    return new or max(old, key=_age, default=None)


def _saturated(deployment: Deployment, new: ReplicaSet) -> bool:
    """Whether the new version is complete, so that only old ones are left to shrink."""
    wanted = desired(deployment)
    annotated = new.metadata.annotations.get(DESIRED_REPLICAS)
    return (
        size(new) == wanted and annotated == str(wanted) and new.status.available_replicas == wanted
    )


def _age(replica_set: ReplicaSet) -> int:
    return int(replica_set.metadata.creation_timestamp or 0)
