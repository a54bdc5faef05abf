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
from typing import Any
from urllib.parse import parse_qs, unquote

from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.struct import encode
from kubelite.apiserver.registry.podstreams import STREAMS
from kubelite.apiserver.server import APIServer
from kubelite.edge.http import channels, discovery, guard, paths, tables
from kubelite.edge.http.exchange import Answer, Asked
from kubelite.edge.http.guard import Authenticator, Headers
from kubelite.edge.http.openapi import OpenAPI
from kubelite.edge.http.resources import Resources
from kubelite.edge.http.sessions import Sessions

BODY_SECONDS = 30.0
"""So long a client may take to send a body."""

CLOSING_SECONDS = 2.0
"""So long a client may take to hear that a WebSocket is closed."""

ALIVE = ("/healthz", "/livez", "/readyz")

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Scope = Mapping[str, Any]


class App:
    """Serves one API server. ``lock`` is held while the engine is touched.

    ``hosts`` are the names by which it may be asked, ``revision`` is that of the store, and
    ``served`` is called after each request: there may be something to do.
    """

    def __init__(
        self,
        server: APIServer,
        lock: AbstractContextManager[Any],
        authenticator: Authenticator,
        hosts: Collection[str],
        revision: Callable[[], int],
        served: Callable[[], object],
    ):
        self._server = server
        self._lock = lock
        self._authenticator = authenticator
        self._hosts = hosts
        self._served = served
        self._openapi = OpenAPI(server.scheme)
        self._resources = Resources(server, lock, revision)
        self._sessions = Sessions(server, lock, served)
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
            answer = await self._answer(scope, receive)
        except StatusError as error:
            answer = refusal(error)
        self._served()
        if isinstance(answer.body, bytes):
            await _send(send, answer, answer.body if scope["method"] != "HEAD" else b"")
        else:
            await self._stream(send, receive, answer, answer.body)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        asked = self._let_in(scope)
        asked = asked._replace(body=await _body(receive, asked.headers))
        where = paths.place(self._server.scheme, asked.path)
        if where is not None and where.part in STREAMS:
            self._sessions.refuse(asked, where)
        if where is not None:
            return self._resources.answer(asked, where)
        return self._about_the_server(asked)

    def _let_in(self, scope: Scope) -> Asked:
        """The head of a request. Raises StatusError 400, 401, 403 or 431."""
        headers = guard.headers_of(scope)
        guard.check_origin(headers, self._hosts)
        path = _path(scope)
        with self._lock:
            user = self._authenticator.user(headers)
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
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
        await send({"type": "websocket.accept", "subprotocol": opened.protocol})
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
        with self._lock:
            self._authenticator.check_path(asked.user, asked.method, asked.path)
        if asked.method not in ("GET", "HEAD"):
            raise errors.unknown_resource()
        path = asked.path.rstrip("/")
        if path in ALIVE or path.startswith(tuple(f"{one}/" for one in ALIVE)):
            return Answer(200, b"ok", "text/plain; charset=utf-8")
        if path == "/version":
            return Answer(200, encode(discovery.VERSION))
        if path == "/openapi/v3":
            return Answer(200, self._openapi.index())
        if path.startswith("/openapi/v3/"):
            document = self._openapi.document(path.removeprefix("/openapi/v3/"))
            if document is not None:
                return Answer(200, document)
        if path == "":
            return Answer(200, encode({"paths": list(ROOT)}))
        return self._discovered(asked, path)

    def _discovered(self, asked: Asked, path: str) -> Answer:
        form = tables.form(asked.headers.get("accept", ""))
        aggregated = form == "APIGroupDiscoveryList" and path in ("/api", "/apis")
        found = discovery.answer(self._server.scheme, path, aggregated)
        if found is None:
            raise errors.unknown_resource()
        media = discovery.AGGREGATED_TYPE if aggregated else "application/json"
        return Answer(200, encode(found), media, (("vary", "Accept"),))


ROOT = ("/api", "/api/v1", "/apis", *ALIVE, "/openapi/v3", "/version")


def refusal(error: StatusError) -> Answer:
    """A ``Status`` as an answer."""
    details = error.status.details
    headers = []
    if details is not None and details.retry_after_seconds:
        headers.append(("retry-after", str(details.retry_after_seconds)))
    if error.code == 401:
        headers.append(("www-authenticate", 'Bearer realm="kubernetes"'))
    return Answer(error.code, encode(error.status), headers=tuple(headers))


def _path(scope: Scope) -> str:
    """The path, decoded; a name cannot hold a slash, so none may come out of decoding."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    text = raw.decode("latin-1")
    if "%2f" in text.lower() or "\\" in text or ".." in text.split("/"):
        raise errors.bad_request("the path is not valid")
    return unquote(text)


async def _body(receive: Receive, headers: Headers) -> bytes:
    if int(headers.get("content-length") or 0) > guard.MAX_BODY:
        raise guard.too_large()
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise errors.bad_request("the connection ended within the body")
                piece = message.get("body", b"")
                size += len(piece)
                if size > guard.MAX_BODY:
                    raise guard.too_large()
                pieces.append(piece)
                if not message.get("more_body"):
                    return b"".join(pieces)
    except TimeoutError:
        raise errors.failure(408, "Timeout", "the body took too long") from None


async def _send(send: Send, answer: Answer, body: bytes) -> None:
    await send(_start(answer, (("content-length", str(len(body))),)))
    await send({"type": "http.response.body", "body": body})


def _start(answer: Answer, more: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    headers = (
        ("content-type", answer.content_type),
        ("cache-control", "no-cache, private"),
        ("x-content-type-options", "nosniff"),
        *answer.headers,
        *more,
    )
    return {
        "type": "http.response.start",
        "status": answer.code,
        "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers],
    }


async def _decline(send: Send, answer: Answer) -> None:
    """Answer a WebSocket's handshake with a plain refusal."""
    start = _start(answer) | {"type": "websocket.http.response.start"}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": answer.body})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
