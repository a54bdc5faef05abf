"""More important pods take the places of others: the whole story, in a cluster."""

from __future__ import annotations

from kubelite import Cluster
from kubelite.api.conditions import condition
from tests.cluster.manifests import pod
from tests.cluster.test_priority import priority_class
from tests.invariants import check

ROOM = {"resources": {"requests": {"cpu": "1"}}}
DEAF = {**ROOM, "image": "busybox:1.36", "command": ["sleep", "3600"]}  # to SIGTERM


def full(**options: int) -> Cluster:
    """A cluster of one core, which a humble pod has taken."""
    cluster = Cluster(nodes=1, cpu="1", **options)
    cluster.apply(priority_class("gold", 1000))
    cluster.apply(pod("humble", container=DEAF))
    cluster.run_until("pod/humble ready")
    return cluster


def test_an_important_pod_takes_the_place_of_a_humble_one() -> None:
    cluster = full()
    cluster.apply(pod("proud", container=ROOM, priorityClassName="gold"))
    cluster.run(1)
    humble, proud = cluster.get("pod/humble"), cluster.get("pod/proud")
    assert humble.metadata.deletion_grace_period_seconds == 30
    target = condition(humble, "DisruptionTarget")
    assert (target.status, target.reason, target.message) == (
        "True",
        "PreemptionByScheduler",
        "default-scheduler: preempting to accommodate a higher priority pod",
    )
    assert proud.status.nominated_node_name == "node-1"
    assert cluster.get("pods").show(wide=True).splitlines()[2].split()[-2] == "node-1"
    preempted = cluster.events("pod/humble")[-1]
    told = [e.message for e in cluster.events("pod/humble") if e.reason == "Preempted"]
    assert told == [f"Preempted by pod {proud.metadata.uid} on node node-1"], preempted
    failed = [e.message for e in cluster.events("pod/proud") if e.reason == "FailedScheduling"]
    assert failed == ["0/1 nodes are available: 1 Insufficient cpu."]
    cluster.run_until("pod/proud ready")
    assert cluster.get("pods").names == ["proud"]
    check(cluster)


def test_nobody_humble_slips_into_the_room_that_is_made() -> None:
    cluster = full()
    cluster.apply(pod("proud", container=ROOM, priorityClassName="gold"))
    cluster.run(1)
    cluster.apply(pod("another", container=ROOM))
    cluster.run_until("pod/proud ready")
    cluster.run(60)
    assert cluster.get("pod/another").spec.node_name == ""
    assert cluster.get("pod/proud").spec.node_name == "node-1"


def test_a_preemption_happens_once() -> None:
    cluster = full()
    cluster.apply(pod("proud", container=ROOM, priorityClassName="gold"))
    cluster.run(1)
    cluster.patch("pod/proud", {"metadata": {"labels": {"look": "again"}}})
    cluster.run(15)
    told = [e.message for e in cluster.events("pod/proud") if e.reason == "FailedScheduling"]
    assert told[-1].endswith(
        "preemption: not eligible due to a terminating pod on the nominated node."
    )
    assert len([e for e in cluster.events("pod/humble") if e.reason == "Preempted"]) == 1


def test_equals_and_the_patient_evict_nobody() -> None:
    cluster = full()
    cluster.apply(priority_class("patient", 1000, preemptionPolicy="Never"))
    cluster.apply(pod("equal", container=ROOM))
    cluster.apply(pod("waits", container=ROOM, priorityClassName="patient"))
    cluster.run(60)
    assert cluster.get("pod/humble").metadata.deletion_timestamp is None
    assert "preemptionPolicy=Never" in cluster.events("pod/waits")[-1].message


def test_a_pod_that_outranks_the_nominated_one_takes_its_promise() -> None:
    cluster = full()
    cluster.apply(priority_class("platinum", 2000))
    cluster.apply(pod("proud", container=ROOM, priorityClassName="gold"))
    cluster.run(2)
    cluster.apply(pod("prouder", container=ROOM, priorityClassName="platinum"))
    cluster.run_until("pod/prouder ready")
    assert cluster.get("pod/proud").spec.node_name == ""
