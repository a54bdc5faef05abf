"""What a learner asks of the network: names, requests, connections.

A request is asked by a pod (``from_pod``), by a program on a machine (``node``) or by somebody
outside the cluster. Names are resolved as the asker would resolve them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from kubelite.api.core_v1 import Pod, Service
from kubelite.apimachinery import rest
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.struct import Value, encode
from kubelite.apimachinery.told import UsageError
from kubelite.apiserver.identities import service_account
from kubelite.cluster.machines import Worker, World
from kubelite.cluster.routing import DNS_PEER, OUTSIDE_CLIENT, Route, Router, is_address
from kubelite.cluster.traffic import CLIENT_TIMEOUT, Answer, Traffic
from kubelite.dns import Resolution, ResolvConf, Resolver, resolv_conf
from kubelite.dns.resolver import OF_A_MACHINE
from kubelite.dns.server import ADDRESS as DNS
from kubelite.dns.server import in_zone
from kubelite.kubelet import cri
from kubelite.kubelet.cri import Reply
from kubelite.kubelet.runtime.network import RESET, TIMED_OUT
from kubelite.proxy import Peer
from kubelite.proxy.services import CLUSTER_IP, Frontend
from kubelite.sim.clock import MILLISECOND, Clock

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster

Then = Callable[[Answer], Any]

CLIENT_LATENCY = 2 * MILLISECOND
"""From a program inside a pod to the API server and back."""


def _nobody(answer: Answer) -> None:
    """The default for an answer that is only kept."""


class Target(Value):
    """What is asked for, taken apart: "http://shop.example.com:8080/cart"."""

    host: str
    port: str
    path: str


def parse_target(text: str, port: str = "", path: str = "/") -> Target:
    """The parts of a URL, of "host:port" or of a name; what is given beside it counts less."""
    text = text.removeprefix("http://").removeprefix("service/").removeprefix("svc/")
    host, slash, rest = text.partition("/")
    host, _, number = host.partition(":")
    return Target(host, number or port, f"/{rest}" if slash else path)


class Asker(Value):
    """Who asks, and with which resolver's configuration. ``worker`` is None for the outside."""

    peer: Peer
    conf: ResolvConf
    worker: Worker | None


