"""Who is evicted for a more important pod, from which node: cases of upstream's own tables.

From ``pkg/scheduler/framework/plugins/defaultpreemption/default_preemption_test.go``.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from kubelite.api.core_v1 import Pod
from kubelite.api.policy_v1 import PodDisruptionBudget
from kubelite.apimachinery.struct import convert, replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.scheduler.framework import Listers
from kubelite.scheduler.nominator import Nominator
from kubelite.scheduler.preemption import Candidate, candidates_to_find, pick_one
from kubelite.scheduler.profile import Framework
from kubelite.scheduler.schedule_one import Decision, schedule
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import PodInfo
from tests.scheduler.objects import container, node, pod

LOW, MID, HIGH = 0, 100, 1000
SMALL, MEDIUM, LARGE, VERY_LARGE = "100m", "200m", "300m", "500m"


def running(
    name: str, cpu: str, priority: int, on: str, started: int = 0, labels: Any = None
) -> Pod:
    made = pod(name, container(cpu), on=on, priority=priority, labels=labels)
    return replace(made, status=replace(made.status, start_time=Time(started * SECOND)))


def budget(allowed: int, disrupted: dict[str, str] | None = None) -> PodDisruptionBudget:
    selector = {"matchLabels": {"app": "foo"}}
    return convert(
        PodDisruptionBudget,
        {
            "metadata": {"name": "pdb", "namespace": "default"},
            "spec": {"selector": selector},
            "status": {
                "disruptionsAllowed": allowed,
                "disruptedPods": disrupted or {},
                "currentHealthy": 0,
                "desiredHealthy": 0,
                "expectedPods": 0,
            },
        },
    )


def preempt(
    preemptor: Pod, nodes: list[Any], pods: list[Pod], *budgets: PodDisruptionBudget
) -> Decision:
    framework = Framework(listers=Listers(budgets=lambda: budgets))
    return schedule(PodInfo(preemptor), Snapshot.of(nodes, pods), framework)


def names(decision: Decision) -> list[str]:
    return [victim.pod.metadata.name for victim in decision.victims]


FOO = {"app": "foo"}

VICTIMS = [
    # (what, preemptor's cpu and priority, pods (name, cpu, priority, started, labels), budgets,
    #  victims)
    ("nobody is less important", VERY_LARGE, LOW, [("a", VERY_LARGE, LOW, 0, None)], (), []),
    ("one goes", VERY_LARGE, HIGH, [("a", VERY_LARGE, LOW, 0, None)], (), ["a"]),
    (
        "the less important of two goes",
        LARGE,
        HIGH,
        [("a", LARGE, LOW, 0, None), ("b", MEDIUM, MID, 0, None)],
        (),
        ["a"],
    ),
    (
        "the one that started later goes",
        MEDIUM,
        HIGH,
        [("a", MEDIUM, LOW, 0, None), ("b", LARGE, LOW, 5, None)],
        (),
        ["b"],
    ),
    (
        "a budget saves the less important one",
        MEDIUM,
        HIGH,
        [("a", LARGE, LOW, 0, FOO), ("b", MEDIUM, MID, 0, None)],
        (0,),
        ["b"],
    ),
    (
        "a budget is broken where nothing else helps",
        VERY_LARGE,
        HIGH,
        [("a", LARGE, LOW, 0, FOO), ("b", MEDIUM, MID, 0, FOO)],
        (0,),
        ["b", "a"],
    ),
]


@pytest.mark.parametrize(
    ("cpu", "priority", "pods", "allowed", "expected"),
    [case[1:] for case in VICTIMS],
    ids=[case[0] for case in VICTIMS],
)
def test_victims(
    cpu: str, priority: int, pods: list[Any], allowed: tuple[int, ...], expected: list[str]
) -> None:
    there = [running(n, c, p, "node1", s, labels) for n, c, p, s, labels in pods]
    wanted = pod("p", container(cpu), priority=priority)
    decision = preempt(wanted, [node("node1", cpu="500m")], there, *map(budget, allowed))
    assert names(decision) == expected
    assert decision.nominated_node == ("node1" if expected else "")


def test_the_snapshot_is_as_before() -> None:
    there = [running("a", LARGE, LOW, "node1"), running("b", MEDIUM, LOW, "node1")]
    snapshot = Snapshot.of([node("node1", cpu="500m")], there)
    schedule(PodInfo(pod("p", container(LARGE), priority=HIGH)), snapshot, Framework())
    info = snapshot.by_name["node1"]
    assert sorted(info.pods) == ["uid-a", "uid-b"]
    assert info.requested.milli_cpu == 500


def test_a_pod_that_was_granted_its_eviction_breaks_no_budget() -> None:
    there = [running("a", VERY_LARGE, LOW, "n1", 0, FOO), running("b", VERY_LARGE, LOW, "n2")]
    nodes = [node("n1", cpu="500m"), node("n2", cpu="500m")]
    wanted = pod("p", container(LARGE), priority=HIGH)
    assert names(preempt(wanted, nodes, there, budget(0))) == ["b"]
    granted = {"a": "2026-11-27T08:00:00Z"}
    assert names(preempt(wanted, nodes, there, budget(0, granted))) == ["a"]


PICKS = [
    ("fewest broken budgets", {"n1": ([HIGH], [0], 1), "n2": ([HIGH], [0], 0)}, "n2"),
    ("lowest highest priority", {"n1": ([MID], [0], 0), "n2": ([LOW, LOW], [0, 0], 0)}, "n2"),
    ("lowest sum", {"n1": ([MID, MID], [0, 0], 0), "n2": ([MID, LOW], [0, 0], 0)}, "n2"),
    (
        "fewest victims, though their sum is less below zero",
        {"n1": ([MID, -10, -10], [0, 0, 0], 0), "n2": ([MID, -10], [0, 0], 0)},
        "n2",
    ),
    ("latest start", {"n1": ([MID, LOW], [1, 9], 0), "n2": ([MID, LOW], [2, 0], 0)}, "n2"),
    ("the first", {"n1": ([MID], [0], 0), "n2": ([MID], [0], 0)}, "n1"),
]


@pytest.mark.parametrize(
    ("nodes", "expected"), [case[1:] for case in PICKS], ids=[case[0] for case in PICKS]
)
def test_pick_one_node(nodes: dict[str, Any], expected: str) -> None:
    candidates = [
        Candidate(
            name,
            tuple(
                PodInfo(running(f"{name}-{place}", SMALL, priority, name, started))
                for place, (priority, started) in enumerate(zip(priorities, starts, strict=True))
            ),
            violations,
        )
        for name, (priorities, starts, violations) in nodes.items()
    ]
    assert pick_one(candidates).node == expected


def test_how_many_candidates_are_enough() -> None:
    assert [candidates_to_find(n) for n in (3, 100, 500, 5000)] == [3, 100, 100, 500]


def test_its_message_counts_what_remains() -> None:
    there = [
        running("a", SMALL, LOW, "n1"),
        running("b", MEDIUM, HIGH, "n1"),
        running("c", MEDIUM, HIGH, "n2"),
    ]
    nodes = [node(n, cpu="500m") for n in ("n1", "n2")] + [node("n3", unschedulable=True)]
    decision = preempt(pod("p", container(VERY_LARGE), priority=HIGH), nodes, there)
    assert decision.message.endswith(
        "preemption: 0/3 nodes are available: 1 Insufficient cpu, 1 No preemption victims found "
        "for incoming pod, 1 Preemption is not helpful for scheduling."
    )


def test_nominated_pods_count_for_those_who_matter_no_more() -> None:
    snapshot = Snapshot.of([node("n1", cpu="500m")])
    nominator = Nominator()
    nominator.add(PodInfo(pod("mid", container(LARGE), priority=MID)), "n1")

    def place(priority: int) -> str:
        wanted = PodInfo(pod("p", container(LARGE), priority=priority))
        return schedule(wanted, snapshot, Framework(), nominator=nominator).node

    assert [place(LOW), place(MID), place(HIGH)] == ["", "", "n1"]


@pytest.mark.parametrize("seed", range(50))
def test_nobody_is_evicted_in_vain(seed: int) -> None:
    """21. Nobody as important as the preemptor is evicted, and nobody who could have stayed."""
    chance = Random(seed)
    nodes = [node(f"n{n}", cpu="1") for n in range(3)]
    there = [
        running(f"{n}-{i}", f"{chance.choice((1, 2))}00m", chance.choice((LOW, MID, HIGH)), f"n{n}")
        for n in range(3)
        for i in range(6)
    ]
    wanted = pod("p", container(f"{chance.randint(3, 9)}00m"), priority=MID)
    decision = preempt(wanted, nodes, there)
    victims = {victim.uid for victim in decision.victims}
    assert all(victim.needs.priority < MID for victim in decision.victims)
    for saved in [set[str](), *({uid} for uid in victims)]:
        left = [p for p in there if p.metadata.uid not in victims - saved]
        fits = schedule(PodInfo(wanted), Snapshot.of(nodes, left), Framework()).feasible
        on_it = [info for info in fits if info.name == decision.nominated_node]
        assert bool(on_it) == (bool(victims) and not saved)
