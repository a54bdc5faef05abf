"""Volumes of a pod: a name, exactly one source, and that source's own rules.

Models the volume part of ``pkg/apis/core/validation/validation.go``. The order of ``SOURCES``
is the order in which upstream looks at them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import Value, camel
from kubelite.apiserver.validation import disks
from kubelite.apiserver.validation.env import (
    VOLUME_FIELDS,
    validate_field_ref,
    validate_resource_field_ref,
)
from kubelite.apiserver.validation.formats import (
    Errors,
    dns_label,
    each,
    file_mode,
    labels,
    local_path,
    no_backsteps,
    one_of,
    quantity_not_negative,
    required,
    required_then,
    subdomain_name,
    supported,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_annotations,
    validate_label_selector,
)
from kubelite.apiserver.validation.projected import validate_key_to_path, validate_projected

_MORE_THAN_ONE = "may not specify more than 1 volume type"
_HOST_PATH_TYPES = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
_ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")


def validate_volumes(
    volumes: tuple[core_v1.Volume, ...], path: str, good: dict[str, core_v1.Volume]
) -> Errors:
    """All volumes of a pod. Those that are well made go into ``good``, by name."""
    for index, volume in enumerate(volumes):
        at = f"{path}[{index}]"
        faults = [*_source(volume, at), *_name(volume.name, f"{at}.name")]
        if volume.name in good:
            faults.append(FieldError.duplicate(f"{at}.name", volume.name))
        if faults:
            yield from faults
        else:
            good[volume.name] = volume


def _name(name: str, path: str) -> Errors:
    return required_then(path, name, dns_label(path, name))


def _source(volume: core_v1.Volume, path: str) -> Errors:
    found = False
    for row in SOURCES:
        source = getattr(volume, row.field)
        if source is None:
            continue
        if found:
            yield FieldError.forbidden(f"{path}.{row.twice or row.wire}", _MORE_THAN_ONE)
        else:
            yield from row.check(source, f"{path}.{row.wire}")
        if row.field == "iscsi":
            yield from disks.iscsi_name(source, volume.name, f"{path}.name")
        found = True
    if not found:
        yield FieldError.required(path, "must specify a volume type")


def validate_created_claims(spec: core_v1.PodSpec, pod_name: str, path: str) -> Errors:
    """The claims that a pod's ephemeral volumes create: good names, and nobody else's."""
    if not pod_name:
        return
    created = {f"{pod_name}-{v.name}" for v in spec.volumes if v.ephemeral is not None}
    for index, volume in enumerate(spec.volumes):
        claim = f"{pod_name}-{volume.name}"
        if volume.ephemeral is not None and volume.name:
            faults = [f'PVC name "{claim}": {fault}' for fault in subdomain_name(claim, False)]
            yield from each(f"{path}[{index}].name", volume.name, faults)
        used = volume.persistent_volume_claim
        if used is not None and used.claim_name in created:
            fault = "must not reference a PVC that gets created for an ephemeral volume"
            at = f"{path}[{index}].persistentVolumeClaim.claimName"
            yield FieldError.invalid(at, used.claim_name, fault)


def _empty_dir(source: core_v1.EmptyDirVolumeSource, path: str) -> Errors:
    if source.size_limit is not None and source.size_limit.nano < 0:
        fault = "SizeLimit field must be a valid resource quantity"
        yield FieldError.forbidden(f"{path}.sizeLimit", fault)


def host_path(source: core_v1.HostPathVolumeSource, path: str) -> Errors:
    """A path on the node, without steps back."""
    if not source.path:
        yield FieldError.required(f"{path}.path")
        return
    yield from no_backsteps(f"{path}.path", source.path)
    yield from supported(f"{path}.type", source.type, _HOST_PATH_TYPES)


def _keys(items: tuple[core_v1.KeyToPath, ...], mode: int | None, path: str) -> Errors:
    yield from file_mode(f"{path}.defaultMode", mode)
    for index, item in enumerate(items):
        yield from validate_key_to_path(item, f"{path}.items[{index}]")


def _secret(source: core_v1.SecretVolumeSource, path: str) -> Errors:
    yield from required(path, ("secretName", source.secret_name))
    yield from _keys(source.items, source.default_mode, path)


def _config_map(source: core_v1.ConfigMapVolumeSource, path: str) -> Errors:
    yield from required(path, ("name", source.name))
    yield from _keys(source.items, source.default_mode, path)


def _claim(source: core_v1.PersistentVolumeClaimVolumeSource, path: str) -> Errors:
    return required(path, ("claimName", source.claim_name))


def validate_downward_file(file: core_v1.DownwardAPIVolumeFile, path: str) -> Errors:
    """One file with a field of the pod, or with an amount of a container."""
    yield from required(path, ("path", file.path))
    yield from local_path(f"{path}.path", file.path)
    if file.field_ref is not None:
        yield from validate_field_ref(file.field_ref, VOLUME_FIELDS, f"{path}.fieldRef")
        if file.resource_field_ref is not None:
            fault = "fieldRef and resourceFieldRef can not be specified simultaneously"
            yield FieldError.invalid(path, "resource", fault)
    elif file.resource_field_ref is not None:
        at = f"{path}.resourceFieldRef"
        yield from validate_resource_field_ref(file.resource_field_ref, at, in_volume=True)
    else:
        yield FieldError.required(path, "one of fieldRef and resourceFieldRef is required")
    yield from file_mode(f"{path}.mode", file.mode)


def _downward_api(source: core_v1.DownwardAPIVolumeSource, path: str) -> Errors:
    yield from file_mode(f"{path}.defaultMode", source.default_mode)
    for file in source.items:
        yield from validate_downward_file(file, path)


def _projected(source: core_v1.ProjectedVolumeSource, path: str) -> Errors:
    yield from file_mode(f"{path}.defaultMode", source.default_mode)
    yield from validate_projected(source, path, validate_downward_file)


def _csi(source: core_v1.CSIVolumeSource, path: str) -> Errors:
    driver = f"{path}.driver"
    if not source.driver:
        yield FieldError.required(driver)
    if len(source.driver) > 63:
        yield FieldError.too_long(driver, 63)
    yield from each(driver, source.driver, names.is_dns1123_subdomain(source.driver.lower()))
    secret = source.node_publish_secret_ref
    if secret is not None and not secret.name:
        yield FieldError.required(f"{path}.nodePublishSecretRef.name")
    elif secret is not None:
        yield from each(f"{path}.name", secret.name, subdomain_name(secret.name, False))


def _image(source: core_v1.ImageVolumeSource, path: str) -> Errors:
    yield from required(path, ("reference", source.reference))
    words = ("Always", "IfNotPresent", "Never")
    yield from one_of(f"{path}.pullPolicy", source.pull_policy, words)


def _ephemeral(source: core_v1.EphemeralVolumeSource, path: str) -> Errors:
    template = source.volume_claim_template
    at = f"{path}.volumeClaimTemplate"
    if template is None:
        yield FieldError.required(at)
        return
    yield from template_meta(template.metadata, f"{at}.metadata")
    yield from validate_claim_spec(template.spec, f"{at}.spec")


def template_meta(meta: ObjectMeta, path: str) -> Errors:
    """Metadata of what is made of a template: labels and annotations, nothing else."""
    yield from validate_annotations(meta.annotations, f"{path}.annotations")
    yield from labels(f"{path}.labels", meta.labels)
    others = (
        ("name", meta.name),
        ("generateName", meta.generate_name),
        ("namespace", meta.namespace),
        ("uID", meta.uid),
        ("ownerReferences", meta.owner_references),
        ("finalizers", meta.finalizers),
    )
    for name, value in others:
        if value:
            yield FieldError.forbidden(f"{path}.{name}", "cannot be set")


def access_modes(path: str, modes: tuple[str, ...]) -> Errors:
    """Known modes; ReadWriteOncePod stands alone."""
    for mode in modes:
        yield from supported(path, mode, _ACCESS_MODES)
    if "ReadWriteOncePod" in modes and len({*modes}) > 1:
        fault = "may not use ReadWriteOncePod with other access modes"
        yield FieldError.forbidden(path, fault)


def validate_claim_spec(spec: core_v1.PersistentVolumeClaimSpec, path: str) -> Errors:
    """What a claim asks for."""
    modes = f"{path}.accessModes"
    if not spec.access_modes:
        yield FieldError.required(modes, "at least 1 access mode is required")
    yield from validate_label_selector(spec.selector, f"{path}.selector")
    yield from access_modes(modes, spec.access_modes)
    storage = spec.resources.requests.get("storage")
    if storage is None:
        yield FieldError.required(f"{path}.resources[storage]")
    else:
        at = f"{path}.resources.requests[storage]"
        yield from quantity_not_negative(at, storage)
        if storage.nano == 0:
            yield FieldError.invalid(at, str(storage), "must be greater than zero")
    if spec.storage_class_name:
        faults = subdomain_name(spec.storage_class_name, False)
        yield from each(f"{path}.storageClassName", spec.storage_class_name, faults)
    words = ("Block", "Filesystem")
    yield from supported(f"{path}.volumeMode", spec.volume_mode, words)
    if attributes := spec.volume_attributes_class_name:
        at = f"{path}.volumeAttributesClassName"
        yield from each(at, attributes, subdomain_name(attributes, False))
    for field in ("data_source", "data_source_ref"):
        if (source := getattr(spec, field)) is not None:
            yield from _data_source(source, f"{path}.{camel(field)}")


def _data_source(
    source: core_v1.TypedLocalObjectReference | core_v1.TypedObjectReference, path: str
) -> Errors:
    yield from required(path, ("name", source.name), ("kind", source.kind))
    if not source.api_group and source.kind != "PersistentVolumeClaim":
        fault = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
        yield FieldError.invalid(path, source.kind, fault)


class Source(Value):
    """A kind of volume: its field, its wire name, its check.

    ``twice`` is how upstream spells the field when it complains of a second source.
    """

    field: str
    wire: str
    check: Callable[[Any, str], Errors]
    twice: str = ""


SOURCES = (
    Source("empty_dir", "emptyDir", _empty_dir),
    Source("host_path", "hostPath", host_path),
    Source("git_repo", "gitRepo", disks.git_repo),
    Source("gce_persistent_disk", "persistentDisk", disks.gce_disk, "gcePersistentDisk"),
    Source("aws_elastic_block_store", "awsElasticBlockStore", disks.aws_disk),
    Source("secret", "secret", _secret),
    Source("nfs", "nfs", disks.nfs),
    Source("iscsi", "iscsi", disks.iscsi),
    Source("glusterfs", "glusterfs", disks.glusterfs),
    Source("flocker", "flocker", disks.flocker),
    Source("persistent_volume_claim", "persistentVolumeClaim", _claim),
    Source("rbd", "rbd", disks.rbd),
    Source("cinder", "cinder", disks.cinder),
    Source("cephfs", "cephfs", disks.cephfs, "cephFS"),
    Source("quobyte", "quobyte", disks.quobyte),
    Source("downward_api", "downwardAPI", _downward_api, "downwarAPI"),
    Source("fc", "fc", disks.fibre_channel),
    Source("flex_volume", "flexVolume", disks.flex_volume),
    Source("config_map", "configMap", _config_map),
    Source("azure_file", "azureFile", disks.azure_file),
    Source("vsphere_volume", "vsphereVolume", disks.vsphere),
    Source("photon_persistent_disk", "photonPersistentDisk", disks.photon),
    Source("portworx_volume", "portworxVolume", disks.portworx),
    Source("azure_disk", "azureDisk", disks.azure_disk),
    Source("storageos", "storageos", disks.storage_os),
    Source("projected", "projected", _projected),
    Source("scale_io", "scaleIO", disks.scale_io),
    Source("csi", "csi", _csi),
    Source("ephemeral", "ephemeral", _ephemeral),
    Source("image", "image", _image),
)
"""Every kind of volume. A new one is one row here."""
