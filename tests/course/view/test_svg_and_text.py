"""The still picture and the words: complete, safe, and the same every time."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from course.view.state import scene_of
from course.view.svg import svg_of
from course.view.text import amount_of_memory, described, summary
from tests.course.view.pretend import ZERO, State, node, pod, web

SVG = "{http://www.w3.org/2000/svg}"


def test_every_pod_is_drawn_with_its_name() -> None:
    drawn = ET.fromstring(svg_of(scene_of(web(10, 2), ZERO), "deployment/web"))
    pods = [group for group in drawn.iter(f"{SVG}g") if "data-pod" in group.attrib]
    assert len(pods) == 12
    assert all(group.findtext(f"{SVG}title") == group.attrib["data-pod"] for group in pods)


def test_names_are_text_wherever_they_come_from() -> None:
    evil = '"><script>alert(1)</script>'
    state = State(nodes=[node("n" + evil)], pods=[pod("p" + evil, owner="")])
    drawn = svg_of(scene_of(state), "title" + evil)
    assert "<script" not in drawn
    ET.fromstring(drawn)


def test_the_same_scene_gives_the_same_bytes() -> None:
    assert svg_of(scene_of(web(10), ZERO)) == svg_of(scene_of(web(10), ZERO))


def test_a_screen_reader_is_told_the_same_as_the_eye() -> None:
    state = web(3, 2)
    state.objects["nodes"][2] = node("node-3", ready="Unknown")
    scene = scene_of(state, ZERO)
    assert summary(scene, "Web") == (
        "Web at 5.0 s: 3 nodes (1 not ready), 5 pods (2 unscheduled, 3 ready)."
    )
    assert described(scene).splitlines()[1:] == [
        "  unscheduled: web-5d4f-p0000 unscheduled, web-5d4f-p0001 unscheduled",
        "  node-1: web-5d4f-00000 ready",
        "  node-2: web-5d4f-00001 ready",
        "  node-3 (not ready): web-5d4f-00002 ready",
    ]


def test_an_empty_cluster_has_words_too() -> None:
    assert summary(scene_of(State())) == f"Cluster at {ZERO / 1e6:.1f} s: 0 nodes, no pods."


def test_memory_is_told_in_the_unit_people_use() -> None:
    assert [amount_of_memory(n * 2**20) for n in (128, 1024, 1536, 8192)] == [
        "128 MiB",
        "1 GiB",
        "1.5 GiB",
        "8 GiB",
    ]
