"""What must be true of each object's life, of sets, daemons, Jobs and autoscalers: rows of
``chaos.concerns``.

A controller acts on copies that are late, so what was written within ``replay.slack`` is never
held against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelite.api.batch_v1 import finished
from kubelite.api.conditions import pod_active, pod_finished, pod_ready
from kubelite.apimachinery.intstr import scaled
from kubelite.apimachinery.times import Time
from kubelite.chaos.replay import Replay
from kubelite.controllers.base import controller_of
from kubelite.controllers.statefulset.identity import first, ordinal, size
from kubelite.sim.clock import MINUTE, SECOND

ANYWHERE = ("", "0.0.0.0", "::")
FOREGROUND = "foregroundDeletion"
STATEFUL = "statefulset-controller"


def the_last_finalizer_lets_go(replay: Replay) -> Iterator[str]:
    """16. What is marked for deletion goes in the same transaction as its last finalizer."""
    new = replay.new
    if new.metadata.deletion_timestamp is None or replay.resource == "namespaces":
        return
    if not new.metadata.finalizers and not new.metadata.deletion_grace_period_seconds:
        yield "is marked, nothing holds it, and it is still stored"


def host_ports_are_given_once(replay: Replay) -> Iterator[str]:
    """20. No two pods are put on one node that want the same port of it."""
    new, old = replay.new, replay.old
    if old.spec.node_name or not new.spec.node_name:
        return
    wanted = _host_ports(new)
    for pod in replay.of("pods").values() if wanted else ():
        if pod is new or pod.spec.node_name != new.spec.node_name or pod_finished(pod):
            continue
        for address, *port in _host_ports(pod):
            for other, *same in wanted:
                if port == same and (address == other or address in ANYWHERE or other in ANYWHERE):
                    yield f"wants port {port[1]} of its node, and so does {pod.metadata.name}"


def _host_ports(pod: Any) -> list[tuple[str, str, int]]:
    ports = (port for container in pod.spec.containers for port in container.ports)
    return [(port.host_ip, port.protocol, port.host_port) for port in ports if port.host_port]


def containers_wait_for_their_init_containers(replay: Replay) -> Iterator[str]:
    """24. No container starts before the init containers have succeeded."""
    new = replay.new
    if not new.spec.init_containers:
        return
    running = [s.state.running for s in new.status.container_statuses if s.state.running]
    started = [run.started_at for run in running if run.started_at is not None]
    lasting = {c.name for c in new.spec.init_containers if c.restart_policy == "Always"}
    for status in new.status.init_container_statuses if started else ():
        ended = status.state.terminated
        if status.name in lasting:
            continue
        if ended is None or ended.exit_code or (ended.finished_at or 0) > min(started):
            yield f"runs, and its init container {status.name} has not succeeded before"


def sets_are_built_from_the_bottom(replay: Replay) -> Iterator[str]:
    """28. A StatefulSet in order creates a pod only when all with lower numbers are ready."""
    new = replay.new
    owner = _owner(replay, new, "statefulsets.apps")
    if owner is None or owner.spec.pod_management_policy == "Parallel":
        return
    name = owner.metadata.name
    for number in range(first(owner), ordinal(new)):
        key = f"/registry/pods/{new.metadata.namespace}/{name}-{number}"
        lower = replay.of("pods").get(key)
        was = replay.unready.get(key, 0) > replay.when - replay.slack
        if (lower is None or not pod_ready(lower)) and not was:
            yield f"was created before {name}-{number} was ready"


def sets_are_taken_down_from_the_top(replay: Replay) -> Iterator[str]:
    """28. A StatefulSet in order that shrinks stops its highest pod first, one at a time."""
    new, old = replay.new, replay.old
    if not pod_active(old):
        return
    if new is not None and pod_active(new):
        return
    owner = _owner(replay, old, "statefulsets.apps")
    if owner is None or owner.spec.pod_management_policy == "Parallel":
        return
    top = first(owner) + size(owner)
    for key, pod in replay.of("pods").items():
        mine = (found := controller_of(pod)) is not None and found.uid == owner.metadata.uid
        if mine and top <= ordinal(old) < ordinal(pod) and not _lately(replay, key):
            yield f"was stopped before {pod.metadata.name}"


def claims_outlive_their_pods(replay: Replay) -> Iterator[str]:
    """28. No controller deletes the claim of a StatefulSet, unless the set says so."""
    new, old = replay.new, replay.old
    if old.metadata.deletion_timestamp is not None or old.metadata.owner_references:
        return
    if new is not None and new.metadata.deletion_timestamp is None:
        return
    if replay.component.endswith("-controller") and replay.component != "namespace-controller":
        yield f"was deleted by {replay.component}, which nobody asked for"


def a_daemon_is_on_a_node_once(replay: Replay) -> Iterator[str]:
    """29. A DaemonSet has at most one pod on a node, and two while it rolls with a surge."""
    new, old = replay.new, replay.old
    if old.spec.node_name or not new.spec.node_name:
        return
    owner = _owner(replay, new, "daemonsets.apps")
    if owner is None or replay.disturbed:
        return  # what it has not heard of it may do twice, upstream too
    rolling = owner.spec.update_strategy.rolling_update
    most = 1 if rolling is None or not scaled(rolling.max_surge, 100, True) else 2
    there = [p for p in replay.of("pods").values() if p.spec.node_name == new.spec.node_name]
    mine = [p for p in there if (o := controller_of(p)) and o.uid == owner.metadata.uid]
    count = sum(map(pod_active, mine))
    if count > most:
        yield f"is number {count} of {owner.metadata.name} on {new.spec.node_name}"


def jobs_count_forward(replay: Replay) -> Iterator[str]:
    """30. What a Job has counted never falls, nor exceeds its completions; its end is final."""
    new, old = replay.new, replay.old
    won, wanted = new.status.succeeded, new.spec.completions
    if wanted is not None and won > wanted:
        yield f"counts {won} successes of {wanted}"
    if old is None:
        return
    if won < old.status.succeeded and new.spec.completion_mode != "Indexed":
        yield f"counted {old.status.succeeded} successes, and then {won}"
    if finished(old) and finished(new) != finished(old):
        yield f"was {finished(old)}, and became {finished(new) or 'unfinished'}"


def cron_jobs_keep_their_policy(replay: Replay) -> Iterator[str]:
    """31. With Forbid and Replace a CronJob has one Job at work; none is started twice, or late."""
    found = _started(replay)
    if found is None:
        return
    cron_job, moment = found
    run = (cron_job.metadata.uid, moment)
    if run in replay.runs:
        yield f"is the second run of its CronJob for {Time(moment).wire()}"
    replay.runs[run] = None
    deadline, late = cron_job.spec.starting_deadline_seconds, replay.when - moment
    if deadline is not None and late > deadline * SECOND + replay.slack:
        yield f"was started {late // SECOND} s late, and {deadline} s was the most"
    if cron_job.spec.concurrency_policy == "Allow" or replay.disturbed:
        return  # upstream forgets a Job whose creation it has not heard of
    for key, job in replay.of("jobs.batch").items():
        owner = controller_of(job)
        if key == replay.key or owner is None or owner.uid != cron_job.metadata.uid:
            continue
        over = finished(job) or job.metadata.deletion_timestamp is not None
        if not over and not _lately(replay, key):
            yield f"was started beside {job.metadata.name}"


def _started(replay: Replay) -> tuple[Any, int] | None:
    """The CronJob that has just made a Job, and for which moment: it is in the Job's name."""
    new = replay.new
    cron_job = _owner(replay, new, "cronjobs.batch")
    return (cron_job, ordinal(new) * MINUTE) if cron_job is not None else None


