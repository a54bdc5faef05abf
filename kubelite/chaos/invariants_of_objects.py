"""What must be true of each workload's objects, beyond Deployments: rows of ``chaos.invariants``.

A controller acts on copies that are late, so what was written within ``replay.slack`` is never
held against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelite.api.conditions import is_true, pod_active, pod_ready
from kubelite.apimachinery.times import Time
from kubelite.chaos.replay import Replay
from kubelite.controllers.base import controller_of
from kubelite.controllers.daemon.placement import target_node
from kubelite.sim.clock import MINUTE, SECOND

FOREGROUND = "foregroundDeletion"
STATEFUL, DAEMON = "statefulset-controller", "daemonset-controller"


def finalizers_end_with_the_last(replay: Replay) -> Iterator[str]:
    """16. What is deleted and waits for no finalizer any more is gone in the same transaction."""
    new = replay.new
    if new is None or new.metadata.deletion_timestamp is None or new.metadata.finalizers:
        return
    if new.metadata.deletion_grace_period_seconds or getattr(new.spec, "finalizers", ()):
        return  # a pod has its grace, and a namespace finalizers of its own
    if new.kind != "Pod":
        yield "is deleted, waits for nobody, and is still there"


def bound_pods_share_no_port(replay: Replay) -> Iterator[str]:
    """20. No two pods on one node hold the same port of it."""
    new, old = replay.new, replay.old
    if old is None or new is None or old.spec.node_name or not new.spec.node_name:
        return
    if not (mine := _host_ports(new)):
        return
    for key, pod in replay.of("pods").items():
        there = pod.spec.node_name == new.spec.node_name and pod_active(pod)
        if key != replay.key and there and (shared := mine & _host_ports(pod)):
            yield f"shares port {min(shared)} of {new.spec.node_name} with {key}"


def _host_ports(pod: Any) -> set[tuple[int, str]]:
    ports = [port for container in pod.spec.containers for port in container.ports]
    return {(port.host_port, port.protocol) for port in ports if port.host_port}


def containers_wait_for_their_elders(replay: Replay) -> Iterator[str]:
    """24. No container of a pod is started before its init containers have succeeded."""
    new, old = replay.new, replay.old
    if new is None or not new.spec.init_containers:
        return
    before = {s.name for s in old.status.container_statuses if s.state.running} if old else set()
    starts = [s.name for s in new.status.container_statuses if s.state.running]
    sidecars = {c.name for c in new.spec.init_containers if c.restart_policy == "Always"}
    waiting = [
        status.name
        for status in new.status.init_container_statuses
        if status.name not in sidecars
        and (status.state.terminated is None or status.state.terminated.exit_code)
    ]
    for name in starts:
        if name not in before and waiting:
            yield f"runs {name} though {waiting[0]} has not succeeded"


def stateful_pods_are_made_in_order(replay: Replay) -> Iterator[str]:
    """28. A StatefulSet makes a pod only once all those before it are ready."""
    new = replay.new
    if replay.component != STATEFUL or replay.old is not None or new is None:
        return
    owner = _stateful_set_of(replay, new)
    if owner is None or owner.spec.pod_management_policy == "Parallel":
        return
    first = owner.spec.ordinals.start if owner.spec.ordinals else 0
    for ordinal in range(first, _ordinal(new)):
        key = f"/registry/pods/{new.metadata.namespace}/{owner.metadata.name}-{ordinal}"
        pod = replay.of("pods").get(key)
        late = replay.written.get(key, 0) > replay.when - replay.slack
        if not late and (pod is None or not pod_ready(pod) or not pod_active(pod)):
            yield f"was made while {owner.metadata.name}-{ordinal} was not ready"


def stateful_sets_shrink_from_the_top(replay: Replay) -> Iterator[str]:
    """28. A StatefulSet that shrinks lets go of its highest pod first."""
    new, old = replay.new, replay.old
    if replay.component != STATEFUL or old is None or not pod_active(old):
        return
    if new is not None and pod_active(new):
        return
    owner = _stateful_set_of(replay, old)
    if owner is None or owner.spec.pod_management_policy == "Parallel":
        return
    first = owner.spec.ordinals.start if owner.spec.ordinals else 0
    if _ordinal(old) < first + (owner.spec.replicas or 0):
        return
    for key, pod in replay.of("pods").items():
        late = replay.written[key] > replay.when - replay.slack
        mine = (found := controller_of(pod)) is not None and found.uid == owner.metadata.uid
        if mine and not late and pod_active(pod) and _ordinal(pod) > _ordinal(old):
            yield f"was stopped before {key}"


def _stateful_set_of(replay: Replay, pod: Any) -> Any | None:
    owner = controller_of(pod)
    if owner is None or owner.kind != "StatefulSet":
        return None
    key = f"/registry/statefulsets.apps/{pod.metadata.namespace}/{owner.name}"
    found = replay.of("statefulsets.apps").get(key)
    return found if found is not None and found.metadata.uid == owner.uid else None


def _ordinal(pod: Any) -> int:
    return int(pod.metadata.name.rpartition("-")[2])


def claims_are_kept(replay: Replay) -> Iterator[str]:
    """28. No controller deletes the claims of a StatefulSet, unless it is told to."""
    new, old = replay.new, replay.old
    if old is None or old.metadata.deletion_timestamp is not None or old.metadata.owner_references:
        return
    marked = new is None or new.metadata.deletion_timestamp is not None
    if marked and replay.component in (STATEFUL, "garbage-collector-controller"):
        yield f"was deleted by {replay.component}"


def daemons_are_alone(replay: Replay) -> Iterator[str]:
    """29. A DaemonSet has one pod on a node, or two while it surges."""
    new = replay.new
    if replay.component != DAEMON or replay.old is not None or new is None or replay.disturbed:
        return  # a process that does not know what it has done may do it twice, upstream too
    owner = controller_of(new)
    daemons = replay.of("daemonsets.apps").values()
    found = next((d for d in daemons if owner and d.metadata.uid == owner.uid), None)
    if owner is None or found is None:
        return
    there = sum(
        pod_active(pod) and (o := controller_of(pod)) is not None and o.uid == owner.uid
        for pod in replay.of("pods").values()
        if target_node(pod) == target_node(new)
    )
    rolling = found.spec.update_strategy.rolling_update
    surge = rolling is not None and str(rolling.max_surge or 0) not in ("0", "0%")
    if there > 1 + surge:
        yield f"is number {there} on {target_node(new)}"


def jobs_count_forward(replay: Replay) -> Iterator[str]:
    """30. A Job counts no success twice and takes none back, nor a failure."""
    new, old = replay.new, replay.old
    if new is None:
        return
    wanted, won = new.spec.completions, new.status.succeeded or 0
    if wanted is not None and won > wanted:
        yield f"counts {won} successes of {wanted}"
    if old is None:
        return
    if won < (old.status.succeeded or 0):
        yield f"counts {won} successes after {old.status.succeeded}"
    if (new.status.failed or 0) < (old.status.failed or 0):
        yield f"counts {new.status.failed} failures after {old.status.failed}"


def runs_are_started_once(replay: Replay) -> Iterator[str]:
    """31. A CronJob starts each run once, and none after its deadline."""
    found = _started(replay)
    if found is None:
        return
    cron_job, moment = found
    run = (cron_job.metadata.uid, moment)
    if run in replay.runs:
        yield f"is the second run of its CronJob at {Time(moment).wire()}"
    replay.runs[run] = None
    deadline, late = cron_job.spec.starting_deadline_seconds, replay.when - moment
    if deadline is not None and late > deadline * SECOND + replay.slack:
        yield f"was started {late // SECOND} s late, and {deadline} s was the most"


def forbidden_runs_do_not_overlap(replay: Replay) -> Iterator[str]:
    """31. A CronJob that forbids it never has two Jobs at once."""
    found = _started(replay)
    if found is None or found[0].spec.concurrency_policy != "Forbid" or replay.disturbed:
        return  # upstream forgets a Job whose creation it has not heard of
    for key, job in replay.of("jobs.batch").items():
        owner = controller_of(job)
        if key == replay.key or owner is None or owner.uid != found[0].metadata.uid:
            continue
        late = replay.written[key] > replay.when - replay.slack
        if not late and not is_true(job, "Complete") and not is_true(job, "Failed"):
            yield f"was started while {key} was not over"


def _started(replay: Replay) -> tuple[Any, int] | None:
    """The CronJob that has just made a Job, and for which moment: it is in the Job's name."""
    new = replay.new
    if replay.component != "cronjob-controller" or replay.old is not None or new is None:
        return None
    owner, found = controller_of(new), replay.of("cronjobs.batch").values()
    cron_job = next((c for c in found if owner and c.metadata.uid == owner.uid), None)
    return (cron_job, _ordinal(new) * MINUTE) if cron_job is not None else None


