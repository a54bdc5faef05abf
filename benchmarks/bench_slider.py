"""How long a learner waits between moving the slider and seeing the pods redrawn.

Measured around the page: from the key press to the moment the canvas is drawn again, through
JupyterLab, the kernel, ten virtual seconds of the cluster, and back. The bar is 60 ms (median).
"""

from __future__ import annotations

from collections.abc import Callable

from pytest_benchmark.fixture import BenchmarkFixture

from tests.browser.conftest import browser, lab, open_notebook, page
from tests.browser.jupyter import OpenNotebook

__all__ = ["browser", "lab", "open_notebook", "page"]  # fixtures that this file uses

ROUNDS = 60
PAUSE = 450  # milliseconds between moves, so that each is drawn to its end

# Turns the slider one step up or down and resolves once the canvas shows the next picture.
MOVE = """(key) => new Promise((resolve) => {
    const shop = ".widget-vbox:has(.kubelite-replicas)";
    const canvas = document.querySelector(`${shop} .kubelite-view canvas`);
    const before = canvas.dataset.seq;
    const watch = new MutationObserver(() => {
        if (canvas.dataset.seq === before) return;
        watch.disconnect();
        resolve();
    });
    watch.observe(canvas, { attributes: true });
    const press = new KeyboardEvent("keydown", { key, bubbles: true });
    document.querySelector(`${shop} .noUi-handle`).dispatchEvent(press);
})"""


def test_slider_move_to_redrawn_canvas(
    benchmark: BenchmarkFixture, open_notebook: Callable[[str], OpenNotebook]
) -> None:
    notebook = open_notebook("notebooks/07_declarative.ipynb")
    notebook.run_all()
    notebook.press("kubelite-replicas", "ArrowRight", times=2)
    keys = iter(["ArrowRight", "ArrowLeft"] * ROUNDS)

    def rest() -> tuple[tuple[str], dict[str, str]]:
        notebook.page.wait_for_timeout(PAUSE)
        return (next(keys),), {}

    def move(key: str) -> None:
        notebook.page.evaluate(MOVE, key)

    benchmark.pedantic(move, setup=rest, rounds=ROUNDS)
