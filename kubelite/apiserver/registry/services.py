"""Services: what they were given they keep, and what no longer fits their type goes.

Models pkg/registry/core/service (strategy.go, storage/storage.go).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubelite.api.core_v1 import Service, ServiceSpec
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.defaults import default_service
from kubelite.apiserver.registry.allocation import (
    Allocation,
    needs_health_check,
    needs_node_ports,
)
from kubelite.apiserver.registry.strategy import Strategy
from kubelite.apiserver.validation import (
    validate_service,
    validate_service_status_update,
    validate_service_update,
)
from kubelite.sim.chance import Stream


class ServiceStrategy(Strategy):
    """Services. ``others`` gives those that exist, ``draw`` the chance of addresses and ports."""

    def __init__(self, others: Callable[[], Iterable[Service]], draw: Stream):
        super().__init__(
            default_service,
            validate_service,
            validate_service_update,
            validate_service_status_update,
        )
        self._others = others
        self._draw = draw

    def prepare_create(self, obj: Service) -> Service:
        """Allocate addresses before the object is checked."""
        return self._allocated(self.without_status(obj))

    def prepare_update(self, new: Service, old: Service) -> Service:
        """Keep what was allocated, allocate what is newly asked for."""
        new = super().prepare_update(new, old)
        spec = _fitting(_kept(new.spec, old.spec), old.spec)
        return self._allocated(replace(new, spec=spec), old)

    def prepare_subresource(self, subresource: str, new: Service, old: Service) -> Service:
        """A load balancer's address is a virtual one unless its cloud says otherwise."""
        service: Service = self.default(super().prepare_subresource(subresource, new, old))
        return service

    def _allocated(self, service: Service, old: Service | None = None) -> Service:
        meta = service.metadata
        uid = old.metadata.uid if old else ""
        others = (other.spec for other in self._others() if other.metadata.uid != uid)
        complete = Allocation(meta.name, others, self._draw).complete(service.spec)
        return replace(service, spec=complete)


def _kept(spec: ServiceSpec, old: ServiceSpec) -> ServiceSpec:
    """A manifest without the values that the server chose means: leave them as they are."""
    if spec.cluster_ip != old.cluster_ip and spec.cluster_ips == old.cluster_ips:
        spec = replace(spec, cluster_ips=(spec.cluster_ip,) if spec.cluster_ip else ())
    if "ExternalName" not in (spec.type, old.type):
        spec = replace(
            spec,
            cluster_ip=spec.cluster_ip or old.cluster_ip,
            cluster_ips=spec.cluster_ips or old.cluster_ips,
        )
    if needs_node_ports(spec) and needs_node_ports(old):
        still = {port.node_port for port in spec.ports}
        held = {p.name: p.node_port for p in old.ports if p.node_port not in still}
        ports = (replace(p, node_port=p.node_port or held.get(p.name, 0)) for p in spec.ports)
        spec = replace(spec, ports=tuple(ports))
    if needs_health_check(spec) and needs_health_check(old) and not spec.health_check_node_port:
        spec = replace(spec, health_check_node_port=old.health_check_node_port)
    return spec


# DOC: service-type-change
def _fitting(spec: ServiceSpec, old: ServiceSpec) -> ServiceSpec:
    """Without what only the old type needed, unless somebody has just changed that, too."""
    gone: dict[str, Any] = {}
    if spec.type == "ExternalName" != old.type:
        gone |= {"cluster_ip": "", "cluster_ips": (), "ip_families": (), "ip_family_policy": None}
    if needs_health_check(old) and not needs_health_check(spec):
        gone["health_check_node_port"] = 0
    if _from_outside(old) and not _from_outside(spec):
        gone["external_traffic_policy"] = ""
    if old.type == "LoadBalancer" != spec.type:
        gone |= {"allocate_load_balancer_node_ports": None, "load_balancer_class": None}
    same = {name: nil for name, nil in gone.items() if getattr(spec, name) == getattr(old, name)}
    if needs_node_ports(old) and not needs_node_ports(spec):
        held = {port.node_port for port in old.ports}
        if all(port.node_port in held for port in spec.ports if port.node_port):
            same["ports"] = tuple(replace(port, node_port=0) for port in spec.ports)
    return replace(spec, **same) if same else spec


def _from_outside(spec: ServiceSpec) -> bool:
    return needs_node_ports(spec) or (spec.type == "ClusterIP" and bool(spec.external_ips))
