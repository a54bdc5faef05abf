"""Many runs, a few at a time: what one process does of a long list, and what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from kubelite.chaos.plan import Injected
from kubelite.chaos.simulation import Run, simulate
from kubelite.cluster.collecting import swept

CHUNK = 10
"""How many runs are handed out at a time."""


class Task(NamedTuple):
    """One run: a scenario, a seed, and the faults if they are not to be drawn."""

    scenario: str
    seed: int
    faults: tuple[Injected, ...] | None = None

    def run(self) -> Run:
        """Do it."""
        return simulate(self.seed, self.scenario, self.faults)


class Tally(NamedTuple):
    """What came of some runs: how many, the situations that they met, and those that failed."""

    done: int
    met: Counter[str]
    failed: tuple[Task, ...]


def drawn(scenarios: Sequence[str], first: int, last: int) -> list[Task]:
    """Every seed from ``first`` to just before ``last`` in each scenario."""
    return [Task(name, seed) for seed in range(first, last) for name in scenarios]


def chunks(tasks: Sequence[Task]) -> list[Sequence[Task]]:
    """Handfuls of a list."""
    return [tasks[at : at + CHUNK] for at in range(0, len(tasks), CHUNK)]


def do(tasks: Sequence[Task], keep_going: bool = False) -> Tally:
    """Do them in their order; unless one is to ``keep_going``, up to the first that fails."""
    done, met, failed = 0, Counter[str](), []
    for task in swept(tasks):
        situations, ok = _came_of(task)
        done += 1
        met.update(situations)
        if not ok:
            failed.append(task)
            if not keep_going:
                break
    return Tally(done, met, tuple(failed))


def _came_of(task: Task) -> tuple[Counter[str], bool]:
    """What a run has met, and whether all was well; nothing else is kept of it."""
    run = task.run()
    return run.situations, run.ok
