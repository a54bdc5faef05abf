"""Opening the store of a cluster that outlives its process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelite.etcd.backend import Durable

if TYPE_CHECKING:
    from pathlib import Path


def open_store(path: str | Path, durability: str = "power") -> Durable:
    """The store in a file, which is made if there is none. Raises StoreError."""
    from kubelite.edge.durable import DurableStore  # most clusters need no database

    return DurableStore(path, durability)
