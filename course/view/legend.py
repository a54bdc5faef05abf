"""What the colours and signs of a picture mean, written below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from course.view.colouring import Colouring
from course.view.palette import BADGES
from course.view.state import PodMark
from course.view.text import fit

LEGEND_CELL = 122
WIDE_CELL = 236  # owners and namespaces have long names
LEGEND_ROW = 20
LEGEND_TILE = 14


class Key(NamedTuple):
    """One sample tile of the legend, and the number of its look."""

    x: int
    y: int
    look: int


class Legend:
    """The entries of a legend, set in columns."""

    def __init__(
        self,
        colouring: Colouring,
        pods: Sequence[PodMark],
        badges: Iterable[list[int]],
        width: int,
    ):
        self._looks = colouring.legend(pods)
        worn = Counter(number for numbers in badges for number in numbers)
        self._badges = sorted(worn.items())
        wide = colouring.by in ("owner", "namespace")
        self._cell = min(width, WIDE_CELL if wide else LEGEND_CELL)
        self._columns = max(1, width // self._cell)

    @property
    def rows(self) -> int:
        """How many rows it takes."""
        return -(-(len(self._looks) + len(self._badges)) // self._columns)

    def placed(
        self, left: int, top: int
    ) -> tuple[list[Key], list[tuple[int, int, str]], list[tuple[int, int, int]]]:
        """Sample tiles, texts and badges, each with its place."""
        keys: list[Key] = []
        texts: list[tuple[int, int, str]] = []
        badges: list[tuple[int, int, int]] = []
        entries = [(look, label, count) for look, label, count in self._looks]
        entries += [(number, BADGES[number].label, count) for number, count in self._badges]
        for place, (number, label, count) in enumerate(entries):
            row, column = divmod(place, self._columns)
            x, y = left + column * self._cell, top + row * LEGEND_ROW
            room = self._cell - LEGEND_TILE - 8 - 7 * (len(str(count)) + 1)
            texts.append((x + LEGEND_TILE + 6, y + 11, f"{fit(label, room, 11)} {count}"))
            if place < len(self._looks):
                keys.append(Key(x, y, number))
            else:
                badges.append((x, y, number))
        return keys, texts, badges
