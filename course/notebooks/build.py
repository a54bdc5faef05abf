"""Build a notebook from its percent script: run it, keep its outputs, drop what changes by chance.

The same source and the same code give the same bytes, so a diff of a notebook
shows what a learner will see change and nothing else.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from course import syllabus
from course.notebooks.client import client_for
from course.notebooks.frame import chapter_of, framed

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

# Its model lives only in the kernel that made it; the view's text and picture are kept instead.
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

_ANSI = re.compile(r"\x1b\[[0-9;]*m")

CellDone = Callable[[int, int], None]
"""Called after each cell with its number (from 1) and the number of all cells."""


def from_source(source: Path) -> NotebookNode:
    """Read a percent script into a notebook without outputs, its cell ids fixed.

    A chapter gets its first and last cell from the syllabus.
    """
    notebook = jupytext.read(source, fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:03d}"
        cell.source = with_cell_magic(cell.source)
    notebook.metadata = NotebookNode(kernelspec=NotebookNode(KERNELSPEC))
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    chapter = chapter_of(source)
    return (
        framed(notebook, chapter, syllabus.written(source.parent.parent)) if chapter else notebook
    )


def with_cell_magic(text: str) -> str:
    """In a cell of ``%%kubectl`` the lines below lose the comment sign that keeps it Python."""
    if not text.startswith("%%"):
        return text
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in text.splitlines())


def build(source: Path, target: Path, cell_done: CellDone | None = None) -> str:
    """Run the script ``source`` as the notebook ``target`` and return the notebook's text.

    Nothing is written. Raises nbclient.exceptions.CellExecutionError when a cell fails.
    """
    notebook = from_source(source)
    client = client_for(notebook, target.parent)
    if cell_done is not None:
        cells = len(notebook.cells)
        client.on_cell_complete = lambda cell, cell_index: cell_done(cell_index + 1, cells)
    client.execute()
    settle(notebook)
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)) + "\n"


def settle(notebook: NotebookNode) -> None:
    """Drop from an executed notebook everything that differs from run to run or machine."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [settled_output(output) for output in cell.outputs]


def settled_output(output: NotebookNode) -> NotebookNode:
    """One output without live-view references and without stack frames in files."""
    settled = copy.copy(output)
    if "data" in settled:
        settled.data = NotebookNode({k: v for k, v in settled.data.items() if k != WIDGET_VIEW})
    if "traceback" in settled:
        settled.traceback = [part for part in settled.traceback if not _is_file_frame(part)]
    return settled


def _is_file_frame(part: str) -> bool:
    """Whether a part of IPython's traceback shows a file, by the path it has on this machine."""
    return _ANSI.sub("", part).startswith("File ")
