"""Which invariants a write concerns: by its kind, by whom it was made, and by what it did.

``check`` replays the whole history of a cluster and asks them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kubelite.api.devices import CLAIMS as DEVICE_CLAIMS
from kubelite.api.volumes import ATTACHMENTS
from kubelite.chaos import invariants_of_history as history
from kubelite.chaos import invariants_of_objects as objects
from kubelite.chaos.invariants import (
    SLICES,
    Invariant,
    a_deletion_is_never_taken_back,
    generations_count_specs,
    identities_stay,
    no_node_is_overcommitted,
    no_orphan_is_left,
    objects_carry_their_revision,
    owners_are_clear,
    pods_only_move_forward,
    revisions_grow_by_one,
    services_know_who_is_ready,
    what_is_immutable_stays,
    what_is_stored_can_be_read_back,
)
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
    replica_sets_never_overshoot,
    rollouts_ask_for_no_more_than_their_surge,
    rollouts_keep_enough_pods_ready,
)
from kubelite.chaos.invariants_of_work import (
    addresses_are_given_once,
    changed_budgets_are_counted_first,
    containers_are_started_ever_later,
    daemons_leave_a_few_at_a_time,
    devices_are_given_once,
    jobs_count_what_has_ended,
    jobs_keep_their_parallelism,
    only_what_stays_is_bound,
    quotas_are_kept,
    recreation_waits_for_the_end,
    slices_hold_a_hundred,
)
from kubelite.chaos.replay import CHANGED, CREATED, REMOVED, SIGNS_OF_LIFE, Replay
from kubelite.chaos.witness import finalizers_are_waited_for, updates_are_of_what_is_there
from kubelite.cluster import Cluster

AT_EVERY_REVISION: tuple[Invariant, ...] = (
    revisions_grow_by_one,
    objects_carry_their_revision,
    what_is_stored_can_be_read_back,
    generations_count_specs,
    identities_stay,
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
    devices_are_given_once,
)

AT_THE_END: tuple[Invariant, ...] = (no_orphan_is_left, services_know_who_is_ready)


RARELY: tuple[Invariant, ...] = (what_is_stored_can_be_read_back,)
"""Too dear to ask at every write of thousands of seeds."""

_PODS = ("pods",)
CONCERNS: dict[Invariant, tuple[str, ...]] = {
    what_is_immutable_stays: ("deployments.apps", "replicasets.apps", "pods", "services"),
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
    slices_hold_a_hundred: (SLICES,),
    addresses_are_given_once: ("services",),
    only_what_stays_is_bound: _PODS,
    devices_are_given_once: (DEVICE_CLAIMS,),
}
"""The kinds whose writes can break it; all of them unless it stands here."""


WRITERS: dict[Invariant, str] = {
    no_node_is_overcommitted: "default-scheduler",
    only_what_stays_is_bound: "default-scheduler",
    devices_are_given_once: "default-scheduler",
    objects.host_ports_are_given_once: "default-scheduler",
    objects.a_daemon_is_on_a_node_once: "default-scheduler",
    objects.containers_wait_for_their_init_containers: "kubelet/",
    containers_are_started_ever_later: "kubelet/",
    rollouts_ask_for_no_more_than_their_surge: "deployment-controller",
    rollouts_keep_enough_pods_ready: "replicaset-controller",
    objects.sets_are_built_from_the_bottom: objects.STATEFUL,
    objects.sets_are_taken_down_from_the_top: objects.STATEFUL,
    objects.cron_jobs_keep_their_policy: "cronjob-controller",
    daemons_leave_a_few_at_a_time: "daemonset-controller",
    **dict.fromkeys(objects.SCALED, "horizontal-pod-autoscaler"),
    only_orphans_are_collected: "garbage-collector-controller",
    pods_leave_a_namespace_first: "namespace-controller",
    **dict.fromkeys(
        (tolerations_are_honoured, nobody_vouches_for_the_silent), "taint-eviction-controller"
    ),
    **dict.fromkeys(
        (a_dark_zone_is_left_alone, machines_are_given_up_one_by_one), "node-controller"
    ),
    disks_are_let_go_first: "attachdetach-controller",
}
"""By whose writes alone it can be broken: how their names begin."""

_STANDS, _STOOD = (CREATED, CHANGED), (CHANGED, REMOVED)
WHEN: dict[Invariant, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            objects_carry_their_revision,
            what_is_stored_can_be_read_back,
            generations_count_specs,
            owners_are_clear,
            rollouts_ask_for_no_more_than_their_surge,
            objects.the_last_finalizer_lets_go,
            objects.containers_wait_for_their_init_containers,
            slices_hold_a_hundred,
            addresses_are_given_once,
            objects.jobs_count_forward,
            jobs_count_what_has_ended,
            *objects.SCALED,
        ),
        _STANDS,
    ),
    **dict.fromkeys(
        (
            rollouts_keep_enough_pods_ready,
            daemons_leave_a_few_at_a_time,
            only_orphans_are_collected,
            pods_leave_a_namespace_first,
            objects.sets_are_taken_down_from_the_top,
            *objects.CLAIMS,
        ),
        _STOOD,
    ),
    **dict.fromkeys(
        (
            identities_stay,
            what_is_immutable_stays,
            a_deletion_is_never_taken_back,
            no_node_is_overcommitted,
            pods_only_move_forward,
            preemption_spares_equals,
            evictions_keep_budgets,
            changed_budgets_are_counted_first,
            history.a_lock_has_one_holder,
            updates_are_of_what_is_there,
            owners_that_adopt_are_there,
            objects.host_ports_are_given_once,
            objects.a_daemon_is_on_a_node_once,
            containers_are_started_ever_later,
            tolerations_are_honoured,
            nobody_vouches_for_the_silent,
            a_dark_zone_is_left_alone,
            machines_are_given_up_one_by_one,
            only_what_stays_is_bound,
            devices_are_given_once,
        ),
        (CHANGED,),
    ),
    **dict.fromkeys(
        (
            replica_sets_never_overshoot,
            objects.sets_are_built_from_the_bottom,
            jobs_keep_their_parallelism,
            recreation_waits_for_the_end,
            quotas_are_kept,
            objects.cron_jobs_keep_their_policy,
        ),
        (CREATED,),
    ),
    **dict.fromkeys(
        (
            finalizers_are_waited_for,
            pods_are_removed_by_their_kubelet,
            claims_outlast_their_users,
            disks_are_let_go_first,
            objects.foreground_deletion_takes_the_children_first,
        ),
        (REMOVED,),
    ),
}
"""By which kind of write it can be broken; by all of them unless it stands here."""


OF_SIGNS: tuple[Invariant, ...] = (
    revisions_grow_by_one,
    objects_carry_their_revision,
    what_is_stored_can_be_read_back,
    identities_stay,
    history.changes_know_what_was_before,
    history.a_lock_has_one_holder,
    updates_are_of_what_is_there,
    only_orphans_are_collected,
    pods_leave_a_namespace_first,
)
"""What is asked of signs of life: they are half of all writes, and have no spec, owners or end."""


def concerned(
    invariants: Iterable[Invariant], did: str, resource: str, component: str
) -> Iterator[Invariant]:
    """Those that what a write ``did`` to a kind can break, made by this component."""
    for invariant in invariants:
        if resource in SIGNS_OF_LIFE and invariant not in OF_SIGNS:
            continue
        kinds, writer = CONCERNS.get(invariant, (resource,)), WRITERS.get(invariant, "")
        if resource not in kinds or did not in WHEN.get(invariant, (did,)):
            continue
        if component.startswith(writer):
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
        for invariant in concerned(always, replay.did, replay.resource, replay.component):
            for complaint in invariant(replay):
                where = f"revision {replay.change.revision} by {replay.component}: {replay.key}"
                broken.append(f"{invariant.__doc__}\n    {where} {complaint}")
    for invariant in at_end:
        broken += [f"{invariant.__doc__}\n    {complaint}" for complaint in invariant(replay)]
    assert not broken, f"seed {cluster.seed}:\n" + "\n".join(broken[:10])
