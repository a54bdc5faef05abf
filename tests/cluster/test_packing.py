"""How far the scheduler's packing is from the best that could be done.

The optimum is checked against a solver for integer programmes (scipy's, which is HiGHS).
"""

from __future__ import annotations

import importlib
from random import Random

import pytest

from kubelite.cluster.packing import compare, optimum

GIB = 1024**3
CAPACITY = (4000, 16 * GIB)


def solved(sizes: list[tuple[int, int]], capacity: tuple[int, int]) -> int:
    """The fewest nodes by integer programming: x[pod, node] and y[node] are 0 or 1."""
    np = importlib.import_module("numpy")
    milp = importlib.import_module("scipy.optimize")
    pods = nodes = len(sizes)
    count = pods * nodes
    cost = np.concatenate([np.zeros(count), np.ones(nodes)])
    once = np.zeros((pods, count + nodes))
    for pod in range(pods):
        once[pod, pod * nodes : (pod + 1) * nodes] = 1
    room = np.zeros((2 * nodes, count + nodes))
    for kind in (0, 1):
        for node in range(nodes):
            row = kind * nodes + node
            for pod in range(pods):
                room[row, pod * nodes + node] = sizes[pod][kind] / capacity[kind]
            room[row, count + node] = -1
    found = milp.milp(
        cost,
        integrality=np.ones(count + nodes),
        bounds=milp.Bounds(0, 1),
        constraints=[
            milp.LinearConstraint(once, 1, 1),
            milp.LinearConstraint(room, -np.inf, 1e-9),
        ],
    )
    return round(found.fun)


@pytest.mark.parametrize("seed", range(12))
def test_the_optimum_is_that_of_a_solver(seed: int) -> None:
    draw = Random(seed)
    sizes = [
        (draw.choice((500, 1000, 1500, 2000, 3000)), draw.choice((1, 2, 4, 6, 9)) * GIB)
        for _ in range(draw.randint(3, 8))
    ]
    assert optimum(sizes, CAPACITY) == solved(sizes, CAPACITY)


def test_packing_uses_fewer_nodes_than_spreading() -> None:
    found = compare([("1", "1Gi")] * 8)
    assert found.used == {"LeastAllocated": 8, "MostAllocated": 2, "RequestedToCapacityRatio": 2}
    assert found.optimum == 2
    assert "LeastAllocated                 8   300%" in repr(found)


@pytest.mark.parametrize("seed", range(8))
def test_no_profile_beats_the_optimum_and_packing_stays_near(seed: int) -> None:
    draw = Random(100 + seed)
    pods = [(draw.choice(("500m", "1", "1500m", "2")), f"{draw.randint(1, 6)}Gi") for _ in range(9)]
    found = compare(pods)
    assert min(found.used.values()) >= found.optimum
    # best fit needs at most about 1.7 times the optimum
    assert found.used["MostAllocated"] <= 1.7 * found.optimum + 1


def test_who_decides_pod_by_pod_can_be_misled() -> None:
    """Small pods first: they are put together, and the large ones each need a node more."""
    found = compare([("1", "1Gi")] * 4 + [("3", "1Gi")] * 4)
    assert (found.used["MostAllocated"], found.optimum) == (5, 4)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="24 pods at most, not 25"):
        compare([("1", "1Gi")] * 25)
    with pytest.raises(ValueError, match="larger than a node"):
        compare([("5", "1Gi")])
