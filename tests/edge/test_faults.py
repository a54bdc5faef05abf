"""What can be wrong with a store's file: each is said clearly, and nothing is lost in silence."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from kubelite.edge.durable import DurableStore
from kubelite.edge.faults import (
    NotAStoreError,
    StoreDamagedError,
    StoreFullError,
    StoreInUseError,
    StoreStoppedError,
    StoreUnreachableError,
)
from kubelite.edge.salvage import BUMP, salvage
from kubelite.etcd.backend import KeyValue, StoreError
from tests.edge.killing import ROOT
from tests.edge.test_durable import crashed, opened

WRITES = 60


def filled(path: Path, writes: int = WRITES) -> DurableStore:
    store = opened(path)
    for number in range(writes):
        store.put(f"/{number % 20:02}", b"%d" % number * 300)
    return store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def whole(path: Path) -> list[KeyValue]:
    """What is in a file that was closed."""
    store = filled(path)
    store.close()
    return store.range("/")


def content(path: Path) -> list[KeyValue]:
    store = opened(path)
    try:
        assert store.revision == WRITES + 1
        return store.range("/")
    finally:
        store._journal.release()


# Damage


def test_a_torn_tail_is_noticed(path: Path, tmp_path: Path) -> None:
    """SQLite takes a cut-off log for one that was never finished."""
    store = filled(path)
    log = path.with_name("shop.db-wal").read_bytes()
    errors = 0
    for number in range(40):
        copy = crashed(path, tmp_path / f"copy-{number}.db")
        end = len(log) * number // 40
        copy.with_name(copy.name + "-wal").write_bytes(log[:end])
        with pytest.raises(StoreDamagedError, match="was acknowledged") as found:
            content(copy)
        errors += "-wal lost, cut off" in str(found.value)
    assert errors == 40
    assert content(crashed(path, tmp_path / "whole.db")) == store.range("/")
    store.close()


def test_a_lost_log_is_noticed(path: Path, tmp_path: Path) -> None:
    store = filled(path)
    copy = crashed(path, tmp_path / "copy.db")
    store.close()
    copy.with_name("copy.db-wal").unlink()
    with pytest.raises(StoreDamagedError, match="left behind in a copy"):
        content(copy)
    copy.with_name("copy.db-ack").unlink()
    with pytest.raises(StoreDamagedError, match="copy.db-ack is missing, which belongs to it"):
        content(copy)


def test_a_file_that_was_closed_can_be_copied_alone(path: Path, whole: list[KeyValue]) -> None:
    path.with_name("shop.db-ack").unlink()
    assert content(path) == whole


@pytest.mark.parametrize("part", [0, 1, 50, 99, 100, 4096, 5000, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_noticed(path: Path, whole: list[KeyValue], part: float) -> None:
    size = path.stat().st_size
    os.truncate(path, part if isinstance(part, int) else int(size * part))
    with pytest.raises((StoreDamagedError, NotAStoreError)) as found:
        content(path)
    assert "copy" in str(found.value), "says what to do"


def test_a_missing_file_is_noticed(path: Path, whole: list[KeyValue]) -> None:
    path.unlink()
    with pytest.raises(StoreDamagedError, match="it is gone, but revision 61 was acknowledged"):
        content(path)


def test_no_flipped_bit_goes_unnoticed(path: Path, whole: list[KeyValue]) -> None:
    """Wherever one bit is wrong: the same content, or an error."""
    good, draw, noticed = path.read_bytes(), Random(7), 0
    for _ in range(300):
        place = draw.randrange(len(good))
        spoilt = bytearray(good)
        spoilt[place] ^= 1 << draw.randrange(8)
        path.write_bytes(spoilt)
        path.with_name("shop.db-ack").unlink(missing_ok=True)
        path.with_name("shop.db-wal").unlink(missing_ok=True)
        try:
            assert content(path) == whole, f"byte {place}"
        except StoreError:
            noticed += 1
    assert noticed > 100


def test_a_spoilt_row_is_named(path: Path, whole: list[KeyValue]) -> None:
    spoilt = path.read_bytes().replace(b"59" * 300, b"58" * 300)
    path.write_bytes(spoilt)
    with pytest.raises(StoreDamagedError, match="revision 61 is not as it was written"):
        content(path)


def test_a_missing_change_is_noticed(path: Path, whole: list[KeyValue]) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM change WHERE id = (SELECT min(id) + (30 << 20) FROM change)")
    db.close()
    with pytest.raises(StoreDamagedError, match="a change before revision 33 is lost"):
        content(path)


def test_a_spoilt_witness_is_noticed(path: Path, whole: list[KeyValue]) -> None:
    path.with_name("shop.db-ack").write_bytes(b"12")
    with pytest.raises(StoreDamagedError, match="in shop.db-ack: 2 bytes instead of 20"):
        content(path)


# No room


def test_a_full_disk_stops_the_store_and_loses_nothing(path: Path) -> None:
    store = filled(path)
    store._journal._db.execute("PRAGMA max_page_count = 20")
    with pytest.raises(StoreFullError, match="is full, and a write could not be made") as full:
        for number in range(100):
            store.put("/more", b"%d" % number * 3000)
    was, revision = store.range("/"), store.revision
    with pytest.raises(StoreFullError) as still:
        store.delete("/more")
    assert still.value is full.value
    assert store.range("/") == was, "it can be looked at"
    store.close()
    again = opened(path)
    assert (again.range("/"), again.revision) == (was, revision)
    again.put("/more", b"")
    again.close()


def test_a_limit_on_the_size_of_files_stops_the_store_and_loses_nothing(path: Path) -> None:
    code = f"""
