"""Manifests that a command is given: with ``-f`` files, folders or "-" for standard input, or a
kustomization with ``-k``.

Models cli-runtime's resource.StreamVisitor and FlattenListVisitor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from kubelite.apimachinery import manifest
from kubelite.apimachinery.errors import aggregate, go_quote
from kubelite.apimachinery.scheme import Kind, UnknownKind
from kubelite.apiserver.reviews import REVIEWS
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


_EXTENSIONS = (".json", ".yaml", ".yml")


def check_flags(given: Given) -> None:
    """Refuse ``-k`` together with ``-f`` or ``-R``. Raises CommandError."""
    if not given.get("kustomize"):
        return
    if given["filename"]:
        raise CommandError("only one of -f or -k can be specified")
    if given["recursive"]:
        raise CommandError("the -k flag can't be used with -f or -R")


def customised(client: Client, path: str) -> Iterator[Described | Exception]:
    """Every object of a kustomization. Raises CommandError."""
    from kubelite.kubectl.kustomize import build  # when first used: few commands need it

    for document in build(client, path):
        yield _described(client, document, path)


def documents(
    client: Client, names: Sequence[str], recursive: bool = False
) -> Iterator[Described | Exception]:
    """Every object of every file, those in lists one by one; errors in their place."""
    if list(names).count("-") > 1:
        raise CommandError("standard input cannot be used for multiple arguments")
    for name in unfolded(client, names, recursive):
        source = "STDIN" if name == "-" else name
        for document in _read(client, name, source):
            if isinstance(document, Exception):
                yield document
                continue
            for one in _flattened(document):
                yield _described(client, one, source)


def unfolded(client: Client, names: Sequence[str], recursive: bool) -> Iterator[str]:
    """The same names, and for a folder those of its manifests. Raises CommandError."""
    for name in names:
        if name == "-" or not client.local.is_folder(name):
            yield name
            continue
        found = list(_in_folder(client, name.rstrip("/") or "/", recursive))
        if not found:
            listed = " ".join(_EXTENSIONS)
            raise CommandError(f"error reading [{name}]: recognized file extensions are [{listed}]")
        yield from found


def _in_folder(client: Client, folder: str, recursive: bool) -> Iterator[str]:
    for name in client.local.names(folder):
        path = f"{folder.rstrip('/')}/{name}"
        if client.local.is_folder(path):
            if recursive:
                yield from _in_folder(client, path, recursive)
        elif name.endswith(_EXTENSIONS):
            yield path


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
    for scheme in (REVIEWS, client.scheme):  # reviews are answered and never stored
        with suppress(UnknownKind):
            return Described(scheme.by_kind(version or "v1", name), document, source)
    meta = document.get("metadata") or {}
    called, place = meta.get("name", ""), meta.get("namespace", "")
    return CommandError(
        f"resource mapping not found for name: {go_quote(called)} namespace: "
        f"{go_quote(place)} from {go_quote(source)}: no matches for kind {go_quote(name)} in "
        f"version {go_quote(version)}\nensure CRDs are installed first"
    )


def checked(client: Client, given: Given) -> None:
    """What is checked before anything is sent. Raises CommandError."""
    check_flags(given)
    if given["validate"] in ("false", "ignore"):
        return
    for name in unfolded(client, given["filename"], given["recursive"]):
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
