"""Whether a schema is structural: every field has a type, and conditions add no structure.

Models k8s.io/apiextensions-apiserver/pkg/apiserver/schema/validation.go and the schema's part of
pkg/apis/apiextensions/validation/validation.go.
"""

from __future__ import annotations

import re
from typing import Any

from kubelite.api.apiextensions_v1 import JSONSchemaProps
from kubelite.api.custom import frozen, plain
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.customresources import rules
from kubelite.apiserver.customresources.pruning import pruned
from kubelite.apiserver.customresources.values import pattern, validate_value
from kubelite.apiserver.validation.formats import Errors

TYPES = ("array", "boolean", "integer", "number", "object", "string")
_EMPTY_TYPE = {
    "root": "must not be empty at the root",
    "item": "must not be empty for specified array items",
    "field": "must not be empty for specified object fields",
}
_INT_OR_STRING = (JSONSchemaProps(type="integer"), JSONSchemaProps(type="string"))

# What may not stand inside allOf, anyOf, oneOf and not, its wire name, and what it must be there.
_ONLY_OUTSIDE = (
    ("type", "type", "must be empty to be structural"),
    ("additional_properties", "additionalProperties", "must be undefined to be structural"),
    ("default", "default", "must be undefined to be structural"),
    ("title", "title", "must be empty to be structural"),
    ("description", "description", "must be empty to be structural"),
    ("nullable", "nullable", "must be false to be structural"),
    (
        "preserve_unknown_fields",
        "x-kubernetes-preserve-unknown-fields",
        "must be false to be structural",
    ),
    ("embedded_resource", "x-kubernetes-embedded-resource", "must be false to be structural"),
    ("int_or_string", "x-kubernetes-int-or-string", "must be false to be structural"),
    ("list_map_keys", "x-kubernetes-list-map-keys", "must be empty to be structural"),
    ("list_type", "x-kubernetes-list-type", "must be undefined to be structural"),
    ("map_type", "x-kubernetes-map-type", "must be undefined to be structural"),
    ("validations", "x-kubernetes-validations", "must be empty to be structural"),
)


def validate_schema(schema: JSONSchemaProps, path: str) -> list[FieldError]:
    """What is wrong with the schema of a version, sorted as upstream sorts it."""
    faults = [*_forbidden(schema, path), *_structural(schema, "root", path)]
    said = {str(fault): fault for fault in faults}  # the value of one may be a dict: no key
    return [said[text] for text in sorted(said)]


def _forbidden(schema: JSONSchemaProps, path: str) -> Errors:
    """What no schema of a kind may use."""
    if schema.type and schema.type not in TYPES:
        yield FieldError.not_supported(f"{path}.type", schema.type, TYPES)
    if schema.unique_items:
        fault = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield FieldError.forbidden(f"{path}.uniqueItems", fault)
    if schema.properties and schema.additional_properties is not None:
        fault = "additionalProperties and properties are mutual exclusive"
        yield FieldError.forbidden(f"{path}.additionalProperties", fault)
    for name, wire in _UNSUPPORTED:
        if getattr(schema, name):
            yield FieldError.forbidden(f"{path}.{wire}", f"{wire} is not supported")
    yield from _list_rules(schema, path)
    for index, rule in enumerate(schema.validations):
        yield from _rule(rule.rule, f"{path}.x-kubernetes-validations[{index}]")


_UNSUPPORTED = (
    ("id", "id"),
    ("ref", "$ref"),
    ("definitions", "definitions"),
    ("dependencies", "dependencies"),
    ("pattern_properties", "patternProperties"),
    ("additional_items", "additionalItems"),
)


def _list_rules(schema: JSONSchemaProps, path: str) -> Errors:
    kind, keys = schema.list_type, schema.list_map_keys
    if kind is not None and schema.type != "array":
        yield FieldError.invalid(
            f"{path}.type", schema.type, "must be array if x-kubernetes-list-type is specified"
        )
    if kind not in (None, "atomic", "set", "map"):
        at = f"{path}.x-kubernetes-list-type"
        yield FieldError.not_supported(at, kind, ("atomic", "map", "set"))
    at = f"{path}.x-kubernetes-list-map-keys"
    if kind == "map" and not keys:
        fault = "must not be empty if x-kubernetes-list-type is map"
        yield FieldError.required(at, fault)
    if kind != "map" and keys:
        fault = "must be map if x-kubernetes-list-map-keys is non-empty"
        yield FieldError.invalid(f"{path}.x-kubernetes-list-type", kind, fault)
    if kind == "map" and schema.items is not None:
        for key in keys:
            if key not in schema.items.properties:
                fault = "entries must all be names of item properties"
                yield FieldError.invalid(at, key, fault)


def _rule(rule: str, path: str) -> Errors:
    if not rule.strip():
        yield FieldError.required(f"{path}.rule", "rule is not specified")
        return
    try:
        rules.compiled(rule)
    except ValueError as error:
        yield FieldError.invalid(f"{path}.rule", rule, f"compilation failed: {error}")


def _structural(schema: JSONSchemaProps, level: str, path: str) -> Errors:
    if schema.type == "array" and schema.items is None:
        yield FieldError.required(f"{path}.items", "must be specified")
    if schema.items is not None:
        yield from _inner(schema.items, "item", f"{path}.items")
    for name, inner in schema.properties.items():
        at = f"{path}.properties[{name}]"
        if name == "metadata" and level == "root":
            yield from _metadata(inner, at)
        else:
            yield from _inner(inner, "field", at)
    others = schema.additional_properties
    if others is not None and level == "root":
        yield FieldError.forbidden(f"{path}.additionalProperties", "must not be used at the root")
    if isinstance(others, JSONSchemaProps):
        yield from _inner(others, "field", f"{path}.additionalProperties")
    yield from _type(schema, level, path)
    yield from _extensions(schema, path)
    yield from _conditions(schema, schema, path)
    if schema.default is not None:
        yield from _default(schema, path)


