"""Answers as clients ask for them: whole objects, tables for people, or metadata only.

Models k8s.io/apiserver/pkg/endpoints/handlers/response.go and pkg/printers (Table).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kubelite.api.custom import CustomObject
from kubelite.apimachinery import errors
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.rest import ObjectList
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import encode
from kubelite.apiserver.printers.custom import column_cells
from kubelite.apiserver.printers.table import Column, columns_of
from kubelite.apiserver.versions import stored_form

WHOLE, TABLE, PARTIAL, PARTIAL_LIST = "", "Table", "PartialObjectMetadata", (
    "PartialObjectMetadataList"
)  # fmt: skip
_ACCEPTED = "only the following media types are accepted: application/json, application/yaml"
META = "meta.k8s.io"
_FORMS = (TABLE, PARTIAL, PARTIAL_LIST, "APIGroupDiscoveryList")
_NAME = "Name must be unique within a namespace, and is set by whoever creates the object."


def form(accept: str) -> str:
    """Which form of an answer is asked for. Raises StatusError 406 for none we can give."""
    for wanted in accept.split(",") if accept.strip() else ("*/*",):
        media, *parameters = [part.strip() for part in wanted.split(";")]
        if media not in ("application/json", "application/yaml", "application/*", "*/*"):
            continue
        named = dict(part.partition("=")[::2] for part in parameters)
        asked = named.get("as", "")
        if not asked or asked in _FORMS and named.get("v") in ("v1", "v2"):
            return asked
    raise errors.failure(406, "NotAcceptable", _ACCEPTED)


def wants_yaml(accept: str) -> bool:
    """Whether YAML is what a client takes most gladly."""
    return accept.partition(",")[0].partition(";")[0].strip() == "application/yaml"


class Encoded:
    """Objects, and what a row holds of them, as JSON: written once for all who ask or watch."""

    def __init__(self) -> None:
        self.whole = ByIdentity[Any, bytes](encode)
        self.partial = ByIdentity[Any, msgspec.Raw](lambda o: msgspec.Raw(encode(_metadata_of(o))))


class Writer:
    """Writes the objects of one kind in one form, as they are seen at ``now``."""

    def __init__(self, kind: Kind, form: str, now: int, include: str, known: Encoded):
        self._kind = kind
        self._form = form
        self._now = now
        self._include = include or "Metadata"
        self._known = known
        self._columns = _columns(kind) if form == TABLE else ()

    def one(self, obj: Any, titles: bool = True) -> bytes:
        """A single object; a table may leave its titles out, when they have been sent before."""
        if self._form == TABLE:
            return self._table([obj], obj.metadata.resource_version, titles=titles)
        known = self._known
        return bytes(known.partial(obj)) if self._form == PARTIAL else known.whole(obj)

    def many(self, listed: ObjectList) -> bytes:
        """A list."""
        meta = listed.metadata
        if self._form == TABLE:
            return self._table(listed.items, meta.resource_version, meta)
        if self._form in (PARTIAL, PARTIAL_LIST):
            items: Iterable[Any] = map(_metadata_of, listed.items)
            api_version, kind = f"{META}/v1", PARTIAL_LIST
        else:
            items, api_version, kind = listed.items, listed.api_version, listed.kind
        head = encode({"kind": kind, "apiVersion": api_version, "metadata": meta})
        return b'%s,"items":[%s]}' % (head[:-1], b",".join(map(encode, items)))

    def _table(
        self, objects: Sequence[Any], version: str, meta: Any = None, titles: bool = True
    ) -> bytes:
        titled = objects or titles
        return encode(
            {
                "kind": "Table",
                "apiVersion": f"{META}/v1",
                "metadata": meta or {"resourceVersion": version},
                "columnDefinitions": [*map(_defined, self._columns)] if titled and titles else None,
                "rows": [self._row(obj) for obj in objects],
            }
        )

    def _row(self, obj: Any) -> dict[str, Any]:
        stored = stored_form(obj)
        row: dict[str, Any] = {"cells": [c.cell(stored, self._now) for c in self._columns]}
        if self._include == "Metadata":
            row["object"] = self._known.partial(obj)
        elif self._include == "Object":
            row["object"] = obj
        return row


def _columns(kind: Kind) -> tuple[Column, ...]:
    if issubclass(kind.type, CustomObject) and kind.type.columns:
        return (*columns_of("")[:1], *(Column(*cells) for cells in column_cells(kind.type)))
    return columns_of(kind.kind, wide=True)


def _defined(column: Column) -> dict[str, Any]:
    name = column.title == "NAME"
    return {
        "name": _spelt(column.title),
        "type": "string",
        "format": "name" if name else "",
        "description": _NAME if name else "",
        "priority": int(column.wide),
    }


_WORD = re.compile(r"[A-Z]{3,}|[A-Z]+(?=-)")


def _spelt(title: str) -> str:
    """As the server spells a title; kubectl prints them in capitals."""
    return _WORD.sub(lambda word: word[0].capitalize(), title)


def _metadata_of(obj: Any) -> dict[str, Any]:
    return {"kind": PARTIAL, "apiVersion": f"{META}/v1", "metadata": obj.metadata}
