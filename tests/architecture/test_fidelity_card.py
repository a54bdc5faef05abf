"""The fidelity card keeps its word: each row names a test that is there, and upstream's place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.architecture import source

CARD = source.ROOT / "docs" / "fidelity.md"
NAMED = re.compile(r"`((?:tests|exercises)/[\w/]+\.py)::(\w+)`")
PARTS = ("Modelled", "Approximated", "Absent")
PLACE = re.compile(r"`[^`]+`|\w{3,}")  # a path, or the name of a project
NOWHERE = ("-", "–")  # upstream has no counterpart


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


def functions(file: Path) -> set[str]:
    """The names of all functions of a file."""
    return {node.name for node in ast.walk(source.tree(file)) if isinstance(node, ast.FunctionDef)}


def test_the_card_has_its_three_parts() -> None:
    assert tuple(dict.fromkeys(row.part for row in rows())) == PARTS


def test_every_row_names_its_test() -> None:
    assert [row.cells[0] for row in rows() if not NAMED.search(row.cells[-1])] == []


def test_every_row_says_where_it_is_upstream() -> None:
    """A path or a name; a dash, perhaps with a word about it, where there is none."""
    lost = [
        row.cells[0]
        for row in rows()
        if not row.cells[-2].startswith(NOWHERE) and not PLACE.search(row.cells[-2])
    ]
    assert lost == []


def test_every_row_has_the_columns_of_its_part() -> None:
    columns = {"Modelled": 3, "Approximated": 4, "Absent": 4}
    assert [row.cells[0] for row in rows() if len(row.cells) != columns[row.part]] == []


def test_no_behaviour_is_listed_twice() -> None:
    first = [row.cells[0] for row in rows()]
    assert sorted({cell for cell in first if first.count(cell) > 1}) == []


def test_every_test_the_card_names_is_there() -> None:
    named = NAMED.findall(CARD.read_text(encoding="utf-8"))
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (file := source.ROOT / path).is_file() or name not in functions(file)
    ]
    assert missing == []


def test_everything_that_is_tested_for_the_card_is_on_it() -> None:
    folder = source.ROOT / "tests" / "cluster"
    edge = source.ROOT / "tests" / "edge" / "test_absent.py"
    files = [edge, folder / "test_simplifications.py", *sorted(folder.glob("test_absent*.py"))]
    named = {name for _, name in NAMED.findall(CARD.read_text(encoding="utf-8"))}
    tests = {name for file in files for name in functions(file) if name.startswith("test_")}
    assert sorted(tests - named) == []
