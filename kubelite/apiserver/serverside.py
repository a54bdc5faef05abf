"""Server-side apply: a manager says which fields it wants, and the server knows whose each is.

What somebody else has set otherwise is a conflict; what the manager named before and names no
more goes, unless another owns it, too. Models k8s.io/apimachinery/pkg/util/managedfields and the
merge of ``sigs.k8s.io/structured-merge-diff``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.apimachinery import errors, fieldpath
from kubelite.apimachinery.errors import FieldError, StatusCause, StatusError, go_quote
from kubelite.apimachinery.fieldpath import Path, spelt
from kubelite.apimachinery.meta import ManagedFieldsEntry
from kubelite.apimachinery.rest import Request, Response
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.apiserver import decoding
from kubelite.apiserver.authz import Authorizer
from kubelite.apiserver.registry import ownership
from kubelite.apiserver.registry.ownership import APPLY, BEFORE, UPDATE, Owned
from kubelite.apiserver.registry.store import Registry

Conflict = tuple[ManagedFieldsEntry, Path]


def apply(
    registry: Registry, request: Request, authorizer: Authorizer | None, now: int
) -> Response:
    """Create the object, or merge into it. Raises StatusError 400, 409, 415 or 422."""
    wanted = _checked(registry, request)
    if registry.find(request.namespace, request.name) is not None:
        changed = registry.update(
            request, lambda live: _merged(registry, request, wanted, live, now)
        )
        return Response(200, changed)
    if request.subresource:
        raise errors.not_found(registry.kind.resource, request.name)
    if authorizer is not None:
        authorizer.check(request, "create")
    obj = decoding.in_place(registry.kind, _read(registry, request, wanted), request)
    owned = fieldpath.paths(ownership.root(registry.kind), ownership.plain(wanted))
    mine = ownership.entry(registry.kind, request.field_manager, APPLY, owned, now)
    obj = replace(obj, metadata=replace(obj.metadata, managed_fields=(mine,)))
    return Response(201, registry.create(replace(request, verb="create"), obj))


MANAGER_BYTES = 128
"""FieldManagerMaxLength."""


def _checked(registry: Registry, request: Request) -> dict[str, Any]:
    """What is wanted, if it can be applied at all."""
    if request.subresource not in ("", "status"):
        raise errors.unsupported_media_type(f"{request.subresource} cannot be applied")
    if not request.field_manager:
        problem = FieldError.required("fieldManager", "is required for apply patch")
        raise errors.invalid("PatchOptions.meta.k8s.io", "", [problem])
    if problems := _manager_faults(request.field_manager):
        raise errors.invalid("PatchOptions.meta.k8s.io", "", problems)
    wanted = request.body
    if not isinstance(wanted, dict):
        raise errors.bad_request("error decoding YAML: an apply patch is an object")
    meta = wanted.get("metadata") or {}
    if not isinstance(meta, dict):
        raise errors.bad_request("metadata is an object")
    if meta.get("managedFields"):
        raise errors.bad_request("metadata.managedFields must be nil")
    named = {**meta, "name": meta.get("name") or request.name}
    _read(registry, request, {**wanted, "metadata": named})  # refused before anything is compared
    return {**wanted, "metadata": named}


def _manager_faults(name: str) -> list[FieldError]:
    """Too long, or with something in it that cannot be seen."""
    if len(name.encode(errors="surrogatepass")) > MANAGER_BYTES:
        return [FieldError.too_long("fieldManager", MANAGER_BYTES)]
    for place, char in enumerate(name):
        if not char.isprintable():
            at = len(name[:place].encode(errors="surrogatepass"))
            fault = f"invalid character U+{ord(char):04X} (at position {at})"
            return [FieldError.invalid("fieldManager", name, fault)]
    return []


def _read(registry: Registry, request: Request, raw: dict[str, Any]) -> Any:
    return decoding.read(registry.kind, raw, request.field_validation)


# DOC: server-side-apply
def _merged(
    registry: Registry, request: Request, wanted: dict[str, Any], live: Any, now: int
) -> Any:
    kind = registry.kind
    node = ownership.root(kind)
    asked, there = ownership.plain(wanted), ownership.plain(live)
    claimed: Owned = dict.fromkeys(fieldpath.paths(node, asked))
    entries = live.metadata.managed_fields
    if not entries:
        present = fieldpath.paths(node, there)
        entries = (ownership.entry(kind, BEFORE, UPDATE, present, now),)
    who = (request.field_manager, APPLY, request.subresource)
    others = [one for one in entries if ownership.identity(one) != who]
    before = next((one for one in entries if ownership.identity(one) == who), None)
    taken = dict.fromkeys(fieldpath.changes(node, there, asked))
    conflicts = [(o, p) for o in others for p in ownership.owned_by(o) if p in taken]
    if conflicts and not request.force:
        raise _refused(conflicts)
    others = [left for one in others if (left := ownership.without(one, taken)) is not None]
    merged = fieldpath.merge(node, to_dict(live), wanted)
    given_up = _given_up(before, claimed, others)
    merged = fieldpath.remove(node, merged, given_up)
    mine = ownership.entry(kind, who[0], APPLY, claimed, now, who[2])
    if before is not None and before.fields_v1 == mine.fields_v1:
        mine = before  # nothing new: an apply that changes nothing writes nothing
    obj = decoding.in_place(kind, _read(registry, request, merged), request)
    return replace(obj, metadata=replace(obj.metadata, managed_fields=(*others, mine)))


def _given_up(
    before: ManagedFieldsEntry | None, claimed: Owned, others: Sequence[ManagedFieldsEntry]
) -> list[Path]:
    """What the manager owned, wants no more, and nobody else owns, in whole or in part."""
    if before is None:
        return []
    held = [path for one in others for path in ownership.owned_by(one)]
    held += claimed
    kept = {path[:length] for path in held for length in range(1, len(path) + 1)}
    return [path for path in ownership.owned_by(before) if path not in kept]


def _refused(conflicts: Sequence[Conflict]) -> StatusError:
    causes = [
        StatusCause(
            reason="FieldManagerConflict",
            message=f"conflict with {_printed(one)}",
            field=spelt(path),
        )
        for one, path in conflicts
    ]
    if len(conflicts) == 1:
        text = f"1 conflict: {causes[0].message}: {causes[0].field}"
    else:
        lines: dict[str, list[str]] = {}
        for one, path in sorted(conflicts, key=lambda found: found[0].manager):
            lines.setdefault(f"conflicts with {_printed(one)}:", []).append(f"- {spelt(path)}")
        told = [line for head, paths in lines.items() for line in (head, *paths)]
        text = f"{len(conflicts)} conflicts: " + "\n".join(told)
    return errors.apply_conflict(causes, f"Apply failed with {text}")


def _printed(one: ManagedFieldsEntry) -> str:
    text = go_quote(one.manager)
    if one.subresource:
        text += f" with subresource {go_quote(one.subresource)}"
    if one.operation == UPDATE:
        text += f" using {one.api_version}"
        text += f" at {one.time.wire()}" if one.time is not None else ""
    return text
