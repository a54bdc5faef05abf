"""Which claims for devices are whose: the questions that scheduler, controller and kubelet ask.

Models ``k8s.io/dynamic-resource-allocation/resourceclaim``.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubelite.api.core_v1 import Pod, PodResourceClaim
from kubelite.api.resource_v1 import (
    DeviceRequestAllocationResult,
    ResourceClaim,
    ResourceClaimConsumerReference,
)

CLAIMS = "resourceclaims.resource.k8s.io"
TEMPLATES = "resourceclaimtemplates.resource.k8s.io"
DEVICE_CLASSES = "deviceclasses.resource.k8s.io"
SLICES = "resourceslices.resource.k8s.io"

FINALIZER = "resource.kubernetes.io/delete-protection"
"""On every claim that has devices, put there by the scheduler."""


class ClaimNotUsable(Exception):
    """Why a pod cannot use one of its claims; the text is upstream's."""


def claim_name(pod: Pod, entry: PodResourceClaim) -> str | None:
    """The name of the claim behind an entry of ``spec.resourceClaims``; None needs none.

    Raises ClaimNotUsable as long as it is still to be made of its template.
    """
    if entry.resource_claim_name is not None:
        return entry.resource_claim_name
    meta = pod.metadata
    if entry.resource_claim_template_name is None:
        raise ClaimNotUsable(
            f'pod "{meta.namespace}/{meta.name}", spec.resourceClaim "{entry.name}": '
            "none of the supported fields are set"
        )
    for status in pod.status.resource_claim_statuses:
        if status.name == entry.name:
            return status.resource_claim_name
    raise ClaimNotUsable(f'pod "{meta.namespace}/{meta.name}": ResourceClaim not created yet')


def known_claims(pod: Pod) -> Iterator[str]:
    """The names of those claims of a pod that have one."""
    for entry in pod.spec.resource_claims:
        try:
            name = claim_name(pod, entry)
        except ClaimNotUsable:
            continue
        if name:
            yield name


def check_owner(pod: Pod, entry: PodResourceClaim, claim: ResourceClaim) -> None:
    """Raises ClaimNotUsable if the claim should have been made for this pod, and was not."""
    if entry.resource_claim_name is not None or is_owned_by(claim, pod):
        return
    meta, owner = claim.metadata, pod.metadata
    raise ClaimNotUsable(
        f"ResourceClaim {meta.namespace}/{meta.name} was not created for Pod "
        f"{owner.namespace}/{owner.name} (Pod is not owner)"
    )


def is_owned_by(claim: ResourceClaim, pod: Pod) -> bool:
    """Whether the claim is the pod's own."""
    uid = pod.metadata.uid
    return any(owner.controller and owner.uid == uid for owner in claim.metadata.owner_references)


def is_reserved_for(claim: ResourceClaim, pod: Pod) -> bool:
    """Whether the pod may use the claim."""
    return any(user.uid == pod.metadata.uid for user in claim.status.reserved_for)


def consumer(pod: Pod) -> ResourceClaimConsumerReference:
    """The pod as one who uses a claim."""
    meta = pod.metadata
    return ResourceClaimConsumerReference(resource="pods", name=meta.name, uid=meta.uid)


def allocated_devices(claim: ResourceClaim) -> Iterator[DeviceRequestAllocationResult]:
    """What the claim keeps from others: all it has got, but what it only watches over."""
    if claim.status.allocation is not None:
        for result in claim.status.allocation.devices.results:
            if not result.admin_access:
                yield result
