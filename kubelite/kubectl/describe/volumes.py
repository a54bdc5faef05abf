"""Where volumes come from: the sources of pods' volumes and of PersistentVolumes.

Most sources are a sentence and a list of fields, so they are a table. Models the
``print...VolumeSource`` functions of ``k8s.io/kubectl/pkg/describe``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kubelite.api.core_v1 import PersistentVolumeClaim, Volume
from kubelite.api.core_v1.volumes import VolumeProjection
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl.describe.page import NONE, UNSET, WIDEST_ANNOTATION, Page, plain
from kubelite.kubectl.describe.storage import put_claim

Field = tuple[str, str | Callable[[Any], object]]


def _size_limit(source: Any) -> object:
    limit = source.size_limit
    return limit if limit is not None and limit.nano > 0 else UNSET


def _secret(source: Any) -> str:
    """How Go prints a reference it holds by address."""
    secret = source.secret_ref
    if secret is None:
        return "nil"
    fields = to_dict(secret)
    names = ("name", "namespace") if hasattr(secret, "namespace") else ("name",)
    inside = "".join(f"{name.capitalize()}:{fields.get(name, '')}," for name in names)
    return f"&{type(secret).__name__}{{{inside}}}"


def _or(name: str, otherwise: str) -> Callable[[Any], object]:
    def value(source: Any) -> object:
        found = getattr(source, name)
        return otherwise if found is None else found

    return value


def _optional(source: Any) -> bool:
    return bool(source.optional)


_FS: tuple[Field, ...] = (("FSType", "fs_type"),)
_READ_ONLY: tuple[Field, ...] = (("ReadOnly", "read_only"),)
_SECRET: tuple[Field, ...] = (("SecretRef", _secret),)

SOURCES: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    "host_path": (
        "HostPath (bare host directory volume)",
        (("Path", "path"), ("HostPathType", _or("type", NONE))),
    ),
    "empty_dir": (
        "EmptyDir (a temporary directory that shares a pod's lifetime)",
        (("Medium", "medium"), ("SizeLimit", _size_limit)),
    ),
    "gce_persistent_disk": (
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        (("PDName", "pd_name"), *_FS, ("Partition", "partition"), *_READ_ONLY),
    ),
    "aws_elastic_block_store": (
        "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        (("VolumeID", "volume_id"), *_FS, ("Partition", "partition"), *_READ_ONLY),
    ),
    "git_repo": (
        "GitRepo (a volume that is pulled from git when the pod is created)",
        (("Repository", "repository"), ("Revision", "revision")),
    ),
    "secret": (
        "Secret (a volume populated by a Secret)",
        (("SecretName", "secret_name"), ("Optional", _optional)),
    ),
    "config_map": (
        "ConfigMap (a volume populated by a ConfigMap)",
        (("Name", "name"), ("Optional", _optional)),
    ),
    "nfs": (
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        (("Server", "server"), ("Path", "path"), *_READ_ONLY),
    ),
    "iscsi": (
        "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine"
        " and then exposed to the pod)",
        (
            ("TargetPortal", "target_portal"),
            ("IQN", "iqn"),
            ("Lun", "lun"),
            ("ISCSIInterface", "iscsi_interface"),
            *_FS,
            *_READ_ONLY,
            ("Portals", "portals"),
            ("DiscoveryCHAPAuth", "chap_auth_discovery"),
            ("SessionCHAPAuth", "chap_auth_session"),
            *_SECRET,
            ("InitiatorName", _or("initiator_name", NONE)),
        ),
    ),
    "glusterfs": (
        "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
        (("EndpointsName", "endpoints"), ("Path", "path"), *_READ_ONLY),
    ),
    "persistent_volume_claim": (
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        (("ClaimName", "claim_name"), *_READ_ONLY),
    ),
    "rbd": (
        "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
        (
            ("CephMonitors", "monitors"),
            ("RBDImage", "image"),
            *_FS,
            ("RBDPool", "pool"),
            ("RadosUser", "user"),
            ("Keyring", "keyring"),
            *_SECRET,
            *_READ_ONLY,
        ),
    ),
    "quobyte": (
        "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
        (("Registry", "registry"), ("Volume", "volume"), *_READ_ONLY),
    ),
    "azure_disk": (
        "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
        (
            ("DiskName", "disk_name"),
            ("DiskURI", "disk_uri"),
            ("Kind", "kind"),
            *_FS,
            ("CachingMode", "caching_mode"),
            *_READ_ONLY,
        ),
    ),
    "vsphere_volume": (
        "vSphereVolume (a Persistent Disk resource in vSphere)",
        (
            ("VolumePath", "volume_path"),
            *_FS,
            ("StoragePolicyName", "storage_policy_name"),
        ),
    ),
    "cinder": (
        "Cinder (a Persistent Disk resource in OpenStack)",
        (("VolumeID", "volume_id"), *_FS, *_READ_ONLY, *_SECRET),
    ),
    "photon_persistent_disk": (
        "PhotonPersistentDisk (a Persistent Disk resource in photon platform)",
        (("PdID", "pd_id"), *_FS),
    ),
    "portworx_volume": (
        "PortworxVolume (a Portworx Volume resource)",
        (("VolumeID", "volume_id"),),
    ),
    "scale_io": (
        "ScaleIO (a persistent volume backed by a block device in ScaleIO)",
        (
            ("Gateway", "gateway"),
            ("System", "system"),
            ("Protection Domain", "protection_domain"),
            ("Storage Pool", "storage_pool"),
            ("Storage Mode", "storage_mode"),
            ("VolumeName", "volume_name"),
            *_FS,
            *_READ_ONLY,
        ),
    ),
    "cephfs": (
        "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
        (
            ("Monitors", "monitors"),
            ("Path", "path"),
            ("User", "user"),
            ("SecretFile", "secret_file"),
            *_SECRET,
            *_READ_ONLY,
        ),
    ),
    "storageos": (
        "StorageOS (a StorageOS Persistent Disk resource)",
        (
            ("VolumeName", "volume_name"),
            ("VolumeNamespace", "volume_namespace"),
            *_FS,
            *_READ_ONLY,
        ),
    ),
    "fc": (
        "FC (a Fibre Channel disk)",
        (
            ("TargetWWNs", lambda fc: ", ".join(fc.target_wwns)),
            ("LUN", _or("lun", NONE)),
            *_FS,
            *_READ_ONLY,
        ),
    ),
    "azure_file": (
        "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
        (("SecretName", "secret_name"), ("ShareName", "share_name"), *_READ_ONLY),
    ),
    "flex_volume": (
        "FlexVolume (a generic volume resource that is provisioned/attached using an exec"
        " based plugin)",
        (("Driver", "driver"), *_FS, *_SECRET, *_READ_ONLY, ("Options", "options")),
    ),
    "flocker": (
        "Flocker (a Flocker volume mounted by the Flocker agent)",
        (("DatasetName", "dataset_name"), ("DatasetUUID", "dataset_uuid")),
    ),
    "csi": (
        "CSI (a Container Storage Interface (CSI) volume source)",
        (
            ("Driver", "driver"),
            ("FSType", _or("fs_type", "")),
            ("ReadOnly", lambda csi: bool(csi.read_only)),
        ),
    ),
    "image": (
        "Image (a container image or OCI artifact)",
        (("Reference", "reference"), ("PullPolicy", "pull_policy")),
    ),
    "local": (
        "LocalVolume (a persistent volume backed by local storage on a node)",
        (("Path", "path"),),
    ),
}
"""Sources that are a sentence and fields, by the name of the field that holds them."""

OF_PERSISTENT_VOLUMES: Mapping[str, tuple[Field, ...]] = {
    "glusterfs": (
        ("EndpointsName", "endpoints"),
        ("EndpointsNamespace", _or("endpoints_namespace", UNSET)),
        ("Path", "path"),
        *_READ_ONLY,
    ),
    "scale_io": (
        *SOURCES["scale_io"][1][:6],
        ("SecretName", lambda io: io.secret_ref.name if io.secret_ref else ""),
        ("SecretNamespace", lambda io: io.secret_ref.namespace if io.secret_ref else ""),
        *_FS,
        *_READ_ONLY,
    ),
    "azure_file": (
        ("SecretName", "secret_name"),
        ("SecretNamespace", _or("secret_namespace", "")),
        ("ShareName", "share_name"),
        *_READ_ONLY,
    ),
    "csi": (
        ("Driver", "driver"),
        *_FS,
        ("VolumeHandle", "volume_handle"),
        *_READ_ONLY,
    ),
}
"""The fields that sources of PersistentVolumes show where these are others than a pod's."""


