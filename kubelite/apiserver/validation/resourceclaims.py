"""Claims for devices, their templates, and what schedulers and drivers write into their status.

Models the claims of ``pkg/apis/resource/validation/validation.go``. Not checked: the names and
costs of derived attributes, an alpha field.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping

from kubelite.api import resource_v1
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.devices import (
    CONFIG_MAX,
    REQUESTS_MAX,
    binding_conditions,
    class_name,
    configuration,
    distinct,
    driver_name,
    full_attribute_name,
    listed,
    pool_name,
    raw_size,
    selectors,
    skipped_operations,
    toleration,
)
from kubelite.apiserver.validation.formats import (
    Errors,
    dns_label,
    immutable,
    one_of,
    required,
    subdomain_name,
    supported,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.scheduling import validate_node_selector
from kubelite.apiserver.validation.volumes import template_meta

CONSTRAINTS_MAX = 32
FIRST_AVAILABLE_MAX = 8
TOLERATIONS_MAX = 16
RESULTS_MAX = 32
RESERVED_FOR_MAX = 256
CONDITIONS_MAX = 8
ADDRESSES_MAX = 16
MODES = ("All", "ExactCount")
SOURCES = ("FromClaim", "FromClass")

_ONE_REQUEST = "exactly one of `exactly` or `firstAvailable` is required"
_ONE_CONSTRAINT = 'exactly one of "matchAttribute" or "distinctAttribute" is required'
_REFERENCE = (
    "must be the name of a request in the claim or the name of a request and a subrequest "
    "separated by '/'"
)

Wish = resource_v1.ExactDeviceRequest | resource_v1.DeviceSubRequest
Names = Mapping[str, Collection[str]]
DeviceKey = tuple[str, str, str, str | None]


def validate_resource_claim(claim: resource_v1.ResourceClaim) -> list[FieldError]:
    """What is wrong with a new ResourceClaim."""
    return [
        *validate_object_meta(claim.metadata, True, subdomain_name),
        *_claim_spec(claim.spec, "spec"),
    ]


def validate_resource_claim_update(
    new: resource_v1.ResourceClaim, old: resource_v1.ResourceClaim
) -> list[FieldError]:
    """What is wrong with a change of a ResourceClaim: what it asks for stays."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    return [*faults, *immutable("spec", new.spec, old.spec)]


def validate_resource_claim_template(
    template: resource_v1.ResourceClaimTemplate,
) -> list[FieldError]:
    """What is wrong with a new ResourceClaimTemplate."""
    return [
        *validate_object_meta(template.metadata, True, subdomain_name),
        *template_meta(template.spec.metadata, "spec.metadata"),
        *_claim_spec(template.spec.spec, "spec.spec"),
    ]


