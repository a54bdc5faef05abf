"""Answers without an end: watches, and logs that are followed.

The engine tells a watch of a change while it makes it, maybe in another thread; the change waits
in a queue until the connection takes it. Whoever does not take what it asked for is let go, as
upstream lets slow watchers go. Models k8s.io/apiserver/pkg/endpoints/handlers/watch.go.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import BOOKMARK, ERROR, Watch, WatchEvent
from kubelite.apimachinery.struct import encode
from kubelite.edge.http.tables import WHOLE, Writer
from kubelite.sim import limits

BOOKMARKS_EVERY = 60.0
"""Real seconds between bookmarks."""

LONGEST_WATCH = 3600.0
POLL = 0.2
"""Real seconds between looks at a log that is followed."""

INITIAL_EVENTS_END = "k8s.io/initial-events-end"


class EventQueue:
    """What a watch has been told and its connection has not taken yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop):
        self._loop = loop
        self._events: deque[WatchEvent] = deque()
        self._filled = asyncio.Event()
        self._thread = threading.get_ident()
        self.overflowed = False

    def put(self, event: WatchEvent) -> None:
        """Called by the engine, in whatever thread it runs."""
        if len(self._events) >= limits.WATCH_EVENTS:
            self.overflowed = True
            return
        self._events.append(event)
        if len(self._events) == 1:
            if threading.get_ident() == self._thread:
                self._filled.set()
            else:
                self._loop.call_soon_threadsafe(self._filled.set)

    async def take(self, seconds: float) -> list[WatchEvent]:
        """All that is there; waits for the first one, but not longer than this."""
        if not self._events:
            self._filled.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._filled.wait()
            except TimeoutError:
                return []
        return [self._events.popleft() for _ in range(len(self._events))]


class EventStream:
    """The lines of one watch."""

    def __init__(
        self,
        queue: EventQueue,
        write: Callable[[], Writer],
        form: str,
        revision: Callable[[], int],
        api_version: str,
        kind: str,
        bookmarks: bool,
        seconds: float,
    ):
        self._queue = queue
        self._write = write
        self._form = form
        self._revision = revision
        self._type = {"kind": kind, "apiVersion": api_version}
        self._bookmarks = bookmarks
        self._seconds = min(seconds or LONGEST_WATCH, LONGEST_WATCH)
        self.watch: Watch | None = None
        self._untitled = False

    async def lines(self, initial_end: int = 0) -> AsyncIterator[bytes]:
        """Chunks of whole lines until the time is over; a bookmark ends what was there before."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._seconds
        if initial_end:
            for chunk in self._written(await self._queue.take(0)):
                yield chunk
            yield self._bookmark(initial_end, {INITIAL_EVENTS_END: "true"})
        while (left := end - loop.time()) > 0:
            events = await self._queue.take(min(left, BOOKMARKS_EVERY))
            if self._queue.overflowed:
                return  # it watches again from what it has seen last
            for chunk in self._written(events):
                yield chunk
            if not events and self._bookmarks:
                yield self._bookmark(self._revision())

    def _written(self, events: list[WatchEvent]) -> Iterator[bytes]:
        """The lines of these events, so many bytes at a time."""
        writer = self._write()
        lines, size = [], 0
        for event in events:
            obj = writer.one(event.object, titles=not self._untitled)
            self._untitled = True
            lines.append(_line(event.type, obj))
            size += len(lines[-1])
            if size >= limits.WATCH_CHUNK:
                yield b"".join(lines)
                lines, size = [], 0
        if lines:
            yield b"".join(lines)

    def _bookmark(self, revision: int, annotations: dict[str, str] | None = None) -> bytes:
        meta: dict[str, Any] = {"resourceVersion": str(revision)}
        if annotations:
            meta["annotations"] = annotations
        if self._form == WHOLE:
            return _line(BOOKMARK, encode({**self._type, "metadata": meta}))
        partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        if self._form != "Table":
            return _line(BOOKMARK, encode({**partial, "metadata": meta}))
        row = {"cells": [], "object": {**partial, "metadata": meta}}
        table = {"kind": "Table", "apiVersion": "meta.k8s.io/v1"}
        return _line(BOOKMARK, encode({**table, "metadata": meta, "rows": [row]}))


def _line(type: str, obj: bytes) -> bytes:
    return b'{"type":"%s","object":%s}\n' % (type.encode(), obj)


def error_line(error: StatusError) -> bytes:
    """An event that says why a watch has ended."""
    return _line(ERROR, encode(error.status))


async def followed(
    sent: int, read: Callable[[], str], ended: Callable[[], bool]
) -> AsyncIterator[bytes]:
    """What is added to a text after the first ``sent`` characters, until it has ended.

    ``read`` gives all of it, or raises StatusError when it has gone.
    """
    while True:
        over = ended()  # asked first, so that the last lines are not missed
        try:
            text = read()
        except StatusError:
            return
        if len(text) > sent:
            yield text[sent:].encode("utf-8", "surrogateescape")
            sent = len(text)
        if over:
            return
        await asyncio.sleep(POLL)
