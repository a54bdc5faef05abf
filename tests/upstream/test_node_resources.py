"""The cases of upstream's noderesources/*_test.go: node_resources.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import replace
from kubelite.scheduler.plugins.node_resources_balanced_allocation import (
    NodeResourcesBalancedAllocation,
)
from kubelite.scheduler.plugins.node_resources_fit import (
    LEAST_ALLOCATED,
    MOST_ALLOCATED,
    NodeResourcesFit,
    ScoringStrategy,
)
from tests.scheduler.objects import node, pod, refusals, scores

CASES = yaml.safe_load(Path(__file__).with_name("node_resources.yaml").read_text())
NAMES = ("cpu", "memory", "example.com/aaa")
Case = dict[str, Any]


def why(case: Case) -> str:
    return str(case["why"])


def amounts(text: str) -> dict[str, str]:
    return {} if text == "-" else dict(zip(NAMES, text.split("/"), strict=False))


def containers(found: list[str], more: dict[str, str]) -> list[Case]:
    return [
        {"name": f"c{place}", "resources": {"requests": {**amounts(text), **more}}}
        for place, text in enumerate(found)
    ]


def node_of(name: str, room: dict[str, str]) -> Node:
    made = node(name)
    allocatable = {key: Quantity.parse(value) for key, value in {"pods": "32", **room}.items()}
    status = replace(made.status, allocatable=allocatable, capacity=allocatable)
    return replace(made, status=status)


def nodes_and_pods(case: Case) -> tuple[list[Node], list[Pod]]:
    nodes = [node_of(f"node{i + 1}", amounts(room)) for i, room in enumerate(case["nodes"])]
    pods = []
    for place, text in enumerate(case.get("pods", ())):
        on, *asked = text.split()
        pods.append(pod(f"there-{place}", *containers(asked, {}), on=f"node{on}"))
    return nodes, pods


def marks(plugin: Any, case: Case) -> list[int] | None:
    wanted = pod("p", *containers(case.get("pod", []), {}))
    found = scores(plugin, wanted, *nodes_and_pods(case))
    return found and list(found.values())


@pytest.mark.parametrize(
    ("kind", "case"),
    [(LEAST_ALLOCATED, case) for case in CASES["least"]]
    + [(MOST_ALLOCATED, case) for case in CASES["most"]],
    ids=[why(case) for case in CASES["least"] + CASES["most"]],
)
def test_allocated(kind: str, case: Case) -> None:
    weights = tuple(case.get("weights", {"cpu": 1, "memory": 1}).items())
    assert marks(NodeResourcesFit(ScoringStrategy(kind, weights)), case) == case["scores"]


@pytest.mark.parametrize("case", CASES["balanced"], ids=why)
def test_balanced_allocation(case: Case) -> None:
    names = tuple(case.get("weights", ("cpu", "memory")))
    assert marks(NodeResourcesBalancedAllocation(names), case) == case.get("scores")


def shortages(case: Case, room: dict[str, str]) -> list[str]:
    more, spec = case.get("more", {}), {}
    if "init" in case:
        spec["initContainers"] = containers(case["init"], more)
    if "overhead" in case:
        spec["overhead"] = amounts(case["overhead"])
    asked = containers(case.get("pod", []), {} if "init" in case else more)
    there = pod("there", *containers([case["there"]], case.get("used", {})), on="node1")
    found = refusals(
        NodeResourcesFit(), pod("p", *asked, **spec), [node_of("node1", room)], [there]
    )
    return [reason for text in found.values() for reason in text.split(", ")]


@pytest.mark.parametrize("case", CASES["fit"], ids=why)
def test_fit(case: Case) -> None:
    room = {"cpu": "10m", "memory": "20", "example.com/aaa": "5", "ephemeral-storage": "20"}
    found = shortages(case, {**room, "hugepages-2Mi": "5"})
    assert found == [f"Insufficient {name}" for name in case.get("short", [])]


@pytest.mark.parametrize("case", CASES["full"], ids=why)
def test_a_node_without_room_for_a_pod(case: Case) -> None:
    assert shortages(case, {"cpu": "10m", "memory": "20", "pods": "1"}) == ["Too many pods"]
