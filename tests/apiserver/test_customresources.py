"""Schemas of defined kinds: pruning, defaults, validation and rules, as tables.

The defaulting table is upstream's (apiextensions-apiserver/pkg/apiserver/schema/defaulting/
algorithm_test.go), TestNullable comes from pkg/apiserver/validation/validation_test.go.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.apiextensions_v1 import JSONSchemaProps
from kubelite.api.custom import frozen
from kubelite.apimachinery.struct import convert
from kubelite.apiserver.customresources.pruning import defaulted, pruned
from kubelite.apiserver.customresources.rules import validate_rules
from kubelite.apiserver.customresources.serving import priority
from kubelite.apiserver.customresources.values import NEW, validate_value
from kubelite.apiserver.validation.structural import validate_schema

A = {"properties": {"a": {"default": "A"}}}
ABC = {"properties": {"a": {"default": "A"}, "b": {"default": "B"}, "c": {"default": "C"}}}


def schema(raw: dict[str, Any]) -> JSONSchemaProps:
    return convert(JSONSchemaProps, raw)


@pytest.mark.parametrize(
    ("given", "raw", "expected"),
    [
        (4, {"default": "foo"}, 4),
        ([1, 2], {"items": {"default": "foo"}}, [1, 2]),
        (
            [{"a": 1}, {"b": 1}, {"c": 1}],
            {"items": ABC},
            [
                {"a": 1, "b": "B", "c": "C"},
                {"a": "A", "b": 1, "c": "C"},
                {"a": "A", "b": "B", "c": 1},
            ],
        ),
        (
            [{}, {"a": 0}, {"a": ""}, {"a": None}, {"a": []}, {"a": {}}],
            {"items": A},
            [{"a": "A"}, {"a": 0}, {"a": ""}, {"a": "A"}, {"a": []}, {"a": {}}],
        ),
        ([None], {"nullable": True, "items": A}, [None]),
        ([None], {"items": {"default": "A"}}, ["A"]),
        ({"a": None}, {"properties": {"a": {"nullable": True, "default": "A"}}}, {"a": None}),
        ({"a": None}, A, {"a": "A"}),
        ({"a": None}, {"additionalProperties": {"nullable": True, "default": "A"}}, {"a": None}),
        ({"a": None}, {"additionalProperties": {"default": "A"}}, {"a": "A"}),
        ({"a": None}, {"additionalProperties": True}, {"a": None}),
        (
            {"x": {"a": 1}, "y": {"b": 2}},
            {"additionalProperties": ABC},
            {"x": {"a": 1, "b": "B", "c": "C"}, "y": {"a": "A", "b": 2, "c": "C"}},
        ),
        ({}, {"properties": {"x": {"default": {}, **A}}}, {"x": {"a": "A"}}),
    ],
)
def test_defaults(given: Any, raw: dict[str, Any], expected: Any) -> None:
    assert defaulted(schema(raw), given) == expected


KEEPS = {"x-kubernetes-preserve-unknown-fields": True}


@pytest.mark.parametrize(
    ("given", "raw", "expected", "unknown"),
    [
        ({"a": 1, "b": 2}, {"properties": {"a": {}}}, {"a": 1}, ["b"]),
        ({"a": {"x": 1}}, {"properties": {"a": {}}}, {"a": {}}, ["a.x"]),
        ({"a": {"x": 1}}, {"properties": {"a": KEEPS}}, {"a": {"x": 1}}, []),
        ({"a": {"x": 1}}, {"properties": {"a": {}}, **KEEPS}, {"a": {}}, ["a.x"]),
        ({"a": {"x": 1}}, {"additionalProperties": {"properties": {}}}, {"a": {}}, ["a.x"]),
        ({"a": [{"x": 1}]}, {"properties": {"a": {"items": {}}}}, {"a": [{}]}, ["a[0].x"]),
        (
            {"t": {"kind": "Pod", "metadata": {"name": "x"}, "spec": {}}},
            {"properties": {"t": {"x-kubernetes-embedded-resource": True}}},
            {"t": {"kind": "Pod", "metadata": {"name": "x"}}},
            ["t.spec"],
        ),
    ],
)
def test_pruning(given: Any, raw: dict[str, Any], expected: Any, unknown: list[str]) -> None:
    found: list[str] = []
    assert pruned(schema(raw), given, "", found) == expected
    assert found == unknown


INT_OR_STRING = {"x-kubernetes-int-or-string": True}
PORTS = {
    "type": "array",
    "items": {"type": "object", "properties": {"name": {"type": "string"}}},
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
}


@pytest.mark.parametrize(
    ("raw", "value", "expected"),
    [
        ({"type": "object"}, {}, []),
        (
            {"type": "object"},
            None,
            ['Invalid value: "null": x in body must be of type object: "null"'],
        ),
        ({"type": "object", "nullable": True}, None, []),
        (
            {"type": "integer"},
            "3",
            ['Invalid value: "string": x in body must be of type integer: "string"'],
        ),
        (
            {"type": "integer"},
            1.5,
            ['Invalid value: "number": x in body must be of type integer: "number"'],
        ),
        ({"type": "number"}, 3, []),
        (
            {"type": "string"},
            True,
            ['Invalid value: "boolean": x in body must be of type string: "boolean"'],
        ),
        (INT_OR_STRING, "50%", []),
        (INT_OR_STRING, 5, []),
        (
            INT_OR_STRING,
            {},
            ['Invalid value: "object": x in body must be of type integer,string: "object"'],
        ),
        (
            {"type": "integer", "minimum": 1},
            0,
            ["Invalid value: 0: x in body should be greater than or equal to 1"],
        ),
        (
            {"type": "integer", "maximum": 3, "exclusiveMaximum": True},
            3,
            ["Invalid value: 3: x in body should be less than 3"],
        ),
        (
            {"type": "integer", "multipleOf": 5},
            7,
            ["Invalid value: 7: x in body should be a multiple of 5"],
        ),
        (
            {"type": "string", "pattern": "^[a-z]+$"},
            "A",
            ["Invalid value: \"A\": x in body should match '^[a-z]+$'"],
        ),
        (
            {"type": "string", "minLength": 1},
            "",
            ['Invalid value: "": x in body should be at least 1 chars long'],
        ),
        ({"type": "string", "maxLength": 1}, "ab", ["Too long: may not be more than 1 byte"]),
        (
            {"type": "string", "enum": ["free", "paid"]},
            "gold",
            ['Unsupported value: "gold": supported values: "free", "paid"'],
        ),
        (
            {"type": "string", "format": "date-time"},
            "today",
            ['Invalid value: "today": x in body must be of type date-time: "today"'],
        ),
        ({"type": "string", "format": "duration"}, "1h30m", []),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
            (),
            ["Invalid value: 0: x in body should have at least 1 items"],
        ),
        (
            {"type": "array", "items": {"type": "string"}, "maxItems": 1},
            ("a", "b"),
            ["Too many: 2: must have at most 1 item"],
        ),
        (
            {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
            ("a", "b", "a"),
            ['Duplicate value: "a"'],
        ),
        (PORTS, ({"name": "a"}, {"name": "a"}), ['Duplicate value: {"name":"a"}']),
        ({"type": "object", "required": ["a"]}, {}, ["Required value"]),
        (
            {"type": "object", "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
            {},
            [
                'Invalid value: "": "x" must validate one and only one schema (oneOf). '
                "Found none valid"
            ],
        ),
        (
            {"type": "object", "not": {"required": ["a"]}},
            {"a": 1},
            ['Invalid value: "": "x" must not validate the schema (not)'],
        ),
    ],
)
def test_values(raw: dict[str, Any], value: Any, expected: list[str]) -> None:
    found = validate_value(schema(raw), frozen(value), "x")
    assert [error.body for error in found] == expected


def test_what_has_not_changed_is_let_be() -> None:
    strict = schema({"type": "object", "properties": {"a": {"type": "integer", "maximum": 3}}})
    old, new = frozen({"a": 5}), frozen({"a": 5, "b": 1})
    assert not list(validate_value(strict, new, "", old))
    assert [e.field for e in validate_value(strict, frozen({"a": 6}), "", old)] == ["a"]


@pytest.mark.parametrize(
    ("rule", "value", "old", "expected"),
    [
        ({"rule": "self.a < 3"}, {"a": 2}, NEW, []),
        (
            {"rule": "self.a < 3"},
            {"a": 3},
            NEW,
            ['x: Invalid value: "object": failed rule: self.a < 3'],
        ),
        (
            {"rule": "self.a < 3", "message": "too many", "fieldPath": ".a"},
            {"a": 3},
            NEW,
            ['x.a: Invalid value: "object": too many'],
        ),
        (
            {"rule": "self.a < 3", "messageExpression": '"found " + string(self.a)'},
            {"a": 3},
            NEW,
            ['x: Invalid value: "object": found 3'],
        ),
        ({"rule": "self.a == oldSelf.a"}, {"a": 3}, NEW, []),
        (
            {"rule": "self.a == oldSelf.a", "message": "a stays", "reason": "FieldValueForbidden"},
            {"a": 3},
            {"a": 2},
            ["x: Forbidden: a stays"],
        ),
        (
            {"rule": "self.b < 3"},
            {"a": 3},
            NEW,
            ['x: Invalid value: "object": no such key: b evaluating rule: self.b < 3'],
        ),
        ({"rule": "self.names.all(n, n.startsWith('a'))"}, {"names": ["ab", "ac"]}, NEW, []),
        ({"rule": "self.__namespace__ == 'x' && self.max__dash__a == 1"}, None, NEW, []),
    ],
)
def test_rules(rule: dict[str, Any], value: Any, old: Any, expected: list[str]) -> None:
    value = {"namespace": "x", "max-a": 1} if value is None else value
    fields = {
        "a": {"type": "integer"},
        "b": {"type": "integer"},
        "names": {"type": "array", "items": {"type": "string"}},
        "namespace": {"type": "string"},
        "max-a": {"type": "integer"},
    }
    ruled = {"type": "object", "properties": fields, "x-kubernetes-validations": [rule]}
    found = validate_rules(schema(ruled), frozen(value), "x", old)
    assert [str(error) for error in found] == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"type": "object"}, []),
        ({}, ["s.type: Required value: must not be empty at the root"]),
        ({"type": "string"}, ['s.type: Invalid value: "string": must be object at the root']),
        (
            {"type": "object", "properties": {"a": {}}},
            [
                "s.properties[a].type: Required value: "
                "must not be empty for specified object fields"
            ],
        ),
        (
            {"type": "object", "properties": {"a": {"type": "array"}}},
            ["s.properties[a].items: Required value: must be specified"],
        ),
        (
            {"type": "object", "additionalProperties": {"type": "string"}},
            ["s.additionalProperties: Forbidden: must not be used at the root"],
        ),
        (
            {"type": "object", "properties": {"a": {"type": "string"}},
             "allOf": [{"properties": {"a": {"type": "string"}}}]},
            ["s.allOf[0].properties[a].type: Forbidden: must be empty to be structural"],
        ),
        (
            {"type": "object", "anyOf": [{"properties": {"b": {"minimum": 1}}}]},
            [
                "s.properties[b]: Required value: because it is defined in "
                "s.anyOf[0].properties[b]"
            ],
        ),
        (
            {"type": "object", "properties": {"a": {**INT_OR_STRING,
             "anyOf": [{"type": "integer"}, {"type": "string"}]}}},
            [],
        ),
        (
            {"type": "object", "properties": {"a": {"type": "integer", "default": "x"}}},
            [
                's.properties[a].default: Invalid value: "string": s.properties[a].default '
                'in body must be of type integer: "string"'
            ],
        ),
        (
            {"type": "object", "properties": {"metadata": {"type": "object",
             "properties": {"labels": {"type": "object"}}}}},
            [
                "s.properties[metadata]: Forbidden: must not specify anything other than name "
                "and generateName, but metadata is implicitly specified"
            ],
        ),
        (
            {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "object"},
             "x-kubernetes-list-type": "map"}}},
            [
                "s.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty "
                "if x-kubernetes-list-type is map"
            ],
        ),
    ],
)  # fmt: skip
def test_structural_schemas(raw: dict[str, Any], expected: list[str]) -> None:
    assert [str(error) for error in validate_schema(schema(raw), "s")] == expected


def test_the_preferred_version_comes_first() -> None:
    names = ["v1alpha1", "foo1", "v11beta2", "v10", "v1beta1", "v2", "v12alpha1", "v3beta1", "v1"]
    names += ["v11alpha2", "foo10"]
    assert sorted(names, key=priority) == [
        *("v10", "v2", "v1", "v11beta2", "v3beta1", "v1beta1"),
        *("v12alpha1", "v11alpha2", "v1alpha1", "foo1", "foo10"),
    ]
