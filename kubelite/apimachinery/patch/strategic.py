"""Strategic merge patch: a merge patch that knows which lists are sets and by which key.

What each field wants is declared where the field is (``merge_on``, ``retain_keys``). A
patch may also carry directives: ``$patch`` (replace or delete), ``$retainKeys``,
``$setElementOrder/<list>`` and ``$deleteFromPrimitiveList/<list>``.
Models ``k8s.io/apimachinery/pkg/util/strategicpatch/patch.go``.
"""

from __future__ import annotations

import copy
from typing import Any

import msgspec

from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.patch.ordering import (
    DELETE,
    DIRECTIVE,
    MERGE,
    REPLACE,
    arrange,
    bad_type,
    go_print,
    holds_maps,
    identities,
    is_deletion,
    key_of,
    position,
    same,
)
from kubelite.apimachinery.reflection import Field, Shape, fields_of

RETAIN_KEYS = "$retainKeys"
DELETE_FROM_LIST = "$deleteFromPrimitiveList"
SET_ORDER = "$setElementOrder"

_BAD_LIST = "invalid patch format of primitive list"
_BAD_RETAIN_KEYS = "invalid patch format of retainKeys"
_BAD_ORDER = "invalid patch format of setElementOrder list"

Doc = dict[str, Any]


def apply(kind: type[msgspec.Struct], original: Doc, patch: Doc) -> Doc:
    """``original`` with ``patch`` applied, guided by ``kind``. Raises ValueError."""
    shape = Shape("struct", struct=kind)
    return Merger(final=True).merge(original, copy.deepcopy(patch), shape)


def lookup(shape: Shape, name: str) -> Field:
    """The field a patch speaks of. Raises ValueError when the shape has no such field."""
    if shape.struct is None:
        raise ValueError(
            f"merging an object in json but data type is not struct, instead is: {shape.name}"
        )
    field = fields_of(shape.struct).get(name)
    if field is None:
        raise ValueError(
            f"unable to find api field in struct {shape.struct.__name__} "
            f"for the json field {go_quote(name)}"
        )
    return field


class Merger:
    """Merges a patch into a document (``final``), or one patch into another patch.

    A patch that is merged into a patch keeps its directives and nulls for the server.
    """

    def __init__(self, *, final: bool) -> None:
        self._final = final

    def merge(self, original: Doc, patch: Doc, shape: Shape) -> Doc:
        """``original`` as ``patch`` says, which is used up. Raises ValueError."""
        if DIRECTIVE in patch:
            return _directed(patch)
        original = dict(original)
        self._retain_keys(original, patch)
        for key in [key for key in patch if key.startswith(SET_ORDER)]:
            self._merge_ordered(original, patch, key, shape)
        for key, value in patch.items():
            if not key.startswith(DELETE_FROM_LIST):
                self._merge_field(original, key, value, shape)
            elif self._final:
                self._delete_from_list(original, key, value, shape)
            else:
                original[key] = value
        return original

    def _merge_field(self, original: Doc, key: str, value: Any, shape: Shape) -> None:
        if value is None:
            original.pop(key, None)
            if self._final:
                return
        if key not in original or type(original[key]) is not type(value):
            self._take(original, key, value)
        elif isinstance(value, dict):
            field = lookup(shape, key)
            if field.replaces:
                original[key] = value
            else:
                original[key] = self.merge(original[key], value, field.shape)
        elif isinstance(value, list):
            original[key] = self._merge_list(original[key], value, lookup(shape, key))
        else:
            original[key] = value

    def _take(self, original: Doc, key: str, value: Any) -> None:
        """Take a value as it is: nothing in the document to merge it with."""
        if self._final:
            _drop_nulls(value)
        if isinstance(value, dict) and DIRECTIVE in value:
            original.pop(key, None)
        else:
            original[key] = _without_directives(value)

    def _delete_from_list(self, original: Doc, key: str, value: Any, shape: Shape) -> None:
        name = _list_name(key, DELETE_FROM_LIST, _BAD_LIST)
        if value is None:
            original.pop(name, None)
        elif isinstance(value, list) and isinstance(original.get(name), list):
            field = lookup(shape, name)
            if not field.merges:
                original[name] = value
            elif (original[name] or value) and not holds_maps(original[name], value):
                original[name] = [e for e in original[name] if position(e, value) < 0]
            elif original[name] or value:
                original[name] = self._merge_list(original[name], value, field)

    def _merge_list(self, original: list[Any], patch: list[Any], field: Field) -> list[Any]:
        if not field.merges:
            return patch
        if not original and not patch:
            return original
        element = field.shape.element
        if not holds_maps(original, patch):
            merged = list(original)
            merged += [value for value in patch if position(value, merged) < 0]
            return arrange(merged, patch, original, field.merge_key)
        if field.merge_key is None or element is None:
            name = element.name if element else "interface"
            raise ValueError(f"cannot merge lists without merge key for type {name}")
        original, patch = _follow_directives(original, patch, field.merge_key)
        merged = self._merge_elements(original, patch, field.merge_key, element)
        return arrange(merged, patch, original, field.merge_key)

    def _merge_elements(
        self, original: list[Any], patch: list[Any], merge_key: str, shape: Shape
    ) -> list[Any]:
        merged = list(original)
        for element in patch:
            identity = key_of(element, merge_key)
            for index, candidate in enumerate(merged):
                if same(candidate.get(merge_key), identity):
                    merged[index] = self.merge(candidate, element, shape)
                    break
            else:
                merged.append(element)
        return merged

    def _retain_keys(self, original: Doc, patch: Doc) -> None:
        """Drop from the document what the patch's list of keys to keep does not name."""
        if RETAIN_KEYS not in patch:
            return
        kept = patch.pop(RETAIN_KEYS)
        if not self._final:
            if original.setdefault(RETAIN_KEYS, kept) != kept:
                raise ValueError(
                    f"{go_print(original[RETAIN_KEYS])} and {go_print(kept)} are not deep equal: "
                    "this may happen when calculating the 3-way diff patch"
                )
            return
        if not isinstance(kept, list):
            raise ValueError(_BAD_RETAIN_KEYS)
        for key, value in patch.items():
            directive = key.startswith((DELETE_FROM_LIST, SET_ORDER))
            if value is not None and not directive and key not in kept:
                raise ValueError(_BAD_RETAIN_KEYS)
        for key in [key for key in original if key not in kept]:
            del original[key]

    def _merge_ordered(self, original: Doc, patch: Doc, key: str, shape: Shape) -> None:
        """Merge one list whose order the patch sets, and take it out of the patch."""
        order = patch.pop(key)
        if not self._final and original.setdefault(key, order) != order:
            raise ValueError(_BAD_ORDER)
        if not isinstance(order, list):
            raise bad_type([], order)
        name = _list_name(key, SET_ORDER, _BAD_ORDER)
        ours = _list_in(patch, name)
        theirs = _list_in(original, name)
        field = lookup(shape, name)
        _check_order(ours or [], order, field.merge_key)
        if theirs is None and ours is None:
            return
        if ours is None:
            merged = theirs or []
        elif theirs is None:
            merged = _without_directives(ours)
        else:
            merged = self._merge_list(theirs, ours, field)
        # Both empty is refused, as upstream does.
        holds_maps(theirs or [], ours or [])
        known = _server_order(theirs or [], ours or [], merged, field.merge_key)
        original[name] = arrange(merged, order, known, field.merge_key)
        patch.pop(name, None)