class Requests:
    """The part of a cluster that speaks to the network. ``Cluster`` is the whole."""

    clock: Clock
    traffic: Traffic
    router: Router
    _world: World

    # DOC: cluster-resolve
    def resolve(
        self, name: str, from_pod: str = "", namespace: str = "default", type: str = "A"
    ) -> Resolution:
        """What a name leads to, with every question that was asked on the way.

        Asked by ``from_pod`` ("pod/web-1"), or by any plain pod of ``namespace``; ``type`` is A,
        SRV or CNAME. Time stands still meanwhile.
        """
        if from_pod:
            return self._resolved(name, self._asker(from_pod, "", namespace, True), type)
        return Resolver(self._world.dns).resolve(name, resolv_conf(namespace), type)

    def request(
        self,
        target: str,
        path: str = "/",
        method: str = "GET",
        namespace: str = "default",
        port: str | int = "",
        node: str = "",
        from_pod: str = "",
        host: str = "",
        client: str = OUTSIDE_CLIENT,
    ) -> Answer:
        """One request, waited for: virtual time moves by what it takes.

        ``target`` is a Service of ``namespace`` ("web"), a name or an address, with or without a
        port and a path. With ``from_pod`` names are resolved in that pod and the request leaves
        from there. An address or a name of the internet without ``from_pod`` and ``node`` is
        asked for from outside the cluster, by ``client``. ``host`` is the Host header.
        """
        answers: list[Answer] = []
        self.send_request(
            target, path, answers.append, method, namespace, port, node, from_pod, host, client
        )
        while not answers:
            self.clock.step()
        return answers[0]

    def send_request(
        self,
        target: str,
        path: str = "/",
        then: Then = _nobody,
        method: str = "GET",
        namespace: str = "default",
        port: str | int = "",
        node: str = "",
        from_pod: str = "",
        host: str = "",
        client: str = OUTSIDE_CLIENT,
    ) -> None:
        """One request whose answer comes later, to ``then``; for streams of traffic."""
        line = self.connect(target, namespace, port, node, from_pod, client)
        line.send(path, then, method, host)

    def connect(
        self,
        target: str,
        namespace: str = "default",
        port: str | int = "",
        node: str = "",
        from_pod: str = "",
        client: str = OUTSIDE_CLIENT,
    ) -> Connection:
        """A connection that is kept open: each request on it goes to the same pod."""
        return Connection(self, parse_target(target, str(port)), namespace, node, from_pod, client)

    def outside_name(self, name: str, address: str) -> None:
        """Let a name of the internet lead to an address, at which somebody answers 200."""
        self._world.outside_names[name] = address

    # DOC: program-asks
    def dial(
        self,
        sandbox: cri.SandboxConfig,
        url: str,
        method: str,
        body: str,
        then: Callable[[Reply], object],
    ) -> None:
        """A request that a program inside a pod makes; it is not counted as our traffic."""

        def answered(answer: Answer) -> None:
            then(Reply(answer.status, answer.body, 0, answer.error))

        target = parse_target(url)
        name = f"pod/{sandbox.name}"
        if target.host.startswith("kubernetes.default"):
            self.clock.after(CLIENT_LATENCY, self._api, sandbox, method, target.path, body, then)
            return
        try:
            line = Connection(self, target, sandbox.namespace, "", name, "", kept=False)
            line.send(target.path, answered, method, body=body)
        except (ValueError, StatusError) as problem:  # the pod has no address yet, or is gone
            then(Reply(error=str(problem)))

    def _api(
        self,
        sandbox: cri.SandboxConfig,
        method: str,
        path: str,
        body: str,
        then: Callable[[Reply], object],
    ) -> None:
        """The API server's answer to a program: all pods, or a Secret that was created."""
        parts = path.strip("/").split("/")
        if path == "/api/v1/pods":
            then(self._all_pods())
        elif (
            method == "POST"
            and parts[:3] == ["api", "v1", "namespaces"]
            and parts[4:] == ["secrets"]
        ):
            then(self._create_secret(sandbox, parts[3], body))
        else:
            then(Reply(404, "404 page not found\n"))

    def _create_secret(self, sandbox: cri.SandboxConfig, namespace: str, body: str) -> Reply:
        """By the service account of the pod that asks."""
        server = self._world.server
        pod: Pod | None = server.find("pods", sandbox.namespace, sandbox.name)
        account = (pod.spec.service_account_name if pod else "") or "default"
        user = service_account(sandbox.namespace, account)
        wanted, who = json.loads(body), f"pod/{sandbox.name}"
        namespace = namespace or sandbox.namespace
        answer = server.handle(
            rest.Request("create", "secrets", namespace, body=wanted, component=who, user=user)
        )
        return Reply(answer.code, "" if answer.ok else answer.body.message)

    def _all_pods(self) -> Reply:
        pods = self._whole.api.all("pods")
        text = ",".join([encode(pod).decode() for pod in pods])
        return Reply(200, f'{{"apiVersion":"v1","kind":"PodList","items":[{text}]}}')

    # Who asks

    @property
    def _whole(self) -> Cluster:
        return cast("Cluster", self)

    def _asker(
        self, from_pod: str, node: str, namespace: str, inside: bool, client: str = ""
    ) -> Asker:
        cluster = self._whole
        if from_pod:
            name = from_pod if "/" in from_pod else f"pod/{from_pod}"
            pod = cluster.get(name, namespace=namespace)
            if not pod.status.pod_ip:
                raise UsageError(f"{name} has no address yet: run the clock first")
            conf = resolv_conf(namespace, pod.spec)
            return Asker(self.router.pod_peer(pod), conf, cluster._worker(pod.spec.node_name))
        if node or inside:
            worker = cluster._worker(node) if node else cluster._any_worker()
            return Asker(self.router.node_peer(worker), resolv_conf(namespace), worker)
        return Asker(Peer(client), OF_A_MACHINE, None)

    def _resolved(self, name: str, asker: Asker, type: str = "A") -> Resolution:
        """Through the asker's resolver, if the policies let it reach the DNS server."""
        if DNS in asker.conf.nameservers[:1]:
            refused = self.router.allowed(asker.peer, DNS_PEER, 53, "UDP")
            if not refused.allowed:
                error = f"lookup {name} on {DNS}:53: {TIMED_OUT} ({refused})"
                return Resolution(name, type, DNS, (), (), error, CLIENT_TIMEOUT)
        return Resolver(self._world.dns).resolve(name, asker.conf, type)


