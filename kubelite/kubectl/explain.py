"""``kubectl explain``: what a kind and its fields mean, from the schemas the server gives.

Models ``k8s.io/kubectl/pkg/explain/v2`` and its template plaintext.tmpl.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubelite.api.openapi import Document, document
from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.scheme import Kind
from kubelite.kubectl import unknown
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import SWITCH, TEXT, Flag, Given
from kubelite.kubectl.kinds import served
from kubelite.kubectl.result import CommandError

FLAGS = (
    Flag("recursive", SWITCH),
    Flag("api-version", TEXT),
    Flag("output", TEXT, "plaintext", short="o"),
)
_WIDTH = 78
_FIELDS = re.compile(r"[^][.*\s]+(\.[^][.*\s]+)*\.?")
_FEW = 4
"""So many values of an enumeration are shown beside a field."""

_NO_TYPE = (
    'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete '
    "list of supported resources.\n"
)


def explain(client: Client, given: Given) -> None:
    """Print what a kind is, or one of its fields, and what that is made of."""
    if not given.words:
        raise CommandError(_NO_TYPE)
    if len(given.words) > 1:
        raise CommandError("We accept only this format: explain RESOURCE\n")
    kind, path = _meant(client, given.words[0], given["api-version"])
    if given["output"] == "plaintext-openapiv2":
        raise unknown.elsewhere("explain --output=plaintext-openapiv2")
    if given["output"] not in ("", "plaintext"):
        raise CommandError(f"unrecognized format: {given['output']}")
    beside = [
        row
        for row in served(client.scheme)
        if (row.group, row.version) == (kind.group, kind.version)
    ]
    head = f"GROUP:      {kind.group}\n" if kind.group else ""
    client.write(f"{head}KIND:       {kind.kind}\nVERSION:    {kind.version}\n\n")
    client.write(Page(document(beside, ""), given["recursive"]).of(kind, path))


def _meant(client: Client, words: str, api_version: str) -> tuple[Kind, list[str]]:
    """The kind and the fields behind it: "deployments.apps.spec" is a kind with its group."""
    if words in ("", "."):
        raise CommandError("a resource must be present, got: /, Resource=")
    if not _FIELDS.fullmatch(words):
        raise CommandError("invalid jsonpath syntax, first node must be field node")
    name, *path = words.removesuffix(".").split(".")
    named = [
        row
        for row in served(client.scheme)
        if name.lower() in (row.plural, row.singular, *row.short_names)
    ]
    if not named:
        problem = f"the server doesn't have a resource type {go_quote(name)}"
        raise CommandError(problem, plain=False)
    if api_version:
        found = [row for row in named if row.api_version == api_version]
        if not found:
            group, _, version = api_version.rpartition("/")
            asked = f"{group}/{version}, Resource={named[0].plural}"
            raise CommandError(f"couldn't find resource for {go_quote(asked)}")
        return found[0], path
    for row in named:
        parts = row.group.split(".") if row.group else []
        if name == row.plural and path[: len(parts)] == parts:
            return row, path[len(parts) :]
    return named[0], path


class Page:
    """What is printed about the schemas of one document."""

    def __init__(self, whole: Document, recursive: bool):
        self._schemas: Mapping[str, Document] = whole["components"]["schemas"]
        self._recursive = recursive

    def of(self, kind: Kind, path: Sequence[str]) -> str:
        """All that is to be said. Raises CommandError for a field that is not there."""
        gvk = {"group": kind.group, "kind": kind.kind, "version": kind.version}
        for name in sorted(self._schemas):
            schema = self._schemas[name]
            if gvk in schema.get("x-kubernetes-group-version-kind", ()):
                text = self._output(schema, path, frozenset())
                if not text:
                    problem = f"field {go_quote(path[-1])} does not exist"
                    raise CommandError(f"error: {problem}", plain=False)
                return f"{text}\n"
        raise CommandError(f"error: GVK {gvk} not found in OpenAPI schema", plain=False)

    def _resolved(self, schema: Document) -> Document:
        return self._schemas.get(_ref(schema).rpartition("/")[2]) or schema

    def _output(self, schema: Document, path: Sequence[str], seen: frozenset[str]) -> str:
        """What is said of the field that the path leads to; nothing if it leads nowhere."""
        ref, resolved = _ref(schema), self._resolved(schema)
        if not path:
            text = wrapped("".join(self._said(resolved)) or "<empty>", 76)
            fields = "".join(self._fields(resolved, 1, frozenset()))
            listed = f"FIELDS:\n{fields}" if fields else ""
            return f"DESCRIPTION:\n{_indented(text, 4)}\n{listed}"
        if ref and ref in seen:
            return ""
        seen |= {ref}
        properties = resolved.get("properties") or {}
        if path[0] in properties:
            below = properties[path[0]]
            head = self._field_head(path[0], below) if len(path) == 1 else ""
            return head + self._output(below, path[1:], frozenset())
        if resolved.get("items"):
            return self._output(resolved["items"], path, seen)
        if isinstance(more := resolved.get("additionalProperties"), dict) and more:
            return self._output(more, path, seen)
        found = (self._output(one, path, seen) for one in resolved.get("allOf", ()))
        return next(filter(None, found), "")

    def _field_head(self, name: str, schema: Document) -> str:
        values = schema.get("enum") or ()
        listed = "".join(f"\n    {_value(value)}" for value in values)
        enum = f"ENUM:{listed}" if values else ""
        return f"FIELD: {name} <{self._type(schema)}>\n{enum}\n\n"

    def _said(self, schema: Document) -> Iterator[str]:
        """The descriptions of a schema and of all that it is by reference."""
        resolved = self._resolved(schema)
        if resolved.get("description"):
            yield f"{resolved['description']}\n"
        for one in resolved.get("allOf", ()):
            yield from self._said(one)
        if resolved.get("items"):
            yield from self._said(resolved["items"])
        if isinstance(more := resolved.get("additionalProperties"), dict) and more:
            yield from self._said(more)

    def _fields(self, schema: Document, level: int, seen: frozenset[str]) -> Iterator[str]:
        """The fields of a schema, and with ``recursive`` theirs below them."""
        ref, resolved = _ref(schema), self._resolved(schema)
        if ref and ref in seen:
            return
        seen |= {ref}
        properties = resolved.get("properties") or {}
        for name in sorted(properties):
            yield self._field(name, resolved, level)
            if self._recursive:
                yield from self._fields(properties[name], level + 1, seen)
        for one in resolved.get("allOf", ()):
            yield from self._fields(one, level, seen)
        if resolved.get("items"):
            yield from self._fields(resolved["items"], level, seen)
        if isinstance(more := resolved.get("additionalProperties"), dict) and more:
            yield from self._fields(more, level, seen)

    def _field(self, name: str, schema: Document, level: int) -> str:
        field, pad = schema["properties"][name], "  " * level
        required = " -required-" if name in schema.get("required", ()) else ""
        line = f"{pad}{name}\t<{self._type(field)}>{required}{_enum(field, pad)}\n"
        if self._recursive:
            return line
        text = wrapped(field.get("description") or "<no description>", _WIDTH - len(pad))
        return f"{line}{_indented(text, len(pad) + 2)}\n\n"

    def _type(self, schema: Document) -> str:
        """A guess at what Go calls the type."""
        if schema.get("items"):
            return f"[]{self._type(schema['items'])}"
        if isinstance(more := schema.get("additionalProperties"), dict) and more:
            return f"map[string]{self._type(more)}"
        both = schema.get("allOf", ())
        if len(both) == 1 and not schema.get("properties"):
            return self._type(both[0])
        if ref := _ref(schema):
            known = self._schemas.get(ref.rpartition("/")[2])
            if known is None or known.get("type", "object") == "object":
                return ref.rpartition("/")[2].rpartition(".")[2]
            return str(known["type"])
        kind = schema.get("type") or "object"
        return "Object" if kind == "object" else str(kind)


def _ref(schema: Document) -> str:
    return str(schema.get("$ref", ""))


def _value(value: Any) -> str:
    return '""' if value == "" else str(value)


def _enum(schema: Document, pad: str) -> str:
    values = [_value(value) for value in schema.get("enum") or ()]
    if not values:
        return ""
    more = ", ...." if len(values) > _FEW else ""
    return f"\n{pad}enum: {', '.join(values[:_FEW])}{more}"


def _indented(text: str, amount: int) -> str:
    pad = " " * amount
    return pad + text.replace("\n", f"\n{pad}")


def wrapped(text: str, limit: int) -> str:
    """Words in lines of at most ``limit`` letters. Models github.com/mitchellh/go-wordwrap."""
    return "\n".join(_wrapped(line, limit) for line in text.split("\n"))


def _wrapped(text: str, limit: int) -> str:
    done, current, gap = "", 0, ""
    for part in re.findall(r"\s+|\S+", text):
        if part.isspace():
            gap = part
            continue
        if current + len(gap) + len(part) > limit and len(part) < limit:
            done, current, gap = f"{done}\n", 0, ""
        done += gap + part
        current += len(gap) + len(part)
        gap = ""
    return done + gap if current + len(gap) <= limit else done
