"""The garbage collector: what belongs to nobody any more is deleted.

It follows ownerReferences. An object whose owners are all gone is deleted; an owner that is
deleted in the foreground waits for its dependents; one that is deleted as "orphan" first sets
them free. Models pkg/controller/garbagecollector.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from kubelite.api.apiextensions_v1 import CRDS, ESTABLISHED, CustomResourceDefinition
from kubelite.api.conditions import is_true
from kubelite.api.custom import CustomObject
from kubelite.api.versions import VERSIONS
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.meta import OwnerReference
from kubelite.apimachinery.rest import MERGE_PATCH, STRATEGIC_PATCH
from kubelite.apimachinery.scheme import UnknownKind
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.client.client import Client
from kubelite.client.controller import Action, Delete, Patch
from kubelite.client.events import EventRecorder
from kubelite.client.informer import Informer, key_of
from kubelite.controllers.base import ManagedController, Manager
from kubelite.sim.clock import SECOND

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"

_IGNORED = ("events", *(row.resource for row in VERSIONS))
"""Upstream's DefaultIgnoredResources, and what is stored as another version of its group."""


def by_owner(obj: Any) -> Sequence[str]:
    """An indexer: the uids of all owners."""
    return tuple([owner.uid for owner in obj.metadata.owner_references])


class GarbageCollector(ManagedController):
    """Watches every kind. Its keys are "resource|namespace/name"."""

    name = "garbage-collector-controller"
    sync_timeout = 30 * SECOND  # it looks at every kind there is
    workers = 20

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.informers: dict[str, Informer] = {}
        for kind in client.api.scheme:
            if kind.resource not in _IGNORED:
                self._monitor(kind.resource)
        self.informers[CRDS].on(self._defined, lambda _, new: self._defined(new))

    def _monitor(self, resource: str) -> None:
        """Follow one kind, and judge what is there of it already."""
        informer = self.manager.informer(resource, {"owner": by_owner})
        self.informers[resource] = informer
        informer.on(
            add=partial(self._added, resource),
            update=partial(self._updated, resource),
            delete=self._deleted,
        )
        for obj in informer.items():
            self._added(resource, obj)

    def _defined(self, definition: CustomResourceDefinition) -> None:
        resource = definition.metadata.name
        if resource not in self.informers and is_true(definition, ESTABLISHED):
            self._monitor(resource)

    # What wakes it

    def _added(self, resource: str, obj: Any) -> None:
        # A new object's owners are checked only when their controller may have died since:
        # when the copy of the owner is not there.
        owners = obj.metadata.owner_references
        if owners and any(self._known(obj, owner) is None for owner in owners):
            self.queue.add(f"{resource}|{key_of(obj)}")
        elif obj.metadata.deletion_timestamp is not None:
            self._updated(resource, obj, obj)

    def _updated(self, resource: str, old: Any, obj: Any) -> None:
        meta, before = obj.metadata, old.metadata.owner_references
        if meta.owner_references is not before and meta.owner_references != before:
            self._wake_owners(old)
            self._added(resource, obj)
        if meta.deletion_timestamp is None:
            return
        if FOREGROUND in meta.finalizers or ORPHAN in meta.finalizers:
            self.queue.add(f"{resource}|{key_of(obj)}")

    def _deleted(self, gone: Any) -> None:
        for resource, dependent in self._dependents(gone):
            self.queue.add(f"{resource}|{key_of(dependent)}")
        self._wake_owners(gone)

    def _wake_owners(self, freed: Any) -> None:
        """Owners that wait for their dependents may have one less to wait for."""
        for owner in freed.metadata.owner_references:
            found = self._known(freed, owner)
            if found is not None and found.metadata.deletion_timestamp is not None:
                self._updated(self._resource(owner), found, found)

    def _dependents(self, owner: Any) -> Iterable[tuple[str, Any]]:
        for resource, informer in self.informers.items():
            for dependent in informer.index("owner", owner.metadata.uid):
                yield resource, dependent

    def _known(self, obj: Any, owner: OwnerReference) -> Any | None:
        """The owner as the local copy has it, if it is the same one still."""
        informer = self.informers.get(self._resource(owner))
        if informer is None:
            return None
        found = informer.get(owner.name) or informer.get(f"{obj.metadata.namespace}/{owner.name}")
        return found if found is not None and found.metadata.uid == owner.uid else None

    def _resource(self, owner: OwnerReference) -> str:
        try:
            kind = self.client.api.scheme.by_kind(owner.api_version, owner.kind)
        except UnknownKind:
            return ""
        # All versions of a defined kind are followed as one.
        return f"{kind.plural}.{kind.group}" if kind.group else kind.resource

    # What it does

    def sync(self, key: str) -> Sequence[Action]:
        """One object: finish its own deletion, or judge its owners."""
        resource, _, place = key.partition("|")
        obj = self.informers[resource].get(place)
        if obj is None:
            return ()
        finalizers = obj.metadata.finalizers
        if obj.metadata.deletion_timestamp is not None:
            if ORPHAN in finalizers:
                return self._set_free(resource, obj)
            if FOREGROUND in finalizers:
                return self._dependents_first(resource, obj)
            return ()
        return self._judge(resource, obj)

    # DOC: gc-judge
    def _judge(self, resource: str, obj: Any) -> list[Action]:
        """Solid owners keep an object; without one it goes."""
        solid, waiting, gone = [], [], []
        for reference in obj.metadata.owner_references:
            owner = self._live(obj, reference)
            if owner is None:
                gone.append(reference)
            elif _waits_for_dependents(owner):
                waiting.append(reference)
            else:
                solid.append(reference)
        if not gone and not waiting:
            return []
        if solid:
            return [_without_owners(resource, obj, [*gone, *waiting])]
        return self._delete(resource, obj, bool(waiting))

    def _delete(self, resource: str, obj: Any, owner_waits: bool) -> list[Action]:
        """End an object as its finalizers ask; in the foreground when its owner waits for it."""
        meta = obj.metadata
        dependents = [d for _, d in self._dependents(obj)] if owner_waits else []
        actions: list[Action] = []
        if any(_waits_for_dependents(dependent) for dependent in dependents):
            actions.append(_unblocked(resource, obj))  # a circle: somebody must not wait
        policy = "Foreground" if dependents or FOREGROUND in meta.finalizers else "Background"
        if ORPHAN in meta.finalizers:
            policy = "Orphan"
        deletion = Delete(resource, meta.name, meta.namespace, meta.uid, propagation_policy=policy)
        return [*actions, deletion]

    def _live(self, obj: Any, reference: OwnerReference) -> Any | None:
        """The owner as the server has it: copies may be behind, and this is a matter of life."""
        try:
            kind = self.client.api.scheme.by_kind(reference.api_version, reference.kind)
        except UnknownKind:
            return None
        namespace = obj.metadata.namespace if kind.namespaced else ""
        if kind.namespaced and not namespace:
            return None  # a cluster-wide object cannot belong to one inside a namespace
        try:
            owner = self.client.get(kind.resource, reference.name, namespace)
        except StatusError as error:
            if error.code == 404:
                return None
            raise  # nobody knows whether it is there: the key comes back
        return owner if owner.metadata.uid == reference.uid else None

    def _dependents_first(self, resource: str, owner: Any) -> list[Action]:
        blocking = [
            (kind, dependent)
            for kind, dependent in self._dependents(owner)
            if any(
                r.uid == owner.metadata.uid and r.block_owner_deletion
                for r in dependent.metadata.owner_references
            )
        ]
        if not blocking:
            return [_without_finalizer(resource, owner, FOREGROUND)]
        return [
            action
            for kind, dependent in blocking
            if dependent.metadata.deletion_timestamp is None
            for action in self._judge(kind, dependent)
        ]

    def _set_free(self, resource: str, owner: Any) -> list[Action]:
        freed: list[Action] = []
        for kind, dependent in self._dependents(owner):
            mine = [r for r in dependent.metadata.owner_references if r.uid == owner.metadata.uid]
            freed.append(_without_owners(kind, dependent, mine))
        return [*freed, _without_finalizer(resource, owner, ORPHAN)]


