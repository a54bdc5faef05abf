"""The application: one HTTP request becomes one call of the API server.

Plain ASGI. Every request goes the same way: limits, whose it is, what it asks for, the answer.
All of it happens in one event loop; whoever touches the engine holds its lock for that long.
Models the handler chain of k8s.io/apiserver/pkg/server/config.go.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote

from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import encode
from kubelite.apiserver import discovery, health
from kubelite.apiserver.registry.podstreams import STREAMS
from kubelite.apiserver.server import APIServer
from kubelite.cluster.story import Story
from kubelite.edge.http import channels, guard, openapi, paths, proxying, tables
from kubelite.edge.http.dashboard import page
from kubelite.edge.http.dashboard.feed import Feed
from kubelite.edge.http.exchange import Answer, Asked
from kubelite.edge.http.guard import Authenticator, Headers
from kubelite.edge.http.inflight import Crowded, InFlight
from kubelite.edge.http.openapi import OpenAPI
from kubelite.edge.http.resources import Resources
from kubelite.edge.http.sessions import Sessions
from kubelite.sim import limits
from kubelite.sim.trace import Subject

DASHBOARD = "/kubelite/v1/"
VERSIONS = ("1.1", "1.0")
BODILESS = ("GET", "HEAD")
PLAIN = "text/plain; charset=utf-8"

CLOSING_SECONDS = 2.0
"""So long a client may take to hear that a WebSocket is closed."""


Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Scope = Mapping[str, Any]


class App:
    """Serves one API server. ``lock`` is held while the engine is touched.

    ``hosts`` are the names by which it may be asked, ``revision`` is that of the store,
    ``served`` is called after each request: there may be something to do, ``known`` with the
    address of whoever has shown a token, ``tell`` for the story of an object, and ``metrics`` for
    what the server counts.
    """

    def __init__(
        self,
        server: APIServer,
        lock: AbstractContextManager[Any],
        authenticator: Authenticator,
        hosts: Collection[str],
        revision: Callable[[], int],
        served: Callable[[], object],
        known: Callable[[Any], object],
        tell: Callable[[Subject], Story],
        metrics: Callable[[], str],
    ):
        self._server = server
        self._lock = lock
        self._authenticator = authenticator
        self._hosts = hosts
        self._served = served
        self._known = known
        self._tell = tell
        self._metrics = metrics
        self._in_flight = InFlight()
        self._openapi = OpenAPI(server.scheme)
        self._resources = Resources(server, lock, revision)
        self._sessions = Sessions(server, lock, served)
        self._proxy = proxying.Proxy(server, lock, served)
        self._open: dict[asyncio.Task[None], None] = {}

    def close(self) -> None:
        """End everything that would go on: watches, followed logs, sessions in containers."""
        for task in self._open:
            task.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's request, as ASGI has it."""
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
            return
        try:
            if scope["path"] in page.FILES:
                handed_out = self._page(scope)
                if handed_out is not None:
                    await _send(send, scope["method"], handed_out)
                    return
            asked = self._let_in(scope)
            with self._in_flight.place(asked.method, asked.user.name):
                answer = await self._answer(asked, receive)
                if isinstance(answer.body, bytes):
                    await _send(send, asked.method, answer)
                    return
        except (StatusError, Crowded) as error:
            answer = refusal(error)
            await _send(send, scope["method"], answer)
            return
        finally:
            self._served()
        await self._stream(send, receive, answer, answer.body)

    async def _answer(self, asked: Asked, receive: Receive) -> Answer:
        if asked.method not in BODILESS:
            asked = asked._replace(body=await _body(receive, asked.headers))
        to = proxying.target(asked.path)
        if to is not None:
            return await self._proxy.answer(asked, to)
        where = paths.place(self._server.scheme, asked.path)
        if where is not None and where.part in STREAMS:
            self._sessions.refuse(asked, where)
        if where is not None:
            return self._resources.answer(asked, where)
        return self._about_the_server(asked)

    def _page(self, scope: Scope) -> Answer | None:
        """A file of the dashboard, for whoever asks by a name of ours; it needs no token."""
        headers = guard.headers_of(scope)
        guard.check_origin(headers, self._hosts)
        return page.page(scope["path"], headers) if scope["method"] in BODILESS else None

    def _let_in(self, scope: Scope) -> Asked:
        """The head of a request. Raises StatusError 400, 401, 403, 414, 431 or 505."""
        headers = guard.headers_of(scope)
        if scope["http_version"] not in VERSIONS:
            raise errors.failure(505, "HTTPVersionNotSupported", "HTTP/1.1 is spoken here")
        guard.check_origin(headers, self._hosts)
        path = _path(scope)
        with self._lock:
            user = self._authenticator.user(headers)
        self._known(scope["client"])
        query = _query(scope["query_string"])
        return Asked(scope.get("method", "GET"), path, query, headers, b"", user)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket: a command in a container, its output, or its ports."""
        await receive()
        try:
            asked = self._let_in(scope)
            where = paths.place(self._server.scheme, asked.path)
            opened = self._sessions.open(asked, where, scope["subprotocols"], send, receive)
        except StatusError as error:
            await _decline(send, refusal(error))
            return
        await send({"type": "websocket.accept", "subprotocol": opened.protocol or None})
        try:
            await self._until_closed(asyncio.create_task(opened.run()))
        except StatusError as error:
            text = bytes((channels.ERROR,)) + encode(error.status)
            await send({"type": "websocket.send", "bytes": text})
        with contextlib.suppress(TimeoutError):  # who takes nothing does not take this either
            async with asyncio.timeout(CLOSING_SECONDS):
                await send({"type": "websocket.close", "code": 1000})

    async def _stream(
        self, send: Send, receive: Receive, answer: Answer, pieces: AsyncIterator[bytes]
    ) -> None:
        """Send pieces until they end, the client has gone, or the server closes."""

        async def pass_on() -> None:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})

        await send(_start(answer))
        sending = asyncio.create_task(pass_on())
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: sending.cancel())
        try:
            await self._until_closed(sending)
        finally:
            gone.cancel()
            close = getattr(pieces, "aclose", None)
            if close is not None:
                await close()
        await send({"type": "http.response.body", "body": b""})

    async def _until_closed(self, task: asyncio.Task[None]) -> None:
        self._open[task] = None
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        finally:
            task.cancel()
            del self._open[task]

    def _about_the_server(self, asked: Asked) -> Answer:
        """Whatever is no resource."""
        if asked.path.startswith(DASHBOARD) and asked.method == "GET":
            return self._for_the_page(asked, asked.path.removeprefix(DASHBOARD).split("/"))
        with self._lock:
            self._authenticator.check_path(asked.user, asked.method, asked.path)
        if asked.method not in ("GET", "HEAD"):
            raise errors.unknown_resource()
        path = asked.path.rstrip("/")
        if (well := health.health(path, asked.query)) is not None:
            return Answer(200, well.encode(), PLAIN)
        if path == "/version":
            return Answer(200, discovery.indented(discovery.VERSION).encode())
        if path == "/metrics":
            return Answer(200, self._metrics().encode(), PLAIN)
        if path == "/openapi/v2":
            return openapi.second_version(asked.headers.get("accept", ""))
        if path == "/openapi/v3":
            return Answer(200, self._openapi.index())
        if path.startswith("/openapi/v3/"):
            document = self._openapi.document(path.removeprefix("/openapi/v3/"))
            if document is not None:
                return Answer(200, document)
        if path == "":
            return Answer(200, discovery.indented(discovery.ROOT).encode())
        return self._discovered(asked, path)

    def _for_the_page(self, asked: Asked, words: list[str]) -> Answer:
        """What the dashboard is fed with, or the story of one object."""
        if words == ["feed"]:
            return Answer(200, Feed(self._server, self._lock, asked.user).lines())
        if words[0] != "story" or len(words) != 4 or words[1] not in self._server.registries:
            raise errors.unknown_resource()
        _, resource, namespace, name = words
        subject = (resource, "" if namespace == "-" else namespace, name)
        with self._lock:
            if self._server.authorizer is not None:
                self._server.authorizer.check(Request("get", *subject, user=asked.user))
            told = self._tell(subject)
        return Answer(200, encode({"title": told.title, "lines": told.lines, "why": told.why}))

    def _discovered(self, asked: Asked, path: str) -> Answer:
        form = tables.form(asked.headers.get("accept", ""))
        aggregated = form == "APIGroupDiscoveryList" and path in ("/api", "/apis")
        found = discovery.answer(self._server.scheme, path, aggregated)
        if found is None:
            raise errors.unknown_resource()
        media = discovery.AGGREGATED_TYPE if aggregated else "application/json"
        return Answer(200, encode(found), media, (("vary", "Accept"),))


def refusal(error: StatusError | Crowded) -> Answer:
    """A ``Status`` as an answer; who is one too many is told so in plain words, as upstream."""
    if isinstance(error, Crowded):
        return Answer(429, b"%s\n" % str(error).encode(), PLAIN, (("retry-after", "1"),))
    details = error.status.details
    headers = []
    if details is not None and details.retry_after_seconds:
        headers.append(("retry-after", str(details.retry_after_seconds)))
    if error.code == 401:
        headers.append(("www-authenticate", 'Bearer realm="kubernetes"'))
    return Answer(error.code, encode(error.status), headers=tuple(headers))


@lru_cache(512)
def _query(raw: bytes) -> Mapping[str, list[str]]:
    return parse_qs(raw.decode("latin-1"), keep_blank_values=True)


def _path(scope: Scope) -> str:
    """The path, decoded; a name cannot hold a slash, so none may come out of decoding."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    if len(raw) + len(scope["query_string"]) > limits.URL_BYTES:
        raise errors.failure(414, "RequestURITooLong", "the request's URL is too long")
    text = raw.decode("latin-1")
    if "%2f" in text.lower() or "\\" in text or ".." in text.split("/"):
        raise errors.bad_request("the path is not valid")
    return unquote(text)


