"""Rows that objects keep for as long as they are there, whoever else comes or goes.

A row is given at an object's creation, the highest that is free; it is free again when the object
is gone. That is worked out from history, so two pictures of different moments agree.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

Key = Callable[[Any], Hashable | None]


class Rows:
    """Gives out rows, from 0; ``at`` says who has which."""

    def __init__(self) -> None:
        self.at: dict[Hashable, int] = {}
        self._free: list[int] = []
        self._held: dict[Hashable, int] = {}

    def take(self, key: Hashable) -> None:
        """One more object is there under this key; the first of them gets a row."""
        self._held[key] = self._held.get(key, 0) + 1
        if key not in self.at:
            self.at[key] = heapq.heappop(self._free) if self._free else len(self.at)

    def leave(self, key: Hashable) -> None:
        """One of them is gone; the last of them gives the row back."""
        left = self._held.get(key, 0) - 1
        if left > 0:
            self._held[key] = left
        elif key in self.at:
            self._held.pop(key, None)
            heapq.heappush(self._free, self.at.pop(key))


def rows_of(history: Any, until: int, *kinds: tuple[str, Key]) -> dict[Hashable, int]:
    """The rows of a column at a moment: for each kind in it a resource, and a key for an object.

    Several objects of one key share its row; a key of None has none.
    """
    rows = Rows()
    for old, new, key in _changes(history, until, kinds):
        before, after = (None if obj is None else key(obj) for obj in (old, new))
        if before == after:
            continue
        if after is not None:
            rows.take(after)
        if before is not None:
            rows.leave(before)
    return rows.at


def _changes(
    history: Any, until: int, kinds: Sequence[tuple[str, Key]]
) -> Iterator[tuple[Any, Any, Key]]:
    """What each change replaced, and by what, oldest first; at last what nobody saw made."""
    known: dict[Hashable, Any] = {}
    steps = [
        (revision, number, new, old)
        for number, (resource, _) in enumerate(kinds)
        for when, revision, new, old in history.changes(resource)
        if when <= until
    ]
    for _, number, new, old in sorted(steps, key=lambda step: step[:2]):
        place = (number, *place_of(new if new is not None else old))
        yield known.get(place), new, kinds[number][1]
        known[place] = new
    state = history.at(until)
    for number, (resource, key) in enumerate(kinds):
        for obj in state.list(resource):
            if known.get((number, *place_of(obj))) is None:
                yield None, obj, key


def place_of(obj: Any) -> tuple[str, str]:
    """Namespace and name."""
    return (obj.metadata.namespace, obj.metadata.name)
