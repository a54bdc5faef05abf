"""Whom the strategies choose. The first cases are those of upstream's tables, in
pkg/framework/plugins/nodeutilization/lownodeutilization_test.go and removeduplicates_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.struct import convert
from kubelite.descheduler import duplicates, nodeutilization
from kubelite.descheduler.evictor import Evictor, Scene
from kubelite.descheduler.policy import Policy, read_policy

READY = {"conditions": [{"type": "Ready", "status": "True"}]}


def node(name: str, cpu: str = "4", memory: str = "3000", pods: str = "10", **spec: Any) -> Node:
    room = {"cpu": cpu, "memory": memory, "pods": pods}
    status = {"allocatable": room, "capacity": room, **READY}
    return convert(Node, {"metadata": {"name": name}, "spec": spec, "status": status})


def pod(
    name: str, on: str, cpu: str = "400m", owner: str = "ReplicaSet", uid: str = "rs", **more: Any
) -> Pod:
    owners = [{"apiVersion": "v1", "kind": owner, "name": uid, "uid": uid, "controller": True}]
    meta = {"name": name, "namespace": "dev", "ownerReferences": owners if owner else []}
    container = {"name": "c", "image": "foo", "resources": {"requests": {"cpu": cpu}}}
    spec = {"nodeName": on, "containers": [container], **more.pop("spec", {})}
    return convert(Pod, {"metadata": {**meta, **more}, "spec": spec, "status": {}})


class Noting(Evictor):
    """Judges as the real one, and evicts nobody."""

    def __init__(self, scene: Scene):
        nothing: Any = None
        super().__init__(nothing, nothing, Policy(()), scene)
        self.chosen: list[str] = []

    def evict(self, pod: Pod, strategy: str) -> bool:
        self.chosen.append(pod.metadata.name)
        return True


LOCAL = {"volumes": [{"name": "sample", "hostPath": {"path": "somePath"}}]}
MIRROR = {"kubernetes.io/config.mirror": "test"}
CRITICAL = {"priority": 2_000_000_000}
KEPT = [
    pod("p5", "n1", owner="DaemonSet"),
    pod("p6", "n1", owner="DaemonSet"),
    pod("p7", "n1", spec=LOCAL),
    pod("p8", "n1", annotations=MIRROR),
]
N1, N2 = node("n1", pods="9"), node("n2")
N3 = node("n3", unschedulable=True)
THIRTY, FIFTY = {"cpu": 30, "pods": 30}, {"cpu": 50, "pods": 50}
ALONE = [pod("p9", "n2")]


@pytest.mark.parametrize(
    ("name", "pods", "evicted"),
    [
        (
            "no evictable pods",
            [pod(f"p{n}", "n1", owner="DaemonSet") for n in range(1, 5)] + KEPT + ALONE,
            0,
        ),
        (
            "without priorities",
            [pod(f"p{n}", "n1") for n in range(1, 6)] + KEPT[1:] + ALONE,
            4,
        ),
        (
            "important pods stay",
            [pod(f"p{n}", "n1", spec=CRITICAL) for n in range(1, 6)] + KEPT[1:] + ALONE,
            0,
        ),
        (
            "until one resource of the others is used up",
            [pod(f"p{n}", "n1") for n in range(1, 6)] + KEPT[1:] + [pod("p9", "n2", cpu="1200m")],
            2,
        ),
    ],
)
def test_low_node_utilization(name: str, pods: list[Pod], evicted: int) -> None:
    scene = Scene([N1, N2, N3], pods)
    evictor = Noting(scene)
    nodeutilization.balance_low(scene, evictor, {"thresholds": THIRTY, "targetThresholds": FIFTY})
    assert len(evictor.chosen) == evicted


def test_low_priorities_go_first() -> None:
    pods = [pod(f"p{n}", "n1", spec={"priority": 100 - n}) for n in range(8)]
    scene = Scene([N1, N2], [*pods, *ALONE])
    evictor = Noting(scene)
    nodeutilization.balance_low(scene, evictor, {"thresholds": THIRTY, "targetThresholds": FIFTY})
    assert evictor.chosen == ["p7", "p6", "p5", "p4"]


@pytest.mark.parametrize(
    ("name", "nodes", "pods", "thresholds", "evicted"),
    [
        (
            "no node below threshold usage",
            [N1, N2],
            [pod(f"a{n}", "n1") for n in range(3)] + [pod(f"b{n}", "n2") for n in range(3)],
            {"cpu": 20, "pods": 20},
            [],
        ),
        (
            "all nodes are below",
            [N1, N2],
            [pod("a", "n1"), pod("b", "n2")],
            {"cpu": 30, "pods": 30},
            [],
        ),
        (
            "the emptiest gives up its pods to the others",
            [N1, N2],
            [pod("a", "n1"), *(pod(f"b{n}", "n2") for n in range(6))],
            {"cpu": 30, "pods": 30},
            ["a"],
        ),
        (
            "not to nodes that are closed",
            [N1, N3],
            [pod("a", "n1"), *(pod(f"b{n}", "n3") for n in range(6))],
            {"cpu": 30, "pods": 30},
            [],
        ),
        (
            "as long as the others have room",
            [N1, N2],
            [
                *(pod(f"a{n}", "n1", cpu="300m") for n in range(3)),
                *(pod(f"b{n}", "n2", cpu="700m") for n in range(5)),
            ],
            {"cpu": 40, "pods": 40},
            ["a0", "a1"],
        ),
    ],
)
def test_high_node_utilization(
    name: str, nodes: list[Node], pods: list[Pod], thresholds: dict[str, int], evicted: list[str]
) -> None:
    scene = Scene(nodes, pods)
    evictor = Noting(scene)
    nodeutilization.balance_high(scene, evictor, {"thresholds": thresholds})
    assert evictor.chosen == evicted


@pytest.mark.parametrize(
    ("name", "pods", "evicted"),
    [
        ("three of one owner: one goes", [pod(f"p{n}", "n1") for n in range(1, 4)], 1),
        ("two: none goes, the average is one each", [pod(f"p{n}", "n1") for n in (1, 2)], 1),
        ("bare pods have no owner", [pod(f"p{n}", "n1", owner="") for n in range(3)], 0),
        ("daemons stay", [pod(f"p{n}", "n1", owner="DaemonSet") for n in range(3)], 0),
        ("local storage stays", [pod(f"p{n}", "n1", spec=LOCAL) for n in range(3)], 0),
        (
            "pods of different owners are no duplicates",
            [pod(f"p{n}", "n1", uid=f"rs-{n}") for n in range(3)],
            0,
        ),
        ("six, three on each", [pod(f"p{n}", f"n{n % 2 + 1}") for n in range(6)], 0),
    ],
)
def test_remove_duplicates(name: str, pods: list[Pod], evicted: int) -> None:
    scene = Scene([N1, N2], pods)
    evictor = Noting(scene)
    duplicates.balance(scene, evictor, {})
    assert len(evictor.chosen) == evicted


def test_the_evict_annotation_beats_the_filters() -> None:
    chosen = pod("p", "n1", owner="", annotations={"descheduler.alpha.kubernetes.io/evict": "true"})
    assert Noting(Scene([N1], [chosen])).evictable(chosen)


def test_a_policy_is_read_as_upstream_writes_it() -> None:
    policy = read_policy(
        {
            "apiVersion": "descheduler/v1alpha2",
            "kind": "DeschedulerPolicy",
            "maxNoOfPodsToEvictPerNode": 5,
            "profiles": [
                {
                    "name": "packing",
                    "pluginConfig": [
                        {"name": "DefaultEvictor", "args": {"nodeFit": True}},
                        {"name": "HighNodeUtilization", "args": {"thresholds": {"cpu": 20}}},
                    ],
                    "plugins": {"balance": {"enabled": ["HighNodeUtilization"]}},
                }
            ],
        }
    )
    assert policy.plugins == (("HighNodeUtilization", {"thresholds": {"cpu": 20}}),)
    assert (policy.evictor.node_fit, policy.max_per_node) == (True, 5)
    with pytest.raises(ValueError, match='no strategy "Pack"; there are RemoveDuplicates'):
        plugins = {"balance": {"enabled": ["Pack"]}}
        read_policy({"kind": "DeschedulerPolicy", "profiles": [{"plugins": plugins}]})
