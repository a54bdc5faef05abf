"""``kubectl diff``: what an apply would change, as ``diff -u -N`` shows it.

Models pkg/cmd/diff. There are no files to compare, so the names of directories are made up.
"""

from __future__ import annotations

from difflib import unified_diff
from typing import Any

from kubelite.apimachinery.dump import go_yaml
from kubelite.apimachinery.rest import APPLY_PATCH
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl import output, writing
from kubelite.kubectl.apply import patch_for
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import NUMBER, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.resources import FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError

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
    if not given["filename"] and not given["kustomize"]:
        raise CommandError("must specify one of -f and -k", code=2)
    texts: list[str] = []

    def one(info: Info) -> None:
        live = client.find(info.kind, info.name, info.namespace)
        old: Document | None = None if live is None else to_dict(live)
        new = _merged(client, given, info, old)
        texts.append(_difference(given, info, old, new))

    built(client, given, retrieve=False).visit(one)
    client.write("".join(texts))
    if any(texts):
        raise CommandError("", 1, plain=False)


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
    body = writing.with_last_applied(wanted)
    if old is None:
        return _plain(client.create(info.kind, body, info.namespace, **options))
    patch, kind = patch_for(info.kind, old, body)
    if not patch:
        return old
    return _plain(client.patch(info.kind, info.name, patch, info.namespace, kind, **options))


def _plain(obj: Any) -> Document:
    plain: Document = to_dict(obj)
    return plain


def _difference(given: Given, info: Info, old: Document | None, new: Document) -> str:
    kind = info.kind
    place = f".{info.namespace}" if info.namespace else "."
    group = f"{kind.group}." if kind.group else ""
    name = f"{group}{kind.version}.{kind.kind}{place}.{info.name}"
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
    plain = one if given["show-managed-fields"] else output.without_managed_fields(one)
    meta = dict(plain["metadata"])
    notes = dict(meta.get("annotations") or {})
    notes.pop(writing.LAST_APPLIED, None)
    meta.pop("annotations", None)
    return go_yaml(plain | {"metadata": meta | ({"annotations": notes} if notes else {})})


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
