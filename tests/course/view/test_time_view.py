"""The film that the browser plays, and what differs between two runs, in words and pictures."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from course.view.differences import MOST_SENTENCES, compared, compared_svg, differences
from course.view.film import GONE, NODE, POD, PRESENT, READY, RECORD, STRIP, Film, film_of
from course.view.palette import LOOKS
from course.view.state import Scene, scene_of
from course.view.time_view import TimeView, compare, replay, scene_at
from kubelite import Cluster
from tests.course.view.pretend import State as Past
from tests.course.view.pretend import node, pod, web
from tests.manifests import deployment, service


@pytest.fixture(scope="module")
def shop() -> Cluster:
    """Three pods on two nodes; after a minute one node loses its power, and comes back."""
    cluster = Cluster(nodes=2, seed=7)
    cluster.apply([deployment(), service()])
    cluster.run(60)
    cluster.kill_node("node-1")
    cluster.run(400)
    cluster.start_node("node-1")
    cluster.run(60)
    return cluster


def shown(film: Film, seconds: float) -> tuple[dict[str, tuple[str, str]], dict[str, int]]:
    """What a film shows at a moment: node and look of each pod, and the state of each node."""
    names = [name for name, _ in film.nodes]
    pods: dict[str, tuple[str, str]] = {}
    states: dict[str, int] = {}
    for when, who, box, _, state, _, kind in RECORD.iter_unpack(film.records):
        if when > seconds:
            break
        if kind == NODE:
            states[names[who]] = state
        elif box == GONE:
            del pods[film.pods[who][0]]
        else:
            place = names[box - 1] if box != STRIP else ""
            pods[film.pods[who][0]] = (place, LOOKS[state].key)
    return pods, states


@pytest.mark.parametrize("at", [0.0, 0.01, 1.5, 30, 61, 130, 300, 420, 470, 520])
def test_the_film_shows_what_the_history_says(shop: Cluster, at: float) -> None:
    scene = scene_at(shop, at)
    pods, states = shown(film_of(shop), at)
    assert pods == {mark.name: (mark.node, mark.look) for mark in scene.pods}
    assert {name: bool(state & READY) for name, state in states.items()} == {
        mark.name: mark.ready for mark in scene.nodes
    }


def test_no_two_pods_are_in_one_slot_and_none_wanders(shop: Cluster) -> None:
    film, taken = film_of(shop), dict[int, tuple[int, int]]()
    for _, who, box, slot, _, _, kind in RECORD.iter_unpack(film.records):
        if kind != POD:
            continue
        before = taken.pop(who, None)
        if box == GONE:
            continue
        assert (box, slot) not in taken.values()
        assert before is None or before[0] != box or before[1] == slot
        assert slot < film.slots[box]
        taken[who] = box, slot


def test_marks_are_deeds_and_lost_nodes(shop: Cluster) -> None:
    marks = [(round(mark.seconds), mark.kind, mark.text) for mark in film_of(shop).marks]
    assert marks == [
        (0, "deed", "kubectl apply -f -"),
        (60, "deed", "kill_node('node-1')"),
        (110, "lost", "node-1 is not ready"),
        (460, "deed", "start_node('node-1')"),
        (460, "back", "node-1 is ready again"),
    ]


def test_a_node_that_was_never_ready_is_not_ready_again(shop: Cluster) -> None:
    """A node that is added is unready for a moment; its first readiness is no news."""
    twin = shop.branch()
    twin.add_node()
    twin.run(30)
    assert len(film_of(twin).marks) == len(film_of(shop).marks) + 1, "the deed alone"


def test_a_film_begins_with_what_was_there(shop: Cluster) -> None:
    film = film_of(shop)
    first = [RECORD.unpack_from(film.records, n * RECORD.size) for n in range(film.base)]
    assert [(when, who, kind) for when, who, *_, kind in first] == [(0.0, 0, NODE), (0.0, 1, NODE)]
    assert all(record[4] & PRESENT for record in first)


def test_a_compacted_past_is_left_out(shop: Cluster) -> None:
    twin = shop.branch()
    twin.store.compact(twin.history.revision_at(twin.history.start + 100 * 1_000_000))
    film = film_of(twin)
    assert len(film.records) < len(film_of(shop).records)
    assert shown(film, 520) == shown(film_of(shop), 520)


def test_words_and_picture_of_one_moment(shop: Cluster) -> None:
    data, _ = replay(shop, "The shop", at=130)._repr_mimebundle_()
    assert data["text/plain"].startswith("The shop at 130.0 s: 2 nodes (1 not ready), 3 pods")
    assert "      60.0 s  kill_node('node-1')" in data["text/plain"]
    assert ElementTree.fromstring(data["image/svg+xml"]).tag.endswith("svg")


def test_a_branch_is_shown_beside_the_run(shop: Cluster) -> None:
    view = replay(shop)
    view._heard(view, {"branch": 59.9}, [])
    assert [film["title"] for film in view.films] == ["Cluster", "Branch from 59.9 s"]
    assert view.note.startswith("Branched at 59.9 s without: kill_node('node-1'); start_node")
    assert view.branches[-1].elapsed == pytest.approx(shop.elapsed)
    view.show(130)
    words = view._repr_mimebundle_()[0]["text/plain"]
    assert "  node-1 is not ready in Cluster and ready in Branch from 59.9 s." in words


def test_what_cannot_be_branched_says_so(shop: Cluster) -> None:
    view = replay(shop.branch(at=30))
    view.clusters[0].connect("10.0.0.1")
    view._heard(view, {"branch": 30.0}, [])
    assert view.note.startswith("No branch: a connection was opened")
    view._heard(view, "nonsense", [])
    assert len(view.clusters) == 1


def test_nodes_and_pods_that_differ_in_sentences() -> None:
    one = scene_of(Past(nodes=[node("n1"), node("n2")], pods=[pod("a", "n1"), pod("b", "n1")]))
    pods = [pod("a", "n2"), pod("c")]
    other = scene_of(Past(nodes=[node("n1", ready="False"), node("n3")], pods=pods))
    assert differences(one, other, ("old", "new")) == [
        "n1 is ready in old and not ready in new.",
        "n2 is ready in old and absent in new.",
        "n3 is absent in old and ready in new.",
        "a is starting on n1 in old and starting on n2 in new.",
        "b is only in old (starting on n1).",
        "c is only in new (unscheduled).",
    ]
    assert differences(one, one) == []
    assert compared(one, one, ("old", "new")).endswith("No difference at this moment.")


def test_many_differences_are_counted() -> None:
    one, other = scene_of(web(30)), scene_of(web(0))
    lines = compared(one, other, ("A", "B")).splitlines()
    assert lines[2] == "30 differences:"
    assert lines[-1] == f"  and {30 - MOST_SENTENCES} more."


def test_the_picture_rings_what_differs() -> None:
    picture = compared_svg(scene_of(web(3)), scene_of(web(2)), ("A", "B"))
    root = ElementTree.fromstring(picture)
    rings = [r for r in root.iter() if r.get("stroke-width") == "2.5" and r.get("fill") == "none"]
    assert len(rings) == 1
    assert int(root.attrib["width"]) <= 1100, "it fits into the column of an exported page"
    assert "web-5d4f-00002 is only in A (ready on node-3)." in picture


def test_names_from_elsewhere_are_text() -> None:
    evil = '<script>alert("x")</script>'
    scene: Scene = scene_of(Past(nodes=[node(evil)], pods=[pod(evil, evil)]))
    picture = compared_svg(scene, scene_of(Past()), (evil, "B"))
    assert "<script" not in picture
    ElementTree.fromstring(picture)


def test_compare_offers_no_branch_and_is_the_same_twice(shop: Cluster) -> None:
    pair = shop.branch(at=59), shop.branch(at=59)
    views = [compare(*pair, title_a="with", title_b="without", at=30) for _ in range(2)]
    assert not views[0].can_branch
    assert TimeView(shop).can_branch
    first, second = (view._repr_mimebundle_()[0] for view in views)
    assert first["text/plain"] == second["text/plain"]
    assert first["image/svg+xml"] == second["image/svg+xml"]
    assert "No difference at this moment." in first["text/plain"]
