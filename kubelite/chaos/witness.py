"""Stands at the server's door: what is asked, what is answered, and what that did to the store.

The wire in front of it loses and doubles requests; this one sees those that arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kubelite.apimachinery.rest import API, Request, Response, Watch, WatchEvent
from kubelite.apimachinery.scheme import Scheme
from kubelite.chaos.listening import Listener
from kubelite.sim.clock import MINUTE, Clock
from kubelite.sim.trace import Subject

if TYPE_CHECKING:
    from kubelite.chaos.watching import Watchman

IN_VAIN = 150
"""So often within a minute nobody asks for what is refused each time. A key that fails comes back
after 5 ms, 10 ms, 20 ms and so on: fourteen times in the first minute, if nothing else wakes it."""

Asked = tuple[str, str, str, str, str]


class Witness:
    """The server, as the wire sees it."""

    watchman: Watchman | None = None
    """To whom it is told, once the cluster stands."""

    def __init__(self, server: API, clock: Clock):
        self._server = server
        self._clock = clock
        self._refused: dict[Asked, tuple[int, int]] = {}  # since when, how often

    @property
    def scheme(self) -> Scheme:
        """What is served."""
        return self._server.scheme

    def watch(self, request: Request, deliver: Callable[[WatchEvent], None]) -> Watch:
        """The server's watch; one that begins with what is there is nobody's but a person's."""
        if request.resource_version in ("", "0"):
            return self._server.watch(request, deliver)
        return self._server.watch(request, Listener(self, request, deliver).hear)

    def handle(self, request: Request) -> Response:
        """Answer, and look at what the answer means."""
        watchman = self.watchman
        if watchman is None or request.verb in ("get", "list"):
            return self._server.handle(request)
        replay = watchman.replay
        store = replay.cluster.store
        before, replay.request = store.revision, request
        try:
            answer = self._server.handle(request)
        finally:
            replay.request = None
        if answer.code >= 400:
            if store.revision != before and request.subresource != "eviction":
                text = f"{request.verb} {answer.code}"
                watchman.note(refusals_leave_no_trace, text, _about(request))
            if self._in_vain(request):
                text = f"{request.component}: {request.verb}"
                watchman.note(nobody_asks_in_vain, text, _about(request))
        return answer

    def _in_vain(self, request: Request) -> bool:
        """Whether that is once too often."""
        asked, now = _asked(request), self._clock.now
        since, times = self._refused.get(asked, (now, 0))
        if now - since > MINUTE:
            since, times = now, 0
        self._refused[asked] = since, times + 1
        return times == IN_VAIN


def _about(request: Request) -> Subject:
    return request.resource, request.namespace, request.name


def _asked(request: Request) -> Asked:
    """What makes it the same request again: generated names are all one."""
    name = request.name or getattr(getattr(request.body, "metadata", None), "generate_name", "")
    return request.component, request.verb, request.resource, request.namespace, name


def refusals_leave_no_trace(replay: Any) -> Iterator[str]:
    """17. A request that is refused changes nothing."""
    return iter(())


def nobody_asks_in_vain(replay: Any) -> Iterator[str]:
    """44. Whoever is refused again and again waits longer each time."""
    return iter(())


def updates_are_of_what_is_there(replay: Any) -> Iterable[str]:
    """3. An update that names a resourceVersion is done only to that version: none is lost."""
    request = replay.request
    if request is None or request.verb != "update" or request.resource != replay.resource:
        return ()
    meta, held = request.body.metadata, replay.old.metadata.resource_version
    if request.subresource == "scale" or meta.resource_version in (held, ""):
        return ()
    return (f"was {held}, and was replaced by what had been made of {meta.resource_version}",)


def finalizers_are_waited_for(replay: Any) -> Iterator[str]:
    """16. A deletion takes away nothing that finalizers hold."""
    request, old = replay.request, replay.old
    if request is None or request.verb != "delete":
        return
    if old.metadata.finalizers and replay.resource == request.resource:
        yield f"was removed by {request.component}, and {old.metadata.finalizers[0]} holds it"
