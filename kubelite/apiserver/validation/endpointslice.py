"""EndpointSlices: addresses of one family, ports with names of their own.

Models ``pkg/apis/discovery/validation/validation.go``.
"""

from __future__ import annotations

import ipaddress

from kubelite.api import discovery_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    PROTOCOLS,
    Errors,
    dns_label,
    each,
    endpoint_ip,
    immutable,
    labels,
    one_of,
    parse_ip,
    qualified_name,
    subdomain_name,
    supported,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)

ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")

_MAX_ENDPOINTS = 1000
_MAX_ADDRESSES = 100
_MAX_PORTS = 20_000
_MAX_TOPOLOGY = 16
_MAX_HINTS = 8


def validate_endpoint_slice(endpoint_slice: discovery_v1.EndpointSlice) -> list[FieldError]:
    """What is wrong with a new EndpointSlice."""
    faults = validate_object_meta(endpoint_slice.metadata, True, subdomain_name)
    faults += _slice(endpoint_slice)
    return faults


def validate_endpoint_slice_update(
    new: discovery_v1.EndpointSlice, old: discovery_v1.EndpointSlice
) -> list[FieldError]:
    """What is wrong with a change of an EndpointSlice; its address type stays as it was."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _slice(new, frozenset(map(id, old.endpoints)))
    faults += immutable("addressType", new.address_type, old.address_type)
    return faults


def _slice(
    endpoint_slice: discovery_v1.EndpointSlice, known: frozenset[int] = frozenset()
) -> Errors:
    yield from one_of("addressType", endpoint_slice.address_type, ADDRESS_TYPES)
    yield from _endpoints(endpoint_slice, known)
    yield from _ports(endpoint_slice.ports, "ports")


def _endpoints(endpoint_slice: discovery_v1.EndpointSlice, known: frozenset[int]) -> Errors:
    """Those of the version before, the very same objects, were checked when they came."""
    endpoints = endpoint_slice.endpoints
    if len(endpoints) > _MAX_ENDPOINTS:
        yield FieldError.too_many("endpoints", len(endpoints), _MAX_ENDPOINTS)
        return
    for index, endpoint in enumerate(endpoints):
        if id(endpoint) not in known:
            yield from _endpoint(endpoint, endpoint_slice.address_type, f"endpoints[{index}]")


def _endpoint(endpoint: discovery_v1.Endpoint, address_type: str, path: str) -> Errors:
    at, count = f"{path}.addresses", len(endpoint.addresses)
    if not count:
        yield FieldError.required(at, "must contain at least 1 address")
    elif count > _MAX_ADDRESSES:
        yield FieldError.too_many(at, count, _MAX_ADDRESSES)
    for index, address in enumerate(endpoint.addresses):
        yield from _address(address, address_type, f"{at}[{index}]")
    node = endpoint.node_name
    if node is not None:
        yield from each(f"{path}.nodeName", node, subdomain_name(node, False))
    topology, at = endpoint.deprecated_topology, f"{path}.deprecatedTopology"
    if len(topology) > _MAX_TOPOLOGY:
        yield FieldError.too_many(at, len(topology), _MAX_TOPOLOGY)
    yield from labels(at, topology)
    if endpoint.hostname is not None:
        yield from dns_label(f"{path}.hostname", endpoint.hostname)
    if endpoint.hints is not None:
        yield from _hints(endpoint.hints, f"{path}.hints")


def _address(address: str, address_type: str, path: str) -> Errors:
    if address_type == "FQDN":
        yield from _domain(address, path)
    elif address_type in ("IPv4", "IPv6"):
        family = ipaddress.IPv4Address if address_type == "IPv4" else ipaddress.IPv6Address
        if not isinstance(parse_ip(address), family):
            yield FieldError.invalid(path, address, f"must be a valid {address_type} address")
        yield from endpoint_ip(path, address)


def _domain(name: str, path: str) -> Errors:
    if not name:
        yield FieldError.required(path)
        return
    name = name.removesuffix(".")
    faults = names.is_dns1123_subdomain(name)
    if faults:
        yield FieldError.invalid(path, name, ",".join(faults))
        return
    if "." not in name:
        fault = "should be a domain with at least two segments separated by dots"
        yield FieldError.invalid(path, name, fault)
        return
    for label in name.split("."):
        faults = names.is_dns1123_label(label)
        if faults:
            yield FieldError.invalid(path, label, ",".join(faults))
            return


def _ports(ports: tuple[discovery_v1.EndpointPort, ...], path: str) -> Errors:
    if len(ports) > _MAX_PORTS:
        yield FieldError.too_many(path, len(ports), _MAX_PORTS)
        return
    seen: set[str] = set()
    for index, port in enumerate(ports):
        at, name = f"{path}[{index}]", port.name or ""
        if name:
            yield from dns_label(f"{at}.name", name)
        if name in seen:
            yield FieldError.duplicate(f"{at}.name", name)
        seen.add(name)
        if port.protocol is None:
            yield FieldError.required(f"{at}.protocol")
        else:
            yield from supported(f"{at}.protocol", port.protocol, PROTOCOLS)
        if port.app_protocol is not None:
            yield from qualified_name(f"{at}.appProtocol", port.app_protocol)


def _hints(hints: discovery_v1.EndpointHints, path: str) -> Errors:
    groups = (
        ("forZones", [zone.name for zone in hints.for_zones], names.is_label_value),
        ("forNodes", [node.name for node in hints.for_nodes], names.is_dns1123_subdomain),
    )
    for field, wanted, check in groups:
        at = f"{path}.{field}"
        if len(wanted) > _MAX_HINTS:
            yield FieldError.too_many(at, len(wanted), _MAX_HINTS)
            continue
        for index, name in enumerate(wanted):
            if name in wanted[:index]:
                yield FieldError.duplicate(f"{at}[{index}].name", name)
            yield from each(f"{at}[{index}].name", name, check(name))