def validate_resource_claim_template_update(
    new: resource_v1.ResourceClaimTemplate, old: resource_v1.ResourceClaimTemplate
) -> list[FieldError]:
    """What is wrong with a change of a template: what it makes stays."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    return [*faults, *immutable("spec", new.spec, old.spec)]


# What is asked for


def _claim_spec(spec: resource_v1.ResourceClaimSpec, path: str) -> Errors:
    devices, at = spec.devices, f"{path}.devices"
    known = request_names(devices)

    def constraint(found: resource_v1.DeviceConstraint, path: str) -> Errors:
        return _constraint(found, path, known)

    def settings(found: resource_v1.DeviceClaimConfiguration, path: str) -> Errors:
        yield from _references(found.requests, path, known)
        yield from configuration(found.opaque, path)

    yield from distinct(
        devices.requests, REQUESTS_MAX, _request, lambda one: one.name, f"{at}.requests"
    )
    yield from listed(devices.constraints, CONSTRAINTS_MAX, constraint, f"{at}.constraints")
    yield from listed(devices.config, CONFIG_MAX, settings, f"{at}.config")


def request_names(devices: resource_v1.DeviceClaim) -> Names:
    """The requests of a claim, and the ways of each."""
    return {one.name: {way.name for way in one.first_available} for one in devices.requests}


def _request(request: resource_v1.DeviceRequest, path: str) -> Errors:
    yield from dns_label(f"{path}.name", request.name)
    if request.exactly is not None and request.first_available:
        fault = f"{_ONE_REQUEST}, but multiple fields are set"
        yield FieldError.invalid(path, None, fault)
    elif request.exactly is not None:
        yield from _wish(request.exactly, f"{path}.exactly")
    elif request.first_available:
        yield from distinct(
            request.first_available,
            FIRST_AVAILABLE_MAX,
            _way,
            lambda way: way.name,
            f"{path}.firstAvailable",
        )
    else:
        yield FieldError.required(path, _ONE_REQUEST)


def _way(way: resource_v1.DeviceSubRequest, path: str) -> Errors:
    yield from dns_label(f"{path}.name", way.name)
    yield from _wish(way, path)


def _wish(wish: Wish, path: str) -> Errors:
    yield from class_name(f"{path}.deviceClassName", wish.device_class_name)
    yield from selectors(wish.selectors, f"{path}.selectors")
    mode, at = wish.allocation_mode, f"{path}.count"
    if mode == "All" and wish.count:
        fault = "must not be specified when allocationMode is 'All'"
        yield FieldError.invalid(at, wish.count, fault)
    elif mode == "ExactCount" and wish.count <= 0:
        yield FieldError.invalid(at, wish.count, "must be greater than zero")
    yield from supported(f"{path}.allocationMode", mode, MODES)
    yield from listed(wish.tolerations, TOLERATIONS_MAX, toleration, f"{path}.tolerations")


def _constraint(found: resource_v1.DeviceConstraint, path: str, known: Names) -> Errors:
    yield from _references(found.requests, path, known)
    if found.match_attribute is not None:
        yield from full_attribute_name(f"{path}.matchAttribute", found.match_attribute)
    elif found.distinct_attribute is not None:
        yield from full_attribute_name(f"{path}.distinctAttribute", found.distinct_attribute)
    else:
        fault = f"{_ONE_CONSTRAINT}, but multiple fields are set"  # as upstream says it
        yield FieldError.required(path, fault)


def _references(requests: tuple[str, ...], path: str, known: Names) -> Errors:
    def reference(name: str, path: str) -> Errors:
        return _reference(name, path, known)

    return distinct(requests, REQUESTS_MAX, reference, str, f"{path}.requests")


def _reference(name: str, path: str, known: Names) -> Errors:
    request, _, way = name.partition("/")
    if "/" not in way:
        for part in name.split("/"):
            yield from dns_label(path, part)
        if request in known and (way in known[request] or "/" not in name):
            return
    yield FieldError.invalid(path, name, _REFERENCE)


# What has been given


def validate_resource_claim_status_update(
    new: resource_v1.ResourceClaim, old: resource_v1.ResourceClaim
) -> list[FieldError]:
    """What is wrong with a change of a claim's status."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    gone = new.metadata.deletion_timestamp is not None
    known = request_names(new.spec.devices)
    return [*faults, *_status(new.status, old.status, gone, known, "status")]


def _status(
    status: resource_v1.ResourceClaimStatus,
    old: resource_v1.ResourceClaimStatus,
    gone: bool,
    known: Names,
    path: str,
) -> Errors:
    at, users = f"{path}.reservedFor", status.reserved_for
    yield from distinct(users, RESERVED_FOR_MAX, _consumer, lambda user: user.uid, at)
    results = status.allocation.devices.results if status.allocation else ()
    given = {key_of_result(result) for result in results}

    def device(found: resource_v1.AllocatedDeviceStatus, path: str) -> Errors:
        return _device(found, path, given)

    reports = status.devices
    yield from distinct(reports, len(reports), device, key_of_result, f"{path}.devices")
    if users and status.allocation is None:
        yield FieldError.forbidden(at, "may not be specified when `allocated` is not set")
    elif gone and set(users) - set(old.reserved_for):
        fault = "new entries may not be added while `deallocationRequested` or "
        yield FieldError.forbidden(at, f"{fault}`deletionTimestamp` are set")
    if status.allocation is None:
        return
    if old.allocation is not None:
        yield from immutable(f"{path}.allocation", status.allocation, old.allocation)
    else:
        yield from _allocation(status.allocation, f"{path}.allocation", known)


