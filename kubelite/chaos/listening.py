"""Who hears what the server tells on a watch, before anything befalls it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelite.apimachinery.rest import ERROR, Request, WatchEvent
from kubelite.chaos.invariants_of_history import OF_WATCHES, Heard

if TYPE_CHECKING:
    from kubelite.chaos.watching import Watchman
    from kubelite.chaos.witness import Witness


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
            written, place = watchman.written[self._resource], self._next
            if place < 0:
                place = bisect_right(written, self._last)
            # What is being written just now is not in the list yet.
            known = written[place] if place < len(written) else watchman.newest
            if event.revision == known and not self._selective:
                self._next = place + 1
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
