"""Descriptions of names and addresses: Services, what is behind them, and ways in from outside.

Models ``k8s.io/kubectl/pkg/describe``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kubelite.api.core_v1 import Endpoints, Service
from kubelite.api.discovery_v1 import EndpointSlice
from kubelite.api.networking_v1 import Ingress, IngressBackend, IngressClass, IPAddress, ServiceCIDR
from kubelite.apimachinery.errors import StatusError
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import (
    NONE,
    UNSET,
    Page,
    begin,
    format_labels,
    plain,
    put_dated_conditions,
)

_SHOWN = 3
_OF_SERVICE = "kubernetes.io/service-name"


# Services


def service(found: Service, to: Describing) -> str:
    """A Service, its addresses, and the pods behind each of its ports."""
    page, spec = begin(found), found.spec
    page.field(0, "Selector", format_labels(spec.selector))
    page.field(0, "Type", spec.type)
    if spec.ip_family_policy is not None:
        page.field(0, "IP Family Policy", spec.ip_family_policy)
    page.field(0, "IP Families", ",".join(spec.ip_families) or NONE)
    page.field(0, "IP", spec.cluster_ip)
    page.field(0, "IPs", ",".join(spec.cluster_ips) or NONE)
    balancers = ", ".join(_balancers(found))
    for name, value in (
        ("External IPs", ",".join(spec.external_ips)),
        ("Desired LoadBalancer IP", spec.load_balancer_ip),
        ("External Name", spec.external_name),
        ("LoadBalancer Ingress", balancers),
    ):
        if value:
            page.field(0, name, value)
    _put_ports(page, found, to)
    _put_policies(page, found)
    to.put_events(page, found)
    return str(page)


def _balancers(found: Service) -> Iterator[str]:
    for ingress in found.status.load_balancer.ingress:
        mode = f" ({ingress.ip_mode})" if ingress.ip_mode is not None else ""
        yield f"{ingress.ip}{mode}" if ingress.ip else ingress.hostname


def _put_ports(page: Page, found: Service, to: Describing) -> None:
    slices = _slices(found.metadata.namespace, found.metadata.name, to)
    for port in found.spec.ports:
        name = port.name or UNSET
        page.row(0, "Port:", name, f"{port.port}/{port.protocol}")
        page.field(0, "TargetPort", f"{port.target_port}/{port.protocol}")
        if port.app_protocol is not None:
            page.field(0, "AppProtocol", port.app_protocol)
        if port.node_port:
            page.row(0, "NodePort:", name, f"{port.node_port}/{port.protocol}")
        page.field(0, "Endpoints", _addresses(slices, port.name))


def _put_policies(page: Page, found: Service) -> None:
    spec = found.spec
    page.field(0, "Session Affinity", spec.session_affinity)
    for name, value in (
        ("External Traffic Policy", spec.external_traffic_policy),
        ("Internal Traffic Policy", spec.internal_traffic_policy),
        ("HealthCheck NodePort", spec.health_check_node_port),
        ("LoadBalancer Source Ranges", ",".join(spec.load_balancer_source_ranges)),
        ("Traffic Distribution", spec.traffic_distribution),
    ):
        if value:
            page.field(0, name, value)


def _slices(namespace: str, service: str, to: Describing) -> tuple[EndpointSlice, ...]:
    labels = f"{_OF_SERVICE}={service}"
    return to.client.listed("endpointslices.discovery.k8s.io", namespace, labels).items


def _addresses(slices: Iterable[EndpointSlice], port_name: str) -> str:
    """The first three ready addresses of a port, and how many more there are."""
    slices = tuple(slices)
    if not slices:
        return NONE
    ready = [address for one in slices for address in _ready(one, port_name)]
    # Upstream notices that there are more only when it meets another endpoint, ready or not.
    shown = ",".join(ready[:_SHOWN])
    return f"{shown} + {len(ready) - _SHOWN} more..." if _goes_on(slices, port_name) else shown


def _every(one: EndpointSlice, port_name: str) -> Iterator[tuple[str, bool]]:
    """Each endpoint's address at each port of that name, and whether it is ready."""
    ports = [port.port for port in one.ports if (port.name or "") == port_name]
    for number in ports if one.ports else [None]:
        for endpoint in one.endpoints:
            first, ready = endpoint.addresses[0], endpoint.conditions.ready is not False
            host = f"[{first}]" if ":" in first else first
            yield (first if number is None else f"{host}:{number}"), ready


def _ready(one: EndpointSlice, port_name: str) -> Iterator[str]:
    return (address for address, ready in _every(one, port_name) if ready)


def _goes_on(slices: Iterable[EndpointSlice], port_name: str) -> bool:
    seen = 0
    for one in slices:
        for _, ready in _every(one, port_name):
            if seen == _SHOWN:
                return True
            seen += ready
    return False


def endpoints(found: Endpoints, to: Describing) -> str:
    """An Endpoints object, subset by subset."""
    page = begin(found)
    page.write(0, "Subsets:\n")
    for subset in found.subsets:
        ready = ",".join(address.ip for address in subset.addresses)
        others = ",".join(address.ip for address in subset.not_ready_addresses)
        page.field(1, "Addresses", ready or NONE)
        page.field(1, "NotReadyAddresses", others or NONE)
        if subset.ports:
            page.write(1, "Ports:\n")
            rows = [(port.name or UNSET, port.port, port.protocol) for port in subset.ports]
            page.table(2, ("Name", "Port", "Protocol"), rows)
        page.write(0, "\n")
    to.put_events(page, found)
    return str(page)


