"""What must be true of every revision of every cluster, whatever was done to it: safety.

Each invariant is a function whose docstring is its sentence; it yields a complaint for each place
where the sentence is false. ``check`` replays the whole history of a cluster and asks them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from kubelite.api.conditions import pod_active, pod_finished, pod_ready
from kubelite.api.volumes import ATTACHMENTS
from kubelite.apimachinery.labels import from_set
from kubelite.apimachinery.struct import decode, encode, replace
from kubelite.chaos import invariants_of_history as history
from kubelite.chaos import invariants_of_objects as objects
from kubelite.chaos.invariants_of_disruption import evictions_keep_budgets, preemption_spares_equals
from kubelite.chaos.invariants_of_endings import (
    a_dark_zone_is_left_alone,
    claims_outlast_their_users,
    disks_are_let_go_first,
    machines_are_given_up_one_by_one,
    nobody_vouches_for_the_silent,
    only_orphans_are_collected,
    owners_that_adopt_are_there,
    pods_are_removed_by_their_kubelet,
    pods_leave_a_namespace_first,
    tolerations_are_honoured,
)
from kubelite.chaos.invariants_of_rollouts import (
    PROPAGATION,
    replica_sets_never_overshoot,
    rollouts_ask_for_no_more_than_their_surge,
    rollouts_keep_enough_pods_ready,
)
from kubelite.chaos.invariants_of_work import (
    addresses_are_given_once,
    changed_budgets_are_counted_first,
    containers_are_started_ever_later,
    daemons_leave_a_few_at_a_time,
    jobs_count_what_has_ended,
    jobs_keep_their_parallelism,
    only_what_stays_is_bound,
    quotas_are_kept,
    recreation_waits_for_the_end,
    slices_hold_a_hundred,
)
from kubelite.chaos.replay import SIGNS_OF_LIFE, Replay
from kubelite.chaos.witness import finalizers_are_waited_for, updates_are_of_what_is_there
from kubelite.cluster import Cluster
from kubelite.scheduler.resources import amounts_of, pod_requests
from kubelite.sim.clock import SECOND

COLLECTION = 60 * SECOND
LATE = 15 * SECOND
_PHASES = ("Pending", "Running", "Succeeded", "Failed")
_SLICES = "endpointslices.discovery.k8s.io"


Invariant = Callable[[Replay], Iterator[str]]


def revisions_grow_by_one(replay: Replay) -> Iterator[str]:
    """1. Revisions grow by exactly one with each transaction and never repeat."""
    assert replay.change is not None
    if replay.change.revision not in (replay.former, replay.former + 1):
        yield f"after revision {replay.former} came {replay.change.revision}"


def objects_carry_their_revision(replay: Replay) -> Iterator[str]:
    """2. An object's resourceVersion is the revision of its last write."""
    assert replay.change is not None
    if replay.new is not None and replay.new.metadata.resource_version != str(
        replay.change.revision
    ):
        yield f"resourceVersion {replay.new.metadata.resource_version}"


def what_is_stored_can_be_read_back(replay: Replay) -> Iterator[str]:
    """13. Every stored object can be read from its own JSON, and then writes the same JSON."""
    if replay.new is not None:
        raw = encode(replay.new)
        if encode(decode(type(replay.new), raw)) != raw:
            yield "writes other JSON once it has been read"


def generations_count_specs(replay: Replay) -> Iterator[str]:
    """14. The generation grows exactly when the spec changes; nobody observes a later one."""
    new, old = replay.new, replay.old
    if new is None or not new.metadata.generation or not hasattr(new, "spec"):
        return
    observed = getattr(getattr(new, "status", None), "observed_generation", 0) or 0
    if observed > new.metadata.generation:
        yield f"observed generation {observed} of {new.metadata.generation}"
    if old is None:
        return
    if new.metadata.generation < old.metadata.generation:
        yield "its generation fell"
    grew = new.metadata.generation > old.metadata.generation
    spec = old.spec
    if replay.resource == "pods":  # binding is not counted
        spec = replace(spec, node_name=new.spec.node_name)
    marked = new.metadata.deletion_timestamp != old.metadata.deletion_timestamp
    # A Deployment's annotations count, too: they are copied to its ReplicaSets.
    noted = new.kind == "Deployment" and new.metadata.annotations != old.metadata.annotations
    if (new.spec != spec) and not grew:
        yield "its spec changed and its generation did not"
    if grew and not (new.spec != spec or marked or noted):
        yield "its generation grew and its spec did not change"


