"""A machine's own storage: its file system, and the directories of its pods' volumes.

It outlives every kubelet process and, but for what lies in memory, a power failure. Stands in for
``/`` and ``/var/lib/kubelet/pods`` of a real node.
"""

from __future__ import annotations

from kubelite.kubelet.images.files import BASE, Tree

_DIRECTORIES = (
    "/boot /dev/disk /dev/shm /etc/cni /etc/cni/net.d /etc/containerd /etc/default /etc/kubernetes "
    "/etc/kubernetes/manifests /etc/kubernetes/pki /etc/pki /etc/ssl /etc/ssl/certs /etc/systemd "
    "/lib /lib/modules /opt/cni /opt/cni/bin /proc /proc/sys /proc/sys/net /run/containerd "
    "/run/dbus /run/lock /run/netns /run/systemd /run/udev /sys /sys/class /sys/dev "
    "/sys/fs /sys/fs/bpf /sys/fs/cgroup /sys/kernel /sys/kernel/debug /usr/lib /usr/lib/modules "
    "/usr/libexec /usr/libexec/kubernetes /usr/local/share /usr/share/ca-certificates "
    "/usr/share/zoneinfo /usr/src /var/lib/containerd /var/lib/kubelet "
    "/var/lib/kubelet/device-plugins "
    "/var/lib/kubelet/pki /var/lib/kubelet/plugins /var/lib/kubelet/plugins_registry "
    "/var/lib/kubelet/pod-resources /var/lib/kubelet/pods /var/log/containers /var/log/journal "
    "/var/log/pods /var/run/containerd /var/run/dbus /var/run/netns"
)

_FILES = (
    "/etc/group /etc/hostname /etc/hosts /etc/localtime /etc/machine-id /etc/os-release "
    "/etc/passwd /etc/resolv.conf /etc/timezone /run/xtables.lock /var/lib/kubelet/config.yaml"
)

SOCKETS = frozenset(
    (
        "/run/containerd/containerd.sock",
        "/var/run/containerd/containerd.sock",
        "/run/dbus/system_bus_socket",
        "/var/run/dbus/system_bus_socket",
        "/var/lib/kubelet/pod-resources/kubelet.sock",
    )
)

DEVICES = frozenset(
    (
        "/dev/fuse",
        "/dev/kmsg",
        "/dev/kvm",
        "/dev/net/tun",
        "/dev/null",
        "/dev/zero",
    )
)

MACHINE: dict[str, str | None] = {
    **BASE,
    **dict.fromkeys([*_DIRECTORIES.split(), "/dev/net"]),
    **dict.fromkeys([*_FILES.split(), *sorted(SOCKETS | DEVICES)], ""),
}
"""What agents find on a usual Linux machine with a kubelet and containerd."""


class Disk:
    """One machine's directories. ``exports`` are those of file servers, the same on every node."""

    def __init__(self, exports: dict[str, Tree]):
        self.exports = exports
        self.root = Tree()
        self.root.update(MACHINE)
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
