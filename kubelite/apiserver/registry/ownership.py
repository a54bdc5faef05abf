"""Who has set which field: the entries of ``metadata.managedFields``.

Kept from the moment an object is first applied on the server's side: until then nobody asks, and
the cluster's own writes need not be recorded. What was there before belongs to
``before-first-apply``, as upstream has it for objects that were not tracked.
Models k8s.io/apimachinery/pkg/util/managedfields/internal.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubelite.apimachinery import fieldpath
from kubelite.apimachinery.fieldpath import Node, Path
from kubelite.apimachinery.meta import ManagedFieldsEntry
from kubelite.apimachinery.reflection import Shape
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.apimachinery.times import SECOND, Time

APPLY, UPDATE = "Apply", "Update"
BEFORE = "before-first-apply"

_NOBODYS = ("apiVersion", "kind")
_NOBODYS_METADATA = frozenset(
    (
        *("name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp"),
        *("selfLink", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds"),
    )
)

Owned = dict[Path, None]
"""A set of paths, in order."""


def root(kind: Kind) -> Node:
    """Where every path of a kind begins."""
    return Node(Shape("struct", struct=kind.type))


def owned_by(entry: ManagedFieldsEntry) -> Owned:
    """The paths of an entry."""
    return dict.fromkeys(fieldpath.from_fields(entry.fields_v1 or {}))


def plain(obj: Any) -> dict[str, Any]:
    """An object without what nobody can own: its identity, and what the server says of it."""
    raw = obj if isinstance(obj, dict) else to_dict(obj)
    meta = raw.get("metadata") or {}
    kept = {name: value for name, value in meta.items() if name not in _NOBODYS_METADATA}
    found = {name: value for name, value in raw.items() if name not in _NOBODYS}
    return found | {"metadata": kept} if kept else _without_metadata(found)


def _without_metadata(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "metadata"}


def entry(
    kind: Kind, manager: str, operation: str, owned: Iterable[Path], now: int, part: str = ""
) -> ManagedFieldsEntry:
    """What one manager owns."""
    return ManagedFieldsEntry(
        manager=manager,
        operation=operation,
        api_version=kind.api_version,
        time=Time(now - now % SECOND),
        fields_type="FieldsV1",
        fields_v1=fieldpath.to_fields(owned),
        subresource=part,
    )


def identity(one: ManagedFieldsEntry) -> tuple[str, str, str]:
    """What tells entries apart."""
    return one.manager, one.operation, one.subresource


def without(one: ManagedFieldsEntry, lost: Iterable[Path]) -> ManagedFieldsEntry | None:
    """The entry when these paths are no longer its own; None if nothing is left."""
    gone = set(lost)
    owned = owned_by(one)
    kept = [path for path in owned if path not in gone]
    if len(kept) == len(owned):
        return one
    return replace(one, fields_v1=fieldpath.to_fields(kept)) if kept else None


# DOC: managed-fields
def tracked(kind: Kind, request: Request, new: Any, old: Any, now: int) -> Any:
    """``new`` with the entries after an update: who changes a field owns it, alone."""
    node = root(kind)
    after, before = plain(new), plain(old)
    here = dict.fromkeys(fieldpath.paths(node, after))
    changed = list(fieldpath.changes(node, before, after))
    gone = [path for path in fieldpath.paths(node, before) if path not in here]
    entries = [without(one, (*changed, *gone)) for one in old.metadata.managed_fields]
    kept = [one for one in entries if one is not None]
    if changed:
        manager = request.field_manager or request.component or "unknown"
        who = (manager[:128], UPDATE, request.subresource)
        mine = next((one for one in kept if identity(one) == who), None)
        owned = {**(owned_by(mine) if mine else {}), **dict.fromkeys(changed)}
        kept = [one for one in kept if one is not mine]
        kept.append(entry(kind, who[0], UPDATE, owned, now, who[2]))
    return replace(new, metadata=replace(new.metadata, managed_fields=tuple(kept)))
