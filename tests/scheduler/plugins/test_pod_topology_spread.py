"""PodTopologySpread, with cases of upstream's unit tests.

Facts from pkg/scheduler/framework/plugins/podtopologyspread/*_test.go.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.apps_v1 import ReplicaSet
from kubelite.api.core_v1 import Pod, Service
from kubelite.apimachinery.struct import convert
from kubelite.scheduler.framework import NO_LISTERS, Listers
from kubelite.scheduler.plugins.pod_topology_spread import PodTopologySpread, default_selector
from kubelite.scheduler.types import PodInfo
from tests.scheduler.objects import HOSTNAME, node, pod, refusals, scores

FOO = {"matchExpressions": [{"key": "foo", "operator": "Exists"}]}
SERVICE = convert(Service, {"metadata": {"name": "s"}, "spec": {"selector": {"foo": ""}}})


def constraint(
    skew: int, key: str = HOSTNAME, when: str = "ScheduleAnyway", **more: Any
) -> dict[str, Any]:
    return {
        "maxSkew": skew,
        "topologyKey": key,
        "whenUnsatisfiable": when,
        "labelSelector": FOO,
        **more,
    }


def matching(**on: int) -> list[Pod]:
    return [
        pod(f"{name}{i}", on=name.replace("_", "-"), labels={"foo": ""})
        for name, count in on.items()
        for i in range(count)
    ]


@pytest.mark.parametrize(
    ("constraints", "existing", "candidates", "lost", "expected"),
    [
        ([constraint(1)], {}, "ab", "", [100, 100]),
        ([constraint(1)], {"node_a": 2, "node_b": 1}, "a", "b", [100]),
        ([constraint(1)], {"node_a": 1, "node_b": 1}, "ab", "", [100, 100]),
        ([constraint(1)], {"node_a": 2, "node_b": 1, "node_d": 3}, "abcd", "", [20, 60, 100, 0]),
        ([constraint(2)], {"node_a": 2, "node_b": 1, "node_d": 3}, "abcd", "", [33, 66, 100, 16]),
        (
            [constraint(3)],
            {"node_a": 4, "node_b": 3, "node_c": 2, "node_d": 1},
            "abcd",
            "",
            [44, 66, 77, 100],
        ),
        (
            [constraint(1)],
            {"node_a": 4, "node_b": 2, "node_x": 1, "node_y": 3},
            "abx",
            "y",
            [33, 83, 100],
        ),
        (
            [constraint(1, labelSelector=None)],
            {"node_a": 2, "node_b": 1, "node_d": 3},
            "abcd",
            "",
            [100, 100, 100, 100],
        ),
    ],
)
def test_score(constraints, existing, candidates, lost, expected):
    wanted = pod("p", labels={"foo": ""}, topologySpreadConstraints=constraints)
    marks = scores(
        PodTopologySpread(NO_LISTERS),
        wanted,
        [node(f"node-{name}") for name in candidates],
        matching(**existing),
        [node(f"node-{name}") for name in lost],
    )
    assert list(marks.values()) == expected


def test_a_node_without_the_label_gets_nothing():
    nodes = [node("node-a"), node("node-b", labels={"n": "node-b"}), node("node-x")]
    existing = matching(node_a=4, node_b=2, node_x=1, node_y=3)
    wanted = pod("p", labels={"foo": ""}, topologySpreadConstraints=[constraint(1)])
    marks = scores(PodTopologySpread(NO_LISTERS), wanted, nodes, existing, [node("node-y")])
    assert marks == {"node-a": 16, "node-b": 0, "node-x": 100}


def test_the_cluster_default_needs_a_service_or_an_owner_and_no_zones():
    nodes = [node(f"node-{name}") for name in "abcd"]
    existing = matching(node_a=4, node_b=3, node_c=2, node_d=1)
    wanted = pod("p", labels={"foo": ""})
    assert scores(PodTopologySpread(NO_LISTERS), wanted, nodes, existing) is None
    served = PodTopologySpread(Listers(services=lambda namespace: [SERVICE]))
    marks = scores(served, wanted, nodes, existing)
    assert marks == {"node-a": 44, "node-b": 66, "node-c": 77, "node-d": 100}


def test_default_selector_joins_services_and_replica_set():
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "rs", "uid": "u"}
    wanted = convert(
        Pod,
        {
            "metadata": {
                "namespace": "default",
                "labels": {"foo": "", "app": "shop"},
                "ownerReferences": [{**owner, "controller": True}],
            }
        },
    )
    owning = convert(ReplicaSet, {"spec": {"selector": {"matchLabels": {"app": "shop"}}}})
    other = convert(Service, {"spec": {"selector": {"app": "other"}}})
    listers = Listers(lambda namespace: [SERVICE, other], lambda namespace, name: owning)
    assert str(default_selector(PodInfo(wanted), listers)) == "app=shop,foo="


HARD = "DoNotSchedule"
TOO_MANY = "node(s) didn't match pod topology spread constraints"
NO_LABEL = TOO_MANY + " (missing required label)"


def zoned(name: str, zone: str) -> Any:
    return node(name, labels={"zone": zone, HOSTNAME: name})


ZONED = [
    zoned("node-a", "zone1"),
    zoned("node-b", "zone1"),
    zoned("node-x", "zone2"),
    zoned("node-y", "zone2"),
]


@pytest.mark.parametrize(
    ("constraints", "existing", "refused"),
    [
        ([constraint(1, "zone", HARD)], {}, {}),
        (
            [constraint(1, "zone", HARD)],
            {"node_a": 2, "node_b": 1, "node_y": 2},
            {"node-a": TOO_MANY, "node-b": TOO_MANY},
        ),
        (
            [constraint(1, HOSTNAME, HARD)],
            {"node_a": 2, "node_b": 1, "node_y": 3},
            {"node-a": TOO_MANY, "node-b": TOO_MANY, "node-y": TOO_MANY},
        ),
        ([constraint(2, HOSTNAME, HARD)], {"node_a": 2, "node_b": 1, "node_y": 3},
         {"node-a": TOO_MANY, "node-y": TOO_MANY}),
        (
            [constraint(1, "zone", HARD), constraint(1, HOSTNAME, HARD)],
            {"node_a": 2, "node_b": 1, "node_y": 4},
            {"node-a": TOO_MANY, "node-x": TOO_MANY, "node-y": TOO_MANY, "node-b": TOO_MANY},
        ),
        (
            [constraint(1, "zone", HARD, minDomains=3)],
            {"node_a": 1, "node_x": 1},
            {name: TOO_MANY for name in ("node-a", "node-b", "node-x", "node-y")},
        ),
        ([constraint(1, "rack", HARD)], {}, {n.metadata.name: NO_LABEL for n in ZONED}),
    ],
)  # fmt: skip
def test_filter(constraints, existing, refused):
    wanted = pod("p", labels={"foo": ""}, topologySpreadConstraints=constraints)
    assert refusals(PodTopologySpread(NO_LISTERS), wanted, ZONED, matching(**existing)) == refused


def test_pods_on_their_way_out_do_not_count():
    leaving = convert(
        Pod,
        {
            "metadata": {
                "name": "leaving",
                "namespace": "default",
                "labels": {"foo": ""},
                "deletionTimestamp": "2026-11-27T08:00:00Z",
            },
            "spec": {"nodeName": "node-a"},
        },
    )
    wanted = pod("p", labels={"foo": ""}, topologySpreadConstraints=[constraint(1, "zone", HARD)])
    assert refusals(PodTopologySpread(NO_LISTERS), wanted, ZONED, [leaving]) == {}
