"""Network and cloud disks named directly in a pod. kubelite mounts none, but checks them all.

Models the volume sources of ``pkg/apis/core/validation/validation.go``; most are deprecated
in favour of CSI drivers.
"""

from __future__ import annotations

import re

from kubelite.api import core_v1
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    Errors,
    between,
    descending_path,
    dns_label,
    in_range,
    required,
    required_then,
    supported,
)

_IQN = re.compile(r"iqn\.\d{4}-\d{2}\.([A-Za-z0-9.\-]+)(:[^,;*&$|\s]+)\Z", re.ASCII)
_EUI = re.compile(r"eui.[A-Za-z0-9]{16}\Z")
_NAA = re.compile(r"naa.[A-Za-z0-9]{32}\Z")
_INITIATORS = {"iqn": _IQN, "eui": _EUI, "naa": _NAA}
_HOST_AND_PORT = re.compile(r"(\[[^\[\]]*\]|[^\[\]:]*):[^\[\]:]*\Z")
_MANAGED_URI = (
    "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/"
    "disks/{disk-id}"
)
_BLOB_URI = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"


def _partition(path: str, partition: int) -> Errors:
    """Upstream allows 0 here although its sentence begins at 1."""
    if not 0 <= partition <= 255:
        yield FieldError.invalid(f"{path}.partition", partition, between(1, 255))


def _secret_name(ref: core_v1.LocalObjectReference | None, path: str) -> Errors:
    if ref is not None and not ref.name:
        yield FieldError.required(f"{path}.secretRef.name")


def git_repo(source: core_v1.GitRepoVolumeSource, path: str) -> Errors:
    """A repository, and a folder inside the volume."""
    yield from required(path, ("repository", source.repository))
    yield from descending_path(f"{path}.directory", source.directory)


def gce_disk(source: core_v1.GCEPersistentDiskVolumeSource, path: str) -> Errors:
    """A disk of Google Compute Engine."""
    yield from required(path, ("pdName", source.pd_name))
    yield from _partition(path, source.partition)


def aws_disk(source: core_v1.AWSElasticBlockStoreVolumeSource, path: str) -> Errors:
    """A disk of Amazon's Elastic Block Store."""
    yield from required(path, ("volumeID", source.volume_id))
    yield from _partition(path, source.partition)


def nfs(source: core_v1.NFSVolumeSource, path: str) -> Errors:
    """A server and an absolute path on it."""
    yield from required(path, ("server", source.server), ("path", source.path))
    if not source.path.startswith("/"):
        yield FieldError.invalid(f"{path}.path", source.path, "must be an absolute path")


def iscsi(source: core_v1.ISCSIVolumeSource, path: str) -> Errors:
    """A portal, a qualified name and a unit number."""
    yield from required(path, ("targetPortal", source.target_portal))
    if source.iqn:
        yield from _initiator(source.iqn, f"{path}.iqn")
    else:
        yield FieldError.required(f"{path}.iqn")
    yield from in_range(f"{path}.lun", source.lun, 0, 255)
    if (source.chap_auth_discovery or source.chap_auth_session) and source.secret_ref is None:
        yield FieldError.required(f"{path}.secretRef")
    if source.initiator_name is not None:
        yield from _initiator(source.initiator_name, f"{path}.initiatorname")


def _initiator(name: str, path: str) -> Errors:
    form = _INITIATORS.get(name[:3])
    if form is None:
        fault = "must be valid format starting with iqn, eui, or naa"
        yield FieldError.invalid(path, name, fault)
    elif not form.match(name):
        yield FieldError.invalid(path, name, "must be valid format")


def iscsi_name(source: core_v1.ISCSIVolumeSource, volume: str, path: str) -> Errors:
    """With an initiator's name, the volume's name and portal together must stay short."""
    if source.initiator_name is not None and len(f"{volume}:{source.target_portal}") > 64:
        fault = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters "
        fault += "if iscsi.initiatorName is specified."
        yield FieldError.invalid(path, volume, fault)


def glusterfs(source: core_v1.GlusterfsVolumeSource, path: str) -> Errors:
    """Endpoints and a path."""
    return required(path, ("endpoints", source.endpoints), ("path", source.path))


def flocker(source: core_v1.FlockerVolumeSource, path: str) -> Errors:
    """A dataset, by name or by UUID."""
    if not source.dataset_name and not source.dataset_uuid:
        yield FieldError.required(path, "one of datasetName and datasetUUID is required")
    if source.dataset_name and source.dataset_uuid:
        fault = "datasetName and datasetUUID can not be specified simultaneously"
        yield FieldError.invalid(path, "resource", fault)
    if "/" in source.dataset_name:
        fault = "must not contain '/'"
        yield FieldError.invalid(f"{path}.datasetName", source.dataset_name, fault)


