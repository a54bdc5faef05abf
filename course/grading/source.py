"""From one percent script to a learner's notebook, a solution, the checks and the tests.

Cells of a source are told apart by their metadata:

    nbgrader.solution  an answer cell; what stands between ### BEGIN SOLUTION and
                       ### END SOLUTION is the solution, the rest is what learners begin with
    tags=["checks"]    the checks; they become ``checks.py``
    tags=["hidden"]    checks and SEEDS that learners are not given; they become ``hidden.py``
    tags=["wrong"]     a wrong answer that looks right: code that runs after the solution, with
                       ``wrong`` (the mistake), ``points`` and ``because`` (of a sentence) beside it
    tags=["tests"]     more tests; with the wrong answers they become ``test_<exercise>.py``
    kind="fix"         in the first cell: what is handed in (see ``exercise.KINDS``); there, too,
                       start=1 for what is shipped to earn a point
    anything else      goes to both notebooks as it is

The metadata and marks are nbgrader's own, so nbgrader reads the same files. Building twice
gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jupytext
import nbformat
from nbformat import NotebookNode

from course.grading.exercise import EXERCISES, KINDS, Place
from course.grading.submission import answer_id
from course.notebooks.build import KERNELSPEC

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

KEPT = {"checks", "hidden", "wrong", "tests"}
"""Tags of cells that are in no notebook."""

FOR_US = ("kind", "start")
"""What the first cell says about the exercise, and no notebook needs."""

TESTS = """from pathlib import Path

import pytest

from course.grading.holding import Holding

HOLDING = Holding(Path(__file__).parent)


@pytest.mark.parametrize("answer", HOLDING.answers, ids=str)
def test_what_answers_earn(answer):
    HOLDING.hold(answer)
"""

BUILT = '"""{what} of the exercise {name}: built from source.py by `kubelite exercise build`."""\n'


class SourceError(ValueError):
    """An exercise's source is not written as it should be; the message names the file."""


def build(name: str, root: Path = EXERCISES) -> dict[Path, str]:
    """The text of every file that is built from the exercise's source; nothing is written."""
    place = Place(root, name)
    cells = jupytext.read(place.source, fmt="py:percent").cells
    _insist(place, cells)
    return {
        place.notebook: _notebook(name, [_shipped(cell) for cell in shown(cells)]),
        place.solution: _notebook(name, [_solved(cell) for cell in shown(cells)]),
        place.checks: _checks(name, cells),
        place.tests: _module("Tests", name, [TESTS, *_sources(cells, "tests")]),
        **_hidden(place, name, cells),
    }


def answer_text(place: Place, solved: bool) -> list[str]:
    """The source of each answer cell, as shipped or as solved."""
    cells = jupytext.read(place.source, fmt="py:percent").cells
    make = _solved if solved else _shipped
    return [str(make(cell).source) for cell in cells if answer_id(cell.metadata)]


class Wrong(NamedTuple):
    """A wrong answer that looks right, what it earns, and words of the sentence it earns."""

    name: str
    points: int
    because: str
    code: str


def wrong_answers(place: Place) -> list[Wrong]:
    """The wrong answers an exercise declares."""
    cells = jupytext.read(place.source, fmt="py:percent").cells
    found = []
    for cell in (cell for cell in cells if "wrong" in _tags(cell)):
        try:
            noted = [cell.metadata[name] for name in ("wrong", "points", "because")]
        except KeyError as missing:
            raise SourceError(f"{place.source}: a wrong answer needs {missing}") from None
        found.append(Wrong(*noted, str(cell.source)))
    return found


def _hidden(place: Place, name: str, cells: list[NotebookNode]) -> dict[Path, str]:
    hidden = list(_sources(cells, "hidden"))
    return {place.hidden: _module("Hidden checks", name, hidden)} if hidden else {}


def _insist(place: Place, cells: list[NotebookNode]) -> None:
    for wanted, found in (
        ("a first cell with a `# Title`", re.match(r"# \S", cells[0].source if cells else "")),
        ("an answer cell", any(answer_id(cell.metadata) for cell in cells)),
        ('a cell with tags=["checks"]', any(True for _ in _sources(cells, "checks"))),
        (f"a kind out of {', '.join(KINDS)}", _kind(cells) in KINDS),
    ):
        if not found:
            raise SourceError(f"{place.source} needs {wanted}")


def shown(cells: list[NotebookNode]) -> list[NotebookNode]:
    """The cells that stand in notebooks."""
    return [cell for cell in cells if not KEPT & set(_tags(cell))]


def start(place: Place) -> int:
    """The points that what is shipped earns; 0 unless the first cell says ``start=1``."""
    cells = jupytext.read(place.source, fmt="py:percent").cells
    return int(cells[0].metadata.get("start", 0))


def _kind(cells: list[NotebookNode]) -> str:
    return str(cells[0].metadata.get("kind", "write"))


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _sources(cells: list[NotebookNode], tag: str) -> Iterator[str]:
    code = (cell for cell in cells if cell.cell_type == "code")
    return (str(cell.source) for cell in code if tag in _tags(cell))


def _shipped(cell: NotebookNode) -> NotebookNode:
    """The cell without its solution."""
    kept, inside = [], False
    for line in cell.source.splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif not inside:
            kept.append(line)
    return NotebookNode({**cell, "source": "\n".join(kept).rstrip()})


def _solved(cell: NotebookNode) -> NotebookNode:
    """The cell with its solution in place of what learners begin with."""
    text = str(cell.source)
    if BEGIN in text:
        text = text.partition(BEGIN)[2].partition(END)[0].strip()
    return NotebookNode({**cell, "source": text})


def _notebook(name: str, cells: list[NotebookNode]) -> str:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNELSPEC), kubelite=NotebookNode(exercise=name)
    )
    for number, cell in enumerate(cells):
        noted = {key: value for key, value in cell.metadata.items() if key not in FOR_US}
        shown = {**cell, "metadata": NotebookNode(noted), "id": f"cell-{number:03d}"}
        notebook.cells.append(NotebookNode(shown))
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)) + "\n"


def _checks(name: str, cells: list[NotebookNode]) -> str:
    answers = tuple(found for cell in cells if (found := answer_id(cell.metadata)))
    title = cells[0].source.splitlines()[0].removeprefix("#").strip()
    facts = f"TITLE = {title!r}\nANSWERS = {answers!r}\nKIND = {_kind(cells)!r}\n"
    first, *rest = _sources(cells, "checks")
    return _module("Checks", name, [first, facts, *rest])


def _module(what: str, name: str, parts: Any) -> str:
    texts = [BUILT.format(what=what, name=name), *(part.rstrip() + "\n" for part in parts)]
    return "\n".join(texts)
