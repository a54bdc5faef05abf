"""What can be wrong with a store's file, each in words that say what to do next."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kubelite.etcd.backend import StoreError


class NotAStoreError(StoreError):
    """The file is something else, or of a later version."""


class StoreInUseError(StoreError):
    """Another cluster, here or in another process, has the file open."""


class StoreUnreachableError(StoreError):
    """The file, or its folder, cannot be opened for writing."""


class StoreDamagedError(StoreError):
    """What was acknowledged is not all there, or not as it was written."""


class StoreFullError(StoreError):
    """There is no room for one more write."""


class StoreStoppedError(StoreError):
    """The store is closed, or a write has failed: it takes no more."""


def damaged(path: Path, what: str) -> StoreDamagedError:
    """The error for a spoilt file."""
    return StoreDamagedError(
        f"{path} is damaged: {what}. Bring back a copy of it made while no "
        f"cluster had it open; or take what can still be read to a new file: "
        f'from kubelite.edge.salvage import salvage; salvage("{path}", "rescued.db")'
    )


def unreadable(path: Path, key: str, why: object) -> NotAStoreError:
    """The error for a value that is whole, but no object that this version knows."""
    return NotAStoreError(
        f"{path} holds {key}, which this version of kubelite cannot read ({why}). "
        "Open it with the version that wrote it, or begin a new file"
    )


def in_use(path: Path) -> StoreInUseError:
    """The error for a second cluster on one file."""
    return StoreInUseError(
        f"{path} is open in another cluster, in this process or in another one. "
        "Call close() on that cluster (or end its process), then open it again"
    )


def unreachable(path: Path, why: object) -> StoreUnreachableError:
    """The error for a file that cannot be written."""
    return StoreUnreachableError(
        f"{path} cannot be opened: {why}. Check that the folder exists, that you may write to "
        "it, and that the disk has room"
    )


def closed(path: Path) -> StoreStoppedError:
    """The error for a write after ``close``."""
    return StoreStoppedError(f'the cluster was closed: open it again with Cluster(store="{path}")')


def failed(path: Path, problem: BaseException) -> StoreError:
    """The error for a write that could not be made."""
    again = (
        "It was not acknowledged; all that was is safe. The cluster can be looked at but takes "
        f'no more writes: close() it, then open it again with Cluster(store="{path}")'
    )
    if _is(problem, "SQLITE_FULL") or isinstance(problem, OSError) and problem.errno == 28:
        return StoreFullError(
            f"the disk of {path} is full, and a write could not be made. {again} after you have "
            "made room"
        )
    why = str(problem) or type(problem).__name__
    return StoreStoppedError(f"a write to {path} has failed ({why}). {again}")


def not_opened(path: Path, problem: sqlite3.Error) -> StoreError:
    """The error for a file that SQLite will not open."""
    if _is(problem, "SQLITE_BUSY"):
        return in_use(path)
    if _is(problem, "SQLITE_NOTADB"):
        return NotAStoreError(
            f"{path} is not a cluster's store, or its beginning is spoilt. Choose another name "
            "for a new cluster, or bring back a copy"
        )
    if any(_is(problem, name) for name in ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_FULL")):
        return unreachable(path, problem)
    return damaged(path, str(problem))


def _is(problem: BaseException, name: str) -> bool:
    return getattr(problem, "sqlite_errorname", "").startswith(name)
