"""Kinds that are stored for others: APIServices, flow control, certificates, address ranges.

Models ``validation.go`` of ``kube-aggregator``, ``flowcontrol``, ``certificates``,
``networking``.
"""

from __future__ import annotations

from typing import Any

from kubelite.api import apiregistration_v1, certificates_v1, flowcontrol_v1, networking_v1
from kubelite.apimachinery.errors import FieldError, go_quote
from kubelite.apiserver.validation.formats import (
    Errors,
    immutable,
    in_range,
    ip_address,
    ip_block,
    one_of,
    required,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)


def _any_name(name: str, prefix: bool) -> list[str]:
    return []


def _address_name(name: str, prefix: bool) -> list[str]:
    """An IPAddress is called by its address."""
    return [fault.detail for fault in ip_address("", name)]


def validate_api_service(found: apiregistration_v1.APIService) -> list[FieldError]:
    """What is wrong with a new APIService."""
    faults = validate_object_meta(found.metadata, False, subdomain_name)
    spec = found.spec
    wanted = f"{spec.version}.{spec.group}"
    if found.metadata.name != wanted:
        fault = f'must be `spec.version+"."+spec.group`: {wanted}'
        faults.append(FieldError.invalid("metadata.name", found.metadata.name, fault))
    faults += _api_service(spec)
    return faults


def _api_service(spec: apiregistration_v1.APIServiceSpec) -> Errors:
    yield from required("spec", ("version", spec.version))
    minimum, version = spec.group_priority_minimum, spec.version_priority
    if not 0 < minimum <= 20000:
        fault = "must be positive and less than 20000"
        yield FieldError.invalid("spec.groupPriorityMinimum", minimum, fault)
    if not 0 < version <= 1000:
        fault = "must be positive and less than 1000"
        yield FieldError.invalid("spec.versionPriority", version, fault)
    if spec.service is None:
        if spec.ca_bundle:
            fault = "local APIServices may not have a caBundle"
            yield FieldError.invalid("spec.caBundle", f"{len(spec.ca_bundle)} bytes", fault)
        if spec.insecure_skip_tls_verify:
            fault = "local APIServices may not have insecureSkipTLSVerify"
            yield FieldError.invalid("spec.insecureSkipTLSVerify", True, fault)
        return
    yield from required(
        "spec.service", ("namespace", spec.service.namespace), ("name", spec.service.name)
    )
    if spec.insecure_skip_tls_verify and spec.ca_bundle:
        fault = "may not be true if caBundle is present"
        yield FieldError.invalid("spec.insecureSkipTLSVerify", True, fault)


def validate_flow_schema(found: flowcontrol_v1.FlowSchema) -> list[FieldError]:
    """What is wrong with a new FlowSchema."""
    faults = validate_object_meta(found.metadata, False, subdomain_name)
    spec = found.spec
    faults += in_range("spec.matchingPrecedence", spec.matching_precedence, 1, 10000)
    if spec.distinguisher_method is not None:
        kinds = ("ByNamespace", "ByUser")
        faults += one_of("spec.distinguisherMethod.type", spec.distinguisher_method.type, kinds)
    level = spec.priority_level_configuration.name
    faults += required("spec.priorityLevelConfiguration", ("name", level))
    for place, rule in enumerate(spec.rules):
        faults += required(f"spec.rules[{place}]", ("subjects", rule.subjects))
    return faults


def validate_priority_level(found: flowcontrol_v1.PriorityLevelConfiguration) -> list[FieldError]:
    """What is wrong with a new PriorityLevelConfiguration."""
    faults = validate_object_meta(found.metadata, False, subdomain_name)
    spec = found.spec
    faults += one_of("spec.type", spec.type, ("Exempt", "Limited"))
    if spec.type == "Limited" and spec.limited is None:
        faults.append(FieldError.required("spec.limited", "must not be empty when type is Limited"))
    if spec.type == "Exempt" and spec.limited is not None:
        fault = "must be nil if the type is not Limited"
        faults.append(FieldError.forbidden("spec.limited", fault))
    return faults


