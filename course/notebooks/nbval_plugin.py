"""A pytest plugin: ``pytest --nbval`` compares what a notebook really shows, pictures included.

nbval follows the kernel's messages itself and loses what Output widgets,
``clear_output`` and display updates do; it also skips PNGs, and waits out the
whole time limit when a kernel dies. Here the notebook is run by the client that
built it, in one go, because a late cell may change what an early one shows; then
each cell's outputs are compared by nbval, and its pictures by ``pictures``.

Load it with ``-p course.notebooks.nbval_plugin``. nbval's tags on cells
(``raises-exception``, ``nbval-skip``, ``nbval-ignore-output``) keep their meaning.
"""

from __future__ import annotations

import copy
from collections.abc import Generator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, IPyNbFile, coalesce_streams

from course.notebooks.build import settled_output
from course.notebooks.client import client_for
from course.notebooks.pictures import difference

PNG = "image/png"


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[Any], list[Any]]:
    """Put our notebook file in the place of nbval's."""
    collected = yield
    return [
        NotebookFile.from_parent(parent, path=file_path) if type(item) is IPyNbFile else item
        for item in collected
    ]


class NotebookFile(IPyNbFile):  # type: ignore[misc]  # nbval has no types
    """A saved notebook; run once, whichever of its cells are tested."""

    def setup(self) -> None:
        """Run the notebook; a failure is kept for the cells to tell."""
        self.setup_sanitize_files()
        self.fresh = _unrun(self.nb)
        self.failed_at, self.failure = len(self.fresh.cells), ""
        client = client_for(self.fresh, self.path.parent)
        client.timeout = int(self.config.option.nbval_cell_timeout)
        client.startup_timeout = int(self.config.option.nbval_kernel_startup_timeout)
        client.on_cell_start = self._note_start
        try:
            client.execute()
        except (CellControlSignal, DeadKernelError) as error:
            self.failed_at, self.failure = self._running, _in_words(error)

    def _note_start(self, cell: NotebookNode, cell_index: int) -> None:
        self._running = cell_index

    def collect(self) -> Generator[NotebookCell, None, None]:
        """A test for each code cell, named by nbval."""
        for item in super().collect():
            yield NotebookCell.from_parent(
                self, name=item.name, cell_num=item.cell_num, cell=item.cell, options=item.options
            )

    def teardown(self) -> None:
        """Nothing is left to stop: the kernel ended with the run."""


class NotebookCell(IPyNbCell):  # type: ignore[misc]  # nbval has no types
    """One code cell: passes when it shows now what it showed when it was saved."""

    def runtest(self) -> None:
        """Compare the outputs of the run with the saved ones."""
        if self.options["skip"]:
            pytest.skip("tagged nbval-skip")
        position = next(n for n, cell in enumerate(self.parent.nb.cells) if cell is self.cell)
        if position > self.parent.failed_at:
            self.raise_cell_error("Not run: an earlier cell of this notebook failed")
        if position == self.parent.failed_at:
            self.raise_cell_error("Cell execution failed", self.parent.failure)
        if self.cell.execution_count is None and self.cell.source.strip():
            self.raise_cell_error("The saved notebook was not run: build it again")
        fresh = [settled_output(output) for output in self.parent.fresh.cells[position].outputs]
        if self.options["check"] and not self.compare_outputs(
            coalesce_streams(fresh), coalesce_streams(self.cell.outputs)
        ):
            self.raise_cell_error("Cell outputs differ", "\n".join(self.comparison_traceback))

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        """Let nbval compare all but the pictures, then compare those."""
        if not super().compare_outputs(test, ref, skip_compare):
            return False
        fresh, saved = _pictures(test), _pictures(ref)
        if len(fresh) != len(saved):
            self.comparison_traceback.append(f"{len(saved)} pictures saved, {len(fresh)} shown now")
            return False
        for number, (before, after) in enumerate(zip(saved, fresh, strict=True), start=1):
            if found := difference(before, after):
                self.comparison_traceback.append(f"picture {number}: {found}")
        return not self.comparison_traceback


def _unrun(notebook: NotebookNode) -> NotebookNode:
    """A copy of a notebook as it was before any cell ran; cells tagged nbval-skip are emptied."""
    fresh = copy.deepcopy(notebook)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if "nbval-skip" in cell.metadata.get("tags", []):
                cell.source = ""
            if "nbval-raises-exception" in cell.metadata.get("tags", []):
                cell.metadata.tags.append("raises-exception")
    return nbformat.from_dict(fresh)


def _in_words(error: Exception) -> str:
    """What a reader needs of a failed run: the cell's own traceback where there is one."""
    return error.traceback if isinstance(error, CellExecutionError) else str(error)


def _pictures(outputs: Any) -> list[str]:
    return [o["data"][PNG] for o in outputs or [] if PNG in (o.get("data") or {})]
