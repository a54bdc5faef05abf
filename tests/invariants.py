"""What must be true of every revision of every cluster of the tests.

The sentences that hold whatever is done to a cluster are in ``kubelite.chaos.invariants``. The
others, in the modules beside this one, hold where nothing is broken on purpose. ``check`` replays
the whole history of a cluster and asks them all.
"""

from __future__ import annotations

from kubelite import Cluster
from kubelite.chaos import concerns as everywhere
from kubelite.chaos.invariants import *  # noqa: F403
from kubelite.chaos.invariants import Invariant
from tests import invariants_of_nodes as nodes
from tests import invariants_of_objects as objects
from tests import invariants_of_the_network as network
from tests import invariants_of_workloads as workloads
from tests.replay import Replay

SILENCE = 600  # seconds: ten resync periods of a minute

AT_EVERY_REVISION: tuple[Invariant, ...] = (
    *everywhere.AT_EVERY_REVISION,
    objects.uids_are_never_used_again,
    objects.a_namespace_that_is_gone_is_empty,
    objects.adopted_children_match,
    objects.nobody_runs_hot,
    nodes.pods_that_avoid_each_other_are_apart,
    nodes.pods_are_spread_as_they_ask,
    nodes.room_is_kept_for_the_important,
    nodes.kubelets_keep_to_their_own,
    nodes.nobody_is_killed_before_the_time,
    nodes.disks_are_attached_once,
    workloads.autoscalers_hesitate_to_shrink,
)

AT_THE_END: tuple[Invariant, ...] = (
    *everywhere.AT_THE_END,
    objects.namespaces_vanish_in_the_end,
    objects.queues_are_empty_in_the_end,
    nodes.nobody_waits_for_nothing,
    nodes.the_dead_are_left,
    workloads.workloads_are_as_asked,
    network.requests_reach_only_who_is_ready,
    network.names_lead_to_what_is_there,
)


def check(cluster: Cluster) -> None:
    """Replay the whole history. Raises AssertionError with every sentence that is false."""
    everywhere.check(cluster, Replay(cluster), AT_EVERY_REVISION, AT_THE_END)


def check_silence(cluster: Cluster) -> None:
    """37. When what was asked for is there, nobody writes anything but heartbeats: as long as ten
    looks around. Raises AssertionError."""
    began = cluster.clock.now
    cluster.run(SILENCE)
    writes = [write for write in cluster.trace.writes if write.when > began]
    told = [write for write in writes if write.subject[0] not in objects.HEARTBEATS]
    loud = [f"{write.component}: {write.verb} {write.subject}" for write in told]
    assert not loud, f"seed {cluster.seed}: {check_silence.__doc__}\n" + "\n".join(loud[:10])
