"""The one who holds every write against the invariants, and writes down what was not so."""

from __future__ import annotations

import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from kubelite.chaos import situations
from kubelite.chaos.concerns import AT_EVERY_REVISION, RARELY, concerned
from kubelite.chaos.invariants import Invariant
from kubelite.chaos.invariants_of_history import one_copy_of_a_component_works, the_dead_are_silent
from kubelite.chaos.replay import Replay
from kubelite.cluster import Cluster
from kubelite.etcd.backend import Change
from kubelite.sim.clock import SECOND
from kubelite.sim.trace import Subject

RARE = 32
"""Of so many writes one is held against what is dear to check."""

OFTEN = tuple(invariant for invariant in AT_EVERY_REVISION if invariant not in RARELY)

SLACK = 60 * SECOND
"""How long a component may go without knowing what has changed while things go wrong."""


class Violation(NamedTuple):
    """One sentence that was false: of which object, when (virtual microseconds), and how."""

    invariant: str
    sentence: str
    complaint: str
    subject: Subject
    when: int
    revision: int

    def __str__(self) -> str:
        about = "/".join(part for part in self.subject if part)
        return f"{self.sentence}\n    {about} {self.complaint} (revision {self.revision})"


class Watchman:
    """Sees every write of a cluster. ``violations`` is what was wrong, oldest first."""

    def __init__(self, cluster: Cluster, reach: Callable[[str], None]):
        self.violations: list[Violation] = []
        self._cluster = cluster
        self._reach = reach
        self._started = cluster.clock.now
        self.replay = Replay(cluster, slack=SLACK)
        self.written: dict[str, list[int]] = defaultdict(list)  # revisions, by kind
        for _ in self.replay.steps():
            assert self.replay.change is not None
            self.written[self.replay.resource].append(self.replay.change.revision)
        self.replay.former = cluster.revision
        self._copies = hasattr(cluster._control_plane, "replicas")
        self._store = cluster.store
        self._store.subscribe(self._observe)

    def _observe(self, change: Change) -> None:
        replay, cluster = self.replay, self._cluster
        write = cluster.trace.writes[-1]
        replay.take(change, cluster.clock.now, write.component)
        self.written[replay.resource].append(change.revision)
        for invariant in self._asked(change.revision):
            for complaint in invariant(replay):
                self.note(invariant, complaint, write.subject)
        situations.notice(replay, self._reach)
        replay.former = change.revision

    def _asked(self, revision: int) -> Sequence[Invariant]:
        replay = self.replay
        rarely = revision % RARE == 0
        found = _asked_of(rarely, replay.did, replay.resource, replay.component)
        if replay.stopped:
            found = (*found, the_dead_are_silent)
        if self._copies:
            found = (*found, one_copy_of_a_component_works)
        return found

    @property
    def newest(self) -> int:
        """The revision of the latest write."""
        return self._store.revision

    def note(self, invariant: Callable[..., object], complaint: str, subject: Subject) -> None:
        """Write down that a sentence was false."""
        sentence = " ".join((invariant.__doc__ or "").split())
        now, revision = self._cluster.clock.now - self._started, self._cluster.revision
        name = invariant.__name__
        self.violations.append(Violation(name, sentence, complaint, subject, now, revision))

    def ask(self, invariants: Iterable[Invariant]) -> list[Violation]:
        """What is wrong now."""
        kept, self.violations = self.violations, []
        for invariant in invariants:
            for complaint in invariant(self.replay):
                self.note(invariant, complaint, _subject_in(complaint))
        found, self.violations = self.violations, kept
        return found

    def silent(self, writes: Sequence[Any]) -> None:
        """Complain of what was written when nothing was to be done."""
        for write in writes[:3]:
            self.note(_silence, f"{write.component} wrote: {write.verb}", write.subject)

    def raised(self, error: Exception) -> None:
        """Complain of an exception that came out of a part of the cluster."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.filename.rpartition('kubelite/')[2]}:{last.lineno}"
        self.note(_no_exception, f"{type(error).__name__}: {error} at {where}", ("", "", ""))


@lru_cache(maxsize=4096)
def _asked_of(rarely: bool, did: str, resource: str, component: str) -> tuple[Invariant, ...]:
    """What such a write of a kind by a component is held against."""
    rows = AT_EVERY_REVISION if rarely else OFTEN
    return tuple(concerned(rows, did, resource, component))


def _silence(replay: Replay) -> Iterator[str]:
    """37. A cluster that is as it was asked to be falls silent."""
    return iter(())


def _no_exception(replay: Replay) -> Iterator[str]:
    """0. No part of a cluster ends by an exception, whatever the others do."""
    return iter(())


def _subject_in(complaint: str) -> Subject:
    """The object whose key stands in a complaint: "/registry/pods/default/web-1 ..."."""
    key = next((word for word in complaint.split() if word.startswith("/registry/")), "")
    parts = key.split("/")[2:]
    if len(parts) == 3:
        return parts[0], parts[1], parts[2]
    return (parts[0], "", parts[1]) if len(parts) == 2 else ("", "", "")
