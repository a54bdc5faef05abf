"""Kinds of storage on offer, and what storage drivers and nodes tell one another.

Models ``k8s.io/api/storage/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.api.core_v1 import PersistentVolumeSpec, TopologySelectorTerm
from kubelite.apimachinery.meta import LabelSelector, Object
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Int32, Int64, Struct, merge_on, written
from kubelite.apimachinery.times import Time


class StorageClass(Object, kw_only=True):
    """A kind of storage on offer: who makes volumes of it, when, and what becomes of them."""

    api_version: str = written("storage.k8s.io/v1")
    kind: str = written("StorageClass")
    provisioner: str = written("")
    parameters: dict[str, str] = {}
    reclaim_policy: str | None = None
    mount_options: tuple[str, ...] = ()
    allow_volume_expansion: bool | None = None
    volume_binding_mode: str | None = None
    allowed_topologies: tuple[TopologySelectorTerm, ...] = ()


class VolumeAttributesClass(Object, kw_only=True):
    """A set of attributes that a volume of a CSI driver may have. Stored only."""

    api_version: str = written("storage.k8s.io/v1")
    kind: str = written("VolumeAttributesClass")
    driver_name: str = written("")
    parameters: dict[str, str] = {}


class VolumeAttachmentSource(Struct, kw_only=True):
    """The volume: one of the cluster by name, or one that a pod describes itself."""

    persistent_volume_name: str | None = None
    inline_volume_spec: PersistentVolumeSpec | None = None


class VolumeAttachmentSpec(Struct, kw_only=True):
    """Which volume is to be attached to which node, and whose business that is."""

    attacher: str = written("")
    source: VolumeAttachmentSource = written(VolumeAttachmentSource())
    node_name: str = written("")


class VolumeError(Struct, kw_only=True):
    """What went wrong the last time, and when."""

    time: Time | None = written(None)
    message: str = ""
    error_code: Int32 | None = None


class VolumeAttachmentStatus(Struct, kw_only=True):
    """Whether it is attached."""

    attached: bool = written(False)
    attachment_metadata: dict[str, str] = {}
    attach_error: VolumeError | None = None
    detach_error: VolumeError | None = None


class VolumeAttachment(Object, kw_only=True):
    """The wish that a volume be attached to a node, and whether it is."""

    api_version: str = written("storage.k8s.io/v1")
    kind: str = written("VolumeAttachment")
    spec: VolumeAttachmentSpec = written(VolumeAttachmentSpec())
    status: VolumeAttachmentStatus = written(VolumeAttachmentStatus())


class TokenRequest(Struct, kw_only=True):
    """A token of the pod's service account that a driver wants."""

    audience: str = written("")
    expiration_seconds: Int64 | None = None


class CSIDriverSpec(Struct, kw_only=True):
    """What a driver can do and what it needs."""

    attach_required: bool | None = None
    pod_info_on_mount: bool | None = None
    volume_lifecycle_modes: tuple[str, ...] = ()
    storage_capacity: bool | None = None
    fs_group_policy: str | None = None
    token_requests: tuple[TokenRequest, ...] = ()
    requires_republish: bool | None = None
    se_linux_mount: bool | None = None
    node_allocatable_update_period_seconds: Int64 | None = None
    service_account_token_in_secrets: bool | None = None
    prevent_pod_scheduling_if_missing: bool | None = None


class CSIDriver(Object, kw_only=True):
    """A storage driver that is installed."""

    api_version: str = written("storage.k8s.io/v1")
    kind: str = written("CSIDriver")
    spec: CSIDriverSpec = written(CSIDriverSpec())


class VolumeNodeResources(Struct, kw_only=True):
    """How many volumes of a driver a node can use at a time."""

    count: Int32 | None = None


class CSINodeDriver(Struct, kw_only=True):
    """One driver on one node."""

    name: str = written("")
    node_id: str = written("")
    topology_keys: tuple[str, ...] = ()
    allocatable: VolumeNodeResources | None = None


class CSINodeSpec(Struct, kw_only=True):
    """The drivers of a node."""

    drivers: Annotated[tuple[CSINodeDriver, ...], merge_on("name")] = ()


class StorageHealthCondition(Struct, kw_only=True):
    """One observation of a driver's health on a node."""

    status: str = written("")
    reason: str = written("")
    message: str = ""
    access_mode: str | None = None
    volume_mode: str | None = None
    last_transition_time: Time | None = None


class StorageHealth(Struct, kw_only=True):
    """The health of one driver on a node."""

    name: str = written("")
    health_conditions: tuple[StorageHealthCondition, ...] = ()


class CSINodeStatus(Struct, kw_only=True):
    """The health of a node's drivers."""

    storage_health: Annotated[tuple[StorageHealth, ...], merge_on("name")] = ()


class CSINode(Object, kw_only=True):
    """The storage drivers of one node; it has the node's name."""

    api_version: str = written("storage.k8s.io/v1")
    kind: str = written("CSINode")
    spec: CSINodeSpec = written(CSINodeSpec())
    status: CSINodeStatus = written(CSINodeStatus())


class CSIStorageCapacity(Object, kw_only=True):
    """How much of a class can still be made in one part of the cluster."""

    api_version: str = written("storage.k8s.io/v1")
    kind: str = written("CSIStorageCapacity")
    node_topology: LabelSelector | None = None
    storage_class_name: str = written("")
    capacity: Quantity | None = None
    maximum_volume_size: Quantity | None = None
