"""``python -m kubelite.chaos``."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from kubelite.chaos import __main__ as command
from kubelite.chaos import simulation
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
    assert "FAILED: 1 of 1: seeds [5]" in done.output


def test_a_situation_that_is_never_met_fails_a_long_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "SITUATIONS", ("the moon was blue",))
    monkeypatch.setattr(command, "ENOUGH", 1)
    done = CliRunner().invoke(command.main, ["--seeds", "1"])
    assert done.exit_code == 2
    assert "NOT MET in 1 runs: the moon was blue" in done.output


def test_every_workload_has_a_sentence() -> None:
    assert len(SCENARIOS) >= 10
    assert all(scenario.sentence.endswith(".") for scenario in SCENARIOS.values())
