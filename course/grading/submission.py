"""Reading a submission: which cells of a notebook are answers, whatever happened to it.

Notebooks are read as plain JSON, because what learners hand in may be anything.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

LARGEST_NOTEBOOK = 20 << 20
"""Bytes of a notebook; a larger one holds somebody's data, not an answer."""


class NotANotebook(ValueError):
    """The file cannot be read as a notebook; the message is a sentence for its owner."""


class Cells(NamedTuple):
    """The answer cells found, as (name, code); which are missing; remarks for the owner."""

    found: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]


class Submission(NamedTuple):
    """One notebook: the exercise it says it answers ("" if none), and its code cells.

    ``learner`` is whom it was made for, "" if for all.
    """

    exercise: str
    cells: tuple[dict[str, Any], ...]
    learner: str = ""


def read(path: Path) -> Submission:
    """Read a notebook file; raises NotANotebook."""
    if path.is_symlink() or not path.is_file():
        raise NotANotebook("This is not a file but a link or a folder.")
    if path.stat().st_size > LARGEST_NOTEBOOK:
        raise NotANotebook(f"The file is larger than {LARGEST_NOTEBOOK >> 20} MiB.")
    try:
        notebook = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise NotANotebook("The file is not a notebook: it could not be read as one.") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise NotANotebook("The file is not a notebook: it has no cells.")
    code = [c for c in cells if isinstance(c, dict) and c.get("cell_type") == "code"]
    return Submission(_noted(notebook, "exercise"), tuple(code), _noted(notebook, "learner"))


def answer_cells(submission: Submission, answers: Sequence[str]) -> Cells:
    """Find each answer's cell by its label, or else by the name it sets."""
    found, missing, remarks = [], [], []
    for name in answers:
        labelled = [c for c in submission.cells if answer_id(c.get("metadata")) == name]
        cells = labelled or [c for c in submission.cells if name in names_set(_code(c))]
        if not cells:
            missing.append((name, f"The answer cell was deleted: no cell sets `{name}`."))
            continue
        found.append((name, _code(cells[-1])))
        if not labelled:
            remarks.append(f"The answer cell had lost its label; one that sets `{name}` was taken.")
        if len(cells) > 1:
            remarks.append(f"There were {len(cells)} cells for `{name}`; the last one was graded.")
    return Cells(tuple(found), tuple(missing), tuple(remarks))


def answer_id(metadata: Any) -> str:
    """The nbgrader id of an answer cell, which is the name it defines; "" for other cells."""
    nbgrader = metadata.get("nbgrader", {}) if isinstance(metadata, dict) else {}
    solution = isinstance(nbgrader, dict) and nbgrader.get("solution") is True
    return str(nbgrader.get("grade_id", "")) if solution else ""


def _noted(notebook: dict[str, Any], what: str) -> str:
    metadata = notebook.get("metadata")
    ours = metadata.get("kubelite") if isinstance(metadata, dict) else None
    name = ours.get(what) if isinstance(ours, dict) else None
    return name if isinstance(name, str) else ""


def _code(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))


def names_set(code: str) -> set[str]:
    """The names that a cell sets or defines."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    assigned = (node for node in tree.body if isinstance(node, ast.Assign))
    defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    targets = (target for node in assigned for target in node.targets)
    return defined | {target.id for target in targets if isinstance(target, ast.Name)}
