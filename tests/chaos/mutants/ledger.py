"""The rows of ``ledger.yaml``, read and written; and the same as a page that people read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[3]
LEDGER = Path(__file__).with_name("ledger.yaml")
PAGE = ROOT / "docs" / "mutants.md"

DRAWN, NONE = "drawn", "none"

_ABOUT = """\
# One line each. `old` stands in `file` exactly once, and is replaced by `new` in memory when the
# module is imported; the file itself is never touched. `faults` are drawn from the seed, or there
# are none, and then the invariants of tests/invariants.py are asked, too. `seed` is the first that
# catches the mutant, `sentence` what was not true. Where no simulation can see it, a `test` does.
# Search, and write down what was found: python -m tests.chaos.mutants --search 50 --write
"""


class Mutant(NamedTuple):
    """One safeguard taken out: ``safeguard`` is the sentence that is no longer true of the code."""

    name: str
    file: str
    old: str
    new: str
    safeguard: str
    scenario: str = ""
    faults: str = DRAWN
    seed: int = -1
    sentence: str = ""
    test: str = ""

    @property
    def module(self) -> str:
        """What is imported."""
        return self.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @property
    def place(self) -> tuple[str, str, int]:
        """The run that catches it."""
        return self.scenario, self.faults, self.seed

    def mutated(self, source: str) -> str:
        """The source with the bug. Raises ValueError if the old text is not there just once."""
        found = source.count(self.old)
        if found != 1:
            raise ValueError(f"{self.name}: {self.file} has this {found} times: {self.old}")
        return source.replace(self.old, self.new)


def read(path: Path = LEDGER) -> list[Mutant]:
    """All mutants, in their order."""
    return [Mutant(**row) for row in yaml.safe_load(path.read_text("utf-8"))]


def written(mutants: Iterable[Mutant]) -> str:
    """The text of the ledger."""
    return _ABOUT + "\n" + "\n".join(map(_row, mutants))


def _row(mutant: Mutant) -> str:
    fields = mutant._asdict()
    for name in ("scenario", "faults", "seed", "sentence") if mutant.test else ("test",):
        del fields[name]
    lines = [f"{name}: {_scalar(value)}" for name, value in fields.items()]
    return "- " + "\n  ".join(lines) + "\n"


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def page(mutants: Iterable[Mutant]) -> str:
    """``docs/mutants.md``."""
    rows = [
        f"| {m.safeguard} | `{m.file.removeprefix('kubelite/')}` | {_code(m.old)} | {_code(m.new)} "
        f"| {_caught(m)} |"
        for m in mutants
    ]
    return _PAGE.format(count=len(rows), rows="\n".join(rows))


def _code(text: str) -> str:
    shown = " ".join(text.split()).replace("|", "\\|")
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def _caught(mutant: Mutant) -> str:
    if mutant.test:
        return f"`{mutant.test}`"
    faults = "" if mutant.faults == DRAWN else ", no faults"
    return f"{mutant.scenario}, seed {mutant.seed}{faults}: {mutant.sentence}"


_PAGE = """\
# The mutation ledger

{count} bugs of one line each: a safeguard of the engine is taken out, and a simulation must notice.
The last column says which one does: the workload (`python -m kubelite.chaos --scenario NAME`), the
first seed that catches the bug, and the sentence that was not true. The same run of the engine as
it is passes: `tests/chaos/test_mutants.py` tries both each time. A safeguard that no row needs
would be dead code.

This page is written by `python -m tests.chaos.mutants --write` from
`tests/chaos/mutants/ledger.yaml`.

| what the line makes sure of | file | the line | the bug | caught by |
|---|---|---|---|---|
{rows}
"""