def key_of_result(
    result: resource_v1.DeviceRequestAllocationResult | resource_v1.AllocatedDeviceStatus,
) -> DeviceKey:
    """Which device, and which share of it."""
    return result.driver, result.pool, result.device, result.share_id


def _consumer(user: resource_v1.ResourceClaimConsumerReference, path: str) -> Errors:
    yield from required(path, ("resource", user.resource), ("name", user.name), ("uid", user.uid))


def _allocation(found: resource_v1.AllocationResult, path: str, known: Names) -> Errors:
    def result(one: resource_v1.DeviceRequestAllocationResult, path: str) -> Errors:
        return _result(one, path, known)

    def settings(one: resource_v1.DeviceAllocationConfiguration, path: str) -> Errors:
        yield from one_of(f"{path}.source", one.source, SOURCES)
        yield from _references(one.requests, path, known)
        yield from configuration(one.opaque, path)

    at = f"{path}.devices"
    yield from listed(found.devices.results, RESULTS_MAX, result, f"{at}.results")
    yield from listed(found.devices.config, 2 * CONFIG_MAX, settings, f"{at}.config")
    if found.node_selector is not None:
        yield from validate_node_selector(found.node_selector, f"{path}.nodeSelector")


def _result(result: resource_v1.DeviceRequestAllocationResult, path: str, known: Names) -> Errors:
    yield from _reference(result.request, f"{path}.request", known)
    yield from driver_name(f"{path}.driver", result.driver)
    yield from pool_name(f"{path}.pool", result.pool)
    yield from dns_label(f"{path}.device", result.device)
    yield from binding_conditions(
        result.binding_conditions, result.binding_failure_conditions, path
    )
    yield from listed(result.tolerations, TOLERATIONS_MAX, toleration, f"{path}.tolerations")
    yield from skipped_operations(result.skip_node_operations, f"{path}.skipNodeOperations")


def _device(
    found: resource_v1.AllocatedDeviceStatus, path: str, given: Collection[DeviceKey]
) -> Errors:
    yield from driver_name(f"{path}.driver", found.driver)
    yield from pool_name(f"{path}.pool", found.pool)
    yield from dns_label(f"{path}.device", found.device)
    if key_of_result(found) not in given:
        device = f"{found.driver}/{found.pool}/{found.device}"
        fault = "must be an allocated device in the claim"
        yield FieldError.invalid(path, device, fault)
    if len(found.conditions) > CONDITIONS_MAX:
        at = f"{path}.conditions"
        yield FieldError.too_many(at, len(found.conditions), CONDITIONS_MAX)
    if found.data is not None:
        yield from raw_size(found.data, f"{path}.data")
    if found.network_data is not None:
        yield from _network(found.network_data, f"{path}.networkData")


def _network(data: resource_v1.NetworkDeviceData, path: str) -> Errors:
    if len(data.interface_name) > 256:
        yield FieldError.too_long(f"{path}.interfaceName", 256)
    if len(data.hardware_address) > 128:
        yield FieldError.too_long(f"{path}.hardwareAddress", 128)

    yield from distinct(data.ips, ADDRESSES_MAX, _address, str, f"{path}.ips")


def _address(text: str, path: str) -> Errors:
    """An address with the length of its network's prefix."""
    try:
        if "/" not in text:
            raise ValueError(text)
        ipaddress.ip_interface(text)
    except ValueError:
        fault = "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)"
        yield FieldError.invalid(path, text, fault)
