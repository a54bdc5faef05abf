"""Manifests that a command is given with ``-f``: names of files, or "-" for standard input.

Models cli-runtime's resource.StreamVisitor and FlattenListVisitor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from kubelite.apimachinery import manifest
from kubelite.apimachinery.errors import aggregate, go_quote
from kubelite.apimachinery.scheme import Kind, UnknownKind
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import Given
from kubelite.kubectl.gotext import json_text
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
        for document in _read(client, name, source):
            if isinstance(document, Exception):
                yield document
                continue
            for one in _flattened(document):
                yield _described(client, one, source)


def _read(client: Client, name: str, source: str) -> Iterator[Document | Exception]:
    text = client.read(name)
    try:
        yield from manifest.load(text, source)
    except manifest.ManifestError as error:
        if "no objects passed" not in error.problem:
            yield CommandError(_unreadable(source, error))


_NOT_YAML = "this is not YAML: "


def _unreadable(source: str, error: manifest.ManifestError) -> str:
    """kubectl's words where the reader's are like them, and the place of the mistake."""
    problem = error.problem.removeprefix(_NOT_YAML)
    if problem == error.problem:
        return f"error parsing {source}: {problem}"
    # Go's reader counts lines from 0, and those of its scanner from 1.
    scanned = type(error.__context__).__name__ == "ScannerError"
    problem = getattr(error.__context__, "problem", problem)
    number = error.place.line if scanned else error.place.line - 1
    line = f"yaml: line {number}: {problem}" if number else f"yaml: {problem}"
    return f"error parsing {source}: error converting YAML to JSON: {line}"


def _flattened(document: Document) -> Iterator[Document]:
    items = document.get("items")
    if not str(document.get("kind", "")).endswith("List") or not isinstance(items, list):
        yield document
        return
    for item in items:
        yield from _flattened(item)


def _described(client: Client, document: Document, source: str) -> Described | Exception:
    if not document.get("kind"):
        where = json_text(document)
        missing = f"Object 'Kind' is missing in '{where}'"
        return CommandError(f"unable to decode {go_quote(source)}: {missing}")
    version, name = str(document.get("apiVersion", "")), str(document["kind"])
    try:
        return Described(client.scheme.by_kind(version or "v1", name), document, source)
    except UnknownKind:
        meta = document.get("metadata") or {}
        called, place = meta.get("name", ""), meta.get("namespace", "")
        return CommandError(
            f"resource mapping not found for name: {go_quote(called)} namespace: "
            f"{go_quote(place)} from {go_quote(source)}: no matches for kind {go_quote(name)} in "
            f"version {go_quote(version)}\nensure CRDs are installed first"
        )


def checked(client: Client, given: Given) -> None:
    """What is checked before anything is sent. Raises CommandError."""
    if given["validate"] in ("false", "ignore"):
        return
    for name in given["filename"]:
        source = "STDIN" if name == "-" else name
        for document in _read(client, name, source):
            if isinstance(document, Exception):
                continue
            missing = [field for field in ("apiVersion", "kind") if not document.get(field)]
            if missing:
                said = aggregate(f"{field} not set" for field in missing)
                raise CommandError(
                    f"error validating {go_quote(source)}: error validating data: {said}; if you "
                    "choose to ignore these errors, turn validation off with --validate=false"
                )
