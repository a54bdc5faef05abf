"""Graphs in columns: a box for each vertex, a curve for each edge, and no two boxes in one place.

A column has a width and a pitch, a vertex its column and its row; nothing else decides where a box
goes, so an object whose row stays (``slots``) does not move when another one comes or goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from course.view.palette import BLACK, GREY, LINE, WHITE
from course.view.picture import WIDTH, Picture, shortened, text
from course.view.plain import plain
from kubelite.apimachinery.told import UsageError

TOP = 66
LINE_HEIGHT = 13
PADDING = 5
SIZE = 10.5
MOST_ROWS = 300
"""Of one column: more would be a picture of many screens."""

DASHES = {
    "solid": "",
    "dashed": ' stroke-dasharray="5 4"',
    "dotted": ' stroke-dasharray="1 4"',
    "short": ' stroke-dasharray="2 3"',
    "mixed": ' stroke-dasharray="9 3 2 3"',
}


class Column(NamedTuple):
    """Where a kind of vertex stands: left edge, width, and pixels from row to row."""

    title: str
    x: int
    width: int
    pitch: int


class Vertex(NamedTuple):
    """A box: up to two lines of text in a row of a column. ``hover`` has what was cut off.

    ``border`` is for a box whose lines are to be told from those of its neighbours.
    """

    column: int
    row: int
    lines: tuple[str, ...]
    fill: str = WHITE
    ink: str = BLACK
    dashed: bool = False
    hover: str = ""
    border: str = BLACK


class Edge(NamedTuple):
    """From one vertex to another, in one of the ``DASHES``."""

    start: str
    end: str
    style: str = "solid"
    colour: str = LINE


class Place(NamedTuple):
    """A rectangle in the picture."""

    x: float
    y: float
    width: float
    height: float


def place_of(vertex: Vertex, columns: Sequence[Column]) -> Place:
    """Where a vertex's box goes."""
    column = columns[vertex.column]
    height = LINE_HEIGHT * len(vertex.lines) + 2 * PADDING - 2
    return Place(column.x, TOP + vertex.row * column.pitch, column.width, height)


def drawn(
    title: str,
    columns: Sequence[Column],
    vertices: Mapping[str, Vertex],
    edges: Iterable[Edge],
    alt: str,
    key: str,
) -> Picture:
    """The picture. ``key`` explains lines. Raises ValueError for more than a picture can hold."""
    for number in range(len(columns)):
        count = sum(vertex.column == number for vertex in vertices.values())
        if count > MOST_ROWS:
            raise UsageError(
                f"{count:,} objects in one column are too many to draw each of them: "
                "look at ClusterView(cluster)"
            )
    vertices = _lifted(vertices)
    places = {name: place_of(vertex, columns) for name, vertex in vertices.items()}
    bottom = max((place.y + place.height for place in places.values()), default=TOP + 20)
    height = round(bottom + 34)
    marks = [text(12, 24, shortened(title, WIDTH - 24, 13), 13, bold=True)]
    marks += [
        text(column.x + column.width / 2, 50, column.title, 11, "middle", GREY, True)
        for column in columns
    ]
    known = [edge for edge in edges if edge.start in places and edge.end in places]
    marks += [_curve(edge, places[edge.start], places[edge.end]) for edge in known]
    for name, vertex in vertices.items():
        marks += _box(name, vertex, places[name])
    marks.append(text(12, height - 12, key, 10, fill=GREY))
    return Picture(WIDTH, height, title, alt, marks)


def _lifted(vertices: Mapping[str, Vertex]) -> Mapping[str, Vertex]:
    """Where few are left of very many, they give up their rows far below and stand together."""
    if all(vertex.row < MOST_ROWS for vertex in vertices.values()):
        return vertices
    rows: dict[int, list[int]] = {}
    for vertex in vertices.values():
        rows.setdefault(vertex.column, []).append(vertex.row)
    ranks = {
        (column, row): rank
        for column, taken in rows.items()
        for rank, row in enumerate(sorted({*taken}))
    }
    return {
        name: vertex._replace(row=ranks[vertex.column, vertex.row])
        for name, vertex in vertices.items()
    }


def _curve(edge: Edge, start: Place, end: Place) -> str:
    x1, y1 = start.x + start.width, start.y + start.height / 2
    x2, y2 = end.x, end.y + end.height / 2
    bend = (x2 - x1) / 2
    return (
        f'<path d="M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"'
        f' fill="none" stroke="{edge.colour}" stroke-width="1.3"{DASHES[edge.style]}/>'
    )


def _box(name: str, vertex: Vertex, place: Place) -> Iterator[str]:
    dashes = DASHES["dashed"] if vertex.dashed else ""
    yield f"<g><title>{escape(plain(vertex.hover or name))}</title>"
    yield (
        f'<rect x="{place.x:g}" y="{place.y:g}" width="{place.width:g}"'
        f' height="{place.height:g}" rx="5" fill="{vertex.fill}" stroke="{vertex.border}"'
        f' stroke-width="{0.8 if vertex.border == BLACK else 2}"{dashes}/>'
    )
    for number, line in enumerate(vertex.lines):
        y = place.y + PADDING + LINE_HEIGHT * (number + 1) - 4
        words = shortened(line, place.width - 10, SIZE)
        yield text(place.x + place.width / 2, y, words, SIZE, "middle", vertex.ink)
    yield "</g>"


def height_of(lines: int) -> int:
    """How high a box of so many lines is; a column's pitch has to be more."""
    return LINE_HEIGHT * lines + 2 * PADDING - 2
