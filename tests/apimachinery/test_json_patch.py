"""JSON patches: the examples of RFC 6902 and 7386, and what upstream adds to them."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apimachinery.patch import json_merge, json_patch

RFC_6902 = [
    ({"foo": "bar"}, {"op": "add", "path": "/baz", "value": "q"}, {"foo": "bar", "baz": "q"}),
    ({"foo": ["a", "c"]}, {"op": "add", "path": "/foo/1", "value": "b"}, {"foo": ["a", "b", "c"]}),
    ({"foo": ["a"]}, {"op": "add", "path": "/foo/-", "value": "b"}, {"foo": ["a", "b"]}),
    ({"foo": 1, "baz": 2}, {"op": "remove", "path": "/baz"}, {"foo": 1}),
    ({"foo": ["a", "b"]}, {"op": "remove", "path": "/foo/0"}, {"foo": ["b"]}),
    ({"foo": ["a", "b"]}, {"op": "remove", "path": "/foo/-1"}, {"foo": ["a"]}),
    ({"foo": 1}, {"op": "replace", "path": "/foo", "value": 2}, {"foo": 2}),
    ({"foo": 1}, {"op": "replace", "path": "/bar", "value": 2}, {"foo": 1, "bar": 2}),
    ({"a": {"b": 1}}, {"op": "move", "from": "/a/b", "path": "/c"}, {"a": {}, "c": 1}),
    ({"a": [1, 2, 3]}, {"op": "move", "from": "/a/0", "path": "/a/2"}, {"a": [2, 3, 1]}),
    ({"a": {"b": 1}}, {"op": "copy", "from": "/a", "path": "/c"}, {"a": {"b": 1}, "c": {"b": 1}}),
    ({"a~b": 1, "c/d": 2}, {"op": "test", "path": "/a~0b", "value": 1}, {"a~b": 1, "c/d": 2}),
    ({"c/d": 2}, {"op": "remove", "path": "/c~1d"}, {}),
    ({"a": 1}, {"op": "test", "path": "/none"}, {"a": 1}),
    ({"a": 1}, {"op": "replace", "path": "", "value": {"b": 2}}, {"b": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("document", "operation", "expected"), RFC_6902)
def test_operations(document: Any, operation: Any, expected: Any) -> None:
    before = repr(document)
    assert json_patch.apply(document, [operation]) == expected
    assert repr(document) == before, "the document given must not change"


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (
            {"op": "add", "path": "/x/y", "value": 1},
            'add operation does not apply: doc is missing path: "/x/y": missing value',
        ),
        (
            {"op": "remove", "path": "/x"},
            "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value",
        ),
        (
            {"op": "remove", "path": "/list/9"},
            "error in remove for path: '/list/9': Unable to access invalid index: 9: "
            "invalid index referenced",
        ),
        (
            {"op": "replace", "path": "/x/y", "value": 1},
            "replace operation does not apply: doc is missing path: /x/y: missing value",
        ),
        (
            {"op": "replace", "path": "/list/9", "value": 1},
            "replace operation does not apply: doc is missing key: /list/9: missing value",
        ),
        ({"op": "test", "path": "/a", "value": True}, "testing value /a failed: test failed"),
        (
            {"op": "add", "path": "/list/x", "value": 1},
            "error in add for path: '/list/x': value was not a proper array index: 'x': "
            'strconv.Atoi: parsing "x": invalid syntax',
        ),
        (
            {"op": "move", "from": "/x/y", "path": "/z"},
            "move operation does not apply: doc is missing from path: /x/y: missing value",
        ),
        ({"op": "jump", "path": "/a"}, "Unexpected kind: jump"),
        ({"op": "add"}, "add operation failed to decode path: missing value"),
    ],
)
def test_what_does_not_apply(operation: Any, sentence: str) -> None:
    with pytest.raises(ValueError) as raised:
        json_patch.apply({"a": 1, "list": [1]}, [operation])
    assert str(raised.value) == sentence


def test_operations_and_copies_are_bounded() -> None:
    many = [{"op": "add", "path": "/a", "value": 1}] * (json_patch.MAX_OPERATIONS + 1)
    with pytest.raises(ValueError, match="maximum operations in a JSON patch is 10000, got 10001"):
        json_patch.apply({}, many)
    doubling = [{"op": "copy", "from": "", "path": f"/{n}"} for n in range(3)]
    with pytest.raises(ValueError, match="missing from path"):
        json_patch.apply({}, doubling)
    doubling = [{"op": "copy", "from": "/a", "path": "/a/-"} for _ in range(40)]
    with pytest.raises(ValueError, match="exceeding the limit"):
        json_patch.apply({"a": ["x" * 100]}, doubling)


RFC_7386: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("original", "patch", "expected"), RFC_7386)
def test_merge(original: Any, patch: Any, expected: Any) -> None:
    assert json_merge.apply(original, patch) == expected


def test_a_merge_patch_must_be_an_object() -> None:
    with pytest.raises(ValueError, match="^Invalid JSON Patch$"):
        json_merge.apply({}, "text")


@pytest.mark.parametrize(
    ("original", "modified"), [({"a": 1, "b": {"c": 1, "d": [1]}}, {"b": {"d": [2]}, "e": True})]
)
def test_a_made_merge_patch_does_what_it_should(original: Any, modified: Any) -> None:
    patch = json_merge.diff(original, modified)
    assert patch == {"a": None, "b": {"c": None, "d": [2]}, "e": True}
    assert json_merge.apply(original, patch) == modified
