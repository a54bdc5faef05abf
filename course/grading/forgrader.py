"""The same exercises for nbgrader: ``pip install .[nbgrader]``, ``kubelite exercise nbgrader DIR``.

DIR becomes a course folder: ``source/SET/NAME.ipynb`` with answers between nbgrader's marks and
one graded cell for each check, and ``nbgrader_config.py``. A graded cell calls ``earned``, which
lets a judge in another process look, with the hidden checks where they are. nbgrader itself runs
that cell in the interpreter that ran the learner's: who wants to cheat it, can. ``kubelite grade``
on the same notebooks cannot be cheated that way.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from course.grading.exercise import EXERCISES, FUNCTIONS, PUBLIC_SEED, Place, load, places
from course.grading.judge import Result
from course.grading.judging import Judges
from course.grading.source import shown
from course.grading.submission import names_set
from course.notebooks.build import KERNELSPEC

SECONDS = 60.0

SEEDS = (PUBLIC_SEED, 101)

CONFIG = """# Written by `kubelite exercise nbgrader`.
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "kubelite"
c.ClearSolutions.code_stub = {"python": ""}  # what learners begin with stands before the marks
c.ExecutePreprocessor.timeout = 120
c.ClearHiddenTests.enforce_metadata = False
"""


def course_folder(folder: Path, names: Sequence[str] = (), root: Path = EXERCISES) -> list[Path]:
    """Write a course folder for nbgrader; the paths. Raises NoSuchExercise."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "nbgrader_config.py"
    config.write_text(CONFIG, encoding="utf-8", newline="\n")
    written = [config]
    for place in [Place(root, name) for name in names] or places(root):
        path = folder / "source" / f"{place.name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook(place), encoding="utf-8", newline="\n")
        written.append(path)
    return written


def notebook(place: Place) -> str:
    """An exercise as nbgrader's source notebook."""
    exercise = load(place.name, place.root)
    cells = shown(jupytext.read(place.source, fmt="py:percent").cells)
    for check in exercise.checks:
        call = f'earned("{exercise.name}", "{check.name}", {", ".join(exercise.answers)})'
        text = f"# {check.title}\nfrom course.grading.forgrader import earned\n\n{call}"
        cells.append(nbformat.v4.new_code_cell(text, metadata=_graded(check.name, check.points)))
    made = nbformat.v4.new_notebook()
    kernel = NotebookNode(KERNELSPEC)
    made.metadata = NotebookNode(kernelspec=kernel, kubelite=NotebookNode(exercise=place.name))
    for number, cell in enumerate(cells):
        made.cells.append(NotebookNode({**cell, "id": f"cell-{number:03d}"}))
    nbformat.validate(made)
    return str(nbformat.writes(made)) + "\n"


def _graded(name: str, points: int) -> dict[str, Any]:
    facts = {"cell_type": "code", "schema_version": 3, "solution": False, "task": False}
    return {"nbgrader": facts | {"grade": True, "grade_id": name, "locked": True, "points": points}}


def earned(exercise: str, check: str, *answers: Any) -> None:
    """Insist that a check holds; raises AssertionError with what was observed."""
    found = load(exercise)
    values, functions = {}, {}
    for name, value in zip(found.answers, answers, strict=True):
        if callable(value) and found.kind in FUNCTIONS:
            functions[name] = _cell_of(name)
        else:
            values[name] = value
    job = {"exercise": exercise, "root": str(EXERCISES), "answers": values, "functions": functions}
    result = _judged(json.dumps(job))
    mine = next(one for one in result.checks if one.name == check)
    assert mine.points == mine.max, mine.said


@cache
def _judged(job: str) -> Result:
    asked = json.loads(job)
    exercise = load(asked["exercise"])
    seeds = [*SEEDS, *(seed for seed in exercise.seeds if seed not in SEEDS)]
    judges = Judges()
    try:
        return judges.judge(exercise, asked | {"seeds": seeds, "problems": {}}, SECONDS)
    finally:
        judges.close()


def _cell_of(name: str) -> str:
    """The last cell of this notebook that defines the name."""
    shell = getattr(builtins, "get_ipython", lambda: None)()
    cells = shell.user_ns.get("In", []) if shell else []
    found = [cell for cell in cells if name in names_set(cell)]
    if not found:
        raise AssertionError(f"No cell defines `{name}`.")
    return str(found[-1])
