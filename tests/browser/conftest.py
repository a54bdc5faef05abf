"""Fixtures of the browser tests. Every test here is marked ``browser`` and saves a screenshot.

Without chromium they are skipped, loudly, on a learner's machine; in CI that is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.jupyter import Lab, OpenNotebook, running_lab
from tests.conftest import ROOT

SCREENSHOTS = ROOT / "build" / "screenshots"
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
NO_CHROMIUM = (
    "BROWSER TESTS NOT RUN: chromium is not on this machine (Debian: apt install chromium)"
)

# Run as root in a container, without a GPU, and without chromium's own calls to the outside.
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder ``browser``."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, without a window."""
    chromium = shutil.which("chromium")
    if chromium is None:
        (pytest.fail if IN_CI else pytest.skip)(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a copy of notebooks/, so that no test changes a saved notebook."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with running_lab(folder, tmp_path_factory.getbasetemp() / "lab.log") as lab:
        yield lab


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab of its own for each test; what it shows at the end is saved under build/screenshots."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    yield page
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{request.node.name}.png")
    page.close()


@pytest.fixture
def open_notebook(lab: Lab, page: Page) -> Callable[[str], OpenNotebook]:
    """Opens a notebook by its path below the lab's folder, and waits until it is drawn."""

    def open_it(path: str) -> OpenNotebook:
        page.goto(lab.address(path))
        page.locator(".jp-CodeCell").first.wait_for(timeout=60_000)
        return OpenNotebook(page)

    return open_it
