"""What a Struct says about its own fields: wire names, shapes, and how patches merge them.

The strategic merge patch and the strict decoder walk plain dicts beside these shapes.
Stands in for Go's ``reflect`` and for the struct tags ``patchStrategy`` and ``patchMergeKey``.
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from kubelite.apimachinery.struct import Scalar, Value


class Shape(Value):
    """The shape of a value. ``name`` is Go's word: struct, slice, map, string, int32, ...

    ``struct`` is the Struct class where ``name`` is struct, ``element`` what a slice or map
    holds; ``scalar`` the Python class of a single value.
    """

    name: str
    struct: type[msgspec.Struct] | None = None
    element: Shape | None = None
    scalar: type | None = None


class Field(Value):
    """One field of a Struct: its name on the wire, its shape, and how a patch merges it."""

    wire: str
    shape: Shape
    merges: bool = False
    merge_key: str | None = None
    retains_keys: bool = False
    replaces: bool = False


ANY = Shape("interface")
_PLAIN = {str: "string", bool: "bool", float: "float64"}
_INT32_MAX = 2**31 - 1


def is_struct(kind: Any) -> bool:
    """Whether this is a Struct class."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _unwrap(hint: Any) -> tuple[Any, list[Any]]:
    """A type without Annotated and None around it, and the metadata found on the way."""
    metadata: list[Any] = []
    while True:
        if get_origin(hint) is Annotated:
            metadata += hint.__metadata__
            hint = hint.__origin__
            continue
        if get_origin(hint) in (Union, types.UnionType):
            members = [member for member in get_args(hint) if member is not type(None)]
            if len(members) == 1:
                hint = members[0]
                continue
        return hint, metadata


def _integer(metadata: Iterable[Any]) -> str:
    limits = [meta.le for meta in metadata if isinstance(meta, msgspec.Meta)]
    return "int32" if _INT32_MAX in limits else "int64"


def shape_of(hint: Any) -> Shape:
    """The shape that a type annotation stands for."""
    plain, metadata = _unwrap(hint)
    origin, arguments = get_origin(plain), get_args(plain)
    if origin is tuple:
        return Shape("slice", element=shape_of(arguments[0]))
    if origin is dict:
        return Shape("map", element=shape_of(arguments[1]))
    if origin in (Union, types.UnionType):
        structs = [member for member in arguments if is_struct(member)]
        if structs:  # or a bool
            return Shape("struct or bool", struct=structs[0])
        return Shape("intstr.IntOrString")
    if is_struct(plain):
        return Shape("struct", struct=plain)
    if plain is int:
        return Shape(_integer(metadata), scalar=int)
    if plain in _PLAIN:
        return Shape(_PLAIN[plain], scalar=plain)
    if isinstance(plain, type) and issubclass(plain, Scalar):
        return Shape(plain.__name__, scalar=plain)
    return ANY


@cache
def fields_of(kind: type[msgspec.Struct]) -> dict[str, Field]:
    """The fields of a Struct by their wire names, in the order they are declared."""
    hints = get_type_hints(kind, include_extras=True)
    fields = {}
    for name, wire in zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True):
        _, metadata = _unwrap(hints[name])
        extra: dict[str, Any] = {}
        for meta in metadata:
            extra |= getattr(meta, "extra", None) or {}
        strategies = extra.get("patchStrategy", "").split(",")
        fields[wire] = Field(
            wire,
            shape_of(hints[name]),
            "merge" in strategies,
            extra.get("patchMergeKey"),
            "retainKeys" in strategies,
            "replace" in strategies,
        )
    return fields


@cache
def required_of(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The wire names of fields that have no default; Go gives them their zero value."""
    return tuple(field.encode_name for field in msgspec.structs.fields(kind) if field.required)
