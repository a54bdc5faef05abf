"""A build is the same every time and keeps nothing of the machine it ran on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from course.notebooks.build import WIDGET_VIEW, build, with_cell_magic
from course.notebooks.building import build_all
from tests.course.notebooks.conftest import Lesson


def texts(notebook: NotebookNode, cell: int) -> list[str]:
    outputs = notebook.cells[cell].outputs
    return [o.get("text") or o.get("data", {}).get("text/plain") or o.evalue for o in outputs]


def test_two_builds_are_the_same_byte_by_byte(built_lesson: Lesson) -> None:
    again = build(built_lesson.source, built_lesson.notebook)
    assert again.encode() == built_lesson.notebook.read_bytes()


def test_cells_show_what_a_learner_would_see_last(saved: NotebookNode) -> None:
    assert texts(saved, 2) == ["3 pods are ready\n", "42"]
    assert texts(saved, 6) == ["step 2\n"]
    assert texts(saved, 7) == ["'running'"], "a later cell updates what an earlier one showed"
    assert texts(saved, 9) == ["replicas must not be negative"]


def test_nothing_that_changes_by_chance_is_saved(saved: NotebookNode, built_lesson: Lesson) -> None:
    assert [cell.id for cell in saved.cells] == [f"cell-{n:03d}" for n in range(len(saved.cells))]
    assert set(saved.metadata) == {"kernelspec", "language_info"}
    text = built_lesson.notebook.read_text(encoding="utf-8")
    assert WIDGET_VIEW not in text
    assert "iopub" not in text
    assert sys.prefix not in text


def test_a_cell_that_fails_stops_the_build(tmp_path: Path) -> None:
    source = tmp_path / "broken.py"
    source.write_text("# %%\n1 / 0\n", encoding="utf-8")
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        build(source, tmp_path / "broken.ipynb")


def test_progress_counts_every_cell(tmp_path: Path) -> None:
    source = tmp_path / "two.py"
    source.write_text("# %%\n1\n\n# %%\n2\n", encoding="utf-8")
    seen: list[tuple[int, int]] = []
    build(source, tmp_path / "two.ipynb", lambda done, cells: seen.append((done, cells)))
    assert seen == [(1, 2), (2, 2)]


def test_the_lines_of_a_cell_magic_are_no_comments() -> None:
    cell = "%%kubectl apply -f -\n# spec:\n#   replicas: 2 # two\n#"
    assert with_cell_magic(cell) == "%%kubectl apply -f -\nspec:\n  replicas: 2 # two\n"
    assert with_cell_magic("# two\nprint(2)") == "# two\nprint(2)"


def test_several_at_once_are_the_same_as_one_after_the_other(
    built_lesson: Lesson, tmp_path: Path
) -> None:
    broken, lesson = tmp_path / "broken.py", tmp_path / "lesson.py"
    broken.write_text("# %%\n1 / 0\n", encoding="utf-8")
    lesson.write_bytes(built_lesson.source.read_bytes())
    built = {
        one.source: one
        for one in build_all([broken, lesson], lambda source: source.with_suffix(".ipynb"), jobs=2)
    }
    assert built[lesson].text.encode() == built_lesson.notebook.read_bytes()
    assert "ZeroDivisionError" in built[broken].failure, "one that fails does not stop the others"


def test_no_kernel_looks_for_what_a_learner_has_done(tmp_path: Path) -> None:
    source = tmp_path / "kept.py"
    source.write_text("# %%\nimport os\n\nos.environ['KUBELITE_PROGRESS']\n", encoding="utf-8")
    assert "'off'" in build(source, tmp_path / "kept.ipynb")
