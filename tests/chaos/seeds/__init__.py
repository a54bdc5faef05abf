"""Two thousand seeds, and every sweep: a file for each process that runs tests beside others."""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.chaos.seeds import Task


def all_pass(tasks: Sequence[Task]) -> None:
    """Run them all. Raises AssertionError with what was wrong with the first that fails."""
    for task in tasks:
        run = task.run()
        assert run.ok, f"{task}: " + "\n".join(map(str, run.violations))
