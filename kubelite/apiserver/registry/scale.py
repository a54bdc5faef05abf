"""The subresource ``scale``: one view of everything that has replicas.

Whoever scales reads and writes a ``Scale`` and need not know what it is that grows; the change
then goes through the owner's own rules, so its generation counts on.
Models the ScaleREST of pkg/registry/apps/{deployment,replicaset}/storage/storage.go.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.autoscaling_v1 import Scale, ScaleSpec, ScaleStatus
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.labels import from_label_selector, from_set
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import replace

SCALE = Kind("autoscaling", "v1", "Scale", "scales", Scale)
"""How the body is read. It is no row of the scheme: nobody stores a Scale."""


def scale_of(owner: Any) -> Scale:
    """A Deployment or ReplicaSet seen as nothing but its replicas."""
    meta, wanted = owner.metadata, owner.spec.selector
    selector = from_set(wanted) if isinstance(wanted, dict) else from_label_selector(wanted)
    return Scale(
        metadata=ObjectMeta(
            name=meta.name,
            namespace=meta.namespace,
            uid=meta.uid,
            resource_version=meta.resource_version,
            creation_timestamp=meta.creation_timestamp,
        ),
        spec=ScaleSpec(replicas=owner.spec.replicas),
        status=ScaleStatus(replicas=owner.status.replicas, selector=str(selector)),
    )


# DOC: scale-subresource
def scaled(owner: Any, scale: Scale) -> Any:
    """The owner with the replicas of ``scale``. Raises StatusError 422 for less than none."""
    replicas, meta = scale.spec.replicas, scale.metadata
    if replicas < 0:
        fault = "must be greater than or equal to 0"
        problem = FieldError.invalid("spec.replicas", replicas, fault)
        raise errors.invalid(SCALE.group_kind, meta.name, [problem])
    return replace(
        owner,
        metadata=replace(owner.metadata, uid=meta.uid, resource_version=meta.resource_version),
        spec=replace(owner.spec, replicas=replicas),
    )
