"""Two runs side by side at one moment: what is in one and not in the other, in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from course.view.palette import BLACK, WHITE, look
from course.view.plain import plain
from course.view.state import NodeMark, PodMark, Scene
from course.view.svg import svg_of
from course.view.text import counted, node_note, summary

MOST_SENTENCES = 12
LINE = 17  # pixels of a line of text
GAP = 14
EACH = 540  # pixels of either picture: side by side they fit into the column of an exported page


def differences(one: Scene, other: Scene, names: tuple[str, str] = ("A", "B")) -> list[str]:
    """What differs between two scenes, a sentence each: nodes first, then pods by name."""
    return [sentence for _, sentence in _found(one, other, names)]


def differing(one: Scene, other: Scene) -> set[str]:
    """The names of the pods that are not the same in both."""
    return {name for name, _ in _found(one, other, ("A", "B"))}


def _found(one: Scene, other: Scene, names: tuple[str, str]) -> Iterator[tuple[str, str]]:
    first, second = names
    nodes = [{node.name: node for node in scene.nodes} for scene in (one, other)]
    for name in sorted({*nodes[0], *nodes[1]}, key=lambda n: (len(n), n)):
        here, there = (_node(found.get(name)) for found in nodes)
        if here != there:
            yield "", f"{name} is {here} in {first} and {there} in {second}."
    pods = [{(pod.namespace, pod.name): pod for pod in scene.pods} for scene in (one, other)]
    for key in sorted({*pods[0], *pods[1]}):
        mine, theirs = pods[0].get(key), pods[1].get(key)
        if mine is None or theirs is None:
            pod, where = (mine, first) if mine else (theirs, second)
            assert pod is not None
            yield key[1], f"{key[1]} is only in {where} ({_state(pod)})."
        elif _state(mine) != _state(theirs):
            yield key[1], f"{key[1]} is {_state(mine)} in {first} and {_state(theirs)} in {second}."


def _node(node: NodeMark | None) -> str:
    return node_note(node) if node else "absent"


def _state(pod: PodMark) -> str:
    state = look(pod.look).label.lower()
    return f"{state} on {pod.node}" if pod.node else state


def compared(one: Scene, other: Scene, names: tuple[str, str]) -> str:
    """Both scenes in a sentence each, then what differs."""
    told = differences(one, other, names)
    lines = [summary(one, names[0]), summary(other, names[1])]
    return "\n".join([*lines, *_told(told)])


def _told(told: list[str]) -> list[str]:
    if not told:
        return ["No difference at this moment."]
    more = len(told) - MOST_SENTENCES
    head = f"{counted(len(told), 'difference')}:"
    rest = [f"  and {more} more."] if more > 0 else []
    return [head, *(f"  {sentence}" for sentence in told[:MOST_SENTENCES]), *rest]


def compared_svg(one: Scene, other: Scene, names: tuple[str, str]) -> str:
    """Both pictures side by side, what differs ringed, and the differences below in words."""
    odd = differing(one, other)
    left, right = (
        _ringed(svg_of(s, n, EACH), odd) for s, n in zip((one, other), names, strict=True)
    )
    sizes = [_size(left), _size(right)]
    lines = _told(differences(one, other, names))
    width = sizes[0][0] + GAP + sizes[1][0]
    top = max(sizes[0][1], sizes[1][1])
    height = top + GAP + LINE * len(lines) + 6
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img"'
        ' font-family="DejaVu Sans, Verdana, sans-serif" style="max-width:100%;height:auto">',
        f"<title>{escape(compared(one, other, names))}</title>",
        f'<rect width="{width}" height="{height}" fill="{WHITE}"/>',
        _placed(left, 0),
        _placed(right, sizes[0][0] + GAP),
    ]
    for number, line in enumerate(lines):
        y = top + GAP + LINE * number + 8
        x = 12 if line.startswith("  ") else 2
        words = escape(plain(line.strip()))
        parts.append(f'<text x="{x}" y="{y}" font-size="12" fill="{BLACK}">{words}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _placed(picture: str, x: int) -> str:
    return picture.replace("<svg ", f'<svg x="{x}" ', 1)


def _size(picture: str) -> tuple[int, int]:
    found = re.search(r'<svg[^>]* width="(\d+)" height="(\d+)"', picture)
    assert found is not None
    return int(found[1]), int(found[2])


def _ringed(picture: str, names: set[str]) -> str:
    """A ring round each of these pods, drawn after its tile."""
    for name in sorted(names - {""}):
        group = re.escape(f"<g data-pod={quoteattr(name)}>")
        tile = r'x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"'
        found = re.search(f"{group}.*?<rect {tile}.*?</g>", picture, re.DOTALL)
        if found is None:
            continue
        x, y, width, height = (float(value) for value in found.groups())
        ring = (
            f'<rect x="{x - 2:g}" y="{y - 2:g}" width="{width + 4:g}" height="{height + 4:g}"'
            f' rx="4" fill="none" stroke="{BLACK}" stroke-width="2.5"/>'
        )
        picture = picture[: found.end()] + ring + picture[found.end() :]
    return picture
