"""The storage a pod brings to its containers: one name, exactly one source.

Models ``Volume`` and the sources of everyday use of ``k8s.io/api/core/v1``; network and cloud
disks are in ``disks``.
"""

from __future__ import annotations

from kubelite.api.core_v1.disks import (
    AWSElasticBlockStoreVolumeSource,
    AzureDiskVolumeSource,
    AzureFileVolumeSource,
    CephFSVolumeSource,
    CinderVolumeSource,
    FCVolumeSource,
    FlexVolumeSource,
    FlockerVolumeSource,
    GCEPersistentDiskVolumeSource,
    GitRepoVolumeSource,
    GlusterfsVolumeSource,
    ISCSIVolumeSource,
    NFSVolumeSource,
    PhotonPersistentDiskVolumeSource,
    PortworxVolumeSource,
    QuobyteVolumeSource,
    RBDVolumeSource,
    ScaleIOVolumeSource,
    StorageOSVolumeSource,
    VsphereVirtualDiskVolumeSource,
)
from kubelite.api.core_v1.env import ObjectFieldSelector, ResourceFieldSelector
from kubelite.api.core_v1.reference import (
    LocalObjectReference,
    TypedLocalObjectReference,
    TypedObjectReference,
)
from kubelite.api.core_v1.resources import VolumeResourceRequirements
from kubelite.apimachinery.meta import LabelSelector, ObjectMeta
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Int32, Int64, Struct, written


class Volume(Struct, kw_only=True):
    """A named volume of a pod; exactly one source is set."""

    name: str = written("")
    empty_dir: EmptyDirVolumeSource | None = None
    config_map: ConfigMapVolumeSource | None = None
    secret: SecretVolumeSource | None = None
    persistent_volume_claim: PersistentVolumeClaimVolumeSource | None = None
    projected: ProjectedVolumeSource | None = None
    downward_api: DownwardAPIVolumeSource | None = None
    host_path: HostPathVolumeSource | None = None
    ephemeral: EphemeralVolumeSource | None = None
    image: ImageVolumeSource | None = None
    csi: CSIVolumeSource | None = None
    nfs: NFSVolumeSource | None = None
    iscsi: ISCSIVolumeSource | None = None
    fc: FCVolumeSource | None = None
    aws_elastic_block_store: AWSElasticBlockStoreVolumeSource | None = None
    azure_disk: AzureDiskVolumeSource | None = None
    azure_file: AzureFileVolumeSource | None = None
    cephfs: CephFSVolumeSource | None = None
    cinder: CinderVolumeSource | None = None
    flex_volume: FlexVolumeSource | None = None
    flocker: FlockerVolumeSource | None = None
    gce_persistent_disk: GCEPersistentDiskVolumeSource | None = None
    git_repo: GitRepoVolumeSource | None = None
    glusterfs: GlusterfsVolumeSource | None = None
    photon_persistent_disk: PhotonPersistentDiskVolumeSource | None = None
    portworx_volume: PortworxVolumeSource | None = None
    quobyte: QuobyteVolumeSource | None = None
    rbd: RBDVolumeSource | None = None
    scale_io: ScaleIOVolumeSource | None = None
    storageos: StorageOSVolumeSource | None = None
    vsphere_volume: VsphereVirtualDiskVolumeSource | None = None


class EmptyDirVolumeSource(Struct, kw_only=True):
    """An empty directory that lives as long as the pod; medium Memory keeps it in RAM."""

    medium: str = ""
    size_limit: Quantity | None = None
    mode: Int32 | None = None


class ConfigMapVolumeSource(Struct, kw_only=True):
    """Files from a ConfigMap, one for each key or for the keys in ``items``."""

    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    default_mode: Int32 | None = None
    optional: bool | None = None
    default_user: Int64 | None = None


class SecretVolumeSource(Struct, kw_only=True):
    """Files from a Secret, one for each key or for the keys in ``items``."""

    secret_name: str = ""
    items: tuple[KeyToPath, ...] = ()
    default_mode: Int32 | None = None
    optional: bool | None = None
    default_user: Int64 | None = None


class KeyToPath(Struct, kw_only=True):
    """Which key becomes which file."""

    key: str = written("")
    path: str = written("")
    mode: Int32 | None = None
    user: Int64 | None = None


