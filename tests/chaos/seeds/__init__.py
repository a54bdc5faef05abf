"""A thousand seeds, and every sweep: a file for each process that runs tests beside others.

``KUBELITE_SEEDS`` says how many seeds instead, as in ``KUBELITE_SEEDS=2000 make test``. The other
workloads take a share of them; the sweeps are exhaustive, whatever it says.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from kubelite.chaos.seeds import Task

SEEDS = int(os.environ.get("KUBELITE_SEEDS", "1000"))
CHUNK = 50


def all_pass(tasks: Sequence[Task]) -> None:
    """Run them all. Raises AssertionError with what was wrong with the first that fails."""
    for task in tasks:
        run = task.run()
        assert run.ok, f"{task}: " + "\n".join(map(str, run.violations))
