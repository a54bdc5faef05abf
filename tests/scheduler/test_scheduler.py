"""The scheduler at work: pods come, nodes come and go, bindings fail."""

from __future__ import annotations

from kubelite.api.core_v1 import PodStatus
from kubelite.apimachinery import errors
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time
from kubelite.scheduler.plugins.node_resources_fit import MOST_ALLOCATED, ScoringStrategy
from kubelite.scheduler.profile import Profile
from tests.scheduler.fake_api import World
from tests.scheduler.objects import container, node, pod

ONE_CPU = container("1", "1Gi")


def test_a_pod_gets_a_node_and_everybody_is_told():
    world = World(node("node-1"), pod("shop", ONE_CPU))
    world.run(1)
    assert world.api.pod("shop").spec.node_name == "node-1"
    assert world.told.events == [
        ("shop", "Scheduled", "Successfully assigned default/shop to node-1")
    ]


def test_no_nodes_at_all_is_tried_again_with_backoff():
    world = World(pod("shop", ONE_CPU))
    world.run(20)
    assert {event[2] for event in world.told.events} == {"no nodes available to schedule pods"}
    assert [round(t) for t in world.told.times] == [0, 2, 5, 10, 19]


def test_a_pod_that_fits_nowhere_says_why_once_and_waits():
    small = [node("node-1", cpu="500m"), node("node-2", cpu="1")]
    taken = pod("taken", ONE_CPU, on="node-2")
    tainted = node("node-3", taints=[{"key": "a", "effect": "NoSchedule"}])
    world = World(*small, taken, tainted, pod("shop", ONE_CPU))
    world.run(60)
    message = (
        "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. "
        "preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, "
        "2 Preemption is not helpful for scheduling."
    )
    assert world.told.events == [("shop", "FailedScheduling", message)]
    (condition,) = world.api.pod("shop").status.conditions
    assert (condition.type, condition.status) == ("PodScheduled", "False")
    assert (condition.reason, condition.message) == ("Unschedulable", message)
    assert world.place("shop") == "unschedulable"


def test_after_five_minutes_it_tries_again_whatever_happened():
    world = World(node("node-1", cpu="500m"), pod("shop", ONE_CPU))
    world.run(400)
    assert [event[1] for event in world.told.events] == ["FailedScheduling"] * 2
    assert 300 < world.told.times[1] <= 331


def test_a_new_node_takes_the_pods_that_wait():
    world = World(node("node-1", cpu="5"), *(pod(f"shop-{i}", ONE_CPU) for i in range(10)))
    world.run(10)
    bound = [name for name, _ in world.api.bindings]
    assert len(bound) == 5
    world.api.put(node("node-2", cpu="16", memory="64Gi"))
    world.run(1)
    assert len(world.api.bindings) == 10


def test_only_news_that_may_help_wakes_a_pod():
    world = World(node("node-1", cpu="500m"), pod("shop", ONE_CPU))
    world.run(30)
    world.api.put(node("node-2", cpu="600m"))  # too small as well
    world.api.put(node("node-1", cpu="500m", labels={"new": "label"}))
    world.run(5)
    assert len(world.told.events) == 1
    world.api.put(node("node-2", cpu="2"))
    world.run(5)
    assert world.told.last() == (
        "shop",
        "Scheduled",
        "Successfully assigned default/shop to node-2",
    )


def test_a_pod_that_ends_makes_room():
    full = pod("full", container("4"), on="node-1")
    world = World(node("node-1"), full, pod("shop", ONE_CPU))
    world.run(30)
    assert world.place("shop") == "unschedulable"
    world.api.put(replace(full, status=PodStatus(phase="Succeeded")))
    world.run(1)
    assert world.api.pod("shop").spec.node_name == "node-1"


def test_decisions_count_bindings_that_are_still_on_their_way():
    world = World(node("node-1", cpu="2"), *(pod(f"shop-{i}", ONE_CPU) for i in range(3)))
    world.run(1)
    assert len(world.api.bindings) == 2
    assert sum(reason == "FailedScheduling" for _, reason, _ in world.told.events) == 1


def test_a_binding_that_fails_frees_the_node_and_is_tried_again():
    world = World(node("node-1", cpu="1"), pod("shop", ONE_CPU))
    world.api.refuse_binding = errors.conflict("pods/binding", "shop")
    world.run(0.5)
    assert world.told.last()[1] == "FailedScheduling"
    assert world.told.last()[2].startswith('running Bind plugin "DefaultBinder": Operation cannot')
    (condition,) = world.api.pod("shop").status.conditions
    assert condition.reason == "SchedulerError"
    assert not world.scheduler.cache.snapshot.by_name["node-1"].pods
    world.api.refuse_binding = None
    world.run(3)
    assert world.api.pod("shop").spec.node_name == "node-1"


