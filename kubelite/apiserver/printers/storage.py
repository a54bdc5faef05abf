"""What the cells of volumes, claims and storage classes show.

Models printPersistentVolume and its like of pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from kubelite.api.core_v1 import PersistentVolume, PersistentVolumeClaim
from kubelite.api.storage_v1 import CSIDriver, StorageClass, VolumeAttachment
from kubelite.api.volumes import is_default_class

UNSET = "<unset>"
_SHORT_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


def access_modes(modes: tuple[str, ...]) -> str:
    """The modes in short, in kubectl's order."""
    return ",".join(short for mode, short in _SHORT_MODES.items() if mode in modes)


def _phase(obj: PersistentVolume | PersistentVolumeClaim) -> str:
    return "Terminating" if obj.metadata.deletion_timestamp is not None else obj.status.phase


def volume_status(volume: PersistentVolume, now: int) -> str:
    """The phase, or that it is on its way out."""
    return _phase(volume)


def volume_capacity(volume: PersistentVolume, now: int) -> str:
    """How large it is."""
    return str(volume.spec.capacity.get("storage", "0"))


def volume_modes(volume: PersistentVolume, now: int) -> str:
    """How it can be shared."""
    return access_modes(volume.spec.access_modes)


def volume_claim(volume: PersistentVolume, now: int) -> str:
    """Whose it is."""
    claim = volume.spec.claim_ref
    return f"{claim.namespace}/{claim.name}" if claim is not None else ""


def volume_attributes_class(obj: PersistentVolume | PersistentVolumeClaim, now: int) -> str:
    """The class of attributes it asks for."""
    return obj.spec.volume_attributes_class_name or UNSET


def volume_mode(obj: PersistentVolume | PersistentVolumeClaim, now: int) -> str:
    """File system or block."""
    return obj.spec.volume_mode or UNSET


def claim_status(claim: PersistentVolumeClaim, now: int) -> str:
    """The phase, or that it is on its way out."""
    return _phase(claim)


def claim_capacity(claim: PersistentVolumeClaim, now: int) -> str:
    """How large its volume is, once it has one."""
    return str(claim.status.capacity.get("storage", "0")) if claim.spec.volume_name else ""


def claim_modes(claim: PersistentVolumeClaim, now: int) -> str:
    """How its volume can be shared, once it has one."""
    return access_modes(claim.status.access_modes) if claim.spec.volume_name else ""


def claim_class(claim: PersistentVolumeClaim, now: int) -> str:
    """The class it asks for."""
    return claim.spec.storage_class_name or ""


def class_name(found: StorageClass, now: int) -> str:
    """The name, and whether it is for those who name none."""
    return found.metadata.name + (" (default)" if is_default_class(found) else "")


def class_expansion(found: StorageClass, now: int) -> str:
    """Whether volumes of it can grow."""
    return "true" if found.allow_volume_expansion else "false"


def attachment_volume(found: VolumeAttachment, now: int) -> str:
    """The volume's name."""
    return found.spec.source.persistent_volume_name or ""


def attachment_attached(found: VolumeAttachment, now: int) -> str:
    """Whether it is attached."""
    return "true" if found.status.attached else "false"


def driver_tokens(driver: CSIDriver, now: int) -> str:
    """For whom it wants tokens."""
    return ",".join(token.audience for token in driver.spec.token_requests) or UNSET


def driver_modes(driver: CSIDriver, now: int) -> str:
    """How long volumes of it may live."""
    return ",".join(driver.spec.volume_lifecycle_modes) or "<none>"
