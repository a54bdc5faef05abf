"""The still picture of a cluster: what a saved notebook, a code host or a printer shows.

It stands on its own light card, so it can be read on a page of any colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from course.view.colouring import Colouring
from course.view.layout import BADGE, LEGEND_TILE, WIDTH, Box, Layout, Text, Tile, layout_of
from course.view.palette import BADGES, BLACK, BLUE, GREY, LINE, PALE, WHITE, Look
from course.view.plain import plain
from course.view.state import Scene
from course.view.text import described, summary

_BOX_STYLE = {
    "node": f'rx="5" fill="{PALE}" stroke="{LINE}"',
    "node-down": f'rx="5" fill="{WHITE}" stroke="{BLACK}" stroke-width="2" stroke-dasharray="6 4"',
    "node-cordoned": f'rx="5" fill="url(#kl-hatch)" stroke="{LINE}"',
    "group": f'rx="7" fill="none" stroke="{LINE}" stroke-width="1.5"',
    "strip": f'rx="5" fill="none" stroke="{LINE}" stroke-dasharray="3 3"',
    "meter": 'fill="#d9d9d5"',
    "meter-full": f'fill="{BLUE}"',
}
_HATCH = (
    '<defs><pattern id="kl-hatch" width="8" height="8" patternUnits="userSpaceOnUse">'
    f'<rect width="8" height="8" fill="{PALE}"/>'
    f'<path d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke="{LINE}" stroke-opacity="0.3"/>'
    "</pattern></defs>"
)
_TEXT_STYLE = {
    "title": f'font-size="14" font-weight="bold" fill="{BLACK}"',
    "clock": f'font-size="12" fill="{BLACK}"',
    "name": f'font-size="12" font-weight="bold" fill="{BLACK}"',
    "note": f'font-size="11" fill="{GREY}"',
    "group": f'font-size="11" font-weight="bold" fill="{GREY}"',
    "legend": f'font-size="11" fill="{BLACK}"',
}


def svg_of(
    scene: Scene, title: str = "Cluster", width: int = WIDTH, colour_by: str = "state"
) -> str:
    """The picture of a scene as SVG text, with a title and a description for screen readers."""
    title = plain(title)
    layout = layout_of(scene, title, width, colouring=Colouring(colour_by))
    return "\n".join(_drawn(layout, scene, title)) + "\n"


def _drawn(layout: Layout, scene: Scene, title: str) -> Iterator[str]:
    width, height = layout.width, layout.height
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img"'
        ' font-family="DejaVu Sans, Verdana, sans-serif">'
    )
    yield f"<title>{escape(summary(scene, title))}</title>"
    yield f"<desc>{escape(described(scene, title))}</desc>"
    yield (
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"'
        f' fill="{WHITE}" stroke="{LINE}"/>'
    )
    if any(box.kind == "node-cordoned" for box in layout.boxes):
        yield _HATCH
    yield from map(_box, layout.boxes)
    yield from map(_text, layout.texts)
    for x, y, number in layout.badges:
        yield from _mark(x, y, BADGE, BADGE, BADGES[number])
    for x, y, number in layout.keys:
        yield from _mark(x, y, LEGEND_TILE, LEGEND_TILE, layout.looks[number])
    for tile in layout.tiles:
        yield from _pod(tile, layout)
    yield "</svg>"


def _box(box: Box) -> str:
    x, y, width, height, kind, _ = box
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" {_BOX_STYLE[kind]}/>'


def _text(text: Text) -> str:
    style = _TEXT_STYLE[text.kind]
    return (
        f'<text x="{text.x}" y="{text.y}" text-anchor="{text.anchor}" {style}>'
        f"{escape(text.text)}</text>"
    )


def _pod(tile: Tile, layout: Layout) -> Iterator[str]:
    size, look = layout.size, layout.looks[tile.look]
    yield f"<g data-pod={quoteattr(tile.pod.name)}><title>{escape(tile.pod.name)}</title>"
    yield from _mark(tile.x, tile.y, size.width, size.height, look)
    if size.labelled:
        yield (
            f'<text x="{tile.x + 21}" y="{tile.y + 16}" font-size="11" fill="{look.ink}">'
            f"{escape(short_label(tile.pod.short_name))}</text>"
        )
    yield "</g>"


def _mark(x: int, y: int, width: int, height: int, look: Look) -> Iterator[str]:
    dashes = ' stroke-dasharray="3 2"' if look.dashed else ""
    side = min(width, height)
    yield (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{3 if side > 8 else 1}"'
        f' fill="{look.fill}" stroke="{BLACK}" stroke-opacity="0.55"{dashes}/>'
    )
    if side >= 10:
        scale, inset = cue_place(side)
        yield (
            f'<path d="{look.cue}" transform="translate({x + inset:g} {y + inset:g})'
            f' scale({scale:g})" fill="none" stroke="{look.ink}" stroke-width="1.7"'
            ' stroke-linecap="round" stroke-linejoin="round"/>'
        )


def cue_place(side: int) -> tuple[float, float]:
    """The scale of a cue's 12 by 12 box in a square of ``side`` pixels, and its inset."""
    box = min(side - 2, 14)
    return round(box / 12, 3), (side - box) / 2


def short_label(name: str) -> str:
    """As much of a pod's short name as a tile has room for."""
    return name if len(name) <= 6 else name[:5] + "…"