_IDENTITY = ("name", "namespace", "uid", "creation_timestamp")
_identity = attrgetter(*_IDENTITY)


def what_is_immutable_stays(replay: Replay) -> Iterator[str]:
    """15. Name, uid, birth, selector, a pod's node and a Service's address never change."""
    new, old = replay.new, replay.old
    if new is None or old is None:
        return
    if _identity(new.metadata) != _identity(old.metadata):
        for name in _IDENTITY:
            if getattr(new.metadata, name) != getattr(old.metadata, name):
                yield f"metadata.{name} changed"
    if new.kind in ("Deployment", "ReplicaSet") and new.spec.selector != old.spec.selector:
        yield "spec.selector changed"
    if new.kind == "Pod" and old.spec.node_name not in ("", new.spec.node_name):
        yield "spec.nodeName changed: bound twice"
    if new.kind == "Service" and old.spec.cluster_ip not in ("", new.spec.cluster_ip):
        yield "spec.clusterIP changed"


def a_deletion_is_never_taken_back(replay: Replay) -> Iterator[str]:
    """16. A deletionTimestamp is never cleared and never moves into the future."""
    new, old = replay.new, replay.old
    if new is None or old is None or old.metadata.deletion_timestamp is None:
        return
    stamp = new.metadata.deletion_timestamp
    if stamp is None or stamp > old.metadata.deletion_timestamp:
        yield f"deletionTimestamp went from {old.metadata.deletion_timestamp} to {stamp}"


def no_node_is_overcommitted(replay: Replay) -> Iterator[str]:
    """18. What the scheduler puts on a node never asks for more than the node has to give, unless
    it does not know yet of what it has just put there, or has died since it asked."""
    new, old = replay.new, replay.old
    if replay.replaced > replay.when - LATE:
        return
    if replay.resource != "pods" or new is None or replay.component != "default-scheduler":
        return
    if old is None or old.spec.node_name or not new.spec.node_name:
        return
    node = replay.of("nodes").get(f"/registry/nodes/{new.spec.node_name}")
    if node is None:
        yield f"was bound to {new.spec.node_name}, which is not there"
        return
    there = [
        pod
        for pod in replay.of("pods").values()
        if pod.spec.node_name == new.spec.node_name and not pod_finished(pod)
    ]
    for pod in there:  # upstream's scheduler forgets it, too, until a watch tells of it
        where = f"{pod.metadata.namespace}/{pod.metadata.name}"
        if pod is not new and replay.doubted.get(where, 0) > replay.when - PROPAGATION:
            return
    room = amounts_of(node.status.allocatable)
    if len(there) > room["pods"]:
        yield f"is one of {len(there)} pods on {new.spec.node_name}"
    for name in ("cpu", "memory"):
        asked = sum(pod_requests(pod.spec).get(name, 0) for pod in there)
        if asked > room[name]:
            yield f"makes {new.spec.node_name} promise {asked} of {room[name]} {name}"


def pods_only_move_forward(replay: Replay) -> Iterator[str]:
    """23. A pod's phase never goes back, its end is final, and restarts are never uncounted."""
    new, old = replay.new, replay.old
    if replay.resource != "pods" or new is None or old is None:
        return
    before, after = old.status.phase, new.status.phase
    if pod_finished(old) and before != after:
        yield f"was {before} and became {after}"
    elif _PHASES.index(after) < _PHASES.index(before):
        yield f"went from {before} back to {after}"
    counts = {c.name: c.restart_count for c in new.status.container_statuses}
    for container in old.status.container_statuses:
        if counts.get(container.name, container.restart_count) < container.restart_count:
            yield f"uncounted a restart of container {container.name}"


def owners_are_clear(replay: Replay) -> Iterator[str]:
    """32. Nothing has two managing owners, and nobody takes in what is on its way out."""
    new, old = replay.new, replay.old
    if new is None:
        return
    if sum(bool(owner.controller) for owner in new.metadata.owner_references) > 1:
        yield "has two managing owners"
    if old is not None and old.metadata.deletion_timestamp is not None:
        taken = {o.uid for o in new.metadata.owner_references} - {
            o.uid for o in old.metadata.owner_references
        }
        if taken:
            yield "was adopted while it was being deleted"


