"""What learners' own code has done wrong in one cluster: kept, told once, and put into stories."""

from __future__ import annotations

from kubelite.apimachinery.scheme import Scheme
from kubelite.cluster import story
from kubelite.cluster.history import History
from kubelite.etcd.backend import Backend
from kubelite.sim import limits
from kubelite.sim.clock import SECOND, Clock
from kubelite.sim.guests import NOBODY, Mishap, announce
from kubelite.sim.trace import Trace

STORY_LINES = 4
"""Of the object's story with a warning; ``cluster.story`` has all."""


class Mishaps:
    """The mishaps of a cluster, oldest first, with the virtual time of each.

    The same mistake is warned of once, however often it happens; ``count`` has them all.
    """

    def __init__(self, clock: Clock, trace: Trace, store: Backend, scheme: Scheme):
        self.history = History(store, trace, clock, scheme)  # until the cluster has its own
        self.found: list[tuple[int, Mishap]] = []
        self.count = 0
        self._clock = clock
        self._trace = trace
        self._told: set[str] = set()
        clock.report = self.report

    def report(self, mishap: Mishap) -> None:
        """Somebody's code has failed."""
        self.count += 1
        if len(self.found) < limits.MISHAPS_KEPT:
            self.found.append((self._clock.now, mishap))
        if mishap.subject != NOBODY:
            self._trace.record(mishap.who, "fail", mishap.subject, note=mishap.where)
        if mishap.cause not in self._told and len(self._told) < limits.MISHAPS_KEPT:
            self._told.add(mishap.cause)
            announce(mishap, self._story(mishap))

    def _story(self, mishap: Mishap) -> str:
        """The end of the story of the object concerned."""
        if mishap.subject == NOBODY:
            return ""
        told = story.tell(mishap.subject, self._trace, self.history)
        lines = [f"  {when:>9.3f} s  {said}" for when, said in told.lines[-STORY_LINES:]]
        return "\n".join([f"\nThe end of the story of {told.title}:", *lines])

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, place: int) -> Mishap:
        return self.found[place][1]

    def _lines(self) -> list[tuple[str, str]]:
        began = self.history.start
        return [(f"{(when - began) / SECOND:.3f} s", str(one)) for when, one in self.found]

    def __repr__(self) -> str:
        lines = [f"{when:>12}  {told}" for when, told in self._lines()]
        if self.count > len(lines):
            lines.append(f"and {self.count - len(lines):,} more")
        return "\n".join(lines) or "Nothing has gone wrong in code of yours."

    def _repr_html_(self) -> str:
        from html import escape  # when a notebook shows it

        return f"<pre>{escape(repr(self))}</pre>"
