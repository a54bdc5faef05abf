"""Nobody loses what is in use: claims wait for their pods, volumes for their claims.

Models pkg/controller/volume/{pvcprotection,pvprotection}.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.core_v1 import PersistentVolume, PersistentVolumeClaim, Pod
from kubelite.api.volumes import CLAIMS, VOLUMES, claims_of
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.client.client import Client
from kubelite.client.controller import Action, Patch
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager

PVC_PROTECTION = "kubernetes.io/pvc-protection"
PV_PROTECTION = "kubernetes.io/pv-protection"


class PVCProtectionController(ManagedController):
    """Lets a deleted claim go when no pod with a node uses it."""

    name = "persistentvolumeclaim-protection-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.claims = manager.informer(CLAIMS)
        self.users = manager.claim_users()
        self.claims.on(add=self._changed, update=lambda _, claim: self._changed(claim))
        self.users.on_change(self._pod_changed)

    def _changed(self, claim: PersistentVolumeClaim) -> None:
        if claim.metadata.deletion_timestamp is not None:
            self.queue.add(key_of(claim))

    def _pod_changed(self, pod: Pod) -> None:
        for name in claims_of(pod):
            claim = self.claims.get(f"{pod.metadata.namespace}/{name}")
            if claim is not None:
                self._changed(claim)

    def sync(self, key: str) -> Sequence[Action]:
        """Take the finalizer off, if nobody uses the claim."""
        claim: PersistentVolumeClaim | None = self.claims.get(key)
        if claim is None or claim.metadata.deletion_timestamp is None:
            return ()
        if any(pod.spec.node_name for pod in self.users.of(key)):
            return ()
        return _released(CLAIMS, claim, PVC_PROTECTION)


class PVProtectionController(ManagedController):
    """Lets a deleted volume go when it is bound to no claim."""

    name = "persistentvolume-protection-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.volumes = manager.informer(VOLUMES)
        self.volumes.on(add=self._changed, update=lambda _, volume: self._changed(volume))

    def _changed(self, volume: PersistentVolume) -> None:
        if volume.metadata.deletion_timestamp is not None:
            self.queue.add(key_of(volume))

    def sync(self, key: str) -> Sequence[Action]:
        """Take the finalizer off, if the volume is not bound."""
        volume: PersistentVolume | None = self.volumes.get(key)
        if volume is None or volume.status.phase == "Bound":
            return ()
        return _released(VOLUMES, volume, PV_PROTECTION)


def _released(resource: str, obj: Any, finalizer: str) -> Sequence[Action]:
    meta = obj.metadata
    if finalizer not in meta.finalizers:
        return ()
    left = [kept for kept in meta.finalizers if kept != finalizer]
    change = {"metadata": {"uid": meta.uid, "finalizers": left}}
    return (Patch(resource, meta.name, meta.namespace, change, MERGE_PATCH),)
