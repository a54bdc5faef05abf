"""The rules of each orchestrator, asked directly; the numbers are those of ``rules.yaml``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from course.market.facts import ORCHESTRATORS, numbers, sources
from course.market.loading import load, shop_file
from course.market.rulebooks import RULEBOOKS, Rulebook
from course.market.tasks import Task
from kubelite.sim.clock import SECOND


def book(orchestrator: str, **policy: Any) -> Rulebook:
    application = load(shop_file(orchestrator))
    changed = replace(application, policy={**application.policy, **policy})
    return RULEBOOKS[orchestrator](changed)


def task(**changes: Any) -> Task:
    made = Task("web-0.1", "uid", 0, 1, "node-1", 10 * SECOND, 20 * SECOND, False, 0, False, {})
    return made._replace(**changes)


def half() -> float:
    return 0.5


def test_each_number_has_a_source() -> None:
    for name in ORCHESTRATORS:
        assert numbers(name).keys() == sources(name).keys()
        assert all(len(source) > 10 for source in sources(name).values())


def test_swarm_waits_five_seconds_each_time() -> None:
    one = task()
    for _ in range(4):
        follows = book("swarm").after_exit(one, [one], half)
        assert follows is not None and (follows.delay, follows.node) == (5 * SECOND, "")
        one = task(carried=follows.carried)


@pytest.mark.parametrize(
    ("policy", "succeeded", "again"),
    [
        ({"condition": "any"}, True, True),
        ({"condition": "on-failure"}, True, False),
        ({"condition": "on-failure"}, False, True),
        ({"condition": "none"}, False, False),
    ],
)
def test_swarms_conditions(policy: dict[str, Any], succeeded: bool, again: bool) -> None:
    found = book("swarm", **policy).after_exit(task(succeeded=succeeded), [], half)
    assert (found is not None) == again


def test_swarm_stops_after_its_attempts_unless_they_are_long_ago() -> None:
    rules, one, count = book("swarm", attempts=2), task(), 0
    while follows := rules.after_exit(one, [], half):
        count += 1
        one = task(ended=one.ended + 10 * SECOND, carried=follows.carried)
    assert count == 2
    slow, one = book("swarm", attempts=2, window=15), task()
    for _ in range(5):
        follows = slow.after_exit(one, [], half)
        assert follows is not None
        one = task(ended=one.ended + 20 * SECOND, carried=follows.carried)


def test_nomad_tries_twice_in_place_and_then_elsewhere_later_and_later() -> None:
    rules, one, told = book("nomad"), task(), []
    for _ in range(9):
        follows = rules.after_exit(one, [], lambda: 0.0)
        assert follows is not None
        told.append((follows.delay // SECOND, follows.node))
        one = task(carried=follows.carried)
    places = ["node-1", "node-1", ""] * 3
    assert told == list(zip([15, 15, 30, 15, 15, 60, 15, 15, 120], places, strict=True))


def test_nomad_draws_up_to_a_quarter_more() -> None:
    found = book("nomad").after_exit(task(), [], lambda: 1.0)
    assert found is not None and found.delay == 18.75 * SECOND


def test_nomads_attempts_come_back_after_the_interval() -> None:
    late = task(carried={"restarts": 2, "since": SECOND}, ended=1_802 * SECOND)
    found = book("nomad").after_exit(late, [], half)
    assert found is not None and found.node == "node-1"


def test_nomads_mode_delay_waits_for_the_next_interval() -> None:
    used = task(carried={"restarts": 2, "since": 10 * SECOND})
    found = book("nomad", mode="delay").after_exit(used, [], half)
    assert found is not None and (found.delay, found.node) == (1_790 * SECOND, "node-1")


def test_nomad_with_a_number_of_reschedules_ends() -> None:
    used = task(carried={"restarts": 2, "since": 10 * SECOND, "moved": 1})
    assert book("nomad", reschedules=1).after_exit(used, [], half) is None


def test_nomads_longest_pause_is_an_hour() -> None:
    used = task(carried={"restarts": 2, "since": 10 * SECOND, "moved": 12})
    found = book("nomad").after_exit(used, [], half)
    assert found is not None and found.delay == 3_600 * SECOND


def test_marathons_pause_grows_by_15_percent_up_to_five_minutes() -> None:
    rules, one, pauses = book("marathon"), task(), []
    for _ in range(60):
        follows = rules.after_exit(one, [], half)
        assert follows is not None
        pauses.append(follows.delay / SECOND)
        one = task(carried=follows.carried)
    assert pauses[:3] == pytest.approx([1, 1.15, 1.3225])
    assert pauses[-1] == 300


def test_marathon_forgets_once_a_copy_has_lived_a_minute() -> None:
    viable = task(began=SECOND, ended=62 * SECOND, carried={"pause": 100})
    found = book("marathon").after_exit(viable, [], half)
    assert found is not None and found.delay == SECOND


def test_marathons_pause_is_shared_by_the_copies_of_an_app() -> None:
    other = task(name="web-1.1", slot=1, carried={"pause": 8})
    found = book("marathon").after_exit(task(), [other], half)
    assert found is not None and found.delay == pytest.approx(9.2 * SECOND)


@pytest.mark.parametrize(
    ("orchestrator", "policy", "wait"),
    [
        ("swarm", {}, 5),
        ("nomad", {}, 0),
        ("marathon", {}, 0),
        ("marathon", {"inactive_after": 300}, 300),
    ],
)
def test_after_the_loss_of_a_node(orchestrator: str, policy: dict[str, Any], wait: int) -> None:
    found = book(orchestrator, **policy).after_loss(task())
    assert found is not None and found.delay == wait * SECOND


@pytest.mark.parametrize(
    ("orchestrator", "least", "most"),
    [("swarm", 15, 16.5), ("nomad", 20, 30), ("marathon", 75, 75)],
)
def test_how_long_a_node_may_be_silent(orchestrator: str, least: float, most: float) -> None:
    rules = book(orchestrator)
    assert rules.silence(lambda: 0.0) == least * SECOND
    assert rules.silence(lambda: 1.0) == most * SECOND


def test_who_goes_when_fewer_are_wanted() -> None:
    placed = ["node-1", "node-2", "node-2", "node-2"]
    tasks = [
        task(name=f"web-{slot}.1", slot=slot, node=node, began=10 - slot)
        for slot, node in enumerate(placed)
    ]
    names = {
        name: [one.slot for one in book(name).superfluous(tasks, 2)]
        for name in ("swarm", "nomad", "marathon")
    }
    assert names == {"swarm": [3, 2], "nomad": [2, 3], "marathon": [0, 1]}
