"""``pods/NAME/proxy`` and ``services/NAME/proxy``: a request that the API server passes on.

``kubectl get --raw /api/v1/namespaces/default/services/web/proxy/`` reaches the shop without a
forwarded port. Models pkg/registry/core/{pod,service}/rest (ResourceLocation) and
k8s.io/apimachinery/pkg/util/proxy.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Request
from kubelite.apiserver.registry import podstreams
from kubelite.apiserver.server import APIServer
from kubelite.cluster.machines import LEARNER
from kubelite.edge.http import paths
from kubelite.edge.http.exchange import Answer, Asked
from kubelite.kubelet import cri

SECONDS = 30.0
"""Real seconds that whoever is asked may take."""

_PATH = re.compile(
    r"/api/v1/namespaces/([^/]+)/(pods|services)/(?:(https?):)?([^/:]+)(?::([^/]*))?/proxy(/.*)?\Z"
)
_SLICES = "endpointslices.discovery.k8s.io"
_SERVICE = "kubernetes.io/service-name"


class Target(NamedTuple):
    """Who is meant, and what they are asked for."""

    namespace: str
    resource: str
    name: str
    port: str
    path: str


def target(path: str) -> Target | None:
    """What a path means; None if it asks nobody behind the server."""
    found = _PATH.match(path)
    if found is None:
        return None
    namespace, resource, _, name, port, rest = found.groups()
    return Target(namespace, resource, name, port or "", rest or "/")


class Proxy:
    """Passes requests on to pods, and their answers back."""

    def __init__(
        self, server: APIServer, lock: AbstractContextManager[Any], nudge: Callable[[], object]
    ):
        self._server = server
        self._lock = lock
        self._nudge = nudge

    async def answer(self, asked: Asked, to: Target) -> Answer:
        """What the pod says. Raises StatusError 400, 403, 404, 503 or 504."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[cri.Reply] = loop.create_future()

        def settle(reply: cri.Reply) -> None:
            if not told.done():
                told.set_result(reply)

        with self._lock:
            tunnel, port = self._found(asked, to)
            tunnel.ask(port, _passed(asked, to), lambda r: loop.call_soon_threadsafe(settle, r))
        self._nudge()
        try:
            async with asyncio.timeout(SECONDS):
                reply = await told
        except TimeoutError as error:
            raise errors.failure(504, "Timeout", "the pod has not answered in time") from error
        if reply.error:
            raise _unreachable(reply.error)
        media = "text/html" if reply.body.startswith("<") else "text/plain"
        return Answer(reply.status, reply.body.encode("utf-8", "surrogateescape"), media)

    def _found(self, asked: Asked, to: Target) -> tuple[podstreams.Tunnel, int]:
        """The way to the pod that answers, and its port. Raises StatusError."""
        server = self._server
        verb = paths.verb(asked.method, True, False)
        if server.authorizer is not None:
            place = (verb, to.resource, to.namespace, to.name, "proxy")
            server.authorizer.check(Request(*place, component=LEARNER, user=asked.user))
        found = server.find(to.resource, to.namespace, to.name)
        if found is None:
            raise errors.not_found(to.resource, to.name)
        pod, port = self._behind(found, to) if to.resource == "services" else _itself(found, to)
        agent = server.kubelet_of(pod.spec.node_name)
        tunnel = podstreams.begin("portforward", pod, None, agent)
        assert isinstance(tunnel, podstreams.Tunnel)
        return tunnel, port

    def _behind(self, service: Any, to: Target) -> tuple[Any, int]:
        """A pod behind a Service, and its port of that name or number."""
        ports = service.spec.ports
        named = [p for p in ports if to.port in ("", p.name, str(p.port))]
        if not named or not to.port and len(ports) > 1:
            raise errors.failure(
                503,
                "ServiceUnavailable",
                f'no service port "{to.port}" found for service "{to.name}"',
            )
        for one in self._server.all(_SLICES):
            meta = one.metadata
            if meta.namespace != to.namespace or meta.labels.get(_SERVICE) != to.name:
                continue
            port = next((p.port for p in one.ports if (p.name or "") == named[0].name), None)
            for endpoint in one.endpoints:
                ref = endpoint.target_ref
                if port is None or ref is None or endpoint.conditions.ready is False:
                    continue
                pod = self._server.find("pods", ref.namespace, ref.name)
                if pod is not None:
                    return pod, port
        raise errors.failure(
            503, "ServiceUnavailable", f'no endpoints available for service "{to.name}"'
        )


def _itself(pod: Any, to: Target) -> tuple[Any, int]:
    """The pod, and the port that was asked for, or its first one."""
    if to.port:
        if not to.port.isdecimal() or not 0 < int(to.port) < 1 << 16:
            raise errors.bad_request(f'invalid pod request "{to.name}:{to.port}"')
        return pod, int(to.port)
    ports = [port.container_port for c in pod.spec.containers for port in c.ports]
    return pod, ports[0] if ports else 80


def _passed(asked: Asked, to: Target) -> cri.Request:
    """The request as the pod gets it: nobody's token, and the path behind ``proxy``."""
    kept = ("accept", "content-type", "user-agent")
    headers = tuple((name, asked.headers[name]) for name in kept if name in asked.headers)
    query = "&".join(f"{name}={value}" for name in asked.query for value in asked.query[name])
    path = f"{to.path}?{query}" if query else to.path
    body = asked.body.decode("utf-8", "surrogateescape")
    return cri.Request(path, asked.method, headers=headers, body=body)


def _unreachable(why: str) -> StatusError:
    text = f"error trying to reach service: {why}"
    return errors.failure(503, "ServiceUnavailable", text)
