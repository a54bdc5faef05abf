"""Processes in which mutants live, and what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from tests.chaos.mutants.ledger import ROOT, Mutant

PATIENCE = 600
"""Seconds: a mutant may run in circles."""

Place = tuple[str, str, int]


class Result(NamedTuple):
    """One run: where, and what was not true there."""

    place: Place
    broken: list[tuple[str, str]]

    @property
    def sentences(self) -> list[str]:
        """Each once."""
        return list(dict.fromkeys(sentence for sentence, _ in self.broken))


def tried(mutant: Mutant | None, places: Iterable[Place]) -> list[Result]:
    """The runs of a mutant, up to the first that catches it. RuntimeError if it cannot run."""
    asked = {"mutant": mutant._asdict() if mutant else None, "runs": list(places)}
    done = _python(["-m", "tests.chaos.mutants.trial"], json.dumps(asked))
    if done.returncode:
        raise RuntimeError(f"{mutant and mutant.name}:\n{done.stderr[-2000:]}")
    return [_result(json.loads(line)) for line in done.stdout.splitlines()]


def _result(line: Any) -> Result:
    scenario, faults, seed, broken = line
    return Result((scenario, faults, seed), [(sentence, where) for sentence, where in broken])


def fails(mutant: Mutant) -> bool:
    """Whether the mutant's test fails with the bug in place."""
    asked = json.dumps(mutant._asdict())
    done = _python(["-m", "tests.chaos.mutants.testing"], asked)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{mutant.name}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == 1


def _python(arguments: list[str], given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
