"""Objects of kinds that are defined while the cluster runs.

Their metadata is typed as everywhere; each other field holds plain JSON, frozen: dicts that
refuse to be changed, and tuples. Every kind has a type of its own, made by ``custom_type``, so
``struct.replace(site, status={...})`` works as for the built-in kinds.
Stands in for ``k8s.io/apimachinery/pkg/apis/meta/v1/unstructured``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NoReturn, cast

import msgspec

from kubelite.api.apiextensions_v1 import CustomResourceColumnDefinition
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.strict import mended
from kubelite.apimachinery.struct import camel

IDENTITY = ("api_version", "kind", "metadata")

NEVER_IN_PLACE = (
    "objects of the API are never changed in place: "
    "make a new one with struct.replace(obj, spec={**obj.spec, ...}), "
    "or change a copy.deepcopy(obj)"
)


class Frozen(dict[str, Any]):
    """A dict inside an API object. It cannot be changed; ``{**it, "key": value}`` makes another.

    Labels know the ``version`` of the object in which they were frozen (``freezing``).
    """

    __slots__ = ("version",)
    version: str

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError(NEVER_IN_PLACE)

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __init__(self, *given: Any, **named: Any):
        super().__init__(*given, **named)
        self.version = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """A deep copy, or what is read from a pickle, is an ordinary dict: it belongs to you."""
        return dict, (dict(self),)


def frozen(value: Any) -> Any:
    """Plain JSON as API objects hold it: frozen dicts, and tuples for lists."""
    if isinstance(value, Mapping):
        return Frozen({mended(key): frozen(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(map(frozen, value))
    return mended(value) if isinstance(value, str) else value


def plain(value: Any) -> Any:
    """The same as ordinary dicts and lists."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return list(map(plain, value))
    return value


class CustomObject(Object, kw_only=True):
    """The base of all types made here.

    ``row`` is the type's own row in the table of kinds, ``strategy`` the rules of the server that
    serves it, ``columns`` are those its definition adds. A type belongs to one cluster.
    """

    row: ClassVar[Any] = None
    strategy: ClassVar[Any] = None
    columns: ClassVar[tuple[CustomResourceColumnDefinition, ...]] = ()


def custom_type(api_version: str, kind: str, fields: Iterable[str]) -> type[CustomObject]:
    """A new type with these top-level fields besides apiVersion, kind and metadata."""
    wires = {_python_name(wire): wire for wire in fields}
    made = msgspec.defstruct(
        kind,
        [
            ("api_version", str, msgspec.field(default_factory=lambda: api_version)),
            ("kind", str, msgspec.field(default_factory=lambda: kind)),
            *((name, Any, None) for name in wires),
        ],
        bases=(CustomObject,),
        module=__name__,
        namespace={"row": None, "strategy": None, "columns": ()},
        frozen=True,
        kw_only=True,
        omit_defaults=True,
        forbid_unknown_fields=True,
        rename=lambda name: wires.get(name, camel(name)),
        gc=False,
    )
    return cast(type[CustomObject], made)


def _python_name(wire: str) -> str:
    return "".join(char if char.isalnum() or char == "_" else "_" for char in wire)


def body_of(obj: CustomObject) -> dict[str, Any]:
    """The fields besides apiVersion, kind and metadata that are there, by their wire names."""
    kind = type(obj)
    found = {}
    for name, wire in zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True):
        if name not in IDENTITY and (value := getattr(obj, name)) is not None:
            found[wire] = value
    return found


def with_body(kind: type[CustomObject], obj: CustomObject, body: Mapping[str, Any]) -> CustomObject:
    """An object of type ``kind`` with the metadata of ``obj`` and these fields, frozen."""
    given = {
        name: frozen(body[wire])
        for name, wire in zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)
        if name not in IDENTITY and wire in body
    }
    return kind(metadata=obj.metadata, **given)
