"""Volumes on network storage and cloud disks, by protocol or vendor.

Models the remaining sources of ``Volume`` in ``k8s.io/api/core/v1``; many are deprecated in favour
of CSI drivers. kubelite stores and returns them but mounts none.
"""

from __future__ import annotations

from kubelite.api.core_v1.reference import LocalObjectReference
from kubelite.apimachinery.struct import Int32, Struct, written


class NFSVolumeSource(Struct, kw_only=True):
    """A directory of an NFS server."""

    server: str = written("")
    path: str = written("")
    read_only: bool = False


class ISCSIVolumeSource(Struct, kw_only=True):
    """A disk reached by iSCSI."""

    target_portal: str = written("")
    iqn: str = written("")
    lun: Int32 = written(0)
    portals: tuple[str, ...] = ()
    read_only: bool = False
    fs_type: str = ""
    chap_auth_discovery: bool = False
    chap_auth_session: bool = False
    initiator_name: str | None = None
    iscsi_interface: str = ""
    secret_ref: LocalObjectReference | None = None


class FCVolumeSource(Struct, kw_only=True):
    """A disk reached by Fibre Channel."""

    target_wwns: tuple[str, ...] = ()
    lun: Int32 | None = None
    wwids: tuple[str, ...] = ()
    read_only: bool = False
    fs_type: str = ""


class AWSElasticBlockStoreVolumeSource(Struct, kw_only=True):
    """A disk of Amazon's cloud (deprecated)."""

    volume_id: str = written("")
    fs_type: str = ""
    partition: Int32 = 0
    read_only: bool = False


class AzureDiskVolumeSource(Struct, kw_only=True):
    """A disk of Microsoft's cloud (deprecated)."""

    disk_name: str = written("")
    disk_uri: str = written("")
    caching_mode: str | None = None
    fs_type: str | None = None
    kind: str | None = None
    read_only: bool | None = None


class AzureFileVolumeSource(Struct, kw_only=True):
    """A file share of Microsoft's cloud (deprecated)."""

    secret_name: str = written("")
    share_name: str = written("")
    read_only: bool = False


class GCEPersistentDiskVolumeSource(Struct, kw_only=True):
    """A disk of Google's cloud (deprecated)."""

    pd_name: str = written("")
    fs_type: str = ""
    partition: Int32 = 0
    read_only: bool = False


class CinderVolumeSource(Struct, kw_only=True):
    """A disk of OpenStack (deprecated)."""

    volume_id: str = written("")
    fs_type: str = ""
    read_only: bool = False
    secret_ref: LocalObjectReference | None = None


class VsphereVirtualDiskVolumeSource(Struct, kw_only=True):
    """A disk of VMware vSphere (deprecated)."""

    volume_path: str = written("")
    fs_type: str = ""
    storage_policy_id: str = ""
    storage_policy_name: str = ""


class CephFSVolumeSource(Struct, kw_only=True):
    """A directory of a Ceph file system (deprecated)."""

    monitors: tuple[str, ...] = ()
    path: str = ""
    user: str = ""
    read_only: bool = False
    secret_file: str = ""
    secret_ref: LocalObjectReference | None = None


class RBDVolumeSource(Struct, kw_only=True):
    """A Ceph block device (deprecated)."""

    monitors: tuple[str, ...] = ()
    image: str = written("")
    pool: str = ""
    user: str = ""
    fs_type: str = ""
    keyring: str = ""
    read_only: bool = False
    secret_ref: LocalObjectReference | None = None


class GlusterfsVolumeSource(Struct, kw_only=True):
    """A Gluster volume (deprecated)."""

    endpoints: str = written("")
    path: str = written("")
    read_only: bool = False


class PortworxVolumeSource(Struct, kw_only=True):
    """A Portworx volume (deprecated)."""

    volume_id: str = written("")
    fs_type: str = ""
    read_only: bool = False


class QuobyteVolumeSource(Struct, kw_only=True):
    """A Quobyte volume (deprecated)."""

    registry: str = written("")
    volume: str = written("")
    group: str = ""
    read_only: bool = False
    tenant: str = ""
    user: str = ""


class FlexVolumeSource(Struct, kw_only=True):
    """A volume of an exec-based driver (deprecated)."""

    driver: str = written("")
    fs_type: str = ""
    options: dict[str, str] = {}
    read_only: bool = False
    secret_ref: LocalObjectReference | None = None


class FlockerVolumeSource(Struct, kw_only=True):
    """A Flocker dataset (deprecated)."""

    dataset_name: str = ""
    dataset_uuid: str = ""


class GitRepoVolumeSource(Struct, kw_only=True):
    """A git repository cloned at start (deprecated; the kubelet refuses it by default)."""

    repository: str = written("")
    revision: str = ""
    directory: str = ""


class PhotonPersistentDiskVolumeSource(Struct, kw_only=True):
    """A disk of the Photon Controller (deprecated)."""

    pd_id: str = written("")
    fs_type: str = ""


class ScaleIOVolumeSource(Struct, kw_only=True):
    """A ScaleIO volume (deprecated)."""

    gateway: str = written("")
    system: str = written("")
    secret_ref: LocalObjectReference | None = None
    fs_type: str = ""
    protection_domain: str = ""
    read_only: bool = False
    ssl_enabled: bool = False
    storage_mode: str = ""
    storage_pool: str = ""
    volume_name: str = ""


class StorageOSVolumeSource(Struct, kw_only=True):
    """A StorageOS volume (deprecated)."""

    volume_name: str = ""
    volume_namespace: str = ""
    fs_type: str = ""
    read_only: bool = False
    secret_ref: LocalObjectReference | None = None
