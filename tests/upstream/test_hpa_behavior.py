"""The tables of upstream's ``pkg/controller/podautoscaler/horizontal_test.go`` about speed."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from kubelite.api.autoscaling_v2 import HPAScalingPolicy, HPAScalingRules
from kubelite.apimachinery.times import MINUTE, SECOND
from kubelite.apiserver.defaults.autoscaling import SCALE_DOWN, SCALE_UP
from kubelite.controllers.podautoscaler.behavior import (
    Memory,
    Recommendation,
    ScaleEvent,
    limited,
    limited_by_rules,
    scale_down_limit,
    scale_up_limit,
    stabilised,
    stabilised_by_rules,
)

NOW = 1_000 * MINUTE
UP, DOWN, RANGE = "ScaleUpLimit", "ScaleDownLimit", "DesiredWithinRange"
MANY, FEW = "TooManyReplicas", "TooFewReplicas"


def rules(
    pods: int, pods_period: int, percent: int, percent_period: int, window: int, select: str = "Max"
) -> HPAScalingRules:
    """Upstream's generateScalingRules."""
    policies = [
        HPAScalingPolicy(type=kind, value=value, period_seconds=period)
        for kind, value, period in (
            ("Pods", pods, pods_period),
            ("Percent", percent, percent_period),
        )
        if value
    ]
    return HPAScalingRules(
        stabilization_window_seconds=window, select_policy=select, policies=tuple(policies)
    )


def spread(*changes: int, seconds: int = 120) -> list[ScaleEvent]:
    """Upstream's generateEventsUniformDistribution: each in the middle of its part of the time."""
    part = seconds / len(changes)
    return [
        ScaleEvent(change, NOW - int(seconds - part * (place + 1) + part / 2) * SECOND)
        for place, change in enumerate(changes)
    ]


@pytest.mark.parametrize(
    ("current", "desired", "least", "most", "expected", "reason"),
    [
        (5, 7, 3, 8, 7, RANGE),
        (3, 1, 2, 8, 2, FEW),
        (1, 0, 0, 10, 0, RANGE),
        (20, 1000, 1, 10, 10, MANY),
        (3, 1000, 1, 2000, 6, UP),
    ],
)
def test_convert_desired_replicas_with_rules(
    current: int, desired: int, least: int, most: int, expected: int, reason: str
) -> None:
    assert limited(current, desired, least, most)[:2] == (expected, reason)


def test_calculate_scale_limits() -> None:
    policies = rules(2, 60, 50, 60, 300, "Min")
    assert scale_up_limit(1, Memory(), policies, NOW) == 2
    assert scale_down_limit(5, Memory(), policies, NOW) == 3


@pytest.mark.parametrize(
    ("recommendations", "desired", "expected", "length"),
    [
        ([], 5, 5, 1),
        ([(4, 2), (5, 1)], 3, 5, 3),
        ([(1, 2), (2, 1)], 3, 3, 3),
        ([(10, 10), (9, 9)], 3, 3, 2),
        ([(10, 10), (4, 1), (5, 2), (9, 9)], 3, 5, 4),
    ],
    ids=["empty log", "stabilize", "no stabilize", "old", "stabilize, old"],
)
def test_normalize_desired_replicas(
    recommendations: list[tuple[int, int]], desired: int, expected: int, length: int
) -> None:
    memory = Memory()
    memory.recommendations = [
        Recommendation(replicas, NOW - minutes * MINUTE) for replicas, minutes in recommendations
    ]
    assert stabilised(memory, desired, NOW) == expected
    assert len(memory.recommendations) == length


class Case(NamedTuple):
    name: str
    current: int
    desired: int
    least: int
    most: int
    expected: int
    reason: str
    up: HPAScalingRules = SCALE_UP
    down: HPAScalingRules = SCALE_DOWN
    ups: tuple[int, ...] = ()
    downs: tuple[int, ...] = ()


A, B, C = (1, 5, 9), (8, 12, 9, 11), (10, 10, 10)

