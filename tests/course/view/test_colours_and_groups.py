"""By what pods are coloured, how zones and pools stand together, and what nodes wear."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from course.view.colouring import MOST_IN_LEGEND, Colouring
from course.view.layout import Layout, layout_of
from course.view.palette import BADGES, CATEGORIES, PHASES, READINESS, category
from course.view.state import NodeMark, Scene, scene_of
from course.view.svg import svg_of
from course.view.text import described
from kubelite.api.core_v1 import Node
from kubelite.apimachinery.struct import convert
from tests.course.view.pretend import State, pod, web
from tests.course.view.test_palette import READABLE, contrast

POOL = "kubelite.dev/node-pool"
ZONE = "topology.kubernetes.io/zone"


def machine(
    name: str,
    zone: str = "",
    pool: str = "",
    taints: tuple[dict[str, Any], ...] = (),
    cordoned: bool = False,
    pressure: str = "",
) -> Node:
    labels = {key: value for key, value in ((ZONE, zone), (POOL, pool)) if value}
    conditions = [{"type": "Ready", "status": "True"}]
    conditions += [{"type": pressure, "status": "True"}] if pressure else []
    room = {"cpu": "4", "memory": "8Gi", "pods": "110"}
    return convert(
        Node,
        {
            "metadata": {"name": name, "labels": labels},
            "spec": {"taints": list(taints), "unschedulable": cordoned},
            "status": {"allocatable": room, "conditions": conditions},
        },
    )


def worn(scene: Scene) -> list[str]:
    return [BADGES[badge.badge].key for badge in layout_of(scene, "c").badges if badge.y < 200]


TEAM = {"key": "team", "value": "batch", "effect": "NoSchedule"}
REPEATED = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
WORN = {
    "nothing": (machine("n"), [pod("a", "n", "Running", True)], []),
    "cordoned": (machine("n", cordoned=True), [pod("a", "n", "Running", True)], ["cordoned"]),
    "drained": (machine("n", cordoned=True), [], ["drained"]),
    "drained but for daemons": (
        machine("n", cordoned=True),
        [pod("log-1", "n", "Running", True, owner=""), pod("b", "n", "Succeeded")],
        ["cordoned"],
    ),
    "pressed": (machine("n", pressure="MemoryPressure"), [], ["pressure"]),
    "tainted": (machine("n", taints=(TEAM,)), [], ["tainted"]),
    "a taint that repeats a condition": (machine("n", taints=(REPEATED,)), [], []),
}


@pytest.mark.parametrize("situation", WORN)
def test_what_a_node_wears(situation: str) -> None:
    node, pods, badges = WORN[situation]
    scene = scene_of(State(nodes=[node], pods=pods))
    assert worn(scene) == badges


def test_a_drain_leaves_the_pods_of_daemons() -> None:
    (daemon,) = scene_of(State(pods=[pod("log-1", "n", "Running", True)])).pods
    (node,) = scene_of(State(nodes=[machine("n", cordoned=True)])).nodes
    assert node.drained([daemon._replace(owner="DaemonSet/log")])
    assert not node.drained([daemon])


def test_all_of_it_is_in_the_words_and_in_the_still_picture() -> None:
    nodes = [
        machine("n", "a", "web", (TEAM,), cordoned=True, pressure="DiskPressure"),
        machine("m", "b", "web"),
    ]
    scene = scene_of(State(nodes=nodes))
    told = "n (ready, scheduling disabled, drained, disk pressure, tainted team=batch:NoSchedule)"
    assert told in described(scene)
    drawn = svg_of(scene)
    texts = [text.text for text in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert {"zone a, pool web", "zone b, pool web"} <= {*texts}
    assert {"Drained 1", "Pressure 1", "Tainted 1"} <= {*texts}
    assert "kl-hatch" in drawn
    assert "kl-hatch" not in svg_of(scene_of(web(1)))


def three_zones(each: int) -> Scene:
    nodes = [machine(f"n-{zone}{n}", zone, "web") for zone in "abc" for n in range(each)]
    return scene_of(State(nodes=nodes, pods=[pod(f"p{n}", f"n-a{n}") for n in range(each)]))


@pytest.mark.parametrize("each", [1, 2, 7, 40])
@pytest.mark.parametrize("width", [320, 720, 1100])
def test_nodes_stand_in_the_group_of_their_zone(each: int, width: int) -> None:
    layout = layout_of(three_zones(each), "c", width)
    groups = [box for box in layout.boxes if box.kind == "group"]
    assert [text.text for text in layout.texts if text.kind == "group"][0].startswith("zone a")
    assert len(groups) == 3
    for box in layout.boxes:
        if box.kind == "node":
            around = [
                place
                for place, group in enumerate(groups)
                if group.x <= box.x
                and box.x + box.width <= group.x + group.width
                and group.y < box.y
                and box.y + box.height <= group.y + group.height
            ]
            assert around == ["abc".index(box.node[2])]
    assert inside(layout)


def inside(layout: Layout) -> bool:
    return all(
        b.x >= 0 and b.x + b.width <= layout.width and b.y + b.height <= layout.height
        for b in layout.boxes
    )


def test_where_all_nodes_are_alike_there_is_no_group() -> None:
    nodes = [machine(f"n-{n}", "a", "web") for n in range(3)]
    boxes = layout_of(scene_of(State(nodes=nodes)), "c").boxes
    assert "group" not in [box.kind for box in boxes]


def test_thousands_of_nodes_fit_into_a_picture() -> None:
    mark = scene_of(State(nodes=[machine("n-0", "a", "web")])).nodes[0]
    nodes: tuple[NodeMark, ...] = tuple(mark._replace(name=f"n-{n}") for n in range(4000))
    layout = layout_of(Scene(0.0, nodes, ()), "c", 1100)
    assert inside(layout) and layout.height < 1000
    assert sum(box.kind == "node" for box in layout.boxes) == 4000


def test_owners_keep_their_colours() -> None:
    colouring = Colouring("owner")
    first = scene_of(State(pods=[pod("a", owner="b-1"), pod("b", owner="c-1")]))
    second = scene_of(State(pods=[pod("a", owner="a-1"), pod("b", owner="c-1")]))
    assert colouring.numbers(first.pods) == [0, 1]
    assert colouring.numbers(second.pods) == [2, 1]
    assert [entry.label for entry in colouring.legend(second.pods)] == [
        "ReplicaSet/c-1",
        "ReplicaSet/a-1",
    ]


def test_a_legend_does_not_fill_the_screen() -> None:
    pods = [pod(f"p{n:03}", owner=f"o{n % 30:02}") for n in range(90)] + [pod("x", owner="o07")]
    legend = Colouring("owner").legend(scene_of(State(pods=pods)).pods)
    assert len(legend) == MOST_IN_LEGEND
    assert legend[0].label == "ReplicaSet/o07"


@pytest.mark.parametrize(
    ("way", "shown"),
    [("phase", ["Running", "Succeeded"]), ("readiness", ["ready", "finished"])],
)
def test_phase_and_readiness(way: str, shown: list[str]) -> None:
    pods = [pod("a", "n", "Running", True), pod("b", "n", "Succeeded")]
    colouring = Colouring(way)
    numbers = colouring.numbers(scene_of(State(pods=pods)).pods)
    assert [colouring.looks[number].key for number in numbers] == shown


def test_no_two_categories_look_alike_and_all_can_be_read() -> None:
    looks = [category(number, "x") for number in range(CATEGORIES)]
    assert len({(look.fill, look.cue) for look in looks}) == CATEGORIES
    for some in (looks, PHASES, READINESS, BADGES):
        assert all(contrast(look.fill, look.ink) >= READABLE for look in some)
    for some in (PHASES, READINESS, BADGES, looks[:8]):
        assert len({look.cue for look in some}) == len(some)
