"""Which offer is taken. Cases after cluster-autoscaler/expander/waste/waste_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.autoscaler.expander import Option, best_option
from kubelite.autoscaler.options import read_options
from kubelite.cluster.infrastructure import NodePool
from kubelite.cluster.infrastructure.catalogue import worth
from kubelite.scheduler.types import PodInfo
from kubelite.sim.chance import Stream
from tests.scheduler.objects import container, pod


class Prices:
    pod_price = staticmethod(worth)


def option(kind: str, nodes: int, pods: int, cpu: str, memory: str) -> Option:
    group: Any = NodePool(kind, machine_type=kind)
    return Option(
        group, nodes, tuple(PodInfo(pod(f"p{n}", container(cpu, memory))) for n in range(pods))
    )


@pytest.mark.parametrize(
    ("strategy", "options", "best"),
    [
        # a balanced pod wastes least on a balanced machine
        ("least-waste", [("memory-4", 1, 1), ("compute-4", 1, 1), ("standard-4", 1, 1)], "compute"),
        ("least-waste", [("standard-8", 1, 4), ("standard-4", 1, 4)], "standard-4"),
        ("most-pods", [("standard-4", 1, 2), ("standard-8", 1, 4)], "standard-8"),
        ("price", [("standard-16", 1, 4), ("standard-4", 1, 4)], "standard-4"),
        ("price", [("small-2", 5, 4), ("standard-4", 1, 4)], "standard-4"),
    ],
)
def test_strategies(strategy: str, options: list[tuple[str, int, int]], best: str) -> None:
    found = [option(kind, nodes, pods, "1", "2Gi") for kind, nodes, pods in options]
    cloud: Any = Prices()
    for one in found:
        object.__setattr__(one.group, "price_per_hour", one.group.type.price_per_hour)
    chosen = best_option(found, strategy, cloud, Stream(1))
    assert chosen.group.name.startswith(best)


def test_ties_go_to_chance() -> None:
    found = [option("standard-4", 1, 1, "1", "1Gi"), option("standard-4", 1, 1, "1", "1Gi")]
    cloud: Any = Prices()
    drawn = {id(best_option(found, "random", cloud, Stream(seed))) for seed in range(20)}
    assert len(drawn) == 2


def test_flags_are_checked() -> None:
    with pytest.raises(ValueError, match='no expander "cheap"; there are random, least-waste'):
        read_options(expander="cheap")
    with pytest.raises(ValueError, match="has no flag scale_down_time; it has scan_interval"):
        read_options(scale_down_time=3)
