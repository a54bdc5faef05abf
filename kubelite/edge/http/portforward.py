"""Ports of this computer that lead to pods of a served cluster: ``kubectl port-forward`` inside.

Each connection is a ``Conversation``, as those are that come through the API.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from kubelite.edge.http.conversation import Conversation
from kubelite.kubelet.cri import Reply, Request

MOST_CONNECTIONS = 200
"""More than these nobody may hold open at one port."""


class Forwards:
    """All ports that one server has opened."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        lock: AbstractContextManager[Any],
        nudge: Callable[[], object],
    ):
        self._loop = loop
        self._lock = lock
        self._nudge = nudge
        self._sockets: list[socket.socket] = []
        self._open: set[_Connection] = set()

    def open(self, tunnel: Any, host: str, local: int, remote: int) -> int:
        """Listen on a port of this computer (0 for any), from any thread; which it is.

        Raises OSError. The caller may hold the lock, so nothing here waits for the loop.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, local), family=family)
        listening.setblocking(False)
        self._sockets.append(listening)
        ask = partial(self._ask, tunnel, remote)
        self._loop.call_soon_threadsafe(self._listen, listening, ask)
        port: int = listening.getsockname()[1]
        return port

    def close(self) -> None:
        """Open none any more, and end every connection; in the loop's thread."""
        for connection in tuple(self._open):
            connection.end("")
        for listening in self._sockets:
            self._loop.remove_reader(listening)
            listening.close()
        self._sockets.clear()

    def _listen(self, listening: socket.socket, ask: Callable[..., None]) -> None:
        def come() -> None:
            try:
                one, _ = listening.accept()
            except OSError:
                return
            if len(self._open) >= MOST_CONNECTIONS:
                one.close()
                return
            made = self._loop.connect_accepted_socket(partial(_Connection, ask, self._open), one)
            self._making = self._loop.create_task(made)

        if listening.fileno() >= 0:
            self._loop.add_reader(listening, come)

    def _ask(
        self, tunnel: Any, port: int, request: Request, then: Callable[[Reply], object]
    ) -> None:
        with self._lock:
            tunnel.ask(port, request, then)
        self._nudge()


class _Connection(asyncio.Protocol):
    """One client at one port."""

    def __init__(self, ask: Callable[..., None], every: set[_Connection]):
        self._ask = ask
        self._every = every
        self._transport: asyncio.Transport | None = None
        self._conversation: Conversation | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has come: find out whether the pod listens."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._every.add(self)
        self._conversation = Conversation(self._ask, transport.write, self.end)
        self._conversation.dial()

    def data_received(self, data: bytes) -> None:
        """From the client to the pod."""
        if self._conversation is not None:
            self._conversation.feed(data)

    def eof_received(self) -> bool:
        """The client says no more, and may still listen."""
        self.data_received(b"")
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._every.discard(self)
        if self._conversation is not None:
            self._conversation.over = True

    def end(self, error: str) -> None:
        """The pod says no more, or cannot be reached."""
        if self._transport is not None:
            self._transport.close()
