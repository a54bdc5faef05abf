"""A machine's own storage: its file system, and the directories of its pods' volumes.

It outlives every kubelet process and, but for what lies in memory, a power failure. Stands in for
``/`` and ``/var/lib/kubelet/pods`` of a real node.
"""

from __future__ import annotations

from kubelite.kubelet.images.files import BASE, Tree


class Disk:
    """One machine's directories. ``exports`` are those of file servers, the same on every node."""

    def __init__(self, exports: dict[str, Tree]):
        self.exports = exports
        self.root = Tree()
        self.root.update(BASE)
        self._volumes: dict[str, dict[str, Tree]] = {}
        self._memory: dict[str, dict[str, Tree]] = {}

    def volume(self, uid: str, name: str, limit: int = 0, memory: bool = False) -> Tree:
        """The directory of a pod's volume, made empty when it is first asked for."""
        held = (self._memory if memory else self._volumes).setdefault(uid, {})
        if name not in held:
            held[name] = Tree(limit)
        return held[name]

    def export(self, address: str) -> Tree:
        """A directory of a file server."""
        return self.exports.setdefault(address, Tree())

    def remove(self, uid: str) -> None:
        """The directories of a pod's volumes go with all that is in them."""
        self._volumes.pop(uid, None)
        self._memory.pop(uid, None)

    def pods(self) -> tuple[str, ...]:
        """The uids of pods that have volumes here."""
        return tuple(self._volumes | self._memory)

    def lose_memory(self) -> None:
        """Power is cut."""
        self._memory.clear()
