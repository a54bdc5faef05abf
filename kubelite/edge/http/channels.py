"""``kubectl exec`` and ``kubectl attach``: one WebSocket that carries a process's channels.

The first byte of a message says which: 0 standard input, 1 output, 2 errors, 3 the end (a
``Status``), 4 the terminal's size, 255 the end of another channel.
Models k8s.io/streaming (v5.channel.k8s.io) and pkg/registry/core/pod/rest/subresources.go.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from kubelite.apimachinery.errors import StatusCause, StatusError, failure
from kubelite.apimachinery.meta import ListMeta
from kubelite.apimachinery.struct import encode, replace
from kubelite.apiserver.registry.podstreams import Stream
from kubelite.edge.http.outbox import Outbox, Receive, Send

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
STDIN, STDOUT, STDERR, ERROR, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255

PIECE_BYTES = 32 * 1024
"""Output is sent in pieces of this size."""

STDIN_BYTES = 256 << 20
"""More than this nobody may type or copy in one session."""

SIZE_SECONDS = 0.2
"""So long a terminal may take to say how large it is, before anything is shown on it."""

_CHANNELS = {"stdout": STDOUT, "stderr": STDERR}
_SUCCESS = {"metadata": {}, "status": "Success"}


class Session:
    """One client and one process."""

    def __init__(
        self,
        stream: Stream,
        lock: AbstractContextManager[Any],
        send: Send,
        receive: Receive,
        nudge: Callable[[], object],
        tty: bool,
    ):
        self._stream = stream
        self._lock = lock
        self._send = send
        self._receive = receive
        self._nudge = nudge
        self._out = Outbox()
        self._sized = asyncio.Event()
        if not tty:
            self._sized.set()

    async def run(self) -> None:
        """Until the process has ended or the client has gone."""
        with self._lock:
            self._stream.listen(self._written)
            self._stream.then(self._ended)
        self._nudge()
        listening = asyncio.create_task(self._pass_in())
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SIZE_SECONDS):
                    await self._sized.wait()
            await self._out.run(self._send)
        finally:
            listening.cancel()
            with self._lock:
                self._stream.session.hang_up()

    # Out: called by the engine

    def _written(self, name: str, text: str) -> None:
        content = text.encode("utf-8", "surrogateescape")
        for at in range(0, len(content), PIECE_BYTES):
            self._put(_CHANNELS[name], content[at : at + PIECE_BYTES])

    def _ended(self, result: Any) -> None:
        self._put(ERROR, encode(_status_of(result)))
        self._out.end()

    def _put(self, channel: int, content: bytes) -> None:
        self._out.put(bytes((channel,)) + content)

    # In

    async def _pass_in(self) -> None:
        session = self._stream.session
        total = 0
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        while True:
            message = await self._receive()
            raw = message.get("bytes") or (message.get("text") or "").encode()
            total += len(raw)
            gone = message["type"] == "websocket.disconnect" or total > STDIN_BYTES
            with self._lock:
                if gone:
                    self._out.end()
                elif raw[:1] == bytes((STDIN,)):
                    session.type(decoder.decode(raw[1:]))
                elif raw[:2] == bytes((CLOSE, STDIN)):
                    session.end_input()
                elif raw[:1] == bytes((RESIZE,)):
                    _resize(session, raw[1:])
                    self._sized.set()
            self._nudge()
            if gone:
                return


def _resize(session: Any, raw: bytes) -> None:
    """The size of a terminal, as {"Width": columns, "Height": rows}; anything else says nothing."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        size = json.loads(raw)
        session.resize(int(size["Width"]), int(size["Height"]))


def _status_of(result: Any) -> Any:
    """How a command ended, as kubectl wants to hear it."""
    if result.error:
        cause = result.error.removeprefix("rpc error: code = Unknown desc = ")
        text = f"error executing command in container: {cause}"
        return failure(500, "InternalError", f"Internal error occurred: {text}").status
    if not result.exit_code:
        return _SUCCESS
    code = str(result.exit_code)
    error: StatusError = failure(
        0,
        "NonZeroExitCode",
        f"command terminated with non-zero exit code: exit status {code}",
        causes=[StatusCause(reason="ExitCode", message=code)],
    )
    return replace(error.status, metadata=ListMeta())
