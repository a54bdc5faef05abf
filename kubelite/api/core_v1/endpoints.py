"""Endpoints: the addresses behind a Service, as before there were EndpointSlices.

Models ``Endpoints`` of ``k8s.io/api/core/v1``, deprecated since 1.33 and still served.
"""

from __future__ import annotations

from kubelite.api.core_v1.reference import ObjectReference
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Struct, written


class EndpointAddress(Struct, kw_only=True):
    """One address, and what stands behind it."""

    ip: str = written("")
    hostname: str = ""
    node_name: str | None = None
    target_ref: ObjectReference | None = None


class EndpointPort(Struct, kw_only=True):
    """A port that all addresses of a subset serve."""

    name: str = ""
    port: Int32 = written(0)
    protocol: str = ""
    app_protocol: str | None = None


class EndpointSubset(Struct, kw_only=True):
    """Addresses with the ports they have in common."""

    addresses: tuple[EndpointAddress, ...] = ()
    not_ready_addresses: tuple[EndpointAddress, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


class Endpoints(Object, kw_only=True):
    """Addresses for the Service of the same name; written by hand where it selects no pods."""

    api_version: str = written("v1")
    kind: str = written("Endpoints")
    subsets: tuple[EndpointSubset, ...] = ()