def _waits_for_dependents(obj: Any) -> bool:
    meta = obj.metadata
    return meta.deletion_timestamp is not None and FOREGROUND in meta.finalizers


def _unblocked(resource: str, obj: Any) -> Patch:
    meta = obj.metadata
    if isinstance(obj, CustomObject):
        return _with_owners(
            resource, obj, [replace(r, block_owner_deletion=False) for r in meta.owner_references]
        )
    freed = [
        {"uid": reference.uid, "blockOwnerDeletion": False}
        for reference in meta.owner_references
        if reference.block_owner_deletion
    ]
    change = {"metadata": {"ownerReferences": freed, "uid": meta.uid}}
    return Patch(resource, meta.name, meta.namespace, change, STRATEGIC_PATCH)


def _without_owners(resource: str, obj: Any, references: Sequence[OwnerReference]) -> Patch:
    meta = obj.metadata
    if isinstance(obj, CustomObject):
        left = [reference for reference in meta.owner_references if reference not in references]
        return _with_owners(resource, obj, left)
    removed = [{"$patch": "delete", "uid": reference.uid} for reference in references]
    change = {"metadata": {"ownerReferences": removed, "uid": meta.uid}}
    return Patch(resource, meta.name, meta.namespace, change, STRATEGIC_PATCH)


def _with_owners(resource: str, obj: Any, owners: Sequence[OwnerReference]) -> Patch:
    """All owners anew: defined kinds know no strategic merge."""
    meta = obj.metadata
    change = {"ownerReferences": to_dict(owners), "resourceVersion": meta.resource_version}
    return Patch(resource, meta.name, meta.namespace, {"metadata": change}, MERGE_PATCH)


def _without_finalizer(resource: str, obj: Any, finalizer: str) -> Patch:
    meta = obj.metadata
    left = [name for name in meta.finalizers if name != finalizer]
    change = {"metadata": {"finalizers": left, "resourceVersion": meta.resource_version}}
    return Patch(resource, meta.name, meta.namespace, change, MERGE_PATCH)
