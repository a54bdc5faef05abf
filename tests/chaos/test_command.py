"""``python -m kubelite.chaos``."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from kubelite.chaos import Run, seeds, simulate, simulation
from kubelite.chaos import __main__ as command
from kubelite.chaos.scenarios import SCENARIOS
from kubelite.controllers import CONTROLLERS


def test_seeds_that_pass() -> None:
    done = CliRunner().invoke(command.main, ["--seeds", "2", "--scenario", "daemons"])
    assert done.exit_code == 0
    assert "2 runs in" in done.output
    assert "PASSED: 2 runs" in done.output


def test_a_seed_that_fails_says_all_one_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    without = tuple(kind for kind in CONTROLLERS if kind.name != "endpointslice-controller")
    monkeypatch.setattr(simulation.simulate, "__defaults__", (7, "standard", None, without, 0))
    done = CliRunner().invoke(command.main, ["--seeds", "3", "--seed", "5", "--attempts", "3"])
    assert done.exit_code == 1
    assert "standard, seed 5:" in done.output
    assert "34. Each Ready pod is a ready endpoint of its Services exactly once" in done.output
    assert "The shortest list that still fails has 0" in done.output
    assert "service/web" in done.output
    assert "Again: python -m kubelite.chaos --scenario standard --seed 5 --seeds 1" in done.output
    assert "FAILED: 1 of 1: seeds 5" in done.output


def test_a_situation_that_is_never_met_fails_a_long_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "SITUATIONS", ("the moon was blue",))
    monkeypatch.setattr(command, "ENOUGH", 1)
    done = CliRunner().invoke(command.main, ["--seeds", "1"])
    assert done.exit_code == 2
    assert "NOT MET in 1 runs: the moon was blue" in done.output


def test_more_processes_change_nothing_but_the_time() -> None:
    options = ["--seeds", "8", "--scenario", "daemons", "--scenario", "namespaces"]
    one, two = (
        CliRunner().invoke(command.main, [*options, "--jobs", jobs]).output for jobs in "12"
    )
    assert "PASSED: 16 runs" in one
    assert without_times(one) == without_times(two)


def without_times(output: str) -> str:
    return re.sub(r"[\d.,]+ (s|runs a minute)\b", "", output)


def test_an_interrupted_run_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "CHUNK", 2)
    monkeypatch.setattr(seeds, "simulate", interrupted_at(5))
    options = ["--seeds", "8", "--scenario", "daemons"]
    done = CliRunner().invoke(command.main, options)
    assert done.exit_code == 130
    assert "Interrupted: the same with --from 4 goes on from here" in done.output
    monkeypatch.setattr(seeds, "simulate", simulate)
    rest = CliRunner().invoke(command.main, [*options, "--from", "4"])
    assert rest.exit_code == 0
    assert "PASSED: 4 runs" in rest.output


def interrupted_at(when: int) -> Callable[[int, str, None], Run]:
    """Somebody presses Ctrl-C while that seed runs."""

    def run(seed: int, scenario: str, faults: None) -> Run:
        if seed == when:
            raise KeyboardInterrupt
        return simulate(seed, scenario)

    return run


def test_every_workload_has_a_sentence() -> None:
    assert len(SCENARIOS) >= 10
    assert all(scenario.sentence.endswith(".") for scenario in SCENARIOS.values())
