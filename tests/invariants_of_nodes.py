"""What must be true of pods and the nodes they are on: rows of ``tests.invariants``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelite.api.conditions import condition, node_ready, pod_active, pod_finished
from kubelite.api.node_selector import RequiredNodeAffinity
from kubelite.api.tolerations import tolerates
from kubelite.api.volumes import ATTACHMENTS
from kubelite.apimachinery.labels import from_label_selector
from kubelite.scheduler.resources import amounts_of, pod_requests
from kubelite.sim.clock import MINUTE, SECOND
from tests.replay import Replay

PATIENCE = 6 * MINUTE  # five minutes in which a pod is kept as one that fits nowhere, and a bit
JUST_NOW = SECOND // 5  # what the scheduler may not have heard yet
KILLED = 137  # the exit code after SIGKILL
ANYWHERE = ("", "0.0.0.0", "::")


def pods_that_avoid_each_other_are_apart(replay: Replay) -> Iterator[str]:
    """20. Required anti-affinity holds when a pod is bound, from either side."""
    new = replay.bound()
    if new is None:
        return
    for pod in replay.of("pods").values():
        if pod.metadata.uid == new.metadata.uid or not pod.spec.node_name or pod_finished(pod):
            continue
        for one, other in ((new, pod), (pod, new)):
            for term in _apart(one):
                if _meant(term, one, other) and _near(replay, new, pod, term.topology_key):
                    yield f"shares a {term.topology_key} with {pod.metadata.name}"


def pods_are_spread_as_they_ask(replay: Replay) -> Iterator[str]:
    """20. A hard topology spread holds when a pod is bound."""
    new = replay.bound()
    if new is None or any(volume.persistent_volume_claim for volume in new.spec.volumes):
        return
    allowed = RequiredNodeAffinity(new.spec)
    for rule in new.spec.topology_spread_constraints:
        plain = not rule.match_label_keys and rule.node_taints_policy in (None, "Ignore")
        if rule.when_unsatisfiable != "DoNotSchedule" or not plain:
            continue
        counts: dict[str, int] = {}
        for node in replay.of("nodes").values():
            place = node.metadata.labels.get(rule.topology_key)
            if place is not None and allowed.matches(node.metadata.name, node.metadata.labels):
                counts[place] = 0
        means = from_label_selector(rule.label_selector).matches
        family = [pod for pod in replay.of("pods").values() if _counts(pod, new)]
        if not counts or replay.departed > replay.when - JUST_NOW:
            continue
        for pod in family:
            if not means(pod.metadata.labels):
                continue
            place = replay.place_of(pod, rule.topology_key)
            if place in counts:
                counts[place] += 1
        here = counts.get(replay.place_of(new, rule.topology_key), 0)
        if here - min(counts.values()) > rule.max_skew and means(new.metadata.labels):
            yield f"makes the skew over {rule.topology_key} {here - min(counts.values())}"


def room_is_kept_for_the_important(replay: Replay) -> Iterator[str]:
    """21. Nobody slips into the room that was made for somebody more important."""
    new = replay.bound()
    if new is None:
        return
    for pod in replay.of("pods").values():
        if pod.spec.node_name or pod.status.nominated_node_name != new.spec.node_name:
            continue
        if (pod.spec.priority or 0) > (new.spec.priority or 0):
            yield f"was put on {new.spec.node_name}, which {pod.metadata.name} was promised"


def kubelets_keep_to_their_own(replay: Replay) -> Iterator[str]:
    """23. A kubelet writes of no other pods than those that were bound to its node."""
    if replay.resource != "pods" or not replay.component.startswith("kubelet/"):
        return
    pod = replay.new if replay.new is not None else replay.old
    if pod.spec.node_name != replay.component.removeprefix("kubelet/"):
        yield f"was written by {replay.component} and is on {pod.spec.node_name or 'no node'}"


def disks_are_attached_once(replay: Replay) -> Iterator[str]:
    """28. A disk that only one node may have is never attached to two."""
    new = replay.new
    if replay.resource != ATTACHMENTS or new is None or replay.old is not None:
        return
    name = new.spec.source.persistent_volume_name
    volume = replay.of("persistentvolumes").get(f"/registry/persistentvolumes/{name}")
    if volume is None or not {"ReadWriteOnce", "ReadWriteOncePod"} >= {*volume.spec.access_modes}:
        return
    for other in replay.of(ATTACHMENTS).values():
        same = other.spec.source.persistent_volume_name == name
        if same and other.metadata.uid != new.metadata.uid:
            yield f"is brought to {new.spec.node_name}, and is still on {other.spec.node_name}"


def nobody_is_killed_before_the_time(replay: Replay) -> Iterator[str]:
    """24. No container of a pod that was asked to end is killed before its grace is over."""
    new, old = replay.new, replay.old
    if replay.resource != "pods" or new is None or old is None:
        return
    end, grace = new.metadata.deletion_timestamp, new.metadata.deletion_grace_period_seconds
    if end is None or old.metadata.deletion_timestamp is None:
        return
    asked = end - (grace or 0) * SECOND
    for status in new.status.container_statuses:
        ended = status.state.terminated
        if ended is None or (ended.exit_code, ended.reason) != (KILLED, "Error"):
            continue
        if asked < (ended.finished_at or 0) < end - SECOND:
            early = (end - (ended.finished_at or 0)) // SECOND
            yield f"lost container {status.name} {early} s before its time"


def nobody_waits_for_nothing(replay: Replay) -> Iterator[str]:
    """22. No pod waits for a node when there is one that it fits on. (Only pods that ask for
    nothing but cpu, memory and labels are judged here.)"""
    now = replay.cluster.clock.now
    for key, pod in replay.of("pods").items():
        spec = pod.spec
        if spec.node_name or not pod_active(pod) or not _plain(pod):
            continue
        if now - replay.settled("nodes", "pods") < PATIENCE:
            return
        for node in replay.of("nodes").values():
            if _fits(replay, pod, node):
                yield f"{key} is waiting, and would fit on {node.metadata.name}"


def the_dead_are_left(replay: Replay) -> Iterator[str]:
    """39. Pods of a node that has been silent for longer than they put up with are given up."""
    now = replay.cluster.clock.now
    for node in replay.of("nodes").values():
        ready = condition(node, "Ready")
        if ready is None or ready.status != "Unknown" or ready.last_transition_time is None:
            continue
        silent = now - ready.last_transition_time
        for pod in replay.on_node(node.metadata.name):
            if not pod_active(pod) or any(
                o.kind == "DaemonSet" for o in pod.metadata.owner_references
            ):
                continue
            stays = _patience(pod, node)
            if stays is not None and silent > stays * SECOND + MINUTE:
                told = f"on a node that has been silent for {silent // SECOND} s"
                yield f"{pod.metadata.name} is still counted on, {told}"


def _patience(pod: Any, node: Any) -> int | None:
    """The seconds a pod bears the node's taints that evict; None for ever, or without taints."""
    times = []
    for taint in node.spec.taints:
        if taint.effect != "NoExecute":
            continue
        bears = [t.toleration_seconds for t in pod.spec.tolerations if tolerates(t, taint)]
        known = [seconds for seconds in bears if seconds is not None]
        if known or not bears:
            times.append(min(known, default=0))
    return min(times, default=None)


