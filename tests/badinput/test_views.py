"""Names, owners, reasons and titles of any kind are text in every view: no markup, no tricks."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.view.cluster_view import ClusterView, frame_of
from course.view.graph import MOST_ROWS, graph
from course.view.layout import layout_of
from course.view.plain import plain, plain_lines
from course.view.state import scene_of
from course.view.svg import svg_of
from course.view.text import described
from course.view.timeline import Course, shortfalls, timeline
from kubelite import Cluster
from tests.badinput.scale import sweep
from tests.course.view import pretend
from tests.manifests import deployment

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></svg><script>",
    "&lt;&#60;&amp;",
    "]]><!--",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "\x00\x1b[31mred\x07",
    "\ud800",
    "\ufeffbom",
    "\uffff",
    "😀👩‍👩‍👧",
    "тест 名前 شبكة",
    "a" * 100_000,
    "$x_{y}$ and $\\frac{a}{b",
    "%s %(a)s {0} {a}",
    "line\nbreak\ttab\r",
    "_hidden",
    "",
)
ANY = st.sampled_from(HOSTILE) | st.text(max_size=30)
TRICKS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\uffff]"
)


def state_of(name: str, node: str, owner: str, reason: str) -> Any:
    """A pretend cluster in which everything is called so."""
    return pretend.State(
        nodes=[pretend.node(node)],
        pods=[
            pretend.pod(name, node=node, owner=owner, waiting=reason, phase="Pending"),
            pretend.pod(f"{name}2", owner=owner),
        ],
        deployments=[pretend.deployment(2, name)],
        replicasets=[pretend.replica_set(2, owner or "r")],
    )


def check_text(text: str) -> None:
    """It can be written, hides nothing, and turns nothing round."""
    text.encode()
    assert not TRICKS.search(text)


@sweep(250)
@given(name=ANY, node=ANY, owner=ANY, reason=ANY, title=ANY)
def test_the_picture_the_words_and_the_message_to_the_browser(
    name: str, node: str, owner: str, reason: str, title: str
) -> None:
    scene = scene_of(state_of(name, node, owner, reason))
    drawn = svg_of(scene, title)
    check_text(drawn)
    assert "<script" not in drawn
    assert "<img" not in drawn
    ET.fromstring(drawn)
    check_text(described(scene, plain(title)))
    message = json.dumps(frame_of(layout_of(scene, plain(title)), scene, plain(title)))
    check_text(message)
    assert len(drawn) + len(message) < 60_000  # however long the names are


@pytest.mark.parametrize("name", HOSTILE)
def test_the_graph(name: str) -> None:
    class Pretending:
        class history:
            at = staticmethod(lambda when: state_of(name, name, name, name))
            changes = staticmethod(lambda resource: ())

        clock = pretend.Clock()
        elapsed = 0.0

    for of in ("owners", "services", "labels"):
        picture = graph(Pretending(), title=name, of=of)
        check_text(picture.alt)
        ET.fromstring(picture.svg)


@pytest.mark.parametrize("title", HOSTILE)
def test_the_timeline(title: str) -> None:
    cluster = _a_cluster()
    figure = timeline(cluster, "deployment/web", title=title, marks={1.0: title})
    check_text(figure.alt)
    assert figure.png().startswith(b"\x89PNG")


_made: list[Cluster] = []


def _a_cluster() -> Cluster:
    if not _made:
        _made.append(Cluster(nodes=1))
        _made[0].apply(deployment("web", replicas=2))
        _made[0].run(10)
    return _made[0]


def test_the_live_view() -> None:
    view = ClusterView(_a_cluster(), title='<b onclick="x">\u202e')
    assert view._title == '<b onclick="x">\ufffd'  # the browser gets it as text (textContent)
    still = view._repr_mimebundle_()
    kept = still[0] if isinstance(still, tuple) else still
    assert "<b onclick" not in kept["image/svg+xml"]


def test_a_picture_of_too_many_says_so_instead_of_filling_the_memory() -> None:
    class Crowd:
        clock = pretend.Clock()
        elapsed = 0.0
        history = type(
            "History",
            (),
            {
                "at": lambda self, when: pretend.State(
                    pods=[pretend.pod(f"p-{n}") for n in range(MOST_ROWS + 1)]
                ),
                "changes": lambda self, resource: (),
            },
        )()

    with pytest.raises(ValueError, match="301 objects in one column are too many"):
        graph(Crowd())


def test_a_graph_of_pods_of_any_owner() -> None:
    cluster = Cluster(nodes=1)
    container = {"name": "c", "image": "busybox", "command": ["sleep", "100"]}
    pods = {"restartPolicy": "Never", "containers": [container]}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "count"}}
    cluster.apply({**job, "spec": {"template": {"spec": pods}}})
    cluster.run(5)
    assert "Job count owns 1 object" in graph(cluster).alt


def test_shortfalls_take_no_longer_than_there_is_history() -> None:
    """Each moment is looked up by halving, not by reading all that came before."""
    looked: list[int] = []

    class Steps(list):  # type: ignore[type-arg]
        def __getitem__(self, place: Any) -> Any:
            looked.append(1)
            return super().__getitem__(place)

    def looks(count: int) -> int:
        looked.clear()
        steps = Steps([(float(n), n % 3) for n in range(count)])
        told = Course(0.0, float(count), steps, steps, ())
        shortfalls(told)
        return len(looked)

    assert looks(2_000) < 3 * looks(1_000)


# What a notebook shows of the cluster itself


def test_tables_stories_and_events_are_text() -> None:
    cluster = Cluster(nodes=1)
    evil = "<script>alert(1)</script>\u202e"
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "odd", "namespace": "default", "annotations": {"a.b/c": evil}},
        "involvedObject": {"kind": "Pod", "name": evil, "namespace": "default"},
        "reason": evil,
        "message": evil,
        "type": "Warning",
    }
    cluster.apply(event)
    for shown in (cluster.events(), cluster.get("events"), cluster.story("event/odd")):
        assert "<script>" not in shown._repr_html_()
    pod = cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "odd", "annotations": {"a.b/c": evil}},
            "spec": {"schedulerName": evil, "containers": [{"name": "c", "image": "nginx"}]},
        }
    )
    assert pod.spec.scheduler_name == evil
    cluster.run(5)
    for shown in (cluster.get("pods"), cluster.story("pod/odd"), cluster.explain("pod/odd")):
        assert "<script>" not in shown._repr_html_()


def test_text_that_is_fine_stays_as_it_is() -> None:
    assert plain("web-1 тест 名前 😀") == "web-1 тест 名前 😀"
    assert plain("a" * 300) == "a" * 252 + "…"
    assert plain_lines("a\nb") == "a\nb"
