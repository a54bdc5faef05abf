"""Slices of devices, as drivers publish them.

Models the slices of ``pkg/apis/resource/validation/validation.go``. Not checked: shares of
devices that several claims may have (``requestPolicy``) beyond what allows them, and the alpha
fields.
"""

from __future__ import annotations

import re

from kubelite.api import core_v1, resource_v1
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.devices import (
    attribute_name,
    binding_conditions,
    device_taint,
    distinct,
    driver_name,
    listed,
    pool_name,
    skipped_operations,
)
from kubelite.apiserver.validation.formats import (
    Errors,
    dns_label,
    each,
    immutable,
    required_then,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.scheduling import validate_node_selector

DEVICES_MAX = 128
DEVICES_MAX_WITH_MORE = 64
PROPERTIES_MAX = 32
VALUE_MAX_LENGTH = 64
COUNTER_SETS_MAX = 8
COUNTERS_MAX = 32
CONSUMPTIONS_MAX = 2
TAINTS_MAX = 16

_NUMBER, _LETTERS = r"(0|[1-9]\d*)", r"[0-9A-Za-z-]+"
_PRE = r"(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_PRE}(\.{_PRE})*)?(\+{_LETTERS}(\.{_LETTERS})*)?\Z",
    re.ASCII,
)

_ONE_PLACE = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection`"
_ONE_PLACE_EACH = (
    "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when "
    "`perDeviceNodeSelection` is set to true in the ResourceSlice spec"
)
_NO_PLACE = (
    "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set "
    "to true in the ResourceSlice spec"
)


def validate_resource_slice(found: resource_v1.ResourceSlice) -> list[FieldError]:
    """What is wrong with a new ResourceSlice."""
    return [
        *validate_object_meta(found.metadata, False, subdomain_name),
        *_spec(found.spec, "spec"),
    ]


def validate_resource_slice_update(
    new: resource_v1.ResourceSlice, old: resource_v1.ResourceSlice
) -> list[FieldError]:
    """What is wrong with a change of a slice: driver, pool and node stay."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += immutable("spec.pool.name", new.spec.pool.name, old.spec.pool.name)
    faults += immutable("spec.driver", new.spec.driver, old.spec.driver)
    faults += immutable("spec.nodeName", new.spec.node_name, old.spec.node_name)
    return [*faults, *_spec(new.spec, "spec")]


def _spec(spec: resource_v1.ResourceSliceSpec, path: str) -> Errors:
    yield from driver_name(f"{path}.driver", spec.driver)
    yield from _pool(spec.pool, f"{path}.pool")
    yield from _places(spec, path)
    if spec.shared_counters and spec.devices:
        fault = "only one of `sharedCounters` or `devices` is allowed"
        yield FieldError.invalid(path, "", fault)
    more = any(device.taints or device.consumes_counters for device in spec.devices)
    limit = DEVICES_MAX_WITH_MORE if more else DEVICES_MAX
    each_by_itself = bool(spec.per_device_node_selection)

    def device(found: resource_v1.Device, path: str) -> Errors:
        yield from _device(found, path)
        yield from _places_of_device(found, path, each_by_itself)

    yield from distinct(spec.devices, limit, device, lambda one: one.name, f"{path}.devices")
    at = f"{path}.sharedCounters"
    yield from distinct(
        spec.shared_counters, COUNTER_SETS_MAX, _counter_set, lambda one: one.name, at
    )
    yield from skipped_operations(spec.skip_node_operations, f"{path}.skipNodeOperations")


def _pool(pool: resource_v1.ResourcePool, path: str) -> Errors:
    yield from pool_name(f"{path}.name", pool.name)
    count, at = pool.resource_slice_count, f"{path}.resourceSliceCount"
    if count <= 0:
        yield FieldError.invalid(at, count, "must be greater than zero")
    if pool.generation < 0:
        fault = "must be greater than or equal to zero"
        yield FieldError.invalid(f"{path}.generation", pool.generation, fault)


# Where the devices are


def _places(spec: resource_v1.ResourceSliceSpec, path: str) -> Errors:
    empty = "must be either unset or set to a non-empty string"
    yield from _node_name(spec.node_name, f"{path}.nodeName", empty)
    if spec.node_selector is not None:
        at = f"{path}.nodeSelector"
        yield from validate_node_selector(spec.node_selector, at)
        terms = spec.node_selector.node_selector_terms
        if len(terms) != 1:
            fault = "must have exactly one node selector term"
            yield FieldError.invalid(f"{at}.nodeSelectorTerms", terms, fault)
    for name, flag in (
        ("allNodes", spec.all_nodes),
        ("perDeviceNodeSelection", spec.per_device_node_selection),
    ):
        yield from _set_or_not(flag, f"{path}.{name}")
    given = _given(spec.node_name, spec.node_selector, spec.all_nodes)
    if spec.per_device_node_selection:
        given.append("`perDeviceNodeSelection`")
    if not given:
        yield FieldError.required(path, f"{_ONE_PLACE} is required")
    elif len(given) > 1:
        fault = f"{_ONE_PLACE} is required, but multiple fields are set"
        yield FieldError.invalid(path, f"{{{', '.join(given)}}}", fault)


def _given(
    node_name: str | None, selector: core_v1.NodeSelector | None, all_nodes: bool | None
) -> list[str]:
    ways = {"nodeName": node_name, "nodeSelector": selector, "allNodes": all_nodes}
    return [f"`{name}`" for name, value in ways.items() if value]


def _node_name(name: str | None, path: str, empty: str) -> Errors:
    if name == "":
        yield FieldError.invalid(path, name, empty)
    elif name is not None:
        yield from each(path, name, subdomain_name(name, False))


def _set_or_not(flag: bool | None, path: str) -> Errors:
    if flag is False:
        yield FieldError.invalid(path, flag, "must be either unset or set to true")


def _places_of_device(device: resource_v1.Device, path: str, wanted: bool) -> Errors:
    given = _given(device.node_name, device.node_selector, device.all_nodes)
    if not wanted:
        if (device.node_name, device.node_selector, device.all_nodes) != (None, None, None):
            yield FieldError.invalid(path, None, _NO_PLACE)
        return
    yield from _node_name(device.node_name, f"{path}.nodeName", "must not be empty")
    if device.node_selector is not None:
        yield from validate_node_selector(device.node_selector, f"{path}.nodeSelector")
    yield from _set_or_not(device.all_nodes, f"{path}.allNodes")
    if not given:
        yield FieldError.required(path, _ONE_PLACE_EACH)
    elif len(given) > 1:
        yield FieldError.invalid(path, f"{{{', '.join(given)}}}", _ONE_PLACE_EACH)


# What a device is


def _device(device: resource_v1.Device, path: str) -> Errors:
    yield from dns_label(f"{path}.name", device.name)
    properties = len(device.attributes) + len(device.capacity)
    if properties > PROPERTIES_MAX:
        fault = f"the total number of attributes and capacities must not exceed {PROPERTIES_MAX}"
        yield FieldError.invalid(path, properties, fault)
    at = f"{path}.attributes"
    for name, attribute in device.attributes.items():
        yield from attribute_name(at, name)
        yield from _attribute(attribute, f"{at}[{name}]")
    at = f"{path}.capacity"
    for name, capacity in device.capacity.items():
        yield from attribute_name(at, name)
        if capacity.request_policy is not None and not device.allow_multiple_allocations:
            fault = "allowMultipleAllocations must be true"
            yield FieldError.forbidden(f"{at}[{name}].requestPolicy", fault)
    yield from listed(device.taints, TAINTS_MAX, device_taint, f"{path}.taints")
    at = f"{path}.consumesCounters"
    yield from distinct(
        device.consumes_counters, CONSUMPTIONS_MAX, _consumption, lambda one: one.counter_set, at
    )
    yield from binding_conditions(
        device.binding_conditions, device.binding_failure_conditions, path
    )


def _attribute(attribute: resource_v1.DeviceAttribute, path: str) -> Errors:
    if attribute.string is not None and len(attribute.string) > VALUE_MAX_LENGTH:
        yield FieldError.too_long(f"{path}.string", VALUE_MAX_LENGTH)
    if attribute.version is not None:
        at = f"{path}.version"
        if not _SEMVER.match(attribute.version):
            fault = "must be a string compatible with semver.org spec 2.0.0"
            yield FieldError.invalid(at, attribute.version, fault)
        if len(attribute.version) > VALUE_MAX_LENGTH:
            yield FieldError.too_long(at, VALUE_MAX_LENGTH)
    single = (attribute.bool_, attribute.int_, attribute.string, attribute.version)
    several = (attribute.bools, attribute.ints, attribute.strings, attribute.versions)
    given = sum(value is not None for value in single) + sum(map(bool, several))
    if given != 1:
        found = attribute if given else ""
        yield FieldError.invalid(path, found, "exactly one value must be specified")


def _counter_set(found: resource_v1.CounterSet, path: str) -> Errors:
    yield from _counters(found.name, f"{path}.name", found.counters, path)


def _consumption(found: resource_v1.DeviceCounterConsumption, path: str) -> Errors:
    yield from _counters(found.counter_set, f"{path}.counterSet", found.counters, path)


def _counters(name: str, named: str, counters: dict[str, resource_v1.Counter], path: str) -> Errors:
    """The name of a set, and the counters in it or drawn from it."""
    at = f"{path}.counters"
    yield from required_then(named, name, dns_label(named, name))
    if not counters:
        yield FieldError.required(at)
    elif len(counters) > COUNTERS_MAX:
        yield FieldError.too_many(at, len(counters), COUNTERS_MAX)
    else:
        for counter in counters:
            yield from dns_label(at, counter)
