"""A still picture as SVG, with what it shows in words: no browser code, no matplotlib.

It stands on its own light card, so it can be read on a page of any colour. All text is set as
text, however odd the names are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from course.view.plain import plain, plain_lines

WIDTH = 720
CHARACTER = 0.58  # width of an average character, as a share of the text's size
FONT = "DejaVu Sans, Verdana, sans-serif"
INK, SOFT, LINE, PAPER = "#000000", "#4d4d4d", "#8a8a86", "#ffffff"


class Picture:
    """An SVG picture of ``width`` by ``height`` pixels; ``alt`` is what it shows, in words."""

    def __init__(self, width: int, height: int, title: str, alt: str, marks: Iterable[str]):
        self.width = width
        self.height = height
        self.title = plain(title)
        self.alt = plain_lines(alt)
        self.svg = "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
                f' viewBox="0 0 {width} {height}" role="img" font-family="{FONT}"'
                ' style="max-width:100%;height:auto">',
                f"<title>{escape(self.title)}</title>",
                f"<desc>{escape(self.alt)}</desc>",
                f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"'
                f' fill="{PAPER}" stroke="{LINE}"/>',
                *marks,
                "</svg>",
                "",
            ]
        )

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.alt}


def text(
    x: float,
    y: float,
    words: str,
    size: float = 11,
    anchor: str = "start",
    fill: str = INK,
    bold: bool = False,
) -> str:
    """Words at a place; ``anchor`` is start, middle or end."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}"'
        f' fill="{fill}"{weight}>{escape(words)}</text>'
    )


def rect(
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str = PAPER,
    stroke: str = LINE,
    more: str = "",
    hover: str = "",
) -> str:
    """A rectangle; ``hover`` is told when it is pointed at."""
    inside = f"<title>{escape(hover)}</title>" if hover else ""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}"'
        f' stroke="{stroke}"{more}>{inside}</rect>'
    )


def shortened(words: str, width: float, size: float = 11) -> str:
    """As much of the words as so many pixels hold."""
    words, room = plain(words), max(1, int(width / (size * CHARACTER)))
    return words if len(words) <= room else f"{words[: max(room - 1, 1)]}…"


def width_of(words: str, size: float = 11) -> float:
    """About how wide words are, in pixels."""
    return len(words) * size * CHARACTER
