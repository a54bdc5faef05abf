"""What must be true of sets, daemons, jobs and autoscalers: rows of ``tests.invariants``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelite.api.batch_v1 import CRON_SCHEDULED_TIMESTAMP, finished
from kubelite.api.conditions import pod_active, pod_ready
from kubelite.apimachinery.intstr import scaled
from kubelite.controllers.statefulset.identity import first, ordinal, size
from kubelite.sim.clock import MINUTE, SECOND
from tests.replay import Replay

DELAY = 5 * SECOND  # what a controller may not know yet
STATEFUL_SETS = "statefulsets.apps"


def sets_are_built_from_the_bottom(replay: Replay) -> Iterator[str]:
    """28. A StatefulSet in order creates a pod only when all with lower numbers are ready."""
    new = replay.new
    if replay.resource != "pods" or replay.old is not None or new is None:
        return
    owner = replay.owner_of(new)
    if (
        owner is None
        or owner.kind != "StatefulSet"
        or owner.spec.pod_management_policy == "Parallel"
    ):
        return
    if replay.alarmed > replay.when - DELAY:
        return
    siblings = {ordinal(pod): pod for pod in replay.children("pods", owner.metadata.uid)}
    for number in range(first(owner), ordinal(new)):
        lower = siblings.get(number)
        if lower is None or not pod_ready(lower):
            yield f"was created before {owner.metadata.name}-{number} was ready"


def sets_are_taken_down_from_the_top(replay: Replay) -> Iterator[str]:
    """28. A StatefulSet in order that shrinks stops its highest pod first, one at a time."""
    new, old = replay.new, replay.old
    if replay.resource != "pods" or replay.component != "statefulset-controller" or old is None:
        return
    if not pod_active(old) or (new is not None and pod_active(new)):
        return
    owner = replay.owner_of(old)
    if owner is None or owner.spec.pod_management_policy == "Parallel":
        return
    top = first(owner) + size(owner)
    for pod in replay.children("pods", owner.metadata.uid):
        if top <= ordinal(old) < ordinal(pod):
            yield f"was stopped before {pod.metadata.name}"


def claims_outlive_their_pods(replay: Replay) -> Iterator[str]:
    """28. No controller deletes the claim of a StatefulSet, unless the set says so."""
    new, old = replay.new, replay.old
    if replay.resource != "persistentvolumeclaims" or old is None:
        return
    began = old.metadata.deletion_timestamp is None
    ends = new is None or new.metadata.deletion_timestamp is not None
    if not (began and ends) or not replay.component.endswith("-controller"):
        return
    if replay.component == "namespace-controller" or old.metadata.owner_references:
        return
    yield f"was deleted by {replay.component}, which nobody asked for"


def a_daemon_is_on_a_node_once(replay: Replay) -> Iterator[str]:
    """29. A DaemonSet has at most one pod on a node, and two while it rolls with a surge."""
    new = replay.bound()
    if new is None:
        return
    owner = replay.owner_of(new)
    if owner is None or owner.kind != "DaemonSet":
        return
    rolling = owner.spec.update_strategy.rolling_update
    most = 1 if rolling is None or not scaled(rolling.max_surge, 100, True) else 2
    there = [p for p in replay.children("pods", owner.metadata.uid) if pod_active(p)]
    count = sum(pod.spec.node_name == new.spec.node_name for pod in there)
    if count > most:
        yield f"is number {count} of {owner.metadata.name} on {new.spec.node_name}"


def jobs_count_each_pod_once(replay: Replay) -> Iterator[str]:
    """30. What a Job has counted never falls, nor exceeds its completions or its good pods."""
    new, old = replay.new, replay.old
    if replay.resource != "jobs.batch" or new is None:
        return
    status, wanted = new.status, new.spec.completions
    if old is not None:
        if status.succeeded < old.status.succeeded and new.spec.completion_mode != "Indexed":
            yield f"counted {old.status.succeeded} successes, and then {status.succeeded}"
        if finished(old) and finished(new) != finished(old):
            yield f"was {finished(old)}, and became {finished(new) or 'unfinished'}"
    if wanted is not None and status.succeeded > wanted:
        yield f"counts {status.succeeded} successes of {wanted}"
    seen = replay.succeeded.get(new.metadata.uid, 0)
    if status.succeeded > seen:
        yield f"counts {status.succeeded} successes, and only {seen} pods have succeeded"


def cron_jobs_keep_their_policy(replay: Replay) -> Iterator[str]:
    """31. With Forbid and Replace a CronJob has one Job at work; none is started twice, or late."""
    new = replay.new
    if replay.resource != "jobs.batch" or replay.old is not None or new is None:
        return
    owner = replay.owner_of(new)
    stamp = new.metadata.annotations.get(CRON_SCHEDULED_TIMESTAMP)
    if owner is None or owner.kind != "CronJob" or stamp is None:
        return
    others = [
        job
        for job in replay.children("jobs.batch", owner.metadata.uid)
        if job.metadata.uid != new.metadata.uid and not finished(job)
    ]
    others = [job for job in others if job.metadata.deletion_timestamp is None]
    if others and owner.spec.concurrency_policy in ("Forbid", "Replace"):
        yield f"was started beside {others[0].metadata.name}"
    runs = replay.runs.setdefault(owner.metadata.uid, [])
    if stamp in runs:
        yield f"was started a second time for {stamp}"
    runs.append(stamp)
    deadline = owner.spec.starting_deadline_seconds
    due = int(new.metadata.name.rpartition("-")[2]) * MINUTE
    if deadline is not None and replay.when > due + deadline * SECOND + DELAY:
        yield f"was started more than {deadline} s after {stamp}"


def autoscalers_keep_their_bounds(replay: Replay) -> Iterator[str]:
    """33. A HorizontalPodAutoscaler never asks for fewer than min or more than max replicas."""
    if replay.component != "horizontal-pod-autoscaler" or replay.new is None:
        return
    wanted = _replicas(replay.new)
    if wanted is None or wanted == _replicas(replay.old):
        return
    for scaler in _scalers(replay):
        least = 1 if scaler.spec.min_replicas is None else scaler.spec.min_replicas
        if not least <= wanted <= scaler.spec.max_replicas:
            yield f"was scaled to {wanted}, outside {least} to {scaler.spec.max_replicas}"


def _replicas(obj: Any) -> int | None:
    found: int | None = getattr(getattr(obj, "spec", None), "replicas", None)
    return found


def autoscalers_hesitate_to_shrink(replay: Replay) -> Iterator[str]:
    """33. What an autoscaler has just added it does not take away before its window is over."""
    new, old = replay.new, replay.old
    if replay.component != "horizontal-pod-autoscaler" or new is None or old is None:
        return
    wanted, before = _replicas(new), _replicas(old)
    if wanted is None or before is None or wanted == before:
        return
    uid = new.metadata.uid
    if wanted > before:
        replay.raised[uid] = (replay.when, wanted)
        return
    when, size = replay.raised.get(uid, (0, 0))
    window = min((_window(scaler) for scaler in _scalers(replay)), default=0)
    if wanted < size and replay.when < when + window * SECOND:
        yield f"shrank to {wanted} {(replay.when - when) // SECOND} s after it grew to {size}"


def _scalers(replay: Replay) -> Iterator[Any]:
    """Those that are responsible for what has changed."""
    meta = replay.new.metadata
    for scaler in replay.of("horizontalpodautoscalers.autoscaling").values():
        target = scaler.spec.scale_target_ref
        same = (target.kind, target.name) == (replay.new.kind, meta.name)
        if same and scaler.metadata.namespace == meta.namespace:
            yield scaler


def _window(scaler: Any) -> int:
    """How many seconds it looks back; 0 when somebody has changed it meanwhile."""
    if scaler.metadata.generation > 1:
        return 0
    rules = scaler.spec.behavior.scale_down if scaler.spec.behavior else None
    window = rules.stabilization_window_seconds if rules else None
    return 300 if window is None else window


def workloads_are_as_asked(replay: Replay) -> Iterator[str]:
    """37. Every workload has observed its spec, and counts the pods that there are."""
    now = replay.cluster.clock.now
    for resource in ("deployments.apps", "replicasets.apps", STATEFUL_SETS, "daemonsets.apps"):
        for key, obj in replay.of(resource).items():
            if now - max(replay.settled("pods", resource), replay.written[key]) < DELAY:
                continue
            if obj.status.observed_generation != obj.metadata.generation:
                yield f"{key} has not been looked at since it was changed"
            if resource == "replicasets.apps":
                alive = sum(map(pod_active, replay.children("pods", obj.metadata.uid)))
                if obj.status.replicas != alive:
                    yield f"{key} counts {obj.status.replicas} pods, and has {alive}"
