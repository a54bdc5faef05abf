"""EndpointSlice: the addresses behind a Service.

Models ``k8s.io/api/discovery/v1``.
"""

from __future__ import annotations

from kubelite.api.core_v1.reference import ObjectReference
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Struct, written


class EndpointSlice(Object, kw_only=True):
    """Up to 1,000 endpoints of one Service that share their ports."""

    api_version: str = written("discovery.k8s.io/v1")
    kind: str = written("EndpointSlice")
    address_type: str = written("")
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


class EndpointConditions(Struct, kw_only=True):
    """Ready for traffic; serving even while terminating. None means unknown."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class Endpoint(Struct, kw_only=True):
    """One pod's addresses, and whether traffic should go there."""

    addresses: tuple[str, ...] = ()
    conditions: EndpointConditions = written(EndpointConditions())
    hostname: str | None = None
    target_ref: ObjectReference | None = None
    node_name: str | None = None
    zone: str | None = None
    hints: EndpointHints | None = None
    deprecated_topology: dict[str, str] = {}


class EndpointHints(Struct, kw_only=True):
    """From where traffic should come to this endpoint."""

    for_zones: tuple[ForZone, ...] = ()
    for_nodes: tuple[ForNode, ...] = ()


class ForZone(Struct, kw_only=True):
    """A zone, by name."""

    name: str = written("")


class ForNode(Struct, kw_only=True):
    """A node, by name."""

    name: str = written("")


class EndpointPort(Struct, kw_only=True):
    """A port that every endpoint of the slice listens on."""

    name: str | None = None
    protocol: str | None = None
    port: Int32 | None = None
    app_protocol: str | None = None
