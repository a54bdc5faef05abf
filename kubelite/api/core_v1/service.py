"""Service: one stable name and address for a changing set of pods.

Models ``Service`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.apimachinery.meta import Condition, Object
from kubelite.apimachinery.struct import Int32, IntOrString, Struct, merge_on, written


class ServiceSpec(Struct, kw_only=True):
    """Which pods, which ports, reachable from where."""

    selector: dict[str, str] = {}
    ports: Annotated[tuple[ServicePort, ...], merge_on("port")] = ()
    type: str = ""
    cluster_ip: str = ""
    cluster_ips: tuple[str, ...] = ()
    ip_families: tuple[str, ...] = ()
    ip_family_policy: str | None = None
    external_name: str = ""
    external_ips: tuple[str, ...] = ()
    external_traffic_policy: str = ""
    internal_traffic_policy: str | None = None
    traffic_distribution: str | None = None
    session_affinity: str = ""
    session_affinity_config: SessionAffinityConfig | None = None
    publish_not_ready_addresses: bool = False
    health_check_node_port: Int32 = 0
    allocate_load_balancer_node_ports: bool | None = None
    load_balancer_class: str | None = None
    load_balancer_ip: str = ""
    load_balancer_source_ranges: tuple[str, ...] = ()


class LoadBalancerStatus(Struct, kw_only=True):
    """Where the load balancer is reached."""

    ingress: tuple[LoadBalancerIngress, ...] = ()


class ServiceStatus(Struct, kw_only=True):
    """What the outside has made of the Service."""

    load_balancer: LoadBalancerStatus = written(LoadBalancerStatus())
    conditions: Annotated[tuple[Condition, ...], merge_on("type")] = ()


class Service(Object, kw_only=True):
    """A name and an address that lead to the pods of a selector."""

    api_version: str = written("v1")
    kind: str = written("Service")
    spec: ServiceSpec = written(ServiceSpec())
    status: ServiceStatus = written(ServiceStatus())


class ServicePort(Struct, kw_only=True):
    """A port of the Service, and the port of the pods it leads to."""

    name: str = ""
    protocol: str = ""
    app_protocol: str | None = None
    port: Int32 = written(0)
    target_port: IntOrString = written(0)
    node_port: Int32 = 0


class SessionAffinityConfig(Struct, kw_only=True):
    """Settings of session affinity."""

    client_ip: ClientIPConfig | None = None


class ClientIPConfig(Struct, kw_only=True):
    """How many seconds a client stays with its pod."""

    timeout_seconds: Int32 | None = None


class LoadBalancerIngress(Struct, kw_only=True):
    """One address or name of the load balancer."""

    ip: str = ""
    hostname: str = ""
    ip_mode: str | None = None
    ports: tuple[PortStatus, ...] = ()


class PortStatus(Struct, kw_only=True):
    """How one port of the load balancer fares."""

    port: Int32 = written(0)
    protocol: str = written("")
    error: str | None = None