def put_volumes(page: Page, volumes: Iterable[Volume], space: str = "") -> None:
    """The volumes of a pod or a template."""
    volumes = tuple(volumes)
    if not volumes:
        page.write(0, f"{space}Volumes:\t{NONE}\n")
        return
    page.write(0, f"{space}Volumes:\n")
    for volume in volumes:
        page.write(1, f"{space and ' '}{volume.name}:\n")
        if volume.projected is not None:
            page.field(
                2,
                "Type",
                "Projected (a volume that contains injected data from multiple sources)",
            )
            for projection in volume.projected.sources:
                _put_projection(page, projection)
        elif volume.downward_api is not None:
            _put_downward(page, volume)
        elif volume.ephemeral is not None:
            _put_ephemeral(page, volume)
        else:
            put_source(page, volume)


def put_source(page: Page, holder: Any, special: Mapping[str, tuple[Field, ...]] = {}) -> None:
    """The one source that is set."""
    for name, (sentence, fields) in SOURCES.items():
        source = getattr(holder, name, None)
        if source is None:
            continue
        page.field(2, "Type", sentence)
        for label, where in special.get(name, fields):
            value = where(source) if callable(where) else getattr(source, where)
            between = "" if label == "ISCSIInterface" else ": " if label == "Kind" else ":"
            page.write(2, f"{label}{between}\t{plain(value)}\n")
        if name == "csi":
            _put_attributes(page, source.volume_attributes)
        return
    page.write(1, "<unknown>\n")


