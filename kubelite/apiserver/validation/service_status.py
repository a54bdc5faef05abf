"""The status of a Service: the addresses a load balancer gave it.

Models ``ValidateLoadBalancerStatus`` of ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from kubelite.api import core_v1
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    Errors,
    dns_subdomain,
    ip_address,
    parse_ip,
    supported,
)
from kubelite.apiserver.validation.objectmeta import validate_object_meta_update


def validate_service_status_update(new: core_v1.Service, old: core_v1.Service) -> list[FieldError]:
    """What a Service's status may not say."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    ingress, path = new.status.load_balancer.ingress, "status.loadBalancer.ingress"
    if ingress and new.spec.type != "LoadBalancer":
        fault = "may only be used when `spec.type` is 'LoadBalancer'"
        return [*faults, FieldError.forbidden(path, fault)]
    known = {point.ip for point in old.status.load_balancer.ingress}
    for index, point in enumerate(ingress):
        faults += _ingress(point, known, f"{path}[{index}]")
    return faults


def _ingress(point: core_v1.LoadBalancerIngress, known: set[str], path: str) -> Errors:
    if point.ip:
        yield from ip_address(f"{path}.ip", point.ip, known)
    if point.ip_mode is None:
        if point.ip:
            yield FieldError.required(f"{path}.ipMode", "must be specified when `ip` is set")
    elif not point.ip:
        fault = "may not be specified when `ip` is not set"
        yield FieldError.forbidden(f"{path}.ipMode", fault)
    else:
        yield from supported(f"{path}.ipMode", point.ip_mode, ("Proxy", "VIP"))
    if point.hostname:
        yield from dns_subdomain(f"{path}.hostname", point.hostname)
        if parse_ip(point.hostname) is not None:
            fault = "must be a DNS name, not an IP address"
            yield FieldError.invalid(f"{path}.hostname", point.hostname, fault)
