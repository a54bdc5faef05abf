"""Whatever the cluster, every pod is inside its node, nothing overlaps, and all of it fits."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from course.view.kept import Kept
from course.view.layout import TALLEST, Layout, fit, layout_of
from course.view.state import Marks, Scene, scene_of
from course.view.text import fit_end
from course.view.wire import TILE, Cards, packed_tiles
from kubelite.api.core_v1 import Pod
from tests.course.view.pretend import State, node, pod, web


def scene(ready: int, pending: int = 0, nodes: int = 3) -> Scene:
    return scene_of(web(ready, pending, nodes))


def outer_boxes(layout: Layout) -> list[tuple[int, int, int, int]]:
    return [(b.x, b.y, b.width, b.height) for b in layout.boxes if not b.kind.startswith("meter")]


def apart(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    (x, y, w, h), (a, b, c, d) = one, other
    return x + w <= a or a + c <= x or y + h <= b or b + d <= y


@pytest.mark.parametrize("width", [320, 640, 720, 1100])
@pytest.mark.parametrize(
    ("ready", "pending", "nodes"), [(0, 0, 1), (3, 0, 3), (5, 5, 1), (10, 0, 3), (200, 30, 7)]
)
def test_every_pod_is_in_one_box_and_nothing_overlaps(
    ready: int, pending: int, nodes: int, width: int
) -> None:
    layout = layout_of(scene(ready, pending, nodes), "web", width)
    boxes = outer_boxes(layout)
    tiles = [(t.x, t.y, layout.size.width, layout.size.height) for t in layout.tiles]
    assert len(tiles) == ready + pending
    assert all(apart(one, other) for one, other in combinations(boxes, 2))
    assert all(apart(one, other) for one, other in combinations(tiles, 2))
    for x, y, w, h in tiles:
        assert sum(not apart((x, y, w, h), box) for box in boxes) == 1
        assert x >= 0 and x + w <= width and y + h <= layout.height


def test_a_thousand_pods_on_twenty_nodes_fit_on_a_screen() -> None:
    assert layout_of(scene(1000, nodes=20), "web").height <= TALLEST


def test_a_bigger_node_is_a_wider_box() -> None:
    small_and_big = scene_of(State(nodes=[node("node-1", cpu="3"), node("node-2", cpu="4")]))
    small, big = (b for b in layout_of(small_and_big, "web").boxes if b.kind == "node")
    assert small.width / big.width == pytest.approx(3 / 4, abs=0.02)


def test_a_node_that_is_down_looks_different_and_says_so() -> None:
    layout = layout_of(scene_of(State(nodes=[node("node-1", ready="Unknown")])), "web")
    assert [b.kind for b in layout.boxes if b.kind.startswith("node")] == ["node-down"]
    assert "not ready" in [text.text for text in layout.texts]


def test_the_meter_shows_the_tightest_resource() -> None:
    state = State(nodes=[node("node-1")], pods=[pod("a", "node-1", cpu="1")])
    layout = layout_of(scene_of(state), "web")
    full, meter = (next(b.width for b in layout.boxes if b.kind == k) for k in METERS)
    assert full / meter == pytest.approx(1 / 4, abs=0.01)
    assert "1 of 4 CPU" in [text.text for text in layout.texts]


METERS = ("meter-full", "meter")


def test_a_pod_that_has_finished_takes_no_room() -> None:
    done = pod("b", "node-1", phase="Succeeded", cpu="3")
    state = State(nodes=[node("node-1")], pods=[pod("a", "node-1", cpu="1"), done])
    layout = layout_of(scene_of(state), "jobs")
    assert "1 of 4 CPU" in [text.text for text in layout.texts]


def test_room_once_taken_is_kept_so_the_picture_does_not_jump() -> None:
    full = layout_of(scene(12), "web")
    emptied = layout_of(scene(3), "web", rows=max(2, full.rows))
    assert emptied.height == full.height


def test_a_pod_of_a_vanished_node_is_shown_with_the_unscheduled() -> None:
    layout = layout_of(scene_of(State(nodes=[node("node-1")], pods=[pod("a", "gone")])), "web")
    strip = next(b for b in layout.boxes if b.kind == "strip")
    assert strip.y < layout.tiles[0].y < strip.y + strip.height


def test_fit_cuts_what_is_too_long() -> None:
    assert fit("node-1", 100, 12) == "node-1"
    assert fit("a-very-long-name-of-a-node", 60, 12).endswith("…")
    assert fit_end("node-1", 100, 12) == "node-1"
    assert fit_end("a-very-long-name-of-node-17", 60, 12) == "…node-17"


@pytest.mark.parametrize("most", [9, 250])
def test_what_is_kept_from_one_picture_to_the_next_changes_nothing(most: int) -> None:
    """Pods come, go, move and change, few at a time or many; the past is looked at, too."""
    chance, marks, kept, cards = Random(7), Marks(), Kept(), Cards()
    nodes = [node(f"node-{number}") for number in range(4)]
    pods: dict[str, Pod] = {}
    states = []
    for _ in range(30):
        for _ in range(chance.randrange(most)):
            name = f"pod-{chance.randrange(300)}"
            where, phase = f"node-{chance.randrange(5)}", chance.choice(["Running", "Failed"])
            pods[name] = pod(name, where, phase, born=chance.randrange(9))
            pods.pop(f"pod-{chance.randrange(300)}", None)
        states.append(State(nodes=nodes, pods=[*pods.values()]))
    for state in [*states, states[3], states[3]]:
        scene = marks.scene(state)
        assert scene == scene_of(state)
        layout = layout_of(scene, "web", kept=kept)
        assert layout == layout_of(scene, "web")
        assert packed_tiles(layout, cards) == b"".join(
            TILE.pack(cards.number(tile.pod.uid), tile.x, tile.y, tile.look, 0, 0)
            for tile in layout.tiles
        )
