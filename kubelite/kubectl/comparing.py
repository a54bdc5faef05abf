"""``kubectl diff``: what an apply would change, as ``diff -u -N`` shows it.

Models pkg/cmd/diff. There are no files to compare, so the names of directories are made up.
"""

from __future__ import annotations

from difflib import unified_diff
from typing import Any

from kubelite.apimachinery.dump import go_yaml
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import APPLY_PATCH
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl import output
from kubelite.kubectl.apply import patch_for
from kubelite.kubectl.client import Client
from kubelite.kubectl.failures import about_source, said
from kubelite.kubectl.flags import NUMBER, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.resources import FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError, Failures

FLAGS = (
    *FILES,
    SELECTOR,
    Flag("concurrency", NUMBER, 1),
    Flag("field-manager"),
    Flag("force-conflicts", SWITCH),
    Flag("prune", SWITCH),
    Flag("server-side", SWITCH),
    Flag("show-managed-fields", SWITCH),
    Flag("output", TEXT, short="o"),
)
LIVE, MERGED = "/tmp/LIVE", "/tmp/MERGED"

Document = dict[str, Any]


def diff(client: Client, given: Given) -> None:
    """Show what would change; the exit code is 1 if anything would."""
    try:
        texts = _differences(client, given)
    except (CommandError, Failures, StatusError) as error:
        text, code = said(error)
        raise CommandError(text, code + 1, plain=False) from error
    client.write("".join(texts[name] for name in sorted(texts)))
    if texts:
        raise CommandError("", 1, plain=False)


def _differences(client: Client, given: Given) -> dict[str, str]:
    """The difference of each object that has one, by the name of its file."""
    if not given["filename"] and not given["kustomize"]:
        raise CommandError("must specify one of -f and -k")
    texts: dict[str, str] = {}

    def one(info: Info) -> None:
        live = client.find(info.kind, info.name, info.namespace)
        old: Document | None = None if live is None else to_dict(live)
        new = _merged(client, given, info, old)
        name = _name(info)
        if text := _difference(given, info, name, old, new):
            texts[name] = text

    built(client, given, retrieve=False).visit(one)
    return texts


def _merged(client: Client, given: Given, info: Info, old: Document | None) -> Document:
    """The object as it would be."""
    wanted = info.wanted or {}
    manager = given["field-manager"] or (
        "kubectl" if given["server-side"] else "kubectl-client-side-apply"
    )
    options: dict[str, Any] = {"dry_run": True, "field_manager": manager}
    if given["server-side"]:
        options |= {"patch_type": APPLY_PATCH, "force": given["force-conflicts"]}
        done = client.patch(info.kind, info.name, wanted, info.namespace, **options)
        return _plain(done)
    if old is None:
        return _plain(client.create(info.kind, wanted, info.namespace, **options))
    meta = wanted.get("metadata") or {}
    notes = {"annotations": meta.get("annotations") or {}}  # as apply would have remembered it
    patch, kind = patch_for(info.kind, old, wanted | {"metadata": meta | notes})
    if not patch:
        return old
    try:
        return _plain(client.patch(info.kind, info.name, patch, info.namespace, kind, **options))
    except StatusError as error:
        raise about_source("patching", info.source, error) from error


def _plain(obj: Any) -> Document:
    plain: Document = to_dict(obj)
    return plain


def _name(info: Info) -> str:
    kind = info.kind
    group = f"{kind.group}." if kind.group else ""
    return f"{group}{kind.version}.{kind.kind}.{info.namespace}.{info.name}"


def _difference(given: Given, info: Info, name: str, old: Document | None, new: Document) -> str:
    before, after = (_text(given, one) for one in _masked(info, old, new))
    lines = list(
        unified_diff(
            before.splitlines(),
            after.splitlines(),
            f"{LIVE}/{name}",
            f"{MERGED}/{name}",
            lineterm="",
        )
    )
    if not lines:
        return ""
    return "\n".join([f"diff -u -N {LIVE}/{name} {MERGED}/{name}", *lines]) + "\n"


def _text(given: Given, one: Document | None) -> str:
    if one is None:
        return ""
    return go_yaml(one if given["show-managed-fields"] else output.without_managed_fields(one))


def _masked(info: Info, old: Document | None, new: Document) -> tuple[Document | None, Document]:
    """A Secret's values are not shown, only which of them differ."""
    if info.kind.kind != "Secret":
        return old, new
    held, wanted = (old or {}).get("data") or {}, new.get("data") or {}
    left = {key: _STARS + (_BEFORE if _changed(key, held, wanted) else "") for key in held}
    right = {key: _STARS + (_AFTER if _changed(key, held, wanted) else "") for key in wanted}
    masked_old = None if old is None else old | ({"data": left} if held else {})
    return masked_old, new | ({"data": right} if wanted else {})


_STARS, _BEFORE, _AFTER = "***", " (before)", " (after)"


def _changed(key: str, one: Document, other: Document) -> bool:
    return key in one and key in other and one[key] != other[key]
