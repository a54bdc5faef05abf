"""A small notebook that shows everything a lesson may show, built once for all these tests."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbformat import NotebookNode

from course.notebooks.build import build

LESSON = """\
# %% [markdown]
# # A small lesson

# %%
import ipywidgets as widgets
import matplotlib.pyplot as plt
from IPython.display import SVG, clear_output, display

# %%
print("3 pods are ready")
6 * 7

# %%
figure, axes = plt.subplots()
axes.plot([0, 1, 2], [1, 3, 2])
axes.set_title("wanted and ready")
plt.show()

# %%
display(SVG('<svg xmlns="http://www.w3.org/2000/svg"><text>pod</text></svg>'))

# %%
log = widgets.Output()
with log:
    print("inside the widget")
display(log)
widgets.interact(lambda replicas: print("replicas", replicas), replicas=(0, 10));

# %%
for step in range(3):
    clear_output(wait=True)
    print("step", step)

# %%
status = display("pending", display_id="status")

# %%
status.update("running")

# %% tags=["raises-exception"]
raise ValueError("replicas must not be negative")
"""


class Lesson(NamedTuple):
    """A percent script and the notebook built from it."""

    source: Path
    notebook: Path

    def change(self, edit: Callable[[NotebookNode], object]) -> None:
        """Edit the saved notebook in place."""
        saved = nbformat.read(self.notebook, as_version=4)
        edit(saved)
        nbformat.write(saved, self.notebook)


@pytest.fixture(scope="session")
def built_lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    """The small lesson; shared, so not to be changed."""
    folder = tmp_path_factory.mktemp("lesson")
    lesson = Lesson(folder / "lesson.py", folder / "lesson.ipynb")
    lesson.source.write_text(LESSON, encoding="utf-8")
    lesson.notebook.write_text(build(lesson.source, lesson.notebook), encoding="utf-8")
    return lesson


@pytest.fixture
def lesson(built_lesson: Lesson, tmp_path: Path) -> Lesson:
    """A copy of the small lesson, free to be changed."""
    copied = Lesson(tmp_path / "lesson.py", tmp_path / "lesson.ipynb")
    for mine, built in zip(copied, built_lesson, strict=True):
        mine.write_bytes(built.read_bytes())
    return copied


@pytest.fixture
def saved(built_lesson: Lesson) -> NotebookNode:
    """The small lesson as it was saved."""
    return copy.deepcopy(nbformat.read(built_lesson.notebook, as_version=4))
