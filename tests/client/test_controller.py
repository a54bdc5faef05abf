"""The shell around every controller: one action at a time, and a fresh look after a failure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kubelite.apimachinery.errors import Status
from kubelite.client import EventRecorder
from kubelite.client.controller import Action, Controller, Create, Delete, Emit, Requeue, Update
from tests.client.conftest import Bench, config_map


class Scripted(Controller):
    """Answers each look at a key with the next plan of its script, and keeps a diary."""

    def __init__(self, bench: Bench):
        super().__init__(bench.client, EventRecorder(bench.client, "scripted"))
        self.plans: list[Sequence[Action] | Callable[[], Sequence[Action]]] = []
        self.diary: list[str] = []

    def sync(self, key: str) -> Sequence[Action]:
        self.diary.append(f"look at {key}")
        plan = self.plans.pop(0) if self.plans else ()
        return plan() if callable(plan) else plan

    def succeeded(self, key: str, action: Action, result: Any) -> None:
        self.diary.append(f"{type(action).__name__} {result.metadata.name}")

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        names = ", ".join(type(action).__name__ for action in dropped)
        self.diary.append(f"{status.reason}: dropped {names}")


@pytest.fixture
def controller(bench: Bench) -> Scripted:
    return Scripted(bench)


def test_actions_are_done_one_after_another(bench: Bench, controller: Scripted) -> None:
    controller.plans = [
        [Create(config_map("a")), Create(config_map("b")), Delete("configmaps", "a", "default")]
    ]
    controller.queue.add("web")
    bench.clock.step()
    seen = []
    while bench.clock.step():
        seen.append([obj.metadata.name for obj in bench.server.all("configmaps")])
    assert seen[:3] == [["a"], ["a", "b"], ["b"]]
    assert controller.diary == ["look at web", "Create a", "Create b", "Delete a"]


def callbacks(bench: Bench) -> int:
    """Let everything happen; how many callbacks that took."""
    ran = 0
    while bench.clock.step():
        ran += 1
    return ran


def test_a_worker_that_finds_nothing_more_to_do_is_done(bench: Bench, controller: Scripted) -> None:
    controller.plans = [(), ()]
    controller.queue.add("web")
    controller.queue.add("db")
    ran = callbacks(bench)
    assert controller.diary == ["look at web", "look at db"]
    assert ran == 2


def test_a_key_added_while_it_is_worked_on_wakes_one_worker(
    bench: Bench, controller: Scripted
) -> None:
    def again() -> Sequence[Action]:
        controller.queue.add("web")
        return ()

    controller.plans = [again, ()]
    controller.queue.add("web")
    ran = callbacks(bench)
    assert controller.diary == ["look at web", "look at web"]
    assert ran == 2


def test_more_keys_than_workers_are_all_looked_at(bench: Bench, controller: Scripted) -> None:
    keys = [f"web-{n}" for n in range(3 * controller.workers)]
    for key in keys:
        controller.queue.add(key)
    assert callbacks(bench) == len(keys)
    assert controller.diary == [f"look at {key}" for key in keys]


def test_after_a_failure_the_rest_is_dropped_and_the_key_comes_back(
    bench: Bench, controller: Scripted
) -> None:
    bench.put("a")
    failing = [Create(config_map("a")), Create(config_map("b"))]
    controller.plans = [failing, failing, [Create(config_map("b"))]]
    controller.queue.add("web")
    bench.wait(100)
    assert controller.diary == [
        "look at web",
        "AlreadyExists: dropped Create, Create",
        "look at web",
        "AlreadyExists: dropped Create, Create",
        "look at web",
        "Create b",
    ]
    assert controller.queue.retries("web") == 0


def test_a_key_that_changes_meanwhile_is_looked_at_again_afterwards(
    bench: Bench, controller: Scripted
) -> None:
    def plan() -> Sequence[Action]:
        controller.queue.add("web")
        return [Create(config_map("a"))]

    controller.plans = [plan]
    controller.queue.add("web")
    bench.wait(100)
    assert controller.diary == ["look at web", "Create a", "look at web"]


def test_requeue_is_a_look_later(bench: Bench, controller: Scripted) -> None:
    controller.plans = [[Requeue(50_000)]]
    controller.queue.add("web")
    bench.wait(49)
    assert controller.diary == ["look at web"]
    bench.wait(2)
    assert controller.diary == ["look at web"] * 2


def test_events_are_reported_on_the_way(bench: Bench, controller: Scripted) -> None:
    made = bench.put("a")
    controller.plans = [
        [Emit(made, "Normal", "Tested", "it works"), Update(config_map("a", k="v"))]
    ]
    controller.queue.add("web")
    bench.wait(20)
    assert [event.message for event in bench.server.all("events")] == ["it works"]
    assert bench.server.find("configmaps", "default", "a").data == {"k": "v"}


def test_only_so_many_keys_are_worked_on_at_once(bench: Bench, controller: Scripted) -> None:
    controller.workers = 2
    for number in range(5):
        controller.plans.append([Create(config_map(f"c{number}"))])
        controller.queue.add(f"key-{number}")
    bench.wait(1)
    assert controller.diary == ["look at key-0", "look at key-1"]
    bench.wait(100)
    assert len(bench.server.all("configmaps")) == 5


def test_a_crash_between_two_calls_forgets_what_was_left_to_do(
    bench: Bench, controller: Scripted
) -> None:
    controller.plans = [[Create(config_map("a")), Create(config_map("b"))]]
    controller.queue.add("web")
    bench.wait(1)
    controller.crash()
    bench.wait(100)
    names = [obj.metadata.name for obj in bench.server.all("configmaps")]
    assert names == ["a"], "the call under way still arrives"
    assert controller.diary == ["look at web"], "but nobody hears the answer"
    controller.queue.add("web")
    bench.wait(100)
    assert controller.diary == ["look at web"] * 2


def test_what_a_controller_does_is_caused_by_what_it_saw(
    bench: Bench, controller: Scripted
) -> None:
    bench.put("seen")
    bench.clock.cause = len(bench.server._trace.entries) - 1
    controller.plans = [[Create(config_map("made"))]]
    controller.queue.add("web")
    bench.wait(20)
    chain = list(bench.server._trace.chain(len(bench.server._trace.entries) - 1))
    assert [entry.subject[2] for entry in chain[:2]] == ["made", "seen"]
