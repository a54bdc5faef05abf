"""Between the server and the wire: what is asked, answered and told, before anything befalls it.

So the server itself is held against what it promises, whatever the wire does to it afterwards.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelite.apimachinery.rest import API, ERROR, Request, Response, Watch, WatchEvent
from kubelite.apimachinery.scheme import Scheme
from kubelite.chaos.invariants_of_history import OF_ANSWERS, OF_WATCHES, Answered, Heard

if TYPE_CHECKING:
    from kubelite.chaos.watching import Watchman

_READS = ("get", "list", "watch")


class Witness:
    """The server with somebody who listens, once there is a ``watchman`` to tell."""

    def __init__(self, server: API):
        self._server = server
        self.watchman: Watchman | None = None

    @property
    def scheme(self) -> Scheme:
        """What is served."""
        return self._server.scheme

    def handle(self, request: Request) -> Response:
        """The server's answer."""
        if request.verb in _READS or (watchman := self.watchman) is None:
            return self._server.handle(request)
        before, stored = watchman.revision, watchman.version_of(request)
        answer = self._server.handle(request)
        wrote = watchman.revision != before
        if answer.ok != wrote or request.verb == "update":
            self._judge(Answered(request, answer, _version(request.body), stored, wrote), watchman)
        return answer

    def _judge(self, answered: Answered, watchman: Watchman) -> None:
        request = answered.request
        for invariant in OF_ANSWERS:
            for complaint in invariant(answered):
                subject = (request.resource, request.namespace, request.name)
                watchman.note(invariant, complaint, subject)

    def watch(self, request: Request, deliver: Callable[[WatchEvent], None]) -> Watch:
        """The server's watch; one that begins with what is there is nobody's but a person's."""
        if request.resource_version in ("", "0"):
            return self._server.watch(request, deliver)
        return self._server.watch(request, Listener(self, request, deliver).hear)


class Listener:
    """Who hears one watch, and remembers how far it has come."""

    __slots__ = ("_deliver", "_last", "_next", "_opened", "_resource", "_selective", "_witness")

    def __init__(self, witness: Witness, request: Request, deliver: Callable[[WatchEvent], None]):
        self._witness, self._resource, self._deliver = witness, request.resource, deliver
        self._opened = self._last = int(request.resource_version)
        self._next = -1  # place in what was written of the first that has not been heard
        self._selective = bool(
            request.field_selector or request.label_selector or request.namespace
        )

    def hear(self, event: WatchEvent) -> None:
        """An event, right from the server."""
        watchman = self._witness.watchman
        if watchman is not None and event.type != ERROR:
            written = watchman.written[self._resource]
            if self._next < 0:
                self._next = bisect_right(written, self._last)
            at_hand = self._next < len(written)
            expected = written[self._next] if at_hand else watchman.revision
            if event.revision == expected and not self._selective:
                self._next += 1
            else:
                self._judge(event, written, watchman)
        self._last = event.revision
        self._deliver(event)

    def _judge(self, event: WatchEvent, written: list[int], watchman: Watchman) -> None:
        heard = Heard(event.revision, self._last, written, self._selective, self._opened)
        self._next = bisect_right(written, event.revision)
        meta = event.object.metadata
        for invariant in OF_WATCHES:
            for complaint in invariant(heard):
                watchman.note(invariant, complaint, (self._resource, meta.namespace, meta.name))


def _version(body: Any) -> str:
    meta = getattr(body, "metadata", None)
    return meta.resource_version if meta is not None else ""
