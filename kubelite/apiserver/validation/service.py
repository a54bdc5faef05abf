"""Services: ports, type, addresses, and what may not change once it is set.

Names follow the relaxed rule of 1.37 (a digit may come first).
Models the Service part of ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from kubelite.api import core_v1
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    PROTOCOLS,
    Errors,
    dns_label,
    dns_subdomain,
    dual_stack,
    endpoint_ip,
    in_range,
    ip_address,
    ip_block,
    is_ipv6,
    label_name,
    labels,
    one_of,
    port_number,
    port_number_or_name,
    qualified_name,
    supported,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)

HEADLESS = ("None",)
TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")

_MAX_AFFINITY_SECONDS = 86_400
_SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
_TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints"
_TOPOLOGY_MODE = "service.kubernetes.io/topology-mode"
_ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'"
_NOT_EXTERNAL_NAME = "may not be set for ExternalName services"
_ONCE_SET = "may not change once set"


def validate_service(service: core_v1.Service) -> list[FieldError]:
    """What is wrong with a new Service."""
    faults = validate_object_meta(service.metadata, True, label_name)
    faults += _service(service, None)
    return faults


def validate_service_update(new: core_v1.Service, old: core_v1.Service) -> list[FieldError]:
    """What is wrong with a change of a Service: its addresses stay."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if "ExternalName" not in (new.spec.type, old.spec.type):
        faults += _addresses_stay(new.spec, old.spec, "spec.clusterIPs")
        faults += _families_stay(new.spec, old.spec, "spec.ipFamilies")
    both_balanced = new.spec.type == old.spec.type == "LoadBalancer"
    wanted = new.spec.load_balancer_class
    if both_balanced and wanted != old.spec.load_balancer_class:
        faults.append(FieldError.invalid("spec.loadBalancerClass", wanted, _ONCE_SET))
    faults += _load_balancer_class(new.spec, "spec.loadBalancerClass")
    health = (new.spec.health_check_node_port, old.spec.health_check_node_port)
    if _needs_health_check(new.spec) and _needs_health_check(old.spec) and health[0] != health[1]:
        faults.append(FieldError.forbidden("spec.healthCheckNodePort", "field is immutable"))
    faults += _service(new, old)
    return faults


def _service(service: core_v1.Service, old: core_v1.Service | None) -> Errors:
    spec, annotations = service.spec, service.metadata.annotations
    mode, hints = annotations.get(_TOPOLOGY_MODE), annotations.get(_TOPOLOGY_HINTS)
    if mode is not None and hints is not None and mode != hints:
        at = f"metadata.annotations[{_TOPOLOGY_MODE}]"
        fault = f"must match annotations[{_TOPOLOGY_HINTS}] when both are specified"
        yield FieldError.invalid(at, mode, fault)
    if not spec.ports and spec.cluster_ips != HEADLESS and spec.type != "ExternalName":
        yield FieldError.required("spec.ports")
    yield from _type(spec, "spec")
    names_seen: set[str] = set()
    for index, port in enumerate(spec.ports):
        yield from _port(port, len(spec.ports) > 1, names_seen, f"spec.ports[{index}]")
    yield from labels("spec.selector", spec.selector)
    yield from _affinity(spec, "spec")
    yield from _cluster_ips(spec, old, "spec")
    known = old.spec.external_ips if old else ()
    for index, address in enumerate(spec.external_ips):
        at = f"spec.externalIPs[{index}]"
        faults = list(ip_address(at, address, known))
        yield from faults or endpoint_ip(at, address)
    yield from one_of("spec.type", spec.type, TYPES)
    yield from _ports_once(spec, "spec.ports")
    yield from _source_ranges(service, old)
    yield from _load_balancer(spec, "spec")
    yield from _traffic_policies(spec, "spec")


def _type(spec: core_v1.ServiceSpec, path: str) -> Errors:
    if spec.type in ("LoadBalancer", "NodePort") and spec.cluster_ips == HEADLESS:
        fault = f"may not be set to 'None' for {spec.type} services"
        yield FieldError.invalid(f"{path}.clusterIPs[0]", "None", fault)
    if spec.type != "ExternalName":
        return
    if spec.cluster_ips:
        yield FieldError.forbidden(f"{path}.clusterIPs", _NOT_EXTERNAL_NAME)
    if spec.ip_families:
        yield FieldError.forbidden(f"{path}.ipFamilies", _NOT_EXTERNAL_NAME)
    if spec.ip_family_policy is not None:
        yield FieldError.forbidden(f"{path}.ipFamilyPolicy", _NOT_EXTERNAL_NAME)
    host = spec.external_name.removesuffix(".")
    if host:
        yield from dns_subdomain(f"{path}.externalName", host)
    else:
        yield FieldError.required(f"{path}.externalName")


def _port(port: core_v1.ServicePort, many: bool, seen: set[str], path: str) -> Errors:
    if many and not port.name:
        yield FieldError.required(f"{path}.name")
    elif port.name:
        yield from dns_label(f"{path}.name", port.name)
        if port.name in seen:
            yield FieldError.duplicate(f"{path}.name", port.name)
        seen.add(port.name)
    yield from port_number(f"{path}.port", port.port)
    yield from one_of(f"{path}.protocol", port.protocol, PROTOCOLS)
    yield from port_number_or_name(f"{path}.targetPort", port.target_port)
    if port.app_protocol is not None:
        yield from qualified_name(f"{path}.appProtocol", port.app_protocol)


