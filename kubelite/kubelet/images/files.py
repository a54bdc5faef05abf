"""A container's file system: paths to text, nothing more.

A directory is a path whose content is None. Every container begins with its own copy of ``BASE``.
A ``Tree`` knows links, permissions and a size, too: volumes and a machine's disk are trees.
"""

from __future__ import annotations

from collections.abc import Callable

READ_ONLY = "Read-only file system"
NO_SPACE = "No space left on device"

_LINKS = 40
"""How many links are followed in a row before Linux gives up."""

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


def _nothing() -> None:
    """Nobody minds how much there is."""


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
        """Write a file. False when its directory does not exist, or ``refusal`` says why not."""
        if path == "/dev/null":
            return True
        if self.is_dir(path) or not self.is_dir(parent(path)) or self.refusal(path, text):
            return False
        self[path] = (self.get(path) or "") + text if append else text
        return True

    def refusal(self, path: str, text: str = "") -> str:
        """Why nothing may be written or removed here, in the words of the kernel, or ""."""
        return ""

    def resolve(self, path: str) -> str:
        """Where ``path`` really is, once every link has been followed."""
        return path

    def link(self, path: str) -> str:
        """Where the link at ``path`` points, "" when it is none."""
        return ""

    def mode(self, path: str) -> int:
        """The permissions, as chmod takes them."""
        return 0o755 if self.is_dir(path) else 0o644

    def children(self, path: str) -> list[str]:
        """The names in a directory, sorted."""
        return sorted(
            name.rpartition("/")[2] for name in self if name != "/" and parent(name) == path
        )

    def make_dirs(self, path: str) -> None:
        """Create a directory with those above it."""
        while path not in self:
            self[path] = None
            path = parent(path)

    def remove_tree(self, path: str) -> None:
        """Remove a file, or a directory with all that is in it."""
        for name in [name for name in self if name == path or name.startswith(path + "/")]:
            del self[name]


class Tree(Files):
    """A directory of its own, rooted at "/": what a volume holds, or a machine's disk.

    ``limit`` is how many bytes fit in, 0 for any number. More than ``quota`` fit, too, but then
    ``overrun`` is called.
    """

    def __init__(self, limit: int = 0) -> None:
        super().__init__({"/": None})
        self.limit = limit
        self.quota = 0
        self.overrun: Callable[[], object] = _nothing
        self.links: dict[str, str] = {}
        self.modes: dict[str, int] = {}

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum([len(text) for text in self.values() if text])

    def copy(self) -> Tree:
        """Another tree with the same files."""
        other = Tree(self.limit)
        other.update(self)
        other.links, other.modes = dict(self.links), dict(self.modes)
        return other

    def refusal(self, path: str, text: str = "") -> str:
        """A full directory takes nothing more."""
        if self.limit and self.size + len(text) > self.limit:
            return NO_SPACE
        return ""

    def __setitem__(self, path: str, text: str | None) -> None:
        super().__setitem__(path, text)
        if self.quota and text and self.size > self.quota:
            self.overrun()

    def resolve(self, path: str) -> str:
        """Follow links, relative ones from where they lie."""
        for _ in range(_LINKS):
            for link, target in self.links.items():
                if path == link or path.startswith(link + "/"):
                    path = normalise(target + path[len(link) :], parent(link))
                    break
            else:
                break
        return path

    def link(self, path: str) -> str:
        """Where the link at ``path`` points, "" when it is none."""
        return self.links.get(path, "")

    def mode(self, path: str) -> int:
        """The permissions, as chmod takes them."""
        found = self.modes.get(path)
        return super().mode(path) if found is None else found

    def children(self, path: str) -> list[str]:
        """The names in a directory, links included, sorted."""
        linked = [link.rpartition("/")[2] for link in self.links if parent(link) == path]
        return sorted(super().children(path) + linked)
