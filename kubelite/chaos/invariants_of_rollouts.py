"""What must be true of Deployments and their versions: rows of ``chaos.concerns``."""

from __future__ import annotations

from collections.abc import Iterator

from kubelite.api.conditions import pod_active, pod_ready
from kubelite.chaos.replay import Replay
from kubelite.controllers.base import controller_of
from kubelite.sim.clock import SECOND

PROPAGATION = 5 * SECOND


def rollouts_ask_for_no_more_than_their_surge(replay: Replay) -> Iterator[str]:
    """25. A Deployment never asks its versions for more than replicas + maxSurge pods in all."""
    new, old = replay.new, replay.old
    if (new.spec.replicas or 0) <= ((old.spec.replicas or 0) if old else 0):
        return
    deployment = replay.deployment_of(new)
    if deployment is None:
        return
    asked = sum(s.spec.replicas or 0 for s in replay.versions(deployment))
    most, _ = replay.limits_lately(deployment)
    if asked > most + replay.shared_lately():  # what scaling has just shared out is on top
        yield f"its Deployment now asks for {asked} pods, and may for {most}"


def replica_sets_never_overshoot(replay: Replay) -> Iterator[str]:
    """27. A ReplicaSet never creates more pods than the largest size it was ever asked for."""
    new = replay.new
    owner = controller_of(new)
    if owner is None or owner.kind != "ReplicaSet" or replay.disturbed:
        return  # upstream's expectations are a process's memory, too, and trust every reply
    siblings = sum(
        pod_active(pod)
        for pod in replay.of("pods").values()
        if (o := controller_of(pod)) and o.uid == owner.uid
    )
    if siblings > replay.largest.get(owner.uid, 0):
        yield f"is number {siblings} of {replay.largest.get(owner.uid, 0)}"


def rollouts_keep_enough_pods_ready(replay: Replay) -> Iterator[str]:
    """26. No controller's own action leaves fewer than replicas - maxUnavailable pods ready,
    unless there were fewer before, one failed or was set free in the very same moment, a version's
    status still counted pods it has no more, the request or one before it was long on its way, or
    the Deployment is being scaled: shares do not ask who is ready.
    (With minReadySeconds upstream promises less: a version that is not available yet may lose a
    pod that is.)"""
    new, old = replay.new, replay.old
    if not pod_active(old) or not pod_ready(old) or (new is not None and pod_active(new)):
        return
    if replay.decided_long_ago():
        return
    deployment = replay.deployment_of(old)
    if deployment is None or deployment.metadata.deletion_timestamp is not None:
        return
    if deployment.spec.strategy.type != "RollingUpdate" or deployment.spec.min_ready_seconds:
        return
    if replay.misled > replay.when - replay.slack:
        return
    if replay.alarmed > replay.when - replay.slack or replay.scaled > replay.when - max(
        replay.slack, PROPAGATION
    ):
        return
    _, fewest = replay.limits_lately(deployment)
    left = sum(pod_active(pod) and pod_ready(pod) for pod in replay.family(deployment))
    if left < fewest:
        yield f"was stopped, and leaves {left} ready pods where {fewest} are to be"
