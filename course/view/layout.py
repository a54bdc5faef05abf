"""Where everything goes in the picture of a cluster: nodes as boxes, pods as tiles.

The layout is made once, in Python, for a width in pixels. The live view and the still
picture only draw it, so they cannot disagree. A node's box is as wide as its share of the
biggest node's cpu; tiles shrink in steps until everything fits. Where there are several zones
or node pools, the nodes of each stand together under its name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from course.view.colouring import Colouring
from course.view.groups import HEADING, Group, Shelf, groups_of, shelves_of
from course.view.kept import Kept
from course.view.legend import LEGEND_ROW, LEGEND_TILE, Key, Legend
from course.view.palette import BADGES, Look
from course.view.state import NodeMark, PodMark, Scene
from course.view.text import counted, fit, fit_end, fullness, node_note

__all__ = ["LEGEND_TILE", "Badge", "Box", "Key", "Layout", "Text", "Tile", "fit", "layout_of"]

WIDTH = 720
NARROWEST = 320
WIDEST = 1100
TALLEST = 620

MARGIN = 12
PADDING = 8
STRIP_LABEL = 96
TITLE = 30
BADGE = 14


class Size(NamedTuple):
    """One step of tile size, with the gaps between tiles and nodes, and the least node's width.

    ``header`` is the room for a node's name and note; the smallest nodes have none.
    """

    width: int
    height: int
    gap: int
    node: int
    labelled: bool = False
    header: int = 34
    padding: int = PADDING
    meter: int = 5

    @property
    def step(self) -> int:
        """From one row of tiles to the next."""
        return self.height + self.gap

    def across(self, width: int) -> int:
        """How many tiles stand side by side in a node of this width."""
        return max(1, (width - 2 * self.padding + self.gap) // (self.width + self.gap))

    def rows(self, pods: int, width: int) -> int:
        """How many rows so many tiles need in a node of this width."""
        return -(-pods // self.across(width))

    def height_of(self, rows: int) -> int:
        """How high a node with so many rows of tiles is."""
        return (self.header or self.padding) + rows * self.step + self.meter + self.padding


SIZES = (
    Size(66, 24, 5, 152, labelled=True),
    Size(22, 22, 4, 140),
    Size(16, 16, 3, 124),
    Size(11, 11, 2, 96),
    Size(7, 7, 1, 72),
    Size(4, 4, 1, 44),
    Size(5, 5, 1, 36, header=0, padding=3, meter=3),
    Size(4, 4, 1, 20, header=0, padding=2, meter=2),
    Size(3, 3, 1, 11, header=0, padding=2, meter=2),
    Size(3, 3, 1, 9, header=0, padding=1, meter=2),
    Size(2, 2, 1, 7, header=0, padding=1, meter=2),
)


class Box(NamedTuple):
    """A rectangle of one of ``BOX_KINDS``; ``node`` is the name of the node that it stands for."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    node: str = ""


BOX_KINDS = ("node", "node-cordoned", "node-down", "strip", "group", "meter", "meter-full")


class Text(NamedTuple):
    """A line of text on its baseline; ``kind`` is title, clock, name, note, group or legend."""

    x: int
    y: int
    text: str
    kind: str
    anchor: str = "start"


class Tile(NamedTuple):
    """One pod's place, and the number of its look."""

    x: int
    y: int
    pod: PodMark
    look: int


class Badge(NamedTuple):
    """A sign beside a node's name; ``badge`` is a number in the palette."""

    x: int
    y: int
    badge: int


class Layout(NamedTuple):
    """A scene with every place worked out, in pixels. ``looks`` are those that tiles name.

    ``blocks`` are the tiles of each node, and under ``""`` those of no node. ``rows`` is how many
    rows of tiles the fullest node has.
    """

    width: int
    height: int
    size: Size
    boxes: tuple[Box, ...]
    texts: tuple[Text, ...]
    blocks: dict[str, tuple[Tile, ...]]
    keys: tuple[Key, ...]
    badges: tuple[Badge, ...]
    looks: tuple[Look, ...]
    rows: int

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """All of them, block by block."""
        return tuple(tile for block in self.blocks.values() for tile in block)


