"""A store in a file: what was there is there again, and goes on where it ended."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubelite.edge.durable import PLAIN, DurableStore
from kubelite.edge.faults import StoreStoppedError
from kubelite.etcd.backend import CompactedError, Delete, LeaseNotFoundError, Put

SUFFIXES = ("", "-wal", "-ack")


def opened(path: Path, durability: str = "process") -> DurableStore:
    return DurableStore(path, durability, PLAIN)


def crashed(path: Path, copy: Path) -> Path:
    """What a process leaves that is killed now: the files as they are on disk."""
    for suffix in SUFFIXES:
        file = path.with_name(path.name + suffix)
        if file.exists():
            shutil.copy(file, copy.with_name(copy.name + suffix))
    return copy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def store(path: Path) -> Iterator[DurableStore]:
    store = opened(path)
    yield store
    store.close()


@pytest.mark.parametrize("durability", ["power", "process"])
def test_objects_revisions_and_history_come_back(path: Path, durability: str) -> None:
    store = opened(path, durability)
    store.put("/a", b"1")
    store.put("/a", b"2")
    store.txn([], [Put("/b", b"1"), Delete("/a")], [])
    was = store.range("/"), list(store.changes(1))
    store.close()
    again = opened(path, durability)
    assert (again.range("/"), list(again.changes(1))) == was
    assert [kv.value for kv in again.range("/", revision=3)] == [b"2"]
    assert again.put("/c", b"1").mod_revision == 5
    again.close()


def test_compaction_comes_back(path: Path) -> None:
    store = opened(path)
    for number in range(10):
        store.put(f"/{number % 3}", b"%d" % number)
    store.delete("/0")
    store.compact(12)
    was = store.range("/")
    store.close()
    again = opened(path)
    assert (again.range("/"), again.compacted, again.revision) == (was, 12, 12)
    with pytest.raises(CompactedError):
        again.changes(11)
    assert again.put("/0", b"").version == 1
    again.close()


def test_a_revision_is_never_given_again_even_if_nothing_is_left_of_it(path: Path) -> None:
    store = opened(path)
    store.put("/a", b"")
    store.delete("/a")
    store.compact(3)
    store.close()
    again = opened(path)
    assert again.put("/a", b"").mod_revision == 4
    again.close()


def test_leases_come_back_with_what_they_hold(path: Path) -> None:
    store = opened(path)
    first, second = store.grant(100), store.grant(200)
    store.put("/a", b"", lease=first)
    store.put("/b", b"", lease=second)
    store.expire(100)
    store.close()
    again = opened(path)
    with pytest.raises(LeaseNotFoundError):
        again.put("/c", b"", lease=first)
    assert again.expire(150) == 200
    assert again.expire(200) is None
    assert again.range("/") == []
    assert again.grant(300) == 3, "not one that was given before"
    again.close()


def test_a_write_is_in_the_file_when_watchers_hear_of_it(
    store: DurableStore, path: Path, tmp_path: Path
) -> None:
    heard: list[int] = []

    def look(change: object) -> None:
        copy = opened(crashed(path, tmp_path / "copy.db"))
        heard.append(copy.revision)
        copy.close()

    store.subscribe(look)
    store.put("/a", b"")
    store.txn([], [Put("/b", b""), Put("/c", b"")], [])
    assert heard == [2, 3, 3]


def test_an_interrupted_write_stops_the_store(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows whether it is on disk: only the file can tell."""
    store = opened(path)
    store.put("/a", b"")
    written = store._journal.append

    def interrupted(*args: object) -> None:
        written(*args)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(store._journal, "append", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.put("/b", b"")
    assert (store.revision, store.get("/b")) == (2, None)
    with pytest.raises(StoreStoppedError, match="a write to .* has failed .KeyboardInterrupt."):
        store.put("/c", b"")
    store.close()
    again = opened(path)
    assert [kv.key for kv in again.range("/")] == ["/a", "/b"]
    again.close()


def test_after_closing_nothing_is_written(store: DurableStore) -> None:
    store.put("/a", b"")
    store.close()
    with pytest.raises(StoreStoppedError, match="open it again with Cluster"):
        store.put("/a", b"")
    assert store.get("/a") is not None


def test_durability_is_one_of_two(path: Path) -> None:
    with pytest.raises(ValueError, match='durability is "power" or "process"'):
        opened(path, "none")
