"""Whether a value is what its schema says, in the words of the real server.

What has not changed since the last write is not looked at again, so that a schema may become
stricter without breaking the objects that are there (ratcheting).
Models k8s.io/kube-openapi/pkg/validation/{validate,errors} and
k8s.io/apiextensions-apiserver/pkg/apiserver/validation.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from kubelite.api.apiextensions_v1 import JSONSchemaProps
from kubelite.api.custom import plain
from kubelite.apimachinery.errors import FieldError, go_value
from kubelite.apimachinery.times import Time
from kubelite.apiserver.validation.formats import parse_ip

Errors = Iterator[FieldError]

NEW = object()
"""Stands for the old value of what was not there before."""


# DOC: crd-validation
def validate_value(schema: JSONSchemaProps, value: Any, path: str, old: Any = NEW) -> Errors:
    """Everything in which ``value`` differs from its schema."""
    if old is not NEW and old == value and type(old) is type(value):
        return
    if value is None and schema.nullable:
        return
    if not _is_of_type(schema, value):
        wanted = "integer,string" if schema.int_or_string else schema.type
        found = type_of(value)
        detail = f'{path} in body must be of type {wanted}: "{found}"'
        yield FieldError.type_invalid(path, found, detail)
        return
    yield from _plain_rules(schema, value, path)
    if isinstance(value, str):
        yield from _string(schema, value, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _number(schema, value, path)
    elif isinstance(value, list | tuple):
        yield from _list(schema, value, path, old)
    elif isinstance(value, dict):
        yield from _object(schema, value, path, old)


def type_of(value: Any) -> str:
    """How JSON schema calls the type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    names = {float: "number", str: "string"}
    return names.get(type(value)) or ("object" if isinstance(value, dict) else "array")


def _is_of_type(schema: JSONSchemaProps, value: Any) -> bool:
    found = type_of(value)
    if schema.int_or_string:
        return found in ("integer", "string")
    if not schema.type:
        return found != "null" or not schema.properties
    return found == schema.type or (schema.type == "number" and found == "integer")


def _plain_rules(schema: JSONSchemaProps, value: Any, path: str) -> Errors:
    """Rules for values of every type: a choice of words, and combinations of schemas."""
    if schema.enum and not any(_same(value, plain(one)) for one in schema.enum):
        words = [one if isinstance(one, str) else go_value(plain(one)) for one in schema.enum]
        yield FieldError.not_supported(path, plain(value), words)
    for part in schema.all_of:
        yield from validate_value(part, value, path)
    if schema.any_of:
        faults = [list(validate_value(part, value, path)) for part in schema.any_of]
        if all(faults):
            yield _combined(path, "must validate at least one schema (anyOf)")
            yield from min(faults, key=len)
    if schema.one_of:
        faults = [list(validate_value(part, value, path)) for part in schema.one_of]
        passed = sum(not found for found in faults)
        if passed != 1:
            how_many = f"Found {passed} valid alternatives" if passed else "Found none valid"
            yield _combined(path, f"must validate one and only one schema (oneOf). {how_many}")
    if schema.not_ is not None and not any(validate_value(schema.not_, value, path)):
        yield _combined(path, "must not validate the schema (not)")


def _combined(path: str, fault: str) -> FieldError:
    """Upstream loses the field on the way, so the path is in the text only."""
    return FieldError.invalid("<nil>", "", f'"{path}" {fault}')


def _same(one: Any, other: Any) -> bool:
    return bool(plain(one) == other) and isinstance(one, bool) == isinstance(other, bool)


def _string(schema: JSONSchemaProps, value: str, path: str) -> Errors:
    if schema.max_length is not None and len(value) > schema.max_length:
        yield FieldError.too_long(path, schema.max_length)
    if schema.min_length is not None and len(value) < schema.min_length:
        fault = f"{path} in body should be at least {schema.min_length} chars long"
        yield FieldError.invalid(path, value, fault)
    if schema.pattern and not pattern(schema.pattern).search(value):
        yield FieldError.invalid(path, value, f"{path} in body should match '{schema.pattern}'")
    if schema.format and not has_format(schema.format, value):
        fault = f'{path} in body must be of type {schema.format}: "{value}"'
        yield FieldError.type_invalid(path, value, fault)


@lru_cache(maxsize=1024)
def pattern(text: str) -> re.Pattern[str]:
    """A pattern as Go reads it: ``$`` is the end and nothing else. Raises ``re.error``."""
    return re.compile(re.sub(r"(?<!\\)\$(?=\)*\Z|\))", r"\\Z", text))


