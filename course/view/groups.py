"""Node pools and zones: which nodes stand together, and on which shelf of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from course.view.state import NodeMark

HEADING = 20
"""Room for the label above a group."""


class Group(NamedTuple):
    """The nodes of one pool in one zone; without a label where there is nothing to tell apart."""

    label: str
    nodes: tuple[NodeMark, ...]

    def columns(self, most: int) -> int:
        """How many nodes stand side by side, of at most so many."""
        return max(1, min(most, len(self.nodes)))

    def lines(self, most: int) -> int:
        """How many lines of nodes there are then."""
        return -(-len(self.nodes) // self.columns(most))


class Shelf(NamedTuple):
    """Groups side by side, each with the column it begins at; all as high as the highest."""

    places: tuple[tuple[Group, int], ...]
    columns: int

    @property
    def lines(self) -> int:
        """Lines of nodes."""
        return max(group.lines(self.columns) for group, _ in self.places)

    @property
    def heading(self) -> int:
        """Room above the nodes."""
        return HEADING if any(group.label for group, _ in self.places) else 0


def groups_of(nodes: Sequence[NodeMark]) -> list[Group]:
    """Nodes by zone and pool, in the order of their names; one group when all are alike."""
    found: dict[tuple[str, str], list[NodeMark]] = {}
    for node in nodes:
        found.setdefault((node.zone, node.pool), []).append(node)
    if len(found) < 2:
        return [Group("", tuple(nodes))] if nodes else []
    return [Group(_label(*key), tuple(found[key])) for key in sorted(found)]


def _label(zone: str, pool: str) -> str:
    parts = [f"zone {zone}"] if zone else []
    parts += [f"pool {pool}"] if pool else []
    return ", ".join(parts) or "no zone, no pool"


def shelves_of(groups: Sequence[Group], columns: int) -> list[Shelf]:
    """Groups in order, as many on a shelf as fit side by side."""
    shelves: list[list[tuple[Group, int]]] = []
    taken = columns
    for group in groups:
        wide = group.columns(columns)
        if taken + wide > columns:
            shelves.append([])
            taken = 0
        shelves[-1].append((group, taken))
        taken += wide
    return [Shelf(tuple(places), columns) for places in shelves]
