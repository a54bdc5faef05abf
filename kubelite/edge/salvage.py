"""Taking what can still be read of a damaged store to a new file.

Models ``etcdutl snapshot restore --bump-revision --mark-compacted``: the present is brought over,
the past is not, and revisions go on far enough that none is given twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kubelite.edge import acknowledged, faults
from kubelite.edge.journal import Journal, Row, beside, row_of

BUMP = 1_000
"""Revisions are continued so far after the last one that is known of."""


class Salvaged(NamedTuple):
    """What was brought over: the state as of ``revision``; ``acknowledged`` is what there was."""

    revision: int
    acknowledged: int
    objects: int
    skipped: int

    def __str__(self) -> str:
        lost = max(self.acknowledged - self.revision, 0)
        return (
            f"{self.objects} objects as they were at revision {self.revision}; "
            f"{lost} later revisions are lost, {self.skipped} rows were spoilt"
        )


def salvage(path: str | Path, into: str | Path) -> Salvaged:
    """Bring the newest readable state of ``path`` to the new file ``into``.

    ``path`` is not changed but for what SQLite itself mends. Raises StoreError when nothing can
    be read, or when ``into`` is there already.
    """
    source, target = Path(path), Path(into)
    if target.exists():
        raise faults.unreachable(target, "it is there already; choose another name")
    if not source.exists():
        raise faults.unreachable(source, "there is no such file")
    db = sqlite3.connect(source, timeout=0, isolation_level=None)
    try:
        db.execute("PRAGMA writable_schema = ON")  # reads a file that is too short, too
        db.execute("SELECT 1 FROM change LIMIT 1").fetchone()
        live, last, skipped = _newest(db)
        leases, notes = list(_readable(db, "lease")), list(_readable(db, "note"))
    except sqlite3.Error as problem:
        raise faults.not_opened(source, problem) from problem
    finally:
        db.close()
    mark = _mark(source)
    told = max(mark.revision, last)
    journal = Journal(target)
    held = {lease[0] for lease in leases}
    rows = [row if row.lease in held else row._replace(lease=0) for row in live.values()]
    journal.adopt(rows, leases, notes, told + BUMP, mark.next_lease)
    journal.release()
    return Salvaged(last, told, len(live), skipped)


def _mark(path: Path) -> acknowledged.Mark:
    try:
        return acknowledged.read(beside(path)) or acknowledged.NOTHING
    except ValueError:
        return acknowledged.NOTHING


def _readable(db: sqlite3.Connection, table: str, order: str = "1") -> Iterator[tuple[Any, ...]]:
    """The rows of a table up to one that the database itself cannot read."""
    try:
        yield from db.execute(f"SELECT * FROM {table} ORDER BY {order}")
    except sqlite3.DatabaseError:
        return


def _newest(db: sqlite3.Connection) -> tuple[dict[str, Row], int, int]:
    """The newest whole version of each key, before the first change that is missing."""
    compacted = 0
    for name, body, _ in _readable(db, "note"):
        if name == "compacted":
            compacted = int(body)
    live: dict[str, Row] = {}
    last, skipped = 1, 0
    for stored in _readable(db, "change"):
        row = row_of(stored)
        if row is None or row.revision > max(last, compacted) + 1:
            skipped += 1
            if row is None and last < compacted:
                continue  # spoils one key, as it was long ago
            break  # what comes after has no base
        last = row.revision
        live.pop(row.key, None)
        if row.value is not None:
            live[row.key] = row
    return live, last, skipped
