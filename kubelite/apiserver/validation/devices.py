"""What claims, classes and slices of devices have in common: names, selectors, settings, taints.

Models the shared half of ``pkg/apis/resource/validation/validation.go``, for DeviceClasses the
whole of it. Not checked: the types of an expression before it runs, and what it costs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from kubelite.api import resource_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.struct import encode
from kubelite.apiserver.customresources.rules import compiled
from kubelite.apiserver.validation.formats import (
    Errors,
    each,
    label_value,
    one_of,
    qualified_name,
    required_then,
    subdomain_name,
    supported,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.persistentvolumes import csi_driver_name
from kubelite.apiserver.validation.resources import is_extended

SELECTORS_MAX = 32
CONFIG_MAX = 32
REQUESTS_MAX = 32
BINDING_CONDITIONS_MAX = 4
ID_MAX_LENGTH = 32
POOL_NAME_MAX_LENGTH = 253
EXPRESSION_MAX_LENGTH = 10 * 1024
PARAMETERS_MAX_LENGTH = 10 * 1024
EFFECTS = ("NoExecute", "NoSchedule", "None")
OPERATORS = ("Equal", "Exists")

T = TypeVar("T")
Check = Callable[[Any, str], Errors]

driver_name = csi_driver_name
"""A driver is named as one of storage is."""


# Lists


def listed(items: Sequence[T], limit: int, check: Check, path: str) -> Errors:
    """Not too many (then nothing else is looked at), and each of them right."""
    if len(items) > limit:
        yield FieldError.too_many(path, len(items), limit)
        return
    for index, item in enumerate(items):
        yield from check(item, f"{path}[{index}]")


def distinct(
    items: Sequence[T], limit: int, check: Check, key: Callable[[T], Hashable], path: str
) -> Errors:
    """The same, and no key twice."""
    yield from listed(items, limit, check, path)
    if len(items) > limit:
        return
    seen: set[Hashable] = set()
    for index, item in enumerate(items):
        if key(item) in seen:
            yield FieldError.duplicate(f"{path}[{index}]", key(item))
        seen.add(key(item))


# Names


def pool_name(path: str, pool: str) -> Errors:
    """Subdomains with slashes between them."""
    if not pool:
        yield FieldError.required(path)
        return
    if len(pool) > POOL_NAME_MAX_LENGTH:
        yield FieldError.too_long(path, POOL_NAME_MAX_LENGTH)
    for part in pool.split("/"):
        yield from each(path, part, names.is_dns1123_subdomain(part))


def attribute_name(path: str, name: str) -> Errors:
    """A C identifier, with a domain before a slash or without one."""
    parts = name.split("/")
    if len(parts) > 2:
        yield FieldError.invalid(path, name, "must not contain more than one slash")
        return
    if len(parts) == 2:
        if parts[0]:
            yield from driver_name(path, parts[0])
        else:
            yield FieldError.invalid(path, "", "the domain must not be empty")
        if not parts[1]:
            yield FieldError.invalid(path, "", "the name must not be empty")
            return
    yield from _identifier(path, parts[-1])


def _identifier(path: str, name: str) -> Errors:
    if len(name) > ID_MAX_LENGTH:
        yield FieldError.too_long(path, ID_MAX_LENGTH)
    yield from each(path, name, names.is_c_identifier(name))


def full_attribute_name(path: str, name: str) -> Errors:
    """The same, with a domain in any case."""
    yield from attribute_name(path, name)
    if "/" not in name:
        fault = "a fully qualified name must be a domain and a name separated by a slash"
        yield FieldError.invalid(path, name, fault)


def class_name(path: str, name: str) -> Errors:
    """The name of a DeviceClass."""
    return required_then(path, name, each(path, name, names.is_dns1123_subdomain(name)))


# Selectors and settings


def selectors(found: Sequence[resource_v1.DeviceSelector], path: str) -> Errors:
    """Conditions in CEL that can be read."""
    return listed(found, SELECTORS_MAX, _selector, path)


def _selector(selector: resource_v1.DeviceSelector, path: str) -> Errors:
    if selector.cel is None:
        yield FieldError.required(f"{path}.cel")
    else:
        yield from expression(selector.cel.expression, f"{path}.cel.expression")


def expression(text: str, path: str) -> Errors:
    """An expression in CEL that can be read."""
    if len(text) > EXPRESSION_MAX_LENGTH:
        yield FieldError.too_long(path, EXPRESSION_MAX_LENGTH)
        return
    try:
        compiled(text)
    except ValueError as error:
        yield FieldError.invalid(path, text, f"compilation failed: {error}")


def configuration(opaque: resource_v1.OpaqueDeviceConfiguration | None, path: str) -> Errors:
    """For a driver, and an object."""
    if opaque is None:
        yield FieldError.required(f"{path}.opaque")
        return
    yield from driver_name(f"{path}.opaque.driver", opaque.driver)
    at = f"{path}.opaque.parameters"
    if opaque.parameters is None:
        yield FieldError.required(at)
    else:
        yield from raw_size(opaque.parameters, at)


def raw_size(value: dict[str, Any], path: str) -> Errors:
    """What only a driver understands has at most 10 KiB."""
    if len(encode(value)) > PARAMETERS_MAX_LENGTH:
        yield FieldError.too_long(path, PARAMETERS_MAX_LENGTH)


# Taints, tolerations, conditions of binding


def device_taint(taint: resource_v1.DeviceTaint, path: str) -> Errors:
    """A key, a value, an effect."""
    yield from qualified_name(f"{path}.key", taint.key)
    if taint.value:
        yield from label_value(f"{path}.value", taint.value)
    yield from one_of(f"{path}.effect", taint.effect, EFFECTS)


def toleration(found: resource_v1.DeviceToleration, path: str) -> Errors:
    """A taint that is borne: Equal has a value, Exists none."""
    if found.key:
        yield from qualified_name(f"{path}.key", found.key)
    if found.operator == "Exists":
        if found.value:
            fault = "must be empty for operator `Exists`"
            yield FieldError.invalid(f"{path}.value", found.value, fault)
    elif found.operator == "Equal":
        yield from label_value(f"{path}.value", found.value)
    else:
        yield from one_of(f"{path}.operator", found.operator, OPERATORS)
    if found.effect:
        yield from supported(f"{path}.effect", found.effect, EFFECTS)


def binding_conditions(good: Sequence[str], bad: Sequence[str], path: str) -> Errors:
    """Both or neither, each once, and none on both sides."""
    here, there = f"{path}.bindingConditions", f"{path}.bindingFailureConditions"
    for at, found in ((here, good), (there, bad)):
        yield from distinct(found, BINDING_CONDITIONS_MAX, _condition, str, at)
    for index, condition in enumerate(bad):
        if condition in good:
            fault = "bindingFailureConditions must not overlap with bindingConditions"
            yield FieldError.invalid(f"{there}[{index}]", condition, fault)
    if bad and not good:
        fault = "bindingConditions are required to use bindingFailureConditions"
        yield FieldError.invalid(here, good, fault)
    if good and not bad:
        fault = "bindingFailureConditions are required to use bindingConditions"
        yield FieldError.invalid(there, bad, fault)


def _condition(name: str, path: str) -> Errors:
    return qualified_name(path, name)


def skipped_operations(operations: Iterable[str], path: str) -> Errors:
    """Who need not prepare need not clean up either."""
    found = {*operations}
    ending = found & {"NodeUnprepareResources", "*"}
    if "NodePrepareResources" in found and not ending:
        fault = (
            "NodePrepareResources cannot be skipped unless NodeUnprepareResources is also skipped"
        )
        yield FieldError.invalid(path, tuple(operations), fault)


# DeviceClasses


def validate_device_class(found: resource_v1.DeviceClass) -> list[FieldError]:
    """What is wrong with a new DeviceClass."""
    return [
        *validate_object_meta(found.metadata, False, subdomain_name),
        *_class_spec(found.spec, "spec"),
    ]


def validate_device_class_update(
    new: resource_v1.DeviceClass, old: resource_v1.DeviceClass
) -> list[FieldError]:
    """What is wrong with a change of a DeviceClass: it may change in every way."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    return faults if new.spec == old.spec else [*faults, *_class_spec(new.spec, "spec")]


def _class_spec(spec: resource_v1.DeviceClassSpec, path: str) -> Errors:
    yield from selectors(spec.selectors, f"{path}.selectors")
    yield from listed(spec.config, CONFIG_MAX, _class_configuration, f"{path}.config")
    named = spec.extended_resource_name
    if named is not None and not is_extended(named):
        fault = "must be a valid extended resource name"
        yield FieldError.invalid(f"{path}.extendedResourceName", named, fault)


def _class_configuration(found: resource_v1.DeviceClassConfiguration, path: str) -> Errors:
    return configuration(found.opaque, path)
