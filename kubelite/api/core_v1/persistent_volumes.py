"""Volumes that outlive pods: pieces of storage of the cluster, each for one claim.

Models ``PersistentVolume`` and its sources of ``k8s.io/api/core/v1``. Sources that a pod can name
as well are in ``volumes`` and ``disks``; those here may name secrets of other namespaces.
"""

from __future__ import annotations

from kubelite.api.core_v1.affinity import NodeSelector
from kubelite.api.core_v1.disks import (
    AWSElasticBlockStoreVolumeSource,
    AzureDiskVolumeSource,
    FCVolumeSource,
    FlockerVolumeSource,
    GCEPersistentDiskVolumeSource,
    NFSVolumeSource,
    PhotonPersistentDiskVolumeSource,
    PortworxVolumeSource,
    QuobyteVolumeSource,
    VsphereVirtualDiskVolumeSource,
)
from kubelite.api.core_v1.reference import ObjectReference
from kubelite.api.core_v1.volumes import HostPathVolumeSource
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Int32, Struct, written
from kubelite.apimachinery.times import Time


class SecretReference(Struct, kw_only=True):
    """A Secret of any namespace."""

    name: str = ""
    namespace: str = ""


class CSIPersistentVolumeSource(Struct, kw_only=True):
    """A volume of a storage driver, under the name the driver has for it."""

    driver: str = written("")
    volume_handle: str = written("")
    read_only: bool = False
    fs_type: str = ""
    volume_attributes: dict[str, str] = {}
    controller_publish_secret_ref: SecretReference | None = None
    node_stage_secret_ref: SecretReference | None = None
    node_publish_secret_ref: SecretReference | None = None
    controller_expand_secret_ref: SecretReference | None = None
    node_expand_secret_ref: SecretReference | None = None


class LocalVolumeSource(Struct, kw_only=True):
    """A disk or directory of one node; the volume's node affinity says which node."""

    path: str = written("")
    fs_type: str | None = None


class AzureFilePersistentVolumeSource(Struct, kw_only=True):
    """A file share of Microsoft's cloud (deprecated)."""

    secret_name: str = written("")
    share_name: str = written("")
    read_only: bool = False
    secret_namespace: str | None = None


class CephFSPersistentVolumeSource(Struct, kw_only=True):
    """A directory of a Ceph file system (deprecated)."""

    monitors: tuple[str, ...] = ()
    path: str = ""
    user: str = ""
    secret_file: str = ""
    secret_ref: SecretReference | None = None
    read_only: bool = False


class CinderPersistentVolumeSource(Struct, kw_only=True):
    """A disk of OpenStack (deprecated)."""

    volume_id: str = written("")
    fs_type: str = ""
    read_only: bool = False
    secret_ref: SecretReference | None = None


class FlexPersistentVolumeSource(Struct, kw_only=True):
    """A volume of an exec-based driver (deprecated)."""

    driver: str = written("")
    fs_type: str = ""
    secret_ref: SecretReference | None = None
    read_only: bool = False
    options: dict[str, str] = {}


class GlusterfsPersistentVolumeSource(Struct, kw_only=True):
    """A Gluster volume (deprecated)."""

    endpoints: str = written("")
    path: str = written("")
    read_only: bool = False
    endpoints_namespace: str | None = None


class ISCSIPersistentVolumeSource(Struct, kw_only=True):
    """A disk reached by iSCSI."""

    target_portal: str = written("")
    iqn: str = written("")
    lun: Int32 = written(0)
    iscsi_interface: str = ""
    fs_type: str = ""
    read_only: bool = False
    portals: tuple[str, ...] = ()
    chap_auth_discovery: bool = False
    chap_auth_session: bool = False
    secret_ref: SecretReference | None = None
    initiator_name: str | None = None


class RBDPersistentVolumeSource(Struct, kw_only=True):
    """A Ceph block device (deprecated)."""

    monitors: tuple[str, ...] = ()
    image: str = written("")
    fs_type: str = ""
    pool: str = ""
    user: str = ""
    keyring: str = ""
    secret_ref: SecretReference | None = None
    read_only: bool = False


