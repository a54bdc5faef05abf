"""Folders of kustomizations: nothing outside a folder is read, unless it is a base of its own.

Models api/internal/loader/fileloader.go and kyaml/filesys.
"""

from __future__ import annotations

import posixpath

from kubelite.kubectl.client import Client
from kubelite.kubectl.result import CommandError

_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


class Folder:
    """One kustomization's folder. ``above`` are those that led here."""

    def __init__(self, client: Client, path: str, above: tuple[str, ...], free: bool = False):
        self._client = client
        self.path = path
        self._above = above
        self._free = free

    def below(self, name: str) -> Folder:
        """The folder of a base or a component. Raises CommandError."""
        if name.startswith("/"):
            raise CommandError(f"new root '{name}' cannot be absolute")
        found = folder(
            self._client, posixpath.normpath(posixpath.join(self.path, name)), self._free
        )
        for root in (*self._above, self.path):
            if root == found.path or root.startswith(f"{found.path.rstrip('/')}/"):
                raise CommandError(
                    f"cycle detected: candidate root '{found.path}' contains visited root '{root}'"
                )
        return Folder(self._client, found.path, (*self._above, self.path), self._free)

    def read(self, name: str) -> bytes:
        """A file of this folder. Raises CommandError."""
        path = posixpath.join(self.path, name)
        found = _resolved(self._client, path)
        if self._client.local.is_folder(found):
            raise CommandError(f"'{found}' must resolve to a file")
        if not self._free and not found.startswith(f"{self.path.rstrip('/')}/"):
            raise CommandError(f"security; file '{found}' is not in or below '{self.path}'")
        return self._client.local.read(found)

    def kustomization(self) -> bytes:
        """The kustomization file itself. Raises CommandError."""
        found = []
        for name in _NAMES:
            try:
                found.append(self.read(name))
            except (CommandError, OSError):
                continue
        if not found:
            raise CommandError(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or "
                f"'Kustomization' in directory '{self.path}'"
            )
        if len(found) > 1:
            raise CommandError(f"Found multiple kustomization files under: {self.path}\n")
        return found[0]


def folder(client: Client, path: str, free: bool = False) -> Folder:
    """A folder by its path; ``free`` ones read files outside, too. Raises CommandError."""
    try:
        found = _resolved(client, path)
    except CommandError as error:
        raise CommandError(f"must build at directory: not a valid directory: {error}") from error
    if not client.local.is_folder(found):
        raise CommandError(f"must build at directory: '{path}': file is not directory")
    return Folder(client, found, (), free)


def _resolved(client: Client, path: str) -> str:
    whole = client.local.absolute(path)
    try:
        return client.local.resolve(path)
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise CommandError(
            f"evalsymlink failure on '{whole}' : lstat {error.filename}: {reason}"
        ) from error