def validate_signing_request(
    found: certificates_v1.CertificateSigningRequest,
) -> list[FieldError]:
    """What is wrong with a new CertificateSigningRequest."""
    faults = validate_object_meta(found.metadata, False, _any_name)
    spec = found.spec
    if not spec.usages:
        faults.append(FieldError.required("spec.usages"))
    if not spec.signer_name:
        faults.append(FieldError.required("spec.signerName"))
    elif "/" not in spec.signer_name:
        fault = "must be a fully qualified domain and path of the form "
        fault += "'example.com/signer-name'"
        faults.append(FieldError.invalid("spec.signerName", spec.signer_name, fault))
    if spec.expiration_seconds is not None and spec.expiration_seconds < 600:
        fault = "may not specify a duration less than 600 seconds (10 minutes)"
        seconds = spec.expiration_seconds
        faults.append(FieldError.invalid("spec.expirationSeconds", seconds, fault))
    return faults


DECISIONS = ("Approved", "Denied")


def validate_signing_status(
    new: certificates_v1.CertificateSigningRequest, old: certificates_v1.CertificateSigningRequest
) -> list[FieldError]:
    """What is wrong with a decision, or with what a signer says."""
    path, faults = "status.conditions", []
    said = [condition.type for condition in new.status.conditions]
    for place, condition in enumerate(new.status.conditions):
        if not condition.type:
            faults.append(FieldError.required(f"{path}[{place}].type"))
        if not condition.status:
            faults.append(FieldError.required(f"{path}[{place}].status"))
        elif condition.type in (*DECISIONS, "Failed") and condition.status != "True":
            allowed = ("True",)
            faults.append(
                FieldError.not_supported(f"{path}[{place}].status", condition.status, allowed)
            )
        if condition.type in said[:place]:
            faults.append(FieldError.duplicate(f"{path}[{place}].type", condition.type))
    if all(word in said for word in DECISIONS):
        place = max(said.index(word) for word in DECISIONS)
        fault = "Approved and Denied conditions are mutually exclusive"
        faults.append(FieldError.invalid(f"{path}[{place}].type", said[place], fault))
    kept = (*DECISIONS, "Failed")
    for condition in old.status.conditions:
        if condition.type in kept and condition.type not in said:
            fault = f"updates may not remove a condition of type {go_quote(condition.type)}"
            faults.append(FieldError.forbidden("status.conditions", fault))
    return faults


def validate_service_cidr(found: networking_v1.ServiceCIDR) -> list[FieldError]:
    """What is wrong with a new ServiceCIDR."""
    faults = validate_object_meta(found.metadata, False, subdomain_name)
    cidrs = found.spec.cidrs
    if not 1 <= len(cidrs) <= 2:
        faults.append(FieldError.required("spec.cidrs", "at least one CIDR required"))
    for place, cidr in enumerate(cidrs):
        faults += ip_block(f"spec.cidrs[{place}]", cidr)
    return faults


def validate_service_cidr_update(
    new: networking_v1.ServiceCIDR, old: networking_v1.ServiceCIDR
) -> list[FieldError]:
    """What is wrong with a change of one: its ranges stay."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += immutable("spec.cidrs", new.spec.cidrs, old.spec.cidrs)
    return faults


def validate_ip_address(found: networking_v1.IPAddress) -> list[FieldError]:
    """What is wrong with a new IPAddress."""
    faults = validate_object_meta(found.metadata, False, _address_name)
    parent = found.spec.parent_ref
    faults += required("spec.parentRef", ("resource", parent.resource), ("name", parent.name))
    return faults


def validate_ip_address_update(
    new: networking_v1.IPAddress, old: networking_v1.IPAddress
) -> list[FieldError]:
    """What is wrong with a change of one: its parent stays."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += immutable("spec.parentRef", new.spec.parent_ref, old.spec.parent_ref)
    return faults


def validate_metadata_update(new: Any, old: Any) -> list[FieldError]:
    """A change that nothing else forbids."""
    return validate_object_meta_update(new.metadata, old.metadata)
