"""The cluster at any moment of its past, read from the store's own revisions.

Views read a cluster only through this: so the same view shows one that is running, one that is
scrubbed back, and later a saved run. Moments are microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from kubelite.api import SCHEME
from kubelite.apimachinery.scheme import Scheme
from kubelite.etcd.backend import Backend, Change
from kubelite.kubelet.probes.results import Streak
from kubelite.sim.clock import Clock
from kubelite.sim.trace import Trace

_VALUE = attrgetter("value")


class State:
    """Everything that was stored at one moment."""

    def __init__(self, backend: Backend, when: int, revision: int, scheme: Scheme = SCHEME):
        self._backend = backend
        self._scheme = scheme
        self.when = when
        self.revision = revision

    def list(self, resource: str, namespace: str = "") -> tuple[Any, ...]:
        """The objects of a kind, in the order of their names. ``resource`` as a person says it."""
        prefix = f"/registry/{self._scheme.by_name(resource).resource}/"
        if namespace:
            prefix += namespace + "/"
        return tuple(map(_VALUE, self._backend.range(prefix, revision=self.revision)))

    def get(self, resource: str, namespace: str, name: str) -> Any | None:
        """One object, or None if it was not there."""
        for obj in self.list(resource, namespace):
            if obj.metadata.name == name:
                return obj
        return None


class Step(NamedTuple):
    """One change of one object: what it became (None: deleted) and what it was (None: created)."""

    when: int
    revision: int
    new: Any | None
    old: Any | None


class History:
    """What can be known of a cluster's past."""

    def __init__(self, backend: Backend, trace: Trace, clock: Clock, scheme: Scheme = SCHEME):
        self._backend = backend
        self._scheme = scheme
        self._trace = trace
        self._clock = clock
        self.start = clock.now

    def use(self, backend: Backend) -> None:
        """Read from ``backend`` from now on."""
        self._backend = backend

    @property
    def end(self) -> int:
        """The present."""
        return self._clock.now

    @property
    def oldest(self) -> int:
        """The first moment that can be looked at: later than ``start`` after a compaction."""
        return max(self.start, self.moment_of(self._backend.compacted))

    def revision_at(self, when: int) -> int:
        """The last revision that had happened by ``when``."""
        write = self._trace.last_write(when)
        return write.revision if write is not None else 1

    def at(self, when: int | None = None) -> State:
        """The cluster at ``when``; now, if not given."""
        if when is None or when >= self._clock.now:
            return State(self._backend, self._clock.now, self._backend.revision, self._scheme)
        return State(self._backend, when, self.revision_at(when), self._scheme)

    def moment_of(self, revision: int) -> int:
        """When a revision was made."""
        write = self._trace.write_of(revision)
        return write.when if write is not None else self.start

    def changes(self, resource: str, since: int | None = None) -> Iterator[Step]:
        """Every change of a kind after the moment ``since``, oldest first."""
        prefix = f"/registry/{self._scheme.by_name(resource).resource}/"
        first = self.revision_at(since) if since is not None else 1
        for change in self._kept(first):
            if change.key.startswith(prefix):
                new = change.current.value if change.current else None
                old = change.previous.value if change.previous else None
                yield Step(self.moment_of(change.revision), change.revision, new, old)

    def changes_of(
        self, subject: tuple[str, str, str], revision: int = 0
    ) -> dict[int, tuple[Any | None, Any | None]]:
        """By revision, what (resource, namespace, name) became and was; only one if given."""
        key = "/".join(filter(None, ("/registry", *subject)))
        about = () if revision else self._trace.about(subject)
        revisions = [revision] if revision else [each.revision for each in about if each.revision]
        kept = [each for each in revisions if each > self._backend.compacted]
        return {
            change.revision: (
                change.current.value if change.current else None,
                change.previous.value if change.previous else None,
            )
            for each in kept
            for change in self._backend.changes(each - 1, each)
            if change.key == key
        }

    def _kept(self, first: int) -> Sequence[Change]:
        """Changes after a revision, as far back as no compaction has taken them."""
        return self._backend.changes(max(first, self._backend.compacted))

    def probes(self, uid: str) -> list[Streak]:
        """What the probes of a pod have found, in streaks of equal results, oldest first."""
        return [streak for streak in self._trace.probes if streak.uid == uid]

    def component_of(self, revision: int) -> str:
        """Who made a revision."""
        write = self._trace.write_of(revision)
        return write.component if write is not None else ""

    def series(
        self, measure: Callable[[State], float], times: Sequence[int]
    ) -> list[tuple[int, float]]:
        """A number along time: ``measure`` of the state at each of ``times``."""
        return [(when, measure(self.at(when))) for when in times]