def autoscalers_keep_their_bounds(replay: Replay) -> Iterator[str]:
    """33. A HorizontalPodAutoscaler never asks for fewer than min or more than max replicas."""
    new, old = replay.new, replay.old
    wanted = new.spec.replicas
    if wanted is None or (old is not None and wanted == old.spec.replicas):
        return
    for scaler in replay.of("horizontalpodautoscalers.autoscaling").values():
        target = scaler.spec.scale_target_ref
        mine = scaler.metadata.namespace, target.kind, target.name
        if mine != (new.metadata.namespace, new.kind, new.metadata.name):
            continue
        least = 1 if scaler.spec.min_replicas is None else scaler.spec.min_replicas
        if not least <= wanted <= scaler.spec.max_replicas:
            yield f"was scaled to {wanted}, outside {least} to {scaler.spec.max_replicas}"


def foreground_deletion_takes_the_children_first(replay: Replay) -> Iterator[str]:
    """38. Nothing that waits for its children to go first is gone before them."""
    old = replay.old
    if FOREGROUND not in old.metadata.finalizers:
        return
    for kind in replay.state.values():
        for key, obj in kind.items():
            for owner in obj.metadata.owner_references:
                held = owner.uid == old.metadata.uid and owner.block_owner_deletion
                if held and not _lately(replay, key):
                    yield f"is gone, and its child {key} is not"


def _lately(replay: Replay, key: str) -> bool:
    """Whether somebody may not know yet how the object is now."""
    return replay.written.get(key, 0) > replay.when - replay.slack


def _owner(replay: Replay, obj: Any, resource: str) -> Any | None:
    """The object of that kind that manages this one, if it is still there."""
    owner = controller_of(obj)
    if owner is None:
        return None
    found = replay.of(resource).get(f"/registry/{resource}/{obj.metadata.namespace}/{owner.name}")
    return found if found is not None and found.metadata.uid == owner.uid else None


ANYTHING = (the_last_finalizer_lets_go, foreground_deletion_takes_the_children_first)
PODS = (
    host_ports_are_given_once,
    containers_wait_for_their_init_containers,
    sets_are_built_from_the_bottom,
    sets_are_taken_down_from_the_top,
    a_daemon_is_on_a_node_once,
)
JOBS = (jobs_count_forward, cron_jobs_keep_their_policy)
CLAIMS = (claims_outlive_their_pods,)
SCALED = (autoscalers_keep_their_bounds,)