def no_orphan_is_left(replay: Replay) -> Iterator[str]:
    """32. What has lost its last owner is deleted, soon."""
    alive = {obj.metadata.uid for kind in replay.state.values() for obj in kind.values()}
    now = replay.cluster.clock.now
    for kind in replay.state.values():
        for key, obj in kind.items():
            owners = [owner.uid for owner in obj.metadata.owner_references]
            if not owners or alive & {*owners} or obj.metadata.deletion_timestamp is not None:
                continue
            lost = max(replay.gone.get(uid, 0) for uid in owners)
            if now - lost > COLLECTION:
                yield f"{key} has had no owner for {(now - lost) // SECOND} s"


def services_know_who_is_ready(replay: Replay) -> Iterator[str]:
    """34. Each Ready pod is a ready endpoint of its Services exactly once, and nobody else is."""
    settled = replay.cluster.clock.now - PROPAGATION
    pods = {p.metadata.uid: p for p in replay.of("pods").values()}
    for key, service in replay.of("services").items():
        if not service.spec.selector or replay.written[key] > settled:
            continue
        namespace, name = service.metadata.namespace, service.metadata.name
        slices = [
            s
            for s in replay.of(_SLICES).values()
            if s.metadata.namespace == namespace
            and s.metadata.labels.get("kubernetes.io/service-name") == name
        ]
        listed = [e for s in slices for e in s.endpoints]
        told = [e.target_ref.uid for e in listed if e.target_ref and e.conditions.ready]
        for uid in told:
            if uid not in pods and replay.gone.get(uid, 0) <= settled:
                yield f"{key} still sends traffic to a pod that is gone"
        matches = from_set(service.spec.selector).matches
        for place, pod in replay.of("pods").items():
            if pod.metadata.namespace != namespace or replay.written[place] > settled:
                continue
            serves = pod_ready(pod) and pod_active(pod) and matches(pod.metadata.labels)
            if service.spec.publish_not_ready_addresses and not pod_ready(pod):
                continue
            if told.count(pod.metadata.uid) != serves:
                yield f"{key} lists {place} {told.count(pod.metadata.uid)} times"


AT_EVERY_REVISION: tuple[Invariant, ...] = (
    revisions_grow_by_one,
    objects_carry_their_revision,
    what_is_stored_can_be_read_back,
    generations_count_specs,
    what_is_immutable_stays,
    a_deletion_is_never_taken_back,
    no_node_is_overcommitted,
    pods_only_move_forward,
    rollouts_ask_for_no_more_than_their_surge,
    rollouts_keep_enough_pods_ready,
    replica_sets_never_overshoot,
    owners_are_clear,
    preemption_spares_equals,
    evictions_keep_budgets,
    history.changes_know_what_was_before,
    history.a_lock_has_one_holder,
    *objects.ANYTHING,
    *objects.PODS,
    *objects.JOBS,
    *objects.CLAIMS,
    *objects.SCALED,
    updates_are_of_what_is_there,
    finalizers_are_waited_for,
    pods_are_removed_by_their_kubelet,
    only_orphans_are_collected,
    pods_leave_a_namespace_first,
    claims_outlast_their_users,
    disks_are_let_go_first,
    owners_that_adopt_are_there,
    tolerations_are_honoured,
    a_dark_zone_is_left_alone,
    machines_are_given_up_one_by_one,
    nobody_vouches_for_the_silent,
    jobs_keep_their_parallelism,
    jobs_count_what_has_ended,
    recreation_waits_for_the_end,
    daemons_leave_a_few_at_a_time,
    containers_are_started_ever_later,
    changed_budgets_are_counted_first,
    quotas_are_kept,
    slices_hold_a_hundred,
    addresses_are_given_once,
    only_what_stays_is_bound,
)

AT_THE_END: tuple[Invariant, ...] = (no_orphan_is_left, services_know_who_is_ready)


RARELY: tuple[Invariant, ...] = (what_is_stored_can_be_read_back,)
"""Too dear to ask at every write of thousands of seeds."""

