"""When nodes are doubted, tainted and emptied, as pure decisions."""

from __future__ import annotations

import pytest

from kubelite.api.core_v1 import NodeCondition, Pod, Taint, Toleration
from kubelite.api.tolerations import tolerates
from kubelite.apimachinery.struct import replace
from kubelite.controllers import nodeipam
from kubelite.controllers.nodelifecycle import (
    NOT_READY,
    UNREACHABLE,
    UNSCHEDULABLE,
    eviction_rate,
    retainted,
    silenced,
    taints_for,
)
from kubelite.controllers.tainteviction import patience
from tests.controllers.objects import NOW, node, pod


@pytest.mark.parametrize(
    ("ready", "not_ready", "expected"),
    [
        (10, 0, 0.1),
        (10, 2, 0.1),
        (1, 2, 0.1),  # most are gone, but only two
        (2, 3, 0.0),  # 60 % of a small zone
        (4, 4, 0.1),  # 50 %
        (45, 55, 0.01),  # 55 % of a large zone
        (46, 54, 0.1),
        (22, 28, 0.0),  # fifty nodes are not yet a large zone
        (0, 5, 0.1),  # the whole zone, while others live
    ],
)
def test_eviction_rate(ready: int, not_ready: int, expected: float) -> None:
    assert eviction_rate(ready, not_ready) == expected


@pytest.mark.parametrize(
    ("ready", "unschedulable", "expected"),
    [
        ("True", False, {}),
        ("False", False, {NOT_READY: "NoSchedule"}),
        ("Unknown", False, {UNREACHABLE: "NoSchedule"}),
        (None, False, {NOT_READY: "NoSchedule"}),
        ("True", True, {UNSCHEDULABLE: "NoSchedule"}),
    ],
)
def test_taints_for_conditions(
    ready: str | None, unschedulable: bool, expected: dict[str, str]
) -> None:
    assert taints_for(node(ready=ready, unschedulable=unschedulable)) == expected


def test_pressure_taints() -> None:
    one = node()
    pressed = NodeCondition(type="MemoryPressure", status="True")
    status = replace(one.status, conditions=(*one.status.conditions, pressed))
    expected = {"node.kubernetes.io/memory-pressure": "NoSchedule"}
    assert taints_for(replace(one, status=status)) == expected


def test_taints_of_others_stay() -> None:
    mine = Taint(key="team", value="a", effect="NoExecute")
    ours = Taint(key=NOT_READY, effect="NoSchedule")
    assert retainted(node(taints=(mine, ours)), "", NOW) == (mine,)


def test_the_reason_of_an_eviction_may_change() -> None:
    was = Taint(key=NOT_READY, effect="NoExecute")
    after = retainted(node(ready="Unknown", taints=(was,)), UNREACHABLE, NOW)
    assert [(t.key, t.effect) for t in after] == [
        (UNREACHABLE, "NoSchedule"),
        (UNREACHABLE, "NoExecute"),
    ]


def test_a_node_that_never_spoke() -> None:
    found = {
        c.type: (c.status, c.reason) for c in silenced(node(ready=None), NOW).status.conditions
    }
    said = ("Unknown", "NodeStatusNeverUpdated")
    assert found == dict.fromkeys(("Ready", "MemoryPressure", "DiskPressure", "PIDPressure"), said)


def test_doubt_is_expressed_once() -> None:
    doubted = silenced(node(), NOW)
    assert silenced(doubted, NOW + 10_000_000) == doubted


OUT = Taint(key="key", value="value", effect="NoExecute")


@pytest.mark.parametrize(
    ("toleration", "expected"),
    [  # TestTolerationToleratesTaint
        (Toleration(key="key", operator="Exists", effect="NoExecute"), True),
        (Toleration(key="key", operator="Exists"), True),
        (Toleration(operator="Exists"), True),
        (Toleration(key="key", operator="Equal", value="value"), True),
        (Toleration(key="key", value="value"), True),  # Equal is the default
        (Toleration(key="key", operator="Equal", value="other"), False),
        (Toleration(key="other", operator="Exists"), False),
        (Toleration(key="key", operator="Exists", effect="NoSchedule"), False),
    ],
)
def test_tolerates(toleration: Toleration, expected: bool) -> None:
    assert tolerates(toleration, OUT) is expected


def tolerant(*seconds: int | None) -> Pod:
    tolerations = tuple(
        Toleration(key="key", operator="Exists", toleration_seconds=limit) for limit in seconds
    )
    return pod("a", "node-1", spec={"tolerations": tolerations})


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [((), 0), ((None,), None), ((300,), 300), ((300, 60), 60), ((None, 60), 60), ((-5,), 0)],
)
def test_patience(seconds: tuple[int | None, ...], expected: int | None) -> None:
    assert patience(tolerant(*seconds), [OUT]) == expected


def test_one_taint_that_is_not_tolerated_is_enough() -> None:
    assert patience(tolerant(300), [OUT, replace(OUT, key="other")]) == 0


def test_address_ranges_are_all_different() -> None:
    ranges = [nodeipam.pod_cidr(n) for n in range(5000)]
    assert ranges[:2] == ["10.244.0.0/24", "10.244.1.0/24"]
    assert ranges[256] == "10.245.0.0/24"
    assert len(set(ranges)) == 5000
    assert not [r for r in ranges if r.startswith("10.96.")]  # Services live there