def _ports_once(spec: core_v1.ServiceSpec, path: str) -> Errors:
    """Each port once per protocol, in front and on the nodes."""
    if spec.type == "ClusterIP":
        for index, port in enumerate(spec.ports):
            if port.node_port:
                fault = "may not be used when `type` is 'ClusterIP'"
                yield FieldError.forbidden(f"{path}[{index}].nodePort", fault)
    seen: set[tuple[str, int]] = set()
    for index, port in enumerate(spec.ports):
        if port.node_port and (port.protocol, port.node_port) in seen:
            yield FieldError.duplicate(f"{path}[{index}].nodePort", port.node_port)
        seen.add((port.protocol, port.node_port))
    seen.clear()
    for index, port in enumerate(spec.ports):
        if (port.protocol, port.port) in seen:
            shown = core_v1.ServicePort(protocol=port.protocol, port=port.port)
            yield FieldError.duplicate(f"{path}[{index}]", shown)
        seen.add((port.protocol, port.port))


def _affinity(spec: core_v1.ServiceSpec, path: str) -> Errors:
    affinity, config = spec.session_affinity, spec.session_affinity_config
    yield from one_of(f"{path}.sessionAffinity", affinity, ("ClientIP", "None"))
    at, when = f"{path}.sessionAffinityConfig", "when session affinity type is ClientIP"
    if affinity == "None" and config is not None:
        yield FieldError.forbidden(at, "must not be set when session affinity is None")
    if affinity != "ClientIP":
        return
    if config is None:
        yield FieldError.required(at, when)
    elif config.client_ip is None:
        yield FieldError.required(f"{at}.clientIP", when)
    elif config.client_ip.timeout_seconds is None:
        yield FieldError.required(f"{at}.clientIP.timeoutSeconds", when)
    elif not 0 < config.client_ip.timeout_seconds <= _MAX_AFFINITY_SECONDS:
        fault = f"must be greater than 0 and less than {_MAX_AFFINITY_SECONDS}"
        seconds = config.client_ip.timeout_seconds
        yield FieldError.invalid(f"{at}.clientIP.timeoutSeconds", seconds, fault)


def _cluster_ips(spec: core_v1.ServiceSpec, old: core_v1.Service | None, path: str) -> Errors:
    if spec.type == "ExternalName":
        return
    at, addresses = f"{path}.clusterIPs", spec.cluster_ips
    if spec.cluster_ip and not addresses:
        yield FieldError.required(at)
    elif spec.cluster_ip and addresses[0] != spec.cluster_ip:
        yield FieldError.invalid(at, addresses, "first value must match `clusterIP`")
    elif addresses and not spec.cluster_ip:
        fault = "must be empty when `clusterIP` is not specified"
        yield FieldError.invalid(at, addresses, fault)
    yield from _families(spec, path)
    faults = list(_each_cluster_ip(addresses, old.spec.cluster_ips if old else (), at))
    yield from faults
    if len(addresses) > 2:
        yield FieldError.invalid(at, addresses, "may only hold up to 2 values")
    if faults:
        return
    if len(addresses) == 2:
        yield from dual_stack(at, addresses, addresses)
    if addresses == HEADLESS:
        return
    for index, (address, family) in enumerate(zip(addresses, spec.ip_families, strict=False)):
        if (family == "IPv6") != is_ipv6(address) and family in ("IPv4", "IPv6"):
            fault = f"expected an {family} value as indicated by `ipFamilies[{index}]`"
            yield FieldError.invalid(f"{at}[{index}]", address, fault)


def _families(spec: core_v1.ServiceSpec, path: str) -> Errors:
    seen: set[str] = set()
    for index, family in enumerate(spec.ip_families):
        at = f"{path}.ipFamilies[{index}]"
        yield from supported(at, family, ("IPv4", "IPv6"))
        if family in seen:
            yield FieldError.duplicate(at, family)
        seen.add(family)
    policies = ("PreferDualStack", "RequireDualStack", "SingleStack")
    yield from supported(f"{path}.ipFamilyPolicy", spec.ip_family_policy, policies)


def _each_cluster_ip(addresses: tuple[str, ...], known: tuple[str, ...], path: str) -> Errors:
    for index, address in enumerate(addresses):
        if index == 0 and address == "None":
            if len(addresses) > 1:
                fault = "'None' must be the first and only value"
                yield FieldError.invalid(path, addresses, fault)
            continue
        yield from ip_address(f"{path}[{index}]", address, known)


