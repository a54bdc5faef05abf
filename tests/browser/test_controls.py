"""The panel of controls in a real browser: every slider and button, by keyboard and by mouse."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from course.notebooks.build import from_source
from tests.browser.conftest import SCREENSHOTS
from tests.browser.jupyter import Lab, OpenNotebook
from tests.manifests import deployment, service

PROBE = {"httpGet": {"path": "/healthz", "port": 8080}}
SHOP = [deployment(container={"livenessProbe": PROBE}), service()]

SOURCE = f"""\
# %%
"a first cell"

# %%
from course.lesson import Cluster, controls

cluster = Cluster(nodes=3)
cluster.apply({SHOP})
cluster.run_until("deployment/web ready")
cluster.run(5)
controls(cluster, traffic=True, nodes=True, probes=True, chaos=True)

# %%
from course.lesson import play

play("scheduler")
"""

NAMES = {
    "replicas": "replicas",
    "traffic": "requests/s",
    "nodes": "nodes",
    "periodseconds": "probe period (s)",
    "failurethreshold": "failure threshold",
    "initialdelayseconds": "initial delay (s)",
    "slow": "network delay (ms)",
}
PATIENCE = 60_000


@pytest.fixture
def panel(lab: Lab, open_notebook: Callable[[str], OpenNotebook], tmp_path: Path) -> OpenNotebook:
    source = tmp_path / "controls.py"
    source.write_text(SOURCE, encoding="utf-8")
    nbformat.write(from_source(source), lab.folder / "controls.ipynb")
    notebook = open_notebook("controls.ipynb")
    notebook.run_all()
    console(notebook.page, 1).wait_for(timeout=PATIENCE)
    assert notebook.errors() == []
    return notebook


def part(page: Page, place: int) -> Locator:
    """The panel of controls, or the game below it."""
    return page.locator(".kubelite-controls").nth(place)


def console(page: Page, place: int = 0) -> Locator:
    return part(page, place).locator(".kubelite-console")


def press(notebook: OpenNotebook, slider: str, key: str, says: str, outcome: str = "") -> None:
    """A key on a slider; then the command and what came of it."""
    notebook.press(f"kubelite-{slider}", key)
    told(notebook, says, outcome)


def click(notebook: OpenNotebook, button: str, says: str, outcome: str = "") -> None:
    part(notebook.page, 0).get_by_role("button", name=button, exact=True).click()
    told(notebook, says, outcome)


def told(notebook: OpenNotebook, says: str, outcome: str) -> None:
    expect(console(notebook.page)).to_contain_text(says, timeout=PATIENCE)
    if outcome:
        expect(console(notebook.page)).to_contain_text(outcome, timeout=PATIENCE)


def test_every_control_obeys_and_says_its_command(panel: OpenNotebook) -> None:
    page = panel.page
    for name, label in NAMES.items():
        handle = panel.slider(f"kubelite-{name}")
        expect(handle).to_have_attribute("aria-label", label, timeout=PATIENCE)
    expect(console(page)).to_have_attribute("role", "status")
    expect(page.get_by_label("pod", exact=True)).to_be_visible()

    press(panel, "replicas", "ArrowRight", "kubectl scale deployment/web --replicas=4", "4 of 4")
    press(panel, "traffic", "ArrowRight", "customers come by themselves", "100 requests sent")
    press(panel, "nodes", "ArrowRight", "a machine's switch", "4 nodes with power")
    press(panel, "nodes", "ArrowLeft", "kubectl drain node-4", "3 nodes with power")
    patch = "kubectl patch deployment/web -p"
    press(panel, "periodseconds", "ArrowRight", patch)
    expect(console(page)).to_contain_text('"readinessProbe":{"periodSeconds"', timeout=PATIENCE)
    page.get_by_label("probe", exact=True).select_option("livenessProbe")
    press(panel, "failurethreshold", "ArrowRight", '"livenessProbe":{"failureThreshold":4}')
    press(panel, "initialdelayseconds", "ArrowRight", '"livenessProbe":{"initialDelaySeconds":1}')
    shot(page, "controls_sliders")

    click(panel, "Crash the container", "a fault in the program")
    click(panel, "Delete the pod", "kubectl delete pod/web-")
    click(panel, "Hang the container", "a fault in the program")
    page.get_by_label("node", exact=True).select_option("node-2")
    click(panel, "Kill the node", "a machine's switch", "2 nodes with power")
    shot(page, "controls_chaos")
    click(panel, "Switch it on", "a machine's switch", "3 nodes with power")
    press(panel, "slow", "End", "cables and routers")
    click(panel, "Let a minute pass", "time passes by itself", "0 of 4 ready")
    press(panel, "slow", "Home", "cables and routers")
    assert panel.errors() == []

    page.set_viewport_size({"width": 800, "height": 1000})
    page.wait_for_timeout(300)
    inside = "row => row.scrollWidth <= row.closest('.jp-OutputArea').clientWidth"
    for row in page.locator(".kubelite-control-row").all():
        assert row.evaluate(inside)
    shot(page, "controls_narrow")

    game = part(page, 1)
    expect(game.get_by_label("waiting pod")).to_have_value(re.compile("web-"), timeout=PATIENCE)
    game.get_by_label("onto").select_option("node-2")
    game.get_by_role("button", name="Place the pod").focus()
    page.keyboard.press("Enter")
    expect(console(page, 1)).to_contain_text('"kind":"Binding"', timeout=PATIENCE)
    shot(page, "controls_game", 1)
    game.get_by_role("button", name="Hand over to kube-scheduler").click()
    expect(console(page, 1)).to_contain_text("The shop is closed", timeout=PATIENCE)
    assert panel.errors() == []


def shot(page: Page, name: str, place: int = 0) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    part(page, place).screenshot(path=SCREENSHOTS / f"{name}.png")