def test_a_pod_bound_by_somebody_else_leaves_the_queue():
    world = World(node("node-1", cpu="500m"), pod("shop", ONE_CPU))
    world.run(1)
    world.api.put(pod("shop", ONE_CPU, on="node-1"))
    world.run(1)
    assert world.place("shop") == ""
    assert list(world.scheduler.cache.snapshot.by_name["node-1"].pods) == ["uid-shop"]


def test_a_pod_deleted_while_it_waits_is_forgotten():
    world = World(node("node-1", cpu="500m"), pod("shop", ONE_CPU))
    world.run(1)
    world.api.remove("pods", "shop", "default")
    world.api.put(node("node-2"))
    world.run(400)
    assert world.api.bindings == []
    assert len(world.told.events) == 1


def test_a_pod_on_its_way_out_is_not_scheduled():
    leaving = pod("shop", ONE_CPU)
    meta = replace(leaving.metadata, deletion_timestamp=Time(1))
    world = World(node("node-1"), replace(leaving, metadata=meta))
    world.run(1)
    assert world.told.events == [
        ("shop", "FailedScheduling", "skip schedule deleting pod: default/shop")
    ]


def test_gated_pods_wait_outside_until_their_gates_are_gone():
    world = World(node("node-1"), pod("shop", ONE_CPU, schedulingGates=[{"name": "a"}]))
    world.run(400)
    assert (world.place("shop"), world.told.events) == ("gated", [])
    world.api.put(pod("shop", ONE_CPU))
    world.run(1)
    assert world.api.pod("shop").spec.node_name == "node-1"


def test_higher_priority_goes_first():
    world = World(
        node("node-1", cpu="1"),
        pod("low", ONE_CPU, priority=1),
        pod("high", ONE_CPU, priority=2),
    )
    world.run(1)
    assert world.api.bindings == [("high", "node-1")]


def test_profiles_go_by_scheduler_name_and_strangers_are_left_alone():
    packing = Profile("packer", scoring_strategy=ScoringStrategy(MOST_ALLOCATED), weights={
        "NodeResourcesBalancedAllocation": 0,
    })  # fmt: skip
    world = World(
        node("node-1"),
        node("node-2"),
        pod("there", ONE_CPU, on="node-1"),
        pod("packed", ONE_CPU, schedulerName="packer"),
        pod("strange", ONE_CPU, schedulerName="somebody-else"),
        profiles=(Profile(), packing),
    )
    world.run(1)
    assert world.api.bindings == [("packed", "node-1")]


def test_a_restarted_scheduler_finds_its_way():
    world = World(node("node-1", cpu="2"), pod("a", ONE_CPU))
    world.run(1)
    world.scheduler.stop()
    world.api.put(pod("b", ONE_CPU))
    world.api.put(pod("c", ONE_CPU))
    world.run(10)
    assert len(world.api.bindings) == 1
    world.scheduler.start()
    world.run(10)
    assert [name for name, _ in world.api.bindings] == ["a", "b"]


def test_a_decision_can_be_looked_up_and_is_part_of_the_story():
    world = World(node("node-1"), node("node-2", cpu="8"), pod("shop", ONE_CPU))
    world.run(1)
    decision = world.scheduler.decision("default/shop")
    assert decision is not None
    marks = decision.scores()
    assert decision.node == "node-2"
    assert marks["node-2"]["NodeResourcesFit"] == (87, 87, 87)
    assert marks["node-1"]["TaintToleration"].weighted == 300
    (entry,) = world.trace.about(("pods", "default", "shop"))
    assert (entry.verb, entry.note) == ("schedule", "node-2")


def test_so_many_decisions_are_kept_as_looked_at_so_many_nodes(monkeypatch):
    monkeypatch.setattr("kubelite.scheduler.scheduler.NODES_KEPT", 7)
    nodes = [node(f"node-{number}") for number in range(3)]
    world = World(*nodes, *(pod(f"shop-{number}", ONE_CPU) for number in range(4)))
    world.run(1)
    kept = [world.scheduler.decision(f"default/shop-{number}") for number in range(4)]
    assert [decision is not None for decision in kept] == [False, False, True, True]
