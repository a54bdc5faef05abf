"""Every view of the gallery in one page of a real JupyterLab: used, looked at, and heard."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.accessibility import faults
from tests.browser.conftest import SCREENSHOTS
from tests.browser.jupyter import OpenNotebook

OUTPUT = ".jp-Cell-outputArea"
OURS = ", ".join(
    (
        *(".kubelite-view", ".kubelite-time", ".kubelite-why", ".kubelite-controls"),
        *(".kubelite-quiz", ".kubelite-prediction", ".widget-vbox", ".widget-hbox"),
        ".jp-RenderedHTML",
    )
)
"""What we put on the page. Pictures are put there by JupyterLab, which leaves out their words."""

PATIENCE = 60_000
HIGH = 5000
"""Of the window when it is looked at, in pixels: few screenshots show the whole notebook."""

# What is wider than the cell that it stands in, or in a box that cuts it off.
WIDER = """(place) => [...document.querySelectorAll(place)].flatMap((area) => {
    const right = area.getBoundingClientRect().right + 1;
    const parts = area.querySelectorAll("canvas, svg, img, table, button, select, p, li, pre");
    const scrolls = (part) => part && part !== area.parentElement
        && (["auto", "scroll"].includes(getComputedStyle(part).overflowX)
            || scrolls(part.parentElement));
    const sideways = [...area.querySelectorAll(".jp-OutputArea-output")]
        .filter((part) => part.scrollWidth > part.clientWidth + 1)
        .map((part) => "scrolls sideways: " + part.innerHTML.slice(0, 200));
    return [...parts].filter((part) => part.getBoundingClientRect().right > right
        && part.getBoundingClientRect().width && !scrolls(part)).map((part) => part.outerHTML
            .slice(0, 200)).concat(sideways);
})"""


@pytest.fixture
def gallery(open_notebook: Callable[[str], OpenNotebook]) -> OpenNotebook:
    notebook = open_notebook("notebooks/gallery.ipynb")
    notebook.page.set_default_timeout(PATIENCE)
    notebook.run_all()
    assert notebook.errors() == []
    return notebook


def test_every_view_of_the_gallery(gallery: OpenNotebook) -> None:
    use(gallery.page)
    found: dict[str, Any] = {}
    for theme in ("Light", "Dark"):
        gallery.page.set_viewport_size({"width": 1280, "height": 1000})
        gallery.choose_theme(theme)
        found |= {f"{theme} {what}": fault for what, fault in looked_at(gallery.page, theme)}
        found[f"{theme} for axe-core"] = faults(gallery.page, OURS)
    assert {what: fault for what, fault in found.items() if fault} == {}


def use(page: Page) -> None:
    """One thing in each live view, so that its answer is looked at as well."""
    view = page.locator(".kubelite-view").first
    view.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(view.get_by_role("tabpanel")).to_contain_text("kind: Pod")
    why = page.locator(".kubelite-why")
    why.get_by_role("button", name="code behind").first.click()
    expect(why.locator("pre")).to_contain_text("# kubelite/")
    page.locator(".kubelite-time button[aria-label^='Step'], .kl-mark").first.click()
    games = page.locator(".kubelite-controls")
    press(games.nth(1), "Place the pod", "orders lost")
    press(games.nth(2), "Ask the pod how it is", "healthz")
    page.locator(".kubelite-replicas .noUi-handle").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("code").filter(has_text="--replicas=7")).to_be_visible()
    question = page.locator(".kubelite-prediction")
    question.locator("input[type=radio]").last.check()
    question.get_by_role("button").click()
    expect(question).to_contain_text("Yes.")
    quiz = page.locator(".kubelite-quiz")
    quiz.locator("input[type=radio]").first.check()
    quiz.get_by_role("button", name="Answer").click()
    expect(quiz.get_by_role("button", name="Next")).to_be_visible()
    page.locator(".kubelite-glossary select").select_option("Service")
    expect(page.locator(OUTPUT).filter(has=page.locator(".kubelite-glossary"))).to_contain_text(
        "kubectl get services"
    )


def press(part: Locator, name: str, said: str) -> None:
    part.get_by_role("button", name=name).click()
    expect(part.locator(".kubelite-console")).to_contain_text(said)


def looked_at(page: Page, theme: str) -> list[tuple[str, list[str]]]:
    """What sticks out at either width; the screenshots are for people."""
    found = []
    for width in (1280, 800):
        page.set_viewport_size({"width": width, "height": HIGH})
        page.wait_for_timeout(500)
        with suppress(TimeoutError):  # the kernel lays live views out anew
            page.wait_for_function(f"place => !({WIDER})(place).length", arg=OUTPUT, timeout=20_000)
        found.append((f"{width} px", page.evaluate(WIDER, OUTPUT)))
        scroller = page.locator(".jp-WindowedPanel-outer").first
        high = scroller.evaluate("scroller => scroller.scrollHeight")
        for number, top in enumerate(range(0, high, HIGH - 200)):
            scroller.evaluate("(scroller, top) => scroller.scrollTo(0, top)", top)
            name = f"gallery_{theme.lower()}_{width}_{number}.png"
            page.screenshot(path=SCREENSHOTS / name)
    return found