def has_format(name: str, value: str) -> bool:
    """Whether text has one of the formats that upstream checks; others are not looked at."""
    try:
        if name in ("date-time", "datetime"):
            Time.parse(value)
        elif name == "date":
            Time.parse(f"{value}T00:00:00Z")
        elif name == "duration":
            return _DURATION.fullmatch(value) is not None
        elif name == "byte":
            base64.b64decode(value, validate=True)
        elif name in ("ipv4", "ipv6"):
            found = parse_ip(value)
            return found is not None and found.version == int(name[-1])
        elif name.startswith("uuid"):
            return _UUID.fullmatch(value) is not None
        elif name == "email":
            return bool(re.fullmatch(r"[^@\s]+@[^@\s]+", value))
    except (ValueError, binascii.Error):
        return False
    return True


_DURATION = re.compile(r"[-+]?(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+")
_UUID = re.compile(r"(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")


def _number(schema: JSONSchemaProps, value: float, path: str) -> Errors:
    at = f"{path} in body should be"
    high, low, step = schema.maximum, schema.minimum, schema.multiple_of
    if high is not None and (value >= high if schema.exclusive_maximum else value > high):
        words = "less than" if schema.exclusive_maximum else "less than or equal to"
        yield FieldError.invalid(path, value, f"{at} {words} {high:g}")
    if low is not None and (value <= low if schema.exclusive_minimum else value < low):
        words = "greater than" if schema.exclusive_minimum else "greater than or equal to"
        yield FieldError.invalid(path, value, f"{at} {words} {low:g}")
    if step and value % step:
        yield FieldError.invalid(path, value, f"{at} a multiple of {step:g}")
    if schema.format == "int32" and not -(2**31) <= value < 2**31:
        yield FieldError.invalid(path, value, f"{at} of type int32")


def _list(schema: JSONSchemaProps, value: Sequence[Any], path: str, old: Any) -> Errors:
    if schema.max_items is not None and len(value) > schema.max_items:
        yield FieldError.too_many(path, len(value), schema.max_items)
    if schema.min_items is not None and len(value) < schema.min_items:
        fault = f"{path} in body should have at least {schema.min_items} items"
        yield FieldError.invalid(path, len(value), fault)
    keys = _keys(schema, value)
    before = dict(zip(_keys(schema, old), old, strict=True)) if isinstance(old, tuple) else {}
    seen: list[str] = []
    for index, item in enumerate(value):
        key = keys[index] if keys else ""
        if schema.items is not None:
            yield from validate_value(
                schema.items, item, f"{path}[{index}]", before.get(key, NEW) if key else NEW
            )
        if key and key in seen:
            yield FieldError.duplicate(f"{path}[{index}]", _identity(schema, item))
        seen.append(key)


def _keys(schema: JSONSchemaProps, value: Sequence[Any]) -> list[str]:
    """What tells the elements of a set or a map of objects apart; of other lists nothing does."""
    if schema.list_type not in ("set", "map"):
        return [""] * len(value)
    return [go_value(_identity(schema, item)) for item in value]


def _identity(schema: JSONSchemaProps, item: Any) -> Any:
    if schema.list_type == "map" and isinstance(item, dict):
        return {key: plain(item[key]) for key in schema.list_map_keys if key in item}
    return plain(item)


def _object(schema: JSONSchemaProps, value: dict[str, Any], path: str, old: Any) -> Errors:
    if schema.max_properties is not None and len(value) > schema.max_properties:
        yield FieldError.too_many(path, len(value), schema.max_properties)
    if schema.min_properties is not None and len(value) < schema.min_properties:
        fault = f"{path} in body should have at least {schema.min_properties} properties"
        yield FieldError.invalid(path, schema.min_properties, fault)
    for name in schema.required:
        if name not in value:
            yield FieldError.required(f"{path}.{name}" if path else name)
    if schema.embedded_resource:
        for name in ("apiVersion", "kind"):
            if not value.get(name):
                yield FieldError.required(f"{path}.{name}", "must not be empty")
    others = schema.additional_properties
    for name, item in value.items():
        inner = schema.properties.get(name)
        if inner is None and isinstance(others, JSONSchemaProps):
            inner = others
        if inner is not None:
            before = old.get(name, NEW) if isinstance(old, dict) else NEW
            yield from validate_value(inner, item, f"{path}.{name}" if path else name, before)
