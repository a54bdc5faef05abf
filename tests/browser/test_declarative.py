"""The first chapter in a real browser: a learner drags a slider and the pods obey."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from course.progress import FILE
from tests.browser.conftest import SCREENSHOTS
from tests.browser.jupyter import Lab, OpenNotebook

SLIDER = "kubelite-replicas"
ARRIVED = 120_000  # milliseconds that a slow machine may take


@pytest.fixture
def lesson(open_notebook: Callable[[str], OpenNotebook]) -> OpenNotebook:
    notebook = open_notebook("notebooks/07_declarative.ipynb")
    notebook.run_all()
    assert notebook.errors() == []
    return notebook


def canvas(notebook: OpenNotebook) -> Locator:
    """The live view below the slider."""
    return notebook.page.locator(f".widget-vbox:has(.{SLIDER}) .kubelite-view canvas")


def expect_pods(view: Locator, ready: int, pending: int = 0) -> None:
    """Wait until the view is at rest with so many pods ready, and so many without a node."""
    expect(view).to_have_attribute("data-ready", str(ready), timeout=ARRIVED)
    expect(view).to_have_attribute("data-pending", str(pending), timeout=ARRIVED)
    expect(view).to_have_attribute("data-pods", str(ready + pending), timeout=ARRIVED)
    at_rest = "canvas => canvas.dataset.done === canvas.dataset.seq"
    view.page.wait_for_function(at_rest, arg=view.element_handle(), timeout=ARRIVED)


def screenshot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def test_a_learner_drags_the_slider_and_the_pods_obey(lesson: OpenNotebook) -> None:
    view = canvas(lesson)
    expect_pods(view, ready=3)

    lesson.press(SLIDER, "ArrowRight", times=7)
    expect_pods(view, ready=10)
    expect(lesson.page.get_by_text("kubectl scale deployment/web --replicas=10")).to_be_visible()
    expect(view).to_have_attribute("aria-label", re.compile(r"3 nodes, 10 pods \(10 ready\)"))
    screenshot(lesson.page, "declarative_ten")

    drag_to_the_end(lesson)
    expect_pods(view, ready=18, pending=2)
    screenshot(lesson.page, "declarative_twenty")

    lesson.press(SLIDER, "Home")
    expect_pods(view, ready=0)
    assert lesson.errors() == []


def drag_to_the_end(notebook: OpenNotebook) -> None:
    """Take the handle with the mouse and pull it past the right end."""
    box = notebook.slider(SLIDER).bounding_box()
    assert box is not None
    mouse = notebook.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(box["x"] + 700, box["y"], steps=12)
    mouse.up()


def test_pods_can_be_read_with_the_keyboard_alone(lesson: OpenNotebook) -> None:
    view = canvas(lesson)
    expect_pods(view, ready=3)
    view.focus()
    lesson.page.keyboard.press("ArrowRight")
    told = lesson.page.locator(f".widget-vbox:has(.{SLIDER}) .kl-tip")
    expect(told).to_contain_text("Running, ready")
    expect(told).to_contain_text("on node-1")
    screenshot(lesson.page, "declarative_keyboard")
    lesson.page.keyboard.press("Escape")
    expect(told).to_be_hidden()


def test_the_view_takes_the_width_of_a_narrow_window(lesson: OpenNotebook) -> None:
    view = canvas(lesson)
    expect_pods(view, ready=3)
    wide = view.bounding_box()
    lesson.page.set_viewport_size({"width": 800, "height": 1000})
    narrower = "([canvas, width]) => canvas.clientWidth < width - 100"
    assert wide is not None
    lesson.page.wait_for_function(narrower, arg=[view.element_handle(), wide["width"]])
    expect_pods(view, ready=3)
    inside = "canvas => canvas.clientWidth <= canvas.closest('.jp-OutputArea').clientWidth"
    assert view.evaluate(inside)


def test_a_prediction_and_a_quiz_are_answered_and_remembered(
    lesson: OpenNotebook, lab: Lab
) -> None:
    question = lesson.page.locator(".kubelite-prediction").first
    reveal = question.get_by_role("button", name="Reveal")
    expect(reveal).to_be_disabled()
    question.get_by_text("There shall be 10 copies").click()
    reveal.click()
    expect(question).to_contain_text("Yes. You declare the end")

    quiz = lesson.page.locator(".kubelite-quiz")
    quiz.scroll_into_view_if_needed()
    expect(quiz).to_contain_text("5 questions left.")
    answer = quiz.get_by_role("button", name="Answer")
    expect(answer).to_be_disabled()
    quiz.get_by_role("radio").first.click()
    answer.click()
    expect(quiz).to_contain_text(re.compile(r"(Yes|No)\."))
    screenshot(lesson.page, "declarative_quiz")
    quiz.get_by_role("button", name="Next").click()
    expect(answer).to_be_disabled()
    kept = json.loads((lab.folder / "notebooks" / FILE).read_text(encoding="utf-8"))
    assert list(kept["predictions"].values()) == [True]
    assert len(kept["answered"].get("07", [])) + len(kept["missed"]) == 1
