"""ReplicationControllers, Endpoints, PodTemplates and RuntimeClasses.

Models ``pkg/apis/core/validation/validation.go`` and ``pkg/apis/node/validation``.
"""

from __future__ import annotations

from kubelite.api import core_v1, node_v1
from kubelite.apimachinery import labels as selectors
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    Errors,
    dns_label,
    endpoint_ip,
    immutable,
    ip_address,
    labels,
    non_negative,
    one_of,
    port_number,
    required_then,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.pod import validate_pod_template

PROTOCOLS = ("TCP", "UDP", "SCTP")


def validate_replication_controller(
    found: core_v1.ReplicationController,
) -> list[FieldError]:
    """What is wrong with a new ReplicationController."""
    faults = validate_object_meta(found.metadata, True, subdomain_name)
    faults += _controller_spec(found.spec)
    return faults


def validate_replication_controller_update(
    new: core_v1.ReplicationController, old: core_v1.ReplicationController
) -> list[FieldError]:
    """What is wrong with a change of a ReplicationController."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _controller_spec(new.spec)
    return faults


def validate_replication_controller_status_update(
    new: core_v1.ReplicationController, old: core_v1.ReplicationController
) -> list[FieldError]:
    """What its status may not say."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    status = new.status
    faults += non_negative("status.replicas", status.replicas)
    faults += non_negative("status.fullyLabeledReplicas", status.fully_labeled_replicas)
    faults += non_negative("status.readyReplicas", status.ready_replicas)
    faults += non_negative("status.availableReplicas", status.available_replicas)
    return faults


def _controller_spec(spec: core_v1.ReplicationControllerSpec) -> Errors:
    yield from non_negative("spec.minReadySeconds", spec.min_ready_seconds)
    if not spec.selector:
        yield FieldError.required("spec.selector")
    yield from non_negative("spec.replicas", spec.replicas)
    template = spec.template
    if template is None:
        yield FieldError.required("spec.template")
        return
    found = template.metadata.labels
    if spec.selector and not selectors.from_set(spec.selector).matches(found):
        fault = "`selector` does not match template `labels`"
        yield FieldError.invalid("spec.template.metadata.labels", found, fault)
    yield from validate_pod_template(template, "spec.template")
    if template.spec.restart_policy != "Always":
        at = "spec.template.spec.restartPolicy"
        yield FieldError.not_supported(at, template.spec.restart_policy, ("Always",))
    if template.spec.active_deadline_seconds is not None:
        fault = "activeDeadlineSeconds in ReplicationController is not Supported"
        yield FieldError.forbidden("spec.template.spec.activeDeadlineSeconds", fault)


def validate_endpoints(endpoints: core_v1.Endpoints) -> list[FieldError]:
    """What is wrong with new Endpoints."""
    faults = validate_object_meta(endpoints.metadata, True, subdomain_name)
    for place, subset in enumerate(endpoints.subsets):
        faults += _subset(subset, f"subsets[{place}]")
    return faults


def validate_endpoints_update(new: core_v1.Endpoints, old: core_v1.Endpoints) -> list[FieldError]:
    """What is wrong with a change of Endpoints."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    for place, subset in enumerate(new.subsets):
        faults += _subset(subset, f"subsets[{place}]")
    return faults


def _subset(subset: core_v1.EndpointSubset, path: str) -> Errors:
    if not subset.addresses and not subset.not_ready_addresses:
        yield FieldError.required(path, "must specify `addresses` or `notReadyAddresses`")
    for field, found in (
        ("addresses", subset.addresses),
        ("notReadyAddresses", subset.not_ready_addresses),
    ):
        for place, address in enumerate(found):
            at = f"{path}.{field}[{place}]"
            yield from _address(address, at)
    for place, port in enumerate(subset.ports):
        yield from _port(port, len(subset.ports) > 1, f"{path}.ports[{place}]")


def _address(address: core_v1.EndpointAddress, path: str) -> Errors:
    faults = list(ip_address(f"{path}.ip", address.ip))
    yield from faults
    if address.hostname:
        yield from dns_label(f"{path}.hostname", address.hostname)
    if not faults:
        yield from endpoint_ip(f"{path}.ip", address.ip)


def _port(port: core_v1.EndpointPort, named: bool, path: str) -> Errors:
    if named and not port.name:
        yield FieldError.required(f"{path}.name")
    elif port.name:
        yield from dns_label(f"{path}.name", port.name)
    yield from port_number(f"{path}.port", port.port)
    if not port.protocol:
        yield FieldError.required(f"{path}.protocol")
    else:
        yield from one_of(f"{path}.protocol", port.protocol, PROTOCOLS)


def validate_stored_template(found: core_v1.PodTemplate) -> list[FieldError]:
    """What is wrong with a PodTemplate."""
    faults = validate_object_meta(found.metadata, True, subdomain_name)
    faults += validate_pod_template(found.template, "template")
    return faults


def validate_stored_template_update(
    new: core_v1.PodTemplate, old: core_v1.PodTemplate
) -> list[FieldError]:
    """What is wrong with a change of a PodTemplate."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += validate_pod_template(new.template, "template")
    return faults


def validate_runtime_class(found: node_v1.RuntimeClass) -> list[FieldError]:
    """What is wrong with a new RuntimeClass."""
    faults = validate_object_meta(found.metadata, False, subdomain_name)
    faults += required_then("handler", found.handler, dns_label("handler", found.handler))
    if found.scheduling is not None:
        faults += labels("scheduling.nodeSelector", found.scheduling.node_selector)
    return faults


def validate_runtime_class_update(
    new: node_v1.RuntimeClass, old: node_v1.RuntimeClass
) -> list[FieldError]:
    """What is wrong with a change of a RuntimeClass; its handler never changes."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += immutable("handler", new.handler, old.handler)
    return faults
