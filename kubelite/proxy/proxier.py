"""The rules of one node: which backends stand behind each Service port.

Rules follow the EndpointSlices with a delay: a change is written at once when the last one is a
second old, otherwise when that second is over. A connection gets a backend at random and keeps
it; nobody tries another backend when the first one fails. With session affinity a client's next
connection goes where its last one went, as long as that was not too long ago.
Models pkg/proxy/iptables/proxier.go, endpointschangetracker.go and topology.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kubelite.api.core_v1 import Service
from kubelite.api.discovery_v1 import Endpoint, EndpointPort, EndpointSlice
from kubelite.apimachinery.struct import Value
from kubelite.client.informer import Informer
from kubelite.sim.chance import Stream
from kubelite.sim.clock import MILLISECOND, SECOND, Clock, Timer

MIN_SYNC_PERIOD = 1 * SECOND
WRITE_LATENCY = 10 * MILLISECOND
"""What it takes to write the rules into the kernel."""

AFFINITY_SECONDS = 10_800
"""Three hours, when a Service does not say."""

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


def rules_for(slices: Iterable[EndpointSlice], node: str = "") -> Rules:
    """All rules that these slices call for; with ``node`` only to the endpoints there."""
    found: dict[str, list[tuple[Endpoint, EndpointPort]]] = {}
    for held in slices:
        service = held.metadata.labels.get(SERVICE_NAME, "")
        for port in held.ports:
            key = f"{held.metadata.namespace}/{service}:{port.name or ''}"
            found.setdefault(key, []).extend(
                (e, port) for e in held.endpoints if not node or e.node_name == node
            )
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


class Session(Value):
    """Where a client was last sent, and when."""

    backend: Backend
    used: int


class Proxier:
    """kube-proxy on ``node``. ``slices`` is a copy that nodes may share."""

    def __init__(self, clock: Clock, slices: Informer, draw: Stream, node: str = ""):
        self.node = node
        self._clock = clock
        self._draw = draw
        self._slices = slices
        self._rules: Rules = {}
        self._local: Rules | None = None  # worked out when a Service first asks for it
        self._synced: tuple[EndpointSlice, ...] = ()
        self._sessions: dict[tuple[str, str], Session] = {}
        self._pending: Timer | None = None
        self.last_sync = clock.now - MIN_SYNC_PERIOD
        self.syncs = 0
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
    def pick(
        self, service: Service, port_name: str, client: str = "", external: bool = False
    ) -> Backend | None:
        """A backend for a new connection, by chance; None when nobody is there.

        ``client`` is the address it comes from, ``external`` whether from outside the cluster.
        """
        key = _key(service, port_name)
        backends = self._backends(service, key, external)
        if not backends:
            return None
        if service.spec.session_affinity != "ClientIP" or not client:
            return self._draw.choice(backends)
        return self._sticky(service, (key, client), backends)

    def any_of(self, backends: Sequence[Backend]) -> Backend:
        """One of these, by chance: for programs that choose among endpoints themselves."""
        return self._draw.choice(backends)

    def drops(self, service: Service, port_name: str, external: bool = False) -> bool:
        """Whether packets vanish: there are endpoints, but the policy allows only local ones."""
        key = _key(service, port_name)
        return bool(self._rules.get(key)) and not self._backends(service, key, external)

    def healthy(self, service: Service) -> bool:
        """What the health check port says to a load balancer: local endpoints are there."""
        prefix = _key(service, "")
        return any(found for key, found in self._locals().items() if key.startswith(prefix))

    # DOC: traffic-policy
    def _backends(self, service: Service, key: str, external: bool) -> tuple[Backend, ...]:
        spec = service.spec
        policy = spec.external_traffic_policy if external else spec.internal_traffic_policy
        return (self._locals() if policy == "Local" else self._rules).get(key, ())

    def _locals(self) -> Rules:
        if self._local is None:
            self._local = rules_for(self._synced, self.node)
        return self._local

    # DOC: session-affinity
    def _sticky(
        self, service: Service, who: tuple[str, str], backends: tuple[Backend, ...]
    ) -> Backend:
        """The client's backend of last time, if it is still one and the session not too old."""
        last = self._sessions.get(who)
        alive = last is not None and self._clock.now - last.used < _timeout(service)
        backend = last.backend if last and alive and last.backend in backends else None
        if backend is None:
            backend = self._draw.choice(backends)
        self._sessions[who] = Session(backend, self._clock.now)
        return backend

    def _dirty(self) -> None:
        if self._pending is None:
            due = max(self._clock.now, self.last_sync + MIN_SYNC_PERIOD)
            self._pending = self._clock.at(due + WRITE_LATENCY, self._sync)

    def _sync(self) -> None:
        self._pending = None
        self.last_sync = self._clock.now
        self.syncs += 1
        self._synced = tuple(self._slices.items())
        self._rules = rules_for(self._synced)
        self._local = None


def _key(service: Service, port_name: str) -> str:
    return f"{service.metadata.namespace}/{service.metadata.name}:{port_name}"


def _timeout(service: Service) -> int:
    """How long a session lasts without a new connection, in microseconds."""
    config = service.spec.session_affinity_config
    client_ip = config.client_ip if config else None
    seconds = client_ip.timeout_seconds if client_ip else None
    return (AFFINITY_SECONDS if seconds is None else seconds) * SECOND
