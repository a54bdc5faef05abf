"""The schemas of everything that is served, made of our own types and their docstrings.

``kubectl explain`` prints them; before a create or an apply kubectl looks whether the server
checks fields itself (``fieldValidation``), which it does.
Models k8s.io/apiserver/pkg/endpoints/openapi and k8s.io/kube-openapi/pkg/handler3.
"""

from __future__ import annotations

import hashlib
import inspect
from typing import Any

from kubelite.api.custom import CustomObject
from kubelite.apimachinery.reflection import Shape, fields_of, required_of
from kubelite.apimachinery.scheme import Kind, Scheme
from kubelite.apimachinery.struct import encode, to_dict
from kubelite.edge.http import paths
from kubelite.edge.http.discovery import VERSION

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


class OpenAPI:
    """The documents of one cluster. Those of kinds that users define come and go with them."""

    def __init__(self, scheme: Scheme):
        self._scheme = scheme
        self._kinds: tuple[Kind, ...] = ()
        self._documents: dict[str, bytes] = {}

    def index(self) -> bytes:
        """Where each document is; the hash in its address changes with what it says."""
        self._refresh()
        return encode(
            {
                "paths": {
                    name: {"serverRelativeURL": f"/openapi/v3/{name}?hash={_hash(text)}"}
                    for name, text in self._documents.items()
                }
            }
        )

    def document(self, name: str) -> bytes | None:
        """The document of a group and version, such as ``apis/apps/v1``."""
        self._refresh()
        return self._documents.get(name)

    def _refresh(self) -> None:
        kinds = tuple(paths.served(self._scheme))
        if kinds == self._kinds:
            return
        groups: dict[str, list[Kind]] = {}
        for kind in kinds:
            root = f"apis/{kind.group}" if kind.group else "api"
            groups.setdefault(f"{root}/{kind.version}", []).append(kind)
        self._documents = {name: encode(_document(name, of)) for name, of in groups.items()}
        self._kinds = kinds


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:32].upper()


def _document(root: str, kinds: list[Kind]) -> Document:
    schemas: Document = {}
    routes: Document = {}
    for kind in kinds:
        routes |= _routes(root, kind)
        if issubclass(kind.type, CustomObject):
            schemas[_name(kind.type)] = _defined(kind)
            continue
        _collect(kind.type, schemas)
        schemas[_name(kind.type)]["x-kubernetes-group-version-kind"] = [_gvk(kind)]
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": VERSION["gitVersion"]},
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
    """Put the schema of a type, and of all it is made of, into ``schemas``."""
    name = _name(kind)
    if name in schemas:
        return
    schema: Document = {"type": "object", "description": _said(kind), "properties": {}}
    schemas[name] = schema
    if required := required_of(kind):
        schema["required"] = required
    for wire, field in fields_of(kind).items():
        schema["properties"][wire] = _schema(wire, field.shape, schemas)


def _schema(wire: str, shape: Shape, schemas: Document) -> Document:
    """The schema of a field."""
    if shape.struct is not None:
        _collect(shape.struct, schemas)
        ref = {"$ref": f"#/components/schemas/{_name(shape.struct)}"}
        return {"description": _said(shape.struct), "allOf": [ref]}
    if shape.name == "slice" and shape.element is not None:
        inner = _schema(wire, shape.element, schemas)
        return _described(shape.element, {"type": "array", "items": inner})
    if shape.name == "map" and shape.element is not None:
        inner = _schema(wire, shape.element, schemas)
        return _described(shape.element, {"type": "object", "additionalProperties": inner})
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
