"""Whatever a cluster's people write (annotations, messages, log lines, arguments, titles) is text
in every view: it never becomes markup, whether live, saved, or sent to the browser.

Names of objects cannot hold markup, because the API server refuses them; what views do with names
of other origin is swept in tests/badinput/test_views.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import ipywidgets
import pytest

from course.glossary import Entry, Glossary
from course.quiz import predict
from course.story.watching import watch_traffic
from course.view.cluster_view import ClusterView
from course.view.controls import controls, replicas_slider
from course.view.details import TABS, Subject, details
from course.view.graph import graph
from course.view.lanes_figure import lanes
from course.view.manifest_diff import manifest_diff
from course.view.message_flow import message_flow
from course.view.money import money
from course.view.packing import packing
from course.view.play import play
from course.view.scheduling import scheduling
from course.view.time_view import compare, replay
from course.view.timeline import timeline
from course.view.why import why
from course.view.why_not import why_not
from kubelite import Cluster
from tests.conftest import ROOT
from tests.manifests import deployment, service

EVIL = "</title></pre><img src=x onerror='steal()'><script>steal()</script>"
OURS = {
    *("p", "b", "ol", "ul", "li", "small", "code", "pre", "table", "thead", "tbody", "tr", "th"),
    *("td", "ins", "del", "span", "details", "summary", "dl", "dt", "dd", "br", "div", "style"),
    *("svg", "title", "desc", "rect", "path", "g", "text", "circle", "line", "defs", "pattern"),
    *("a", "polygon", "ellipse", "tspan", "marker"),
}
"""Every tag that a view may use."""


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """Each place where somebody may write what they like has markup in it."""
    made = Cluster(nodes=2)
    web = deployment("web", replicas=2)
    web["metadata"]["annotations"] = {"note": EVIL, "kubernetes.io/change-cause": EVIL}
    web["spec"]["template"]["metadata"]["annotations"] = {"note": EVIL}
    said = {"name": "talker", "image": "busybox:1.36", "command": ["sh", "-c", f'echo "{EVIL}"']}
    talker = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "talker"}}
    talker["metadata"]["annotations"] = {"note": EVIL}  # type: ignore[index]
    talker["spec"] = {"containers": [said], "restartPolicy": "Never"}  # type: ignore[assignment]
    stuck = deployment("stuck", replicas=1, image="shop:none")
    made.apply([web, service("web"), talker, stuck])
    made.run(30)
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "evil", "namespace": "default", "annotations": {"a": EVIL}},
        "involvedObject": {"kind": "Pod", "name": "talker", "namespace": "default"},
        "reason": EVIL[:100],
        "message": EVIL,
        "type": "Warning",
        "source": {"component": EVIL[:60]},
    }
    made.apply([event])
    other = {"metadata": {"annotations": {"note": EVIL + "2"}}, "spec": {"replicas": 3}}
    made.patch("deployment/web", other)
    made.run(20)
    return made


def a_pod(cluster: Cluster, start: str) -> str:
    return "pod/" + next(name for name in cluster.get("pods").names if name.startswith(start))


def evil_glossary(cluster: Cluster) -> Glossary:
    words = [Entry(EVIL, EVIL, "get events", "00"), Entry("b", EVIL, "describe pod talker", "00")]
    return Glossary(cluster, words)


def evil_question(cluster: Cluster) -> Any:
    asked = predict(EVIL, [EVIL, EVIL + "2"], answer=EVIL, why=EVIL)
    asked.radio.value = EVIL + "2"
    asked.button.click()
    return asked


def evil_controls(cluster: Cluster) -> Any:
    made = controls(cluster.branch(), nodes=True, chaos=True)
    made.console.tell(EVIL, EVIL)
    return made


VIEWS: dict[str, Callable[[Cluster], Any]] = {
    "view": lambda c: ClusterView(c, title=EVIL),
    "owners": lambda c: ClusterView(c, title=EVIL, colour_by="owner"),
    "replay": lambda c: replay(c, title=EVIL),
    "compare": lambda c: compare(c, c.branch(at=10), EVIL, EVIL),
    "why": lambda c: why(c, "pod/talker"),
    "why deployment": lambda c: why(c, "deployment/web"),
    "why not": lambda c: why_not(c, a_pod(c, "stuck")),
    "why not ended": lambda c: why_not(c, "pod/talker"),
    "story": lambda c: c.story("pod/talker"),
    "explain": lambda c: c.explain("pod/talker"),
    "timeline": lambda c: timeline(c, "deployment/web", title=EVIL, marks={3.0: EVIL}),
    "lanes": lambda c: lanes(c, "deployment/web", title=EVIL, marks={3.0: EVIL}),
    "diff": lambda c: manifest_diff(c, "deployment/web", old=0),
    "scheduling": lambda c: scheduling(c, "pod/talker"),
    "packing": lambda c: packing(c, c, titles=(EVIL, EVIL)),
    "graph of owners": lambda c: graph(c, title=EVIL),
    "graph of services": lambda c: graph(c, title=EVIL, of="services"),
    "graph of labels": lambda c: graph(c, title=EVIL, of="labels"),
    "message flow": lambda c: message_flow(c, about="pod/talker", events=True, title=EVIL),
    "money": lambda c: money(watch_traffic(c.branch(), seconds=20, title=EVIL), title=EVIL),
    "slider": lambda c: replicas_slider(c.branch(), "deployment/web"),
    "controls": evil_controls,
    "play": lambda c: play("kubelet"),
    "glossary": evil_glossary,
    "prediction": evil_question,
    "objects": lambda c: c.get("events"),
}


TOLD = {
    *("view", "owners", "replay", "compare", "diff", "packing", "money"),
    *("controls", "glossary", "prediction", "objects", "message flow"),
    *("graph of owners", "graph of services", "graph of labels"),
}
"""Those that show a title, or something else that was written so."""


class Tags(HTMLParser):
    """Every tag and attribute of a piece of markup."""

    def __init__(self, markup: str):
        super().__init__()
        self.tags: set[str] = set()
        self.acts: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.acts += [name for name, _ in attrs if name.startswith("on")]


def kept(view: Any) -> dict[str, Any]:
    """What a saved notebook has of a view."""
    bundle = getattr(view, "_repr_mimebundle_", None)
    found = bundle() if bundle else None
    if found is None:
        as_html = getattr(view, "_repr_html_", None)
        found = {"text/plain": repr(view)} | ({"text/html": as_html()} if as_html else {})
    return found[0] if isinstance(found, tuple) else found


def live(view: Any) -> Iterator[str]:
    """The markup that a live view of several parts sends: only HTML parts are read as such."""
    if isinstance(view, ipywidgets.HTML):
        yield view.value
    for part in getattr(view, "children", ()):
        yield from live(part)


@pytest.mark.parametrize("name", VIEWS)
def test_it_is_text_in_every_view(cluster: Cluster, name: str) -> None:
    view = VIEWS[name](cluster)
    saved = kept(view)
    assert name not in TOLD or any("steal()" in part for part in saved.values())
    markups = [saved[kind] for kind in ("text/html", "image/svg+xml") if kind in saved]
    for markup in [*markups, *live(view)]:
        found = Tags(markup)
        assert found.tags - OURS == set()
        assert found.acts == []


@pytest.mark.parametrize("tab", TABS)
def test_the_panel_says_it_as_it_was_written(cluster: Cluster, tab: str) -> None:
    """Details are sent as text, and set as text by the page."""
    state = cluster.history.at(None)
    told = details(cluster, state, cluster.history.start, Subject("pod", "talker", "default"), tab)
    assert tab == "Story" or "<img src=x onerror=" in told


def test_the_pages_scripts_never_read_markup() -> None:
    scripts = [*(ROOT / "course" / "view").rglob("*.js")]
    assert len(scripts) > 8
    reads = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(")
    assert [script.name for script in scripts if reads.search(script.read_text("utf-8"))] == []
