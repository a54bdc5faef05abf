"""Defaults of volumes: an ``emptyDir`` where no source is named, and the sources' own.

Models ``SetDefaults_Volume`` and the volume sources in ``pkg/apis/core/v1/defaults.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api import core_v1
from kubelite.apiserver.defaults.containers import default_pull_policy
from kubelite.apiserver.defaults.filling import changed, filled, mapped, maybe

FILE_MODE = 0o644
TOKEN_SECONDS = 3600

_EMPTY_DIR = core_v1.EmptyDirVolumeSource()


def default_volume(volume: core_v1.Volume) -> core_v1.Volume:
    """A volume with a source, and that source's defaults."""
    if volume == core_v1.Volume(name=volume.name):
        return changed(volume, empty_dir=_EMPTY_DIR)
    return changed(
        volume,
        **{field: maybe(getattr(volume, field), default) for field, default in SOURCES.items()},
    )


def _files(source: Any) -> Any:
    return filled(source, default_mode=FILE_MODE)


def _downward_api(source: core_v1.DownwardAPIVolumeSource) -> core_v1.DownwardAPIVolumeSource:
    source = filled(source, default_mode=FILE_MODE)
    return changed(source, items=mapped(source.items, _downward_file))


def _downward_file(file: core_v1.DownwardAPIVolumeFile) -> core_v1.DownwardAPIVolumeFile:
    if file.field_ref is None:
        return file
    return changed(file, field_ref=filled(file.field_ref, api_version="v1"))


def _projected(source: core_v1.ProjectedVolumeSource) -> core_v1.ProjectedVolumeSource:
    source = filled(source, default_mode=FILE_MODE)
    return changed(source, sources=mapped(source.sources, _projection))


def _projection(source: core_v1.VolumeProjection) -> core_v1.VolumeProjection:
    token, downward = source.service_account_token, source.downward_api
    if token is not None:
        source = changed(
            source, service_account_token=filled(token, expiration_seconds=TOKEN_SECONDS)
        )
    if downward is not None:
        files = mapped(downward.items, _downward_file)
        source = changed(source, downward_api=changed(downward, items=files))
    return source


def _image(source: core_v1.ImageVolumeSource) -> core_v1.ImageVolumeSource:
    return filled(source, pull_policy=default_pull_policy(source.reference))


def _ephemeral(source: core_v1.EphemeralVolumeSource) -> core_v1.EphemeralVolumeSource:
    template = source.volume_claim_template
    if template is None:
        return source
    claim = filled(template.spec, volume_mode="Filesystem")
    return changed(source, volume_claim_template=changed(template, spec=claim))


def _host_path(source: core_v1.HostPathVolumeSource) -> core_v1.HostPathVolumeSource:
    return filled(source, type="")


def _iscsi(source: core_v1.ISCSIVolumeSource) -> core_v1.ISCSIVolumeSource:
    return filled(source, iscsi_interface="default")


def _rbd(source: core_v1.RBDVolumeSource) -> core_v1.RBDVolumeSource:
    return filled(source, pool="rbd", user="admin", keyring="/etc/ceph/keyring")


def _azure_disk(source: core_v1.AzureDiskVolumeSource) -> core_v1.AzureDiskVolumeSource:
    return filled(source, caching_mode="ReadWrite", kind="Shared", fs_type="ext4", read_only=False)


def _scale_io(source: core_v1.ScaleIOVolumeSource) -> core_v1.ScaleIOVolumeSource:
    return filled(source, storage_mode="ThinProvisioned", fs_type="xfs")


SOURCES: dict[str, Callable[[Any], Any]] = {
    "secret": _files,
    "config_map": _files,
    "downward_api": _downward_api,
    "projected": _projected,
    "host_path": _host_path,
    "ephemeral": _ephemeral,
    "image": _image,
    "iscsi": _iscsi,
    "rbd": _rbd,
    "azure_disk": _azure_disk,
    "scale_io": _scale_io,
}
"""The sources that have defaults of their own."""