def layout_of(
    scene: Scene,
    title: str,
    width: int = WIDTH,
    rows: int = 0,
    colouring: Colouring | None = None,
    kept: Kept | None = None,
) -> Layout:
    """Lay a scene out; ``rows`` keeps room for at least that many rows of tiles in a node.

    ``kept`` is of the view's last picture, and of no other view.
    """
    room = max(NARROWEST, min(WIDEST, width))
    plan = _Plan(scene, title, room, colouring or Colouring(), kept or Kept())
    for size in SIZES:
        plan.measure(size, max(rows, 2 if size.labelled else 1))
        if plan.height <= TALLEST:
            break
    return plan.layout()


def badges_of(node: NodeMark, pods: Iterable[PodMark]) -> list[int]:
    """The numbers of the badges that a node wears."""
    worn = {
        "cordoned": not node.schedulable,
        "drained": node.drained(pods),
        "pressure": bool(node.pressure),
        "tainted": bool(node.taints),
    }
    worn["cordoned"] = worn["cordoned"] and not worn["drained"]
    return [number for number, badge in enumerate(BADGES) if worn[badge.key]]


class _Plan:
    """Measured with one size of tile after the other until it fits; then everything is placed."""

    def __init__(self, scene: Scene, title: str, width: int, colouring: Colouring, kept: Kept):
        self.scene, self.title, self.width = scene, title, width
        self.colouring, self.kept = colouring, kept
        self.inner = width - 2 * MARGIN
        self.pods = scene.by_node
        # A pod whose node is gone from the cluster is shown with those that have none.
        self.pending = self.pods[""]
        self.groups = groups_of(scene.nodes)
        self.biggest = max((node.cpu for node in scene.nodes), default=1) or 1
        self.fullest: dict[int, int] = {}  # pods on the fullest node, by the nodes' cpu
        for node in scene.nodes:
            pods = len(self.pods[node.name])
            self.fullest[node.cpu] = max(pods, self.fullest.get(node.cpu, 0))
        self.badges = {node.name: badges_of(node, self.pods[node.name]) for node in scene.nodes}
        self.legend = Legend(colouring, scene.pods, self.badges.values(), self.inner)
        self.looks = tuple(colouring.looks)

    def measure(self, size: Size, rows: int) -> None:
        """Work out how high everything is with this size of tile."""
        self.size, self.between = size, min(PADDING, 2 * size.padding)
        fitting = (self.inner + self.between) // (size.node + self.between)
        columns = max(1, min(len(self.scene.nodes), fitting))
        self.column = (self.inner - (columns - 1) * self.between) // columns
        self.wide = {
            cpu: max(round(self.column * cpu / self.biggest), min(self.column, size.node))
            for cpu in self.fullest
        }
        needed = [size.rows(pods, self.wide[cpu]) for cpu, pods in self.fullest.items()]
        self.rows = max(needed, default=0)
        self.node_height = size.height_of(max(rows, 1, self.rows))
        strip_rows = max(1, size.rows(len(self.pending), self.inner - STRIP_LABEL))
        self.strip_height = max(22, 2 * PADDING + strip_rows * size.step - size.gap)
        self.nodes_top = MARGIN + TITLE + self.strip_height + PADDING
        self.shelves = shelves_of(self.groups, columns)
        high = sum(map(self._shelf_height, self.shelves)) if self.scene.nodes else self.node_height
        empty = 0 if self.scene.nodes else self.between
        self.legend_top = self.nodes_top + high + empty + 4
        self.legend_top += PADDING - self.between
        self.height = self.legend_top + self.legend.rows * LEGEND_ROW + MARGIN - 4

    def _shelf_height(self, shelf: Shelf) -> int:
        return shelf.heading + shelf.lines * (self.node_height + self.between)

    def layout(self) -> Layout:
        """Place everything."""
        self.boxes: list[Box] = []
        self.texts: list[Text] = []
        self.blocks: dict[str, tuple[Tile, ...]] = {}
        self.signs: list[Badge] = []
        self._place_title()
        self._place_strip()
        top = self.nodes_top
        for shelf in self.shelves:
            for group, column in shelf.places:
                self._place_group(group, column, shelf, top)
            top += self._shelf_height(shelf)
        keys, entries, badges = self.legend.placed(MARGIN, self.legend_top)
        self.texts += [Text(x, y, text, "legend") for x, y, text in entries]
        self.signs += [Badge(*badge) for badge in badges]
        drawn = (tuple(self.boxes), tuple(self.texts), self.blocks, tuple(keys))
        return Layout(
            self.width, self.height, self.size, *drawn, tuple(self.signs), self.looks, self.rows
        )

    def _place_title(self) -> None:
        line, clock = MARGIN + 14, f"t = {self.scene.seconds:.1f} s"
        self.texts.append(Text(MARGIN, line, fit(self.title, self.inner - 110, 14), "title"))
        self.texts.append(Text(self.width - MARGIN, line, clock, "clock", "end"))

    def _place_strip(self) -> None:
        y = MARGIN + TITLE
        self.boxes.append(Box(MARGIN, y, self.inner, self.strip_height, "strip"))
        middle = y + self.strip_height // 2 + 4
        self.texts.append(Text(MARGIN + PADDING, middle, "Unscheduled", "name"))
        if not self.pending:
            self.texts.append(Text(MARGIN + STRIP_LABEL + PADDING, middle, "none", "note"))
        left, width = MARGIN + STRIP_LABEL + PADDING, self.inner - STRIP_LABEL
        self._place_tiles("", left, y + PADDING, width)

    def _place_group(self, group: Group, first: int, shelf: Shelf, top: int) -> None:
        across = self.column + self.between
        left, y = MARGIN + first * across, top + shelf.heading
        columns = group.columns(shelf.columns)
        if group.label:
            width, label = columns * across - self.between, y - shelf.heading
            high = HEADING + group.lines(shelf.columns) * (self.node_height + self.between)
            self.boxes.append(Box(left - 3, label, width + 6, high - self.between + 3, "group"))
            self.texts.append(Text(left + 4, label + 14, fit(group.label, width - 8, 11), "group"))
        for number, node in enumerate(group.nodes):
            line, column = divmod(number, columns)
            self._place_node(
                node, left + column * across, y + line * (self.node_height + self.between)
            )

    def _place_node(self, node: NodeMark, x: int, y: int) -> None:
        pods, width, size = self.pods[node.name], self.wide[node.cpu], self.size
        room = width - 2 * size.padding
        label, share = self.kept.of(("fullness", node.name), fullness, node, pods)
        kind = "node" if node.schedulable else "node-cordoned"
        kind = kind if node.ready else "node-down"
        self.boxes.append(Box(x, y, width, self.node_height, kind, node.name))
        if size.header:
            self._place_header(node, label, x, y, width)
        self._place_tiles(node.name, x + size.padding, y + (size.header or size.padding), width)
        meter = y + self.node_height - size.meter - size.padding + min(2, size.padding - 1)
        self.boxes.append(Box(x + size.padding, meter, room, size.meter, "meter"))
        if share > 0:
            full = max(2, round(room * min(share, 1.0)))
            self.boxes.append(Box(x + size.padding, meter, full, size.meter, "meter-full"))

    def _place_header(self, node: NodeMark, label: str, x: int, y: int, width: int) -> None:
        """Name and note, and at the right end of the name the badges."""
        badges, room = self.badges[node.name], width - 2 * PADDING
        named = room - len(badges) * (BADGE + 2)
        self.texts.append(Text(x + PADDING, y + 15, fit_end(node.name, named, 12), "name"))
        for number, badge in enumerate(reversed(badges)):
            right = x + width - PADDING - number * (BADGE + 2)
            self.signs.append(Badge(right - BADGE, y + 4, badge))
        note = label if node.ready and node.schedulable else node_note(node)
        pods = len(self.pods[node.name])
        said = (note,) if not node.ready else (note, counted(pods, "pod"), str(pods))
        shown = next((text for text in said if fit(text, room, 11) == text), said[-1])
        self.texts.append(Text(x + PADDING, y + 28, fit(shown, room, 11), "note"))

    def _place_tiles(self, node: str, x: int, y: int, width: int) -> None:
        pods = self.pods[node]
        looks = self.kept.of(("looks", node), Colouring.numbers, self.colouring, pods)
        place = ("tiles", node)
        self.blocks[node] = self.kept.of(place, _tiles, pods, looks, x, y, self.size, width)


def _tiles(
    pods: list[PodMark], looks: list[int], x: int, y: int, size: Size, width: int
) -> tuple[Tile, ...]:
    """Pods side by side from a first place on, row below row."""
    across, aside, down = size.across(width), size.width + size.gap, size.step
    return tuple(
        [
            Tile(x + n % across * aside, y + n // across * down, pod, look)
            for n, (pod, look) in enumerate(zip(pods, looks, strict=True))
        ]
    )
