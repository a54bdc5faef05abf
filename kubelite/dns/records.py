"""What one question about a name in the cluster's zone is answered with.

Models ``plugin/kubernetes/{parse,kubernetes}.go`` and ``plugin/backend_lookup.go`` of CoreDNS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kubelite.api.core_v1 import Service
from kubelite.api.discovery_v1 import Endpoint, EndpointPort, EndpointSlice
from kubelite.apimachinery.struct import Value

ZONE = "cluster.local"
TTL = 30
"""Seconds an answer may be kept, as kubeadm sets it."""

NOERROR = "NOERROR"
NXDOMAIN = "NXDOMAIN"

_NO_PORT = -1  # a Service without ports has addresses, and nothing to put in an SRV record


class Record(Value):
    """One resource record. ``data`` is an address (A) or a name (CNAME and SRV, with ``port``)."""

    name: str
    type: str
    data: str
    port: int = 0
    weight: int = 0
    ttl: int = TTL

    def __str__(self) -> str:
        value = f"0 {self.weight} {self.port} {self.data}." if self.type == "SRV" else self.data
        dot = "." if self.type == "CNAME" else ""
        return f"{self.name}. {self.ttl} IN {self.type} {value}{dot}"


class Reply(NamedTuple):
    """A server's answer: NOERROR or NXDOMAIN. NOERROR without answers: no record of this type."""

    code: str
    answers: tuple[Record, ...] = ()
    extra: tuple[Record, ...] = ()


class Query(NamedTuple):
    """A name taken apart: port and protocol, or an endpoint, or neither; then the Service."""

    kind: str = ""  # "svc" or "pod"
    namespace: str = ""
    service: str = ""
    endpoint: str = ""
    protocol: str = ""
    port: str = ""


class Found(Value):
    """One address (or external name) behind a name, and the port of it."""

    host: str
    name: str
    port: int = _NO_PORT
    external: bool = False


# DOC: dns-parse
def parse(name: str) -> Query | None:
    """A name inside the zone as a query; None when no such name can exist."""
    base = name.removesuffix(ZONE).removesuffix(".")
    labels = base.split(".")[::-1] if base else []
    if not labels:
        return Query()
    if labels[0] not in ("svc", "pod") or len(labels) > 5:
        return None
    query = Query(*labels[:3])
    if len(labels) == 4:
        return query._replace(endpoint=labels[3])
    if len(labels) == 5:
        protocol, port = labels[3].removeprefix("_"), labels[4].removeprefix("_")
        return query._replace(protocol=protocol, port=port)
    return query


def _matches(query: Query, name: str | None, protocol: str | None) -> bool:
    """Whether a port is the one that was asked for; any port when none was."""
    return query.port in ("", (name or "").lower()) and query.protocol in (
        "",
        (protocol or "TCP").lower(),
    )


# DOC: dns-service
def of_service(query: Query, service: Service, slices: Iterable[EndpointSlice]) -> list[Found]:
    """What stands behind the name: the Service's address, or each endpoint of a headless one."""
    spec, meta = service.spec, service.metadata
    domain = f"{meta.name}.{meta.namespace}.svc.{ZONE}"
    if spec.type == "ExternalName":
        return [] if query.endpoint else [Found(spec.external_name, domain, external=True)]
    if query.endpoint or spec.cluster_ip == "None":
        return _of_endpoints(query, slices, domain)
    ports = [p.port for p in spec.ports if _matches(query, p.name, p.protocol)]
    if not spec.ports and _matches(query, "", "TCP"):
        ports = [_NO_PORT]
    return [Found(spec.cluster_ip, domain, port) for port in ports if spec.cluster_ip]


def _of_endpoints(query: Query, slices: Iterable[EndpointSlice], domain: str) -> list[Found]:
    return [
        Found(address, f"{hostname(endpoint, address)}.{domain}", port.port or _NO_PORT)
        for held in slices
        for endpoint in held.endpoints
        if endpoint.conditions.ready is not False
        for address in endpoint.addresses
        if query.endpoint in ("", hostname(endpoint, address))
        for port in held.ports or (EndpointPort(port=_NO_PORT),)
        if _matches(query, port.name, port.protocol)
    ]


def hostname(endpoint: Endpoint, address: str) -> str:
    """The first label of an endpoint's own name: its hostname, or its address with dashes."""
    return (endpoint.hostname or address.replace(".", "-").replace(":", "-")).lower()


def addresses(name: str, found: Sequence[Found]) -> tuple[Record, ...]:
    """A records, each address once."""
    hosts = dict.fromkeys(one.host for one in found if ":" not in one.host)
    return tuple(Record(name, "A", host) for host in hosts)


def srv(name: str, found: Sequence[Found]) -> Reply:
    """SRV records with equal weights, and the addresses of their targets beside them."""
    inside = [one for one in found if not one.external]
    weight = 100 // len(inside) if inside else 0
    ports = dict.fromkeys((one.name, one.port) for one in inside if one.port != _NO_PORT)
    targets = dict.fromkeys((one.name, one.host) for one in inside if one.port != _NO_PORT)
    return Reply(
        NOERROR,
        tuple(Record(name, "SRV", target, port, weight) for target, port in ports),
        tuple(Record(target, "A", host) for target, host in targets),
    )
