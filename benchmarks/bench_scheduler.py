"""How fast decisions are: pods of one ReplicaSet on 20 nodes, and big clusters."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.apps_v1 import ReplicaSet
from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.struct import convert, replace
from kubelite.scheduler.cache import Cache
from kubelite.scheduler.framework import Listers
from kubelite.scheduler.profile import Framework
from kubelite.scheduler.schedule_one import schedule
from kubelite.scheduler.types import PodInfo
from kubelite.sim.chance import Chance

LABELS = {"app": "shop"}
OWNER = {
    "apiVersion": "apps/v1",
    "kind": "ReplicaSet",
    "name": "shop",
    "uid": "rs",
    "controller": True,
}
REPLICA_SET = convert(
    ReplicaSet,
    {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {"name": "shop", "namespace": "default"},
        "spec": {"selector": {"matchLabels": LABELS}},
    },
)


def nodes(count: int) -> list[Node]:
    room = {"cpu": "64", "memory": "256Gi", "pods": "500"}
    return [
        convert(
            Node,
            {
                "metadata": {
                    "name": f"node-{n}",
                    "labels": {
                        "kubernetes.io/hostname": f"node-{n}",
                        "topology.kubernetes.io/zone": "abc"[n % 3],
                    },
                },
                "status": {"allocatable": room, "capacity": room},
            },
        )
        for n in range(count)
    ]


def pods(count: int, **spec: Any) -> list[Pod]:
    container = {
        "name": "c",
        "image": "shop:1",
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
    }
    first = convert(
        Pod,
        {
            "metadata": {"namespace": "default", "labels": LABELS, "ownerReferences": [OWNER]},
            "spec": {"containers": [container], **spec},
        },
    )
    return [
        replace(first, metadata=replace(first.metadata, name=f"shop-{n}", uid=f"uid-{n}"))
        for n in range(count)
    ]


def place_all(count: int, on: list[Node], wanted: list[Pod]) -> None:
    framework = Framework(listers=Listers(replica_set=lambda namespace, name: REPLICA_SET))
    cache = Cache()
    for node in on:
        cache.set_node(node)
    draw = Chance(7).stream("scheduler/tie").random
    for pod in wanted:
        info = PodInfo(pod)
        decision = schedule(info, cache.snapshot, framework, 0, draw)
        cache.assume_pod(info, decision.node)
    assert all(len(node.pods) <= count // len(on) + 10 for node in cache.snapshot.nodes)


def test_1000_pods_on_20_nodes(benchmark: Any) -> None:
    benchmark(place_all, 1000, nodes(20), pods(1000))


def test_1000_pods_with_host_anti_affinity_preferred(benchmark: Any) -> None:
    term = {
        "weight": 100,
        "podAffinityTerm": {
            "topologyKey": "kubernetes.io/hostname",
            "labelSelector": {"matchLabels": LABELS},
        },
    }
    rule = {"preferredDuringSchedulingIgnoredDuringExecution": [term]}
    wanted = pods(1000, affinity={"podAntiAffinity": rule})
    benchmark.pedantic(place_all, (1000, nodes(20), wanted), rounds=3)


@pytest.mark.parametrize("count", [1000, 5000])
def test_100_pods_on_many_nodes(benchmark: Any, count: int) -> None:
    benchmark.pedantic(place_all, (100, nodes(count), pods(100)), rounds=3)
