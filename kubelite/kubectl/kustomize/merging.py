"""Strategic merge as kustomize does it: what a patch lists comes first, and nothing is validated.

Other than the server, whose ``strategic`` patches know the order of lists, kustomize puts what is
new before what is there. Models kyaml/yaml/merge2 and walk.
"""

from __future__ import annotations

import copy
from typing import Any

from kubelite.apimachinery.reflection import ANY, Shape, fields_of

Document = dict[str, Any]

DIRECTIVE = "$patch"
_PORTS = {"containerPort": ("containerPort", "protocol"), "port": ("port", "protocol")}
"""Lists that the server keeps as maps of two keys."""


def merged(target: Document, patch: Document, shape: Shape) -> Document | None:
    """The object with the patch in it; None if the patch deletes it."""
    found = _merge(target, copy.deepcopy(patch), shape)
    return found if isinstance(found, dict) else None


def _merge(target: Any, patch: Any, shape: Shape, keys: str | None = None) -> Any:
    if isinstance(patch, dict) and isinstance(target, dict | None):
        return _maps(target, patch, shape)
    if isinstance(patch, list) and isinstance(target, list | None):
        return _lists(target or [], patch, shape.element or ANY, keys)
    return patch


def _maps(target: Document | None, patch: Document, shape: Shape) -> Document | None:
    directive = patch.pop(DIRECTIVE, None)
    if directive == "delete":
        return None
    made: Document = {} if target is None or directive == "replace" else dict(target)
    for key, wanted in patch.items():
        if wanted is None:
            made.pop(key, None)
            continue
        below, merge_key = _below(shape, key)
        value = _merge(made.get(key), wanted, below, merge_key)
        if value is None:
            made.pop(key, None)
        else:
            made[key] = value
    return made


def _below(shape: Shape, key: str) -> tuple[Shape, str | None]:
    """What is under a field, and the key by which its list is merged ("" for plain values)."""
    if shape.struct is None:
        return (shape.element or ANY, None) if shape.name == "map" else (ANY, None)
    field = fields_of(shape.struct).get(key)
    if field is None:
        return ANY, None
    return field.shape, (field.merge_key or "") if field.merges else None


def _lists(target: list[Any], patch: list[Any], element: Shape, key: str | None) -> list[Any]:
    whole = [item for item in patch if isinstance(item, dict) and list(item) == [DIRECTIVE]]
    patch = [item for item in patch if item not in whole]
    if any(item[DIRECTIVE] == "delete" for item in whole):
        return []
    if key is None or whole:
        return [_merge(None, item, element) for item in patch]
    if not key:
        return [*patch, *(item for item in target if item not in patch)]
    keys = _PORTS.get(key, (key,))
    first: dict[Any, Any] = {}
    for wanted in patch:
        same = next((item for item in target if _same(item, wanted, keys)), None)
        first[_identity(wanted, keys)] = _merge(same, wanted, element)
    rest = [item for item in target if not any(_same(item, wanted, keys) for wanted in patch)]
    return [*(item for item in first.values() if item is not None), *rest]


def _same(one: Any, other: Any, keys: tuple[str, ...]) -> bool:
    """Whether both are the same element; keys that neither has say nothing."""
    return bool(_identity(one, keys) == _identity(other, keys))


def _identity(item: Any, keys: tuple[str, ...]) -> Any:
    return tuple(item.get(key) for key in keys) if isinstance(item, dict) else item