def rbd(source: core_v1.RBDVolumeSource, path: str) -> Errors:
    """Ceph monitors and an image."""
    return required(path, ("monitors", source.monitors), ("image", source.image))


def cinder(source: core_v1.CinderVolumeSource, path: str) -> Errors:
    """A volume of OpenStack."""
    yield from required(path, ("volumeID", source.volume_id))
    yield from _secret_name(source.secret_ref, path)


def cephfs(source: core_v1.CephFSVolumeSource, path: str) -> Errors:
    """Ceph monitors."""
    return required(path, ("monitors", source.monitors))


def quobyte(source: core_v1.QuobyteVolumeSource, path: str) -> Errors:
    """A registry of host:port pairs and a volume."""
    fault = "must be a host:port pair or multiple pairs separated by commas"
    at = f"{path}.registry"
    if not source.registry:
        yield FieldError.required(at, fault)
    elif len(source.tenant) >= 65:
        too_long = "must be a UUID and may not exceed a length of 64 characters"
        yield FieldError.required(f"{path}.tenant", too_long)
    else:
        for pair in source.registry.split(","):
            if not _HOST_AND_PORT.match(pair):
                yield FieldError.invalid(at, source.registry, fault)
    yield from required(path, ("volume", source.volume))


def fibre_channel(source: core_v1.FCVolumeSource, path: str) -> Errors:
    """World-wide names with a unit number, or world-wide identifiers."""
    at = f"{path}.targetWWNs"
    if not source.target_wwns and not source.wwids:
        yield FieldError.required(at, "must specify either targetWWNs or wwids, but not both")
    if source.target_wwns and source.wwids:
        fault = "targetWWNs and wwids can not be specified simultaneously"
        yield FieldError.invalid(at, source.target_wwns, fault)
    if source.target_wwns and source.lun is None:
        yield FieldError.required(f"{path}.lun", "lun is required if targetWWNs is specified")
    elif source.target_wwns:
        yield from in_range(f"{path}.lun", source.lun, 0, 255)


def flex_volume(source: core_v1.FlexVolumeSource, path: str) -> Errors:
    """A driver, and options that leave Kubernetes' own names alone."""
    yield from required(path, ("driver", source.driver))
    for key in source.options:
        domain = f".{key.partition('/')[0].lower()}"
        if domain.endswith((".kubernetes.io", ".k8s.io")):
            fault = "kubernetes.io and k8s.io namespaces are reserved"
            yield FieldError.invalid(f"{path}.options[{key}]", key, fault)


def azure_file(source: core_v1.AzureFileVolumeSource, path: str) -> Errors:
    """A share of Azure, and the secret that opens it."""
    return required(path, ("secretName", source.secret_name), ("shareName", source.share_name))


def azure_disk(source: core_v1.AzureDiskVolumeSource, path: str) -> Errors:
    """A disk of Azure, whose address must suit its kind."""
    yield from required(path, ("diskName", source.disk_name), ("diskURI", source.disk_uri))
    caching = ("None", "ReadOnly", "ReadWrite")
    yield from supported(f"{path}.cachingMode", source.caching_mode, caching)
    yield from supported(f"{path}.kind", source.kind, ("Dedicated", "Managed", "Shared"))
    managed = source.kind == "Managed"
    start, example = ("/subscriptions/", _MANAGED_URI) if managed else ("https://", _BLOB_URI)
    if source.kind is not None and not source.disk_uri.startswith(start):
        yield FieldError.not_supported(f"{path}.diskURI", source.disk_uri, (example,))


def vsphere(source: core_v1.VsphereVirtualDiskVolumeSource, path: str) -> Errors:
    """A path to a virtual disk."""
    return required(path, ("volumePath", source.volume_path))


def photon(source: core_v1.PhotonPersistentDiskVolumeSource, path: str) -> Errors:
    """A disk of Photon."""
    return required(path, ("pdID", source.pd_id))


def portworx(source: core_v1.PortworxVolumeSource, path: str) -> Errors:
    """A volume of Portworx."""
    return required(path, ("volumeID", source.volume_id))


def scale_io(source: core_v1.ScaleIOVolumeSource, path: str) -> Errors:
    """A volume of ScaleIO."""
    return required(
        path,
        ("gateway", source.gateway),
        ("system", source.system),
        ("volumeName", source.volume_name),
    )


def storage_os(source: core_v1.StorageOSVolumeSource, path: str) -> Errors:
    """A volume of StorageOS."""
    at = f"{path}.volumeName"
    yield from required_then(at, source.volume_name, dns_label(at, source.volume_name))
    if source.volume_namespace:
        yield from dns_label(f"{path}.volumeNamespace", source.volume_namespace)
    yield from _secret_name(source.secret_ref, path)
