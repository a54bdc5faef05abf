"""What the page is fed with: watches of all it shows, over one connection, as lines of JSON.

A browser opens six connections to one server and no more, so each watch cannot have its own.
First come the columns of each kind, those of ``kubectl get``; then a row for each object, and
again when it changes; and the cluster's time, once a second. Of an object that changes faster
than the page can show, the newest state is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from kubelite.api.core_v1 import Event
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import DELETED, Request, User, Watch, WatchEvent
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import encode
from kubelite.apimachinery.times import SECOND
from kubelite.apiserver.printers.table import columns_of
from kubelite.apiserver.server import APIServer
from kubelite.edge.http.dashboard.looks import look

SHOWN = (
    "namespaces",
    "deployments.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
    "pods",
    "nodes",
    "services",
    "ingresses.networking.k8s.io",
    "events",
)
TICK = 1.0
"""Real seconds between two looks at the cluster's clock."""

PAUSE = 0.1
"""Real seconds in which changes gather."""

# Columns that count from a moment: the page counts on by itself.
SINCE = {"AGE": "created", "LAST SEEN": "seen"}


class Latest:
    """The newest event of each object that has not been sent yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop):
        self._loop = loop
        self._events: dict[tuple[str, str], WatchEvent] = {}
        self._filled = asyncio.Event()

    def put(self, resource: str, event: WatchEvent) -> None:
        """Called by the engine, in whatever thread it runs."""
        if not self._events:
            self._loop.call_soon_threadsafe(self._filled.set)
        self._events[resource, event.object.metadata.uid] = event

    async def take(self, lock: AbstractContextManager[Any]) -> dict[tuple[str, str], WatchEvent]:
        """What is there now; waits a tick at most for it to be something."""
        try:
            async with asyncio.timeout(TICK):
                await self._filled.wait()
        except TimeoutError:
            return {}
        await asyncio.sleep(PAUSE)
        with lock:
            self._filled.clear()
            found, self._events = self._events, {}
        return found


class Feed:
    """The lines for one page, as ``user`` may see them."""

    def __init__(self, server: APIServer, lock: AbstractContextManager[Any], user: User):
        self._server = server
        self._lock = lock
        self._user = user
        self._latest = Latest(asyncio.get_running_loop())
        self._watches: list[Watch] = []

    async def lines(self) -> AsyncIterator[bytes]:
        """Lines without an end; the watches stop with whoever stops reading."""
        try:
            yield b"".join(self._begin(resource) for resource in SHOWN)
            while True:
                events = await self._latest.take(self._lock)
                now = self._server.now()
                rows = [
                    _line(row(self._kind(resource), event, now))
                    for (resource, _), event in events.items()
                ]
                yield b"".join(rows) + _line({"type": "NOW", "now": now // SECOND})
        finally:
            with self._lock:
                for watch in self._watches:
                    watch.stop()

    def _begin(self, resource: str) -> bytes:
        """The columns of a kind; or why this user sees none of it."""
        request = Request("list", resource, user=self._user)
        try:
            with self._lock:
                watch = self._server.watch(request, partial(self._latest.put, resource))
        except StatusError as error:
            return _line({"type": "REFUSED", "resource": resource, "message": error.status.message})
        self._watches.append(watch)
        return _line(columns(self._kind(resource)))

    def _kind(self, resource: str) -> Kind:
        return self._server.registries[resource].kind


def columns(kind: Kind) -> dict[str, Any]:
    """What the page needs to know of a kind: its columns, and where its objects are."""
    root = f"/apis/{kind.api_version}" if kind.group else f"/api/{kind.api_version}"
    return {
        "type": "COLUMNS",
        "resource": kind.resource,
        "kind": kind.kind,
        "path": root,
        "plural": kind.plural,
        "namespaced": kind.namespaced,
        "columns": [
            {"title": column.title, "wide": column.wide, "since": SINCE.get(column.title, "")}
            for column in columns_of(kind.kind, wide=True)
        ],
    }


def row(kind: Kind, event: WatchEvent, now: int) -> dict[str, Any]:
    """One object: its cells in kubectl's words, and the seconds that the page counts from."""
    obj = event.object
    meta = obj.metadata
    found: dict[str, Any] = {
        "type": event.type,
        "resource": kind.resource,
        "uid": meta.uid,
        "namespace": meta.namespace,
        "name": meta.name,
    }
    if event.type == DELETED:
        return found
    found |= {"look": look(obj), "created": _seconds(meta.creation_timestamp)}
    if isinstance(obj, Event):
        about = obj.involved_object
        found["about"] = [about.kind, about.namespace, about.name]
        found["seen"] = _seconds(obj.last_timestamp or obj.event_time or meta.creation_timestamp)
    found["cells"] = [
        "" if column.title in SINCE else column.cell(obj, now)
        for column in columns_of(kind.kind, wide=True)
    ]
    return found


def _seconds(moment: int | None) -> int | None:
    return None if moment is None else int(moment) // SECOND


def _line(what: dict[str, Any]) -> bytes:
    return encode(what) + b"\n"
