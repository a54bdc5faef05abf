"""Requests to Services: from a client on some node, through that node's rules, to one pod.

Models what a packet meets: the Service's address, the proxy's choice, the pod network. Every
answer is kept, so that errors and latency can be counted afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kubelite.api.core_v1 import Service
from kubelite.kubelet.cri import Reply, Request
from kubelite.kubelet.runtime.network import Network
from kubelite.proxy import Backend, Proxier
from kubelite.sim.clock import MILLISECOND, SECOND, Clock

NETWORK_LATENCY = 1 * MILLISECOND
"""There and back within one data centre."""

CLIENT_TIMEOUT = 5 * SECOND
"""How long our clients wait; a browser waits longer, a service should wait less."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one request ended. ``status`` is 0 and ``error`` says why when nobody answered.

    ``when`` is microseconds since 1970, at the start; ``latency_ms`` is until the end.
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

    @property
    def ok(self) -> bool:
        """Whether the customer got what they asked for."""
        return 200 <= self.status < 400

    def __str__(self) -> str:
        result = f"HTTP {self.status}" if self.status else f"error: {self.error}"
        return f"{result} from {self.pod or 'nobody'} in {self.latency_ms:.1f} ms"


Then = Callable[[Answer], Any]


class Traffic:
    """Sends requests and keeps the answers. ``answers`` is oldest first."""

    def __init__(self, clock: Clock, network: Network):
        self._clock = clock
        self._network = network
        self.answers: list[Answer] = []

    # DOC: service-request
    def send(
        self, service: Service, proxier: Proxier, request: Request, port_name: str, then: Then
    ) -> None:
        """Open one connection to ``service`` from the node of ``proxier``."""
        began = self._clock.now
        backend = proxier.pick(service, port_name)

        def answered(reply: Reply) -> None:
            took = self._clock.now - began + NETWORK_LATENCY
            self._clock.after(
                NETWORK_LATENCY, self._keep, service, request, backend, reply, began, took, then
            )

        if backend is None:
            answered(Reply(status=0, error="connection refused: the Service has no ready endpoint"))
        else:
            self._network.request(backend.address, backend.port, request, CLIENT_TIMEOUT, answered)

    def _keep(
        self,
        service: Service,
        request: Request,
        backend: Backend | None,
        reply: Reply,
        began: int,
        took: int,
        then: Then,
    ) -> None:
        answer = Answer(
            when=began,
            service=service.metadata.name,
            path=request.path,
            status=0 if reply.error else reply.status,
            body=reply.body,
            error=reply.error,
            latency_ms=took / MILLISECOND,
            pod=backend.pod if backend else "",
            node=backend.node if backend else "",
        )
        self.answers.append(answer)
        then(answer)
