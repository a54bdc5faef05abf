"""Ingresses and their classes: hosts, paths, backends, the controller of a class.

Models the Ingress part of ``pkg/apis/networking/validation/validation.go``.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from kubelite.api import networking_v1 as net
from kubelite.api.core_v1 import TypedLocalObjectReference
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    Errors,
    dns_subdomain,
    each,
    immutable,
    ip_address,
    label_name,
    parse_ip,
    port_number_or_name,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)

CLASS_ANNOTATION = "kubernetes.io/ingress.class"
PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
SCOPES = ("Cluster", "Namespace")

_MAX_CONTROLLER = 250
_BAD_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")
_BAD_ENDS = ("/..", "/.")
_NOT_A_NAME = "must be a DNS name, not an IP address"
_ABSOLUTE = "must be an absolute path"
_HTTP_PATH = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"
_is_http_path = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+\Z").match


def validate_ingress(ingress: net.Ingress) -> list[FieldError]:
    """What is wrong with a new Ingress."""
    faults = _ingress(ingress)
    said, wanted = ingress.metadata.annotations.get(CLASS_ANNOTATION), ingress.spec
    if said is not None and wanted.ingress_class_name not in (None, said):
        at = f"annotations.{CLASS_ANNOTATION}"
        fault = "must match `ingressClassName` when both are specified"
        faults.append(FieldError.invalid(at, said, fault))
    return faults


def validate_ingress_update(new: net.Ingress, old: net.Ingress) -> list[FieldError]:
    """What is wrong with a change of an Ingress."""
    return [*validate_object_meta_update(new.metadata, old.metadata), *_ingress(new)]


def validate_ingress_status_update(new: net.Ingress, old: net.Ingress) -> list[FieldError]:
    """What the status of an Ingress may not say."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    known = {point.ip for point in old.status.load_balancer.ingress}
    for index, point in enumerate(new.status.load_balancer.ingress):
        faults += _point(point, known, f"status.loadBalancer.ingress[{index}]")
    return faults


def _point(point: net.IngressLoadBalancerIngress, known: Collection[str], path: str) -> Errors:
    if point.ip:
        yield from ip_address(f"{path}.ip", point.ip, known)
    if point.hostname:
        yield from dns_subdomain(f"{path}.hostname", point.hostname)
        if parse_ip(point.hostname) is not None:
            yield FieldError.invalid(f"{path}.hostname", point.hostname, _NOT_A_NAME)


def _ingress(ingress: net.Ingress) -> list[FieldError]:
    faults = validate_object_meta(ingress.metadata, True, subdomain_name)
    faults += _spec(ingress.spec, "spec")
    return faults


def _spec(spec: net.IngressSpec, path: str) -> Errors:
    if not spec.rules and spec.default_backend is None:
        fault = "either `defaultBackend` or `rules` must be specified"
        yield FieldError.invalid(path, spec.rules, fault)
    if spec.default_backend is not None:
        yield from _backend(spec.default_backend, f"{path}.defaultBackend")
    for index, rule in enumerate(spec.rules):
        yield from _rule(rule, f"{path}.rules[{index}]")
    for index, tls in enumerate(spec.tls):
        yield from _tls(tls, f"{path}.tls[{index}]")
    name = spec.ingress_class_name
    if name is not None:
        yield from each(f"{path}.ingressClassName", name, subdomain_name(name, False))


def _tls(tls: net.IngressTLS, path: str) -> Errors:
    for index, host in enumerate(tls.hosts):
        yield from _host(host, f"{path}.hosts[{index}]")
    if tls.secret_name:
        yield from dns_subdomain(f"{path}.secretName", tls.secret_name)


def _host(host: str, path: str) -> Errors:
    if "*" in host:
        return each(path, host, names.is_wildcard_dns1123_subdomain(host))
    return dns_subdomain(path, host)


def _rule(rule: net.IngressRule, path: str) -> Errors:
    if rule.host:
        if parse_ip(rule.host) is not None:
            yield FieldError.invalid(f"{path}.host", rule.host, _NOT_A_NAME)
        yield from _host(rule.host, f"{path}.host")
    if rule.http is None:
        return
    if not rule.http.paths:
        yield FieldError.required(f"{path}.http.paths")
    for index, one in enumerate(rule.http.paths):
        yield from _path(one, f"{path}.http.paths[{index}]")


