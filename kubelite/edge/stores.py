"""Opening the store of a cluster that outlives its process."""

from __future__ import annotations

from pathlib import Path

from kubelite.etcd.backend import Durable


def open_store(path: str | Path, durability: str = "power") -> Durable:
    """The store in a file, which is made if there is none. Raises StoreError."""
    from kubelite.edge.durable import DurableStore  # most clusters need no database

    return DurableStore(path, durability)
