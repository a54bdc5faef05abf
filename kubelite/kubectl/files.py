"""Manifests that a command is given with ``-f``: names of files, or "-" for standard input.

Models cli-runtime's resource.StreamVisitor and FlattenListVisitor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from kubelite.apimachinery import manifest
from kubelite.apimachinery.dump import dump
from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.scheme import Kind, UnknownKind
from kubelite.kubectl.client import Client
from kubelite.kubectl.result import CommandError

Document = dict[str, Any]


class Described(NamedTuple):
    """One object of a file."""

    kind: Kind
    content: Document
    source: str


def documents(client: Client, names: Sequence[str]) -> Iterator[Described | Exception]:
    """Every object of every file, those in lists one by one; errors in their place."""
    for name in names:
        source = "STDIN" if name == "-" else name
        text = client.read(name)
        try:
            read = manifest.load(text, source)
        except manifest.ManifestError as error:
            if "no objects passed" in error.problem:
                continue
            yield CommandError(f"error parsing {source}: {error.problem}")
            continue
        for document in read:
            for one in _flattened(document):
                yield _described(client, one, source)


def _flattened(document: Document) -> Iterator[Document]:
    items = document.get("items")
    if not str(document.get("kind", "")).endswith("List") or not isinstance(items, list):
        yield document
        return
    for item in items:
        yield from _flattened(item)


def _described(client: Client, document: Document, source: str) -> Described | Exception:
    for field, called in (("kind", "Kind"), ("apiVersion", "apiVersion")):
        if not document.get(field):
            where = _json(document)
            said = f"Object '{called}' is missing in '{where}'"
            if field == "apiVersion":
                said = "error validating data: apiVersion not set"
            return CommandError(f"unable to decode {go_quote(source)}: {said}")
    version, name = str(document["apiVersion"]), str(document["kind"])
    try:
        return Described(client.scheme.by_kind(version, name), document, source)
    except UnknownKind:
        meta = document.get("metadata") or {}
        called, place = meta.get("name", ""), meta.get("namespace", "")
        return CommandError(
            f"resource mapping not found for name: {go_quote(called)} namespace: "
            f"{go_quote(place)} from {go_quote(source)}: no matches for kind {go_quote(name)} in "
            f"version {go_quote(version)}\nensure CRDs are installed first"
        )


def _json(document: Document) -> str:
    import json

    return json.dumps(document, sort_keys=True, separators=(",", ":"))


__all__ = ["Described", "Document", "documents", "dump"]
