"""A disk that says it could not keep what it was given: the store stops, and does not try again."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.edge.faults import StoreDamagedError, StoreStoppedError
from kubelite.etcd.backend import StoreError
from tests.edge.test_durable import crashed, opened

SETTINGS: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


def test_a_failing_witness_stops_the_store_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failure nobody knows what is on disk: to try again would hide it."""
    store = opened(path)
    store.put("/a", b"1")
    tries: list[int] = []

    def failing(*_: Any) -> int:
        tries.append(1)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("kubelite.edge.acknowledged.os.write", failing)
    with pytest.raises(StoreStoppedError, match="Input/output error"):
        store.put("/b", b"2")
    assert (store.revision, store.get("/b")) == (2, None)  # it was not acknowledged
    with pytest.raises(StoreStoppedError):
        store.put("/c", b"3")
    assert tries == [1]
    monkeypatch.undo()
    store.close()
    again = opened(path)
    assert [kv.key for kv in again.range("/")][:1] == ["/a"]
    assert "/c" not in {kv.key for kv in again.range("/")}
    again.close()


def test_the_last_record_torn_at_every_place(path: Path, tmp_path: Path) -> None:
    """Cut off anywhere within its last transaction a log is damaged; else it is whole."""
    store = opened(path)
    for number in range(5):
        store.put(f"/{number}", b"x" * 50)
    wal = path.with_name("shop.db-wal")
    before = len(wal.read_bytes())
    store.put("/last", b"y" * 50)
    log = wal.read_bytes()
    places = [*range(before, before + 64), *range(before + 64, len(log), 97), len(log) - 1]
    for end in places:
        copy = crashed(path, tmp_path / "copy.db")
        copy.with_name("copy.db-wal").write_bytes(log[:end])
        with pytest.raises(StoreDamagedError, match="revision 7 was acknowledged"):
            opened(copy)
    whole = opened(crashed(path, tmp_path / "copy.db"))
    assert whole.revision == store.revision == 7
    whole.close()
    store.close()


def test_a_cluster_says_so_and_comes_back_with_all_that_was_acknowledged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = Cluster(nodes=1, store=path)
    cluster.apply(SETTINGS)
    real = os.write

    def failing(file: int, data: bytes) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("kubelite.edge.acknowledged.os.write", failing)
    with pytest.raises(StoreError, match="open it again with Cluster"):
        cluster.apply({**SETTINGS, "metadata": {"name": "b"}})
    with pytest.raises(StoreError):
        cluster.run(60)  # heartbeats are writes, too
    assert cluster.get("configmap/a").metadata.name == "a"  # it can still be looked at
    monkeypatch.setattr("kubelite.edge.acknowledged.os.write", real)
    cluster.close()
    with Cluster(store=path) as again:
        assert "a" in again.get("configmaps").names
        again.run(60)