def autoscalers_keep_their_bounds(replay: Replay) -> Iterator[str]:
    """33. An autoscaler never asks for fewer than its least or more than its most pods."""
    new, old = replay.new, replay.old
    if replay.component != "horizontal-pod-autoscaler" or new is None or old is None:
        return
    for scaler in replay.of("horizontalpodautoscalers.autoscaling").values():
        target = scaler.spec.scale_target_ref
        mine = scaler.metadata.namespace, target.kind, target.name
        if mine != (new.metadata.namespace, new.kind, new.metadata.name) or new.spec == old.spec:
            continue
        least, most = scaler.spec.min_replicas or 1, scaler.spec.max_replicas
        if not least <= (new.spec.replicas or 0) <= most:
            yield f"was given {new.spec.replicas} pods, not {least} to {most}"


def children_go_first(replay: Replay) -> Iterator[str]:
    """38. What is deleted in the foreground goes after the children that hold it."""
    new, old = replay.new, replay.old
    if new is not None or old is None or FOREGROUND not in old.metadata.finalizers:
        return
    for kind in replay.state.values():
        for key, obj in kind.items():
            for owner in obj.metadata.owner_references:
                held = owner.uid == old.metadata.uid and owner.block_owner_deletion
                if held and replay.written[key] <= replay.when - replay.slack:
                    yield f"went before {key}"


PODS = (
    bound_pods_share_no_port,
    containers_wait_for_their_elders,
    stateful_pods_are_made_in_order,
    stateful_sets_shrink_from_the_top,
    daemons_are_alone,
)
JOBS = (jobs_count_forward, runs_are_started_once, forbidden_runs_do_not_overlap)
CLAIMS = (claims_are_kept,)
SCALED = (autoscalers_keep_their_bounds,)
ANYTHING = (finalizers_end_with_the_last, children_go_first)
