"""One decision as a function: messages, ties, sampling, remembered answers."""

from __future__ import annotations

import pytest

from kubelite.apimachinery.struct import replace
from kubelite.scheduler.profile import Framework, Profile
from kubelite.scheduler.schedule_one import feasible_nodes_to_find, schedule
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import PodInfo
from tests.scheduler.objects import container, node, pod

FRAMEWORK = Framework()
ONE_CPU = container("1", "1Gi")


def test_ties_are_drawn():
    snapshot = Snapshot.of([node(f"node-{i}") for i in range(4)])
    wanted = PodInfo(pod("p", ONE_CPU))
    chosen = [
        schedule(wanted, snapshot, FRAMEWORK, draw=lambda x=x: x).node for x in (0, 0.3, 0.99)
    ]
    assert chosen == ["node-0", "node-1", "node-3"]


def test_a_decision_changes_nothing():
    snapshot = Snapshot.of([node("node-0"), node("node-1")])
    wanted = PodInfo(pod("p", ONE_CPU))
    first = schedule(wanted, snapshot, FRAMEWORK)
    assert schedule(wanted, snapshot, FRAMEWORK).scores() == first.scores()
    assert not any(each.pods for each in snapshot.nodes)


def test_remembered_answers_end_with_the_nodes_next_change():
    snapshot = Snapshot.of([node("node-0", cpu="2"), node("node-1", cpu="2")])
    spec = pod("p", ONE_CPU).spec

    def feasible() -> list[str]:
        wanted = PodInfo(replace(pod("p"), spec=spec))
        return [each.name for each in schedule(wanted, snapshot, FRAMEWORK).feasible]

    assert feasible() == ["node-0", "node-1"]
    snapshot.add_pod(PodInfo(pod("filler", container("2"), on="node-0")))
    assert feasible() == ["node-1"]
    snapshot.remove_pod(snapshot.by_name["node-0"].pods["uid-filler"])
    assert feasible() == ["node-0", "node-1"]


def test_one_reason_for_each_refused_node():
    snapshot = Snapshot.of(
        [node("a", unschedulable=True), node("b", cpu="500m"), node("c", cpu="500m", pods="0")]
    )
    decision = schedule(PodInfo(pod("p", ONE_CPU)), snapshot, FRAMEWORK)
    assert {name: status.plugin for name, status in decision.refusals.items()} == {
        "a": "NodeUnschedulable",
        "b": "NodeResourcesFit",
        "c": "NodeResourcesFit",
    }
    assert decision.message == (
        "0/3 nodes are available: 1 Too many pods, 1 node(s) were unschedulable, "
        "2 Insufficient cpu. preemption: 0/3 nodes are available: "
        "3 Preemption is not helpful for scheduling."
    )
    assert decision.rejected_by == ["NodeUnschedulable", "NodeResourcesFit"]


def test_a_pod_that_must_not_preempt():
    snapshot = Snapshot.of([node("a", cpu="500m")])
    wanted = PodInfo(pod("p", ONE_CPU, preemptionPolicy="Never"))
    assert schedule(wanted, snapshot, FRAMEWORK).message == (
        "0/1 nodes are available: 1 Insufficient cpu. "
        "preemption: not eligible due to preemptionPolicy=Never."
    )


def test_nodes_named_by_affinity_are_the_only_ones_looked_at():
    terms = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["gone"]}]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    wanted = PodInfo(pod("p", ONE_CPU, affinity={"nodeAffinity": required}))
    decision = schedule(wanted, Snapshot.of([node("a"), node("b")]), FRAMEWORK)
    assert decision.message == (
        "0/2 nodes are available: 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: "
        "0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    )


@pytest.mark.parametrize(
    ("nodes", "percentage", "expected"),
    [
        (10, 0, 10),
        (10, 40, 10),
        (1000, 0, 420),
        (1000, 40, 400),
        (6000, 0, 300),
        (6000, 40, 2400),
        (100, 0, 100),
    ],
)
def test_feasible_nodes_to_find(nodes, percentage, expected):
    """Facts from TestNumFeasibleNodesToFind."""
    assert feasible_nodes_to_find(nodes, percentage) == expected


def test_the_search_stops_early_and_starts_where_it_is_told():
    snapshot = Snapshot.of([node(f"node-{i}") for i in range(200)])
    framework = Framework(Profile(percentage_of_nodes_to_score=50))
    decision = schedule(PodInfo(pod("p", ONE_CPU)), snapshot, framework, start=150)
    assert decision.evaluated == 100
    assert decision.feasible[0].name == "node-150"
    assert decision.feasible[-1].name == "node-49"


def test_zones_take_turns():
    zone = "topology.kubernetes.io/zone"
    nodes = [node(f"{z}{i}", labels={zone: z}) for z, n in (("a", 3), ("b", 1)) for i in range(n)]
    assert [each.name for each in Snapshot.of(nodes).nodes] == ["a0", "b0", "a1", "a2"]


def test_a_plugin_of_your_own():
    class LastLetter:
        name = "LastLetter"
        events = {}

        def score(self, state, pod, node):
            return 100 if node.name.endswith("z") else 0

    framework = Framework(
        Profile(extra=(lambda listers: LastLetter(),), weights={"LastLetter": 50})
    )
    decision = schedule(PodInfo(pod("p", ONE_CPU)), Snapshot.of([node("a"), node("z")]), framework)
    assert (decision.node, decision.scores()["z"]["LastLetter"]) == ("z", (100, 100, 5000))
