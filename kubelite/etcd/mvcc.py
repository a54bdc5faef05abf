"""A multi-version store in memory: every write makes a revision, and old revisions can be read.

Values are kept as they are given, so the API server's objects share structure across versions.
Models etcd's server/storage/mvcc.
"""

from __future__ import annotations

import operator
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kubelite.etcd.backend import (
    Change,
    CompactedError,
    Compare,
    Delete,
    FutureRevisionError,
    KeyValue,
    LeaseNotFoundError,
    Operation,
    Put,
    RevisionMismatchError,
)

FEW = 32  # new keys: put into their places one by one; more are sorted in

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}


def _revision(change: Change) -> int:
    return change.revision


def _check_twice(operations: Sequence[Operation]) -> None:
    """A key may be deleted twice in one transaction, but not put and touched again."""
    puts = [op.key for op in operations if isinstance(op, Put)]
    deleted = {op.key for op in operations if isinstance(op, Delete)}
    if len(set(puts)) != len(puts) or not deleted.isdisjoint(puts):
        raise ValueError("duplicate key given in txn request")


class Store:
    """The store. A call is a transaction, and watchers hear of it before it returns."""

    def __init__(self) -> None:
        self.revision = 1  # of the latest transaction; 1 before the first, as in etcd
        self._compacted = 0
        self._live: dict[str, KeyValue] = {}
        self._keys: list[str] = []  # of _live, sorted, but for those in _fresh
        self._fresh: dict[str, None] = {}  # created since somebody last needed the order
        self._log: list[Change] = []  # every change not yet compacted, oldest first
        self._watchers: list[Callable[[Change], None]] = []
        self._telling = False  # watchers are being told of a change right now
        self._leases: dict[int, tuple[int, dict[str, None]]] = {}
        self._next_lease = 1

    @property
    def compacted(self) -> int:
        """Reads before this revision are refused."""
        return self._compacted

    # Reading

    def get(self, key: str) -> KeyValue | None:
        """The current version of ``key``."""
        return self._live.get(key)

    def range(
        self, prefix: str, *, after: str = "", limit: int = 0, revision: int = 0
    ) -> list[KeyValue]:
        """Versions of all keys under ``prefix`` that sort after ``after``, in key order."""
        if revision and revision != self.revision:
            found = self._range_at(prefix, after, revision)
            return found[:limit] if limit else found
        keys = self._in_order()
        first = bisect_right(keys, after) if after >= prefix else bisect_left(keys, prefix)
        last = bisect_left(keys, prefix + "\U0010ffff")
        if limit:
            last = min(last, first + limit)
        return [*map(self._live.__getitem__, keys[first:last])]

    def changes(self, since: int, until: int = 0) -> Sequence[Change]:
        """Every change after revision ``since``, oldest first; up to ``until`` if given."""
        if since < self._compacted:
            raise CompactedError(since, self._compacted)
        log = self._log
        end = bisect_right(log, until, key=_revision) if until else len(log)
        return log[bisect_right(log, since, key=_revision) : end]

    def _in_order(self) -> list[str]:
        if len(self._fresh) < FEW:
            for key in self._fresh:
                insort(self._keys, key)
        else:
            self._keys.extend(self._fresh)
            self._keys.sort()
        self._fresh.clear()
        return self._keys

    def _range_at(self, prefix: str, after: str, revision: int) -> list[KeyValue]:
        if revision > self.revision:
            raise FutureRevisionError(f"revision {revision} is after {self.revision}")
        if revision < self._compacted:
            raise CompactedError(revision, self._compacted)
        state = {key: kv for key, kv in self._live.items() if key.startswith(prefix)}
        for change in reversed(self.changes(revision)):
            if not change.key.startswith(prefix):
                continue
            if change.previous is None:
                state.pop(change.key, None)
            else:
                state[change.key] = change.previous
        return [state[key] for key in sorted(state) if key > after]

    def stale(self, key: str) -> bool:
        """Values are kept as they are given, so none ever is."""
        return False

    # Writing

    # DOC: store-put
    def put(self, key: str, value: Any, expected: int | None = None, lease: int = 0) -> KeyValue:
        """Write one key at a new revision, if its mod_revision is still ``expected``."""
        if expected is not None:
            self._check(key, expected)
        self._begin((lease,) if lease else ())
        change = self._put(key, value, lease)
        self._tell(change)
        assert change.current is not None
        return change.current

    def delete(self, key: str, expected: int | None = None) -> KeyValue | None:
        """Remove one key at a new revision; None, and no revision, when it was absent."""
        if expected is not None:
            self._check(key, expected)
        if key not in self._live:
            return None
        self._begin()
        change = self._delete(key)
        self._tell(change)
        return change.previous

    def txn(
        self,
        compares: Sequence[Compare],
        success: Sequence[Operation],
        failure: Sequence[Operation] = (),
    ) -> bool:
        """Do one of two lists of operations, atomically, at one revision."""
        for branch in (success, failure):
            _check_twice(branch)
        holds = all(self._holds(compare) for compare in compares)
        operations = success if holds else failure
        writes = [op for op in operations if isinstance(op, Put) or op.key in self._live]
        if writes:
            self._write(list({op.key: op for op in writes}.values()))
        return holds

    def compact(self, revision: int) -> None:
        """Forget how things were before ``revision``. Raises CompactedError if that is done."""
        if revision <= self._compacted:
            raise CompactedError(revision, self._compacted)
        if revision > self.revision:
            raise FutureRevisionError(f"revision {revision} is after {self.revision}")
        del self._log[: bisect_right(self._log, revision, key=_revision)]
        self._compacted = revision

    # Watching

    def subscribe(self, deliver: Callable[[Change], None]) -> Callable[[], None]:
        """Hear of every change from now on, in order, none twice and none left out.

        A watcher that wants to write does it later, so that the others hear in order, too.
        """
        self._watchers.append(deliver)
        return lambda: self._watchers.remove(deliver)

    # Leases

    def grant(self, deadline: int) -> int:
        """A new lease; keys put under it are deleted at ``deadline``."""
        lease = self._next_lease
        self._next_lease += 1
        self._leases[lease] = (deadline, {})
        return lease

    def expire(self, now: int) -> int | None:
        """End leases that are due and delete their keys; return the next deadline, if any."""
        due = [lease for lease, (deadline, _) in self._leases.items() if deadline <= now]
        for lease in due:
            self._end(lease)
        return min((deadline for deadline, _ in self._leases.values()), default=None)

    # Rooms behind

    def _begin(self, leases: Iterable[int] = ()) -> None:
        """Take the next revision; nothing has been changed yet when this refuses."""
        if self._telling:
            raise RuntimeError(
                "a watcher wrote to the store while it was told of a change: "
                "let it act a moment later, with clock.after(0, ...)"
            )
        for lease in leases:
            if lease and lease not in self._leases:
                raise LeaseNotFoundError(f"requested lease {lease} not found")
        self.revision += 1

    def _check(self, key: str, expected: int) -> None:
        current = self._live.get(key)
        if (current.mod_revision if current else 0) != expected:
            raise RevisionMismatchError(key, expected, current)

    def _holds(self, compare: Compare) -> bool:
        current = self._live.get(compare.key)
        if current is None and compare.field == "value":
            return False  # what is not there compares with nothing
        found = getattr(current, compare.field) if current is not None else 0
        return _TESTS[compare.test](found, compare.operand)

    def _end(self, lease: int) -> None:
        """A lease is over: its keys go at one revision, in their order."""
        keys = self._leases[lease][1]
        if keys:
            self._write([Delete(key) for key in sorted(keys)], lease)
        self._leases.pop(lease)

    def _write(self, writes: Sequence[Operation], ended: int = 0) -> list[Change]:
        """Several writes, each of which changes something, and the lease that has ended."""
        self._begin(op.lease for op in writes if isinstance(op, Put))
        changes = self._apply(writes, ended)
        for change in changes:
            self._tell(change)
        return changes

    def _apply(self, writes: Sequence[Operation], ended: int) -> list[Change]:
        """Make the changes; a store on a disk makes them there first, and ends the lease."""
        return [
            self._put(op.key, op.value, op.lease) if isinstance(op, Put) else self._delete(op.key)
            for op in writes
        ]

    def _put(self, key: str, value: Any, lease: int) -> Change:
        revision = self.revision
        previous = self._live.get(key)
        if previous is None:
            self._fresh[key] = None
            current = KeyValue(key, value, revision, revision, 1, lease)
        else:
            self._detach(previous)
            current = KeyValue(
                key, value, previous.create_revision, revision, previous.version + 1, lease
            )
        if lease:
            self._leases[lease][1][key] = None
        self._live[key] = current
        change = Change(revision, key, current, previous)
        self._log.append(change)
        return change

    def _delete(self, key: str) -> Change:
        previous = self._live.pop(key)
        self._detach(previous)
        if key in self._fresh:
            del self._fresh[key]
        else:
            del self._keys[bisect_left(self._keys, key)]
        change = Change(self.revision, key, None, previous)
        self._log.append(change)
        return change

    def _detach(self, kv: KeyValue) -> None:
        if kv.lease and kv.lease in self._leases:
            self._leases[kv.lease][1].pop(kv.key, None)

    def _tell(self, change: Change) -> None:
        self._telling = True
        try:
            for deliver in tuple(self._watchers):
                deliver(change)
        finally:
            self._telling = False
