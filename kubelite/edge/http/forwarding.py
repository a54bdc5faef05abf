"""``kubectl port-forward``: connections to ports of a pod, carried by one WebSocket.

kubectl speaks SPDY inside it: for each connection it opens two streams, one for what goes wrong
and one for the data. Other clients give each port two channels instead, a byte before each message.
Models k8s.io/cri-streaming (portforward/httpstream.go, websocket.go) and the tunnel of
k8s.io/apiserver/pkg/util/proxy/streamtunnel.go.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from kubelite.apimachinery import errors
from kubelite.apiserver.registry.podstreams import Tunnel
from kubelite.edge.http import spdy
from kubelite.edge.http.conversation import Conversation
from kubelite.edge.http.outbox import Outbox, Receive, Send
from kubelite.kubelet.cri import Reply, Request

TUNNEL = "SPDY/3.1+portforward.k8s.io"
CHANNELS = "v4.channel.k8s.io"
PROTOCOLS = (TUNNEL, CHANNELS)

MOST_STREAMS = 1000
_DATA, _ERROR = "data", "error"


class Forwarding:
    """One client's connections to one pod."""

    def __init__(
        self,
        tunnel: Tunnel,
        lock: AbstractContextManager[Any],
        send: Send,
        receive: Receive,
        nudge: Callable[[], object],
    ):
        self._tunnel = tunnel
        self._lock = lock
        self._send = send
        self._receive = receive
        self._nudge = nudge
        self._out = Outbox()

    async def run(self) -> None:
        """Until the client has gone."""
        sending = asyncio.create_task(self._out.run(self._send))
        reading = asyncio.create_task(self._read())
        try:
            await asyncio.wait((sending, reading), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            reading.cancel()

    async def _read(self) -> None:
        self._begin()
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            if not self._take(message.get("bytes") or (message.get("text") or "").encode()):
                return

    def _begin(self) -> None:
        """Before the client has said anything."""

    def _take(self, raw: bytes) -> bool:
        """One message; False when it was the last one."""
        raise NotImplementedError

    def _ask(self, port: int, request: Request, then: Callable[[Reply], object]) -> None:
        with self._lock:
            self._tunnel.ask(port, request, then)
        self._nudge()


class SpdyForwarding(Forwarding):
    """Streams of SPDY, in pairs: kubectl's way."""

    def __init__(self, *parts: Any):
        super().__init__(*parts)
        self._reader = spdy.Reader()
        self._writer = spdy.Writer()
        self._pairs: dict[str, dict[str, int]] = {}
        self._open: dict[int, Conversation] = {}

    def _take(self, raw: bytes) -> bool:
        try:
            return all([self._frame(frame) for frame in self._reader.frames(raw)])
        except spdy.Malformed:
            return False

    def _frame(self, frame: spdy.Frame) -> bool:
        if frame.kind == spdy.SYN_STREAM:
            self._opened(frame)
        elif frame.kind == spdy.DATA:
            self._data(frame)
        elif frame.kind == spdy.RST_STREAM:
            self._forget(frame.stream)
        elif frame.kind == spdy.PING:
            self._out.put(self._writer.ping(frame.data))
        return frame.kind != spdy.GOAWAY

    def _opened(self, frame: spdy.Frame) -> None:
        """A new stream: of a pair that it begins or completes."""
        kind, port = frame.headers.get("streamtype", ""), frame.headers.get("port", "")
        valid = kind in (_DATA, _ERROR) and port.isdecimal() and 0 < int(port) < 1 << 16
        if not valid or len(self._open) >= MOST_STREAMS or len(self._pairs) >= MOST_STREAMS:
            self._out.put(self._writer.reset(frame.stream, spdy.PROTOCOL_ERROR))
            return
        self._out.put(self._writer.reply(frame.stream))
        name = frame.headers.get("requestid", "")
        pair = self._pairs.setdefault(name, {})
        pair[kind] = frame.stream
        if len(pair) == 2:
            del self._pairs[name]
            self._connect(pair[_DATA], pair[_ERROR], int(port))

    def _connect(self, data: int, error: int, port: int) -> None:
        conversation = Conversation(
            partial(self._ask, port),
            lambda raw: self._out.put(self._writer.data(data, raw)),
            partial(self._close, data, error),
        )
        self._open[data] = conversation
        conversation.dial()

    def _data(self, frame: spdy.Frame) -> None:
        conversation = self._open.get(frame.stream)
        if conversation is None:
            return
        if frame.data:
            conversation.feed(frame.data)
        if frame.fin:
            conversation.feed(b"")

    def _close(self, data: int, error: int, what: str) -> None:
        """The connection has ended; what went wrong goes to the other stream of the pair."""
        self._open.pop(data, None)
        self._out.put(self._writer.data(error, what.encode(), fin=True))
        if what:
            self._out.put(self._writer.reset(data, spdy.CANCEL))
        else:
            self._out.put(self._writer.data(data, b"", fin=True))

    def _forget(self, stream: int) -> None:
        conversation = self._open.pop(stream, None)
        if conversation is not None:
            conversation.over = True


class ChannelForwarding(Forwarding):
    """Two channels for each port: for its data and for what goes wrong."""

    def __init__(self, ports: Iterable[int], *parts: Any):
        super().__init__(*parts)
        self._ports = tuple(ports)
        self._open: dict[int, Conversation] = {}

    def _begin(self) -> None:
        for place, port in enumerate(self._ports):
            for channel in (2 * place, 2 * place + 1):
                self._out.put(bytes((channel,)) + struct.pack("<H", port))
            self._open[2 * place] = conversation = Conversation(
                partial(self._ask, port),
                partial(self._written, 2 * place),
                partial(self._closed, 2 * place + 1),
            )
            conversation.dial()

    def _take(self, raw: bytes) -> bool:
        conversation = self._open.get(raw[0]) if len(raw) > 1 else None
        if conversation is not None:
            conversation.feed(raw[1:])
        return True

    def _written(self, channel: int, raw: bytes) -> None:
        self._out.put(bytes((channel,)) + raw)

    def _closed(self, channel: int, what: str) -> None:
        if what:
            self._written(channel, what.encode())
        if all(conversation.over for conversation in self._open.values()):
            self._out.end()


def ports_of(texts: Iterable[str]) -> tuple[int, ...]:
    """The ports that a client asks for by the URL. Raises StatusError 400."""
    found = [text for joined in texts for text in joined.split(",")]
    if not found or len(found) > 100:
        raise errors.bad_request('query parameter "port" is required')
    if not all(text.isdecimal() and 0 < int(text) < 1 << 16 for text in found):
        raise errors.bad_request(f"unable to parse {found[0]!r} as a port")
    return tuple(int(text) for text in found)
