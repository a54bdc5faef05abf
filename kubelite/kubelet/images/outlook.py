"""What a process in a pod sees of the network: the port through which the cluster shows it.

The kubelet's room knows addresses of pods only. Names, Services and policies are led through an
``Outlook`` that whoever builds the cluster puts in (``Network.outlooks``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kubelite.apimachinery.struct import Value
from kubelite.kubelet.cri import Reply, Request

Then = Callable[[Reply], object]


class Found(Value):
    """What a name led to, and how long the answer took in microseconds."""

    addresses: tuple[str, ...] = ()
    latency: int = 0


class Outlook(Protocol):
    """The network as one pod sees it."""

    @property
    def now(self) -> int:
        """The virtual time, in microseconds."""
        ...

    @property
    def server(self) -> str:
        """The address of the pod's name server."""
        ...

    def lookup(self, name: str) -> Found:
        """Ask the pod's resolver."""
        ...

    def ask(
        self, address: str, port: int, host: str, request: Request, patience: int, then: Then
    ) -> None:
        """One request to an address; ``host`` is the name it was found by."""
        ...


class Nowhere:
    """A network on which nobody is found."""

    now = 0
    server = "127.0.0.1"

    def lookup(self, name: str) -> Found:
        """No name is known, and an address stands for itself."""
        return Found((name,) if name.replace(".", "").isdecimal() else ())

    def ask(
        self, address: str, port: int, host: str, request: Request, patience: int, then: Then
    ) -> None:
        """Nobody answers."""
        then(Reply(error="connect: network is unreachable"))


NOWHERE = Nowhere()