def _directed(patch: Doc) -> Doc:
    directive = patch.pop(DIRECTIVE)
    if directive == REPLACE:
        return patch
    if directive == DELETE:
        return {}
    patch[DIRECTIVE] = directive
    raise ValueError(f"unknown patch type: {go_print(directive)} in map: {go_print(patch)}")


def _server_order(
    theirs: list[Any], ours: list[Any], merged: list[Any], merge_key: str | None
) -> list[Any]:
    """The order the server's own elements keep.

    Upstream deletes and appends in one array: what a patch adds shows here, too, as far as
    its deletions made room. An answer of the real code depends on it, so ours does as well.
    """
    lost = identities([element for element in ours if is_deletion(element)], merge_key)
    staying = [e for e in theirs if position(_identity(e, merge_key), lost) < 0]
    if any(_is_directive(element) and not is_deletion(element) for element in ours):
        return staying
    kept = identities(staying, merge_key)
    added = [e for e in merged if position(_identity(e, merge_key), kept) < 0]
    return (staying + added)[: max(len(staying), len(theirs))]


def _identity(element: Any, merge_key: str | None) -> Any:
    return element if merge_key is None else key_of(element, merge_key)


def _list_name(key: str, prefix: str, complaint: str) -> str:
    found, slash, name = key.partition("/")
    if not slash or found != prefix:
        raise ValueError(complaint)
    return name


def _list_in(document: Doc, name: str) -> list[Any] | None:
    if name not in document:
        return None
    if not isinstance(document[name], list):
        raise bad_type([], document[name])
    return list(document[name])


def _drop_nulls(value: Any) -> None:
    if isinstance(value, dict):
        for key in [key for key, item in value.items() if item is None]:
            del value[key]
        for item in value.values():
            _drop_nulls(item)
    elif isinstance(value, list):
        for item in value:
            _drop_nulls(item)


def _without_directives(value: Any) -> Any:
    """A value without the parts that only tell how to merge them."""
    if isinstance(value, dict):
        return {
            key: _without_directives(item)
            for key, item in value.items()
            if not (isinstance(item, dict) and DIRECTIVE in item)
        }
    if isinstance(value, list):
        return [
            _without_directives(item)
            for item in value
            if not (isinstance(item, dict) and DIRECTIVE in item)
        ]
    return value


def _follow_directives(
    original: list[Any], patch: list[Any], merge_key: str
) -> tuple[list[Any], list[Any]]:
    """Perform deletions and replacement; answers the list and the patch that remain."""
    remaining: list[Any] = []
    replace = False
    for element in patch:
        directive = element.get(DIRECTIVE)
        if DIRECTIVE not in element:
            remaining.append(element)
        elif directive == DELETE:
            identity = key_of(element, merge_key)
            original = [e for e in original if not same(e.get(merge_key), identity)]
        elif directive == REPLACE:
            replace = True
        elif directive == MERGE:
            raise ValueError("merging lists cannot yet be specified in the patch")
        else:
            raise ValueError(
                f"unknown patch type: {go_print(directive)} in map: {go_print(element)}"
            )
    return (remaining, []) if replace else (original, remaining)


def _check_order(patch: list[Any], order: list[Any], merge_key: str | None) -> None:
    """A patch's elements must stand as its own order says. Raises ValueError."""
    if not order or not patch:
        return
    elements = [element for element in patch if merge_key is None or not is_deletion(element)]
    at = 0
    for place in order:
        while at < len(elements) and _is_directive(elements[at]):
            at += 1
        if at == len(elements):
            return
        at += _equal(elements[at], place, merge_key)
    if at < len(elements):
        raise ValueError(
            f"the order in patch list:\n{go_print(patch)}\n "
            f"doesn't match {SET_ORDER} list:\n{go_print(order)}"
        )


def _is_directive(element: Any) -> bool:
    return isinstance(element, dict) and DIRECTIVE in element


def _equal(left: Any, right: Any, merge_key: str | None) -> bool:
    return same(_identity(left, merge_key), _identity(right, merge_key))
