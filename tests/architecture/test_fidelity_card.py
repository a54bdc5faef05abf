"""The fidelity card keeps its word: each behaviour it claims names a test that is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.architecture import source

CARD = source.ROOT / "docs" / "fidelity.md"
NAMED = re.compile(r"`((?:tests|exercises)/[\w/]+\.py)::(\w+)`")
PROVEN = ("Modelled", "Approximated")  # the parts whose rows name a test


class Row(NamedTuple):
    """One row of the card: the part it stands in, and its cells."""

    part: str
    cells: tuple[str, ...]


def rows() -> Iterator[Row]:
    """Every row of every table of the card, without headings and rules."""
    part, heading = "", True
    for line in CARD.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            part = line.removeprefix("## ")
        if not line.startswith("|"):
            heading = True
        elif heading or set(line) <= set("|- "):
            heading = False
        else:
            yield Row(part, tuple(cell.strip() for cell in line.strip("|").split("|")))


def claims() -> list[Row]:
    """The rows that say how something is done here."""
    return [row for row in rows() if row.part in PROVEN]


def functions(file: Path) -> set[str]:
    """The names of all functions of a file."""
    return {node.name for node in ast.walk(source.tree(file)) if isinstance(node, ast.FunctionDef)}


def test_the_card_has_its_three_parts() -> None:
    assert list(dict.fromkeys(row.part for row in rows())) == [*PROVEN, "Absent"]


def test_every_claim_names_its_test() -> None:
    assert [row.cells[0] for row in claims() if not NAMED.search(row.cells[-1])] == []


def test_every_claim_says_what_it_is_like_upstream() -> None:
    assert [row.cells[0] for row in claims() if not row.cells[-2]] == []


def test_every_test_the_card_names_is_there() -> None:
    named = NAMED.findall(CARD.read_text(encoding="utf-8"))
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (file := source.ROOT / path).is_file() or name not in functions(file)
    ]
    assert missing == []


def test_every_simplification_that_is_tested_is_on_the_card() -> None:
    file = source.ROOT / "tests" / "cluster" / "test_simplifications.py"
    named = {name for _, name in NAMED.findall(CARD.read_text(encoding="utf-8"))}
    tests = {name for name in functions(file) if name.startswith("test_")}
    assert sorted(tests - named) == []
