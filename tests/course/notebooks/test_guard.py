"""The guard refuses notebooks that nbval would let pass, and accepts the course's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.warnings import DuplicateCellId

from course.notebooks.guard import faults
from tests.conftest import ROOT
from tests.course.notebooks.conftest import Lesson

NOTEBOOKS = ROOT / "notebooks"


def test_a_freshly_built_notebook_is_good(built_lesson: Lesson) -> None:
    assert faults(built_lesson.notebook, built_lesson.source) == []


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_of_the_course_is_good(notebook: Path) -> None:
    assert faults(notebook, NOTEBOOKS / "src" / f"{notebook.stem}.py") == []


def test_every_source_has_its_notebook() -> None:
    sources = {path.stem for path in NOTEBOOKS.glob("src/*.py")}
    assert sources == {path.stem for path in NOTEBOOKS.glob("*.ipynb")}


def strip(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []


def forget_counts(notebook: NotebookNode) -> None:
    notebook.cells[2].execution_count = None


def run_out_of_order(notebook: NotebookNode) -> None:
    notebook.cells[2].execution_count = 9


def drop_the_tag(notebook: NotebookNode) -> None:
    notebook.cells[9].metadata.tags = []


def show_a_home_folder(notebook: NotebookNode) -> None:
    notebook.cells[2].outputs[0].text = "saved to /home/sarah/pods.csv\n"


def show_the_project_folder(notebook: NotebookNode) -> None:
    notebook.cells[2].outputs[0].text = f"saved to {ROOT}/pods.csv\n"


def edit_a_cell(notebook: NotebookNode) -> None:
    notebook.cells[2].source += "\n"


def drop_a_cell(notebook: NotebookNode) -> None:
    del notebook.cells[0]


def save_the_version(notebook: NotebookNode) -> None:
    notebook.metadata.language_info.version = "3.11.7"


def use_another_kernel(notebook: NotebookNode) -> None:
    notebook.metadata.kernelspec.name = "venv"


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (strip, "no cell has an output: the outputs were stripped"),
        (forget_counts, "cell 2 was not run"),
        (run_out_of_order, "cell 2 was not run in order from the top"),
        (drop_the_tag, "cell 9 failed with ValueError and is not tagged raises-exception"),
        (show_a_home_folder, "cell 2 shows a path of one machine: /home/sarah"),
        (show_the_project_folder, f"cell 2 shows a path of one machine: {ROOT}"),
        (edit_a_cell, "cell 2 differs from its source"),
        (drop_a_cell, "the notebook has 9 cells, its source 10"),
        (save_the_version, "the Python version of one machine was saved"),
        (use_another_kernel, "the kernelspec is not the plain python3"),
    ],
)
def test_damage_is_named(
    lesson: Lesson, damage: Callable[[NotebookNode], None], fault: str
) -> None:
    lesson.change(damage)
    assert fault in faults(lesson.notebook, lesson.source)


def test_duplicate_cell_ids_are_named(lesson: Lesson) -> None:
    raw = json.loads(lesson.notebook.read_text(encoding="utf-8"))
    raw["cells"][3]["id"] = "cell-002"
    lesson.notebook.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.warns(DuplicateCellId):
        found = faults(lesson.notebook, lesson.source)
    assert "2 cells share the id 'cell-002'" in found
