"""Claims: storage that is asked for by name. Models ``k8s.io/api/core/v1``."""

from __future__ import annotations

from typing import Annotated

from kubelite.api.core_v1.pod_status import VolumeHealthCondition
from kubelite.api.core_v1.volumes import PersistentVolumeClaimSpec
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Struct, merge_on, written
from kubelite.apimachinery.times import Time


class PersistentVolumeClaimCondition(Struct, kw_only=True):
    """One observation of a claim: whether it is being resized, or changed."""

    type: str = written("")
    status: str = written("")
    last_probe_time: Time | None = written(None)
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class ModifyVolumeStatus(Struct, kw_only=True):
    """How far a change of the volume's attributes has come."""

    target_volume_attributes_class_name: str = ""
    status: str = written("")


class VolumeHealthStatus(Struct, kw_only=True):
    """What is known of the health of the volume behind a claim."""

    last_transition_time: Time | None = None
    health_conditions: Annotated[tuple[VolumeHealthCondition, ...], merge_on("status")] = ()


class PersistentVolumeClaimStatus(Struct, kw_only=True):
    """Whether a volume is bound to the claim, and how large it is."""

    phase: str = ""
    access_modes: tuple[str, ...] = ()
    capacity: dict[str, Quantity] = {}
    conditions: Annotated[tuple[PersistentVolumeClaimCondition, ...], merge_on("type")] = ()
    allocated_resources: dict[str, Quantity] = {}
    allocated_resource_statuses: dict[str, str] = {}
    current_volume_attributes_class_name: str | None = None
    modify_volume_status: ModifyVolumeStatus | None = None
    health_status: VolumeHealthStatus | None = None


class PersistentVolumeClaim(Object, kw_only=True):
    """A request for storage, by name: pods use the volume that is bound to it."""

    api_version: str = written("v1")
    kind: str = written("PersistentVolumeClaim")
    spec: PersistentVolumeClaimSpec = written(PersistentVolumeClaimSpec())
    status: PersistentVolumeClaimStatus = written(PersistentVolumeClaimStatus())
