"""Namespace: a namespace that is to go is emptied first.

Models pkg/controller/namespace/deletion/namespaced_resources_deleter.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api import SCHEME
from kubelite.api.core_v1 import Namespace, NamespaceCondition, NamespaceSpec
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.client.client import Client
from kubelite.client.controller import Action, Delete, Requeue, Update
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager

FINALIZER = "kubernetes"
_POD_PATIENCE = 15  # seconds: how long a terminating pod is thought to take


class NamespaceController(ManagedController):
    """Watches namespaces; reads their contents from the server itself, not from copies."""

    name = "namespace-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.namespaces = manager.informer("namespaces")
        self.namespaces.on(add=self._changed, update=lambda _, new: self._changed(new))

    def _changed(self, namespace: Namespace) -> None:
        if namespace.metadata.deletion_timestamp is not None:
            self.queue.add(key_of(namespace))

    # DOC: namespace-emptying
    def sync(self, key: str) -> Sequence[Action]:
        """Delete what is inside; when nothing is left, let go of the namespace."""
        namespace = self.namespaces.get(key)
        if namespace is None or FINALIZER not in namespace.spec.finalizers:
            return ()
        inside = {
            kind.resource: self._inside(kind.resource, key) for kind in SCHEME if kind.namespaced
        }
        remaining = {resource: found for resource, found in inside.items() if found}
        if not remaining:
            left = tuple(name for name in namespace.spec.finalizers if name != FINALIZER)
            return (Update(replace(namespace, spec=NamespaceSpec(finalizers=left)), "finalize"),)
        deletions = [
            Delete(resource, obj.metadata.name, key, obj.metadata.uid)
            for resource, found in remaining.items()
            for obj in found
            if obj.metadata.deletion_timestamp is None
        ]
        wait = _POD_PATIENCE if "pods" in remaining else 0
        return [*deletions, *self._remark(namespace, remaining), Requeue((wait // 2 + 1) * SECOND)]

    def _inside(self, resource: str, namespace: str) -> tuple[Any, ...]:
        return self.client.list(resource, namespace).items

    def _remark(
        self, namespace: Namespace, remaining: dict[str, tuple[Any, ...]]
    ) -> Sequence[Action]:
        counts = ", ".join(
            f"{resource} has {len(found)} resource instances"
            for resource, found in sorted(remaining.items())
        )
        text = f"Some resources are remaining: {counts}"
        known = [c for c in namespace.status.conditions if c.type == "NamespaceContentRemaining"]
        if known and known[0].message == text:
            return ()
        moment = known[0].last_transition_time if known else Time(self.clock.now)
        found = NamespaceCondition(
            type="NamespaceContentRemaining",
            status="True",
            reason="SomeResourcesRemain",
            message=text,
            last_transition_time=moment,
        )
        others = [c for c in namespace.status.conditions if c not in known]
        status = replace(namespace.status, conditions=(*others, found))
        return (Update(replace(namespace, status=status), "status"),)