def endpoint_slice(found: EndpointSlice, to: Describing) -> str:
    """An EndpointSlice, endpoint by endpoint."""
    page = begin(found)
    page.field(0, "AddressType", found.address_type)
    page.write(0, "Ports:\n" if found.ports else f"Ports: {UNSET}\n")
    if found.ports:
        rows = [(port.name or UNSET, _or_unset(port.port), port.protocol) for port in found.ports]
        page.table(1, ("Name", "Port", "Protocol"), rows)
    page.write(0, "Endpoints:\n" if found.endpoints else f"Endpoints: {NONE}\n")
    for endpoint in found.endpoints:
        page.field(1, "- Addresses", ", ".join(endpoint.addresses) or NONE)
        page.write(2, "Conditions:\n")
        ready = endpoint.conditions.ready
        page.field(3, "Ready", UNSET if ready is None else plain(ready))
        page.field(2, "Hostname", _or_unset(endpoint.hostname))
        if endpoint.target_ref is not None:
            page.field(2, "TargetRef", f"{endpoint.target_ref.kind}/{endpoint.target_ref.name}")
        page.field(2, "NodeName", _or_unset(endpoint.node_name))
        page.field(2, "Zone", _or_unset(endpoint.zone))
    to.put_events(page, found)
    return str(page)


def _or_unset(value: object) -> object:
    return UNSET if value is None else value


# Ways in


def ingress(found: Ingress, to: Describing) -> str:
    """An Ingress: which host and path lead where, and to which pods."""
    page, spec, namespace = begin(found, False, False), found.spec, found.metadata.namespace
    page.labels("Labels", found.metadata.labels)
    page.field(0, "Namespace", namespace)
    page.field(0, "Address", _ingress_address(found))
    page.field(0, "Ingress Class", spec.ingress_class_name or NONE)
    default = spec.default_backend
    otherwise = "<default>" if default is None else _backend(default, namespace, to)
    page.field(0, "Default backend", otherwise)
    if spec.tls:
        page.write(0, "TLS:\n")
    for tls in spec.tls:
        hosts = ",".join(tls.hosts)
        said = f"{tls.secret_name} terminates {hosts}" if tls.secret_name else f"SNI routes {hosts}"
        page.write(1, f"{said}\n")
    page.write(0, "Rules:\n  Host\tPath\tBackends\n")
    page.row(1, "----", "----", "--------")
    rules = [rule for rule in spec.rules if rule.http is not None]
    for rule in rules:
        page.write(1, f"{rule.host or '*'}\t\n")
        for path in rule.http.paths if rule.http is not None else ():
            page.write(2, f"\t{path.path} \t{_backend(path.backend, namespace, to)}\n")
    if not rules:
        page.row(1, "*", "*", otherwise)
    page.annotations("Annotations", found.metadata.annotations)
    to.put_events(page, found)
    return str(page)


def _ingress_address(found: Ingress) -> str:
    known = {one.ip or one.hostname for one in found.status.load_balancer.ingress}
    return ",".join(sorted(known - {""}))


def _backend(backend: IngressBackend, namespace: str, to: Describing) -> str:
    if (named := backend.service) is None:
        resource = backend.resource
        if resource is None:
            return ""
        group = NONE if resource.api_group is None else resource.api_group
        return f"APIGroup: {group}, Kind: {resource.kind}, Name: {resource.name}"
    said = f"{named.name}:{named.port.number or named.port.name}"
    try:
        slices = _slices(namespace, named.name, to)
        found = to.client.get("services", named.name, namespace)
    except StatusError as error:
        return f"{said} (<error: {error.status.message}>)"
    wanted = named.port.number, named.port.name
    ports = [port.name for port in found.spec.ports if _is(wanted, port.port, port.name)]
    return f"{said} ({_addresses(slices, ports[-1] if ports else '')})"


def _is(wanted: tuple[int, str], number: int, name: str) -> bool:
    return (wanted[0] != 0 and wanted[0] == number) or (wanted[1] != "" and wanted[1] == name)


def ingress_class(found: IngressClass, to: Describing) -> str:
    """An IngressClass: who looks after its Ingresses."""
    page = begin(found, namespaced=False)
    page.field(0, "Controller", found.spec.controller)
    parameters = found.spec.parameters
    if parameters is not None:
        page.write(0, "Parameters:\n")
        if parameters.api_group is not None:
            page.field(1, "APIGroup", parameters.api_group)
        page.field(1, "Kind", parameters.kind)
        page.field(1, "Name", parameters.name)
    to.put_events(page, found)
    return str(page)


# Addresses


def service_cidr(found: ServiceCIDR, to: Describing) -> str:
    """A range that Services get their addresses from."""
    page = begin(found, namespaced=False)
    page.field(0, "CIDRs", ", ".join(found.spec.cidrs))
    if found.status.conditions:
        page.write(0, "Status:\n")
        page.write(0, "Conditions:\n")
        put_dated_conditions(page, found.status.conditions)
    to.put_events(page, found)
    return str(page)


def ip_address(found: IPAddress, to: Describing) -> str:
    """An address that is taken, and who has it."""
    page, parent = begin(found, namespaced=False), found.spec.parent_ref
    page.write(0, "Parent Reference:\n")
    page.field(1, "Group", parent.group)
    page.field(1, "Resource", parent.resource)
    page.field(1, "Namespace", parent.namespace)
    page.field(1, "Name", parent.name)
    to.put_events(page, found)
    return str(page)