from pathlib import Path
from tests.edge.test_faults import limited
limited(Path({str(path)!r}))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    acknowledged, error = done.stdout.splitlines()
    assert "It was not acknowledged; all that was is safe." in error
    again = opened(path)
    assert again.revision >= int(acknowledged) > 10
    assert [kv.mod_revision for kv in again.range("/")] == list(range(2, again.revision + 1))
    again.close()


def limited(path: Path) -> None:
    """Write until a file would be larger than 300 kB; run in a process of its own."""
    import resource  # not on every system

    store = opened(path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    try:
        while True:
            store.put(f"/{store.revision:04}", bytes(1000))
    except (StoreFullError, StoreStoppedError) as error:
        print(store.revision)
        print(error)


# Not ours


def test_what_is_no_store_is_left_alone(path: Path) -> None:
    path.write_bytes(b"these are my notes about shops " * 100)
    with pytest.raises(NotAStoreError, match="is not a cluster's store"):
        opened(path)
    assert path.read_bytes().startswith(b"these are my notes")


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE photo (name TEXT)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(NotAStoreError, match="is a database of something else"):
        opened(path)
    assert path.read_bytes() == before


def test_an_empty_file_is_not_taken_for_a_new_store(path: Path) -> None:
    path.touch()
    with pytest.raises(StoreDamagedError, match="it is empty"):
        opened(path)


def test_a_file_of_another_version_is_left_alone(path: Path, whole: list[KeyValue]) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(NotAStoreError, match="format 99, this one reads 1"):
        opened(path)


@pytest.mark.parametrize("place", ["nowhere/shop.db", "."])
def test_where_no_file_can_be(tmp_path: Path, place: str) -> None:
    with pytest.raises(StoreUnreachableError, match="Check that the folder exists"):
        opened(tmp_path / place)


# Twice


def test_one_file_belongs_to_one_cluster(path: Path) -> None:
    store = opened(path)
    with pytest.raises(StoreInUseError, match="Call close"):
        opened(path)
    code = "import sys; from tests.edge.test_durable import opened, Path; opened(Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, env=environment
    )
    assert "StoreInUseError" in done.stderr
    store.put("/a", b"")
    store.close()
    opened(path).close()


# Taking what is left


def spoil_a_row(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"50" * 300, b"51" * 300))


def cut_the_end(path: Path) -> None:
    os.truncate(path, path.stat().st_size * 3 // 4)


@pytest.mark.parametrize(("spoil", "at_least"), [(spoil_a_row, 51), (cut_the_end, 2)])
def test_what_can_be_read_is_brought_to_a_new_file(
    path: Path, tmp_path: Path, spoil: Callable[[Path], None], at_least: int
) -> None:
    store = filled(path)
    states = {revision: store.range("/", revision=revision) for revision in range(1, WRITES + 2)}
    store.close()
    spoil(path)
    rescued = tmp_path / "rescued.db"
    result = salvage(path, rescued)
    assert at_least <= result.revision < WRITES + 1
    assert f"as they were at revision {result.revision}; " in str(result)
    again = opened(rescued)
    assert again.range("/") == states[result.revision]
    assert again.put("/new", b"").mod_revision > WRITES + BUMP, "no revision is given twice"
    again.close()
    with pytest.raises(StoreUnreachableError, match="it is there already"):
        salvage(path, rescued)
