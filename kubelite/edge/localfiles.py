"""The files of this computer, for commands that read folders and write: kustomize and cp."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """One thing in a folder. ``target`` is where a symbolic link leads; "" for anything else."""

    name: str
    folder: bool
    mode: int
    target: str = ""


class LocalFiles:
    """Files and folders by their paths. Everything raises OSError."""

    def absolute(self, path: str) -> str:
        """The whole path, links and all."""
        return os.path.abspath(path)

    def resolve(self, path: str) -> str:
        """The whole path without links; an error names the first part that is not there."""
        whole = Path(os.path.abspath(path))
        for part in (*reversed(whole.parents), whole):
            part.lstat()
        return str(whole.resolve(strict=True))

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there."""
        return os.path.isdir(path)

    def exists(self, path: str) -> bool:
        """Whether anything is there, be it a link that leads nowhere."""
        return os.path.lexists(path)

    def read(self, path: str) -> bytes:
        """All of a file."""
        return Path(path).read_bytes()

    def write(self, path: str, content: bytes, mode: int | None = None) -> None:
        """Make a file, or replace what is in it."""
        Path(path).write_bytes(content)
        if mode is not None:
            Path(path).chmod(mode & 0o777)

    def make_folder(self, path: str) -> None:
        """Make a folder, and those above it, where they are missing."""
        Path(path).mkdir(parents=True, exist_ok=True)

    def look(self, path: str) -> Entry:
        """What is at a path, without following it if it is a link."""
        found = os.lstat(path)
        target = os.readlink(path) if os.path.islink(path) else ""
        folder = os.path.isdir(path) and not target
        return Entry(os.path.basename(path), folder, found.st_mode & 0o7777, target)

    def names(self, path: str) -> list[str]:
        """What is in a folder, in the order of the names."""
        return sorted(os.listdir(path))
