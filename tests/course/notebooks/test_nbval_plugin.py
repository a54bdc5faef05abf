"""``pytest --nbval`` passes an unchanged notebook and refuses whatever a reader would notice."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import nbformat
import pytest
from matplotlib.figure import Figure
from nbformat import NotebookNode

from course.notebooks.pictures import difference
from tests.conftest import ROOT
from tests.course.notebooks.conftest import Lesson

PICTURE_CELL = 3


def another_text(notebook: NotebookNode) -> None:
    notebook.cells[2].outputs[0].text = "4 pods are ready\n"


def another_svg(notebook: NotebookNode) -> None:
    data = notebook.cells[4].outputs[0].data
    data["image/svg+xml"] = data["image/svg+xml"].replace("pod", "pad")


def outputs_missing(notebook: NotebookNode) -> None:
    notebook.cells[2].outputs = []


def never_run(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def before_the_update(notebook: NotebookNode) -> None:
    notebook.cells[7].outputs[0].data["text/plain"] = "'pending'"


def before_the_clear(notebook: NotebookNode) -> None:
    notebook.cells[6].outputs[0].text = "step 0\nstep 1\nstep 2\n"


def another_error(notebook: NotebookNode) -> None:
    notebook.cells[9].outputs[0].evalue = "replicas must be positive"


def another_title(notebook: NotebookNode) -> None:
    """The same figure but for one letter of its title, drawn as a notebook draws it."""
    data = notebook.cells[PICTURE_CELL].outputs[0].data
    data["image/png"] = figure_png("wanted amd ready")


def no_picture(notebook: NotebookNode) -> None:
    del notebook.cells[PICTURE_CELL].outputs[0].data["image/png"]


def a_cell_that_fails(notebook: NotebookNode) -> None:
    notebook.cells[2].source = "1 / 0"


def a_kernel_that_dies(notebook: NotebookNode) -> None:
    notebook.cells[2].source = "import os; os._exit(1)"


CHANGES: dict[Callable[[NotebookNode], None], tuple[str, str]] = {
    another_text: ("Cell 1", "4 pods are ready"),
    another_svg: ("Cell 3", "mismatch 'image/svg+xml'"),
    outputs_missing: ("Cell 1", "Unexpected output fields"),
    never_run: ("Cell 0", "The saved notebook was not run"),
    before_the_update: ("Cell 6", "mismatch 'text/plain'"),
    before_the_clear: ("Cell 5", "mismatch 'stdout'"),
    another_error: ("Cell 8", "mismatch 'evalue'"),
    another_title: ("Cell 2", "picture 1:"),
    no_picture: ("Cell 2", "0 pictures saved, 1 shown now"),
    a_cell_that_fails: ("Cell 1", "ZeroDivisionError"),
    a_kernel_that_dies: ("Cell 1", "Kernel died"),
}

# Notebooks with several cells changed: each takes a kernel, and what one cell shows does
# not depend on another. All other changes have a notebook to themselves.
TOGETHER = {
    "texts": (another_text, another_title, another_svg, before_the_clear, before_the_update,
              another_error),
    "missing": (outputs_missing, no_picture),
}  # fmt: skip
ALONE = {one.__name__: (one,) for one in (never_run, a_cell_that_fails, a_kernel_that_dies)}
NOTEBOOKS = TOGETHER | ALONE
CHANGED_IN = {change: name for name, changes in NOTEBOOKS.items() for change in changes}

Verdicts = dict[str, dict[str, str]]
"""Of each notebook by its stem: each cell's report, empty when it passed."""


@pytest.fixture(scope="module")
def verdicts(built_lesson: Lesson, tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """What one run of ``pytest --nbval`` says of the lesson and of its changed copies."""
    folder = tmp_path_factory.mktemp("nbval")
    (folder / "unchanged.ipynb").write_bytes(built_lesson.notebook.read_bytes())
    for name, changes in NOTEBOOKS.items():
        notebook = nbformat.read(built_lesson.notebook, as_version=4)
        for change in changes:
            change(notebook)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return nbval(folder)


def nbval(folder: Path) -> Verdicts:
    """Run ``pytest --nbval`` on every notebook of a folder."""
    report = folder / "report.xml"
    options = ["--nbval", "--color=no", "-pno:cacheprovider", f"--junitxml={report}"]
    place = [f"--rootdir={ROOT}", f"-c{ROOT / 'pyproject.toml'}", str(folder)]
    command = [sys.executable, "-m", "pytest", "-q", *options, *place]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    found: Verdicts = {}
    for test in ElementTree.parse(report).iter("testcase"):
        stem = test.attrib["classname"].removesuffix(".ipynb").split(".")[-1].split("/")[-1]
        found.setdefault(stem, {})[test.attrib["name"]] = "".join(
            fault.text or "" for fault in test if fault.tag in {"failure", "error"}
        )
    return found


def test_an_unchanged_notebook_passes(verdicts: Verdicts) -> None:
    assert verdicts["unchanged"] == {f"Cell {number}": "" for number in range(9)}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_is_refused(verdicts: Verdicts, change: Callable[[NotebookNode], None]) -> None:
    cell, why = CHANGES[change]
    cells = verdicts[CHANGED_IN[change]]
    assert why in cells[cell]
    assert next(name for name, report in cells.items() if report) == first_of(change)


def first_of(change: Callable[[NotebookNode], None]) -> str:
    """The first cell that anything in the same notebook changes."""
    return min(CHANGES[one][0] for one in NOTEBOOKS[CHANGED_IN[change]])


@pytest.mark.parametrize("name", TOGETHER)
def test_no_other_cell_is_refused(verdicts: Verdicts, name: str) -> None:
    refused = {cell for cell, report in verdicts[name].items() if report}
    assert refused == {CHANGES[change][0] for change in TOGETHER[name]}


def test_cells_after_a_failed_one_say_so(verdicts: Verdicts) -> None:
    assert "an earlier cell of this notebook failed" in verdicts["a_cell_that_fails"]["Cell 2"]
    assert "an earlier cell of this notebook failed" in verdicts["a_kernel_that_dies"]["Cell 8"]


def figure_png(title: str) -> str:
    """The lesson's figure as its cell draws it, with another title."""
    with matplotlib.rc_context({"figure.dpi": 100}):
        figure = Figure()
        axes = figure.subplots()
        axes.plot([0, 1, 2], [1, 3, 2])
        axes.set_title(title)
        png = io.BytesIO()
        figure.savefig(png, format="png", bbox_inches="tight", dpi=figure.dpi)
    return base64.b64encode(png.getvalue()).decode()


def test_the_figure_drawn_here_is_the_lessons_own(saved: NotebookNode) -> None:
    """So that the one-letter change above is the only one."""
    picture = saved.cells[PICTURE_CELL].outputs[0].data["image/png"]
    assert difference(picture, figure_png("wanted and ready")) is None