_PODS = ("pods",)
CONCERNS: dict[Invariant, tuple[str, ...]] = {
    no_node_is_overcommitted: _PODS,
    pods_only_move_forward: _PODS,
    rollouts_ask_for_no_more_than_their_surge: ("replicasets.apps",),
    rollouts_keep_enough_pods_ready: _PODS,
    replica_sets_never_overshoot: _PODS,
    preemption_spares_equals: _PODS,
    evictions_keep_budgets: _PODS,
    history.a_lock_has_one_holder: (history.LEASES,),
    **dict.fromkeys(objects.PODS, _PODS),
    **dict.fromkeys(objects.JOBS, ("jobs.batch",)),
    **dict.fromkeys(objects.CLAIMS, ("persistentvolumeclaims",)),
    **dict.fromkeys(objects.SCALED, ("deployments.apps", "statefulsets.apps", "replicasets.apps")),
    pods_are_removed_by_their_kubelet: _PODS,
    claims_outlast_their_users: ("persistentvolumeclaims",),
    disks_are_let_go_first: (ATTACHMENTS,),
    tolerations_are_honoured: _PODS,
    a_dark_zone_is_left_alone: ("nodes",),
    machines_are_given_up_one_by_one: ("nodes",),
    nobody_vouches_for_the_silent: _PODS,
    jobs_keep_their_parallelism: _PODS,
    jobs_count_what_has_ended: ("jobs.batch",),
    recreation_waits_for_the_end: _PODS,
    daemons_leave_a_few_at_a_time: _PODS,
    containers_are_started_ever_later: _PODS,
    changed_budgets_are_counted_first: _PODS,
    quotas_are_kept: _PODS,
    slices_hold_a_hundred: (_SLICES,),
    addresses_are_given_once: ("services",),
    only_what_stays_is_bound: _PODS,
}
"""The kinds whose writes can break it; all of them unless it stands here."""


WRITERS: dict[Invariant, str] = {
    no_node_is_overcommitted: "default-scheduler",
    only_what_stays_is_bound: "default-scheduler",
    objects.host_ports_are_given_once: "default-scheduler",
    objects.a_daemon_is_on_a_node_once: "default-scheduler",
    objects.containers_wait_for_their_init_containers: "kubelet/",
    containers_are_started_ever_later: "kubelet/",
    rollouts_ask_for_no_more_than_their_surge: "deployment-controller",
    rollouts_keep_enough_pods_ready: "replicaset-controller",
    objects.sets_are_built_from_the_bottom: objects.STATEFUL,
    objects.sets_are_taken_down_from_the_top: objects.STATEFUL,
    daemons_leave_a_few_at_a_time: "daemonset-controller",
    **dict.fromkeys(objects.SCALED, "horizontal-pod-autoscaler"),
    only_orphans_are_collected: "garbage-collector-controller",
    pods_leave_a_namespace_first: "namespace-controller",
    tolerations_are_honoured: "taint-eviction-controller",
}
"""By whose writes alone it can be broken: how their names begin."""

OF_SIGNS: tuple[Invariant, ...] = (
    revisions_grow_by_one,
    objects_carry_their_revision,
    what_is_stored_can_be_read_back,
    what_is_immutable_stays,
    history.changes_know_what_was_before,
    history.a_lock_has_one_holder,
    updates_are_of_what_is_there,
    only_orphans_are_collected,
    pods_leave_a_namespace_first,
)
"""What is asked of signs of life: they are half of all writes, and have no spec, owners or end."""


def concerned(
    invariants: Iterable[Invariant], resource: str, component: str | None = None
) -> Iterator[Invariant]:
    """Those that a write of this kind can break, by this component or by any."""
    for invariant in invariants:
        if resource in SIGNS_OF_LIFE and invariant not in OF_SIGNS:
            continue
        kinds, writer = CONCERNS.get(invariant, (resource,)), WRITERS.get(invariant, "")
        if resource in kinds and (component is None or component.startswith(writer)):
            yield invariant


def check(
    cluster: Cluster,
    replay: Replay | None = None,
    always: tuple[Invariant, ...] = AT_EVERY_REVISION,
    at_end: tuple[Invariant, ...] = AT_THE_END,
) -> None:
    """Replay the whole history. Raises AssertionError with every sentence that is false."""
    replay = replay or Replay(cluster)
    broken: list[str] = []
    for _ in replay.steps():
        assert replay.change is not None
        for invariant in concerned(always, replay.resource, replay.component):
            for complaint in invariant(replay):
                where = f"revision {replay.change.revision} by {replay.component}: {replay.key}"
                broken.append(f"{invariant.__doc__}\n    {where} {complaint}")
    for invariant in at_end:
        broken += [f"{invariant.__doc__}\n    {complaint}" for complaint in invariant(replay)]
    assert not broken, f"seed {cluster.seed}:\n" + "\n".join(broken[:10])