class ScaleIOPersistentVolumeSource(Struct, kw_only=True):
    """A ScaleIO volume (deprecated)."""

    gateway: str = written("")
    system: str = written("")
    secret_ref: SecretReference | None = None
    ssl_enabled: bool = False
    protection_domain: str = ""
    storage_pool: str = ""
    storage_mode: str = ""
    volume_name: str = ""
    fs_type: str = ""
    read_only: bool = False


class StorageOSPersistentVolumeSource(Struct, kw_only=True):
    """A StorageOS volume (deprecated)."""

    volume_name: str = ""
    volume_namespace: str = ""
    fs_type: str = ""
    read_only: bool = False
    secret_ref: ObjectReference | None = None


class VolumeNodeAffinity(Struct, kw_only=True):
    """From which nodes a volume can be reached."""

    required: NodeSelector | None = None


class PersistentVolumeSpec(Struct, kw_only=True):
    """What the storage is, how large, whose it is, and what becomes of it afterwards.

    Exactly one source is set. ``claim_ref`` is the claim it is bound to or kept for.
    """

    capacity: dict[str, Quantity] = {}
    access_modes: tuple[str, ...] = ()
    claim_ref: ObjectReference | None = None
    persistent_volume_reclaim_policy: str = ""
    storage_class_name: str = ""
    mount_options: tuple[str, ...] = ()
    volume_mode: str | None = None
    node_affinity: VolumeNodeAffinity | None = None
    volume_attributes_class_name: str | None = None
    csi: CSIPersistentVolumeSource | None = None
    local: LocalVolumeSource | None = None
    host_path: HostPathVolumeSource | None = None
    nfs: NFSVolumeSource | None = None
    iscsi: ISCSIPersistentVolumeSource | None = None
    fc: FCVolumeSource | None = None
    gce_persistent_disk: GCEPersistentDiskVolumeSource | None = None
    aws_elastic_block_store: AWSElasticBlockStoreVolumeSource | None = None
    azure_disk: AzureDiskVolumeSource | None = None
    azure_file: AzureFilePersistentVolumeSource | None = None
    cephfs: CephFSPersistentVolumeSource | None = None
    cinder: CinderPersistentVolumeSource | None = None
    flex_volume: FlexPersistentVolumeSource | None = None
    flocker: FlockerVolumeSource | None = None
    glusterfs: GlusterfsPersistentVolumeSource | None = None
    photon_persistent_disk: PhotonPersistentDiskVolumeSource | None = None
    portworx_volume: PortworxVolumeSource | None = None
    quobyte: QuobyteVolumeSource | None = None
    rbd: RBDPersistentVolumeSource | None = None
    scale_io: ScaleIOPersistentVolumeSource | None = None
    storageos: StorageOSPersistentVolumeSource | None = None
    vsphere_volume: VsphereVirtualDiskVolumeSource | None = None


class PersistentVolumeStatus(Struct, kw_only=True):
    """Pending, Available, Bound, Released or Failed, and since when."""

    phase: str = ""
    message: str = ""
    reason: str = ""
    last_phase_transition_time: Time | None = None


class PersistentVolume(Object, kw_only=True):
    """A piece of storage of the cluster, which lives on when pods end."""

    api_version: str = written("v1")
    kind: str = written("PersistentVolume")
    spec: PersistentVolumeSpec = written(PersistentVolumeSpec())
    status: PersistentVolumeStatus = written(PersistentVolumeStatus())


class TopologySelectorLabelRequirement(Struct, kw_only=True):
    """One label of a node, with the values it may have."""

    key: str = written("")
    values: tuple[str, ...] = ()


class TopologySelectorTerm(Struct, kw_only=True):
    """Where in the cluster: all of these labels."""

    match_label_expressions: tuple[TopologySelectorLabelRequirement, ...] = ()
