"""The table of volume sources: from a source of a pod's volume to a directory on its node.

Models the plugins of ``pkg/volume``. A source is one function and one row of ``VOLUMES``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api.core_v1 import Volume
from kubelite.kubelet.images.files import normalise, parent
from kubelite.kubelet.runtime.disk import DEVICES, SOCKETS
from kubelite.kubelet.volumes.claims import check_node, mount_volume, persistent_volume
from kubelite.kubelet.volumes.mounting import Mounted, MountError, Mounting
from kubelite.kubelet.volumes.projection import (
    config_map_files,
    downward_files,
    projected_files,
    projecting,
    secret_files,
)

Source = Callable[[Mounting], Mounted]
"""Makes a volume ready. Raises ``MountError``; then it is tried again, later and later."""

MEMORY = "Memory"

_MADE = ("DirectoryOrCreate", "FileOrCreate")
_NOT = {
    "Directory": "a directory",
    "File": "a file",
    "Socket": "a socket file",
    "CharDevice": "a character device",
    "BlockDevice": "a block device",
}


def empty_dir(mounting: Mounting) -> Mounted:
    """A directory that lives as long as the pod. Memory is full at its size limit; whoever puts
    more on the disk than the limit is evicted.
    """
    memory = mounting.source.medium == MEMORY
    limit = mounting.source.size_limit
    size = limit.value if limit else 0
    uid = mounting.pod.metadata.uid
    tree = mounting.disk.volume(uid, mounting.name, size if memory else 0, memory)
    return Mounted(tree, quota=0 if memory else size)


def host_path(mounting: Mounting) -> Mounted:
    """A path of the machine itself, checked or made as the type says."""
    root = mounting.disk.root
    path, kind = normalise(mounting.source.path), mounting.source.type or ""
    if kind == "FileOrCreate" and path not in root:
        if parent(path) not in root:
            problem = f"open {path}: no such file or directory"
            raise MountError(f"hostPath type check failed: {problem}")
        root[path] = ""
    if kind in _NOT and not (root.is_dir(path) if kind == "Directory" else _is(root, path, kind)):
        raise MountError(f"hostPath type check failed: {path} is not {_NOT[kind]}")
    if kind in ("", "DirectoryOrCreate") and path not in root:
        root.make_dirs(path)  # without a type the container runtime makes it
    return Mounted(root, path)


def _is(root: Any, path: str, kind: str) -> bool:
    special = {"Socket": SOCKETS, "CharDevice": DEVICES, "BlockDevice": ()}
    if kind in special:
        return path in special[kind]
    return bool(root.is_file(path)) and path not in SOCKETS | DEVICES


def network_share(mounting: Mounting) -> Mounted:
    """A directory of an NFS server: every pod that mounts it sees the same files."""
    source = mounting.source
    tree = mounting.disk.export(f"nfs://{source.server}{source.path}")
    return Mounted(tree, read_only=source.read_only)


def claim(mounting: Mounting) -> Mounted:
    """The storage behind a claim: a disk of the network, or a path of one machine."""
    volume, only_read = persistent_volume(mounting)
    check_node(mounting, volume)
    source = volume.spec.host_path
    if source is None and volume.spec.local is not None:
        path = normalise(volume.spec.local.path)
        if path not in mounting.disk.root:
            name = volume.metadata.name
            text = f'MountVolume.NewMounter initialization failed for volume "{name}" : '
            raise MountError("no path", f'{text}path "{path}" does not exist')
        return Mounted(mounting.disk.root, path, read_only=only_read)
    if source is not None:
        return host_path(mounting._replace(source=source))._replace(read_only=only_read)
    return mount_volume(mounting, volume, only_read)


def plain(mounting: Mounting) -> Mounted:
    """A source that is accepted and gives an empty directory of the pod's own."""
    return Mounted(mounting.disk.volume(mounting.pod.metadata.uid, mounting.name))


def read_only(mounting: Mounting) -> Mounted:
    """The same, and nothing can be written there."""
    return plain(mounting)._replace(read_only=True)


# DOC: volumes-table
VOLUMES: dict[str, Source] = {
    "empty_dir": empty_dir,
    "config_map": projecting(config_map_files),
    "secret": projecting(secret_files),
    "downward_api": projecting(downward_files),
    "projected": projecting(projected_files),
    "host_path": host_path,
    "persistent_volume_claim": claim,
    "ephemeral": claim,
    "nfs": network_share,
    "image": read_only,
}
"""Registration: one row is one source of volumes, by its field of ``Volume``. A source that has
no row gives a ``plain`` directory."""


def source_of(volume: Volume) -> tuple[Source, Any]:
    """The row for a volume, and the member of the volume it is about."""
    for kind, mount in VOLUMES.items():
        source = getattr(volume, kind)
        if source is not None:
            return mount, source
    return plain, None
