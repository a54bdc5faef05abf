"""The pod network of the whole cluster: which address belongs to which pod's sandbox.

Models what a CNI plugin sets up, with host-local address management. Connections that nobody
answers fail as Linux words it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelite.kubelet.cri import NEVER, Reply, Request, SandboxConfig
from kubelite.kubelet.images.files import Tree
from kubelite.kubelet.images.outlook import Found, Outlook
from kubelite.sim.clock import Clock

if TYPE_CHECKING:
    from kubelite.kubelet.runtime.container import Container

REFUSED = "connect: connection refused"
NO_ROUTE = "connect: no route to host"
TIMED_OUT = "i/o timeout"
RESET = "read: connection reset by peer"

Then = Callable[[Reply], object]


class Addresses:
    """The addresses of one node's range, handed out in turn, the freed ones last."""

    def __init__(self, cidr: str):
        base, _, length = cidr.partition("/")
        a, b, c, d = (int(part) for part in base.split("."))
        self._first = (a << 24 | b << 16 | c << 8 | d) + 2  # .0 is the network, .1 the bridge
        self._size = (1 << (32 - int(length))) - 3
        self._next = 0
        self._used: set[int] = set()
        self.cidr = cidr

    def take(self) -> str:
        """The next free address, or "" when the range is used up."""
        for step in range(self._size):
            place = (self._next + step) % self._size
            if place not in self._used:
                self._used.add(place)
                self._next = place + 1
                number = self._first + place
                return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
        return ""

    def give_back(self, address: str) -> None:
        """The address is free again."""
        a, b, c, d = (int(part) for part in address.split("."))
        self._used.discard((a << 24 | b << 16 | c << 8 | d) - self._first)


class PodOutlook:
    """The network as one pod sees it: itself, and plain addresses. No name is known."""

    server = "127.0.0.1"

    def __init__(self, network: Network, pod: SandboxConfig, ip: str):
        self._network = network
        self._pod = pod
        self._ip = ip

    @property
    def now(self) -> int:
        """The virtual time."""
        return self._network.clock.now

    def lookup(self, name: str) -> Found:
        """The pod itself by its name, and addresses."""
        if name == self._pod.name:
            return Found((self._ip,))
        return Found((name,) if name.replace(".", "").isdecimal() else ())

    def ask(
        self, address: str, port: int, host: str, request: Request, patience: int, then: Then
    ) -> None:
        """Straight to the address."""
        own = address.startswith("127.")
        self._network.request(self._ip if own else address, port, request, patience, then)


class Network:
    """Address to the containers reached there. One for all nodes of a cluster.

    ``exports`` is the storage that file servers offer, by its address: every node sees the same.
    ``slowness`` is how much later everything arrives, in microseconds, while the network is bad.
    ``outlook`` shows a pod's network to its processes; a cluster puts in one that knows names.
    """

    def __init__(self, clock: Clock):
        self.exports: dict[str, Tree] = {}
        self.clock = self._clock = clock
        self.outlook: Callable[[SandboxConfig, str], Outlook] = self._plain
        self.slowness = 0
        self._hosts: dict[str, list[Container]] = {}
        self._dark: set[str] = set()

    def _plain(self, pod: SandboxConfig, ip: str) -> Outlook:
        return PodOutlook(self, pod, ip)

    def join(self, address: str, container: Container) -> None:
        """The container can be reached at the address from now on."""
        self._hosts.setdefault(address, []).append(container)

    def leave(self, address: str, container: Container) -> None:
        """The container has ended."""
        found = self._hosts.get(address)
        if found and container in found:
            found.remove(container)

    def add(self, address: str) -> None:
        """A sandbox owns the address, even before anything listens there."""
        self._hosts.setdefault(address, [])
        self._dark.discard(address)

    def remove(self, address: str) -> None:
        """Nobody owns the address any more."""
        self._hosts.pop(address, None)
        self._dark.discard(address)

    def owner(self, address: str) -> tuple[str, str, str]:
        """The namespace and name of the pod that is reached there, and its node; or ""s."""
        for container in self._hosts.get(address, ()):
            pod = container.sandbox.config
            return pod.namespace, pod.name, container.runtime.node_name
        return "", "", ""

    def listening(self, address: str, port: int) -> Container | None:
        """The container that would answer there, if one would."""
        if address in self._dark:
            return None
        hosts = self._hosts.get(address, ())
        return next((host for host in hosts if host.listens(port)), None)

    def darken(self, address: str) -> None:
        """The machine behind the address has lost power: packets to it vanish."""
        self._dark.add(address)

    # DOC: network-request
    def request(self, address: str, port: int, request: Request, timeout: int, then: Then) -> None:
        """Ask whatever listens at ``address:port``; ``then`` gets its reply or an error.

        ``timeout`` in microseconds. An answer without delay arrives before this returns.
        """
        if address in self._dark:
            self._clock.after(timeout, then, Reply(error=TIMED_OUT))
            return
        hosts = self._hosts.get(address)
        if hosts is None:
            then(Reply(error=NO_ROUTE))
            return
        for container in hosts:
            if container.listens(port):
                self._answer(container, request, timeout, then)
                return
        then(Reply(error=REFUSED))

    def _answer(self, container: Container, request: Request, timeout: int, then: Then) -> None:
        reply = container.answer(request)
        delay = reply.delay + self.slowness
        if delay == 0:
            then(reply)
        elif reply.delay == NEVER or delay > timeout:
            self._clock.after(timeout, then, Reply(error="timeout"))
        else:
            self._clock.after(delay, self._arrive, container, reply, then)

    def _arrive(self, container: Container, reply: Reply, then: Then) -> None:
        then(reply if container.running else Reply(error=RESET))
