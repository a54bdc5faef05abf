"""By what the pods of a view are coloured: state, phase, readiness, owner or namespace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from course.view.palette import LOOKS, PHASES, READINESS, Look, category
from course.view.state import PodMark
from kubelite.apimachinery.told import UsageError

WAYS = ("state", "phase", "readiness", "owner", "namespace")
MOST_IN_LEGEND = 12

_ALWAYS = {"state": ("pending", "starting", "unready", "ready", "leaving"), "readiness": ("ready",)}
_FIXED = {"state": LOOKS, "phase": PHASES, "readiness": READINESS}


class Entry(NamedTuple):
    """One line of the legend: the number of a look, what it means, and how many pods have it."""

    look: int
    label: str
    count: int


class Colouring:
    """Gives each pod one of ``looks`` by its number. Owners keep the number they once had."""

    def __init__(self, by: str = "state"):
        if by not in WAYS:
            raise UsageError(f"pods cannot be coloured by {by!r}; there are {', '.join(WAYS)}")
        self.by = by
        self.looks: list[Look] = list(_FIXED.get(by, ()))
        self._numbers = {look.key: number for number, look in enumerate(self.looks)}

    def numbers(self, pods: Iterable[PodMark]) -> list[int]:
        """The number of the look of each pod."""
        keys = self._keys(pods)
        number = self._numbered({*keys})
        return [number[key] for key in keys]

    def _numbered(self, keys: Iterable[str]) -> dict[str, int]:
        """The number of each key; an owner or a namespace that is new gets the next one."""
        if self.by not in _FIXED:
            for key in sorted(set(keys) - self._numbers.keys()):
                self._numbers[key] = len(self.looks)
                self.looks.append(category(len(self.looks), key))
        other = len(self.looks) - 1
        return {key: self._numbers.get(key, other) for key in keys}

    def _keys(self, pods: Iterable[PodMark]) -> list[str]:
        if self.by == "state":
            return [pod.look for pod in pods]
        if self.by == "phase":
            return [pod.phase for pod in pods]
        if self.by == "owner":
            return [pod.owner or "no owner" for pod in pods]
        if self.by == "namespace":
            return [pod.namespace for pod in pods]
        return [_readiness(pod) for pod in pods]

    def legend(self, pods: Iterable[PodMark]) -> list[Entry]:
        """What the looks mean: those that are always told, and those that some pod has."""
        found = Counter(self._keys(pods))
        counts: Counter[int] = Counter()
        for key, number in self._numbered(found).items():
            counts[number] += found[key]
        always = _ALWAYS.get(self.by, ())
        entries = [
            Entry(number, look.label, counts[number])
            for number, look in enumerate(self.looks)
            if counts[number] or look.key in always
        ]
        if self.by in _FIXED or len(entries) <= MOST_IN_LEGEND:
            return entries
        entries.sort(key=lambda entry: -entry.count)
        return entries[:MOST_IN_LEGEND]


def _readiness(pod: PodMark) -> str:
    if pod.look in ("done", "failed"):
        return "finished"
    return "ready" if pod.ready else "not ready"
