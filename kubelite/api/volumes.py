"""What everybody asks about volumes, claims and storage classes.

Models ``k8s.io/component-helpers/storage/volume`` and ``.../storage/ephemeral``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any

from kubelite.api.core_v1 import (
    PersistentVolume,
    PersistentVolumeClaim,
    PersistentVolumeClaimSpec,
    Pod,
    PodSpec,
    Volume,
)
from kubelite.api.node_selector import Term
from kubelite.api.storage_v1 import StorageClass
from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.quantity import Quantity

BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
STORAGE_PROVISIONER = "volume.kubernetes.io/storage-provisioner"
BETA_STORAGE_PROVISIONER = "volume.beta.kubernetes.io/storage-provisioner"
BETA_STORAGE_CLASS = "volume.beta.kubernetes.io/storage-class"
IS_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
BETA_IS_DEFAULT_CLASS = "storageclass.beta.kubernetes.io/is-default-class"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
WAIT_FOR_FIRST_CONSUMER = "WaitForFirstConsumer"

CLAIMS = "persistentvolumeclaims"
VOLUMES = "persistentvolumes"
CLASSES = "storageclasses.storage.k8s.io"
ATTACHMENTS = "volumeattachments.storage.k8s.io"

_NOTHING = Quantity.of(0)


def is_default_class(found: StorageClass) -> bool:
    """Whether it is the class of those who name none."""
    marks = found.metadata.annotations
    return "true" in (marks.get(IS_DEFAULT_CLASS), marks.get(BETA_IS_DEFAULT_CLASS))


def default_class(classes: Iterable[StorageClass]) -> StorageClass | None:
    """The class for those who name none: the newest, of equally new ones the first by name."""
    marked = sorted(filter(is_default_class, classes), key=lambda c: c.metadata.name)
    return max(marked, key=lambda c: c.metadata.creation_timestamp or 0, default=None)


def class_of_claim(claim: PersistentVolumeClaim) -> str:
    """The class a claim asks for; "" for none."""
    annotated = claim.metadata.annotations.get(BETA_STORAGE_CLASS)
    return annotated if annotated is not None else claim.spec.storage_class_name or ""


def class_of_volume(volume: PersistentVolume) -> str:
    """The class a volume belongs to; "" for none."""
    annotated = volume.metadata.annotations.get(BETA_STORAGE_CLASS)
    return annotated if annotated is not None else volume.spec.storage_class_name


def requested(claim: PersistentVolumeClaim) -> Quantity:
    """How much a claim asks for."""
    return claim.spec.resources.requests.get("storage", _NOTHING)


def capacity(volume: PersistentVolume) -> Quantity:
    """How large a volume is."""
    return volume.spec.capacity.get("storage", _NOTHING)


def is_bound_to(volume: PersistentVolume, claim: PersistentVolumeClaim) -> bool:
    """Whether the volume is bound to or kept for this claim."""
    ref, meta = volume.spec.claim_ref, claim.metadata
    if ref is None or (ref.name, ref.namespace) != (meta.name, meta.namespace):
        return False
    return not ref.uid or ref.uid == meta.uid


def is_free_for(volume: PersistentVolume, claim: PersistentVolumeClaim) -> bool:
    """Whether the volume is bound to or kept for nobody else."""
    return volume.spec.claim_ref is None or is_bound_to(volume, claim)


def is_fully_bound(claim: PersistentVolumeClaim) -> bool:
    """Whether the claim has its volume for good."""
    return bool(claim.spec.volume_name) and BIND_COMPLETED in claim.metadata.annotations


def reaches(volume: PersistentVolume, node: str, labels: Mapping[str, str]) -> bool:
    """Whether the volume can be used on a node of that name and these labels."""
    affinity = volume.spec.node_affinity
    if affinity is None or affinity.required is None:
        return True
    terms = affinity.required.node_selector_terms
    return any(Term(term).matches(node, labels) for term in terms)


def same_mode(claim: PersistentVolumeClaimSpec, volume: PersistentVolume) -> bool:
    """Whether both mean a file system, or both a block device."""
    return (claim.volume_mode or "Filesystem") == (volume.spec.volume_mode or "Filesystem")


def has_modes(volume: PersistentVolume, claim: PersistentVolumeClaim) -> bool:
    """Whether the volume can be shared in all ways the claim asks for."""
    return set(claim.spec.access_modes) <= set(volume.spec.access_modes)


# DOC: find-matching-volume
def find_matching_volume(
    claim: PersistentVolumeClaim,
    volumes: Iterable[PersistentVolume],
    node: tuple[str, Mapping[str, str]] | None = None,
    excluded: Collection[str] = (),
    delayed: bool = False,
) -> PersistentVolume | None:
    """The volume kept for the claim, else the smallest that is large enough and fits.

    ``node`` (name and labels) asks for one that can be used there: the scheduler's question.
    ``delayed`` is the binder's for claims that wait for a pod: only what is kept for them.
    ``excluded`` are names of volumes that are already meant for others.
    """
    wanted = class_of_claim(claim)
    picks = from_label_selector(claim.spec.selector) if claim.spec.selector is not None else None
    best: PersistentVolume | None = None
    for volume in volumes:
        kept = is_bound_to(volume, claim)
        taken = volume.spec.claim_ref is not None and not kept
        if taken or volume.metadata.name in excluded or capacity(volume) < requested(claim):
            continue
        if not same_mode(claim.spec, volume) or volume.metadata.deletion_timestamp is not None:
            continue
        near = node is None or reaches(volume, *node)
        if kept:
            return volume if near else None
        if (node is None and delayed) or not near or volume.status.phase != "Available":
            continue
        if class_of_volume(volume) != wanted or not has_modes(volume, claim):
            continue
        if picks is not None and not picks.matches(volume.metadata.labels):
            continue
        if best is None or capacity(volume) < capacity(best):
            best = volume
    return best


def claim_ref_change(volume: PersistentVolume, claim: PersistentVolumeClaim) -> dict[str, Any]:
    """What has to be written into a volume so that it points to the claim; empty for nothing.

    It carries the volume's version: who has read an older one may not give it away.
    """
    ref, meta = volume.spec.claim_ref, claim.metadata
    if ref is not None and ref.uid == meta.uid:
        return {}
    pointer = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": meta.namespace,
        "name": meta.name,
        "uid": meta.uid,
        "resourceVersion": meta.resource_version,
    }
    found: dict[str, Any] = {"resourceVersion": volume.metadata.resource_version}
    if not is_bound_to(volume, claim):
        found["annotations"] = {BOUND_BY_CONTROLLER: "yes"}
    return {"metadata": found, "spec": {"claimRef": pointer}}


def volumes_with_claims(spec: PodSpec) -> tuple[Volume, ...]:
    """The volumes of a pod that stand for claims."""
    return tuple(
        volume
        for volume in spec.volumes
        if volume.persistent_volume_claim is not None or volume.ephemeral is not None
    )


def claim_name(pod_name: str, volume: Volume) -> str:
    """The claim behind a volume of a pod; "" when there is none."""
    if volume.persistent_volume_claim is not None:
        return volume.persistent_volume_claim.claim_name
    return f"{pod_name}-{volume.name}" if volume.ephemeral is not None else ""


def claims_of(pod: Pod) -> list[str]:
    """The names of the claims a pod uses, in the order of its volumes."""
    name = pod.metadata.name
    return [claim_name(name, volume) for volume in volumes_with_claims(pod.spec)]


def attachment_name(driver: str, handle: str, node: str) -> str:
    """The name of the VolumeAttachment of a volume on a node."""
    return f"csi-{sha256(f'{handle}{driver}{node}'.encode()).hexdigest()}"


def is_made_for(pod: Pod, claim: PersistentVolumeClaim) -> bool:
    """Whether the claim was made for an ephemeral volume of just this pod."""
    return any(o.controller and o.uid == pod.metadata.uid for o in claim.metadata.owner_references)
