"""Which pod goes first: upstream's table for ActivePodsWithRanks."""

from __future__ import annotations

import pytest

from kubelite.api.core_v1 import Pod
from kubelite.controllers.podranking import facts_of, ranked_for_deletion
from kubelite.sim.clock import HOUR
from tests.controllers.objects import NOW, pod

MONTH = 30 * 24 * HOUR
COST = "controller.kubernetes.io/pod-deletion-cost"

unscheduled = pod("unscheduled", phase="Pending")
pending = pod("pending", "alone", "Pending")
unknown = pod("unknown", "alone", "Unknown")
not_ready = pod("not-ready", "alone")
no_transition = pod("no-transition", "alone", ready=True)
ready_now = pod("ready-now", "alone", ready=True, ready_since=0, created=0)
ready_then = pod("ready-then", "alone", ready=True, ready_since=MONTH, created=MONTH)
restarts = pod("restarts", "alone", ready=True, ready_since=0, created=0, restarts=9001)
created_then = pod("created-then", "alone", ready=True, ready_since=0, created=MONTH)
cheap = pod("cheap", "crowd", ready=True, ready_since=0, created=MONTH, annotations={COST: "10"})
dear = pod("dear", "alone", ready=True, ready_since=0, created=MONTH, annotations={COST: "100"})
two_hours = pod("two-hours", ready=True, ready_since=2 * HOUR, created=MONTH)
five_hours = pod("five-hours", ready=True, ready_since=5 * HOUR, created=MONTH)
crowded_ready_now = pod("z-crowded-now", "crowd", ready=True, ready_since=0, created=0)
crowded_ready_then = pod("z-crowded-then", "crowd", ready=True, ready_since=MONTH, created=MONTH)

INEQUALITIES = [
    (unscheduled, pending),
    (pending, unknown),
    (unknown, not_ready),
    (not_ready, no_transition),
    (ready_now, ready_then),
    (crowded_ready_then, ready_now),
    (restarts, ready_now),
    (crowded_ready_now, restarts),
    (ready_now, created_then),
    (cheap, dear),
    (two_hours, five_hours),
]


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize(
    ("lesser", "greater"), INEQUALITIES, ids=[f"{a.metadata.name}-{b.metadata.name}" for a, b in INEQUALITIES]  # noqa: E501
)  # fmt: skip
def test_who_goes_first(lesser: Pod, greater: Pod, turn: int) -> None:
    colocated = {"crowd": 2, "alone": 1}
    pair = [lesser, greater][::turn]
    assert ranked_for_deletion(map(facts_of, pair), colocated, NOW) == [lesser, greater]


def test_ages_within_one_power_of_two_are_equal_and_the_uid_decides() -> None:
    """So that a scale-down does not always take the whole of the last scale-up."""
    five = pod("a", ready=True, ready_since=5 * HOUR, created=MONTH, uid="2")
    eight = pod("b", ready=True, ready_since=8 * HOUR, created=MONTH, uid="1")
    assert ranked_for_deletion(map(facts_of, [five, eight]), {}, NOW) == [eight, five]


def test_a_cost_that_is_no_number_counts_as_none() -> None:
    odd = pod("odd", ready=True, ready_since=0, created=0, annotations={COST: "cheap"})
    dear = pod("dear", ready=True, ready_since=0, created=0, annotations={COST: "1"})
    assert ranked_for_deletion(map(facts_of, [dear, odd]), {}, NOW) == [odd, dear]
