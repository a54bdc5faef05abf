"""One forwarded connection: whatever a client sends to a port of a pod, as requests and replies.

Programs of our containers know requests, not bytes, so the other end of a connection is read as
HTTP here. What is no HTTP is answered as a web server answers it: 400, and the connection ends.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import h11

from kubelite.kubelet.cri import Reply, Request

MAX_BODY = 8 << 20

_FIRST_LINE = re.compile(rb"[A-Z]+ \S+ HTTP/1\.[01]\r?\Z|\r?\Z")

Ask = Callable[[Request, Callable[[Reply], object]], object]
"""Asks the port; the reply may come at once or later, in another thread."""


class Conversation:
    """The server's end. ``write`` gets its bytes, ``close`` what went wrong or nothing."""

    def __init__(self, ask: Ask, write: Callable[[bytes], object], close: Callable[[str], object]):
        self._ask = ask
        self._write = write
        self._close = close
        self._http = h11.Connection(h11.SERVER)
        self._loop = asyncio.get_running_loop()
        self._request: h11.Request | None = None
        self._body = b""
        self._early: list[bytes] | None = []  # until somebody has answered the call
        self._busy = False
        self.over = False

    def dial(self) -> None:
        """Find out whether anybody listens."""
        self._ask(Request(protocol="tcp"), self._later(self._connected))

    def feed(self, content: bytes) -> None:
        """Bytes from the client; none at all when it has ended."""
        if self._early is not None:
            self._early.append(content)
        elif not self.over:
            self._http.receive_data(content)
            self._go_on()

    def _connected(self, reply: Reply) -> None:
        if reply.error:
            self._end(reply.error)
            return
        early, self._early = self._early or [], None
        for content in early:
            self.feed(content)

    def _go_on(self) -> None:
        """Take what the client has sent, up to a whole request."""
        while not (self._busy or self.over):
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError:
                self._refuse(HTTPStatus.BAD_REQUEST)
                return
            if event is h11.NEED_DATA or event is h11.PAUSED:
                self._wait()
                return
            self._take(event)

    def _wait(self) -> None:
        """For more; but a first line that is none of HTTP is not waited out."""
        line, end, _ = self._http.trailing_data[0].partition(b"\n")
        if self._http.their_state is h11.IDLE and end and not _FIRST_LINE.match(line):
            self._refuse(HTTPStatus.BAD_REQUEST)
        elif self._http.they_are_waiting_for_100_continue:
            self._say(h11.InformationalResponse(status_code=100, headers=[]))

    def _take(self, event: Any) -> None:
        if isinstance(event, h11.Request):
            self._request, self._body = event, b""
        elif isinstance(event, h11.Data):
            self._body += bytes(event.data)
            if len(self._body) > MAX_BODY:
                self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif isinstance(event, h11.EndOfMessage) and self._request is not None:
            self._busy = True
            self._ask(_request(self._request, self._body), self._later(self._answered))
        elif isinstance(event, h11.ConnectionClosed):
            self._end("")

    def _answered(self, reply: Reply) -> None:
        if self.over:
            return
        if reply.error:
            self._end(reply.error)
            return
        self._busy = False
        self._respond(reply.status, reply.body)
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            self._go_on()
        else:
            self._end("")

    def _respond(self, status: int, text: str) -> None:
        body = text.encode("utf-8", "surrogateescape")
        media = "text/html" if text.startswith("<") else "text/plain"
        headers = [("Content-Type", media), ("Content-Length", str(len(body)))]
        named = status in list(HTTPStatus)
        reason = HTTPStatus(status).phrase if named else "Unknown"
        events: list[Any] = [h11.Response(status_code=status, headers=headers, reason=reason)]
        if self._request is None or self._request.method != b"HEAD":
            events.append(h11.Data(data=body))
        self._say(*events, h11.EndOfMessage())

    def _refuse(self, status: HTTPStatus) -> None:
        """What a web server says to whom it cannot serve."""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._respond(status, f"{status} {status.phrase}\n")
        self._end("")

    def _say(self, *events: Any) -> None:
        raw = b"".join([self._http.send(event) or b"" for event in events])
        if raw:
            self._write(raw)

    def _end(self, error: str) -> None:
        if not self.over:
            self.over = True
            self._close(error)

    def _later(self, action: Callable[[Reply], None]) -> Callable[[Reply], object]:
        """``action`` in the thread of the connection."""
        return lambda reply: self._loop.call_soon_threadsafe(action, reply)


def _request(head: h11.Request, body: bytes) -> Request:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers
    )
    text = body.decode("utf-8", "surrogateescape")
    path = head.target.decode("latin-1")
    return Request(path, head.method.decode("latin-1"), headers=headers, body=text)
