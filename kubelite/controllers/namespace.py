"""Namespace: a namespace that is to go is emptied first.

Models pkg/controller/namespace/deletion/namespaced_resources_deleter.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubelite.api.conditions import condition, pod_finished
from kubelite.api.core_v1 import Namespace, NamespaceCondition, NamespaceSpec
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.client.client import Client
from kubelite.client.controller import Action, Delete, Requeue, Update
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager

FINALIZER = "kubernetes"
GRACE_PERIOD = 5 * SECOND  # for whatever was being created at the moment of the deletion
PATIENCE = 15  # seconds that a finalizer is thought to take

Contents = Mapping[str, Sequence[Any]]
"""What is left, by resource."""


class NamespaceController(ManagedController):
    """Watches namespaces; reads their contents from the server itself, not from copies."""

    name = "namespace-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.namespaces = manager.informer("namespaces")
        self.namespaces.on(add=self._changed, update=lambda _, new: self._changed(new))

    def _changed(self, namespace: Namespace) -> None:
        if namespace.metadata.deletion_timestamp is not None:
            self.queue.add_after(key_of(namespace), GRACE_PERIOD)

    # DOC: namespace-emptying
    def sync(self, key: str) -> Sequence[Action]:
        """Delete what is inside, pods first; when nothing is left, let go of the namespace."""
        namespace = self.namespaces.get(key)
        if namespace is None or FINALIZER not in namespace.spec.finalizers:
            return ()
        left = self._contents(key)
        if not left:
            others = tuple(name for name in namespace.spec.finalizers if name != FINALIZER)
            return (Update(replace(namespace, spec=NamespaceSpec(finalizers=others)), "finalize"),)
        deletions = [
            Delete(resource, obj.metadata.name, key, obj.metadata.uid)
            for resource, found in left.items()
            for obj in found
            if obj.metadata.deletion_timestamp is None
        ]
        again = Requeue((self._estimate(namespace, left) // 2 + 1) * SECOND)
        return [*deletions, *self._remark(namespace, left), again]

    def _contents(self, namespace: str) -> Contents:
        """Pods as long as there are any, so that nothing they need goes before them."""
        pods = self.client.list("pods", namespace).items
        if pods:
            return {"pods": pods}
        found = {
            kind.resource: self.client.list(kind.resource, namespace).items
            for kind in {row.resource: row for row in self.client.api.scheme}.values()
            if kind.namespaced
        }
        return {resource: objects for resource, objects in found.items() if objects}

    def _estimate(self, namespace: Namespace, left: Contents) -> int:
        """Seconds that what is left is thought to need."""
        graces = [
            pod.spec.termination_grace_period_seconds or 0
            for pod in left.get("pods", ())
            if not pod_finished(pod)
        ]
        grace = max(graces, default=0)
        waited = self.clock.now - (namespace.metadata.deletion_timestamp or 0)
        if grace and waited < grace * SECOND:
            return grace
        return PATIENCE if any(_finalizers(left)) else 0

    def _remark(self, namespace: Namespace, left: Contents) -> Sequence[Action]:
        moment = Time(self.clock.now // SECOND * SECOND)
        conditions = namespace.status.conditions
        for kind, status, reason, message in _said(left):
            known = condition(namespace, kind)
            if known is not None and (known.status, known.message) == (status, message):
                continue
            since = moment
            if known is not None and known.status == status:
                since = known.last_transition_time or moment
            found = NamespaceCondition(
                type=kind,
                status=status,
                reason=reason,
                message=message,
                last_transition_time=since,
            )
            conditions = (*(c for c in conditions if c.type != kind), found)
        if conditions == namespace.status.conditions:
            return ()
        status_now = replace(namespace.status, conditions=conditions)
        return (Update(replace(namespace, status=status_now), "status"),)


def _said(left: Contents) -> Sequence[tuple[str, str, str, str]]:
    """Type, status, reason and message of each condition of a namespace that is being emptied."""
    # A resource of the core group ends in a dot: upstream joins its name and its empty group.
    resources = ", ".join(
        f"{resource if '.' in resource else resource + '.'} has {len(found)} resource instances"
        for resource, found in sorted(left.items())
    )
    held = list(_finalizers(left))
    finalizers = ", ".join(
        f"{name} in {held.count(name)} resource instances" for name in sorted(set(held))
    )
    text = f"Some content in the namespace has finalizers remaining: {finalizers}"
    return (
        *_SUCCESSES,
        (
            "NamespaceContentRemaining",
            "True",
            "SomeResourcesRemain",
            f"Some resources are remaining: {resources}",
        ),
        ("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", text)
        if held
        else (
            "NamespaceFinalizersRemaining",
            "False",
            "ContentHasNoFinalizers",
            "All content-preserving finalizers finished",
        ),
    )


_SUCCESSES = (
    (
        "NamespaceDeletionDiscoveryFailure",
        "False",
        "ResourcesDiscovered",
        "All resources successfully discovered",
    ),
    (
        "NamespaceDeletionGroupVersionParsingFailure",
        "False",
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
    ),
    (
        "NamespaceDeletionContentFailure",
        "False",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
)


def _finalizers(left: Contents) -> Sequence[str]:
    return [name for found in left.values() for obj in found for name in obj.metadata.finalizers]
