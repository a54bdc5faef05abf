"""Put between every component and the server, and between each kubelet and its runtime.

Whatever passes here may be lost, late, doubled or refused, or may be the last thing that a
process has done. What it does when is the plan's affair; how, that of the table ``FAULTS``.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any, cast

from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.rest import (
    API,
    ERROR,
    Postponed,
    Request,
    Response,
    Watch,
    WatchEvent,
)
from kubelite.apimachinery.scheme import Scheme
from kubelite.chaos.plan import EVENT, PULL, READ, REQUEST, SANDBOX, START, Injected, Opportunities
from kubelite.chaos.witness import Witness
from kubelite.cluster.wiring import Wiring
from kubelite.kubelet import SimulatedRuntime, cri
from kubelite.sim.clock import NO_CAUSE, SECOND, Clock

if TYPE_CHECKING:
    from kubelite.chaos.simulation import Chaos

TIMEOUT = 10 * SECOND
"""When a client gives up waiting for a reply."""

_AT_ONCE = frozenset(("eviction", "token"))
"""Written by components that wait for the answer."""


def refusal(error: errors.StatusError) -> Response:
    """An answer that is an error."""
    return Response(error.code, error.status)


def unavailable(why: str = "connection refused") -> Response:
    """Nobody answers."""
    return refusal(errors.service_unavailable(why))


class Link:
    """One watch on its way to a component."""

    __slots__ = ("_chances", "_held", "_source", "_wanted", "_wire", "component", "deliver", "open")

    def __init__(self, wire: Wire, request: Request, deliver: Callable[[WatchEvent], None]):
        self._wire = wire
        self.component = request.component
        self.deliver = deliver
        self._held: list[WatchEvent] | None = None
        self._chances = wire.chances(EVENT, f"{request.component} {request.resource}")
        self.open = self._wanted = True
        self._source: Watch | None = None
        self._source = wire.server.watch(request, self.receive)
        if not self.open:  # cut by what was on its way already
            self._source.stop()

    def stop(self) -> None:
        """Nobody listens any more."""
        self._wanted = False
        self._close()

    def _close(self) -> None:
        self.open = False
        self._wire.links.pop(self, None)
        if self._source:
            self._source.stop()

    def receive(self, event: WatchEvent) -> None:
        """The server says that something has changed."""
        if not self.open:
            return
        if self._held is not None:
            self._held.append(event)
        elif self._wire.active and (found := self._chances.next()):
            self._wire.inject(found, (self, event))
        else:
            self.deliver(event)

    def hold(self, event: WatchEvent, delay: int) -> None:
        """Keep this and what comes after it back for a while."""
        self._held = [event]
        self._wire.clock.after(delay, self._release)

    def _release(self) -> None:
        held, self._held = self._held or [], None
        for event in held:
            if self.open:
                self.deliver(event)

    def cut(self, delay: int, status: Status | None = None) -> None:
        """Lose whatever comes from now on; the listener notices ``delay`` later."""
        if self.open:
            self._close()
            self._held = None
            gone = status or errors.service_unavailable("http2: client connection lost").status
            self._wire.clock.after(delay, self._lost, WatchEvent(ERROR, gone, 0, NO_CAUSE))

    def _lost(self, error: WatchEvent) -> None:
        if self._wanted:  # its listener has not ended meanwhile
            self.deliver(error)


class Wire:
    """The server, as components meet it. ``active`` while things may go wrong."""

    def __init__(self, server: Witness, clock: Clock, chaos: Chaos):
        self.server = server
        self.clock = clock
        self.chaos = chaos
        self.active = False
        self.down = False  # the server is being restarted
        self.cut_off: dict[str, bool] = {}  # component -> whether its requests still arrive
        self.links: dict[Link, None] = {}
        self.places: dict[tuple[str, str], Opportunities] = {}

    @property
    def scheme(self) -> Scheme:
        """What is served."""
        return self.server.scheme

    def chances(self, point: str, where: str) -> Opportunities:
        """The opportunities of one place, which outlive the process that meets them."""
        found = self.places.get((point, where))
        if found is None:
            found = self.chaos.plan.opportunities(point, where)
            self.places[point, where] = found
        return found

    def inject(self, found: Injected, at: Any) -> Any:
        """Let it happen, and write it down."""
        return self.chaos.inject(found, at)

    # The API

    def handle(self, request: Request) -> Response:
        """Answer, or not."""
        if not self.active:
            return self.server.handle(request)
        if self.down:
            return unavailable()
        component = request.component
        reading = request.verb in ("get", "list") or request.subresource in _AT_ONCE
        if component in self.cut_off:
            return self._across_a_cut(request, reading)
        found = self.chances(READ if reading else REQUEST, component).next()
        if found:
            answer: Response = self.inject(found, (self, request))
        else:
            answer = self.server.handle(request)
        if not reading:
            self.chaos.written(request)
        return answer

    def _across_a_cut(self, request: Request, reading: bool) -> Response:
        lost = unavailable("dial tcp: i/o timeout")
        if not reading:
            if self.cut_off[request.component]:
                self.server.handle(request)  # arrives; the reply does not
            raise Postponed(TIMEOUT, lost)
        return lost

    def watch(self, request: Request, deliver: Callable[[WatchEvent], None]) -> Watch:
        """Follow changes, if the server can be reached."""
        if self.active and (self.down or request.component in self.cut_off):
            raise errors.service_unavailable("connection refused")
        try:
            link = Link(self, request, deliver)
        except errors.StatusError as error:
            if error.code == 410:
                self.chaos.reach("a watch was refused with 410 Gone")
            raise
        if link.open:
            self.links[link] = None
        return link

    # Trouble that lasts

    def break_links(self, delay: int, component: str = "") -> None:
        """All watches end, or those of one component."""
        for link in tuple(self.links):
            if component in ("", link.component):
                link.cut(delay)

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self.active = False
        self.down = False
        self.cut_off.clear()


class FaultyRuntime:
    """A node's runtime, as its kubelet meets it; ``slowness`` times slower while that is set."""

    def __init__(self, runtime: SimulatedRuntime, chaos: Chaos):
        self._runtime = runtime
        self._chaos = chaos
        self.slowness = 0  # microseconds that every step takes longer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._runtime, name)
        if isinstance(found, MethodType):
            setattr(self, name, found)  # asked for thousands of times
        return found

    def _next(self, point: str) -> Injected | None:
        wire = self._chaos.wire
        return wire.chances(point, self._runtime.node_name).next() if wire.active else None

    def _step(self, act: Callable[..., object], *args: Any) -> None:
        if self.slowness:
            self._runtime.clock.after(self.slowness, act, *args)
        else:
            act(*args)

    def pull_image(self, image: str, then: Callable[[cri.PullResult], object]) -> None:
        """Fetch an image, unless the registry is out of reach."""
        if found := self._next(PULL):
            self._chaos.inject(found, (self._runtime.clock, then, image))
        else:
            self._step(self._runtime.pull_image, image, then)

    def run_pod_sandbox(
        self, config: cri.SandboxConfig, then: Callable[[cri.SandboxResult], object]
    ) -> None:
        """Make a sandbox, unless the network plugin fails."""
        if found := self._next(SANDBOX):
            self._chaos.inject(found, (self._runtime.clock, then))
        else:
            self._step(self._runtime.run_pod_sandbox, config, then)

    def start_container(self, container_id: str, then: Callable[[str], object]) -> None:
        """Start a container, unless the runtime fails."""
        if found := self._next(START):
            self._chaos.inject(found, (self._runtime.clock, then))
        else:
            self._step(self._runtime.start_container, container_id, then)


class FaultyWiring(Wiring):
    """Joins the parts of a cluster through what may go wrong."""

    def __init__(self, chaos: Chaos):
        self._chaos = chaos
        self.runtimes: dict[str, FaultyRuntime] = {}

    def api(self, server: API, clock: Clock) -> API:
        """The server behind a wire."""
        self.witness = Witness(server, clock)
        self._chaos.wire = Wire(self.witness, clock, self._chaos)
        return self._chaos.wire

    def runtime(self, runtime: SimulatedRuntime) -> cri.Runtime:
        """The runtime with its moods."""
        faulty = self.runtimes[runtime.node_name] = FaultyRuntime(runtime, self._chaos)
        return cast(cri.Runtime, faulty)
