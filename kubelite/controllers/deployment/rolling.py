"""Moving from one version to the next, between two fences: not too many pods, not too few.

Models pkg/controller/deployment/rolling.go and recreate.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.apps_v1 import Deployment, ReplicaSet
from kubelite.client.controller import Action
from kubelite.controllers.deployment.revisions import desired, fenceposts, oldest_first, size, total
from kubelite.controllers.deployment.scaling import resize


# DOC: rollout-surge
def new_size(deployment: Deployment, sets: Sequence[ReplicaSet], current: int) -> int:
    """How far the new version may grow: no more than replicas + maxSurge pods in all.

    ``sets`` are all ReplicaSets, ``current`` the size of the new one.
    """
    wanted = desired(deployment)
    if deployment.spec.strategy.type != "RollingUpdate":
        return wanted
    if current > wanted:
        return wanted
    surge, _ = fenceposts(deployment)
    room = wanted + surge - total(sets)
    return current if room <= 0 else current + min(room, wanted - current)


# DOC: rollout-unavailable
def shrink_old(deployment: Deployment, new: ReplicaSet, old: Sequence[ReplicaSet]) -> list[Action]:
    """Take away old pods, as many as can be missed: broken ones first, then working ones."""
    _, unavailable = fenceposts(deployment)
    floor = desired(deployment) - unavailable
    starting = size(new) - new.status.available_replicas
    spare = total(old) + size(new) - floor - starting
    ordered = [s for s in oldest_first(old) if size(s)]
    # One that still counts pods it has given up: its numbers would let too many go.
    behind = any(s.status.available_replicas > size(s) for s in ordered)
    if spare <= 0 or behind:
        return []
    sizes = {s.metadata.name: size(s) for s in ordered}
    for replica_set in ordered:
        taken = broken(replica_set, spare)
        sizes[replica_set.metadata.name] -= taken
        spare -= taken
    surplus = sum(s.status.available_replicas for s in (*ordered, new)) - floor
    for replica_set in ordered:
        taken = min(max(surplus, 0), sizes[replica_set.metadata.name])
        sizes[replica_set.metadata.name] -= taken
        surplus -= taken
    return [
        action
        for replica_set in ordered
        if sizes[replica_set.metadata.name] != size(replica_set)
        for action in resize(deployment, replica_set, sizes[replica_set.metadata.name])
    ]


def broken(replica_set: ReplicaSet, most: int) -> int:
    """How many of its pods are of no use to anybody, ``most`` at the highest."""
    return min(size(replica_set) - replica_set.status.available_replicas, most)


def stop_old(deployment: Deployment, old: Sequence[ReplicaSet]) -> list[Action]:
    """Recreate: every old version goes to nothing before the new one begins."""
    return [action for s in old if size(s) for action in resize(deployment, s, 0)]
