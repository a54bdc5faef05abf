"""What is to be sent on a WebSocket, in order. The engine fills it in whatever thread it runs."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

UNTAKEN_BYTES = 64 << 20
"""What a client may leave lying: with more it is let go."""

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Outbox:
    """Messages in the order they were put; ``end`` after the last one."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[bytes] = deque()
        self._something = asyncio.Event()
        self._size = 0
        self._over = False
        self._lost = asyncio.Event()

    def put(self, message: bytes) -> None:
        """Send this after all the others."""
        self._waiting.append(message)
        self._size += len(message)
        self._wake(self._something if self._size <= UNTAKEN_BYTES else self._lost)

    def end(self) -> None:
        """There will be no more."""
        self._over = True
        self._wake(self._something)

    def _wake(self, event: asyncio.Event) -> None:
        self._loop.call_soon_threadsafe(event.set)

    async def run(self, send: Send) -> None:
        """Send everything; returns after the last one, or when too much is left lying."""
        tasks = [asyncio.create_task(self._all(send)), asyncio.create_task(self._lost.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    async def _all(self, send: Send) -> None:
        while True:
            while self._waiting:
                message = self._waiting.popleft()
                self._size -= len(message)
                await send({"type": "websocket.send", "bytes": message})
            if self._over:
                return
            await self._something.wait()
            self._something.clear()
