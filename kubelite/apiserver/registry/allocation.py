"""Handing out addresses and node ports to Services, none twice.

Nothing is remembered: what is taken is read off the Services that exist.
Models pkg/registry/core/service (storage/alloc.go, ipallocator, portallocator).
"""

from __future__ import annotations

from collections.abc import Iterable

from kubelite.api.core_v1 import ServicePort, ServiceSpec
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import FieldError, StatusError
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.validation.formats import parse_ip
from kubelite.sim.chance import Stream

SERVICE_NETWORK = "10.96"
"""Service addresses are 10.96.0.0/16 here; kubeadm's own default is 10.96.0.0/12."""

_ADDRESSES = 1 << 16
_STATIC_BAND = 256  # min(max(16, size/16), 256): chosen by hand first, by chance last

NODE_PORTS = range(30000, 32768)
_STATIC_PORTS = 86  # min(max(16, size/32), 128)

HEADLESS = "None"

_NOT_OURS = f"is not in the valid range. The range of valid IPs is {SERVICE_NETWORK}.0.0/16"
_ONE_FAMILY = "this cluster is not configured for dual-stack services"
_NO_SUCH_PORT = (
    "provided port is not in the valid range. The range of valid ports is "
    f"{NODE_PORTS.start}-{NODE_PORTS.stop - 1}"
)


def needs_node_ports(spec: ServiceSpec) -> bool:
    """Whether it is reached through the nodes."""
    return spec.type in ("NodePort", "LoadBalancer")


def needs_health_check(spec: ServiceSpec) -> bool:
    """Whether a load balancer asks each node if a pod is there."""
    return spec.type == "LoadBalancer" and spec.external_traffic_policy == "Local"


class Allocation:
    """The allocation of one Service, ``name``, beside the ``others`` that exist.

    ``draw`` chooses. Raises StatusError 422 for what is taken or out of range, 500 when all is.
    """

    def __init__(self, name: str, others: Iterable[ServiceSpec], draw: Stream):
        self._name = name
        self._draw = draw
        specs = list(others)
        self._addresses = {spec.cluster_ip for spec in specs}
        self._ports = {port.node_port for spec in specs for port in spec.ports}
        self._ports |= {spec.health_check_node_port for spec in specs}

    # DOC: service-allocation
    def complete(self, spec: ServiceSpec) -> ServiceSpec:
        """The spec with everything that it leaves to the server."""
        if spec.type == "ExternalName":
            return spec
        self._check_families(spec)
        address = spec.cluster_ip or self._free_address()
        if spec.cluster_ip not in ("", HEADLESS):
            self._claim_address(spec)
        spec = replace(
            spec,
            cluster_ip=address,
            cluster_ips=spec.cluster_ips or (address,),
            ip_families=spec.ip_families or ("IPv4",),
            ip_family_policy=spec.ip_family_policy or "SingleStack",
        )
        if needs_node_ports(spec):
            spec = replace(spec, ports=self._node_ports(spec))
        if needs_health_check(spec) and not spec.health_check_node_port:
            spec = replace(spec, health_check_node_port=self._free_port())
        return spec

    def _check_families(self, spec: ServiceSpec) -> None:
        """This cluster has IPv4 only; endpoints written by hand may be of any family."""
        if spec.cluster_ip == HEADLESS and not spec.selector:
            return
        faults = []
        if spec.ip_family_policy == "RequireDualStack":
            faults.append(
                FieldError.invalid("spec.ipFamilyPolicy", spec.ip_family_policy, _ONE_FAMILY)
            )
        for place, family in enumerate(spec.ip_families):
            if family == "IPv6":
                path = f"spec.ipFamilies[{place}]"
                faults.append(FieldError.invalid(path, family, "not configured on this cluster"))
        if faults:
            raise errors.invalid("Service", self._name, faults)

    def _claim_address(self, spec: ServiceSpec) -> None:
        address = spec.cluster_ip
        if parse_ip(address) is None:
            return  # validation has better words for it
        if not address.startswith(SERVICE_NETWORK + "."):
            fault = f"the provided IP ({address}) {_NOT_OURS}"
        elif address in self._addresses:
            fault = "provided IP is already allocated"
        else:
            return
        fault = f"failed to allocate IP {address}: {fault}"
        raise self._refused("spec.clusterIPs", spec.cluster_ips or (address,), fault)

    def _free_address(self) -> str:
        for first, last in ((_STATIC_BAND, _ADDRESSES - 1), (1, _STATIC_BAND)):
            for _ in range(64):
                number = self._draw.randrange(first, last)
                address = f"{SERVICE_NETWORK}.{number >> 8}.{number & 255}"
                if address not in self._addresses:
                    return address
        raise errors.internal("failed to allocate a serviceIP: range is full")

    def _node_ports(self, spec: ServiceSpec) -> tuple[ServicePort, ...]:
        """One port served over two protocols has one node port for both."""
        asked = {p.port: p.node_port for p in reversed(spec.ports) if p.node_port}
        chosen: dict[int, int] = {}
        ports = []
        for place, port in enumerate(spec.ports):
            number = port.node_port or asked.get(port.port, 0) or chosen.get(port.port, 0)
            if not number and spec.allocate_load_balancer_node_ports is not False:
                number = self._free_port()
            elif number and number != chosen.get(port.port):
                self._claim_port(number, f"spec.ports[{place}].nodePort")
            chosen.setdefault(port.port, number)
            ports.append(replace(port, node_port=number))
        return tuple(ports)

    def _claim_port(self, number: int, path: str) -> None:
        if number in self._ports:
            raise self._refused(path, number, "provided port is already allocated")
        if number not in NODE_PORTS:
            raise self._refused(path, number, _NO_SUCH_PORT)
        self._ports.add(number)

    def _free_port(self) -> int:
        free = [port for port in NODE_PORTS[_STATIC_PORTS:] if port not in self._ports]
        free = free or [port for port in NODE_PORTS if port not in self._ports]
        if not free:
            raise errors.internal("failed to allocate a nodePort: range is full")
        number = self._draw.choice(free)
        self._ports.add(number)
        return number

    def _refused(self, path: str, value: object, fault: str) -> StatusError:
        return errors.invalid("Service", self._name, [FieldError.invalid(path, value, fault)])
