"""The scoring strategy RequestedToCapacityRatio, by upstream's tables.

From pkg/scheduler/framework/plugins/noderesources/requested_to_capacity_ratio_test.go
(TestResourceBinPackingSingleExtended, TestResourceBinPackingMultipleExtended,
TestBrokenLinearFunction).
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.struct import convert
from kubelite.scheduler.framework import CycleState
from kubelite.scheduler.plugins.node_resources_fit import (
    REQUESTED_TO_CAPACITY_RATIO,
    NodeResourcesFit,
    ScoringStrategy,
    ratio_scorer,
)
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import PodInfo

FOO, BAR = "intel.com/foo", "intel.com/bar"
SHAPE = ((0, 0), (100, 1))


def node(name: str, foo: int, bar: int = 0) -> Node:
    room = {"cpu": "4", "memory": "10000Mi", "pods": "10", FOO: str(foo), BAR: str(bar)}
    status = {"allocatable": room, "capacity": room}
    return convert(Node, {"metadata": {"name": name}, "status": status})


def pod(foo: int = 0, bar: int = 0, on: str = "") -> Pod:
    asked = {name: str(amount) for name, amount in ((FOO, foo), (BAR, bar)) if amount}
    containers: list[Any] = [{"name": "c", "image": "i", "resources": {"requests": asked}}]
    meta = {"name": "p", "uid": f"p{foo}{bar}{on}"}
    return convert(Pod, {"metadata": meta, "spec": {"nodeName": on, "containers": containers}})


def marks(
    wanted: Pod, nodes: list[Node], pods: list[Pod], resources: tuple[tuple[str, int], ...]
) -> list[int]:
    strategy = ScoringStrategy(REQUESTED_TO_CAPACITY_RATIO, resources, SHAPE)
    plugin, snapshot = NodeResourcesFit(strategy), Snapshot.of(nodes, pods)
    state = CycleState(snapshot)
    return [plugin.score(state, PodInfo(wanted), info) for info in snapshot.nodes]


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        pytest.param(pod(), [], [0, 0], id="nothing requested"),
        pytest.param(pod(2), [pod()], [2, 5], id="requested, pods with less"),
        pytest.param(pod(2), [pod(2, on="node2")], [2, 10], id="requested, pods there"),
        pytest.param(pod(4), [pod()], [5, 10], id="requested, more"),
    ],
)
def test_one_extended_resource(wanted: Pod, there: list[Pod], expected: list[int]) -> None:
    nodes = [node("node1", 8), node("node2", 4)]
    placed = [one for one in there if one.spec.node_name]
    assert marks(wanted, nodes, placed, ((FOO, 1),)) == expected


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        pytest.param(pod(), [], [0, 0], id="nothing requested"),
        pytest.param(pod(2, 2), [], [4, 3], id="requested, nothing there"),
        pytest.param(pod(2, 2), [pod(4, 2, on="node2")], [4, 7], id="requested, pods there"),
        pytest.param(pod(4, 2), [], [5, 5], id="requested, more"),
    ],
)
def test_two_extended_resources(wanted: Pod, there: list[Pod], expected: list[int]) -> None:
    nodes = [node("node1", 8, 4), node("node2", 4, 8)]
    assert marks(wanted, nodes, there, ((FOO, 3), (BAR, 5))) == expected


@pytest.mark.parametrize(
    ("shape", "points"),
    [
        (((10, 1), (90, 9)), {0: 1, 9: 1, 10: 1, 15: 1, 19: 1, 20: 2, 89: 8, 90: 9, 100: 9}),
        (((0, 2), (40, 10), (100, 0)), {0: 2, 20: 6, 30: 8, 40: 10, 70: 5, 100: 0}),
        (((0, 2), (40, 2), (100, 2)), {0: 2, 20: 2, 30: 2, 40: 2, 70: 2, 100: 2}),
    ],
)
def test_broken_lines(shape: tuple[tuple[int, int], ...], points: dict[int, int]) -> None:
    scorer = ratio_scorer(shape)
    assert {used: scorer(used, 100) // 10 for used in points} == points
