"""The lists of a strategic merge patch: who is who, and in which order they stand.

Elements are told apart by their merge key, plain values by themselves. Whoever patches
decides the order of what it names; the rest keeps its place as well as it can.
Models the list half of ``k8s.io/apimachinery/pkg/util/strategicpatch/patch.go``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

DIRECTIVE = "$patch"
DELETE = "delete"
REPLACE = "replace"
MERGE = "merge"


def go_print(value: Any) -> str:
    """A plain value as Go's ``%v`` prints it."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{go_print(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list | tuple):
        return f"[{' '.join(map(go_print, value))}]"
    return str(value)


def go_type(value: Any) -> str:
    """The Go type that a plain value is decoded into."""
    names = {dict: "map[string]interface {}", list: "[]interface {}", int: "int64"}
    names |= {str: "string", bool: "bool", float: "float64", type(None): "%!s(<nil>)"}
    return names[type(value)]


def bad_type(expected: Any, actual: Any) -> ValueError:
    """The complaint that a value has another type than it must."""
    return ValueError(f"expected a {go_type(expected)}, but received a {go_type(actual)}")


def same(left: Any, right: Any) -> bool:
    """Equality that tells ``1`` from ``true``, as Go does."""
    return type(left) is type(right) and bool(left == right)


def key_of(element: Any, merge_key: str) -> Any:
    """What an element is told apart by. Raises ValueError when it has no merge key."""
    if not isinstance(element, dict):
        raise bad_type({}, element)
    if merge_key not in element:
        raise ValueError(
            f"map: {go_print(element)} does not contain declared merge key: {merge_key}"
        )
    return element[merge_key]


def identities(elements: Sequence[Any], merge_key: str | None) -> list[Any]:
    """What each element is told apart by."""
    if merge_key is None:
        return list(elements)
    return [key_of(element, merge_key) for element in elements]


def position(identity: Any, order: Sequence[Any]) -> int:
    """Where an identity stands in an order, -1 if nowhere."""
    for index, other in enumerate(order):
        if same(identity, other):
            return index
    return -1


def holds_maps(*lists: Sequence[Any]) -> bool:
    """Whether elements are objects. Raises ValueError for mixed, nested or no elements."""
    elements = [element for elements in lists for element in elements]
    if not elements:
        raise ValueError("no elements in any of the given slices")
    if isinstance(elements[0], list):
        raise ValueError("lists of lists are not supported")
    if any(type(element) is not type(elements[0]) for element in elements):
        raise ValueError(f"list element types are not identical: {go_print(lists)}")
    return isinstance(elements[0], dict)


def is_deletion(element: Any) -> bool:
    """Whether a patch's element says that its namesake shall go."""
    return isinstance(element, dict) and element.get(DIRECTIVE) == DELETE


def sort_by(elements: Sequence[Any], order: Sequence[Any], merge_key: str | None) -> list[Any]:
    """Elements in the order given; deletions stand last."""
    places = identities(order, merge_key)
    identified = list(zip(identities(elements, merge_key), elements, strict=True))
    staying = [pair for pair in identified if not is_deletion(pair[1])]
    staying.sort(key=lambda pair: position(pair[0], places))
    return [pair[1] for pair in staying] + [e for e in elements if is_deletion(e)]


def arrange(
    elements: Sequence[Any],
    patch_order: Sequence[Any],
    server_order: Sequence[Any],
    merge_key: str | None,
) -> list[Any]:
    """All elements: those the patch names in its order, the server's own in between."""
    named = identities(patch_order, merge_key)
    ours: list[Any] = []
    theirs: list[Any] = []
    for identity, element in zip(identities(elements, merge_key), elements, strict=True):
        (theirs if position(identity, named) < 0 else ours).append(element)
    ours = sort_by(ours, patch_order, merge_key)
    theirs = sort_by(theirs, server_order, merge_key)
    return _interleave(theirs, ours, identities(server_order, merge_key), merge_key)


def _interleave(
    left: list[Any], right: list[Any], order: list[Any], merge_key: str | None
) -> list[Any]:
    """Put each of ``left`` before the first of ``right`` that stood behind it."""
    left_at = [position(identity, order) for identity in identities(left, merge_key)]
    right_at = [position(identity, order) for identity in identities(right, merge_key)]
    merged: list[Any] = []
    i = 0
    for j, element in enumerate(right):
        while i < len(left) and 0 <= left_at[i] < right_at[j]:
            merged.append(left[i])
            i += 1
        merged.append(element)
    return merged + left[i:]
