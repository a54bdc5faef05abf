"""Asking why in a real browser: names are links, code is shown, and the keyboard is enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import SCREENSHOTS
from tests.browser.jupyter import Lab, OpenNotebook
from tests.manifests import deployment

CELLS = (
    "from course.lesson import Cluster, why\n"
    "cluster = Cluster(nodes=2)\n"
    f"cluster.apply({deployment('web', 1)})\n"
    "cluster.run(10)",
    "why(cluster, 'pod/' + cluster.get('pods').names[0])",
)
SLOW = 60_000  # milliseconds that a slow machine may take


@pytest.fixture
def view(lab: Lab, open_notebook: Callable[[str], OpenNotebook]) -> Locator:
    write(lab.folder / "notebooks" / "asking_why.ipynb")
    notebook = open_notebook("notebooks/asking_why.ipynb")
    notebook.run_all()
    assert notebook.errors() == []
    return notebook.page.locator(".kubelite-why")


def write(path: Path) -> None:
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=spec), path)


def test_a_reader_follows_a_chain_with_mouse_and_keyboard(view: Locator) -> None:
    expect(view.locator("h4")).to_contain_text("Why pod/web-", timeout=SLOW)
    expect(view.locator("ol").first.locator("li").last).to_contain_text("because you created")
    code = view.get_by_role("button", name="code behind: replicaset-plan").first
    code.focus()
    view.page.keyboard.press("Enter")
    shown = view.locator("pre")
    expect(shown).to_contain_text("# kubelite/controllers/replicaset.py", timeout=SLOW)
    expect(view.get_by_role("button", name="code behind: replicaset-plan").first).to_be_focused()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    view.page.screenshot(path=SCREENSHOTS / "why_code.png")

    view.get_by_role("button", name="why web", exact=True).click()
    expect(view).to_have_attribute("data-title", "deployment/web", timeout=SLOW)
    expect(view.locator("h4")).to_be_focused()
    expect(shown).to_have_count(0)
    view.locator("summary").click()
    befell = view.locator("details ol li")
    expect(befell.first).to_contain_text("you created deployment/web")

    view.get_by_role("button", name="back to pod/web-").click()
    expect(view.locator("nav button")).to_have_count(0, timeout=SLOW)
    expect(view.locator("h4")).to_contain_text("Why pod/web-")