async def _body(receive: Receive, headers: Headers) -> bytes:
    """All of a body; the connection sees to it that it does not take for ever."""
    if int(headers.get("content-length") or 0) > limits.BODY_BYTES:
        raise guard.too_large()
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise errors.bad_request("the connection ended within the body")
        piece = message.get("body", b"")
        size += len(piece)
        if size > limits.BODY_BYTES:
            raise guard.too_large()
        pieces.append(piece)
        if not message.get("more_body"):
            return piece if len(pieces) == 1 else b"".join(pieces)


async def _send(send: Send, method: str, answer: Answer) -> None:
    body = answer.body if isinstance(answer.body, bytes) and method != "HEAD" else b""
    await send(_start(answer, len(body)))
    await send({"type": "http.response.body", "body": body})


def _start(answer: Answer, length: int | None = None) -> dict[str, Any]:
    headers = list(_constant_headers(answer.content_type))
    for name, value in answer.headers:
        headers.append((name.encode(), value.encode("latin-1", "replace")))
    if length is not None:
        headers.append((b"content-length", b"%d" % length))
    return {"type": "http.response.start", "status": answer.code, "headers": headers}


@lru_cache(64)
def _constant_headers(content_type: str) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"content-type", content_type.encode("latin-1", "replace")),
        (b"cache-control", b"no-cache, private"),
        (b"x-content-type-options", b"nosniff"),
    )


async def _decline(send: Send, answer: Answer) -> None:
    """Answer a WebSocket's handshake with a plain refusal."""
    start = _start(answer) | {"type": "websocket.http.response.start"}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": answer.body})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
