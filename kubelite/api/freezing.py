"""Before somebody else looks at an object: let nobody change what is inside it.

Objects are frozen records, but the dicts in them (labels, annotations, limits, data) are plain,
because that is quick, and the store, all caches and all versions share them. So what is handed to
a learner, or to code of a learner's, gets dicts that refuse to be changed (``custom.Frozen``), in
place: the first time it is looked at.

Upstream notices such a change later and panics:
``k8s.io/client-go/tools/cache/mutation_detector.go``.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import msgspec

from kubelite.api.custom import NEVER_IN_PLACE, Frozen, frozen
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.reflection import Shape, fields_of
from kubelite.apimachinery.rest import ObjectList

T = TypeVar("T")

EMPTY: dict[str, Any] = {}
"""Every empty dict of an object that has been looked at. It has to be an ordinary one, or it would
be written as ``{}``; so whatever somebody puts into it is found, and thrown away, by ``spoilt``."""


# DOC: freeze
def freeze(obj: T) -> T:
    """The same object as it is stored; the dicts inside it can no longer be changed.

    The labels remember which version has been looked at: a second look costs next to nothing.
    """
    if isinstance(obj, Object):
        meta = obj.metadata
        labels = meta.labels or EMPTY
        if type(labels) is Frozen and labels.version == meta.resource_version != "":
            return obj
        _freeze(obj)
        if labels:
            seen = Frozen(labels)
            seen.version = meta.resource_version
            msgspec.structs.force_setattr(meta, "labels", seen)
    elif isinstance(obj, ObjectList):
        for item in obj.items:
            freeze(item)
    return obj


def freeze_unstored(obj: T) -> T:
    """The same for an object that may not be what is stored under its version."""
    if isinstance(obj, msgspec.Struct):
        _freeze(obj)
    return obj


def spoilt() -> str:
    """What somebody has put into an empty dict of an object, as a sentence; "" if nothing."""
    if not EMPTY:
        return ""
    found = dict(EMPTY)
    EMPTY.clear()
    return f"{found!r} was put into a dict of an object of the API, and is lost: {NEVER_IN_PLACE}"


def _freeze(obj: msgspec.Struct) -> None:
    for name in _deep(type(obj)):
        value = getattr(obj, name)
        if value is None or value is EMPTY or type(value) is Frozen:
            continue
        if isinstance(value, msgspec.Struct):
            _freeze(value)
        elif isinstance(value, dict):
            msgspec.structs.force_setattr(obj, name, _frozen(value) if value else EMPTY)
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, msgspec.Struct):
                    _freeze(item)


def _frozen(value: dict[str, Any]) -> Frozen:
    """Of records stay records; whatever else is inside is plain JSON."""
    for item in value.values():
        if isinstance(item, msgspec.Struct):
            _freeze(item)
    return Frozen({key: item if _single(item) else frozen(item) for key, item in value.items()})


def _single(item: Any) -> bool:
    return not isinstance(item, dict | list | tuple)


@cache
def _deep(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a type in which there may be a dict, however deep."""
    return tuple(name for name, shape in _shapes(kind) if _has_dict(shape, frozenset({kind})))


@cache
def _shapes(kind: type[msgspec.Struct]) -> tuple[tuple[str, Shape], ...]:
    fields = fields_of(kind).values()
    return tuple((n, field.shape) for n, field in zip(kind.__struct_fields__, fields, strict=True))


def _has_dict(shape: Shape, seen: frozenset[type]) -> bool:
    """Whether a value of this shape may hold one, or may hold itself again."""
    if shape.name in ("map", "interface") or shape.struct in seen:
        return True
    if shape.element is not None:
        return _has_dict(shape.element, seen)
    if shape.struct is None:
        return False
    inside = seen | {shape.struct}
    return any(_has_dict(one, inside) for _, one in _shapes(shape.struct))
