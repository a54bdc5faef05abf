"""NodeResourcesFit and NodeResourcesBalancedAllocation, with cases of upstream's unit tests.

Facts from pkg/scheduler/framework/plugins/noderesources/*_test.go.
"""

from __future__ import annotations

import pytest

from kubelite.api.core_v1 import Pod
from kubelite.scheduler.plugins.node_resources_balanced_allocation import (
    NodeResourcesBalancedAllocation,
)
from kubelite.scheduler.plugins.node_resources_fit import (
    MOST_ALLOCATED,
    REQUESTED_TO_CAPACITY_RATIO,
    NodeResourcesFit,
    ScoringStrategy,
)
from kubelite.scheduler.resources import pod_requests
from tests.scheduler.objects import container, node, pod, refusals, scores

TWO = (container("1", "2000"), container("2", "3000"))
CPU_ONLY = (container("1", "0"), container("2", "0"))


def taken(*on: str) -> list[Pod]:
    """One pod of 3 cpus for each name; "memory:" before a name adds 5000 bytes."""
    return [
        pod(f"p{i}", *(TWO if where.startswith("memory:") else CPU_ONLY), on=where.split(":")[-1])
        for i, where in enumerate(on)
    ]


@pytest.mark.parametrize(
    ("wanted", "sizes", "existing", "expected"),
    [
        pytest.param((), [("4", "10000"), ("4", "10000")], [], [100, 100], id="nothing requested"),
        pytest.param(TWO, [("4", "10000"), ("6", "10000")], [], [37, 50], id="different sizes"),
        pytest.param(
            (),
            [("10", "20000"), ("10", "20000")],
            ["node1", "node1", "node2", "memory:node2"],
            [70, 57],
            id="nothing requested, pods there",
        ),
        pytest.param(
            TWO,
            [("10", "20000"), ("10", "20000")],
            ["node1", "memory:node2"],
            [57, 45],
            id="requested, pods there",
        ),
        pytest.param(
            CPU_ONLY,
            [("4", "10000"), ("4", "10000")],
            ["node1", "memory:node2"],
            [50, 25],
            id="more than there is",
        ),
    ],
)
def test_least_allocated(wanted, sizes, existing, expected):
    nodes = [node(f"node{i + 1}", cpu, memory) for i, (cpu, memory) in enumerate(sizes)]
    marks = scores(NodeResourcesFit(), pod("p", *wanted), nodes, taken(*existing))
    assert list(marks.values()) == expected


def test_most_allocated_packs():
    nodes = [node("node1", "4", "10000"), node("node2", "6", "10000")]
    plugin = NodeResourcesFit(ScoringStrategy(MOST_ALLOCATED))
    assert scores(plugin, pod("p", *TWO), nodes) == {"node1": 62, "node2": 50}


def test_a_curve_of_your_own():
    strategy = ScoringStrategy(REQUESTED_TO_CAPACITY_RATIO, shape=((0, 10), (100, 0)))
    nodes = [node("node1", "4", "10000"), node("node2", "6", "10000")]
    assert scores(NodeResourcesFit(strategy), pod("p", *TWO), nodes) == {"node1": 38, "node2": 50}


@pytest.mark.parametrize(
    ("wanted", "sizes", "existing", "expected"),
    [
        pytest.param(TWO, [("4", "10000"), ("6", "10000")], [], [87, 100], id="different sizes"),
        pytest.param(
            TWO,
            [("10", "20000"), ("10", "20000")],
            ["node1", "memory:node2"],
            [82, 95],
            id="requested, pods there",
        ),
    ],
)
def test_balanced_allocation(wanted, sizes, existing, expected):
    nodes = [node(f"node{i + 1}", cpu, memory) for i, (cpu, memory) in enumerate(sizes)]
    plugin = NodeResourcesBalancedAllocation()
    marks = scores(plugin, pod("p", *wanted), nodes, taken(*existing))
    assert list(marks.values()) == expected


def test_balanced_allocation_has_nothing_to_say_about_a_best_effort_pod():
    assert scores(NodeResourcesBalancedAllocation(), pod("p", container()), [node("n")]) is None


def test_every_shortage_is_named():
    full = node("full", "1", "1Gi", pods="1")
    there = pod("there", container("1", "1Gi"), on="full")
    gpu = container("1", "1Gi")
    gpu["resources"]["requests"]["example.com/gpu"] = "1"
    assert refusals(NodeResourcesFit(), pod("p", gpu), [full], [there]) == {
        "full": "Too many pods, Insufficient cpu, Insufficient memory, Insufficient example.com/gpu"
    }


def test_init_containers_count_by_their_peak_and_sidecars_all_the_time():
    sidecar = container("1", restartPolicy="Always")
    spec = pod("p", container("2"), initContainers=[sidecar, container("4")]).spec
    assert pod_requests(spec) == {"cpu": 5000}
    spec = pod("p", container("6"), initContainers=[container("4"), sidecar]).spec
    assert pod_requests(spec) == {"cpu": 7000}


def test_overhead_and_pod_level_requests():
    spec = pod(
        "p", container("2", "1"), overhead={"cpu": "100m"}, resources={"requests": {"cpu": "3"}}
    ).spec
    assert pod_requests(spec) == {"cpu": 3100, "memory": 1}