def _plain(pod: Any) -> bool:
    spec = pod.spec
    asks = spec.affinity or spec.topology_spread_constraints or spec.scheduling_gates
    return not (asks or spec.volumes or _host_ports(pod) or spec.resource_claims)


def _fits(replay: Replay, pod: Any, node: Any) -> bool:
    meta = node.metadata
    if not node_ready(node) or node.spec.unschedulable:
        return False
    for taint in node.spec.taints:
        evicts = taint.effect != "PreferNoSchedule"
        if evicts and not any(tolerates(t, taint) for t in pod.spec.tolerations):
            return False
    if not RequiredNodeAffinity(pod.spec).matches(meta.name, meta.labels):
        return False
    room = dict(amounts_of(node.status.allocatable))
    there = [one for one in replay.on_node(meta.name) if not pod_finished(one)]
    if len(there) >= room["pods"]:
        return False
    for name, amount in pod_requests(pod.spec).items():
        taken = sum(pod_requests(one.spec).get(name, 0) for one in there)
        if amount and taken + amount > room.get(name, 0):
            return False
    return True


def _host_ports(pod: Any) -> list[tuple[str, str, int]]:
    containers = pod.spec.containers
    return [
        (p.host_ip, p.protocol, p.host_port) for c in containers for p in c.ports if p.host_port
    ]


def _apart(pod: Any) -> tuple[Any, ...]:
    affinity = pod.spec.affinity
    if affinity is None or affinity.pod_anti_affinity is None:
        return ()
    found: tuple[Any, ...] = (
        affinity.pod_anti_affinity.required_during_scheduling_ignored_during_execution
    )
    return tuple(t for t in found if not t.match_label_keys and t.namespace_selector is None)


def _meant(term: Any, one: Any, other: Any) -> bool:
    places = term.namespaces or (one.metadata.namespace,)
    means = from_label_selector(term.label_selector).matches
    return other.metadata.namespace in places and means(other.metadata.labels)


def _near(replay: Replay, one: Any, other: Any, key: str) -> bool:
    place = replay.place_of(one, key)
    return bool(place) and place == replay.place_of(other, key)


def _counts(pod: Any, new: Any) -> bool:
    there = pod.spec.node_name and pod.metadata.namespace == new.metadata.namespace
    return bool(there and pod_active(pod))
