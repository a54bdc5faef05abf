"""The store in a file: the one in memory, with every change on disk before it is made.

Reads are those of memory. A write goes to the journal first; when that fails, nothing has been
changed and the store takes no more, for nobody knows what the disk has. Models etcd, which keeps
its index in memory, too, and stops when its log cannot be written.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import msgspec

from kubelite.apiserver.encryption import object_of, stored_form
from kubelite.edge import faults
from kubelite.edge.journal import Journal, Row
from kubelite.etcd.backend import Change, Delete, KeyValue, Operation, Put, StoreError
from kubelite.etcd.mvcc import Store


class Codec(NamedTuple):
    """How values become bytes. ``decode`` is given key, bytes and mod_revision."""

    encode: Callable[[Any], bytes]
    decode: Callable[[str, bytes, int], Any]


OBJECTS = Codec(stored_form, object_of)
"""API objects as their JSON; what the API server has encrypted stays as it is."""

PLAIN = Codec(lambda value: value, lambda key, data, revision: data)
"""Values that are bytes."""


class DurableStore(Store):
    """A store in the file ``path``. Raises a StoreError of ``faults`` when it cannot be opened."""

    def __init__(self, path: str | Path, durability: str = "power", codec: Codec = OBJECTS):
        super().__init__()
        self._path = Path(path)
        self._codec = codec
        self._now: Callable[[], int] = lambda: 0
        self._moments: list[int] = []  # of the changes that were read
        self._stopped: StoreError | None = None
        self._journal = Journal(self._path, durability)
        try:
            self._read()
        except BaseException:
            self._journal.release()
            raise

    def _read(self) -> None:
        """Make in memory what the file says."""
        journal = self._journal
        self._compacted = journal.compacted
        last_moment = 0
        for row in journal.rows():
            last_moment = row.moment
            self.revision = max(self.revision, row.revision)
            previous = self._live.get(row.key)
            if row.value is None:
                current = None
                self._live.pop(row.key, None)
            else:
                value = self._value(row.key, row.value, row.revision)
                current = KeyValue(
                    row.key, value, row.created, row.revision, row.version, row.lease
                )
                self._live[row.key] = current
            if row.revision > self._compacted:
                self._log.append(Change(row.revision, row.key, current, previous))
                self._moments.append(row.moment)
        self.revision = max(self.revision, self._compacted)
        self._keys = sorted(self._live)
        self._moment = max(last_moment, int(journal.noted("moment") or 0))
        held = [kv for kv in self._live.values() if kv.lease]
        journal.take(self.revision, dict.fromkeys(kv.lease for kv in held))
        self._leases = {lease: (deadline, {}) for lease, deadline in journal.leases()}
        self._next_lease = journal.next_lease
        for kv in held:
            self._leases[kv.lease][1][kv.key] = None

    def _value(self, key: str, data: bytes, revision: int) -> Any:
        try:
            return self._codec.decode(key, data, revision)
        except Exception as problem:
            raise faults.unreadable(self._path, key, problem) from problem

    # Writing

    # DOC: durable-write
    def _apply(self, writes: Sequence[Operation], ended: int) -> list[Change]:
        """The changes: on disk, then in memory; whoever is told of them is told after that."""
        try:
            self._check_open()
            rows = [self._row(place, op) for place, op in enumerate(writes)]
        except BaseException:
            self.revision -= 1
            raise
        try:
            self._journal.append(rows, ended)
            return super()._apply(writes, ended)
        except BaseException as problem:
            self.revision -= 1
            self._stop(problem)

    def _row(self, place: int, op: Operation) -> Row:
        if not isinstance(op, Put):
            return Row(self.revision, place, op.key, None, moment=self._now())
        previous = self._live.get(op.key)
        return Row(
            self.revision,
            place,
            op.key,
            self._codec.encode(op.value),
            previous.create_revision if previous else self.revision,
            previous.version + 1 if previous else 1,
            op.lease,
            self._now(),
        )

    def put(self, key: str, value: Any, expected: int | None = None, lease: int = 0) -> KeyValue:
        """Write one key. Raises StoreError when it could not be kept."""
        if expected is not None:
            self._check(key, expected)
        (change,) = self._write([Put(key, value, lease)])
        assert change.current is not None
        return change.current

    def delete(self, key: str, expected: int | None = None) -> KeyValue | None:
        """Remove one key. Raises StoreError when that could not be kept."""
        if expected is not None:
            self._check(key, expected)
        if key not in self._live:
            return None
        (change,) = self._write([Delete(key)])
        return change.previous

    def compact(self, revision: int) -> None:
        """Forget how things were before ``revision``, on disk, too."""
        if self._compacted < revision <= self.revision:
            self._ahead(self._journal.compact, revision)
        super().compact(revision)

    def grant(self, deadline: int) -> int:
        """A new lease; its number is never given again."""
        self._ahead(self._journal.grant, self._next_lease, deadline, self.revision)
        return super().grant(deadline)

    def _end(self, lease: int) -> None:
        if not self._leases[lease][1]:
            self._ahead(self._journal.end, lease)
        super()._end(lease)

    def _ahead(self, write: Callable[..., None], *args: Any) -> None:
        """Write to the journal what memory is about to do."""
        try:
            self._check_open()
            write(*args)
        except BaseException as problem:
            self._stop(problem)

    def _check_open(self) -> None:
        if self._stopped is not None:
            raise self._stopped

    def _stop(self, problem: BaseException) -> NoReturn:
        """Take no more writes. An interrupted one, too, may be on disk or not."""
        if problem is self._stopped:
            raise problem
        self._stopped = faults.failed(self._path, problem)
        if isinstance(problem, sqlite3.Error | OSError):
            raise self._stopped from problem
        raise problem

    # Coming back

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def keep_time(self, now: Callable[[], int]) -> None:
        """Date writes by ``now`` (microseconds)."""
        self._now = now

    @property
    def moment(self) -> int:
        """When the file was last written before it was opened, or closed; 0 when it is new."""
        return self._moment

    def writes(self) -> Iterator[tuple[int, Change]]:
        """Every change that was read and is not compacted, oldest first, with its moment."""
        return zip(self._moments, self._log, strict=False)

    def reread(self, read: Callable[[str, bytes, int], Any]) -> None:
        """Read again what has stayed bytes: ``read`` is given key, bytes and mod_revision."""
        known: dict[tuple[str, int], KeyValue] = {}

        def version(kv: KeyValue | None) -> KeyValue | None:
            if kv is None or not isinstance(kv.value, bytes):
                return kv
            place = kv.key, kv.mod_revision
            if place not in known:
                value = read(kv.key, kv.value, kv.mod_revision)
                known[place] = msgspec.structs.replace(kv, value=value)
            return known[place]

        self._live = {key: version(kv) or kv for key, kv in self._live.items()}
        self._log = [
            Change(one.revision, one.key, version(one.current), version(one.previous))
            for one in self._log
        ]

    def note(self, name: str, body: bytes) -> None:
        """Keep a note, in the place of any of that name."""
        self._ahead(self._journal.note, name, body)

    def noted(self, name: str) -> bytes:
        """A note; nothing if there is none."""
        return self._journal.noted(name)

    def entropy(self, count: int) -> bytes:
        """Bytes that no run repeats."""
        return os.urandom(count)

    def close(self) -> None:
        """Let others open the file. Closing twice does nothing."""
        if self._stopped is None:
            self._ahead(self._journal.note, "moment", b"%d" % self._now())
            self._ahead(self._journal.close, self.revision)
        else:
            self._journal.release()
        self._stopped = faults.closed(self._path)