def _put_attributes(page: Page, attributes: Mapping[str, str]) -> None:
    page.write(2, "VolumeAttributes:\t")
    if not attributes:
        page.end(NONE)
    for number, key in enumerate(sorted(attributes)):
        if number:
            page.write(2, "")
            page.write(2, "\t")
        line = f"{key}={attributes[key]}"
        cut = line[:WIDEST_ANNOTATION] + "..." if len(line) > WIDEST_ANNOTATION else line
        page.write(2, f"{cut}\n")


def _put_projection(page: Page, projection: VolumeProjection) -> None:
    if (secret := projection.secret) is not None:
        page.field(2, "SecretName", secret.name)
        page.field(2, "Optional", plain(bool(secret.optional)))
    elif projection.downward_api is not None:
        page.field(2, "DownwardAPI", "true")
    elif (config := projection.config_map) is not None:
        page.field(2, "ConfigMapName", config.name)
        page.field(2, "Optional", plain(bool(config.optional)))
    elif (token := projection.service_account_token) is not None:
        page.field(2, "TokenExpirationSeconds", token.expiration_seconds)


def _put_downward(page: Page, volume: Volume) -> None:
    assert volume.downward_api is not None
    page.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)")
    page.write(2, "Items:\n")
    for item in volume.downward_api.items:
        if item.field_ref is not None:
            page.write(3, f"{item.field_ref.field_path} -> {item.path}\n")
        if item.resource_field_ref is not None:
            page.write(3, f"{item.resource_field_ref.resource} -> {item.path}\n")


def _put_ephemeral(page: Page, volume: Volume) -> None:
    assert volume.ephemeral is not None
    page.field(
        2,
        "Type",
        "EphemeralVolume (an inline specification for a volume that gets created and deleted"
        " with the pod)",
    )
    template = volume.ephemeral.volume_claim_template
    if template is not None:
        claim = PersistentVolumeClaim(metadata=template.metadata, spec=template.spec)
        put_claim(page.nested(2), claim, whole=False)
