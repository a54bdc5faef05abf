"""What ``make test`` runs: every stage in order, then one summary.

A stage that fails does not stop the next, so one run tells everything. Names
given on the command line choose stages: ``make test STAGES="style types"``.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Stage(NamedTuple):
    """One check: its name, what it proves, and the modules of this Python it runs, with options."""

    name: str
    proves: str
    commands: tuple[str, ...]


STAGES = (
    Stage("style", "ruff's rules and format hold", ("ruff check", "ruff format --check")),
    Stage("types", "kubelite is typed without gaps", ("mypy --strict kubelite",)),
    Stage(
        "tests",
        "the engine and the course do what they say",
        (
            "pytest -q tests exercises --ignore=tests/browser --ignore=tests/clients"
            " --ignore=tests/nbgrader -n 2 --no-loadscope-reorder",
        ),
    ),
    Stage(
        "clients",
        "other clients drive a served cluster, and nbgrader grades",
        ("tests.clients.installing", "pytest -q tests/clients tests/nbgrader -n 2"),
    ),
    Stage("notebooks", "each notebook shows what it showed", ("pytest -q --nbval notebooks -n 2",)),
    Stage("browser", "a learner's clicks work in a real browser", ("pytest -q -rs tests/browser",)),
)


def main(names: list[str]) -> int:
    """Run the stages called ``names``, all without names; the exit code."""
    known = [stage.name for stage in STAGES]
    if unknown := [name for name in names if name not in known]:
        print(f"no such stage: {' '.join(unknown)}; there are: {' '.join(known)}")
        return 2
    verdicts = {stage.name: run(stage) for stage in STAGES if not names or stage.name in names}
    print("\n==> Summary")
    for name, verdict in verdicts.items():
        print(f"    {name:<10} {verdict}")
    return int(any(verdict.startswith("FAILED") for verdict in verdicts.values()))


def run(stage: Stage) -> str:
    """Run one stage under its header; its verdict begins with ``ok`` or ``FAILED``."""
    print(f"\n==> {stage.name}: {stage.proves}", flush=True)
    start = time.monotonic()
    codes = [
        subprocess.call([sys.executable, "-m", *shlex.split(command)], cwd=ROOT)
        for command in stage.commands
    ]
    return f"{'FAILED' if any(codes) else 'ok'} in {time.monotonic() - start:.0f} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
