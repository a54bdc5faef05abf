"""What must be true of Jobs, daemons, budgets and quotas: rows of ``chaos.concerns``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelite.api.conditions import pod_active, pod_finished, pod_ready
from kubelite.api.devices import CLAIMS, allocated_devices
from kubelite.apimachinery.intstr import scaled
from kubelite.apimachinery.labels import from_label_selector
from kubelite.controllers.base import controller_of
from kubelite.sim.clock import MINUTE

MAX_ENDPOINTS = 100
RESTARTS = 10
"""A container that fails at once is started again after 0, 10, 20, 40 s: so often within a minute
not even where a kubelet forgets its back-off once or twice."""


def jobs_keep_their_parallelism(replay: Any) -> Iterator[str]:
    """30. Without a controller's crash or an unknown reply, a Job never has more pods at work than
    it may."""
    new = replay.new
    if replay.disturbed:
        return
    job = _owner(replay, new, "Job", "jobs.batch")
    if job is None:
        return
    most = replay.parallelism.get(job.metadata.uid, 1)
    active = sum(pod_active(pod) for pod in _children(replay, job))
    if active > most:
        yield f"is number {active} of {most}"


def jobs_count_what_has_ended(replay: Any) -> Iterator[str]:
    """30. A Job never counts more successes than pods of it have succeeded."""
    new = replay.new
    if not new.status.succeeded:
        return
    seen = replay.succeeded.get(new.metadata.uid, 0)
    if new.status.succeeded > seen:
        yield f"counts {new.status.succeeded} successes, and only {seen} pods have succeeded"


def recreation_waits_for_the_end(replay: Any) -> Iterator[str]:
    """25. With Recreate no new pod is made while one of another version is still there."""
    new = replay.new
    if replay.disturbed:
        return
    deployment = replay.deployment_of(new)
    if deployment is None or deployment.spec.strategy.type != "Recreate":
        return
    mine = controller_of(new)
    for pod in replay.family(deployment):
        owner = controller_of(pod)
        another = owner is not None and mine is not None and owner.uid != mine.uid
        if another and not pod_finished(pod):
            yield f"was made while {pod.metadata.name} is still there"


def daemons_leave_a_few_at_a_time(replay: Any) -> Iterator[str]:
    """26. A DaemonSet's update takes a ready daemon away only while no more than maxUnavailable
    nodes are without one, unless a daemon failed or a node came or went just now."""
    new, old = replay.new, replay.old
    if replay.disturbed:
        return
    if not (pod_active(old) and pod_ready(old)) or (new is not None and pod_active(new)):
        return
    owner = _owner(replay, old, "DaemonSet", "daemonsets.apps")
    lately = replay.when - replay.slack
    if owner is None or replay.unasked > lately or replay.turned > lately:
        return
    rolling = owner.spec.update_strategy.rolling_update
    wanted = owner.status.desired_number_scheduled
    if rolling is None or scaled(rolling.max_surge or 0, wanted, True):
        return
    fewest = wanted - max(scaled(rolling.max_unavailable or 0, wanted, True), 1)
    left = sum(pod_active(pod) and pod_ready(pod) for pod in _children(replay, owner))
    if left < fewest:
        yield f"was stopped, and leaves {left} ready daemons where {fewest} are to be"


def containers_are_started_ever_later(replay: Any) -> Iterator[str]:
    """44. A container that ends again and again is started ever later."""
    new, old = replay.new, replay.old
    before = {status.name: status.restart_count for status in old.status.container_statuses}
    for status in new.status.container_statuses:
        if status.restart_count <= before.get(status.name, 0):
            continue
        place = f"{new.metadata.uid}/{status.name}"
        times = [t for t in replay.restarts.get(place, ()) if t > replay.when - MINUTE]
        replay.restarts[place] = [*times, replay.when]
        if len(times) == RESTARTS:
            yield f"container {status.name} was started {RESTARTS} times within a minute"


def changed_budgets_are_counted_first(replay: Any) -> Iterator[str]:
    """33. A budget that has changed grants nothing before it has been counted anew."""
    new, old = replay.new, replay.old
    if not _evicted(new) or _evicted(old) or not pod_ready(new):
        return
    for budget in replay.of("poddisruptionbudgets.policy").values():
        if budget.status.observed_generation >= budget.metadata.generation:
            continue
        same = budget.metadata.namespace == new.metadata.namespace
        if same and from_label_selector(budget.spec.selector).matches(new.metadata.labels):
            yield f"was evicted, and {budget.metadata.name} had changed meanwhile"


def _evicted(obj: Any) -> bool:
    return any(
        c.type == "DisruptionTarget" and c.reason == "EvictionByEvictionAPI"
        for c in obj.status.conditions
    )


def quotas_are_kept(replay: Any) -> Iterator[str]:
    """18. No pod is created beyond what a quota allows."""
    new = replay.new
    for key, quota in replay.of("resourcequotas").items():
        limit = quota.status.hard.get("pods")  # what is not counted yet limits nothing
        if limit is None or quota.metadata.namespace != new.metadata.namespace:
            continue
        if ("resourcequota-controller", key) in replay.overdue:
            continue  # it has been told what was true long ago
        there = replay.of("pods").values()
        mine = [pod for pod in there if pod.metadata.namespace == new.metadata.namespace]
        alive = sum(not pod_finished(pod) for pod in mine)
        if alive > limit.value:
            yield f"is number {alive} of {limit.value}"


def slices_hold_a_hundred(replay: Any) -> Iterator[str]:
    """34. No EndpointSlice has more than a hundred endpoints."""
    if len(replay.new.endpoints) > MAX_ENDPOINTS:
        yield f"has {len(replay.new.endpoints)} endpoints"


def addresses_are_given_once(replay: Any) -> Iterator[str]:
    """15. No two Services have one address or one node port."""
    new = replay.new
    ports = {port.node_port for port in new.spec.ports if port.node_port}
    for other in replay.of("services").values():
        if other.metadata.uid == new.metadata.uid:
            continue
        if new.spec.cluster_ip not in ("", "None") and new.spec.cluster_ip == other.spec.cluster_ip:
            yield f"has {new.spec.cluster_ip}, as {other.metadata.name} has"
        for port in other.spec.ports:
            if port.node_port in ports:
                yield f"has node port {port.node_port}, as {other.metadata.name} has"


def devices_are_given_once(replay: Any) -> Iterator[str]:
    """20. No device is one claim's while it is another's."""
    new = replay.new
    held = _devices(new)
    for claim in replay.of(CLAIMS).values() if held else ():
        if claim.metadata.uid != new.metadata.uid:
            for device in sorted(held & _devices(claim)):
                yield f"has {device}, as {claim.metadata.name} has"


def _devices(claim: Any) -> set[str]:
    return {f"{r.driver}/{r.pool}/{r.device}" for r in allocated_devices(claim)}


def only_what_stays_is_bound(replay: Any) -> Iterator[str]:
    """19. A pod that is on its way out is not given a node."""
    new, old = replay.new, replay.old
    if old.spec.node_name or not new.spec.node_name:
        return
    if old.metadata.deletion_timestamp is not None:
        yield f"was bound to {new.spec.node_name}, and is to end"


def _owner(replay: Any, obj: Any, kind: str, resource: str) -> Any | None:
    owner = controller_of(obj)
    if owner is None or owner.kind != kind:
        return None
    found = replay.of(resource).get(f"/registry/{resource}/{obj.metadata.namespace}/{owner.name}")
    return found if found is not None and found.metadata.uid == owner.uid else None


def _children(replay: Any, owner: Any) -> Iterator[Any]:
    for pod in replay.of("pods").values():
        found = controller_of(pod)
        if found is not None and found.uid == owner.metadata.uid:
            yield pod
