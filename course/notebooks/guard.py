"""What no saved notebook of the course may contain: a list of faults, empty when it is good.

nbval compares the outputs that are there; this looks for what it lets pass, such
as a notebook that was never run or whose outputs were stripped.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.notebooks.build import KERNELSPEC, WIDGET_VIEW, from_source

ROOT = Path(__file__).parent.parent.parent

# A lesson's containers have paths too (/tmp/healthy), so only paths of the machine are named.
_MACHINE_PATH = re.compile(
    r"/home/\w+|/Users/\w+|[A-Z]:\\+Users|site-packages|ipykernel_\d+|/tmp/tmp\w{6,}|/pytest-of-\w+"
)


def faults(notebook: Path, source: Path) -> list[str]:
    """Everything wrong with one saved notebook, each as one sentence."""
    saved = nbformat.read(notebook, as_version=4)
    raw = json.loads(notebook.read_text(encoding="utf-8"))
    return [
        *_cell_id_faults(raw),
        *_metadata_faults(saved),
        *_execution_faults(saved),
        *_output_faults(saved),
        *_source_faults(saved, from_source(source)),
    ]


def _code_cells(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    cells = enumerate(notebook.cells)
    return [(n, cell) for n, cell in cells if cell.cell_type == "code" and cell.source.strip()]


def _cell_id_faults(raw: dict[str, list[dict[str, str]]]) -> Iterator[str]:
    # Read from the raw file: nbformat repairs missing and duplicate ids as it reads.
    ids = [cell.get("id") for cell in raw["cells"]]
    for cell_id, times in Counter(ids).items():
        if cell_id is None:
            yield f"{times} cells have no id"
        elif times > 1:
            yield f"{times} cells share the id {cell_id!r}"


def _metadata_faults(notebook: NotebookNode) -> Iterator[str]:
    if notebook.metadata.get("kernelspec") != KERNELSPEC:
        yield "the kernelspec is not the plain python3"
    if "widgets" in notebook.metadata:
        yield "the state of live widgets was saved"
    if "version" in notebook.metadata.get("language_info", {}):
        yield "the Python version of one machine was saved"


def _execution_faults(notebook: NotebookNode) -> Iterator[str]:
    cells = _code_cells(notebook)
    for position, (number, cell) in enumerate(cells, start=1):
        if cell.execution_count is None:
            yield f"cell {number} was not run"
        elif cell.execution_count != position:
            yield f"cell {number} was not run in order from the top"
    if cells and not any(cell.outputs for _, cell in cells):
        yield "no cell has an output: the outputs were stripped"


def _output_faults(notebook: NotebookNode) -> Iterator[str]:
    for number, cell in _code_cells(notebook):
        expected = {"raises-exception", "nbval-raises-exception"} & set(
            cell.metadata.get("tags", [])
        )
        for output in cell.outputs:
            if output.output_type == "error" and not expected:
                yield f"cell {number} failed with {output.ename} and is not tagged raises-exception"
            if WIDGET_VIEW in output.get("data", {}):
                yield f"cell {number} saved a live view that no later kernel can show"
            if found := _machine_path(json.dumps(output)):
                yield f"cell {number} shows a path of one machine: {found}"


def _machine_path(text: str) -> str | None:
    for place in (str(ROOT), sys.prefix):
        if json.dumps(place)[1:-1] in text:
            return place
    found = _MACHINE_PATH.search(text)
    return found.group() if found else None


def _source_faults(saved: NotebookNode, source: NotebookNode) -> Iterator[str]:
    if len(saved.cells) != len(source.cells):
        yield f"the notebook has {len(saved.cells)} cells, its source {len(source.cells)}"
    for number, (have, want) in enumerate(zip(saved.cells, source.cells, strict=False)):
        if (have.cell_type, have.source) != (want.cell_type, want.source):
            yield f"cell {number} differs from its source"
        elif have.metadata != want.metadata:
            yield f"the metadata of cell {number} differs from its source"
