"""The file of a durable store: every change in the order of revisions, in an SQLite database.

One transaction of the store is one of the database. Each row has a checksum of its own, and
revisions that are not compacted have no gap; so what is lost or spoilt is noticed on opening.
Models etcd's backend (``server/storage/backend``), a bucket of versions sorted by revision.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kubelite.edge import acknowledged, faults
from kubelite.edge.acknowledged import Acknowledged

APPLICATION = 0x6B756265  # "kube"
FORMAT = 1

DURABILITY = {"power": "FULL", "process": "NORMAL"}
"""``power``: an acknowledged write survives a power failure (one fsync for each transaction).
``process``: it survives the end of the process, ``kill -9`` included, for the operating system
has it; a power failure may take the last ones, which is noticed on opening."""

_TABLES = """
CREATE TABLE change (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB, created INTEGER NOT NULL,
    version INTEGER NOT NULL, lease INTEGER NOT NULL, moment INTEGER NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE TABLE lease (id INTEGER PRIMARY KEY, deadline INTEGER NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE note (name TEXT PRIMARY KEY, body BLOB NOT NULL, checksum INTEGER NOT NULL);
"""
_PLACES = 1 << 20  # changes of one revision; a row's id is revision * _PLACES + place

_INSERT = "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_COMPACT = """
DELETE FROM change WHERE id < :end AND (value IS NULL OR id NOT IN (
    SELECT max(id) FROM change WHERE id < :end GROUP BY key))
"""


class Row(NamedTuple):
    """One key's part of one transaction. ``value`` is None when the key was deleted."""

    revision: int
    place: int
    key: str
    value: bytes | None
    created: int = 0
    version: int = 0
    lease: int = 0
    moment: int = 0

    def stored(self) -> tuple[object, ...]:
        """The row as the database has it."""
        _, _, *rest = self
        return (self.revision * _PLACES + self.place, *rest, _row_checksum(self))


class Journal:
    """An open file, which nobody else can open. Raises the errors of ``faults``."""

    def __init__(self, path: Path, durability: str = "power"):
        if durability not in DURABILITY:
            raise ValueError(f'durability is "power" or "process", not {durability!r}')
        self.path = path
        self._mark = _mark(path)
        self._witness = Acknowledged(beside(path))
        self.is_new = self._is_new()
        try:
            self._db = sqlite3.connect(
                path, timeout=0, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as problem:
            raise faults.not_opened(path, problem) from problem
        try:
            self._begin(durability)
        except sqlite3.Error as problem:
            self._db.close()
            raise faults.not_opened(path, problem) from problem
        except BaseException:
            self._db.close()
            raise

    def _is_new(self) -> bool:
        there = self.path.exists()
        if there and self.path.stat().st_size:
            return False
        if self._mark is None and there:
            raise faults.damaged(self.path, "it is empty")
        if self._mark not in (None, acknowledged.NOTHING):
            what = "is empty" if there else "is gone"
            raise faults.damaged(
                self.path, f"it {what}, but revision {self._mark.revision} was acknowledged"
            )
        return True

    def _begin(self, durability: str) -> None:
        db = self._db
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        if self.is_new:
            self._bear_witness(*acknowledged.NOTHING)
        else:
            self._check_kind()
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {DURABILITY[durability]}")
        db.execute("PRAGMA fullfsync = ON")
        db.execute("BEGIN IMMEDIATE")  # from here on the file is ours
        if self.is_new:
            self._create()
        db.execute("COMMIT")
        self._check()
        self.next_lease = int(self.noted("next lease"))
        self.compacted = int(self.noted("compacted"))

    def _check_kind(self) -> None:
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if (application, version) == (0, 0) and self._mark == acknowledged.NOTHING:
            self.is_new = True  # a process was ended while it made the file
        elif application != APPLICATION:
            raise faults.NotAStoreError(
                f"{self.path} is a database of something else, or its beginning is spoilt. "
                "Choose another name for a new cluster, or bring back a copy"
            )
        elif version != FORMAT:
            raise faults.NotAStoreError(
                f"{self.path} was written by another version of kubelite (format {version}, "
                f"this one reads {FORMAT}). Open it with that version, or begin a new file"
            )

    def _create(self) -> None:
        for statement in _TABLES.split(";"):
            self._db.execute(statement)
        self._db.execute(f"PRAGMA application_id = {APPLICATION}")
        self._db.execute(f"PRAGMA user_version = {FORMAT}")
        self._note("next lease", b"1")
        self._note("compacted", b"0")

    # Opening

    def _check(self) -> None:
        found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise faults.damaged(self.path, found)
        for name in ("next lease", "compacted"):
            if not self.noted(name):
                raise faults.damaged(self.path, f"it does not say what its {name} is")
        if self.noted("closed") == b"" and self._mark is None and not self.is_new:
            witness = beside(self.path).name
            raise faults.damaged(
                self.path, f"it was not closed, and {witness} is missing, which belongs to it"
            )

    def take(self, revision: int, known: Iterable[int]) -> None:
        """The file was read up to ``revision``: compare, and be ready to write.

        ``known`` are the leases that keys are held by.
        """
        leases = dict(self.leases())
        if missing := [lease for lease in known if lease not in leases]:
            raise faults.damaged(self.path, f"lease {missing[0]} is lost, which holds keys")
        closed = int(self.noted("closed") or 0)
        told = max(closed, self._mark.revision if self._mark else 1)
        if revision < told:
            raise faults.damaged(
                self.path,
                f"revision {told} was acknowledged, and what is there ends with {revision}. "
                f"Was {self.path.name}-wal lost, cut off or left behind in a copy?",
            )
        if self._mark and self._mark.next_lease > self.next_lease:
            raise faults.damaged(self.path, "a lease was granted that is not there")
        self._bear_witness(revision, self.next_lease)
        self._db.execute("DELETE FROM note WHERE name = 'closed'")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _bear_witness(self, revision: int, next_lease: int) -> None:
        try:
            self._witness.write(revision, next_lease, sync=True)
        except OSError as problem:
            raise faults.unreachable(self.path, problem) from problem

    def rows(self) -> Iterator[Row]:
        """Every change that is kept, oldest first. Raises StoreDamagedError."""
        last = 0
        try:
            for stored in self._db.execute("SELECT * FROM change ORDER BY id"):
                row = row_of(stored)
                if row is None:
                    where = divmod(stored[0], _PLACES)[0]
                    raise faults.damaged(self.path, f"revision {where} is not as it was written")
                if row.revision > max(self.compacted, last, 1) + 1 or not self._follows(row, last):
                    raise faults.damaged(
                        self.path, f"a change before revision {row.revision} is lost"
                    )
                last = row.revision
                yield row
        except sqlite3.Error as problem:
            raise faults.damaged(self.path, str(problem)) from problem

    def _follows(self, row: Row, last: int) -> bool:
        """Whether nothing is missing between the places of one revision."""
        if row.revision <= self.compacted:
            return True
        wanted = self._place + 1 if row.revision == last else 0
        self._place = row.place
        return row.place == wanted

    _place = 0

    def leases(self) -> Iterator[tuple[int, int]]:
        """Each lease and its deadline."""
        for lease, deadline, checksum in self._db.execute("SELECT * FROM lease ORDER BY id"):
            if checksum != _checksum(lease, deadline):
                raise faults.damaged(self.path, f"lease {lease} is not as it was written")
            yield lease, deadline

    # Writing

    def append(self, rows: list[Row], ended: int = 0) -> None:
        """Keep one transaction, and the end of the lease that caused it."""
        db = self._db
        if len(rows) == 1 and not ended:
            db.execute(_INSERT, rows[0].stored())
        else:
            db.execute("BEGIN IMMEDIATE")
            db.executemany(_INSERT, [row.stored() for row in rows])
            if ended:
                db.execute("DELETE FROM lease WHERE id = ?", (ended,))
            db.execute("COMMIT")
        self._witness.write(rows[0].revision, self.next_lease)

    def grant(self, lease: int, deadline: int, revision: int) -> None:
        """Keep a lease, and that its number is taken for ever."""
        self._db.execute("BEGIN IMMEDIATE")
        row = (lease, deadline, _checksum(lease, deadline))
        self._db.execute("INSERT INTO lease VALUES (?, ?, ?)", row)
        self._note("next lease", b"%d" % (lease + 1))
        self._db.execute("COMMIT")
        self.next_lease = lease + 1
        self._witness.write(revision, self.next_lease)

    def end(self, lease: int) -> None:
        """A lease that holds nothing is over."""
        self._db.execute("DELETE FROM lease WHERE id = ?", (lease,))

    def compact(self, revision: int) -> None:
        """Forget what was replaced or deleted by ``revision``."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(_COMPACT, {"end": (revision + 1) * _PLACES})
        self._note("compacted", b"%d" % revision)
        self._db.execute("COMMIT")
        self.compacted = revision

    def adopt(
        self,
        rows: Iterable[Row],
        leases: Iterable[tuple[object, ...]],
        notes: Iterable[tuple[object, ...]],
        compacted: int,
        next_lease: int,
    ) -> None:
        """Fill a new file with the present of another one, whose past is compacted."""
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        db.executemany(_INSERT, [row.stored() for row in rows])
        db.executemany("INSERT OR REPLACE INTO lease VALUES (?, ?, ?)", leases)
        db.executemany("INSERT OR REPLACE INTO note VALUES (?, ?, ?)", notes)
        self._note("compacted", b"%d" % compacted)
        self._note("next lease", b"%d" % max(next_lease, int(self.noted("next lease"))))
        self._note("closed", b"%d" % compacted)
        db.execute("COMMIT")

    # Notes

    def note(self, name: str, body: bytes) -> None:
        """Keep a note."""
        self._note(name, body)

    def _note(self, name: str, body: bytes) -> None:
        row = (name, body, _checksum(name, body))
        self._db.execute("INSERT OR REPLACE INTO note VALUES (?, ?, ?)", row)

    def noted(self, name: str) -> bytes:
        """A note; nothing if there is none."""
        query = "SELECT body, checksum FROM note WHERE name = ?"
        found: tuple[bytes, int] | None = self._db.execute(query, (name,)).fetchone()
        if found is None:
            return b""
        if found[1] != _checksum(name, found[0]):
            raise faults.damaged(self.path, f"the note {name!r} is not as it was written")
        return found[0]

    def close(self, revision: int) -> None:
        """Say that all is there up to ``revision``, and let others open the file."""
        try:
            self._note("closed", b"%d" % revision)
        finally:
            self.release()

    def release(self) -> None:
        """Let others open the file, and say nothing."""
        self._witness.close()
        self._db.close()


def row_of(stored: tuple[int, str, bytes | None, int, int, int, int, int]) -> Row | None:
    """The row that is stored so; None when that is not what was written."""
    number, *rest, checksum = stored
    row = Row(*divmod(number, _PLACES), *rest)  # type: ignore[arg-type]
    try:
        return row if checksum == _row_checksum(row) else None
    except TypeError:
        return None


def _row_checksum(row: Row) -> int:
    known = (*row[:3], row.value is None, *row[4:])
    return zlib.crc32(row.value or b"", zlib.crc32(repr(known).encode()))


def _checksum(*fields: object) -> int:
    return zlib.crc32(repr(fields).encode())


def beside(path: Path) -> Path:
    """The file that says what was acknowledged."""
    return path.with_name(path.name + "-ack")


def _mark(path: Path) -> acknowledged.Mark | None:
    try:
        return acknowledged.read(beside(path))
    except ValueError as problem:
        raise faults.damaged(path, f"in {beside(path).name}: {problem}") from problem
    except OSError as problem:
        raise faults.unreachable(path, problem) from problem
