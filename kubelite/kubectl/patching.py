"""``kubectl patch``, ``replace`` and ``edit``. Models pkg/cmd/patch, replace and edit."""

from __future__ import annotations

import json
from typing import Any

from kubelite.apimachinery import manifest
from kubelite.apimachinery.dump import go_yaml
from kubelite.apimachinery.errors import StatusError, go_quote
from kubelite.apimachinery.patch import strategic_diff
from kubelite.apimachinery.rest import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl import output, writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.failures import about_source
from kubelite.kubectl.files import checked
from kubelite.kubectl.flags import DURATION, NUMBER, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.resources import FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError, usage_error

Document = dict[str, Any]

PATCH = (
    *FILES,
    *output.FLAGS,
    writing.DRY_RUN,
    Flag("local", SWITCH),
    Flag("patch", TEXT, short="p"),
    Flag("patch-file"),
    Flag("subresource"),
    Flag("type", TEXT, "strategic"),
    writing.managed_by("kubectl-patch"),
)
REPLACE = (
    *FILES,
    *output.FLAGS,
    writing.DRY_RUN,
    writing.VALIDATE,
    writing.SAVE_CONFIG,
    Flag("cascade", TEXT, "background", alone="background"),
    Flag("force", SWITCH),
    Flag("grace-period", NUMBER, -1),
    Flag("raw"),
    Flag("subresource"),
    Flag("timeout", DURATION),
    Flag("wait", SWITCH),
    writing.managed_by("kubectl-replace"),
)
EDIT = (
    *FILES,
    *output.FLAGS,
    SELECTOR,
    writing.VALIDATE,
    writing.SAVE_CONFIG,
    Flag("output-patch", SWITCH),
    Flag("subresource"),
    Flag("windows-line-endings", SWITCH),
    writing.managed_by("kubectl-edit"),
)
_TYPES = {"json": JSON_PATCH, "merge": MERGE_PATCH, "strategic": STRATEGIC_PATCH}


def patch(client: Client, given: Given) -> None:
    """Change parts of objects."""
    if not given["patch"] and not given["patch-file"]:
        raise CommandError(
            "must specify --patch or --patch-file containing the contents of the patch"
        )
    asked = given["type"].lower()
    if asked not in _TYPES:
        known = " ".join(sorted(_TYPES))
        raise CommandError(f"--type must be one of [{known}], not {go_quote(given['type'])}")
    mode = writing.dry_run(client, given)
    change = _parsed(client, given)
    write = writing.printer(client, given, writing.NONE)

    def one(info: Info) -> None:
        options = writing.options(given, mode)
        if mode == writing.CLIENT:
            options["dry_run"] = True
        before = info.plain
        patched = to_dict(
            client.patch(
                info.kind,
                info.name,
                change,
                info.namespace,
                _TYPES[asked],
                subresource=given["subresource"],
                **options,
            )
        )
        write(patched, "patched" if patched != before else "patched (no change)")

    builder = built(client, given, subresource=given["subresource"])
    builder.visit(one)


def _parsed(client: Client, given: Given) -> Any:
    text: str | bytes = given["patch"]
    if given["patch-file"]:
        text = client.read(given["patch-file"])
    plain = text.decode() if isinstance(text, bytes) else text
    try:
        return json.loads(plain)
    except ValueError:
        pass
    try:
        (found,) = manifest.load(plain, "patch")
    except ValueError as error:
        raise CommandError(f"unable to parse {go_quote(plain)}: {error}") from error
    return found


def replace(client: Client, given: Given) -> None:
    """Put what files describe in the place of what is there."""
    if not given["filename"] and not given["kustomize"]:
        raise CommandError("must specify one of -f and -k")
    mode = writing.dry_run(client, given)
    checked(client, given)
    if given["force"]:
        _force(client, given, mode)
        return
    write = writing.printer(client, given, mode)

    def one(info: Info) -> None:
        body = info.wanted or {}
        if given["save-config"]:
            body = writing.with_last_applied(body)
        if mode == writing.CLIENT:
            write(body, "replaced")
            return
        try:
            write(_replaced(client, given, info, body, mode), "replaced")
        except (StatusError, CommandError) as error:
            raise about_source("replacing", info.source, error) from error

    if not built(client, given, retrieve=False).visit(one):
        raise CommandError("no objects passed to replace")


def _replaced(client: Client, given: Given, info: Info, body: Document, mode: str) -> Document:
    if not info.name:
        raise CommandError("resource name may not be empty")
    meta = body.get("metadata") or {}
    options = writing.options(given, mode)
    if not meta.get("resourceVersion"):
        live = client.get(info.kind, info.name, info.namespace)
        body = body | {"metadata": meta | {"resourceVersion": live.metadata.resource_version}}
    writing.warned(client, info.kind, body, options)
    options["subresource"] = given["subresource"]
    done: Document = to_dict(client.update(info.kind, info.name, body, info.namespace, **options))
    return done


def _force(client: Client, given: Given, mode: str) -> None:
    """Delete and create again."""
    builder = built(client, given, retrieve=False)
    infos = builder.all()
    for info in infos:
        gone = client.ask(
            "delete", info.kind, info.namespace, info.name, propagation_policy="Background"
        )
        if gone.code != 404:
            gone.unwrap()
            place = f" from {info.namespace} namespace" if info.namespace else ""
            kind = info.title.partition("/")[0]
            client.say(f'{kind} "{info.name}" deleted{place}')
    client.run_until(lambda: not any(_is_there(client, info) for info in infos), 300)
    write = writing.printer(client, given, mode)
    for info in infos:
        body = info.wanted or {}
        made = writing.create(client, given, info.kind, body, info.namespace, mode)
        write(made, "replaced")


def _is_there(client: Client, info: Info) -> bool:
    return client.find(info.kind, info.name, info.namespace) is not None


_HEAD = (
    "# Please edit the object below. Lines beginning with a '#' will be ignored,\n"
    "# and an empty file will abort the edit. If an error occurs while saving this file will be\n"
    "# reopened with the relevant failures.\n#\n"
)


def edit(client: Client, given: Given) -> None:
    """Let whoever stands in for an editor change the objects' text."""
    editor = client.edit
    if editor is None:
        raise usage_error(
            given.path, "there is no editor here; give edit=..., a function of the text"
        )
    write = writing.printer(client, given, writing.NONE)

    def one(info: Info) -> None:
        before = output.without_managed_fields(info.plain)
        text = editor(_HEAD + go_yaml(before))
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        if not any(line.strip() for line in lines):
            client.warn("Edit cancelled, saved file was empty.")
            return
        (after,) = manifest.load("\n".join(lines), "edited file")
        if after == before:
            client.warn("Edit cancelled, no changes made.")
            return
        change = strategic_diff.diff(info.kind.type, before, after)
        kind = STRATEGIC_PATCH
        options = writing.options(given, writing.NONE)
        patched = client.patch(info.kind, info.name, change, info.namespace, kind, **options)
        write(to_dict(patched), "edited")

    built(client, given).visit(one)
