"""Which Service an address and a port belong to.

Models the part of pkg/proxy that turns Services into rules: cluster addresses, node ports, and
the addresses of load balancers (pkg/proxy/servicechangetracker.go, serviceport.go).
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.core_v1 import Service, ServicePort
from kubelite.apimachinery.struct import Value
from kubelite.client.informer import Informer

CLUSTER_IP = "ClusterIP"
NODE_PORT = "NodePort"
LOAD_BALANCER = "LoadBalancer"
EXTERNAL_IP = "ExternalIP"


class Frontend(Value):
    """A Service's port that was met, and by which of its addresses (``via``)."""

    service: Service
    port: ServicePort
    via: str


def by_address(service: Service) -> Sequence[str]:
    """An indexer: every address that leads to the Service."""
    spec = service.spec
    own = [spec.cluster_ip] if spec.cluster_ip not in ("", "None") else []
    balanced = [point.ip for point in service.status.load_balancer.ingress if point.ip]
    return (*own, *balanced, *spec.external_ips)


def by_node_port(service: Service) -> Sequence[str]:
    """An indexer: the ports opened on every node."""
    return tuple(str(port.node_port) for port in service.spec.ports if port.node_port)


INDEXERS = {"address": by_address, "node port": by_node_port}


class Services:
    """All Services, by the addresses and node ports that lead to them."""

    def __init__(self, informer: Informer):
        self.informer = informer

    def at(self, address: str, port: int) -> Frontend | None:
        """The Service port behind a virtual address; None when it is nobody's."""
        for service in self.informer.index("address", address):
            for found in service.spec.ports:
                if found.port == port:
                    return Frontend(service, found, _via(service, address))
        return None

    def owns(self, address: str) -> bool:
        """Whether the address is virtual: packets to its other ports are refused."""
        return bool(self.informer.index("address", address))

    def at_node_port(self, port: int) -> Frontend | None:
        """The Service port opened on every node under this number."""
        for service in self.informer.index("node port", str(port)):
            for found in service.spec.ports:
                if found.node_port == port:
                    return Frontend(service, found, NODE_PORT)
        return None


def _via(service: Service, address: str) -> str:
    if address == service.spec.cluster_ip:
        return CLUSTER_IP
    return EXTERNAL_IP if address in service.spec.external_ips else LOAD_BALANCER
