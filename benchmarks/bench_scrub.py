"""How smoothly a long history is scrubbed, and what keeping it costs.

Scrubbing: 10,000 changes of a picture, from end to end and back in 600 moves of the slider, one
for each frame of a real browser. The bar is 30 frames a second. History: one virtual hour of
1,000 pods on 20 nodes, with a rollout and a lost node in it, by what the process grew. The bar is
200 MB.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from pytest_benchmark.fixture import BenchmarkFixture

from course.view.film import RECORD, film_of
from kubelite import Cluster
from tests.browser.conftest import browser, lab, open_notebook, page
from tests.browser.jupyter import Lab, OpenNotebook
from tests.conftest import ROOT
from tests.manifests import deployment

__all__ = ["browser", "lab", "open_notebook", "page"]  # fixtures that this file uses

EVENTS = 10_000
FRAMES = 600
BAR = 30  # frames a second
MOST_MEGABYTES = 200

CELLS = (
    f"""
import sys
sys.path.append({str(ROOT)!r})
from benchmarks.bench_scrub import busy
from course.lesson import replay
cluster = busy({EVENTS})
""",
    "replay(cluster)",
)

# One move of the slider for each frame, to the end and back; the milliseconds of each frame.
MOVE = """([slider, frames]) => new Promise((resolve) => {
    const took = [];
    let frame = 0, last = performance.now();
    const tick = (now) => {
        took.push(now - last);
        last = now;
        if (frame > frames) return resolve(took.slice(1));
        const share = 1 - Math.abs(1 - 2 * frame / frames);
        slider.value = share * Number(slider.max);
        slider.dispatchEvent(new Event("input"));
        frame += 1;
        requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
})"""


def busy(events: int) -> Cluster:
    """A cluster on 20 nodes that has been scaled up and down until its film is so long."""
    cluster = Cluster(nodes=20, cpu="16")
    cluster.apply(small(10))
    while len(film_of(cluster).records) < events * RECORD.size:
        for replicas in (400, 10):
            cluster.scale("deployment/web", replicas)
            cluster.run(90)
    return cluster


def small(replicas: int) -> dict[str, Any]:
    made = deployment(replicas=replicas)
    (container,) = made["spec"]["template"]["spec"]["containers"]
    del container["readinessProbe"]
    container["resources"] = {"requests": {"cpu": "10m"}}
    return made


def test_scrubbing_through_ten_thousand_events(
    benchmark: BenchmarkFixture, lab: Lab, open_notebook: Callable[[str], OpenNotebook]
) -> None:
    book = nbformat.v4.new_notebook()
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "x", "language": "python"}
    book.cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(book, lab.folder / "scrub.ipynb")
    notebook = open_notebook("scrub.ipynb")
    notebook.run_all()
    slider = notebook.page.locator(".kubelite-time input[type=range]")
    slider.scroll_into_view_if_needed()
    arguments = [slider.element_handle(), FRAMES]
    frames = benchmark.pedantic(notebook.page.evaluate, (MOVE, arguments), rounds=3)
    rate = 1000 * len(frames) / sum(frames)
    late = sorted(frames)[round(len(frames) * 0.95)]
    benchmark.extra_info.update(frames_a_second=round(rate, 1), p95_ms=round(late, 1))
    assert rate >= BAR


def test_an_hour_of_a_thousand_pods(benchmark: BenchmarkFixture) -> None:
    cluster = Cluster(nodes=20, cpu="16")
    cluster.apply(small(1000))
    cluster.run_until("deployment/web ready", timeout=600)
    gc.collect()
    before = resident()

    def hour() -> None:
        cluster.patch(
            "deployment/web", {"spec": {"template": {"metadata": {"labels": {"v": "2"}}}}}
        )
        cluster.run(1200)
        cluster.kill_node("node-7")
        cluster.run(2400)

    benchmark.pedantic(hour, rounds=1)
    gc.collect()
    grown = resident() - before
    benchmark.extra_info.update(megabytes=round(grown, 1), revisions=cluster.revision)
    assert grown <= MOST_MEGABYTES


def test_a_branch_of_that_hour(benchmark: BenchmarkFixture) -> None:
    cluster = Cluster(nodes=20, cpu="16")
    cluster.apply(small(1000))
    cluster.run(3600)
    branch = benchmark.pedantic(cluster.branch, rounds=1)
    assert branch.trace.digest() == cluster.trace.digest()


def resident() -> float:
    """The memory of this process, in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6
