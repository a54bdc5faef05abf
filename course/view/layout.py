"""Where everything goes in the picture of a cluster: nodes as boxes, pods as tiles.

The layout is made once, in Python, for a width in pixels. The live view and the still
picture only draw it, so they cannot disagree. A node's box is as wide as its share of the
biggest node's cpu; tiles shrink in steps until everything fits.
"""

from __future__ import annotations

from typing import NamedTuple

from course.view.palette import LOOK_NUMBER, LOOKS
from course.view.state import NodeMark, PodMark, Scene
from course.view.text import capacity, counted, fullness, node_note

WIDTH = 720
NARROWEST = 320
WIDEST = 1100
TALLEST = 620

MARGIN = 12
PADDING = 8
HEADER = 34  # name and note of a node
METER = 5
STRIP_LABEL = 96
TITLE = 30
LEGEND_CELL = 122
LEGEND_ROW = 20
LEGEND_TILE = 14
CHARACTER = 0.58  # width of an average character, as a share of the text's size
ALWAYS_IN_LEGEND = ("pending", "starting", "unready", "ready", "leaving")


class Size(NamedTuple):
    """One step of tile size, with the gap between tiles and the least width of a node."""

    width: int
    height: int
    gap: int
    node: int
    labelled: bool = False


SIZES = (
    Size(66, 24, 5, 152, labelled=True),
    Size(22, 22, 4, 140),
    Size(16, 16, 3, 124),
    Size(11, 11, 2, 96),
    Size(7, 7, 1, 72),
    Size(4, 4, 1, 44),
)


class Box(NamedTuple):
    """A rectangle; ``kind`` is node, node-down, strip, meter or meter-full; ``about`` its hover."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    about: str = ""


class Text(NamedTuple):
    """A line of text on its baseline; ``kind`` is title, clock, name, note or legend."""

    x: int
    y: int
    text: str
    kind: str
    anchor: str = "start"


class Tile(NamedTuple):
    """One pod's place."""

    x: int
    y: int
    pod: PodMark


class Key(NamedTuple):
    """One sample tile of the legend; ``look`` is a number in the palette."""

    x: int
    y: int
    look: int


class Layout(NamedTuple):
    """A scene with every place worked out, in pixels."""

    width: int
    height: int
    size: Size
    boxes: tuple[Box, ...]
    texts: tuple[Text, ...]
    tiles: tuple[Tile, ...]
    keys: tuple[Key, ...]


def layout_of(scene: Scene, title: str, width: int = WIDTH, rows: int = 0) -> Layout:
    """Lay a scene out; ``rows`` keeps room for at least that many rows of tiles in a node."""
    width = max(NARROWEST, min(WIDEST, width))
    for size in SIZES:
        plan = _Plan(scene, title, width, size, max(rows, _usual_rows(size)))
        if plan.height <= TALLEST:
            break
    return plan.layout()


def rows_needed(layout: Layout) -> int:
    """How many rows of tiles the fullest node of a layout has."""
    by_node: dict[str, set[int]] = {}
    for tile in layout.tiles:
        by_node.setdefault(tile.pod.node, set()).add(tile.y)
    by_node.pop("", None)
    return max(map(len, by_node.values()), default=0)


def _usual_rows(size: Size) -> int:
    return 2 if size.labelled else 1


