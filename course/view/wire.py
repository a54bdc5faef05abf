"""What goes from the kernel to the browser: places as packed bytes, words only when they are new.

Each pod and node has a number that it keeps, so the browser can tell where it was before. Its
words (the card shown when it is pointed at) are sent once, and again when they change.
"""

from __future__ import annotations

import struct
from typing import Any

from course.view.details import Subject
from course.view.kept import Kept
from course.view.layout import BADGE, BOX_KINDS, LEGEND_TILE, Layout, Tile
from course.view.palette import BADGES
from course.view.state import NodeMark, PodMark, Scene
from course.view.svg import cue_place, short_label
from course.view.text import capacity, fullness, node_note, summary

TILE = struct.Struct("<IHHBBH")
"""One pod: its number, x, y, look, restarts (at most 255), and nothing yet."""

BOX = struct.Struct("<IHHHHB3x")
"""One rectangle: the number of its node or 0, x, y, width, height, and its kind."""

_KIND = {kind: number for number, kind in enumerate(BOX_KINDS)}

Card = tuple[str, str, str, str, str]
"""Kind, name, namespace, the label on a tile, and the lines shown when it is pointed at."""


class Cards:
    """The numbers of pods and nodes, and the words that the browser has of each."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._drawn: dict[int, PodMark] = {}  # the pods of the last pictures, by id
        self._cards: dict[int, Card] = {}
        self.version = 0
        self.kept = Kept()

    def number(self, key: str) -> int:
        """The number of a pod's uid or of "node/NAME", from 1."""
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    def renew(self, scene: Scene) -> dict[str, Any]:
        """The cards that are new or have changed, to be added to those of version ``old``."""
        drawn, number = self._drawn, self.number
        new = [pod for pod in scene.pods if id(pod) not in drawn]
        fresh = {number(key_of(pod)): _pod_card(pod) for pod in new}
        drawn.update((id(pod), pod) for pod in new)
        if len(drawn) > 2 * len(scene.pods):  # most have not been seen for long
            self._drawn = {id(pod): pod for pod in scene.pods}
        for node in scene.nodes:
            place, pods = number(f"node/{node.name}"), scene.by_node[node.name]
            fresh[place] = self.kept.of(("card", node.name), _node_card, node, pods)
        fresh = {place: card for place, card in fresh.items() if self._cards.get(place) != card}
        self._cards |= fresh
        if fresh:
            self.version += 1
        return {"old": self.version - bool(fresh), "new": self.version, "cards": fresh}

    def all(self) -> dict[str, Any]:
        """Every card, for a browser that has missed some."""
        return {"old": 0, "new": self.version, "cards": self._cards}

    def subject(self, number: Any) -> Subject | None:
        """What has this number, if anything has."""
        card = self._cards.get(number) if isinstance(number, int) else None
        return Subject(*card[:3]) if card else None


def key_of(pod: PodMark) -> str:
    """By what a pod is known for as long as it lives."""
    return pod.uid or f"{pod.namespace}/{pod.name}"


def packed_tiles(layout: Layout, cards: Cards) -> bytes:
    """The places of all pods."""

    def packed(block: tuple[Tile, ...]) -> bytes:
        pack, number = TILE.pack, cards.number
        return b"".join(
            [
                pack(number(pod.uid or key_of(pod)), x, y, look, min(pod.restarts, 255), 0)
                for x, y, pod, look in block
            ]
        )

    blocks = layout.blocks.items()
    return b"".join(cards.kept.of(("tiles", node), packed, block) for node, block in blocks)


def packed_boxes(layout: Layout, cards: Cards) -> bytes:
    """All rectangles, with the nodes that they stand for."""
    return b"".join(
        [
            BOX.pack(cards.number(f"node/{node}") if node else 0, x, y, width, height, _KIND[kind])
            for x, y, width, height, kind, node in layout.boxes
        ]
    )


def frame_of(layout: Layout, scene: Scene, title: str) -> dict[str, Any]:
    """All of a picture but its pods and boxes, as JSON for the browser."""
    size, counts = layout.size, scene.counts
    return {
        "width": layout.width,
        "height": layout.height,
        "tile": _cue(size.width, size.height) | {"labelled": size.labelled},
        "key": _cue(LEGEND_TILE, LEGEND_TILE),
        "badge": _cue(BADGE, BADGE),
        "texts": [text._asdict() for text in layout.texts],
        "keys": [key._asdict() for key in layout.keys],
        "badges": [badge._asdict() for badge in layout.badges],
        "looks": [look._asdict() for look in layout.looks],
        "signs": [look._asdict() for look in BADGES],
        "summary": summary(scene, title),
        "pods": len(scene.pods),
        "ready": counts["ready"],
        "pending": counts["pending"],
    }


def _cue(width: int, height: int) -> dict[str, Any]:
    scale, inset = cue_place(min(width, height))
    return {"width": width, "height": height, "scale": scale, "inset": inset}


def _pod_card(pod: PodMark) -> Card:
    owner = [f"belongs to {pod.owner}"] if pod.owner else []
    state = f"{pod.phase}, {'ready' if pod.ready else 'not ready'}"
    lines = [
        pod.name,
        state + (f" ({pod.reason})" if pod.reason else ""),
        f"on {pod.node}" if pod.node else "on no node",
        f"restarts: {pod.restarts}",
        f"namespace {pod.namespace}",
        *owner,
    ]
    return "pod", pod.name, pod.namespace, short_label(pod.short_name), "\n".join(lines)


def _node_card(node: NodeMark, pods: list[PodMark]) -> Card:
    label, _ = fullness(node, pods)
    where = [f"zone {node.zone}"] if node.zone else []
    where += [f"pool {node.pool}"] if node.pool else []
    lines = [
        f"{node.name}, {node_note(node, pods)}",
        capacity(node),
        f"in use: {label}",
        *([", ".join(where)] if where else []),
    ]
    return "node", node.name, "", "", "\n".join(lines)