class Connection:
    """One connection, opened by the first request and kept until it breaks.

    ``route`` is where it was led, None while it is closed.
    """

    def __init__(
        self,
        cluster: Requests,
        target: Target,
        namespace: str,
        node: str,
        from_pod: str,
        client: str,
        kept: bool = True,
    ):
        self._cluster = cluster
        self._kept = kept  # whether its answers are counted
        self._target = target
        self._where = (from_pod, node, namespace)
        self._client = client
        self.route: Route | None = None

    @property
    def pod(self) -> str:
        """The pod at its other end; "" while it is closed."""
        return self.route.backend.pod if self.route and self.route.backend else ""

    def close(self) -> None:
        """The next request opens a new one."""
        self.route = None

    # DOC: connection-reuse
    def request(self, path: str = "/", method: str = "GET", host: str = "") -> Answer:
        """One request over this connection, waited for."""
        answers: list[Answer] = []
        self.send(path, answers.append, method, host)
        while not answers:
            self._cluster.clock.step()
        return answers[0]

    def send(
        self,
        path: str = "/",
        then: Then = _nobody,
        method: str = "GET",
        host: str = "",
        body: str = "",
    ) -> None:
        """One request over this connection, answered later."""
        path = self._target.path if path == "/" else path
        host = host or self._target.host
        request = cri.Request(path=path, method=method, headers=(("Host", host),), body=body)

        def answered(answer: Answer) -> None:
            if not answer.status:
                self.close()
            then(answer)

        route = self.route
        if route is not None and not route.gateway:
            if self._cluster.router.taken_over(route):
                route = route._replace(backend=None, reply=Reply(error=RESET))
            self._cluster.traffic.send(route, request, answered, 0, None, True, self._kept)
        else:
            self._open(request, host, answered)

    def _open(self, request: cri.Request, host: str, then: Then) -> None:
        """Find out where the target is, then go there."""
        from_pod, node, namespace = self._where
        name = self._target.host
        plain = None if from_pod else self._service(name, namespace)
        inside = plain is not None or in_zone(name) or name.endswith(".svc")
        asker = self._cluster._asker(from_pod, node, namespace, inside, self._client)
        if plain is not None and asker.worker and plain.spec.cluster_ip not in ("", "None"):
            self._to_service(plain, asker, request, then)
        elif is_address(name):
            self._to_address(name, asker, request, host, then, self._cluster.clock.now, None)
        else:
            self._by_name(name, asker, request, host, then)

    def _service(self, name: str, namespace: str) -> Service | None:
        """A bare name is a Service for the learner who stands beside the cluster."""
        if "." in name:
            return None
        found: Service = self._cluster._whole.get(f"service/{name}", namespace=namespace)
        return found

    def _to_service(self, service: Service, asker: Asker, request: cri.Request, then: Then) -> None:
        wanted, ports = self._target.port, service.spec.ports
        port = next((p for p in ports if wanted in ("", p.name, str(p.port))), None)
        if port is None or asker.worker is None:
            raise UsageError(f"service/{service.metadata.name} has no port {wanted!r}")
        front = Frontend(service, port, CLUSTER_IP)
        self._go(self._cluster.router.to_service(asker.peer, asker.worker, front), request, then)

    def _by_name(
        self, name: str, asker: Asker, request: cri.Request, host: str, then: Then
    ) -> None:
        clock, began = self._cluster.clock, self._cluster.clock.now
        found = self._cluster._resolved(name, asker)
        if found.addresses:
            self_to = (found.addresses[0], asker, request, host, then, began, found)
            clock.after(found.latency, self._to_address, *self_to)
            return
        refused = Reply(error=found.error or f"lookup {name}: no address")
        route = Route(name, "", asker.peer.address, reply=refused)
        send = self._cluster.traffic.send
        clock.after(found.latency, send, route, request, then, began, found, False, self._kept)

    def _to_address(
        self,
        address: str,
        asker: Asker,
        request: cri.Request,
        host: str,
        then: Then,
        began: int,
        found: Resolution | None,
    ) -> None:
        router = self._cluster.router
        port = router.port_at(address, self._target.port)
        route = router.to_address(asker.peer, address, port, host, request.path)
        self._go(route, request, then, began, found)

    def _go(
        self,
        route: Route,
        request: cri.Request,
        then: Then,
        began: int = 0,
        found: Resolution | None = None,
    ) -> None:
        self.route = route if route.backend else None
        self._cluster.traffic.send(route, request, then, began, found, False, self._kept)
