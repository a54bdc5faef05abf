"""How smoothly a long history is scrubbed, and what keeping it costs.

Scrubbing: 10,000 changes of a picture, from end to end and back in 600 moves of the slider, one
for each frame of a real browser. The bar is 30 frames a second. History: one virtual hour of
1,000 pods on 20 nodes, with a rollout and a lost node in it, by what the process grew. The bar is
200 MB.
"""

from __future__ import annotations

import base64
import gc
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from pytest_benchmark.fixture import BenchmarkFixture

from course.view.film import RECORD, film_of
from course.view.time_view import TimeView, replay
from kubelite import Cluster
from tests.manifests import deployment

EVENTS = 10_000
FRAMES = 600
BAR = 30  # frames a second
MOST_MEGABYTES = 200

# The view alone on a page: what a notebook adds has no part in scrubbing.
PAGE = """<!doctype html><style>{style}</style><body><div id="view"></div><script type="module">
{code}
const values = {values};
values.films = values.films.map((film) => {{
    const bytes = Uint8Array.from(atob(film.records), (letter) => letter.charCodeAt(0));
    return {{ ...film, records: new DataView(bytes.buffer) }};
}});
const nothing = () => {{}};
const model = {{ get: (name) => values[name], set: nothing, on: nothing, off: nothing,
    save_changes: nothing, send: nothing }};
view.render({{ model, el: document.getElementById("view") }});
</script></body>"""

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


def page_of(view: TimeView) -> str:
    """The view as a page of its own."""
    films = [{**f, "records": base64.b64encode(f["records"]).decode()} for f in view.films]
    names = ("looks", "sizes", "at", "note", "can_branch")
    values = {"films": films, **{name: getattr(view, name) for name in names}}
    code = str(TimeView._esm).replace("export default", "const view =")
    return PAGE.format(
        style=TimeView._css, code=code, values=json.dumps(values).replace("<", "\\u003c")
    )


def test_scrubbing_through_ten_thousand_events(benchmark: BenchmarkFixture, page: Page) -> None:
    view = replay(busy(EVENTS))
    page.set_content(page_of(view))
    slider = page.locator("input[type=range]")
    slider.scroll_into_view_if_needed()
    arguments = [slider.element_handle(), FRAMES]
    frames = benchmark.pedantic(page.evaluate, (MOVE, arguments), rounds=3)
    rate = 1000 * len(frames) / sum(frames)
    late = sorted(frames)[round(len(frames) * 0.95)]
    events = len(view.films[0]["records"]) // RECORD.size
    benchmark.extra_info.update(fps=round(rate, 1), p95_ms=round(late, 1), events=events)
    print(benchmark.extra_info)
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
