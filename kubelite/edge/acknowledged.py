"""The last revision anybody was told of, in a small file beside the store's own.

A database that lost its tail looks whole: SQLite takes a cut-off log for one that was never
finished. So whoever is told of a write is also witness to it. The file is written after the
write is on disk, and never says more than is there, unless something was lost.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

_RECORD = struct.Struct("<QQI")


class Mark(NamedTuple):
    """The last revision, and the number the next lease will have."""

    revision: int
    next_lease: int


NOTHING = Mark(1, 1)


def read(path: Path) -> Mark | None:
    """What the file says; None when there is no such file. Raises ValueError when it is spoilt."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(raw) != _RECORD.size:
        raise ValueError(f"{len(raw)} bytes instead of {_RECORD.size}")
    revision, next_lease, checksum = _RECORD.unpack(raw)
    if checksum != zlib.crc32(raw[:16]):
        raise ValueError("its checksum is wrong")
    return Mark(revision, next_lease)


class Acknowledged:
    """The file, opened by the first write.

    One small write in place: after ``kill -9`` it is the old or the new one.
    """

    def __init__(self, path: Path):
        self._path = path
        self._file = -1

    def write(self, revision: int, next_lease: int, sync: bool = False) -> None:
        """Note that these were acknowledged. Raises OSError."""
        if self._file < 0:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._file = os.open(self._path, flags, 0o644)
        head = struct.pack("<QQ", revision, next_lease)
        os.lseek(self._file, 0, os.SEEK_SET)
        os.write(self._file, head + struct.pack("<I", zlib.crc32(head)))
        if sync:
            os.fsync(self._file)

    def close(self) -> None:
        """Close the file; closing twice does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