def _inner(schema: JSONSchemaProps, level: str, path: str) -> Errors:
    yield from _forbidden(schema, path)
    yield from _structural(schema, level, path)


def _type(schema: JSONSchemaProps, level: str, path: str) -> Errors:
    at, fault = f"{path}.type", "must be object if x-kubernetes-embedded-resource is true"
    if schema.embedded_resource and schema.type != "object":
        if schema.type:
            yield FieldError.invalid(at, schema.type, fault)
        else:
            yield FieldError.required(at, fault)
    elif not schema.type and not schema.int_or_string and not schema.preserve_unknown_fields:
        yield FieldError.required(at, _EMPTY_TYPE[level])
    if level == "root" and schema.type and schema.type != "object":
        yield FieldError.invalid(at, schema.type, "must be object at the root")
    if level == "root" or schema.embedded_resource:
        for name in ("kind", "apiVersion"):
            found = schema.properties.get(name)
            if found is not None and found.type != "string":
                at = f"{path}.properties[{name}].type"
                yield FieldError.invalid(at, found.type, "must be string")


def _metadata(schema: JSONSchemaProps, path: str) -> Errors:
    """At the root, the metadata's schema may speak of the name only."""
    if schema.type != "object":
        yield FieldError.invalid(f"{path}.type", schema.type, "must be object")
    if not {*schema.properties} <= {"name", "generateName"}:
        fault = (
            "must not specify anything other than name and generateName, "
            "but metadata is implicitly specified"
        )
        yield FieldError.forbidden(path, fault)


def _extensions(schema: JSONSchemaProps, path: str) -> Errors:
    fault = "must be false if x-kubernetes-int-or-string is true"
    if schema.int_or_string and schema.preserve_unknown_fields:
        at = f"{path}.x-kubernetes-preserve-unknown-fields"
        yield FieldError.invalid(at, True, fault)
    if schema.int_or_string and schema.embedded_resource:
        yield FieldError.invalid(f"{path}.x-kubernetes-embedded-resource", True, fault)
    if not schema.embedded_resource:
        return
    if schema.additional_properties is not None:
        fault = "must not be used if x-kubernetes-embedded-resource is set"
        yield FieldError.forbidden(f"{path}.additionalProperties", fault)
    if not schema.preserve_unknown_fields and not schema.properties:
        fault = (
            "must not be empty if x-kubernetes-embedded-resource is true "
            "without x-kubernetes-preserve-unknown-fields"
        )
        yield FieldError.required(f"{path}.properties", fault)


def _conditions(
    schema: JSONSchemaProps, structure: JSONSchemaProps, path: str, first: bool = False
) -> Errors:
    """allOf, anyOf, oneOf and not may restrict what is there, and bring nothing new.

    Only that a value is an integer or a text may be said in them, in ``anyOf`` or in the
    ``anyOf`` of the ``first`` part of ``allOf``.
    """
    if schema.pattern:
        try:
            pattern(schema.pattern)
        except re.error as error:
            fault = f"must be a valid regular expression, but isn't: {error}"
            yield FieldError.invalid(f"{path}.pattern", schema.pattern, fault)
    for wire, parts in (
        ("allOf", schema.all_of),
        ("anyOf", schema.any_of),
        ("oneOf", schema.one_of),
    ):
        if wire == "anyOf" and (schema.int_or_string or first) and parts == _INT_OR_STRING:
            continue
        for index, part in enumerate(parts):
            said = wire == "allOf" and schema.int_or_string and index == 0
            yield from _nested(part, structure, f"{path}.{wire}[{index}]", said)
    if schema.not_ is not None:
        yield from _nested(schema.not_, structure, f"{path}.not")


def _nested(
    part: JSONSchemaProps, structure: JSONSchemaProps, path: str, first: bool = False
) -> Errors:
    nothing = JSONSchemaProps()
    for name, wire, fault in _ONLY_OUTSIDE:
        if getattr(part, name) != getattr(nothing, name):
            yield FieldError.forbidden(f"{path}.{wire}", fault)
    if "metadata" in part.properties:
        fault = "must not be specified in a nested context"
        yield FieldError.forbidden(f"{path}.properties[metadata]", fault)
    yield from _conditions(part, structure, path, first)
    for name, inner in part.properties.items():
        outside = structure.properties.get(name)
        at = f"properties[{name}]"
        if outside is None and not isinstance(structure.additional_properties, JSONSchemaProps):
            place = f"{path.partition('.allOf')[0].partition('.anyOf')[0].partition('.oneOf')[0]}"
            fault = f"because it is defined in {path}.{at}"
            yield FieldError.required(f"{place.partition('.not')[0]}.{at}", fault)
        yield from _nested(inner, outside or nothing, f"{path}.{at}")
    if part.items is not None:
        yield from _nested(part.items, structure.items or nothing, f"{path}.items")


def _default(schema: JSONSchemaProps, path: str) -> Errors:
    """A default must itself be what the schema asks for."""
    unknown: list[str] = []
    value: Any = plain(schema.default)
    pruned(schema, value, "", unknown)
    if unknown:
        fault = "must not have unknown fields"
        yield FieldError.invalid(f"{path}.default", value, fault)
    yield from validate_value(schema, frozen(value), f"{path}.default")
