"""The binder: brings claims and volumes together, and says what became of them.

A binding is a pair of pointers, the volume's ``claimRef`` first and the claim's ``volumeName``
second; whatever interrupts it is finished the next time. Upstream also looks at everything every
15 s; here everything that can help a claim wakes it.
Models pkg/controller/volume/persistentvolume/{pv_controller,index}.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kubelite.api.core_v1 import PersistentVolume, PersistentVolumeClaim, Pod
from kubelite.api.storage_v1 import StorageClass
from kubelite.api.volumes import (
    BETA_STORAGE_PROVISIONER,
    BIND_COMPLETED,
    BOUND_BY_CONTROLLER,
    CLAIMS,
    CLASSES,
    NO_PROVISIONER,
    PROVISIONED_BY,
    SELECTED_NODE,
    STORAGE_PROVISIONER,
    VOLUMES,
    WAIT_FOR_FIRST_CONSUMER,
    capacity,
    claim_ref_change,
    class_of_claim,
    class_of_volume,
    default_class,
    find_matching_volume,
    has_modes,
    is_bound_to,
    is_free_for,
    requested,
    same_mode,
)
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.apimachinery.struct import to_dict
from kubelite.client.client import Client
from kubelite.client.controller import Action, Emit, Patch
from kubelite.client.events import NORMAL, WARNING, EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager

NO_VOLUMES = "no persistent volumes available for this claim and no storage class is set"
EXTERNAL = (
    "Waiting for a volume to be created either by the external provisioner '{}' or manually by "
    "the system administrator. If volume creation is delayed, please verify that the provisioner "
    "is running and correctly registered."
)
LOST_VOLUME = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
LOST_REFERENCE = "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!"
MISBOUND = "Two claims are bound to the same volume, this one is bound incorrectly"
_VOLUME = "volume:"  # begins the keys of volumes; claims have their own


class PersistentVolumeController(ManagedController):
    """Watches volumes, claims and classes. One worker, so that no volume is given away twice."""

    name = "persistentvolume-controller"
    workers = 1

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.claims = manager.informer(CLAIMS)
        self.volumes = manager.informer(VOLUMES)
        self.classes = manager.informer(CLASSES)
        self.users = manager.claim_users()
        self.claims.on(
            add=self._claim_changed,
            update=lambda _, claim: self._claim_changed(claim),
            delete=self._claim_changed,
        )
        self.volumes.on(
            add=self._volume_changed,
            update=lambda _, volume: self._volume_changed(volume),
            delete=self._volume_changed,
        )
        self.classes.on(add=self._wake_pending, update=lambda _, found: self._wake_pending(found))

    def _claim_changed(self, claim: PersistentVolumeClaim) -> None:
        self.queue.add(key_of(claim))
        if claim.spec.volume_name:
            self.queue.add(_VOLUME + claim.spec.volume_name)

    def _volume_changed(self, volume: PersistentVolume) -> None:
        self.queue.add(_VOLUME + volume.metadata.name)
        ref = volume.spec.claim_ref
        if ref is not None:
            self.queue.add(f"{ref.namespace}/{ref.name}")
        elif volume.status.phase == "Available":
            self._wake_pending(volume)

    def _wake_pending(self, _: Any) -> None:
        for claim in self.claims.items():
            if BIND_COMPLETED not in claim.metadata.annotations:
                self.queue.add(key_of(claim))

    def sync(self, key: str) -> Sequence[Action]:
        """What a claim or a volume needs."""
        if key.startswith(_VOLUME):
            volume: PersistentVolume | None = self.volumes.get(key.removeprefix(_VOLUME))
            return self._sync_volume(volume) if volume is not None else ()
        claim: PersistentVolumeClaim | None = self.claims.get(key)
        if claim is None:
            return ()
        if BIND_COMPLETED in claim.metadata.annotations:
            return self._sync_bound(claim)
        return self._sync_unbound(claim)

    # Claims

    # DOC: claim-binding
    def _sync_unbound(self, claim: PersistentVolumeClaim) -> Sequence[Action]:
        """Bind it to what it names, to the best match, or have a volume made for it."""
        if claim.spec.volume_name:
            return self._sync_named(claim)
        found = self._class(claim)
        delayed = found is not None and found.volume_binding_mode == WAIT_FOR_FIRST_CONSUMER
        volume = best_match(claim, self.volumes.items(), delayed)
        if volume is not None:
            return bind(volume, claim)
        default = default_class(self.classes.items())
        if claim.spec.storage_class_name is None and not class_of_claim(claim) and default:
            return (_patch(claim, {"spec": {"storageClassName": default.metadata.name}}),)
        if delayed and SELECTED_NODE not in claim.metadata.annotations:
            return (self._waiting(claim), *_claim_status(claim, "Pending"))
        if class_of_claim(claim):
            return self._provision(claim, found)
        return (Emit(claim, NORMAL, "FailedBinding", NO_VOLUMES), *_claim_status(claim, "Pending"))

    def _class(self, claim: PersistentVolumeClaim) -> StorageClass | None:
        found: StorageClass | None = self.classes.get(class_of_claim(claim))
        return found

    def _sync_named(self, claim: PersistentVolumeClaim) -> Sequence[Action]:
        """Somebody asks for one volume and no other."""
        volume: PersistentVolume | None = self.volumes.get(claim.spec.volume_name)
        pending = _claim_status(claim, "Pending")
        if volume is None:
            return pending
        if volume.spec.claim_ref is None and (fault := mismatch(volume, claim)):
            text = f'Cannot bind to requested volume "{volume.metadata.name}": {fault}'
            return (Emit(claim, WARNING, "VolumeMismatch", text), *pending)
        if volume.spec.claim_ref is None or is_bound_to(volume, claim):
            return bind(volume, claim)
        text = f'volume "{volume.metadata.name}" already bound to a different claim.'
        return (Emit(claim, WARNING, "FailedBinding", text), *pending)

    def _sync_bound(self, claim: PersistentVolumeClaim) -> Sequence[Action]:
        """A claim that has been given its volume: is it still so?"""
        volume: PersistentVolume | None = self.volumes.get(claim.spec.volume_name)
        if volume is None:
            lost = LOST_VOLUME if claim.spec.volume_name else LOST_REFERENCE
            return self._lost(claim, "ClaimLost", lost)
        ref = volume.spec.claim_ref
        if ref is None or ref.uid == claim.metadata.uid:
            return bind(volume, claim)
        return self._lost(claim, "ClaimMisbound", MISBOUND)

    def _lost(self, claim: PersistentVolumeClaim, reason: str, text: str) -> Sequence[Action]:
        if claim.status.phase == "Lost":
            return ()
        return (*_claim_status(claim, "Lost"), Emit(claim, WARNING, reason, text))

    def _waiting(self, claim: PersistentVolumeClaim) -> Emit:
        """The claim waits for the scheduler, which waits for a pod."""
        pods = [pod for pod in self.users.of(key_of(claim)) if _unscheduled(pod)]
        names = sorted(pod.metadata.name for pod in pods)
        if not names:
            text = "waiting for first consumer to be created before binding"
            return Emit(claim, NORMAL, "WaitForFirstConsumer", text)
        text = f"waiting for pod{'s' if len(names) > 1 else ''} {','.join(names)} to be scheduled"
        return Emit(claim, NORMAL, "WaitForPodScheduled", text)

    def _provision(
        self, claim: PersistentVolumeClaim, found: StorageClass | None
    ) -> Sequence[Action]:
        """Leave it to the provisioner of the class."""
        if found is None:
            text = f'storageclass.storage.k8s.io "{class_of_claim(claim)}" not found'
            return (Emit(claim, WARNING, "ProvisioningFailed", text),)
        if found.provisioner == NO_PROVISIONER:
            text = f"no volume plugin matched name: {NO_PROVISIONER}"
            return (Emit(claim, WARNING, "ProvisioningFailed", text),)
        if claim.metadata.annotations.get(STORAGE_PROVISIONER) == found.provisioner:
            return ()
        marks = {key: found.provisioner for key in (BETA_STORAGE_PROVISIONER, STORAGE_PROVISIONER)}
        return (
            _patch(claim, {"metadata": {"annotations": marks}}),
            Emit(claim, NORMAL, "ExternalProvisioning", EXTERNAL.format(found.provisioner)),
        )

    # Volumes

    # DOC: volume-phases
    def _sync_volume(self, volume: PersistentVolume) -> Sequence[Action]:
        """Available, Bound or Released; what is released is kept, or left to be deleted."""
        ref = volume.spec.claim_ref
        if ref is None or not ref.uid:
            return _volume_phase(volume, "Available")
        claim: PersistentVolumeClaim | None = self.claims.get(f"{ref.namespace}/{ref.name}")
        if claim is None or claim.metadata.uid != ref.uid:
            return self._released(volume)
        if not claim.spec.volume_name:
            if same_mode(claim.spec, volume):
                return ()  # the claim's own sync goes on from here
            return _incompatible(volume, claim)
        if claim.spec.volume_name == volume.metadata.name:
            return _volume_phase(volume, "Bound")
        dynamic = PROVISIONED_BY in volume.metadata.annotations
        if dynamic and volume.spec.persistent_volume_reclaim_policy == "Delete":
            return self._released(volume)
        return _unbind(volume)

    def _released(self, volume: PersistentVolume) -> Sequence[Action]:
        """Its claim is gone. Whoever made the volume deletes it, if its policy says so."""
        if volume.status.phase == "Failed":
            return ()
        if volume.status.phase != "Released":
            return _volume_phase(volume, "Released")
        made = PROVISIONED_BY in volume.metadata.annotations
        if volume.spec.persistent_volume_reclaim_policy != "Delete" or made:
            return ()
        name = volume.metadata.name
        text = (
            f'error getting deleter volume plugin for volume "{name}": '
            "no deletable volume plugin matched"
        )
        failed = _volume_phase(volume, "Failed", text)
        return (*failed, Emit(volume, WARNING, "VolumeFailedDelete", text))


def best_match(
    claim: PersistentVolumeClaim, volumes: Iterable[PersistentVolume], delayed: bool = False
) -> PersistentVolume | None:
    """The volume for a claim: of those that offer just what it asks for before others."""
    by_modes: dict[frozenset[str], list[PersistentVolume]] = {}
    for volume in volumes:
        if is_free_for(volume, claim) and has_modes(volume, claim):
            by_modes.setdefault(frozenset(volume.spec.access_modes), []).append(volume)
    for modes in sorted(by_modes, key=lambda found: (len(found), sorted(found))):
        found = find_matching_volume(claim, by_modes[modes], delayed=delayed)
        if found is not None:
            return found
    return None


def mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim) -> str:
    """Why a volume that was asked for by name will not do; "" if it will."""
    if volume.metadata.deletion_timestamp is not None:
        return f'the volume is marked for deletion "{volume.metadata.name}"'
    if capacity(volume) < requested(claim):
        return "requested PV is too small"
    if class_of_volume(volume) != class_of_claim(claim):
        return "storageClassName does not match"
    if not same_mode(claim.spec, volume):
        return "incompatible volumeMode"
    return "" if has_modes(volume, claim) else "incompatible accessMode"


def bind(volume: PersistentVolume, claim: PersistentVolumeClaim) -> list[Action]:
    """The four writes of a binding, as far as they have not been made yet."""
    actions: list[Action] = []
    if change := claim_ref_change(volume, claim):
        actions.append(_patch(volume, change))
    actions += _volume_phase(volume, "Bound")
    named, marks = claim.spec.volume_name, claim.metadata.annotations
    if named != volume.metadata.name or BIND_COMPLETED not in marks:
        annotations = {BIND_COMPLETED: "yes"} | ({} if named else {BOUND_BY_CONTROLLER: "yes"})
        change = {
            "metadata": {"annotations": annotations},
            "spec": {"volumeName": volume.metadata.name},
        }
        actions.append(_patch(claim, change))
    return [*actions, *_claim_status(claim, "Bound", volume)]


def _unscheduled(pod: Pod) -> bool:
    return not pod.spec.node_name and pod.status.phase not in ("Succeeded", "Failed")


def _incompatible(volume: PersistentVolume, claim: PersistentVolumeClaim) -> Sequence[Action]:
    end = "due to incompatible volumeMode."
    about_volume = (
        "Cannot bind PersistentVolume to requested PersistentVolumeClaim "
        f'"{claim.metadata.name}" {end}'
    )
    about_claim = (
        f'Cannot bind PersistentVolume "{volume.metadata.name}" to requested '
        f"PersistentVolumeClaim {end}"
    )
    return (
        Emit(volume, WARNING, "VolumeMismatch", about_volume),
        Emit(claim, WARNING, "VolumeMismatch", about_claim),
    )


def _unbind(volume: PersistentVolume) -> Sequence[Action]:
    """Its claim has another volume: free again, or again kept for the name it was kept for."""
    if BOUND_BY_CONTROLLER in volume.metadata.annotations:
        change: dict[str, Any] = {
            "metadata": {"annotations": {BOUND_BY_CONTROLLER: None}},
            "spec": {"claimRef": None},
        }
    else:
        change = {"spec": {"claimRef": {"uid": None}}}
    return (_patch(volume, change), *_volume_phase(volume, "Available"))


def _claim_status(
    claim: PersistentVolumeClaim, phase: str, volume: PersistentVolume | None = None
) -> list[Action]:
    status = claim.status
    modes = volume.spec.access_modes if volume is not None else ()
    change: dict[str, Any] = {}
    if status.phase != phase:
        change["phase"] = phase
    if status.access_modes != modes:
        change["accessModes"] = [*modes] or None
    if volume is None and status.capacity:
        change["capacity"] = None
    elif volume is not None and status.phase != phase and status.capacity != volume.spec.capacity:
        change["capacity"] = to_dict(volume.spec.capacity)
    return [_patch(claim, {"status": change}, "status")] if change else []


def _volume_phase(volume: PersistentVolume, phase: str, message: str = "") -> list[Action]:
    if volume.status.phase == phase:
        return []
    change = {"status": {"phase": phase, "message": message or None}}
    return [_patch(volume, change, "status")]


def _patch(obj: Any, change: dict[str, Any], subresource: str = "") -> Patch:
    meta = obj.metadata
    resource = CLAIMS if isinstance(obj, PersistentVolumeClaim) else VOLUMES
    change = {**change, "metadata": {"uid": meta.uid, **change.get("metadata", {})}}
    return Patch(resource, meta.name, meta.namespace, change, MERGE_PATCH, subresource)
