"""Which fields of an object somebody has set: the sets of paths in ``metadata.managedFields``.

A path is a tuple of steps, each spelt as in ``fieldsV1``: ``f:name`` a field, ``k:{...}`` an
element of a list by its keys, ``v:...`` an element of a list of plain values. What may be owned
in parts follows from the types: structs, maps, and lists that merge on a key.
Models ``sigs.k8s.io/structured-merge-diff`` (fieldpath, and typed's merge and removal).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kubelite.apimachinery.reflection import Field, Shape, fields_of

Path = tuple[str, ...]
Doc = dict[str, Any]

_ATOMIC_STRUCTS = frozenset(
    (
        *("LabelSelector", "NodeSelector", "NodeSelectorTerm", "LocalObjectReference"),
        *("ObjectReference", "TypedLocalObjectReference", "SecretKeySelector"),
        *("ConfigMapKeySelector", "ObjectFieldSelector", "ResourceFieldSelector"),
    )
)
_ATOMIC_MAPS = frozenset(("nodeSelector", "selector"))
_KEYS = {
    ("ports", "containerPort"): ("containerPort", "protocol"),
    ("ports", "port"): ("port", "protocol"),
    ("topologySpreadConstraints", "topologyKey"): ("topologyKey", "whenUnsatisfiable"),
}
"""Lists whose elements have more keys than a strategic merge patch knows of."""

_DEFAULTS = {"protocol": "TCP"}


class Node:
    """How the value at some place is owned: in parts, by key, or as a whole."""

    __slots__ = ("keys", "parts", "shape")

    def __init__(self, shape: Shape, wire: str = "", field: Field | None = None):
        self.shape = shape
        atomic = shape.name == "map" and wire in _ATOMIC_MAPS
        if shape.struct is not None and shape.struct.__name__ in _ATOMIC_STRUCTS:
            atomic = True
        open_ended = shape.name in ("map", "interface")  # of a kind that a user has defined
        self.parts = not atomic and (shape.struct is not None or open_ended)
        merges = field is not None and field.merges and shape.name == "slice"
        key = (field.merge_key or "") if field is not None and merges else None
        self.keys = None if key is None else _KEYS.get((wire, key), (key,) if key else ())

    def child(self, name: str) -> Node:
        """A field of a struct, or the value under a map's key."""
        if self.shape.struct is not None:
            field = fields_of(self.shape.struct).get(name)
            return Node(Shape("interface")) if field is None else Node(field.shape, name, field)
        return Node(self.shape.element or Shape("interface"))

    def element(self) -> Node:
        """What a list holds."""
        return Node(self.shape.element or Shape("interface"))

    def step(self, item: Any) -> str:
        """How an element of this list is named."""
        if self.keys and isinstance(item, dict):
            found = {key: item.get(key, _DEFAULTS.get(key)) for key in self.keys}
            return "k:" + _json({key: value for key, value in found.items() if value is not None})
        return "v:" + _json(item)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def paths(node: Node, value: Any, at: Path = ()) -> Iterator[Path]:
    """Every path that a value sets."""
    if node.parts and isinstance(value, dict) and value:
        for name, inner in value.items():
            if inner is not None:
                yield from paths(node.child(name), inner, (*at, f"f:{name}"))
    elif node.keys is not None and isinstance(value, list) and value:
        for item in value:
            step = (*at, node.step(item))
            yield step
            if node.keys:
                yield from paths(node.element(), item, step)
    else:
        yield at


def merge(node: Node, live: Any, wanted: Any) -> Any:
    """``live`` with everything that ``wanted`` says."""
    if node.parts and isinstance(live, dict) and isinstance(wanted, dict):
        merged = dict(live)
        for name, value in wanted.items():
            if value is not None:
                merged[name] = merge(node.child(name), live.get(name), value)
        return merged
    if node.keys is not None and isinstance(live, list) and isinstance(wanted, list):
        new = {node.step(item): item for item in wanted}
        old = {node.step(item): item for item in live}
        kept = [merge(node.element(), v, new[k]) if k in new else v for k, v in old.items()]
        return kept + [value for step, value in new.items() if step not in old]
    return wanted


_ABSENT = object()


def _descend(node: Node, value: Any, step: str) -> tuple[Node, Any]:
    if step.startswith("f:"):
        found = value.get(step[2:], _ABSENT) if isinstance(value, dict) else _ABSENT
        return node.child(step[2:]), found
    items = value if isinstance(value, list) else []
    return node.element(), next((item for item in items if node.step(item) == step), _ABSENT)


def value_at(node: Node, value: Any, path: Path) -> Any:
    """What is at a path; a value equal to nothing else where there is none."""
    for step in path:
        if value is _ABSENT:
            return _ABSENT
        node, value = _descend(node, value, step)
    return value


def changes(node: Node, before: Any, after: Any) -> Iterator[Path]:
    """The paths that ``after`` sets otherwise than ``before``. An empty map or list that is there
    already, filled or not, is no change; neither is an element apart from what is in it.
    """
    for path in paths(node, after):
        old, new = value_at(node, before, path), value_at(node, after, path)
        held = new in ({}, []) and old is not _ABSENT
        if old != new and not held and not path[-1].startswith("k:"):
            yield path


def remove(node: Node, value: Any, gone: Iterable[Path]) -> Any:
    """A copy of ``value`` without what is at these paths, nor what that leaves empty."""
    for path in sorted(gone, key=len):  # an element goes as a whole, before its keys do
        value = _without(node, value, path)
    return value


def _without(node: Node, value: Any, path: Path) -> Any:
    step, rest = path[0], path[1:]
    inner, found = _descend(node, value, step)
    if found is _ABSENT:
        return value
    left = _without(inner, found, rest) if rest else _ABSENT
    if left == {} or left == []:
        left = _ABSENT
    if step.startswith("f:"):
        others = {name: item for name, item in value.items() if name != step[2:]}
        return others if left is _ABSENT else {**value, step[2:]: left}
    items = [left if node.step(item) == step else item for item in value]
    return [item for item in items if item is not _ABSENT]


def to_fields(owned: Iterable[Path]) -> Doc:
    """Paths as ``fieldsV1`` writes them."""
    tree: Doc = {}
    for path in sorted(owned):
        at = tree
        for step in path:
            at = at.setdefault(step, {})
        if path and path[-1].startswith("k:"):
            at["."] = {}
    return tree


def from_fields(tree: Doc, at: Path = ()) -> Iterator[Path]:
    """The paths of a ``fieldsV1``."""
    if at and not tree:
        yield at
    for step, inner in tree.items():
        if step == ".":
            yield at
        else:
            yield from from_fields(inner or {}, (*at, step))


def spelt(path: Path) -> str:
    """A path as people read it: ``.spec.containers[name="web"].image``."""
    text = ""
    for step in path:
        if step.startswith("f:"):
            text += f".{step[2:]}"
        elif step.startswith("v:"):
            text += f"[={step[2:]}]"
        else:
            keys = json.loads(step[2:])
            text += "[" + ",".join(f"{key}={_json(value)}" for key, value in keys.items()) + "]"
    return text
