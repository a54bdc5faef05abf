"""A learner's store under a whole cluster, in the place of ours.

``stored(Store)`` gives a function that makes clusters, and the failures (see ``building``). The
learner's object keeps texts; what the API server writes stays on this side of the pipe, and the
text is its number. Leases and subscriptions stay ours: a subscriber is told what the learner's
``changes`` says has happened since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from course.grading.building import Failures
from course.grading.calling import AnswerError
from kubelite import Cluster
from kubelite.etcd.backend import Change, KeyValue, RevisionMismatchError
from kubelite.etcd.mvcc import Store as Ours

FIRST = 1
"""The revision of a store in which nothing has been written."""


class Learners(Ours):
    """What the API server sees: reads and writes go to the learner's object. Raises AnswerError."""

    def __init__(self, theirs: Any):
        super().__init__()
        self._theirs = theirs
        self._values: list[Any] = []

    # Reading

    def get(self, key: str) -> KeyValue | None:
        """The current version of ``key``."""
        return self._read(key, 0)

    def range(
        self, prefix: str, *, after: str = "", limit: int = 0, revision: int = 0
    ) -> list[KeyValue]:
        """Versions of all keys under ``prefix`` that sort after ``after``, in key order."""
        listed = self._theirs.range(prefix=prefix, revision=revision)
        if not isinstance(listed, list):
            raise AnswerError(f"`range` answered {str(listed)[:60]}, where a list is wanted.")
        found = [self._version(str(one.get("key")), one) for one in listed]
        found = [kv for kv in found if kv.key > after]
        return found[:limit] if limit else found

    def changes(self, since: int, until: int = 0) -> Sequence[Change]:
        """Every change after revision ``since``, oldest first; up to ``until`` if given."""
        listed = self._theirs.changes(since=since)
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise AnswerError(f"`changes` answered {str(listed)[:60]}, where a list is wanted.")
        found = [self._change(one) for one in listed]
        return [change for change in found if not until or change.revision <= until]

    # Writing

    def put(self, key: str, value: Any, expected: int | None = None, lease: int = 0) -> KeyValue:
        """Write one key at a new revision, if its mod_revision is still ``expected``."""
        self._insist(key, expected)
        self._values.append(value)
        self._theirs.put(key=key, value=str(len(self._values) - 1))
        if lease:
            self._leases[lease][1][key] = None
        change = self._latest(key)
        if change.current is None:
            raise AnswerError(f"After a put of {key} `changes` says that it was deleted.")
        return change.current

    def delete(self, key: str, expected: int | None = None) -> KeyValue | None:
        """Remove one key at a new revision; None, and no revision, when it was absent."""
        self._insist(key, expected)
        if self.get(key) is None:
            return None
        self._theirs.delete(key=key)
        return self._latest(key).previous

    # Rooms behind

    def expire(self, now: int) -> int | None:
        """End leases that are due and delete their keys; return the next deadline, if any."""
        for lease, (deadline, keys) in tuple(self._leases.items()):
            if deadline <= now:
                del self._leases[lease]
                for key in keys:
                    self.delete(key)
        return min((deadline for deadline, _ in self._leases.values()), default=None)

    def _insist(self, key: str, expected: int | None) -> None:
        if expected is None:
            return
        current = self.get(key)
        if (current.mod_revision if current else 0) != expected:
            raise RevisionMismatchError(key, expected, current)

    def _latest(self, key: str) -> Change:
        """The one change that has just been made; everybody is told of it."""
        found = self.changes(self.revision)
        if [(change.revision, change.key) for change in found] != [(self.revision + 1, key)]:
            told = [f"{change.key} at {change.revision}" for change in found][:3]
            raise AnswerError(
                f"After a write of {key} at revision {self.revision + 1}, "
                f"`changes` since {self.revision} answered {', '.join(told) or 'nothing'}."
            )
        self.revision += 1
        self._tell(found[0])
        return found[0]

    def _read(self, key: str, revision: int) -> KeyValue | None:
        found = self._theirs.get(key=key, revision=revision)
        return None if found is None else self._version(key, found)

    def _version(self, key: str, found: Any) -> KeyValue:
        try:
            value = self._values[int(found["value"])]
            numbers = found["created"], found["modified"], found["version"]
        except (TypeError, KeyError, ValueError, IndexError):
            raise AnswerError(
                f"For {key} the store answered {str(found)[:80]}; it takes what was put as "
                "value, with created, modified and version."
            ) from None
        return KeyValue(key, value, *map(int, numbers))

    def _change(self, found: dict[str, Any]) -> Change:
        key, revision = str(found.get("key")), found.get("revision")
        if type(revision) is not int:
            raise AnswerError(f"`changes` answered {str(found)[:80]}, which has no revision.")
        current = self._read(key, revision) if found.get("value") is not None else None
        previous = self._read(key, revision - 1) if revision - 1 > FIRST else None
        return Change(revision, key, current, previous)

    # What a store in a file has besides; nothing here outlives the process

    moment = 0

    def keep_time(self, now: Callable[[], int]) -> None:
        """Nothing is dated."""

    def writes(self) -> Iterator[tuple[int, Change]]:
        """Nothing was there before."""
        return iter(())

    def reread(self, read: Callable[[str, bytes, int], Any]) -> None:
        """Nothing was there before."""

    def note(self, name: str, body: bytes) -> None:
        """Nobody comes back for it."""

    def noted(self, name: str) -> bytes:
        """Nothing."""
        return b""

    def entropy(self, count: int) -> bytes:
        """Only the same bytes again: no secrets are kept here."""
        return bytes(count)

    def close(self) -> None:
        """Nobody else waits for it."""


def stored(store: Callable[..., Any]) -> tuple[Callable[..., Cluster], Failures]:
    """``make(nodes, seed)`` makes a cluster whose only memory is an object of the class ``store``.

    It has ``put(key, value)``, ``delete(key)``, ``get(key, revision)``, ``range(prefix, revision)``
    and ``changes(since)``. What is wrong with it is raised while the cluster runs: AnswerError.
    """
    failures = Failures()

    class OnIt(Cluster):
        """A cluster with that memory."""

        open_store = staticmethod(lambda path, durability: Learners(path))

    def make(nodes: int, seed: int) -> Cluster:
        theirs = failures.ask(store, None)
        failures.raise_()
        return OnIt(nodes, seed, store=theirs)

    return make, failures


__all__ = ["Learners", "stored"]
