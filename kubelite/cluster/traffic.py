"""Requests and their answers: along a route to one pod, and back.

Every answer is kept with what happened on its way, so that errors and latency can be counted
afterwards. Where a connection goes is found out in ``routing``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.apimachinery.struct import Value
from kubelite.cluster.routing import Route
from kubelite.dns import Resolution
from kubelite.kubelet.cri import Reply, Request
from kubelite.kubelet.runtime.network import Network
from kubelite.sim.clock import MILLISECOND, SECOND, Clock

NETWORK_LATENCY = 1 * MILLISECOND
"""There and back within one data centre."""

CLIENT_TIMEOUT = 5 * SECOND
"""How long our clients wait; a browser waits longer, a service should wait less."""


class Answer(Value):
    """How one request ended. ``status`` is 0 and ``error`` says why when nobody answered.

    ``when`` is microseconds since 1970, at the start; ``latency_ms`` is until the end.
    ``address`` is what the client connected to and ``via`` what that was; ``backend`` is the
    pod's address and ``client`` the one the pod saw. ``policy`` says which NetworkPolicies
    refused; ``resolution`` how a name was found; ``reused`` that the connection was older.
    """

    when: int
    service: str
    path: str
    status: int
    body: str
    error: str
    latency_ms: float
    pod: str
    node: str
    address: str = ""
    via: str = ""
    backend: str = ""
    client: str = ""
    policy: str = ""
    resolution: Resolution | None = None
    reused: bool = False

    @property
    def ok(self) -> bool:
        """Whether the customer got what they asked for."""
        return 200 <= self.status < 400

    def __str__(self) -> str:
        result = f"HTTP {self.status}" if self.status else f"error: {self.error}"
        why = f" ({self.policy})" if self.policy else ""
        return f"{result} from {self.pod or 'nobody'} in {self.latency_ms:.1f} ms{why}"


Then = Callable[[Answer], Any]


class Known(Value):
    """What is known of a connection before anything has been answered."""

    route: Route
    resolution: Resolution | None
    reused: bool
    kept: bool


class Traffic:
    """Sends requests and keeps the answers. ``answers`` is oldest first."""

    def __init__(self, clock: Clock, network: Network):
        self._clock = clock
        self._network = network
        self.answers: list[Answer] = []

    # DOC: service-request
    def send(
        self,
        route: Route,
        request: Request,
        then: Then,
        began: int = 0,
        resolution: Resolution | None = None,
        reused: bool = False,
        kept: bool = True,
    ) -> None:
        """One request over a connection that goes along ``route``; ``began`` when it is older.
        Its answer is counted if it is ``kept``.
        """
        began = began or self._clock.now
        known = Known(route, resolution, reused, kept)

        def answered(reply: Reply) -> None:
            took = self._clock.now - began + NETWORK_LATENCY
            reply = _from_gateway(reply) if route.gateway else reply
            self._clock.after(NETWORK_LATENCY, self._keep, known, request, reply, began, took, then)

        backend = route.backend
        if backend is not None:
            self._network.request(backend.address, backend.port, request, CLIENT_TIMEOUT, answered)
        elif route.lost or route.wait:
            wait = CLIENT_TIMEOUT if route.lost else route.wait
            self._clock.after(wait, answered, route.reply)
        else:
            answered(route.reply)

    def _keep(
        self, known: Known, request: Request, reply: Reply, began: int, took: int, then: Then
    ) -> None:
        route, backend = known.route, known.route.backend
        answer = Answer(
            when=began,
            service=route.service,
            path=request.path,
            status=0 if reply.error else reply.status,
            body=reply.body,
            error=reply.error,
            latency_ms=took / MILLISECOND,
            pod=backend.pod if backend else "",
            node=backend.node if backend else "",
            address=route.address,
            via=route.via,
            backend=f"{backend.address}:{backend.port}" if backend else "",
            client=route.client,
            policy="" if route.verdict.allowed else str(route.verdict),
            resolution=known.resolution,
            reused=known.reused,
        )
        if known.kept:
            self.answers.append(answer)
        then(answer)


def _from_gateway(reply: Reply) -> Reply:
    """What a client of an ingress controller sees when the pod behind does not answer."""
    if not reply.error:
        return reply
    if "timeout" in reply.error:
        return Reply(504, "504 Gateway Time-out\n")
    return Reply(502, "502 Bad Gateway\n")
