"""The harness itself: a slider moved in the browser reaches the kernel and comes back drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
from playwright.sync_api import expect

from course.notebooks.build import from_source
from tests.browser.jupyter import Lab, OpenNotebook

SLIDER = """\
# %%
import ipywidgets as widgets
from IPython.display import display

replicas = widgets.IntSlider(3, 0, 10)
replicas.add_class("replicas")
pods = widgets.HTML("3 pods")
replicas.observe(lambda change: setattr(pods, "value", f"{change.new} pods"), "value")
display(replicas, pods)

# %%
1 / 0
"""


def test_a_slider_moved_in_the_browser_reaches_the_kernel(
    lab: Lab, open_notebook: Callable[[str], OpenNotebook], tmp_path: Path
) -> None:
    source = tmp_path / "slider.py"
    source.write_text(SLIDER, encoding="utf-8")
    nbformat.write(from_source(source), lab.folder / "slider.ipynb")

    notebook = open_notebook("slider.ipynb")
    notebook.run_all()
    expect(notebook.page.get_by_text("3 pods", exact=True)).to_be_visible()

    notebook.press("replicas", "ArrowRight", times=2)
    expect(notebook.page.get_by_text("5 pods", exact=True)).to_be_visible()
    assert len(notebook.errors()) == 1
    assert "ZeroDivisionError" in notebook.errors()[0]
