"""What happened, in order, and what each happening was caused by.

Every write to the store and every act of a kubelet, a probe or a learner appends one entry
that names its cause: an earlier entry. Following causes from any entry ends at somebody's own
edit, or at the passing of time. Entries are cheap to keep (a tuple) and become text when read.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

import msgspec

from kubelite.sim.clock import FOREVER, NO_CAUSE, Clock

Subject = tuple[str, str, str]
"""What an entry is about: resource, namespace, name."""


ANYTHING: Subject = ("", "", "")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One happening. ``place`` is where it stands in the trace, ``cause`` where its cause does."""

    place: int
    when: int
    component: str
    verb: str
    subject: Subject
    revision: int
    cause: int
    note: str


class Trace:
    """The append-only record of one run."""

    __slots__ = ("_by_subject", "_clock", "awaited", "entries", "probes", "writes")

    def __init__(self, clock: Clock):
        self.entries: list[Entry] = []
        self.writes: list[Entry] = []  # those of the entries that made a revision
        self.probes: list[Any] = []  # what probes found, as kubelets note it; no entries
        self.awaited: Subject | None = None  # a write of it, or of ANYTHING, pauses the clock
        self._clock = clock
        self._by_subject: dict[Subject, list[Entry]] = {}

    # DOC: trace-record
    def record(
        self, component: str, verb: str, subject: Subject, revision: int = 0, note: str = ""
    ) -> int:
        """Append an entry caused by whatever the clock is running; return its place.

        What comes of this entry is scheduled with ``clock.cause`` set to the place returned.
        """
        entries, clock = self.entries, self._clock
        place = len(entries)
        entry = Entry(place, clock.now, component, verb, subject, revision, clock.cause, note)
        entries.append(entry)
        try:
            self._by_subject[subject].append(entry)
        except KeyError:
            self._by_subject[subject] = [entry]
        if revision:
            self.writes.append(entry)
            awaited = self.awaited
            if awaited is not None and awaited in (subject, ANYTHING):
                clock.pause()
        return place

    def about(self, subject: Subject) -> list[Entry]:
        """The entries whose subject this is, oldest first."""
        return list(self._by_subject.get(subject, ()))

    def write_of(self, revision: int) -> Entry | None:
        """The entry of a revision, or of the last one before it."""
        found = bisect_right(self.writes, revision, key=_revision) - 1
        return self.writes[found] if found >= 0 else None

    def last_write(self, when: int) -> Entry | None:
        """The last write that had happened by ``when``."""
        found = bisect_right(self.writes, when, key=_when) - 1
        return self.writes[found] if found >= 0 else None

    def chain(self, index: int) -> Iterator[Entry]:
        """The entry at ``index``, then its cause, and so on back to the first."""
        while index != NO_CAUSE:
            entry = self.entries[index]
            yield entry
            index = entry.cause

    def digest(self, until: int = FOREVER) -> str:
        """SHA-256 over all entries: equal for two runs exactly when they did the same.

        With ``until``, a moment of the clock, over what had happened by then.
        """
        total = hashlib.sha256()
        for entry in self.entries:
            if entry.when > until:
                break
            total.update(repr(msgspec.structs.astuple(entry)).encode())
        return total.hexdigest()


def _revision(entry: Entry) -> int:
    return entry.revision


def _when(entry: Entry) -> int:
    return entry.when
