"""Answers that depend on a pod's spec and on one node alone, kept for all pods of that spec.

A decision looks at hundreds of nodes, of which one or two have changed since the last decision
about the same spec. So each question has a column with an answer for each node, and only the
answers about nodes that changed are worked out again. Upstream keeps results of a whole pod for
the next one like it instead (``pkg/scheduler/framework/runtime/batch.go``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import NodeInfo

FEW = 16


class Column:
    """One answer for each node, by its place in the snapshot's order."""

    __slots__ = ("_epoch", "_seen", "_stale", "_values")

    def __init__(self) -> None:
        self._epoch = 0
        self._seen = 0
        self._stale: set[int] = set()
        self._values: list[Any] = []

    def filled(
        self, snapshot: Snapshot, places: Iterable[int], answer: Callable[[NodeInfo], Any]
    ) -> list[Any]:
        """The answers, of which those at ``places`` are right now."""
        nodes, changes = snapshot.nodes, snapshot.changes
        if self._epoch != snapshot.epoch:
            self._epoch = snapshot.epoch
            self._stale = set(range(len(nodes)))
            self._values = [None] * len(nodes)
        elif self._seen != len(changes):
            self._stale.update(changes[self._seen :])
        self._seen = len(changes)
        if self._stale:
            # Only a column that is new has more than a few: then what nobody asks for can wait.
            few = len(self._stale) <= FEW
            wanted = self._stale if few else self._stale.intersection(places)
            for place in wanted:
                self._values[place] = answer(nodes[place])
            self._stale = set() if few else self._stale - wanted
        return self._values
