"""Who a pod of a StatefulSet is: its ordinal, its name, its labels, its claims.

Models pkg/controller/statefulset/stateful_set_utils.go.
"""

from __future__ import annotations

import re

from kubelite.api.apps_v1 import StatefulSet
from kubelite.api.core_v1 import (
    PersistentVolumeClaimVolumeSource,
    Pod,
    PodSpec,
    PodTemplateSpec,
    Volume,
)
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import replace
from kubelite.controllers import history
from kubelite.controllers.base import owned_by
from kubelite.controllers.history import HASH

POD_NAME = "statefulset.kubernetes.io/pod-name"
POD_INDEX = "apps.kubernetes.io/pod-index"

_NAME = re.compile(r"(.*)-([0-9]+)\Z", re.DOTALL | re.ASCII)
_LARGEST = 2**31 - 1


def ordinal(pod: Pod) -> int:
    """The number at the end of its name; -1 when there is none."""
    found = _NAME.match(pod.metadata.name)
    number = int(found[2]) if found and len(found[2]) < 11 else -1
    return number if number <= _LARGEST else -1


def member(owner: StatefulSet, pod: Pod) -> bool:
    """Whether the pod carries the set's labels, and a name that comes from it."""
    found = _NAME.match(pod.metadata.name)
    return found is not None and found[1] == owner.metadata.name and history.selects(owner, pod)


def first(owner: StatefulSet) -> int:
    """The lowest ordinal."""
    return owner.spec.ordinals.start if owner.spec.ordinals is not None else 0


def size(owner: StatefulSet) -> int:
    """How many pods it asks for."""
    return owner.spec.replicas if owner.spec.replicas is not None else 1


def revision_of(pod: Pod) -> str:
    """The name of the revision that it was made from."""
    return pod.metadata.labels.get(HASH, "")


# DOC: statefulset-identity
def new_pod(owner: StatefulSet, template: PodTemplateSpec, revision: str, number: int) -> Pod:
    """The pod of this ordinal: its name is its host name, and the set's Service its domain."""
    meta, name = template.metadata, f"{owner.metadata.name}-{number}"
    return Pod(
        metadata=ObjectMeta(
            name=name,
            namespace=owner.metadata.namespace,
            labels=meta.labels | {POD_NAME: name, POD_INDEX: str(number), HASH: revision},
            annotations=meta.annotations,
            finalizers=meta.finalizers,
            owner_references=(owned_by(owner),),
        ),
        spec=replace(
            template.spec,
            hostname=name,
            subdomain=owner.spec.service_name,
            volumes=_volumes(owner, template.spec, number),
        ),
    )


def _volumes(owner: StatefulSet, spec: PodSpec, number: int) -> tuple[Volume, ...]:
    """The template's volumes, those of the claims in place of others of the same name."""
    claims = owner.spec.volume_claim_templates
    if not claims:
        return spec.volumes
    names = [claim.metadata.name for claim in claims]
    return (
        *(
            Volume(
                name=name,
                persistent_volume_claim=PersistentVolumeClaimVolumeSource(
                    claim_name=f"{name}-{owner.metadata.name}-{number}"
                ),
            )
            for name in names
        ),
        *(volume for volume in spec.volumes if volume.name not in names),
    )


def identified(pod: Pod) -> Pod:
    """The pod with the labels that say who it is; the same pod when it has them."""
    mine = {POD_NAME: pod.metadata.name, POD_INDEX: str(ordinal(pod))}
    if mine.items() <= pod.metadata.labels.items():
        return pod
    return replace(pod, metadata=replace(pod.metadata, labels=pod.metadata.labels | mine))
