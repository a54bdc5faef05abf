"""The listening socket, with a limit to those who have come in.

Whoever has not shown a token yet is a stranger. When strangers crowd the door, the one who has
stood there longest is sent away, before any TLS is spoken with the next: a thousand silent
connections keep nobody out. Kubernetes leaves this to the load balancer before its API server.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Any

from kubelite.sim import limits


class Door(socket.socket):
    """Listens on ``host``; says that it is TCP: only then does asyncio send without delay."""

    def __init__(self, host: str, port: int):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.bind((host, port))
        except BaseException:
            self.close()
            raise
        self._strangers: dict[Any, socket.socket] = {}  # by host and port, the oldest first
        self._guests: dict[Any, socket.socket] = {}

    def accept(self) -> tuple[socket.socket, Any]:
        """The next one to come in. Raises ConnectionAbortedError when there is no room."""
        found, address = super().accept()
        self._strangers = _open(self._strangers, limits.STRANGERS)
        self._guests = _open(self._guests, limits.CONNECTIONS)
        while len(self._strangers) >= limits.STRANGERS:
            self._send_away(self._strangers.pop(next(iter(self._strangers))))
        if len(self._guests) >= limits.CONNECTIONS:
            found.close()
            raise ConnectionAbortedError("too many connections")
        self._strangers[address[:2]] = found
        return found, address

    def let_in(self, address: Any) -> None:
        """Whoever calls from this host and port has shown a token that is good."""
        known = self._strangers.pop(address, None)
        if known is not None:
            self._guests[address] = known

    @staticmethod
    def _send_away(stranger: socket.socket) -> None:
        # Not closed, for it belongs to asyncio, which then sees that it has ended.
        with contextlib.suppress(OSError):
            stranger.shutdown(socket.SHUT_RDWR)


def _open(connections: dict[Any, socket.socket], most: int) -> dict[Any, socket.socket]:
    """Those that have not been closed; nobody looks before there are many."""
    if len(connections) < most:
        return connections
    return {where: one for where, one in connections.items() if one.fileno() >= 0}
