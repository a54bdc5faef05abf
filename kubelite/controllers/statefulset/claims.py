"""The claims of a StatefulSet's pods: made from its templates, kept or deleted as it says.

A claim is never deleted here. Where the retention policy says Delete, the claim is given an owner,
the set or the pod that is too many, and the garbage collector takes it when that one goes.
Models the claims of pkg/controller/statefulset/{stateful_set_utils,stateful_pod_control}.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kubelite.api.apps_v1 import StatefulSet
from kubelite.api.core_v1 import PersistentVolumeClaim, Pod
from kubelite.apimachinery.meta import ObjectMeta, OwnerReference
from kubelite.apimachinery.struct import replace
from kubelite.client.controller import Action, Create, Update
from kubelite.controllers.base import owned_by
from kubelite.controllers.statefulset import identity

Claims = Callable[[str], PersistentVolumeClaim | None]
"""What is known of the claim "namespace/name"."""

DELETE = "Delete"


def templates(owner: StatefulSet, pod: Pod) -> Iterator[PersistentVolumeClaim]:
    """The claims that the pod ought to have."""
    number = identity.ordinal(pod)
    selector = owner.spec.selector
    for template in owner.spec.volume_claim_templates:
        meta = template.metadata
        labels = meta.labels | (selector.match_labels if selector is not None else {})
        yield PersistentVolumeClaim(
            metadata=ObjectMeta(
                name=f"{meta.name}-{owner.metadata.name}-{number}",
                namespace=owner.metadata.namespace,
                labels=labels,
                annotations=meta.annotations,
            ),
            spec=template.spec,
        )


def missing(owner: StatefulSet, pod: Pod, known: Claims) -> list[Action]:
    """Make the claims of a pod that are not there yet."""
    if all(known(key) is not None for key in _keys(owner, pod)):
        return []
    wanted = (claim for claim in templates(owner, pod) if known(_key(claim)) is None)
    return [Create(_owned(owner, pod, claim)) for claim in wanted]


# DOC: statefulset-claims
def retention(owner: StatefulSet, pods: Sequence[Pod], known: Claims) -> list[Action]:
    """Bring the owners of the pods' claims into line with the retention policy."""
    policy = owner.spec.persistent_volume_claim_retention_policy
    deletes = policy is not None and DELETE in (policy.when_deleted, policy.when_scaled)
    actions: list[Action] = []
    for pod in pods:
        for key in _keys(owner, pod):
            found = known(key)
            if found is None or not (deletes or found.metadata.owner_references):
                continue
            if not is_owner_up_to_date(owner, pod, found):
                actions.append(Update(_owned(owner, pod, found)))
    return actions


def is_owner_up_to_date(owner: StatefulSet, pod: Pod, claim: PersistentVolumeClaim) -> bool:
    """Whether the claim has just the owners that the policy wants it to have.

    A claim that belongs to somebody else, or to an earlier set or pod of that name, is left alone.
    """
    references = claim.metadata.owner_references
    if any(_stale(ref, owner) or _stale(ref, pod) for ref in references):
        return True
    if any(ref.controller and not _refers(ref, owner, pod) for ref in references):
        return not any(_refers(ref, owner, pod) for ref in references)
    if any(not ref.controller and _refers(ref, owner, pod) for ref in references):
        return False
    by_set, by_pod = _wanted(owner, pod)
    has_set = any(_refers(ref, owner) for ref in references)
    has_pod = any(_refers(ref, pod) for ref in references)
    return (has_set, has_pod) == (by_set, by_pod)


def _wanted(owner: StatefulSet, pod: Pod) -> tuple[bool, bool]:
    """Whether the set, and whether the pod, ought to own the claim."""
    policy = owner.spec.persistent_volume_claim_retention_policy
    if policy is None:
        return False, False
    first = identity.first(owner)
    condemned = not first <= identity.ordinal(pod) < first + identity.size(owner)
    by_pod = policy.when_scaled == DELETE and condemned
    return policy.when_deleted == DELETE and not by_pod, by_pod


def _owned(owner: StatefulSet, pod: Pod, claim: PersistentVolumeClaim) -> PersistentVolumeClaim:
    """The claim with the owners it ought to have; somebody else's claim gets none of ours."""
    references = claim.metadata.owner_references
    others = tuple(ref for ref in references if not _refers(ref, owner, pod))
    by_set, by_pod = _wanted(owner, pod)
    taken = any(ref.controller for ref in others)
    mine = [owner] * by_set + [pod] * (by_pod and bool(pod.metadata.uid))
    added = () if taken else tuple(owned_by(one) for one in mine)
    return replace(claim, metadata=replace(claim.metadata, owner_references=(*others, *added)))


def _refers(reference: OwnerReference, *objects: StatefulSet | Pod) -> bool:
    return any(reference.uid == one.metadata.uid for one in objects if one.metadata.uid)


def _stale(reference: OwnerReference, obj: StatefulSet | Pod) -> bool:
    """It names the object, and means an earlier one of that name."""
    same = reference.kind == obj.kind and reference.name == obj.metadata.name
    return same and bool(obj.metadata.uid) and reference.uid != obj.metadata.uid


def _keys(owner: StatefulSet, pod: Pod) -> list[str]:
    """The keys of the claims that the pod ought to have."""
    templates, meta = owner.spec.volume_claim_templates, pod.metadata
    space = owner.metadata.namespace
    return [f"{space}/{template.metadata.name}-{meta.name}" for template in templates]


def _key(claim: PersistentVolumeClaim) -> str:
    return f"{claim.metadata.namespace}/{claim.metadata.name}"
