"""``kubectl exec`` and ``kubectl attach``: one WebSocket that carries a command's channels.

The first byte of a message says which: 0 standard input, 1 output, 2 errors, 3 the end (a
``Status``), 4 the terminal's size, 255 the end of another channel. The small shell of our
containers runs one command at a time, so an interactive one is a line, its output, a prompt.
Models k8s.io/streaming (v5.channel.k8s.io) and pkg/registry/core/pod/rest/subresources.go.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from kubelite.apimachinery.errors import StatusCause, StatusError, failure
from kubelite.apimachinery.meta import ListMeta
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import encode, replace
from kubelite.apiserver.server import APIServer

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
STDIN, STDOUT, ERROR, CLOSE = 0, 1, 3, 255
SHELLS = ("sh", "/bin/sh", "bash", "/bin/bash", "ash", "/bin/ash")
PROMPT = "/ # "

_END_OF_INPUT = "\x04"
_INTERRUPT = "\x03"
_ERASE = "\x7f\b"
_SUCCESS = {"metadata": {}, "status": "Success"}

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


def chosen(offered: Sequence[str]) -> str:
    """The newest protocol that the client speaks, too; nothing for none."""
    return next((one for one in PROTOCOLS if one in offered), "")


class Session:
    """One command, or one container that is listened to."""

    def __init__(
        self,
        server: APIServer,
        lock: AbstractContextManager[Any],
        request: Request,
        send: Send,
        receive: Receive,
        nudge: Callable[[], object],
    ):
        self._server = server
        self._lock = lock
        self._request = request
        self._send = send
        self._receive = receive
        self._nudge = nudge

    async def run(self, command: tuple[str, ...], stdin: bool, tty: bool) -> None:
        """Run a command, or a shell that reads its commands."""
        if stdin and command and command[0] in SHELLS and len(command) == 1:
            status = await self._shell(tty)
        else:
            output, status = await self._command(command)
            await self._write(STDOUT, output)
        await self._write(ERROR, status)

    async def listen(self, pieces: AsyncIterator[bytes]) -> None:
        """Pass on what a container writes until it ends."""
        async for piece in pieces:
            await self._write(STDOUT, piece)
        await self._write(ERROR, encode(_SUCCESS))

    async def _write(self, channel: int, text: bytes) -> None:
        if text:
            await self._send({"type": "websocket.send", "bytes": bytes((channel,)) + text})

    async def _command(self, command: tuple[str, ...]) -> tuple[bytes, bytes]:
        """What a command has written, and how it ended."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Any] = loop.create_future()
        body = dict(self._request.body) | {"command": list(command)}
        with self._lock:
            running = self._server.handle(replace(self._request, body=body)).unwrap()
            running.then(lambda result: loop.call_soon_threadsafe(_settle, ended, result))
        self._nudge()
        result = await ended
        return result.output.encode(), encode(_status_of(result))

    async def _shell(self, tty: bool) -> bytes:
        """Line after line, until the input ends; the status is that of the last command."""
        status = encode(_SUCCESS)
        await self._write(STDOUT, PROMPT.encode() if tty else b"")
        async for line in self._lines(tty):
            if line.strip() in ("exit", "logout"):
                break
            if line.strip():
                output, status = await self._command(("/bin/sh", "-c", line))
                await self._write(STDOUT, output.replace(b"\n", b"\r\n") if tty else output)
            await self._write(STDOUT, PROMPT.encode() if tty else b"")
        return status

    async def _lines(self, tty: bool) -> AsyncIterator[str]:
        """The lines that come in; a terminal shows what is typed, as its kernel would."""
        held = ""
        async for text in self._input():
            for char in text:
                if tty and char == _END_OF_INPUT:
                    await self._write(STDOUT, b"\r\n")
                    return
                if char in "\r\n":
                    await self._write(STDOUT, b"\r\n" if tty else b"")
                    yield held
                    held = ""
                elif tty and char in _ERASE:
                    await self._write(STDOUT, b"\b \b" if held else b"")
                    held = held[:-1]
                elif tty and char == _INTERRUPT:
                    await self._write(STDOUT, f"^C\r\n{PROMPT}".encode())
                    held = ""
                else:
                    await self._write(STDOUT, char.encode() if tty else b"")
                    held += char
        if held:
            yield held

    async def _input(self) -> AsyncIterator[str]:
        while True:
            message = await self._receive()
            raw = message.get("bytes") or (message.get("text") or "").encode()
            if message["type"] == "websocket.disconnect" or raw[:2] == bytes((CLOSE, STDIN)):
                return
            if raw[:1] == bytes((STDIN,)):
                yield raw[1:].decode(errors="replace")


def _settle(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


def _status_of(result: Any) -> Any:
    """How a command ended, as kubectl wants to hear it."""
    if result.error:
        return failure(500, "InternalError", result.error).status
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
