"""ControllerRevisions: the templates that a DaemonSet or StatefulSet has had.

A revision holds a patch that would restore its template. Going back to an earlier template makes
its revision the newest again. Models pkg/controller/history/controller_history.go and kubectl's
pkg/polymorphichelpers/rollback.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kubelite.api.apps_v1 import ControllerRevision, DaemonSet, StatefulSet
from kubelite.api.core_v1 import PodTemplateSpec
from kubelite.apimachinery import labels
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.apimachinery.struct import convert, encode, replace, to_dict
from kubelite.apimachinery.told import UsageError
from kubelite.client.controller import Action, Create, Delete, Patch, Update
from kubelite.client.informer import Informer, key_of
from kubelite.controllers.base import controller_of, owned_by
from kubelite.controllers.hashing import safe_hash

REVISIONS = "controllerrevisions.apps"
HASH = "controller-revision-hash"
"""The label of a pod that names its revision."""

_PREFIX = 223  # characters of the owner's name that a revision's name keeps

Owner = DaemonSet | StatefulSet


def _data(template: PodTemplateSpec) -> dict[str, Any]:
    return {"spec": {"template": to_dict(template) | {"$patch": "replace"}}}


def _template(data: dict[str, Any]) -> PodTemplateSpec:
    kept = {key: value for key, value in data["spec"]["template"].items() if key != "$patch"}
    return convert(PodTemplateSpec, kept)


def _as_go_writes(value: Any) -> Any:
    """The same with sorted keys: kubectl compares bytes to see whether a template is another."""
    if isinstance(value, dict):
        return {key: _as_go_writes(value[key]) for key in sorted(value)}
    return [_as_go_writes(one) for one in value] if isinstance(value, list) else value


data_of = ByIdentity(_data)
"""The patch that restores a template."""

_restored = ByIdentity(_template)
_selector = ByIdentity(labels.from_label_selector)


def template_of(revision: ControllerRevision) -> PodTemplateSpec:
    """The template that a revision keeps."""
    return _restored(revision.data or {})


def oldest_first(revisions: Iterable[ControllerRevision]) -> list[ControllerRevision]:
    """By number, then by creation, then by name."""
    return sorted(
        revisions,
        key=lambda r: (r.revision, r.metadata.creation_timestamp or 0, r.metadata.name),
    )


def next_number(revisions: Sequence[ControllerRevision]) -> int:
    """One more than the newest; ``revisions`` oldest first."""
    return revisions[-1].revision + 1 if revisions else 1


def new_revision(owner: Owner, number: int, label: str) -> ControllerRevision:
    """The revision of the owner's present template; ``label`` carries its hash."""
    data = data_of(owner.spec.template)
    name = safe_hash(encode(data), owner.status.collision_count)
    return ControllerRevision(
        metadata=ObjectMeta(
            name=f"{owner.metadata.name[:_PREFIX]}-{name}",
            namespace=owner.metadata.namespace,
            labels=owner.spec.template.metadata.labels | {label: name},
            annotations=owner.metadata.annotations,
            owner_references=(owned_by(owner),),
        ),
        data=_as_go_writes(data),
        revision=number,
    )


def equal(one: ControllerRevision, data: Mapping[str, Any]) -> bool:
    """Whether a revision keeps just this. What somebody has looked at has tuples for lists."""
    return one.data == data or encode(one.data) == encode(_as_go_writes(data))


# DOC: controller-revisions
def current(
    owner: Owner, revisions: Sequence[ControllerRevision], label: str
) -> tuple[ControllerRevision | None, list[Action]]:
    """The revision of the present template, and what makes it the newest.

    None while it has to be created first. ``revisions`` come oldest first.
    """
    data = data_of(owner.spec.template)
    same = [r for r in revisions if equal(r, data)]
    if not same:
        return None, [Create(new_revision(owner, next_number(revisions), label))]
    found = same[-1]
    if equal(revisions[-1], data):
        return revisions[-1], []
    found = replace(found, revision=next_number(revisions))
    return found, [Update(found)]


def truncated(
    revisions: Sequence[ControllerRevision], live: Iterable[str], limit: int
) -> list[Action]:
    """Delete the oldest that nobody uses, until only ``limit`` of those are left."""
    used = set(live)
    idle = [r for r in revisions if r.metadata.name not in used]
    return [
        Delete(REVISIONS, r.metadata.name, r.metadata.namespace, r.metadata.uid)
        for r in idle[: max(len(idle) - limit, 0)]
    ]


def selects(owner: Owner, obj: Any) -> bool:
    """Whether an object of the same namespace carries the labels that the owner asks for."""
    same_namespace = owner.metadata.namespace == obj.metadata.namespace
    return same_namespace and _selector(owner.spec.selector).matches(obj.metadata.labels)


def adoptions(
    owner: Owner, resource: str, orphans: Iterable[Any], strangers: Iterable[Any]
) -> list[Action]:
    """Take in orphans that belong to the owner, let go of what no longer does."""
    release = {"$patch": "delete", "uid": owner.metadata.uid}
    return [
        *(
            _own(resource, orphan, to_dict(owned_by(owner)))
            for orphan in orphans
            if orphan.metadata.deletion_timestamp is None
        ),
        *(
            _own(resource, stranger, release)
            for stranger in strangers
            if stranger.metadata.deletion_timestamp is None
        ),
    ]


def _own(resource: str, obj: Any, reference: dict[str, Any]) -> Patch:
    meta = obj.metadata
    change = {"metadata": {"uid": meta.uid, "ownerReferences": [reference]}}
    return Patch(resource, meta.name, meta.namespace, change, STRATEGIC_PATCH)


def owner_key(obj: Any, kind: str, owners: Informer) -> str:
    """ "namespace/name" of the managing owner of this kind, if it is still the same one."""
    owner = controller_of(obj)
    if owner is None or owner.kind != kind:
        return ""
    key = f"{obj.metadata.namespace}/{owner.name}"
    found = owners.get(key)
    return key if found is not None and found.metadata.uid == owner.uid else ""


def collided(owner: Owner, made: ControllerRevision, known: Informer) -> Owner | None:
    """The owner with one more collision, when another template has taken the name."""
    taken = known.get(key_of(made))
    if taken is None or equal(taken, made.data or {}):
        return None
    count = (owner.status.collision_count or 0) + 1
    return replace(owner, status=replace(owner.status, collision_count=count))


def earlier(
    owner: Owner, revisions: Sequence[ControllerRevision], number: int
) -> PodTemplateSpec | None:
    """The template of a revision, or of the one before the newest when ``number`` is 0.

    None when that is the template already. Raises ValueError in kubectl's words.
    """
    ordered = oldest_first(revisions)
    if number:
        found = [r for r in ordered if r.revision == number]
        if not found:
            raise UsageError(f"unable to find specified revision {number} in history")
    elif len(ordered) < 2:
        raise UsageError("no last revision to roll back to")
    else:
        found = [ordered[-2]]
    if equal(found[0], data_of(owner.spec.template)):
        return None
    return template_of(found[0])
