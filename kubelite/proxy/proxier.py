"""The rules of one node: which backends stand behind each Service port.

Rules follow the EndpointSlices with a delay: a change is written at once when the last one is a
second old, otherwise when that second is over. A connection gets a backend at random and keeps
it; nobody tries another backend when the first one fails.
Models pkg/proxy/iptables/proxier.go, endpointschangetracker.go and topology.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kubelite.api.core_v1 import Service
from kubelite.api.discovery_v1 import Endpoint, EndpointPort, EndpointSlice
from kubelite.client.informer import Informer
from kubelite.sim.chance import Stream
from kubelite.sim.clock import MILLISECOND, SECOND, Clock, Timer

MIN_SYNC_PERIOD = 1 * SECOND
WRITE_LATENCY = 10 * MILLISECOND
"""What it takes to write the rules into the kernel."""

SERVICE_NAME = "kubernetes.io/service-name"


class Backend(NamedTuple):
    """Where a connection ends up: a pod's address and port, and who that is."""

    address: str
    port: int
    pod: str
    node: str


Rules = dict[str, tuple[Backend, ...]]
"""By "namespace/service:port-name"."""


# DOC: proxy-endpoints
def usable(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Ready endpoints; with none ready, those that still serve while they terminate."""
    everyone = list(endpoints)
    ready = [e for e in everyone if e.conditions.ready is not False]
    if ready:
        return ready
    return [e for e in everyone if e.conditions.serving is not False and e.conditions.terminating]


def rules_for(slices: Iterable[EndpointSlice]) -> Rules:
    """All rules that these slices call for."""
    found: dict[str, list[tuple[Endpoint, EndpointPort]]] = {}
    for held in slices:
        service = held.metadata.labels.get(SERVICE_NAME, "")
        for port in held.ports:
            key = f"{held.metadata.namespace}/{service}:{port.name or ''}"
            found.setdefault(key, []).extend((endpoint, port) for endpoint in held.endpoints)
    return {key: _backends(pairs) for key, pairs in found.items()}


def _backends(pairs: list[tuple[Endpoint, EndpointPort]]) -> tuple[Backend, ...]:
    chosen = {id(endpoint) for endpoint in usable(endpoint for endpoint, _ in pairs)}
    return tuple(
        Backend(
            endpoint.addresses[0],
            port.port or 0,
            endpoint.target_ref.name if endpoint.target_ref else "",
            endpoint.node_name or "",
        )
        for endpoint, port in pairs
        if id(endpoint) in chosen
    )


class Proxier:
    """kube-proxy on one node. ``slices`` is a copy that nodes may share."""

    def __init__(self, clock: Clock, slices: Informer, draw: Stream):
        self._clock = clock
        self._draw = draw
        self._slices = slices
        self._rules: Rules = {}
        self._pending: Timer | None = None
        self._last_sync = clock.now - MIN_SYNC_PERIOD
        slices.on(
            add=lambda _: self._dirty(),
            update=lambda *_: self._dirty(),
            delete=lambda _: self._dirty(),
        )
        self._dirty()

    @property
    def rules(self) -> Mapping[str, tuple[Backend, ...]]:
        """The rules as they are written now."""
        return self._rules

    # DOC: proxy-choice
    def pick(self, service: Service, port_name: str) -> Backend | None:
        """A backend for a new connection, by chance; None when nobody is there."""
        meta = service.metadata
        backends = self._rules.get(f"{meta.namespace}/{meta.name}:{port_name}", ())
        return self._draw.choice(backends) if backends else None

    def _dirty(self) -> None:
        if self._pending is None:
            due = max(self._clock.now, self._last_sync + MIN_SYNC_PERIOD)
            self._pending = self._clock.at(due + WRITE_LATENCY, self._sync)

    def _sync(self) -> None:
        self._pending = None
        self._last_sync = self._clock.now
        self._rules = rules_for(self._slices.items())
