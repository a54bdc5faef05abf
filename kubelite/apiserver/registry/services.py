"""Services: each gets a cluster IP, and a node port where its type asks for one.

Models pkg/registry/core/service (strategy.go, storage/alloc.go, ipallocator, portallocator).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kubelite.api.core_v1 import Service, ServicePort, ServiceSpec
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.defaults import default_service
from kubelite.apiserver.registry.strategy import Strategy
from kubelite.apiserver.validation import validate_service, validate_service_update
from kubelite.sim.chance import Stream

SERVICE_NETWORK = "10.96"
"""Service addresses are 10.96.0.0/16 here; kubeadm's own default is 10.96.0.0/12."""

_ADDRESSES = 1 << 16
_STATIC_BAND = 256  # min(max(16, size/16), 256): chosen by hand first, by chance last

NODE_PORTS = range(30000, 32768)
_STATIC_PORTS = 86  # min(max(16, size/32), 128)

HEADLESS = "None"
_WITH_NODE_PORTS = ("NodePort", "LoadBalancer")


class ServiceStrategy(Strategy):
    """Services. ``others`` gives those that exist, ``draw`` the chance of addresses and ports."""

    def __init__(self, others: Callable[[], Iterable[Service]], draw: Stream):
        super().__init__(default_service, validate_service, validate_service_update)
        self._others = others
        self._draw = draw

    def prepare_create(self, obj: Service) -> Service:
        """Allocate addresses before the object is checked."""
        return self._allocated(self.without_status(obj))

    def prepare_update(self, new: Service, old: Service) -> Service:
        """Keep what was allocated, allocate what is newly asked for."""
        new = super().prepare_update(new, old)
        spec = new.spec
        if not spec.cluster_ip and spec.type != "ExternalName":
            spec = replace(spec, cluster_ip=old.spec.cluster_ip, cluster_ips=old.spec.cluster_ips)
        held = {(port.name, port.port): port.node_port for port in old.spec.ports}
        ports = tuple(
            replace(port, node_port=held.get((port.name, port.port), 0))
            if not port.node_port and spec.type in _WITH_NODE_PORTS
            else port
            for port in spec.ports
        )
        return self._allocated(replace(new, spec=replace(spec, ports=ports)), old)

    def _allocated(self, service: Service, old: Service | None = None) -> Service:
        spec = service.spec
        if spec.type == "ExternalName":
            return service
        others = [other.spec for other in self._others() if _another(other, old)]
        address = spec.cluster_ip or self._address(others)
        if spec.cluster_ip not in ("", HEADLESS) and any(
            other.cluster_ip == address for other in others
        ):
            taken = FieldError.invalid("spec.clusterIPs", [address], _TAKEN)
            raise errors.invalid("Service", service.metadata.name, [taken])
        spec = replace(
            spec,
            cluster_ip=address,
            cluster_ips=spec.cluster_ips or (address,),
            ip_families=spec.ip_families or ("IPv4",),
            ip_family_policy=spec.ip_family_policy or "SingleStack",
        )
        if spec.type in _WITH_NODE_PORTS:
            spec = replace(spec, ports=self._ports(service.metadata.name, spec, others))
        return replace(service, spec=spec)

    def _address(self, others: list[ServiceSpec]) -> str:
        used = {spec.cluster_ip for spec in others}
        for first, last in ((_STATIC_BAND, _ADDRESSES - 1), (1, _STATIC_BAND)):
            for _ in range(64):
                number = self._draw.randrange(first, last)
                address = f"{SERVICE_NETWORK}.{number >> 8}.{number & 255}"
                if address not in used:
                    return address
        raise errors.internal("failed to allocate a serviceIP: range is full")

    def _ports(
        self, name: str, spec: ServiceSpec, others: list[ServiceSpec]
    ) -> tuple[ServicePort, ...]:
        used = {port.node_port for other in others for port in other.ports}
        ports = []
        for place, port in enumerate(spec.ports):
            if port.node_port in used and port.node_port:
                problem = FieldError.invalid(
                    f"spec.ports[{place}].nodePort",
                    port.node_port,
                    "provided port is already allocated",
                )
                raise errors.invalid("Service", name, [problem])
            number = port.node_port or self._port(used)
            used.add(number)
            ports.append(replace(port, node_port=number))
        return tuple(ports)

    def _port(self, used: set[int]) -> int:
        free = [port for port in NODE_PORTS[_STATIC_PORTS:] if port not in used]
        free = free or [port for port in NODE_PORTS if port not in used]
        if not free:
            raise errors.internal("failed to allocate a nodePort: range is full")
        return self._draw.choice(free)


_TAKEN = "failed to allocate IP: provided IP is already allocated"


def _another(other: Service, old: Service | None) -> bool:
    return old is None or other.metadata.uid != old.metadata.uid
