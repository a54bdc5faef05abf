"""``kubectl label`` and ``kubectl annotate``. Models pkg/cmd/label and pkg/cmd/annotate."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from kubelite.apimachinery.patch import json_merge
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl import output, writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import SWITCH, Flag, Given
from kubelite.kubectl.resources import EVERY_NAMESPACE, FILES, MISSING, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError

Document = dict[str, Any]

_COMMON = (
    *FILES,
    *output.FLAGS,
    SELECTOR,
    EVERY_NAMESPACE,
    writing.DRY_RUN,
    Flag("all", SWITCH),
    Flag("field-selector"),
    Flag("list", SWITCH),
    Flag("local", SWITCH),
    Flag("overwrite", SWITCH),
    Flag("resource-version"),
)
LABEL = (*_COMMON, writing.managed_by("kubectl-label"))
ANNOTATE = (*_COMMON, writing.managed_by("kubectl-annotate"))

_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\Z")
_SHAPE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
    "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)


def label(client: Client, given: Given) -> None:
    """Set and remove labels."""
    _change(client, given, "labels", "label", _labelled)


def annotate(client: Client, given: Given) -> None:
    """Set and remove annotations."""
    _change(client, given, "annotations", "annotation", _annotated)


def _labelled(old: Document, new: Document, removed: Sequence[str]) -> str:
    """How it is said."""
    if old == new:
        return "not labeled"
    added = any(new.get(key) != old.get(key) for key in new)
    return "labeled" if added or not removed else "unlabeled"


def _annotated(old: Document, new: Document, removed: Sequence[str]) -> str:
    return "annotated"


def split(words: Sequence[str], what: str) -> tuple[list[str], list[str]]:
    """Words that name objects, and those that change something. Raises CommandError."""
    objects: list[str] = []
    changes: list[str] = []
    for word in words:
        change = "=" in word or word.endswith("-") and len(word) > 1
        if not change and changes:
            raise CommandError(f"all resources must be specified before {what} changes: {word}")
        (changes if change else objects).append(word)
    return objects, changes


def parsed(changes: Sequence[str], what: str) -> tuple[dict[str, str], list[str]]:
    """What is set, and what is removed. Raises CommandError."""
    values: dict[str, str] = {}
    removed: list[str] = []
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            removed.append(change[:-1])
        elif not key:
            raise CommandError(f"invalid {what} format: {change}")
        else:
            if what == "label" and not _VALUE.match(value):
                raise CommandError(f'invalid label value: "{change}": {_SHAPE}')
            values[key] = value
    return values, removed


def _change(
    client: Client,
    given: Given,
    field: str,
    what: str,
    said: Callable[[Document, Document, Sequence[str]], str],
) -> None:
    mode = writing.dry_run(client, given)
    words, changes = split(given.words, what)
    values, removed = parsed(changes, what)
    if not words and not given["filename"] and not given["kustomize"]:
        _nothing(given, what, changes)
    if not changes and not given["list"]:
        raise CommandError(f"at least one {what} update is required")
    if set(values) & set(removed):
        raise CommandError(f"can not both modify and remove {_article(what)} in the same command")
    write = writing.printer(client, given, mode)
    builder = built(client, given)
    builder.words = words

    def one(info: Info) -> None:
        if given["list"]:
            _listed(client, info, field)
            return
        old = info.plain
        before = (old["metadata"].get(field)) or {}
        _keep(before, values, given, what)
        for key in removed:
            if key not in before and what == "label":
                client.say(f'label "{key}" not found.')
        kept = {k: v for k, v in (before | values).items() if k not in removed}
        meta = old["metadata"] | {field: kept}
        if given["resource-version"]:
            meta["resourceVersion"] = given["resource-version"]
        new = old | {"metadata": meta}
        operation = said(before, kept, removed)
        if mode != writing.CLIENT:
            sent = _sent(client, given, info, old, new, mode)
            new = new if what == "label" else sent
        write(new, operation)

    builder.visit(one)


def _sent(
    client: Client, given: Given, info: Info, old: Document, new: Document, mode: str
) -> Document:
    patch = json_merge.diff(old, new)
    options = {"dry_run": mode == writing.SERVER, "field_manager": given["field-manager"]}
    patched = client.patch(info.kind, info.name, patch, info.namespace, MERGE_PATCH, **options)
    plain: Document = to_dict(patched)
    return plain


def _nothing(given: Given, what: str, changes: Sequence[str]) -> None:
    if what == "label":
        raise CommandError(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>"
        )
    if not changes and not given["list"]:
        raise CommandError(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>"
        )
    raise CommandError(MISSING)


def _article(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"


def _keep(before: Document, values: dict[str, str], given: Given, what: str) -> None:
    """Refuse to change what is there, unless told to."""
    if given["overwrite"]:
        return
    taken = [
        f"'{key}' already has a value ({before[key]})"
        for key, value in values.items()
        if key in before and before[key] != value
    ]
    if not taken:
        return
    if what == "label":
        raise CommandError(f"{taken[0]}, and --overwrite is false")
    listed = "; ".join(taken)
    raise CommandError(
        f"--overwrite is false but found the following declared annotation(s): {listed}"
    )


def _listed(client: Client, info: Info, field: str) -> None:
    held = info.plain["metadata"].get(field) or {}
    for key in sorted(held):
        client.say(f"{key}={held[key]}")
