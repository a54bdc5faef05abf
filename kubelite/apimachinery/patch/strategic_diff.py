"""Makes strategic merge patches: what to send so that one document becomes another.

``diff`` compares two documents. ``three_way`` is what ``kubectl apply`` sends: deletions
come from what was applied last time, changes from what the server holds now, so fields
that others set stay. Models ``k8s.io/apimachinery/pkg/util/strategicpatch/patch.go``.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import msgspec

from kubelite.apimachinery.patch.ordering import (
    DELETE,
    DIRECTIVE,
    go_print,
    holds_maps,
    identities,
    same,
    sort_by,
)
from kubelite.apimachinery.patch.strategic import (
    DELETE_FROM_LIST,
    RETAIN_KEYS,
    SET_ORDER,
    Doc,
    Merger,
    lookup,
)
from kubelite.apimachinery.reflection import Field, Shape


class _Wanted(NamedTuple):
    """Which differences a patch shall hold, and whether it names the keys to keep."""

    changes: bool = True
    deletions: bool = True
    retain_keys: bool = False


def diff(kind: type[msgspec.Struct], original: Doc, modified: Doc) -> Doc:
    """The patch that turns ``original`` into ``modified``. Raises ValueError."""
    shape = Shape("struct", struct=kind)
    return _diff_maps(copy.deepcopy(original), copy.deepcopy(modified), shape, _Wanted())


def three_way(kind: type[msgspec.Struct], original: Doc, modified: Doc, current: Doc) -> Doc:
    """The patch that brings ``current`` to ``modified``, knowing ``original`` was applied last.

    Where others changed what ``modified`` sets, ``modified`` wins. Raises ValueError.
    """
    shape = Shape("struct", struct=kind)
    original, modified, current = copy.deepcopy((original, modified, current))
    changes = _diff_maps(current, modified, shape, _Wanted(deletions=False))
    deletions = _diff_maps(original, modified, shape, _Wanted(changes=False))
    return Merger(final=False).merge(copy.deepcopy(deletions), copy.deepcopy(changes), shape)


def _diff_maps(original: Doc, modified: Doc, shape: Shape, wanted: _Wanted) -> Doc:
    patch: Doc = {}
    for key, value in modified.items():
        if key not in original or type(original[key]) is not type(value):
            if wanted.changes:
                patch[key] = value
        elif isinstance(value, dict):
            _diff_map(key, original[key], value, patch, shape, wanted)
        elif isinstance(value, list):
            _diff_list(key, original[key], value, patch, shape, wanted)
        elif wanted.changes and not same(original[key], value):
            patch[key] = value
    if wanted.deletions:
        patch |= {key: None for key in original if key not in modified}
    if wanted.retain_keys:
        kept = sorted(key for key, value in modified.items() if value is not None)
        dropped = any(v is not None and k not in modified for k, v in original.items())
        if kept and (patch or dropped):
            patch[RETAIN_KEYS] = kept
    return patch


def _diff_map(
    key: str, original: Doc, modified: Doc, patch: Doc, shape: Shape, wanted: _Wanted
) -> None:
    if original == modified:
        return
    if shape.name == "struct":
        field = lookup(shape, key)
        if field.replaces:
            if wanted.changes:
                patch[key] = modified
            return
        shape, wanted = field.shape, wanted._replace(retain_keys=field.retains_keys)
    else:
        shape, wanted = shape.element or shape, wanted._replace(retain_keys=False)
    if inner := _diff_maps(original, modified, shape, wanted):
        patch[key] = inner


def _diff_list(
    key: str, original: list[Any], modified: list[Any], patch: Doc, shape: Shape, wanted: _Wanted
) -> None:
    if original == modified:
        return
    field = lookup(shape, key)
    if not field.merges:
        if wanted.changes:
            patch[key] = modified
        return
    wanted = wanted._replace(retain_keys=field.retains_keys)
    changed, deleted, order = _diff_merging_list(original, modified, field, wanted)
    if changed:
        patch[key] = changed
    if deleted:
        patch[f"{DELETE_FROM_LIST}/{key}"] = deleted
    if order:
        patch[f"{SET_ORDER}/{key}"] = order


_Lists = tuple[list[Any], list[Any], list[Any]]


def _diff_merging_list(
    original: list[Any], modified: list[Any], field: Field, wanted: _Wanted
) -> _Lists:
    """Elements to send, plain values to delete, and the order to set."""
    if not original:
        return (modified if wanted.changes else []), [], []
    if holds_maps(original, modified):
        return _diff_maps_in_list(original, modified, field, wanted)
    return _diff_scalars(original, modified, wanted)


def _diff_scalars(original: list[Any], modified: list[Any], wanted: _Wanted) -> _Lists:
    before, after = list(map(go_print, original)), list(map(go_print, modified))
    added: list[Any] = []
    remaining = list(before)
    for text, value in zip(after, modified, strict=True):
        if text in remaining:
            remaining.remove(text)
        elif wanted.changes:
            added.append(value)
    deleted: list[Any] = []
    if wanted.deletions:
        kept = list(after)
        for text, value in sorted(zip(before, original, strict=True), key=lambda pair: pair[0]):
            if text in kept:
                kept.remove(text)
            elif value not in deleted:
                deleted.append(value)
    ordered = bool(deleted) or wanted.changes
    return added, deleted, modified if ordered else []


def _diff_maps_in_list(
    original: list[Any], modified: list[Any], field: Field, wanted: _Wanted
) -> _Lists:
    merge_key, element = field.merge_key or "", field.shape.element
    if element is None:
        raise ValueError(f"no shape for the elements of {field.wire}")
    before, after = identities(original, merge_key), identities(modified, merge_key)
    old = sorted(original, key=lambda value: go_print(value[merge_key]))
    patch: list[Any] = []
    gone: list[Any] = []
    # Both lists are walked in the order of their keys, so that duplicates pair off.
    for value in sorted(modified, key=lambda value: go_print(value[merge_key])):
        text = go_print(value[merge_key])
        while old and go_print(old[0][merge_key]) < text:
            gone.append(old.pop(0))
        if old and go_print(old[0][merge_key]) == text:
            if inner := _diff_maps(old.pop(0), value, element, wanted):
                patch.append(inner | {merge_key: value[merge_key]})
        elif wanted.changes:
            patch.append(value)
    patch = sort_by(patch, modified, merge_key)
    if wanted.deletions:
        patch += [{merge_key: value[merge_key], DIRECTIVE: DELETE} for value in gone + old]
    moved = wanted.changes and before != after
    order = [{merge_key: identity} for identity in after] if patch or moved else []
    return patch, [], order
