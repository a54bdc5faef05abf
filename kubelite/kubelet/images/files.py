"""A container's file system: paths to text, nothing more.

A directory is a path whose content is None. Every container begins with its own copy of ``BASE``.
"""

from __future__ import annotations

_DIRECTORIES = (
    "/ /bin /dev /etc /home /mnt /opt /root /run /srv /tmp /usr /usr/bin /usr/local "
    "/usr/local/bin /usr/sbin /usr/share /var /var/cache /var/lib /var/log /var/run "
    "/var/run/secrets /var/run/secrets/kubernetes.io /var/run/secrets/kubernetes.io/serviceaccount "
    "/www"
)

BASE: dict[str, str | None] = {
    **dict.fromkeys(_DIRECTORIES.split()),
    "/dev/null": "",
    "/dev/termination-log": "",
}


def normalise(path: str, cwd: str = "/") -> str:
    """The absolute path without ``.``, ``..`` or doubled slashes."""
    parts: list[str] = []
    for part in (path if path.startswith("/") else f"{cwd}/{path}").split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def parent(path: str) -> str:
    """The directory a path lies in."""
    return path.rpartition("/")[0] or "/"


class Files(dict[str, str | None]):
    """Path to content; None marks a directory."""

    def is_dir(self, path: str) -> bool:
        """Whether there is a directory at ``path``."""
        return path in self and self[path] is None

    def is_file(self, path: str) -> bool:
        """Whether there is a file at ``path``."""
        return self.get(path) is not None

    def write(self, path: str, text: str, append: bool = False) -> bool:
        """Write a file. False when its directory does not exist or it is one itself."""
        if path == "/dev/null":
            return True
        if self.is_dir(path) or not self.is_dir(parent(path)):
            return False
        self[path] = (self.get(path) or "") + text if append else text
        return True

    def children(self, path: str) -> list[str]:
        """The names in a directory, sorted."""
        return sorted(
            name.rpartition("/")[2] for name in self if name != "/" and parent(name) == path
        )

    def remove_tree(self, path: str) -> None:
        """Remove a file, or a directory with all that is in it."""
        for name in [name for name in self if name == path or name.startswith(path + "/")]:
            del self[name]
