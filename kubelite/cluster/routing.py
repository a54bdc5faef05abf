"""Where a connection goes: addresses of Services, nodes and pods, load balancers, ingress.

Models what packets meet between a client and a pod: the rules of the client's node, or of the
node that a load balancer has chosen, address translation, and network policies at both ends.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import NamedTuple

from kubelite.api.core_v1 import Pod, Service
from kubelite.apimachinery.told import UsageError
from kubelite.cluster.machines import Worker, World
from kubelite.controllers.ingress import ADDRESS as INGRESS
from kubelite.controllers.ingress import serves
from kubelite.dns import ADDRESSES
from kubelite.dns.server import ADDRESS as DNS
from kubelite.kubelet.cri import Reply
from kubelite.kubelet.runtime.network import TIMED_OUT
from kubelite.proxy import Backend, Peer, Proxier, Verdict
from kubelite.proxy import ingress as rules
from kubelite.proxy.networkpolicy import ALLOWED, verdict
from kubelite.proxy.services import CLUSTER_IP, LOAD_BALANCER, Frontend

NO_ENDPOINT = "connection refused: the Service has no ready endpoint"
OUTSIDE_CLIENT = "203.0.113.7"
"""Where requests from outside come from, unless they say something else."""

OUTSIDE_LATENCY = 20_000  # microseconds to a server on the internet

# Not pods here, but policies speak of them as of the pods that they are elsewhere.
DNS_PEER = Peer(
    DNS,
    pod="coredns",
    namespace="kube-system",
    labels={"k8s-app": "kube-dns"},
    namespace_labels={"kubernetes.io/metadata.name": "kube-system"},
    ports={("dns", "UDP"): 53, ("dns-tcp", "TCP"): 53},
)
INGRESS_PEER = Peer(
    INGRESS,
    pod="ingress-nginx-controller",
    namespace="ingress-nginx",
    labels={
        "app.kubernetes.io/name": "ingress-nginx",
        "app.kubernetes.io/component": "controller",
    },
    namespace_labels={"kubernetes.io/metadata.name": "ingress-nginx"},
)


class Route(NamedTuple):
    """Where one connection was led.

    ``address`` is what the client asked for, ``via`` which kind of address that was and at which
    node it was met; ``client`` is the address that the backend sees. Without a ``backend``,
    ``reply`` is what comes back, after ``wait`` microseconds or (``lost``) after the client's
    patience.
    """

    address: str
    via: str
    client: str
    service: str = ""
    backend: Backend | None = None
    reply: Reply = Reply()
    wait: int = 0
    lost: bool = False
    verdict: Verdict = ALLOWED
    gateway: bool = False


class Router:
    """Leads connections through one cluster."""

    def __init__(self, world: World, workers: Mapping[str, Worker]):
        self._world = world
        self._workers = workers
        self._balance = world.chance.stream("cloud/load-balancer")

    # Who is at an address

    def pod_peer(self, pod: Pod) -> Peer:
        """A pod as policies see it; one on its host's network is its node."""
        meta, spec = pod.metadata, pod.spec
        if spec.host_network:
            return Peer(pod.status.pod_ip, spec.node_name)
        home = self._world.server.find("namespaces", "", meta.namespace)
        named = {
            (port.name, port.protocol): port.container_port
            for container in spec.containers
            for port in container.ports
            if port.name
        }
        return Peer(
            pod.status.pod_ip,
            spec.node_name,
            meta.name,
            meta.namespace,
            meta.labels,
            home.metadata.labels if home else {},
            named,
        )

    def node_peer(self, worker: Worker) -> Peer:
        """A program on the machine itself."""
        return Peer(worker.address, worker.name)

    def allowed(self, source: Peer, target: Peer, port: int, protocol: str = "TCP") -> Verdict:
        """What the policies say, if there are any."""
        policies = tuple(self._world.policies.items())
        return verdict(policies, source, target, port, protocol) if policies else ALLOWED

    # Where it goes

    # DOC: route-service
    def to_service(
        self,
        caller: Peer,
        worker: Worker,
        front: Frontend,
        external: bool = False,
        address: str = "",
    ) -> Route:
        """Through the rules of ``worker`` to a backend of a Service."""
        service, proxier = front.service, worker.proxier
        source = self._seen_as(caller, front, worker)
        met = f"{front.via} {worker.name}" if external else front.via
        route = Route(
            address or f"{service.spec.cluster_ip}:{front.port.port}",
            met,
            source.address,
            service.metadata.name,
        )
        backend = proxier.pick(service, front.port.name, caller.address, external)
        if backend is None:
            if proxier.drops(service, front.port.name, external):
                return route._replace(reply=Reply(error=TIMED_OUT), lost=True)
            return route._replace(reply=Reply(status=0, error=NO_ENDPOINT))
        return self._checked(route, source, service.metadata.namespace, backend)

    def _seen_as(self, caller: Peer, front: Frontend, worker: Worker) -> Peer:
        """Connections through node ports and load balancers look as if the node made them."""
        if front.via == CLUSTER_IP or front.service.spec.external_traffic_policy == "Local":
            return caller
        return self.node_peer(worker)

    def _checked(self, route: Route, source: Peer, namespace: str, backend: Backend) -> Route:
        """The route, unless a policy stands in its way."""
        if not self._world.policies.items():
            return route._replace(backend=backend)
        pod = self._world.server.find("pods", namespace, backend.pod) if backend.pod else None
        target = self.pod_peer(pod) if pod else Peer(backend.address, backend.node)
        found = self.allowed(source, target, backend.port)
        if found.allowed:
            return route._replace(backend=backend)
        return route._replace(reply=Reply(error=TIMED_OUT), lost=True, verdict=found)

    # DOC: route-address
    def to_address(
        self, caller: Peer, address: str, port: int, host: str = "", path: str = "/"
    ) -> Route:
        """From a pod, a node or the world outside to any address."""
        asked, inside = f"{address}:{port}", bool(caller.node)
        if address == INGRESS:
            return self._through_ingress(caller, asked, host, path)
        front = self._world.services.at(address, port)
        if front is not None and (inside or front.via != CLUSTER_IP):
            if inside:
                return self.to_service(caller, self._workers[caller.node], front, address=asked)
            return self._balanced(caller, front, asked)
        node = next((w for w in self._workers.values() if w.address == address), None)
        front = self._world.services.at_node_port(port) if node and node.powered else None
        if node and front:
            external = not inside
            return self.to_service(caller, node, front, external, asked)
        if node or (inside and not self._world.services.owns(address)):
            return self._direct(caller, address, port, node)
        return _lost(asked, caller)

    def _direct(self, caller: Peer, address: str, port: int, node: Worker | None) -> Route:
        """To a pod by its own address, to a machine, or to somebody on the internet."""
        asked = f"{address}:{port}"
        if address in ADDRESSES or address in self._world.outside_names.values():
            found = self.allowed(caller, Peer(address), port)
            if not found.allowed:
                return _lost(asked, caller)._replace(verdict=found)
            reply = Reply(200, f"hello from {address}\n")
            return Route(asked, "outside", caller.address, reply=reply, wait=OUTSIDE_LATENCY)
        namespace, pod, host = self._world.network.owner(address)
        backend = Backend(address, port, pod, node.name if node else host)
        return self._checked(
            Route(asked, "node" if node else "pod", caller.address), caller, namespace, backend
        )

    # DOC: route-load-balancer
    def _balanced(self, caller: Peer, front: Frontend, asked: str) -> Route:
        """A load balancer picks a node that says that it can serve; source ranges are kept."""
        ranges = front.service.spec.load_balancer_source_ranges
        if front.via == LOAD_BALANCER and ranges and not _within(caller.address, ranges):
            return _lost(asked, caller)._replace(service=front.service.metadata.name)
        local = front.service.spec.external_traffic_policy == "Local"
        nodes = [
            worker
            for worker in self._workers.values()
            if worker.routes and (not local or worker.proxier.healthy(front.service))
        ]
        if not nodes:
            return _lost(asked, caller)._replace(service=front.service.metadata.name)
        return self.to_service(caller, self._balance.choice(nodes), front, True, asked)

    # DOC: route-ingress
    def _through_ingress(self, caller: Peer, asked: str, host: str, path: str) -> Route:
        """The ingress controller reads host and path and opens a connection of its own."""
        world = self._world
        classes = tuple(world.ingress_classes.items())
        served = [i for i in world.ingresses.items() if serves(i, classes)]
        proxier = next((w.proxier for w in self._workers.values() if w.powered), None)
        if not served or proxier is None:
            return _lost(asked, caller)
        match = rules.route(served, host, path)
        if match is None:
            reply = Reply(404, "404 Not Found\n")
            return Route(asked, "ingress controller", caller.address, reply=reply)
        via = f"ingress {match.ingress.metadata.name}"
        route = Route(asked, via, INGRESS, gateway=True)
        named = match.backend.service.name if match.backend.service else ""
        namespace = match.ingress.metadata.namespace
        service = world.services.informer.get(f"{namespace}/{named}")
        backend = _ingress_backend(match, service, proxier)
        if service is None or backend is None:
            return route._replace(reply=Reply(503, "503 Service Temporarily Unavailable\n"))
        route = route._replace(service=named)
        return self._checked(route, INGRESS_PEER, namespace, backend)

    def taken_over(self, route: Route) -> bool:
        """Whether another pod has the address now at which the route once ended."""
        backend = route.backend
        if backend is None or not backend.pod:
            return False
        return self._world.network.owner(backend.address)[1] not in ("", backend.pod)

    def port_at(self, address: str, wanted: str) -> int:
        """The port meant by a number, a name or nothing: 80 if it is served, else the first."""
        if wanted.isdecimal():
            return int(wanted)
        services = self._world.services.informer.index("address", address)
        known = [(port.name, port.port) for service in services for port in service.spec.ports]
        if not services:
            namespace, name, _ = self._world.network.owner(address)
            pod = self._world.server.find("pods", namespace, name) if name else None
            containers = pod.spec.containers if pod else ()
            known = [(port.name, port.container_port) for c in containers for port in c.ports]
        numbers = [number for name, number in known if wanted in ("", name)]
        if wanted and not numbers:
            raise UsageError(f"nobody at {address} has a port called {wanted!r}")
        return 80 if 80 in numbers or not numbers else numbers[0]


def _ingress_backend(
    match: rules.Match, service: Service | None, proxier: Proxier
) -> Backend | None:
    """An ingress controller goes to endpoints itself, whatever the Service's policies say."""
    port = rules.port_name(match.backend, service) if service else None
    if service is None or port is None:
        return None
    backends = proxier.rules.get(f"{service.metadata.namespace}/{service.metadata.name}:{port}")
    return proxier.any_of(backends) if backends else None


def _lost(asked: str, caller: Peer) -> Route:
    """Nobody answers: packets to such an address vanish."""
    return Route(asked, "", caller.address, reply=Reply(error=TIMED_OUT), lost=True)


def _within(address: str, ranges: tuple[str, ...]) -> bool:
    found = ipaddress.ip_address(address)
    return any(found in ipaddress.ip_network(one.strip(), strict=False) for one in ranges)


def is_address(text: str) -> bool:
    """Whether a host is an address and not a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