def _path(one: net.HTTPIngressPath, path: str) -> Errors:
    at, kind = f"{path}.path", one.path_type
    if kind is None:
        yield FieldError.required(f"{path}.pathType", "pathType must be specified")
        return
    if kind in ("Exact", "Prefix"):
        if not one.path.startswith("/"):
            yield FieldError.invalid(at, one.path, _ABSOLUTE)
        for bad in _BAD_SEQUENCES:
            if bad in one.path:
                yield FieldError.invalid(at, one.path, f"must not contain '{bad}'")
        for bad in _BAD_ENDS:
            if one.path.endswith(bad):
                yield FieldError.invalid(at, one.path, f"cannot end with '{bad}'")
    elif kind != "ImplementationSpecific":
        yield FieldError.not_supported(f"{path}.pathType", kind, PATH_TYPES)
    elif one.path and not one.path.startswith("/"):
        yield FieldError.invalid(at, one.path, _ABSOLUTE)
    yield from _backend(one.backend, f"{path}.backend")


def _backend(backend: net.IngressBackend, path: str) -> Errors:
    if backend.resource is not None:
        if backend.service is not None:
            fault = "cannot set both resource and service backends"
            yield FieldError.invalid(path, "", fault)
        else:
            yield from _reference(backend.resource, f"{path}.resource")
        return
    if backend.service is None:
        yield FieldError.invalid(path, "", "resource or service backend is required")
        return
    name, port = backend.service.name, backend.service.port
    if name:
        yield from each(f"{path}.service.name", name, label_name(name, False))
    else:
        yield FieldError.required(f"{path}.service.name")
    if port.name and port.number:
        yield FieldError.invalid(path, "", "cannot set both port name & port number")
    elif port.name:
        yield from port_number_or_name(f"{path}.service.port.name", port.name)
    elif port.number:
        yield from port_number_or_name(f"{path}.service.port.number", port.number)
    else:
        yield FieldError.required(path, "port name or number is required")


Reference = TypedLocalObjectReference | net.IngressClassParametersReference


def _reference(ref: Reference, path: str) -> Errors:
    if ref.api_group is not None:
        yield from dns_subdomain(f"{path}.apiGroup", ref.api_group)
    for field, value in (("kind", ref.kind), ("name", ref.name)):
        if value:
            yield from each(f"{path}.{field}", value, names.path_segment(value))
        else:
            yield FieldError.required(f"{path}.{field}")


def validate_ingress_class(ingress_class: net.IngressClass) -> list[FieldError]:
    """What is wrong with a new IngressClass."""
    faults = validate_object_meta(ingress_class.metadata, False, subdomain_name)
    faults += _controller(ingress_class.spec.controller, "spec.controller")
    faults += _parameters(ingress_class.spec.parameters, "spec.parameters")
    return faults


def validate_ingress_class_update(new: net.IngressClass, old: net.IngressClass) -> list[FieldError]:
    """What is wrong with a change: the controller stays."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += immutable("spec.controller", new.spec.controller, old.spec.controller)
    return [*faults, *validate_ingress_class(new)]


def _controller(name: str, path: str) -> Errors:
    if not name:
        yield FieldError.required(path)
        return
    if len(name) > _MAX_CONTROLLER:
        yield FieldError.too_long(path, _MAX_CONTROLLER)
    domain, _, rest = name.partition("/")
    if not domain or not rest:
        fault = 'must be a domain-prefixed path (such as "acme.io/foo")'
        yield FieldError.invalid(path, name, fault)
        return
    yield from dns_subdomain(path, domain)
    if not _is_http_path(rest):
        fault = f"Invalid path (regex used for validation is '{_HTTP_PATH}')"
        yield FieldError.invalid(path, rest, fault)


def _parameters(ref: net.IngressClassParametersReference | None, path: str) -> Errors:
    if ref is None:
        return
    yield from _reference(ref, path)
    at = f"{path}.namespace"
    if ref.scope is None:
        yield FieldError.required(f"{path}.scope")
    elif ref.scope not in SCOPES:
        yield FieldError.not_supported(f"{path}.scope", ref.scope, SCOPES)
    elif ref.scope == "Namespace":
        if ref.namespace is None:
            yield FieldError.required(at, "`parameters.scope` is set to 'Namespace'")
        else:
            yield from each(at, ref.namespace, label_name(ref.namespace, False))
    elif ref.namespace is not None:
        yield FieldError.forbidden(at, "`parameters.scope` is set to 'Cluster'")
