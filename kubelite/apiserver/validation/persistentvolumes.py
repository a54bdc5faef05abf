"""PersistentVolumes and claims for them.

Models ValidatePersistentVolume and ValidatePersistentVolumeClaim of
``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Value, replace
from kubelite.apiserver.validation import disks
from kubelite.apiserver.validation.formats import (
    Errors,
    each,
    immutable,
    no_backsteps,
    quantity_not_negative,
    required,
    subdomain_name,
    supported,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.scheduling import validate_node_selector
from kubelite.apiserver.validation.volumes import access_modes, host_path, validate_claim_spec

RECLAIM_POLICIES = ("Delete", "Recycle", "Retain")
VOLUME_MODES = ("Block", "Filesystem")

_MORE_THAN_ONE = "may not specify more than 1 volume type"
_CLAIM_IS_FIXED = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName "
    "for bound claims"
)


def csi_driver_name(path: str, driver: str) -> Errors:
    """The name of a storage driver: a domain of at most 63 characters."""
    if not driver:
        yield FieldError.required(path)
    if len(driver) > 63:
        yield FieldError.too_long(path, 63)
    yield from each(path, driver, names.is_dns1123_subdomain(driver.lower()))


def validate_persistent_volume(volume: core_v1.PersistentVolume) -> list[FieldError]:
    """What is wrong with a new PersistentVolume."""
    faults = validate_object_meta(volume.metadata, False, subdomain_name)
    faults += _volume_spec(volume.spec, "spec")
    return faults


def _volume_spec(spec: core_v1.PersistentVolumeSpec, path: str) -> Errors:
    if not spec.access_modes:
        yield FieldError.required(f"{path}.accessModes")
    yield from access_modes(f"{path}.accessModes", spec.access_modes)
    yield from _capacity(spec.capacity, f"{path}.capacity")
    if spec.persistent_volume_reclaim_policy:
        at = f"{path}.persistentVolumeReclaimPolicy"
        yield from supported(at, spec.persistent_volume_reclaim_policy, RECLAIM_POLICIES)
    if spec.node_affinity is not None:
        yield from _node_affinity(spec.node_affinity, f"{path}.nodeAffinity")
    yield from _source(spec, path)
    if spec.storage_class_name:
        faults = subdomain_name(spec.storage_class_name, False)
        yield from each(f"{path}.storageClassName", spec.storage_class_name, faults)
    yield from supported(f"{path}.volumeMode", spec.volume_mode, VOLUME_MODES)
    if (attributes := spec.volume_attributes_class_name) is not None:
        at = f"{path}.volumeAttributesClassName"
        if not attributes:
            yield FieldError.required(at, "an empty string is disallowed")
        else:
            yield from each(at, attributes, subdomain_name(attributes, False))
        if spec.csi is None:
            fault = "has to be specified when using volumeAttributesClassName"
            yield FieldError.required(f"{path}.csi", fault)


def _capacity(capacity: dict[str, Quantity], path: str) -> Errors:
    if not capacity:
        yield FieldError.required(path)
    if set(capacity) != {"storage"}:
        yield FieldError.not_supported(path, capacity, ("storage",))
    for name, amount in capacity.items():
        yield from quantity_not_negative(f"{path}[{name}]", amount)
        if amount.nano == 0:
            at = f"{path}[{name}]"
            yield FieldError.invalid(at, str(amount), "must be greater than zero")


def _node_affinity(affinity: core_v1.VolumeNodeAffinity, path: str) -> Errors:
    if affinity.required is None:
        yield FieldError.required(f"{path}.required", "must specify required node constraints")
    else:
        yield from validate_node_selector(affinity.required, f"{path}.required")


def _source(spec: core_v1.PersistentVolumeSpec, path: str) -> Errors:
    found = False
    for row in SOURCES:
        source = getattr(spec, row.field)
        if source is None:
            continue
        if found:
            yield FieldError.forbidden(f"{path}.{row.wire}", _MORE_THAN_ONE)
        else:
            yield from row.check(source, f"{path}.{row.wire}")
            if row.field == "local" and not (spec.node_affinity and spec.node_affinity.required):
                at = f"{path}.nodeAffinity"
                yield FieldError.required(at, "Local volume requires node affinity")
        found = True
    if not found:
        yield FieldError.required(path, "must specify a volume type")
    root = spec.host_path is not None and spec.host_path.path.strip("/") == ""
    if root and spec.persistent_volume_reclaim_policy == "Recycle":
        fault = "may not be 'recycle' for a hostPath mount of '/'"
        yield FieldError.forbidden(f"{path}.persistentVolumeReclaimPolicy", fault)


def _local(source: core_v1.LocalVolumeSource, path: str) -> Errors:
    if not source.path:
        yield FieldError.required(f"{path}.path")
    else:
        yield from no_backsteps(f"{path}.path", source.path)


def _csi(source: core_v1.CSIPersistentVolumeSource, path: str) -> Errors:
    yield from csi_driver_name(f"{path}.driver", source.driver)
    yield from required(path, ("volumeHandle", source.volume_handle))
    for field, wire in _CSI_SECRETS:
        secret: core_v1.SecretReference | None = getattr(source, field)
        if secret is not None:
            at = f"{path}.{wire}"
            yield from required(at, ("name", secret.name), ("namespace", secret.namespace))


_CSI_SECRETS = (
    ("controller_publish_secret_ref", "controllerPublishSecretRef"),
    ("controller_expand_secret_ref", "controllerExpandSecretRef"),
    ("node_publish_secret_ref", "nodePublishSecretRef"),
    ("node_expand_secret_ref", "nodeExpandSecretRef"),
)


def _not_empty(path: str, value: str | None, fault: str) -> Errors:
    if value == "":
        yield FieldError.invalid(path, value, fault)


def _glusterfs(source: core_v1.GlusterfsPersistentVolumeSource, path: str) -> Errors:
    yield from required(path, ("endpoints", source.endpoints), ("path", source.path))
    fault = "if the endpointnamespace is set, it must be a valid namespace name"
    yield from _not_empty(f"{path}.endpointsNamespace", source.endpoints_namespace, fault)


class Source(Value):
    """A kind of volume: its field, its wire name, its check."""

    field: str
    wire: str
    check: Callable[[Any, str], Errors]


SOURCES = (
    Source("host_path", "hostPath", host_path),
    Source("gce_persistent_disk", "gcePersistentDisk", disks.gce_disk),
    Source("aws_elastic_block_store", "awsElasticBlockStore", disks.aws_disk),
    Source("glusterfs", "glusterfs", _glusterfs),
    Source("flocker", "flocker", disks.flocker),
    Source("nfs", "nfs", disks.nfs),
    Source("rbd", "rbd", disks.rbd),
    Source("quobyte", "quobyte", disks.quobyte),
    Source("cephfs", "cephfs", disks.cephfs),
    Source("iscsi", "iscsi", disks.iscsi),
    Source("cinder", "cinder", disks.cinder),
    Source("fc", "fc", disks.fibre_channel),
    Source("flex_volume", "flexVolume", disks.flex_volume),
    Source("azure_file", "azureFile", disks.azure_file),
    Source("vsphere_volume", "vsphereVolume", disks.vsphere),
    Source("photon_persistent_disk", "photonPersistentDisk", disks.photon),
    Source("portworx_volume", "portworxVolume", disks.portworx),
    Source("azure_disk", "azureDisk", disks.azure_disk),
    Source("scale_io", "scaleIO", disks.scale_io),
    Source("local", "local", _local),
    Source("storageos", "storageos", disks.storage_os),
    Source("csi", "csi", _csi),
)
"""In the order in which upstream looks at them."""


def validate_persistent_volume_update(
    new: core_v1.PersistentVolume, old: core_v1.PersistentVolume
) -> list[FieldError]:
    """What is wrong with a change of a PersistentVolume; its source never changes."""
    faults = validate_persistent_volume(new)
    if any(getattr(new.spec, row.field) != getattr(old.spec, row.field) for row in SOURCES):
        fault = "spec.persistentvolumesource is immutable after creation"
        faults.append(FieldError.forbidden("spec.persistentvolumesource", fault))
    faults += immutable("volumeMode", new.spec.volume_mode, old.spec.volume_mode)
    if old.spec.node_affinity is not None:
        faults += immutable("nodeAffinity", new.spec.node_affinity, old.spec.node_affinity)
    return faults


def validate_persistent_volume_status_update(
    new: core_v1.PersistentVolume, old: core_v1.PersistentVolume
) -> list[FieldError]:
    """What the status of a PersistentVolume may not say."""
    return validate_object_meta_update(new.metadata, old.metadata)


def validate_persistent_volume_claim(claim: core_v1.PersistentVolumeClaim) -> list[FieldError]:
    """What is wrong with a new claim."""
    faults = validate_object_meta(claim.metadata, True, subdomain_name)
    faults += validate_claim_spec(claim.spec, "spec")
    return faults


def validate_persistent_volume_claim_update(
    new: core_v1.PersistentVolumeClaim, old: core_v1.PersistentVolumeClaim
) -> list[FieldError]:
    """What is wrong with a change of a claim.

    It is given its volume once, and its class if it had none; a bound one may ask for more.
    """
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += validate_persistent_volume_claim(new)
    asked, had = new.spec, old.spec
    if not had.volume_name:
        had = replace(had, volume_name=asked.volume_name)
    if had.storage_class_name is None:
        had = replace(had, storage_class_name=asked.storage_class_name)
    if old.status.phase == "Bound" and "storage" in asked.resources.requests:
        had = replace(had, resources=_with_storage_of(had.resources, asked.resources))
    had = replace(had, volume_attributes_class_name=asked.volume_attributes_class_name)
    if asked != had:
        faults.append(FieldError.forbidden("spec", _CLAIM_IS_FIXED))
    faults += _shrinks(new, old)
    faults += immutable("volumeMode", new.spec.volume_mode, old.spec.volume_mode)
    return faults


def _with_storage_of(
    had: core_v1.VolumeResourceRequirements, asked: core_v1.VolumeResourceRequirements
) -> core_v1.VolumeResourceRequirements:
    requests = {**had.requests, "storage": asked.requests["storage"]}
    return replace(had, requests=requests)


def _shrinks(new: core_v1.PersistentVolumeClaim, old: core_v1.PersistentVolumeClaim) -> Errors:
    """A claim may ask for less only while it has not been given more than that."""
    asked, had = (c.spec.resources.requests.get("storage") for c in (new, old))
    given = old.status.capacity.get("storage")
    if asked is None or had is None or asked >= had:
        return
    if given is not None and asked <= given:
        at = "spec.resources.requests.storage"
        yield FieldError.forbidden(at, "field can not be less than status.capacity")


def validate_persistent_volume_claim_status_update(
    new: core_v1.PersistentVolumeClaim, old: core_v1.PersistentVolumeClaim
) -> list[FieldError]:
    """What the status of a claim may not say."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    for name, amount in new.status.capacity.items():
        faults += quantity_not_negative(f"status.capacity[{name}]", amount)
    return faults