class _Plan:
    """One attempt with one size of tile: the heights first, then everything placed."""

    def __init__(self, scene: Scene, title: str, width: int, size: Size, rows: int):
        self.scene, self.title, self.width, self.size = scene, title, width, size
        self.inner = width - 2 * MARGIN
        self.pods: dict[str, list[PodMark]] = {node.name: [] for node in scene.nodes}
        self.pending: list[PodMark] = []
        for pod in scene.pods:
            # A pod whose node is gone from the cluster is shown with those that have none.
            self.pods.get(pod.node, self.pending).append(pod)
        self._measure_nodes(rows)
        self._measure_page()
        self.boxes: list[Box] = []
        self.texts: list[Text] = []
        self.tiles: list[Tile] = []
        self.keys: list[Key] = []

    def _measure_nodes(self, rows: int) -> None:
        nodes, size = self.scene.nodes, self.size
        self.columns = max(1, min(len(nodes), (self.inner + PADDING) // (size.node + PADDING)))
        self.column = (self.inner - (self.columns - 1) * PADDING) // self.columns
        self.biggest = max((node.cpu for node in nodes), default=1) or 1
        needed = [self._rows(len(self.pods[node.name]), self._wide(node)) for node in nodes]
        self.node_height = HEADER + max([rows, 1, *needed]) * self._step() + METER + PADDING

    def _measure_page(self) -> None:
        strip_rows = max(1, self._rows(len(self.pending), self.inner - STRIP_LABEL))
        self.strip_height = 2 * PADDING + strip_rows * self._step() - self.size.gap
        self.nodes_top = MARGIN + TITLE + self.strip_height + PADDING
        lines = max(1, -(-len(self.scene.nodes) // self.columns))
        self.legend_top = self.nodes_top + lines * (self.node_height + PADDING) + 4
        self.legend = [
            look for look in LOOKS if look.key in ALWAYS_IN_LEGEND or self.scene.count(look.key)
        ]
        self.legend_columns = max(1, self.inner // LEGEND_CELL)
        legend_rows = -(-len(self.legend) // self.legend_columns)
        self.height = self.legend_top + legend_rows * LEGEND_ROW + MARGIN - 4

    def _step(self) -> int:
        return self.size.height + self.size.gap

    def _wide(self, node: NodeMark) -> int:
        return max(round(self.column * node.cpu / self.biggest), min(self.column, self.size.node))

    def _across(self, width: int) -> int:
        return max(1, (width - 2 * PADDING + self.size.gap) // (self.size.width + self.size.gap))

    def _rows(self, pods: int, width: int) -> int:
        return -(-pods // self._across(width))

    def layout(self) -> Layout:
        """Place everything."""
        self._place_title()
        self._place_strip()
        for number, node in enumerate(self.scene.nodes):
            line, column = divmod(number, self.columns)
            x = MARGIN + column * (self.column + PADDING)
            self._place_node(node, x, self.nodes_top + line * (self.node_height + PADDING))
        self._place_legend()
        drawn = (tuple(self.boxes), tuple(self.texts), tuple(self.tiles), tuple(self.keys))
        return Layout(self.width, self.height, self.size, *drawn)

    def _place_title(self) -> None:
        line, clock = MARGIN + 14, f"t = {self.scene.seconds:.1f} s"
        self.texts.append(Text(MARGIN, line, fit(self.title, self.inner - 110, 14), "title"))
        self.texts.append(Text(self.width - MARGIN, line, clock, "clock", "end"))

    def _place_strip(self) -> None:
        y = MARGIN + TITLE
        about = "Pods that the scheduler has not bound to a node"
        self.boxes.append(Box(MARGIN, y, self.inner, self.strip_height, "strip", about))
        middle = y + self.strip_height // 2 + 4
        self.texts.append(Text(MARGIN + PADDING, middle, "Unscheduled", "name"))
        if not self.pending:
            self.texts.append(Text(MARGIN + STRIP_LABEL + PADDING, middle, "none", "note"))
        left, width = MARGIN + STRIP_LABEL + PADDING, self.inner - STRIP_LABEL
        self._place_tiles(self.pending, left, y + PADDING, width)

    def _place_node(self, node: NodeMark, x: int, y: int) -> None:
        pods, width = self.pods[node.name], self._wide(node)
        room = width - 2 * PADDING
        label, share = fullness(node, pods)
        kind = "node" if node.ready else "node-down"
        about = f"{node.name}, {node_note(node)}\n{capacity(node)}\nin use: {label}"
        self.boxes.append(Box(x, y, width, self.node_height, kind, about))
        self.texts.append(Text(x + PADDING, y + 15, fit(node.name, room, 12), "name"))
        note = label if node.ready and node.schedulable else node_note(node)
        short = counted(len(pods), "pod")
        shown = note if fit(note, room, 11) == note or not node.ready else short
        self.texts.append(Text(x + PADDING, y + 28, fit(shown, room, 11), "note"))
        self._place_tiles(pods, x + PADDING, y + HEADER, width)
        self._place_meter(x + PADDING, y + self.node_height - METER - PADDING + 2, room, share)

    def _place_meter(self, x: int, y: int, width: int, share: float) -> None:
        self.boxes.append(Box(x, y, width, METER, "meter"))
        if share > 0:
            full = max(2, round(width * min(share, 1.0)))
            self.boxes.append(Box(x, y, full, METER, "meter-full"))

    def _place_tiles(self, pods: list[PodMark], x: int, y: int, width: int) -> None:
        across, size = self._across(width), self.size
        for number, pod in enumerate(pods):
            row, column = divmod(number, across)
            place = (x + column * (size.width + size.gap), y + row * self._step())
            self.tiles.append(Tile(*place, pod))

    def _place_legend(self) -> None:
        for number, look in enumerate(self.legend):
            row, column = divmod(number, self.legend_columns)
            x, y = MARGIN + column * LEGEND_CELL, self.legend_top + row * LEGEND_ROW
            text = f"{look.label} {self.scene.count(look.key)}"
            self.texts.append(Text(x + LEGEND_TILE + 6, y + 11, text, "legend"))
            self.keys.append(Key(x, y, LOOK_NUMBER[look.key]))


def fit(text: str, width: int, size: int) -> str:
    """``text``, cut with an ellipsis where it is wider than ``width`` pixels at this size."""
    characters = max(1, int(width / (size * CHARACTER)))
    return text if len(text) <= characters else text[: characters - 1] + "…"
