"""What must be true whenever something ends: rows of ``chaos.concerns``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelite.api.conditions import (
    condition,
    node_ready,
    out_of_service,
    pod_finished,
    pod_ready,
)
from kubelite.api.tolerations import tolerates
from kubelite.api.volumes import claims_of
from kubelite.sim.clock import MINUTE, SECOND

GIVES_UP = "pod-garbage-collector"
FOREGROUND = "foregroundDeletion"
LET_GO = 5 * MINUTE
"""A little less than the six minutes after which a disk is taken by force."""

ONE_BY_ONE = 9 * SECOND
"""Machines are given up at one in ten seconds; times are written in whole ones."""


def pods_are_removed_by_their_kubelet(replay: Any) -> Iterator[str]:
    """16. A pod on a node is there until it was asked to end and its kubelet has stopped it, or
    its node is given up."""
    old = replay.old
    if not old.spec.node_name or replay.component == "you":
        return
    mine = replay.component == f"kubelet/{old.spec.node_name}"
    if mine and old.metadata.deletion_timestamp is None:
        yield "was removed by its kubelet, and nobody had asked for its end"
    stopped = mine or pod_finished(old) or old.metadata.deletion_grace_period_seconds == 0
    if not stopped and replay.component != GIVES_UP:
        yield f"was removed by {replay.component} while its kubelet still runs it"


def only_orphans_are_collected(replay: Any) -> Iterator[str]:
    """38. The garbage collector ends nothing that has an owner, unless the owner waits for it."""
    new, old = replay.new, replay.old
    if old.metadata.deletion_timestamp is not None:
        return
    if new is not None and new.metadata.deletion_timestamp is None:
        return
    for reference in old.metadata.owner_references:
        owner = replay.uids.get(reference.uid)
        if owner is None or owner.metadata.namespace not in ("", old.metadata.namespace):
            continue
        meta = owner.metadata
        if meta.deletion_timestamp is None or FOREGROUND not in meta.finalizers:
            yield f"was collected, and its owner {reference.kind} {reference.name} is there"


def pods_leave_a_namespace_first(replay: Any) -> Iterator[str]:
    """38. A namespace that ends loses its pods before what they may need."""
    new, old = replay.new, replay.old
    if replay.resource in ("pods", "namespaces"):
        return
    if new is not None and new.metadata.deletion_timestamp is None:
        return
    for pod in replay.of("pods").values():
        if pod.metadata.namespace == old.metadata.namespace:
            yield f"was taken away before pod {pod.metadata.name}"
            return


def claims_outlast_their_users(replay: Any) -> Iterator[str]:
    """28. A claim does not vanish while a pod on a node uses it."""
    meta = replay.old.metadata
    for pod in replay.of("pods").values():
        if pod.metadata.namespace != meta.namespace or not pod.spec.node_name or pod_finished(pod):
            continue
        if meta.name in claims_of(pod):
            yield f"is gone, and pod {pod.metadata.name} uses it"


def disks_are_let_go_first(replay: Any) -> Iterator[str]:
    """28. A disk is not taken from a machine that was ready until just now: it may still write."""
    node = replay.of("nodes").get(f"/registry/nodes/{replay.old.spec.node_name}")
    ready = condition(node, "Ready") if node is not None else None
    if ready is None or ready.status == "True" or out_of_service(node):
        return
    silent = replay.when - (ready.last_transition_time or 0)
    if replay.slack < silent < LET_GO:
        yield f"was taken from {replay.old.spec.node_name}, silent for {silent // SECOND} s"


def owners_that_adopt_are_there(replay: Any) -> Iterator[str]:
    """32. Nobody is given an owner that is gone."""
    new, old = replay.new, replay.old
    if new.metadata.owner_references == old.metadata.owner_references:
        return
    before = {reference.uid for reference in old.metadata.owner_references}
    for reference in new.metadata.owner_references:
        gone = replay.gone.get(reference.uid)
        if reference.uid not in before and gone and replay.when - gone > replay.slack:
            yield f"was taken in by {reference.kind} {reference.name}, which is gone"


def tolerations_are_honoured(replay: Any) -> Iterator[str]:
    """39. Nobody is evicted from a node that has recovered, nor before their tolerationSeconds."""
    new, old = replay.new, replay.old
    if old.metadata.deletion_timestamp is not None or new.metadata.deletion_timestamp is None:
        return
    node = replay.of("nodes").get(f"/registry/nodes/{old.spec.node_name}")
    if node is None:
        return
    taints = [taint for taint in node.spec.taints if taint.effect == "NoExecute"]
    if not taints and replay.when - replay.untainted.get(node.metadata.name, 0) > replay.slack:
        yield f"was evicted from {node.metadata.name}, which carries no taint"
    for taint in taints:
        bears = [t.toleration_seconds for t in old.spec.tolerations if tolerates(t, taint)]
        if bears and all(
            seconds is None or replay.when < (taint.time_added or 0) + (seconds - 1) * SECOND
            for seconds in bears
        ):
            yield f"was evicted for {taint.key}, which it bears for {bears} s"
            return


def a_dark_zone_is_left_alone(replay: Any) -> Iterator[str]:
    """39. While all nodes are silent, or most of a small zone, nobody is evicted from there: that
    looks like a broken network."""
    new, old = replay.new, replay.old
    if _evicts(old) or not _evicts(new):
        return
    nodes = replay.of("nodes").values()
    alive = [node for node in nodes if node_ready(node)]
    settled = replay.when - replay.turned > replay.slack
    silent = len(nodes) - len(alive)
    if settled and not alive:
        yield "is to be emptied, and not one node is heard of"
    elif settled and silent > 2 and silent / len(nodes) >= 0.55 and len(nodes) <= 50:
        yield f"is to be emptied, and {silent} of {len(nodes)} nodes are silent"


def machines_are_given_up_one_by_one(replay: Any) -> Iterator[str]:
    """39. Without a controller's crash, silent machines are emptied one after the other."""
    new, old = replay.new, replay.old
    if _evicts(old):
        return
    times = [int(t.time_added or 0) for t in new.spec.taints if t.effect == "NoExecute"]
    if not times:
        return
    before, replay.given_up = replay.given_up, max(times)
    if before and max(times) - before < ONE_BY_ONE and not replay.disturbed:
        yield f"is given up {(max(times) - before) // SECOND} s after another one"


def nobody_vouches_for_the_silent(replay: Any) -> Iterator[str]:
    """39. Long before they are evicted from a silent machine pods are no longer called ready."""
    new, old = replay.new, replay.old
    if old.metadata.deletion_timestamp is not None or new.metadata.deletion_timestamp is None:
        return
    node = replay.of("nodes").get(f"/registry/nodes/{old.spec.node_name}")
    ready = condition(node, "Ready") if node is not None else None
    if ready is None or ready.status != "Unknown" or not pod_ready(old):
        return
    if replay.when - (ready.last_transition_time or 0) > 10 * SECOND + replay.slack:
        yield f"is called ready, and {old.spec.node_name} has been silent for long"


def _evicts(node: Any) -> bool:
    return any(taint.effect == "NoExecute" for taint in node.spec.taints)
