"""Sweeps are exhaustive: as many runs as there are calls and events, each fault in its place."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from click.testing import CliRunner

from kubelite.chaos import __main__ as command
from kubelite.chaos import simulate
from kubelite.chaos.faults import FAULTS
from kubelite.chaos.plan import EVENT, REQUEST
from kubelite.chaos.small import SMALL
from kubelite.chaos.sweeps import EVERY_WAY, SEED, WAYS, sweep


def test_every_call_and_every_event_is_in_it() -> None:
    found = sweep("scale-up")
    assert tuple(found.counts) == EVERY_WAY
    assert sum(found.counts.values()) == len(found.tasks) == len({*found.tasks})
    places = simulate(SEED, "scale-up", ()).places
    calls = sum(count for (point, _), count in places.items() if point == REQUEST)
    events = sum(count for (point, _), count in places.items() if point == EVENT)
    assert found.counts["crash-after"] + found.counts["kubelet-crash"] == calls > 30
    assert found.counts["lost"] == events > 50


def test_what_is_planned_happens() -> None:
    for way in EVERY_WAY:
        tasks = sweep("namespace-ends", (way,)).tasks
        for task in tasks[:: max(1, len(tasks) // 3)]:
            run = task.run()
            (planned,), (happened,) = task.faults or (), run.faults
            assert happened[:5] == planned[:5]
            assert run.ok, f"{task}: " + "\n".join(map(str, run.violations))


def test_each_way_is_told_in_a_sentence_and_is_a_fault() -> None:
    points = {fault.name: fault.point for fault in FAULTS}
    assert all(way.sentence.endswith(".") and points[way.fault] == way.point for way in WAYS)
    assert Counter(way.name for way in WAYS).most_common(1)[0][1] == 1


def test_ten_stories_are_swept() -> None:
    assert len(SMALL) >= 10
    assert all(scenario.sentence.endswith(".") for scenario in SMALL.values())


def test_the_command_counts_and_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "sweep", partial(sweep, ways=("crash-before",)))
    done = CliRunner().invoke(command.main, ["--sweep", "scale-up"])
    assert done.exit_code == 0, done.output
    first, *_, last = done.output.splitlines()
    assert first.startswith("scale-up") and first.endswith(" runs: crash-before 35")
    assert last.startswith("PASSED: ")