SCALING = [
    Case("within range", 5, 7, 3, 8, 7, RANGE),
    Case("less than minReplicas", 3, 1, 2, 8, 2, FEW),
    Case("zero within range", 1, 0, 0, 10, 0, RANGE),
    Case("maxReplicas below the scale-up limit", 20, 1000, 1, 10, 10, MANY),
    Case("more than maxReplicas", 100, 1000, 100, 150, 150, MANY),
    Case("the scale-up limit with policies", 3, 1000, 1, 2000, 4, UP, rules(0, 0, 1, 60, 0)),
    Case("the scale-down limit with policies", 1000, 3, 3, 2000, 980, DOWN,
         down=rules(20, 60, 0, 0, 0)),
    Case("up: default behaviour", 10, 50, 1, 1000, 20, UP),
    Case("up: pods larger than percent", 10, 500, 1, 1000, 110, UP, rules(100, 60, 100, 60, 0)),
    Case("up: percent larger than pods", 10, 500, 1, 1000, 20, UP, rules(2, 60, 100, 60, 0)),
    Case("up: large pods policy", 10, 50, 1, 1000, 50, RANGE, rules(100, 60, 0, 0, 0)),
    Case("up: very large pods policy", 10, 50, 1, 1000, 50, RANGE, rules(10000, 60, 0, 0, 0)),
    Case("up: pods policy", 10, 50, 1, 1000, 40, UP, rules(30, 60, 0, 0, 0)),
    Case("up: percent policy", 10, 50, 1, 1000, 30, UP, rules(0, 0, 200, 60, 0)),
    Case("down: pods larger than percent", 100, 2, 1, 1000, 80, DOWN,
         down=rules(20, 60, 1, 60, 300)),
    Case("down: two pods or one percent", 100, 2, 1, 1000, 98, DOWN, down=rules(2, 60, 1, 60, 300)),
    Case("down: large pods policy", 10, 0, 1, 1000, 1, FEW, down=rules(100, 60, 0, 0, 300)),
    Case("down: large percent policy", 10, 2, 5, 1000, 5, FEW, down=rules(0, 0, 100, 60, 300)),
    Case("down: pods policy", 10, 2, 1, 1000, 5, DOWN, down=rules(5, 60, 0, 0, 300)),
    Case("down: percent policy", 10, 5, 1, 1000, 5, RANGE, down=rules(0, 0, 50, 60, 300)),
    Case("up: large pods policy, events", 100, 500, 1, 200, 200, MANY, rules(300, 60, 0, 0, 0),
         ups=A),
    Case("up: large percent policy, events", 100, 500, 1, 200, 200, MANY,
         rules(0, 0, 10000, 60, 0), ups=A),
    Case("up: many recent events", 100, 500, 1, 1000, 100, UP, rules(5, 120, 0, 0, 0), ups=A),
    Case("up: pods policy, events", 100, 500, 1, 1000, 235, UP, rules(150, 120, 0, 0, 0), ups=A),
    Case("up: percent policy, events", 100, 500, 1, 1000, 255, UP, rules(0, 0, 200, 120, 0),
         ups=A),
    Case("down: default, events", 10, 5, 1, 1000, 5, RANGE, downs=A),
    Case("down: large pods policy, events", 100, 0, 1, 1000, 1, FEW,
         down=rules(115, 120, 0, 0, 300), downs=A),
    Case("down: large pods policy, minReplicas, events", 100, 0, 5, 1000, 5, FEW,
         down=rules(130, 120, 0, 0, 300), downs=A),
    Case("down: everything may go, events", 100, 2, 5, 1000, 5, FEW,
         down=rules(0, 0, 100, 120, 300), downs=A),
    Case("down: pods policy, events", 100, 2, 1, 1000, 100, DOWN, down=rules(5, 120, 0, 0, 300),
         downs=A),
    Case("down: percent policy, events", 100, 0, 1, 1000, 56, DOWN,
         down=rules(0, 0, 50, 120, 300), downs=(2, 4, 6)),
    Case("down: events prevent it", 100, 0, 1, 1000, 100, DOWN, down=rules(0, 0, 10, 120, 300),
         downs=C),
    Case("down: events still allow it", 10, 5, 1, 1000, 5, RANGE,
         down=rules(0, 0, 1000, 120, 300), downs=C),
    Case("up: outdated for one policy", 100, 200, 1, 1000, 200, RANGE, rules(1000, 60, 0, 0, 0),
         ups=B),
    Case("up: two policies", 100, 200, 1, 1000, 200, RANGE, rules(1000, 120, 100, 60, 0), ups=B),
    Case("up: two policies, outdated", 100, 200, 1, 1000, 200, RANGE,
         rules(1000, 30, 100, 60, 0), ups=B),
    Case("down: outdated for one policy", 100, 5, 1, 1000, 5, RANGE,
         down=rules(1000, 60, 0, 0, 300), downs=B),
    Case("down: two policies", 100, 5, 1, 1000, 5, RANGE, down=rules(1000, 120, 100, 60, 300),
         downs=B),
    Case("down: two policies, outdated", 100, 5, 1, 1000, 5, RANGE,
         down=rules(1000, 30, 100, 60, 300), downs=B),
]  # fmt: skip


@pytest.mark.parametrize("case", SCALING, ids=lambda case: case.name)
def test_scaling_with_rules(case: Case) -> None:
    memory = Memory()
    memory.ups = spread(*case.ups) if case.ups else []
    memory.downs = spread(*case.downs) if case.downs else []
    outcome = limited_by_rules(
        memory, case.current, case.desired, case.least, case.most, case.up, case.down, NOW
    )
    assert outcome[:2] == (case.expected, case.reason)


@pytest.mark.parametrize(
    ("ages", "kept"),
    [
        ([], [0]),
        ([61], [0]),
        ([58], [58, 0]),
        ([61, 59], [0, 59]),
    ],
)
def test_store_scale_events(ages: list[int], kept: list[int]) -> None:
    memory = Memory()
    memory.ups = [ScaleEvent(7, NOW - age * SECOND) for age in ages]
    memory.scaled(5, 10, rules(10, 60, 100, 60, 0), NOW)
    assert [(NOW - event.when) // SECOND for event in memory.ups] == kept


@pytest.mark.parametrize(
    ("current", "recent", "desired", "up", "down", "expected", "reason"),
    [
        (100, [], 5, 0, 300, 5, "ScaleDownStabilized"),
        (100, [(20, 100)], 5, 0, 300, 20, "ScaleDownStabilized"),
        (100, [(20, 400)], 5, 0, 300, 5, "ScaleDownStabilized"),
        (10, [(20, 100)], 50, 300, 300, 20, "ScaleUpStabilized"),
        (10, [(20, 100)], 50, 0, 300, 50, "ScaleUpStabilized"),
        (10, [(5, 100)], 50, 300, 300, 10, "ScaleUpStabilized"),
    ],
)
def test_windows_of_rules(
    current: int,
    recent: list[tuple[int, int]],
    desired: int,
    up: int,
    down: int,
    expected: int,
    reason: str,
) -> None:
    memory = Memory()
    memory.recommendations = [Recommendation(n, NOW - age * SECOND) for n, age in recent]
    up_rules, down_rules = rules(4, 15, 0, 0, up), rules(0, 0, 100, 15, down)
    outcome = stabilised_by_rules(memory, current, desired, up_rules, down_rules, NOW)
    assert outcome[:2] == (expected, reason)