class PersistentVolumeClaimVolumeSource(Struct, kw_only=True):
    """The storage behind a PersistentVolumeClaim of the same namespace."""

    claim_name: str = written("")
    read_only: bool = False


class EphemeralVolumeSource(Struct, kw_only=True):
    """A claim of its own for this pod, made and removed with it."""

    volume_claim_template: PersistentVolumeClaimTemplate | None = None


class PersistentVolumeClaimSpec(Struct, kw_only=True):
    """What storage is wanted: how much, of which class, shared how."""

    access_modes: tuple[str, ...] = ()
    resources: VolumeResourceRequirements = written(VolumeResourceRequirements())
    storage_class_name: str | None = None
    volume_name: str = ""
    volume_mode: str | None = None
    selector: LabelSelector | None = None
    data_source: TypedLocalObjectReference | None = None
    data_source_ref: TypedObjectReference | None = None
    volume_attributes_class_name: str | None = None


class PersistentVolumeClaimTemplate(Struct, kw_only=True):
    """The claim to make: labels and annotations, and its spec."""

    metadata: ObjectMeta = written(ObjectMeta())
    spec: PersistentVolumeClaimSpec = written(PersistentVolumeClaimSpec())


class HostPathVolumeSource(Struct, kw_only=True):
    """A path of the node's own file system."""

    path: str = written("")
    type: str | None = None


class DownwardAPIVolumeSource(Struct, kw_only=True):
    """Files holding facts about the pod itself."""

    items: tuple[DownwardAPIVolumeFile, ...] = ()
    default_mode: Int32 | None = None
    default_user: Int64 | None = None


class DownwardAPIVolumeFile(Struct, kw_only=True):
    """One such file: a field of the pod, or a container's resource."""

    path: str = written("")
    field_ref: ObjectFieldSelector | None = None
    resource_field_ref: ResourceFieldSelector | None = None
    mode: Int32 | None = None
    user: Int64 | None = None


class ImageVolumeSource(Struct, kw_only=True):
    """The files of a container image, read-only."""

    reference: str = ""
    pull_policy: str = ""


class CSIVolumeSource(Struct, kw_only=True):
    """A short-lived volume made by a storage driver for this pod."""

    driver: str = written("")
    volume_attributes: dict[str, str] = {}
    read_only: bool | None = None
    fs_type: str | None = None
    node_publish_secret_ref: LocalObjectReference | None = None


class ProjectedVolumeSource(Struct, kw_only=True):
    """Several sources woven into one directory."""

    sources: tuple[VolumeProjection, ...] = ()
    default_mode: Int32 | None = None
    default_user: Int64 | None = None


class VolumeProjection(Struct, kw_only=True):
    """One source of a projected volume; exactly one member is set."""

    service_account_token: ServiceAccountTokenProjection | None = None
    config_map: ConfigMapProjection | None = None
    secret: SecretProjection | None = None
    downward_api: DownwardAPIProjection | None = None
    cluster_trust_bundle: ClusterTrustBundleProjection | None = None
    pod_certificate: PodCertificateProjection | None = None


class ServiceAccountTokenProjection(Struct, kw_only=True):
    """A token for the pod's service account, renewed before it expires."""

    path: str = written("")
    audience: str = ""
    expiration_seconds: Int64 | None = None
    user: Int64 | None = None


class ConfigMapProjection(Struct, kw_only=True):
    """Files from a ConfigMap."""

    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    optional: bool | None = None


class SecretProjection(Struct, kw_only=True):
    """Files from a Secret."""

    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    optional: bool | None = None


class DownwardAPIProjection(Struct, kw_only=True):
    """Files holding facts about the pod itself."""

    items: tuple[DownwardAPIVolumeFile, ...] = ()


class ClusterTrustBundleProjection(Struct, kw_only=True):
    """Certificates the cluster trusts, in one file."""

    path: str = written("")
    name: str | None = None
    signer_name: str | None = None
    label_selector: LabelSelector | None = None
    optional: bool | None = None
    user: Int64 | None = None


class PodCertificateProjection(Struct, kw_only=True):
    """A private key and a certificate made for this pod, renewed in time."""

    signer_name: str = written("")
    key_type: str = written("")
    max_expiration_seconds: Int32 | None = None
    credential_bundle_path: str = ""
    key_path: str = ""
    certificate_chain_path: str = ""
    user: Int64 | None = None
    user_annotations: dict[str, str] = {}
