"""The player in a real browser: play, step, scrub, branch, two runs; light and dark, two widths."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import SCREENSHOTS
from tests.browser.jupyter import Lab, OpenNotebook
from tests.conftest import ROOT

CELLS = (
    f"""
import sys
sys.path.append({str(ROOT)!r})
from course.lesson import Cluster, replay
from tests.manifests import deployment
cluster = Cluster(nodes=3, seed=7)
web = deployment(replicas=6)
cluster.apply(web)
cluster.run(60)
cluster.scale("deployment/web", 9)
cluster.run(60)
cluster.kill_node("node-1")
cluster.run(400)
""",
    "view = replay(cluster, 'The <b>shop</b>')\nview",
)
LOST = "The <b>shop</b> at 170.0 s: 3 nodes (1 not ready), 9 pods (9 ready)."
ARRIVED = 60_000
SCRUB = """(slider, time) => { slider.value = time;
    for (const name of ["input", "change"]) slider.dispatchEvent(new Event(name)); }"""


@pytest.fixture
def player(lab: Lab, open_notebook: Callable[[str], OpenNotebook]) -> Locator:
    """The view of a run in which a node dies after two minutes."""
    book = nbformat.v4.new_notebook()
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "x", "language": "python"}
    book.cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(book, lab.folder / "time.ipynb")
    notebook = open_notebook("time.ipynb")
    notebook.run_all()
    assert notebook.errors() == []
    root = notebook.page.locator(".kubelite-time")
    root.scroll_into_view_if_needed()
    expect(root).to_have_attribute("data-time", "520.000000", timeout=ARRIVED)
    return root


def moment(root: Locator) -> float:
    return float(root.get_attribute("data-time") or "-1")


def pods(root: Locator, run: int = 0) -> dict[str, str]:
    found: dict[str, str] = root.locator("canvas").nth(run).evaluate("c => ({...c.dataset})")
    return found


def look_at(root: Locator, name: str) -> None:
    """In light and dark, at both widths; the page stays in one piece."""
    page = root.page
    for theme in ("Light", "Dark"):
        OpenNotebook(page).choose_theme(theme)
        for width in (1280, 800):
            page.set_viewport_size({"width": width, "height": 1000})
            page.wait_for_timeout(400)
            root.scroll_into_view_if_needed()
            inside = "root => [...root.querySelectorAll('canvas, .kl-track')].every(part =>"
            inside += " part.clientWidth <= root.closest('.jp-OutputArea').clientWidth)"
            assert root.evaluate(inside)
            page.screenshot(path=SCREENSHOTS / f"{name}_{theme.lower()}_{width}.png")
    OpenNotebook(page).choose_theme("Light")
    page.set_viewport_size({"width": 1280, "height": 1000})


def test_time_is_played_stepped_scrubbed_and_branched(player: Locator) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page, slider = player.page, player.locator("input[type=range]")
    assert pods(player)["pods"] == "12"
    scrub(player, slider)
    step(player, slider)
    play(player)
    branch(player, slider)
    look_at(player, "time_compared")
    assert page.locator(".kubelite-time img, .kubelite-time b").count() == 0


def scrub(player: Locator, slider: Locator) -> None:
    """Any moment is shown at once; marks and keys lead to the moments that matter."""
    slider.evaluate(SCRUB, 50)
    assert (moment(player), pods(player)["ready"]) == (50, "6")
    slider.focus()
    moments = []
    for _ in range(3):
        player.page.keyboard.press("PageDown")
        moments.append(round(moment(player)))
    assert moments == [60, 120, 170]
    assert "node-1 is not ready" in player.locator(".kl-caption").inner_text()
    player.page.keyboard.press("Home")
    assert (moment(player), pods(player)["pods"]) == (0, "0")
    player.page.keyboard.press("End")
    assert moment(player) == 520
    player.locator(".kl-mark.kl-lost").click()
    assert round(moment(player)) == 170
    expect(player.locator("canvas")).to_have_attribute("aria-label", LOST)


def step(player: Locator, slider: Locator) -> None:
    """Each change by itself, forth and back again."""
    slider.focus()
    player.page.keyboard.press("Home")
    begun = int(pods(player)["index"])
    for _ in range(9):
        player.page.keyboard.press("ArrowRight")
    assert int(pods(player)["index"]) == begun + 9
    assert "Unscheduled" in player.locator(".kl-caption").inner_text()
    for _ in range(4):
        player.get_by_role("button", name="One event back (left arrow)").click()
    assert int(pods(player)["index"]) == begun + 5


def play(player: Locator) -> None:
    """Time runs as fast as was asked for, and stops where it was told to."""
    player.get_by_label("speed").first.select_option("100")
    player.get_by_role("button", name="Play (space)").click()
    expect(player).to_have_attribute("data-playing", "true")
    reached = "([root, time]) => Number(root.dataset.time) > time"
    page = player.page
    page.wait_for_function(reached, arg=[player.element_handle(), 60], timeout=ARRIVED)
    player.locator("canvas").focus()
    page.keyboard.press(" ")
    expect(player).to_have_attribute("data-playing", "false")
    stopped = moment(player)
    assert 60 < stopped < 520
    page.wait_for_timeout(200)
    assert moment(player) == stopped


def branch(player: Locator, slider: Locator) -> None:
    """What if the node had not died: both runs, alike before, different after."""
    slider.evaluate(SCRUB, 119.9)
    player.get_by_role("button", name="Branch here").click()
    expect(player).to_have_attribute("data-films", "2", timeout=ARRIVED)
    expect(player.locator(".kl-note")).to_contain_text("without: kill_node('node-1')")
    assert player.get_attribute("data-differences") == "0"
    slider.evaluate(SCRUB, 520)
    assert (pods(player, 0)["pods"], pods(player, 1)["pods"]) == ("12", "9")
    assert int(player.get_attribute("data-differences") or 0) == 7
    told = player.locator(".kl-told")
    expect(told).to_contain_text("node-1 is not ready in The <b>shop</b> and ready in Branch from")