def _source_ranges(service: core_v1.Service, old: core_v1.Service | None) -> Errors:
    spec, at = service.spec, "spec.LoadBalancerSourceRanges"
    text = service.metadata.annotations.get(_SOURCE_RANGES)
    if spec.load_balancer_source_ranges:
        if spec.type != "LoadBalancer":
            yield FieldError.forbidden(at, _ONLY_LOAD_BALANCER)
        before = old.spec.load_balancer_source_ranges if old else ()
        known = {block.strip() for block in before}
        for index, block in enumerate(spec.load_balancer_source_ranges):
            yield from ip_block(f"{at}[{index}]", block.strip(), known)
    elif text is not None:
        at = f"metadata.annotations[{_SOURCE_RANGES}]"
        if spec.type != "LoadBalancer":
            yield FieldError.forbidden(at, _ONLY_LOAD_BALANCER)
        same = old is not None and old.metadata.annotations.get(_SOURCE_RANGES) == text
        if text.strip() and not same:
            for block in text.split(","):
                yield from ip_block(at, block.strip())


def _load_balancer(spec: core_v1.ServiceSpec, path: str) -> Errors:
    ports = spec.allocate_load_balancer_node_ports
    if spec.type != "LoadBalancer" and ports is not None:
        at = f"{path}.allocateLoadBalancerNodePorts"
        yield FieldError.forbidden(at, _ONLY_LOAD_BALANCER)
    if spec.type == "LoadBalancer" and ports is None:
        yield FieldError.required("allocateLoadBalancerNodePorts")
    yield from _load_balancer_class(spec, f"{path}.loadBalancerClass")


def _load_balancer_class(spec: core_v1.ServiceSpec, path: str) -> Errors:
    if spec.load_balancer_class is None:
        return
    if spec.type == "LoadBalancer":
        yield from qualified_name(path, spec.load_balancer_class)
    else:
        yield FieldError.forbidden(path, _ONLY_LOAD_BALANCER)


def _needs_health_check(spec: core_v1.ServiceSpec) -> bool:
    return spec.type == "LoadBalancer" and spec.external_traffic_policy == "Local"


def _traffic_policies(spec: core_v1.ServiceSpec, path: str) -> Errors:
    at, policy = f"{path}.externalTrafficPolicy", spec.external_traffic_policy
    external = spec.type in ("LoadBalancer", "NodePort")
    if external or (spec.type == "ClusterIP" and spec.external_ips):
        yield from one_of(at, policy, ("Cluster", "Local"))
    elif policy:
        fault = "may only be set for externally-accessible services"
        yield FieldError.invalid(at, policy, fault)
    port = spec.health_check_node_port
    if not _needs_health_check(spec):
        if port:
            fault = "may only be set when `type` is 'LoadBalancer' and "
            fault += "`externalTrafficPolicy` is 'Local'"
            yield FieldError.invalid(f"{path}.healthCheckNodePort", port, fault)
    elif not port:
        yield FieldError.required(f"{path}.healthCheckNodePort")
    else:
        yield from in_range(f"{path}.healthCheckNodePort", port, 1, 65535)
    inside = spec.internal_traffic_policy
    if inside is None and spec.type in ("NodePort", "LoadBalancer", "ClusterIP"):
        yield FieldError.required(f"{path}.internalTrafficPolicy")
    yield from supported(f"{path}.internalTrafficPolicy", inside, ("Cluster", "Local"))
    words = ("PreferClose", "PreferSameZone", "PreferSameNode")
    yield from supported(f"{path}.trafficDistribution", spec.traffic_distribution, words)


def _addresses_stay(new: core_v1.ServiceSpec, old: core_v1.ServiceSpec, path: str) -> Errors:
    after, before = new.cluster_ips, old.cluster_ips
    if after == before == HEADLESS:
        return
    if len(after) == len(before):
        for index, address in enumerate(before):
            if address != after[index]:
                yield FieldError.invalid(f"{path}[{index}]", after, _ONCE_SET)
        return
    if before and not after:
        yield FieldError.invalid(f"{path}[0]", after, "primary clusterIP can not be unset")
    elif before and after[0] != before[0]:
        yield FieldError.invalid(f"{path}[0]", after, _ONCE_SET)
    if len(after) == 1 and len(before) > 1 and new.ip_family_policy != "SingleStack":
        fault = "must be set to 'SingleStack' when releasing the secondary clusterIP"
        yield FieldError.invalid("spec.ipFamilyPolicy", new.ip_family_policy, fault)


def _families_stay(new: core_v1.ServiceSpec, old: core_v1.ServiceSpec, path: str) -> Errors:
    after, before = new.ip_families, old.ip_families
    if HEADLESS in (new.cluster_ips, old.cluster_ips):
        return
    if len(after) == len(before):
        for family, kept in zip(before, after, strict=True):
            if family != kept:
                yield FieldError.invalid(f"{path}[0]", after, _ONCE_SET)
        return
    if len(after) < len(before) and not new.cluster_ips:
        yield FieldError.invalid(f"{path}[0]", after, "primary ipFamily can not be unset")
    if before and after and after[0] != before[0]:
        yield FieldError.invalid(f"{path}[0]", new.cluster_ips, _ONCE_SET)
    if len(after) == 1 and len(before) > 1 and new.ip_family_policy != "SingleStack":
        fault = "must be set to 'SingleStack' when releasing the secondary ipFamily"
        yield FieldError.invalid("spec.ipFamilyPolicy", new.ip_family_policy, fault)
