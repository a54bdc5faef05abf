"""The schemas of kinds, made of our own types, their docstrings and ``words`` about each field.

``kubectl explain`` prints them, and so does ours; over HTTP they are the documents of OpenAPI v3.
Models k8s.io/apiserver/pkg/endpoints/openapi.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from kubelite.api.custom import CustomObject
from kubelite.api.words import words_of
from kubelite.apimachinery.reflection import Shape, fields_of, required_of
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import to_dict

Document = dict[str, Any]

_PLAIN: dict[str, Document] = {
    "string": {"type": "string"},
    "bool": {"type": "boolean"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
    "float64": {"type": "number", "format": "double"},
    "Quantity": {"type": "string"},
    "Time": {"type": "string", "format": "date-time"},
    "MicroTime": {"type": "string", "format": "date-time"},
    "intstr.IntOrString": {"type": "string", "format": "int-or-string"},
}
_OF_EVERY_KIND = {
    "apiVersion": "Which version of the API the object is written in.",
    "kind": "What the object is.",
}


def root_of(group: str, version: str) -> str:
    """Where a group and version is served: ``api/v1``, ``apis/apps/v1``."""
    return f"apis/{group}/{version}" if group else f"api/{version}"


def document(kinds: Iterable[Kind], version: str) -> Document:
    """The document of the kinds of one group and version; ``version`` is the server's own."""
    schemas: Document = {}
    routes: Document = {}
    for kind in kinds:
        routes |= _routes(root_of(kind.group, kind.version), kind)
        if issubclass(kind.type, CustomObject):
            schemas[_name(kind.type)] = _defined(kind)
            continue
        _collect(kind.type, schemas)
        own = {"description": _said(kind.type), "x-kubernetes-group-version-kind": [_gvk(kind)]}
        schemas[_name(kind.type)] |= own
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": version},
        "paths": routes,
        "components": {"schemas": schemas},
    }


def _gvk(kind: Kind) -> dict[str, str]:
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}


def _routes(root: str, kind: Kind) -> Document:
    where = f"/{root}/namespaces/{{namespace}}" if kind.namespaced else f"/{root}"
    asked = [
        {"name": name, "in": "query", "schema": {"type": "string"}}
        for name in ("dryRun", "fieldManager", "fieldValidation")
    ]
    gvk = {"x-kubernetes-group-version-kind": _gvk(kind)}
    whole: Document = {
        "get": {"x-kubernetes-action": "list", **gvk},
        "post": {**gvk, "parameters": asked},
    }
    one: Document = {"get": {"x-kubernetes-action": "get", **gvk}}
    one |= {verb: {**gvk, "parameters": asked} for verb in ("put", "patch", "delete")}
    return {f"{where}/{kind.plural}": whole, f"{where}/{kind.plural}/{{name}}": one}


def _name(kind: type) -> str:
    """A schema's name, spelt as upstream spells those of its packages."""
    room = kind.__module__.removeprefix("kubelite.")
    if issubclass(kind, CustomObject):
        row = kind.row
        return ".".join([*reversed(row.group.split(".")), row.version, row.kind])
    if not room.startswith("api."):
        return f"io.k8s.apimachinery.pkg.apis.meta.v1.{kind.__name__}"
    group, _, version = room.split(".")[1].rpartition("_")
    return f"io.k8s.api.{group or 'core'}.{version}.{kind.__name__}"


def _collect(kind: Any, schemas: Document) -> None:
    """Put the schema of a type, and of all it is made of, into ``schemas``.

    What it is for is said where it is used: ``kubectl explain`` prints both, one after the other.
    """
    name = _name(kind)
    if name in schemas:
        return
    schema: Document = {"type": "object", "properties": {}}
    schemas[name] = schema
    if required := required_of(kind):
        schema["required"] = required
    for wire, field in fields_of(kind).items():
        said = words_of(kind, wire)
        own = {"description": said} if said else {}
        schema["properties"][wire] = _schema(wire, field.shape, schemas) | own


def _schema(wire: str, shape: Shape, schemas: Document) -> Document:
    """The schema of a field."""

    def inner(element: Shape) -> Document:
        schema = _schema(wire, element, schemas)
        return {key: value for key, value in schema.items() if key != "description"}

    if shape.struct is not None:
        _collect(shape.struct, schemas)
        ref = {"$ref": f"#/components/schemas/{_name(shape.struct)}"}
        return {"description": _said(shape.struct), "allOf": [ref]}
    if shape.name == "slice" and shape.element is not None:
        return _described(shape.element, {"type": "array", "items": inner(shape.element)})
    if shape.name == "map" and shape.element is not None:
        more = {"type": "object", "additionalProperties": inner(shape.element)}
        return _described(shape.element, more)
    plain = dict(_PLAIN.get(shape.name, {"type": "object"}))
    said = _OF_EVERY_KIND.get(wire)
    return plain | ({"description": said} if said else {})


def _described(element: Shape, schema: Document) -> Document:
    return schema | ({"description": _said(element.struct)} if element.struct else {})


def _said(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "").replace("``", "")


def _defined(kind: Kind) -> Document:
    """The schema of a kind that a user has defined, as its definition has it."""
    schema = to_dict(kind.type.strategy.schema) or {}  # type: ignore[attr-defined]
    own = {
        "apiVersion": {"type": "string", "description": _OF_EVERY_KIND["apiVersion"]},
        "kind": {"type": "string", "description": _OF_EVERY_KIND["kind"]},
        "metadata": {"type": "object"},
    }
    properties = schema.get("properties", {})
    return {
        "type": "object",
        **schema,
        "properties": own | properties,
        "x-kubernetes-group-version-kind": [_gvk(kind)],
    }
