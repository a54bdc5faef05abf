"""Plugins that look at the node alone: taints, affinity, cordon, name, ports, images.

Facts from upstream's tainttoleration, nodeaffinity, nodeports and imagelocality tests.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.scheduler.plugins.image_locality import MB, ImageLocality, calculate_priority
from kubelite.scheduler.plugins.node_affinity import NodeAffinity
from kubelite.scheduler.plugins.node_name import NodeName
from kubelite.scheduler.plugins.node_ports import NodePorts
from kubelite.scheduler.plugins.node_unschedulable import NodeUnschedulable
from kubelite.scheduler.plugins.taint_toleration import TaintToleration
from tests.scheduler.objects import container, node, pod, refusals, scores


def taint(key: str, value: str = "", effect: str = "NoSchedule") -> dict[str, str]:
    return {"key": key, "value": value, "effect": effect}


def soft(key: str, value: str) -> dict[str, str]:
    return taint(key, value, "PreferNoSchedule")


def toleration(key: str, value: str, effect: str = "PreferNoSchedule") -> dict[str, str]:
    return {"key": key, "operator": "Equal", "value": value, "effect": effect}


@pytest.mark.parametrize(
    ("tolerations", "taints", "expected"),
    [
        ([toleration("foo", "bar")], [[soft("foo", "bar")], [soft("foo", "blah")]], [100, 0]),
        (
            [toleration("cpu-type", "arm64"), toleration("disk-type", "ssd")],
            [
                [],
                [soft("cpu-type", "arm64")],
                [soft("cpu-type", "arm64"), soft("disk-type", "ssd")],
            ],
            [100, 100, 100],
        ),
        (
            [toleration("foo", "bar")],
            [[], [soft("cpu-type", "arm64")], [soft("cpu-type", "arm64"), soft("disk", "ssd")]],
            [100, 50, 0],
        ),
        (
            [
                toleration("cpu-type", "arm64", "NoSchedule"),
                toleration("disk-type", "ssd", "NoSchedule"),
            ],
            [
                [],
                [taint("cpu-type", "arm64")],
                [soft("cpu-type", "arm64"), soft("disk-type", "ssd")],
            ],
            [100, 100, 0],
        ),
        ([], [[], [soft("cpu-type", "arm64")]], [100, 0]),
    ],
)
def test_soft_taints_cost_points(tolerations, taints, expected):
    nodes = [node(f"node{i}", taints=each) for i, each in enumerate(taints)]
    marks = scores(TaintToleration(), pod("p", tolerations=tolerations), nodes)
    assert list(marks.values()) == expected


@pytest.mark.parametrize(
    ("tolerations", "taints", "fits"),
    [
        ([], [taint("dedicated", "user1")], False),
        ([toleration("dedicated", "user1", "NoSchedule")], [taint("dedicated", "user1")], True),
        ([toleration("dedicated", "user2", "NoSchedule")], [taint("dedicated", "user1")], False),
        (
            [{"key": "foo", "operator": "Exists", "effect": "NoSchedule"}],
            [taint("foo", "bar")],
            True,
        ),
        ([toleration("foo", "bar", "")], [taint("foo", "bar")], True),
        ([{"operator": "Exists"}], [taint("a"), taint("b", "c", "NoExecute")], True),
        ([], [soft("dedicated", "user1")], True),
    ],
)
def test_hard_taints_refuse(tolerations, taints, fits):
    found = refusals(
        TaintToleration(), pod("p", tolerations=tolerations), [node("n", taints=taints)]
    )
    assert found == ({} if fits else {"n": "node(s) had untolerated taint(s)"})


def test_a_cordoned_node_takes_only_who_tolerates_the_cordon():
    nodes = [node("closed", unschedulable=True), node("open")]
    assert refusals(NodeUnschedulable(), pod("p"), nodes) == {
        "closed": "node(s) were unschedulable"
    }
    daemon = pod(
        "d",
        tolerations=[{"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}],
    )
    assert refusals(NodeUnschedulable(), daemon, nodes) == {}


def terms(*found: dict[str, Any]) -> dict[str, Any]:
    required = {"nodeSelectorTerms": list(found)}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


def field(operator: str, *values: str) -> dict[str, Any]:
    return {"matchFields": [{"key": "metadata.name", "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("spec", "labels", "fits"),
    [
        ({}, {}, True),
        ({"nodeSelector": {"foo": "bar"}}, {}, False),
        ({"nodeSelector": {"foo": "bar"}}, {"foo": "bar", "baz": "blah"}, True),
        ({"nodeSelector": {"foo": "bar", "baz": "blah"}}, {"foo": "bar"}, False),
        ({"affinity": terms(expression("foo", "In", "bar", "value2"))}, {"foo": "bar"}, True),
        ({"affinity": terms(expression("version", "Gt", "0204"))}, {"version": "0206"}, True),
        ({"affinity": terms(expression("version", "Lt", "0204"))}, {"version": "0206"}, False),
        (
            {"affinity": terms(expression("mem-type", "NotIn", "DDR", "DDR2"))},
            {"mem-type": "DDR3"},
            True,
        ),
        ({"affinity": terms(expression("GPU", "Exists"))}, {"GPU": "NVIDIA"}, True),
        ({"affinity": terms(expression("foo", "DoesNotExist"))}, {"foo": "bar"}, False),
        ({"affinity": terms()}, {"foo": "bar"}, False),
        ({"affinity": terms({})}, {"foo": "bar"}, False),
        (
            {"affinity": terms(expression("foo", "In", "no"), expression("a", "Exists"))},
            {"a": ""},
            True,
        ),
        (
            {"affinity": terms(expression("foo", "Exists")), "nodeSelector": {"foo": "bar"}},
            {"foo": "barrrrrr"},
            False,
        ),
        ({"affinity": terms(field("In", "node"))}, {}, True),
        ({"affinity": terms(field("NotIn", "node"))}, {}, False),
    ],
)
def test_required_node_affinity(spec, labels, fits):
    found = refusals(NodeAffinity(), pod("p", **spec), [node("node", labels=labels)])
    reason = "node(s) didn't match Pod's node affinity/selector"
    assert found == ({} if fits else {"node": reason})


def test_terms_that_name_different_nodes_conflict():
    both = {"matchFields": [field("In", "a")["matchFields"][0], field("In", "b")["matchFields"][0]]}
    found = refusals(NodeAffinity(), pod("p", affinity=terms(both)), [node("a")])
    assert found == {"a": "pod affinity terms conflict"}


def wish(weight: int, *expressions: dict[str, Any]) -> dict[str, Any]:
    preference = {"matchExpressions": [e["matchExpressions"][0] for e in expressions]}
    return {"weight": weight, "preference": preference}


FOO = expression("foo", "In", "bar")
KEY = expression("key", "In", "value")
AZ = expression("az", "In", "az1")


@pytest.mark.parametrize(
    ("wishes", "labels", "expected"),
    [
        ([], [{"foo": "bar"}, {"key": "value"}], None),
        ([wish(2, FOO)], [{"foo": "bar"}, {"key": "value"}, {"az": "az1"}], [100, 0, 0]),
        (
            [wish(2, FOO), wish(4, KEY), wish(5, FOO, KEY, AZ)],
            [{"foo": "bar"}, {"foo": "bar", "key": "value", "az": "az1"}, {"key": "value"}],
            [18, 100, 36],
        ),
    ],
)
def test_preferred_node_affinity(wishes, labels, expected):
    affinity = {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": wishes}}
    nodes = [node(f"node{i}", labels=each) for i, each in enumerate(labels)]
    marks = scores(NodeAffinity(), pod("p", affinity=affinity), nodes)
    assert (marks and list(marks.values())) == expected


def ports(*wanted: tuple[str, str, int]) -> dict[str, Any]:
    return container(
        ports=[
            {"containerPort": 1, "hostIP": ip, "protocol": protocol, "hostPort": port}
            for ip, protocol, port in wanted
        ]
    )


@pytest.mark.parametrize(
    ("wanted", "used", "fits"),
    [
        (("127.0.0.1", "UDP", 8080), ("127.0.0.1", "UDP", 9090), True),
        (("127.0.0.1", "UDP", 8080), ("127.0.0.1", "UDP", 8080), False),
        (("127.0.0.1", "TCP", 8080), ("127.0.0.1", "UDP", 8080), True),
        (("127.0.0.1", "TCP", 8080), ("127.0.0.2", "TCP", 8080), True),
        (("0.0.0.0", "TCP", 8001), ("127.0.0.1", "TCP", 8001), False),
        (("127.0.0.1", "TCP", 8001), ("", "TCP", 8001), False),
    ],
)
def test_host_ports(wanted, used, fits):
    there = pod("there", ports(used), on="n")
    found = refusals(NodePorts(), pod("p", ports(wanted)), [node("n")], [there])
    reason = "node(s) didn't have free ports for the requested pod ports"
    assert found == ({} if fits else {"n": reason})


def test_a_pod_that_names_its_node():
    found = refusals(NodeName(), pod("p", on="foo"), [node("foo"), node("bar")])
    assert found == {"bar": "node(s) didn't match the requested node name"}


def test_images_count_by_size_and_by_how_many_nodes_have_them():
    big = ("gcr.io/250:latest", 250 * MB)
    small = ("gcr.io/40:latest", 40 * MB)
    wanted = pod("p", container(image="gcr.io/40"), container(image="gcr.io/250"))
    nodes = [node("node1", images=[small]), node("node2", images=[big])]
    marks = scores(ImageLocality(), wanted, nodes)
    assert (
        marks == {"node1": 0, "node2": calculate_priority(125 * MB, 2)} == {"node1": 0, "node2": 5}
    )
