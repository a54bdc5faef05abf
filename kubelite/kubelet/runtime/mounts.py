"""A container's file system with other directories mounted into it.

Models what runc makes of the mounts in a container's configuration: the longest mount point that
is part of a path decides where the path leads.
"""

from __future__ import annotations

from collections.abc import Iterable

from kubelite.kubelet.cri import ContainerConfig, Mount, SandboxConfig
from kubelite.kubelet.images.files import BASE, READ_ONLY, Files, Tree, parent


# DOC: container-files
def files_of(pod: SandboxConfig, config: ContainerConfig) -> Files:
    """A new container's files: the image's, those that say where it is, and its mounts.

    Volumes do not hide the three; what a pod mounts at the place of one of them does.
    """
    told = {
        "/etc/hosts": config.hosts,
        "/etc/hostname": f"{pod.hostname}\n" if pod.hostname else "",
        "/etc/resolv.conf": pod.resolv_conf,
    }
    if not config.mounts:
        files = Files(BASE)
        files.update((path, text) for path, text in told.items() if text)
        return files
    taken = {mount.path for mount in config.mounts}
    ours = [_file(path, text) for path, text in told.items() if text and path not in taken]
    return mounted((*ours, *config.mounts))


def _file(path: str, text: str) -> Mount:
    """A mount of a single file."""
    tree = Tree()
    tree["/file"] = text
    return Mount(path, tree, "/file")


def mounted(mounts: Iterable[Mount]) -> MountedFiles:
    """A new container's files: the image's, and the mounts over them."""
    image = Tree()
    image.update(BASE)
    files = MountedFiles((Mount("/", image),))
    for mount in sorted(mounts, key=lambda mount: len(mount.path)):
        files.mount(mount)
    return files


class MountedFiles(Files):
    """Files of several trees under one root."""

    def __init__(self, mounts: tuple[Mount, ...]):
        super().__init__()
        self._mounts = mounts  # the longest path first

    def mount(self, mount: Mount) -> None:
        """Show ``mount`` at its path; whatever was there is hidden."""
        above, place, _ = self._at(parent(mount.path))
        above.make_dirs(place)  # as the runtime makes mount points
        self._mounts = (mount, *self._mounts)

    def _at(self, path: str) -> tuple[Tree, str, bool]:
        """The tree a path leads to, the place in it, and whether it may not be changed."""
        for mount in self._mounts:
            point = mount.path
            if point == "/" or path == point or path.startswith(point + "/"):
                rest = path if point == "/" else path[len(point) :]
                place = mount.root + rest if mount.root != "/" else rest or "/"
                return mount.tree, mount.tree.resolve(place), mount.read_only
        raise LookupError(path)  # the first mount of all is the root

    def __contains__(self, path: object) -> bool:
        tree, place, _ = self._at(str(path))
        return place in tree

    def __getitem__(self, path: str) -> str | None:
        tree, place, _ = self._at(path)
        return tree[place]

    def get(self, path: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """The text of a file, ``default`` when there is none."""
        tree, place, _ = self._at(path)
        return tree.get(place, default)

    def __setitem__(self, path: str, text: str | None) -> None:
        tree, place, _ = self._at(path)
        tree[place] = text

    def __delitem__(self, path: str) -> None:
        tree, place, _ = self._at(path)
        del tree[place]

    def refusal(self, path: str, text: str = "") -> str:
        """A mount may be read-only, or full."""
        tree, place, read_only = self._at(path)
        return READ_ONLY if read_only else tree.refusal(place, text)

    def link(self, path: str) -> str:
        """Where the link at ``path`` points, "" when it is none."""
        above, place, _ = self._at(parent(path))
        return above.link(place.rstrip("/") + "/" + path.rpartition("/")[2])

    def mode(self, path: str) -> int:
        """The permissions of what is there, links followed."""
        tree, place, _ = self._at(path)
        return tree.mode(place)

    def children(self, path: str) -> list[str]:
        """The names in a directory, mount points included, sorted."""
        tree, place, _ = self._at(path)
        points = [m.path.rpartition("/")[2] for m in self._mounts if parent(m.path) == path]
        return sorted({*tree.children(place), *[point for point in points if point]})

    def remove_tree(self, path: str) -> None:
        """Remove a file, or a directory with all that is in it."""
        tree, place, _ = self._at(path)
        tree.remove_tree(place)
