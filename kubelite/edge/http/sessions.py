"""WebSockets: which protocol, and what of a pod is at the other end.

Models pkg/registry/core/pod/rest/subresources.go.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, NoReturn

from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import Request
from kubelite.apiserver.registry.podstreams import STREAMS, refuse
from kubelite.apiserver.server import APIServer
from kubelite.cluster.machines import LEARNER
from kubelite.edge.http import channels, forwarding
from kubelite.edge.http.exchange import Asked
from kubelite.edge.http.outbox import Receive, Send
from kubelite.edge.http.paths import Place


class Opened(NamedTuple):
    """The protocol both sides speak, and what to run once the WebSocket is open."""

    protocol: str
    run: Callable[[], Coroutine[Any, Any, None]]


class Sessions:
    """Opens WebSockets to pods of one API server."""

    def __init__(
        self, server: APIServer, lock: AbstractContextManager[Any], nudge: Callable[[], object]
    ):
        self._server = server
        self._lock = lock
        self._nudge = nudge

    def open(
        self,
        asked: Asked,
        where: Place | None,
        offered: Sequence[str],
        send: Send,
        receive: Receive,
    ) -> Opened:
        """What a client asks for. Raises StatusError if it cannot be."""
        if where is None or where.kind.kind != "Pod" or where.part not in STREAMS:
            raise errors.unknown_resource()
        forwards = where.part == "portforward"
        spoken = forwarding.PROTOCOLS if forwards else channels.PROTOCOLS
        protocol = next((one for one in spoken if one in offered), "")
        if not protocol and (offered or not forwards):  # ports are forwarded without a name, too
            raise errors.bad_request("this WebSocket protocol is not spoken here")
        request = self._request(asked, where)
        ends = (self._lock, send, receive, self._nudge)
        with self._lock:
            parts = (self._server.handle(request).unwrap(), *ends)
        if not forwards:
            return Opened(protocol, channels.Session(*parts, tty=asked.flag("tty")).run)
        if protocol == forwarding.TUNNEL:
            return Opened(protocol, forwarding.SpdyForwarding(*parts).run)
        ports = forwarding.ports_of(asked.query.get("ports", ()))
        return Opened(protocol, forwarding.ChannelForwarding(ports, *parts).run)

    def refuse(self, asked: Asked, where: Place) -> NoReturn:
        """Answer whoever asks without a WebSocket. Raises StatusError, always."""
        pod = Request("get", where.kind.resource, where.namespace, where.name, user=asked.user)
        with self._lock:
            found = self._server.handle(pod).unwrap()
            agent = self._server.kubelet_of(found.spec.node_name)
            refuse(where.part, found, asked.option("container"), agent)

    def _request(self, asked: Asked, where: Place) -> Request:
        body: dict[str, Any] = {}
        if where.part != "portforward":
            flags = ("stdin", "stdout", "stderr", "tty")
            body = {name: asked.flag(name) for name in flags}
            body["container"] = asked.option("container")
        if where.part == "exec":
            body["command"] = list(asked.query.get("command", ()))
        place = (where.kind.resource, where.namespace, where.name, where.part)
        return Request("create", *place, component=LEARNER, user=asked.user, body=body)
