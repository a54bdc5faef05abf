"""From a container's volumeMount to the mount the runtime makes, subPath included.

Models makeMounts of ``pkg/kubelet/kubelet_pods.go`` and ``pkg/volume/util/subpath``.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.api.core_v1 import VolumeMount
from kubelite.kubelet.cri import Mount
from kubelite.kubelet.images.files import Tree, normalise
from kubelite.kubelet.volumes.mounting import Mounted, MountError


def mount_of(mount: VolumeMount, mounted: Mounted, expand: Callable[[str], str]) -> Mount:
    """The mount for the runtime. ``expand`` fills in subPathExpr. Raises ``MountError``."""
    tree, root = mounted.tree, mounted.root
    sub_path = expand(mount.sub_path_expr) if mount.sub_path_expr else mount.sub_path
    if sub_path:
        if sub_path.startswith("/"):
            raise MountError(f"error SubPath `{sub_path}` must not be an absolute path")
        if ".." in sub_path.split("/"):
            raise MountError(f"unable to provision SubPath `{sub_path}`: must not contain '..'")
        tree, root = _below(mounted, normalise(f"{root}/{sub_path}"))
    path = normalise(mount.mount_path)
    return Mount(path, tree, root, mount.read_only or mounted.read_only)


def _below(mounted: Mounted, path: str) -> tuple[Tree, str]:
    """A place inside the volume. Links are followed now, once for all: files that are swapped
    by a link later stay as they are for this container.
    """
    tree = mounted.tree
    if mounted.follows:
        tree = tree.copy()
    place = tree.resolve(path)
    if place not in tree:
        tree.make_dirs(place)
    return tree, place
