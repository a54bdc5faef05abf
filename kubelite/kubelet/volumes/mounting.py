"""What a volume's source is given to work with, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.quantity import Quantity
from kubelite.client import Client
from kubelite.kubelet.images.files import Tree
from kubelite.kubelet.runtime.disk import Disk


class MountError(Exception):
    """The volume cannot be mounted now; the text is what the event says after the volume's name.

    ``message`` replaces the event's whole text, where the failure is not of mounting itself.
    """

    def __init__(self, reason: str, message: str = ""):
        super().__init__(reason)
        self.message = message


class NotAttached(MountError):
    """Nothing is wrong yet: the volume is on its way to the node. Looked at every second."""


class Mounting(NamedTuple):
    """One volume of one pod on one node.

    ``source`` is the member of the volume that is set (``volume.config_map``, ...). ``find`` gives
    a ConfigMap or Secret of the pod's namespace as this node knows it, or None; from then on a
    change of it refreshes the volume. ``allocatable`` is the node's, ``now`` the time in
    microseconds, ``addresses`` the pod's and the node's.
    """

    pod: Pod
    name: str
    source: Any
    disk: Disk
    client: Client
    node_name: str
    find: Callable[[str, str], Any | None]
    allocatable: Mapping[str, Quantity]
    now: int
    addresses: tuple[str, str] = ("", "")


class Mounted(NamedTuple):
    """A volume that is there: its tree and the place in it, ready for containers to mount.

    ``follows`` says that the source is to be asked again when something it looked up, or the pod,
    has changed; ``renew_at`` also when that moment has come. ``release`` runs when the pod is over.
    A pod that keeps more than ``quota`` bytes there is evicted.
    """

    tree: Tree
    root: str = "/"
    read_only: bool = False
    follows: bool = False
    renew_at: int = 0
    release: Callable[[], object] | None = None
    quota: int = 0
