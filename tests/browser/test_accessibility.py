"""What our notebooks show of their own has no fault that axe-core calls serious or critical."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.conftest import SCREENSHOTS
from tests.browser.jupyter import OpenNotebook


def test_slider_view_panel_and_questions_of_a_lesson(
    open_notebook: Callable[[str], OpenNotebook],
) -> None:
    notebook = open_notebook("notebooks/07_declarative.ipynb")
    notebook.run_all()
    assert notebook.errors() == []
    view = notebook.page.locator(".kubelite-view").first
    view.locator("canvas").focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.keyboard.press("Enter")
    panel = view.get_by_role("region", name="Details")
    expect(panel.get_by_role("tabpanel")).to_contain_text("kind: Pod", timeout=60_000)
    notebook.page.screenshot(path=SCREENSHOTS / "lesson_panel.png")
    ours = (".kubelite-view", ".kubelite-prediction", ".widget-vbox")
    assert {place: faults(notebook.page, place) for place in ours} == {place: [] for place in ours}
