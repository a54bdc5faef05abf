"""What a selector in CEL says of one device.

An expression sees ``device.driver``, ``device.attributes[DOMAIN].NAME`` and
``device.capacity[DOMAIN].NAME``; a name without a domain has its driver's. A domain that the device
knows nothing of is an empty map, where the expression names it as it is. Models
``k8s.io/dynamic-resource-allocation/cel/compile.go``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from kubelite.api.resource_v1 import Device, DeviceAttribute
from kubelite.apiserver.customresources.library import LIBRARY
from kubelite.apiserver.customresources.rules import EVALUATION_ERRORS, evaluate

_DOMAIN = re.compile(r"""\[\s*(["'])([^"']*)\1\s*\]""")


class SelectorError(Exception):
    """An expression has no answer for a device; the text says why."""


def device_matches(expression: str, driver: str, device: Device) -> bool:
    """Whether the expression is true of the device."""
    attributes = {name: _value(found) for name, found in device.attributes.items()}
    quantity = LIBRARY["quantity"]
    capacity = {name: quantity(str(found.value)) for name, found in device.capacity.items()}
    domains = _domains(expression)
    variables = {
        "driver": driver,
        "attributes": _by_domain(attributes, driver, domains),
        "capacity": _by_domain(capacity, driver, domains),
        "allowMultipleAllocations": bool(device.allow_multiple_allocations),
    }
    try:
        answer = evaluate(expression, {"device": variables})
    except EVALUATION_ERRORS as error:
        missing = isinstance(error, KeyError)
        said = f"no such key: {error.args[0]}" if missing else str(error)
        raise SelectorError(f"CEL runtime error: {said}") from error
    if not isinstance(answer, bool):
        raise SelectorError("CEL runtime error: the result is neither true nor false")
    return answer


@lru_cache(maxsize=1024)
def _domains(expression: str) -> tuple[str, ...]:
    return tuple({found.group(2): None for found in _DOMAIN.finditer(expression)})


def _by_domain(
    values: dict[str, Any], driver: str, domains: Iterable[str]
) -> dict[str, dict[str, Any]]:
    sorted_in: dict[str, dict[str, Any]] = {domain: {} for domain in domains}
    for full, value in values.items():
        domain, _, name = full.rpartition("/")
        sorted_in.setdefault(domain or driver, {})[name] = value
    return sorted_in


def _value(attribute: DeviceAttribute) -> Any:
    if attribute.version is not None:
        return LIBRARY["semver"](attribute.version)
    if attribute.string is not None:
        return attribute.string
    return attribute.bool_ if attribute.bool_ is not None else attribute.int_
