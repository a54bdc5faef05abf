"""Defaults of volumes, claims and what belongs to them.

Models SetDefaults_PersistentVolume and its like of ``pkg/apis/{core,storage}/v1/defaults.go``.
"""

from __future__ import annotations

from kubelite.api import core_v1, storage_v1
from kubelite.apiserver.defaults.filling import changed, filled, maybe, rounded
from kubelite.apiserver.defaults.volumes import SOURCES


def default_persistent_volume(volume: core_v1.PersistentVolume) -> core_v1.PersistentVolume:
    """Kept when its claim goes, a file system, and the sources' own."""
    spec = filled(volume.spec, persistent_volume_reclaim_policy="Retain", volume_mode="Filesystem")
    here = [field for field in SOURCES if hasattr(spec, field)]
    sources = {field: maybe(getattr(spec, field), SOURCES[field]) for field in here}
    spec = changed(spec, capacity=rounded(spec.capacity), **sources)
    return changed(volume, spec=spec, status=filled(volume.status, phase="Pending"))


def default_persistent_volume_claim(
    claim: core_v1.PersistentVolumeClaim,
) -> core_v1.PersistentVolumeClaim:
    """A file system."""
    return changed(
        claim,
        spec=filled(claim.spec, volume_mode="Filesystem"),
        status=filled(claim.status, phase="Pending"),
    )


def default_storage_class(found: storage_v1.StorageClass) -> storage_v1.StorageClass:
    """Volumes are made at once, and go with their claims."""
    return filled(found, reclaim_policy="Delete", volume_binding_mode="Immediate")


def default_csi_driver(driver: storage_v1.CSIDriver) -> storage_v1.CSIDriver:
    """Volumes are attached, and outlive pods."""
    spec = filled(
        driver.spec,
        attach_required=True,
        pod_info_on_mount=False,
        storage_capacity=False,
        fs_group_policy="ReadWriteOnceWithFSType",
        volume_lifecycle_modes=("Persistent",),
        requires_republish=False,
        se_linux_mount=False,
    )
    return changed(driver, spec=spec)
