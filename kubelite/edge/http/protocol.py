"""How one connection is read and written: by uvicorn's protocols, but not for ever.

A head has to be whole in time, then its body, and what is written has to be taken; a client that
drips or stands still is sent away, and nobody waits for it. Models the read and idle timeouts of
Go's ``http.Server`` as k8s.io/apiserver/pkg/server/secure_serving.go sets them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

from kubelite.sim import limits

if TYPE_CHECKING:
    Base = asyncio.Protocol
else:
    Base = object

TOGETHER = 64 * 1024
"""Bytes that wait for the end of the turn, at most."""

_HEAD_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class Corked:
    """A transport that sends at once what is written in one turn of the event loop.

    The head and the body of an answer are then one record of TLS and one call of the system.
    """

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop):
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, a moment later."""
        if not self._waiting:
            self._loop.call_soon(self.flush)
        self._waiting.append(data)
        self._size += len(data)
        if self._size > TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            whole = b"".join(self._waiting)
            self._waiting.clear()
            self._size = 0
            if not self._transport.is_closing():
                self._transport.write(whole)

    def close(self) -> None:
        """Send what waits, and no more."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether it is closed, or being closed."""
        closing: bool = self._transport.is_closing()
        return closing


class Draining(Base):
    """Cuts off a client that does not take what is sent to it."""

    transport: Any
    _stalled: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """The client is slower than we are."""
        super().pause_writing()
        loop = asyncio.get_running_loop()
        self._stalled = loop.call_later(limits.STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It goes on reading."""
        self._has_moved()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._has_moved()
        super().connection_lost(exc)

    def _has_moved(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


class Patient(Draining):
    """Put before one of uvicorn's HTTP protocols, gives each part of a request its time."""

    loop: asyncio.AbstractEventLoop
    cycle: Any  # the request that is being read or answered
    flow: Any  # whether more is read meanwhile
    _deadline: asyncio.TimerHandle | None = None
    _awaited = ""
    _answered: Any = None  # the request under way, when others have been read behind it
    _seen: Any = None
    _upgraded = False
    _loose = 0  # bytes after the last request that was read whole

    def connection_made(self, transport: Any) -> None:
        """A client has come."""
        super().connection_made(Corked(transport, self.loop))  # type: ignore[arg-type]
        self._wait("head", limits.HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Part of a request, or a few of them."""
        body = self.cycle is not None and self.cycle.more_body
        super().data_received(data)
        if self._upgraded:
            return
        cycle = self.cycle
        if cycle is not self._seen:
            self._seen, self._loose = cycle, 0
        elif not body:
            self._count(len(data))
        if cycle is None or cycle.response_complete:
            if cycle is None or not cycle.more_body:
                self._wait("head", limits.HEAD_SECONDS)
        elif cycle.more_body:
            self._wait("body", limits.BODY_SECONDS)
        elif self.flow.read_paused:  # nor would a client be missed that has gone meanwhile
            self._wait("turn", limits.STALL_SECONDS)
        else:
            self._wait("", 0)

    def on_response_complete(self) -> None:
        """One answer has been sent; whoever still sends what nobody reads may not go on long."""
        unread = self.cycle.more_body
        if self._awaited == "turn":
            self._wait("", 0)
        super().on_response_complete()  # type: ignore[misc]
        if unread:
            self._wait("rest", limits.HEAD_SECONDS)

    def shutdown(self) -> None:
        """The server ends: a connection with nothing under way is not worth a goodbye."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
        else:
            super().shutdown()  # type: ignore[misc]

    def handle_websocket_upgrade(self, *event: Any) -> None:
        """It has become a WebSocket, which may be silent."""
        self._upgraded = True
        self._wait("", 0)
        super().handle_websocket_upgrade(*event)  # type: ignore[misc]

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._wait("", 0)
        super().connection_lost(exc)
        if self._answered is not None and not self._answered.response_complete:
            self._answered.disconnected = True  # uvicorn tells it to the request read last
            self._answered.message_event.set()

    def on_headers_complete(self) -> None:
        """httptools has read a head."""
        before = self.cycle
        super().on_headers_complete()  # type: ignore[misc]
        if before is not self.cycle and (
            self._answered is None or self._answered.response_complete
        ):
            self._answered = before

    def _wait(self, what: str, seconds: float) -> None:
        """Something is due; being asked again for the same thing gives it no more time."""
        if what == self._awaited:
            return
        if self._deadline is not None:
            self._deadline.cancel()
        self._awaited = what
        self._deadline = self.loop.call_later(seconds, self._give_up) if what else None

    def _give_up(self) -> None:
        if self._awaited == "turn":  # it may be that nothing is read, so its goodbye neither
            self.transport.abort()
        elif not self.transport.is_closing():
            self.transport.close()

    def _count(self, size: int) -> None:
        """A head has a limit before it is whole, too."""
        self._loose += size
        if self._loose > limits.HEAD_BYTES and not self.transport.is_closing():
            if self.cycle is None or self.cycle.response_complete:
                self.transport.write(_HEAD_TOO_LARGE)
            self.transport.close()


class PatientSocket(Draining, WSProtocol):
    """A WebSocket whose client has to take what is sent."""


def http() -> type[asyncio.Protocol]:
    """The protocol for HTTP: on httptools, which is fast, or on h11 where that is not there."""
    found: type[asyncio.Protocol]
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

        found = type("Fast", (Patient, HttpToolsProtocol), {})
    except ImportError:
        from uvicorn.protocols.http.h11_impl import H11Protocol

        found = type("Plain", (Patient, H11Protocol), {})
    return found
