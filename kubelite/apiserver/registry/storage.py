"""Volumes, claims and storage classes: what is special about them.

Models pkg/registry/core/{persistentvolume,persistentvolumeclaim} and pkg/registry/storage.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.api.core_v1 import (
    PersistentVolume,
    PersistentVolumeClaim,
    PersistentVolumeClaimStatus,
    PersistentVolumeStatus,
)
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.apiserver import defaults, validation
from kubelite.apiserver.registry.strategy import Strategy

NO_STREAM_OF_OTHERS = "uids/storage"
"""What every cluster begins with takes no uid from anybody else."""


class PersistentVolumeStrategy(Strategy):
    """Volumes say since when they have been in their phase."""

    def __init__(self, now: Callable[[], int]):
        super().__init__(
            defaults.default_persistent_volume,
            validation.validate_persistent_volume,
            validation.validate_persistent_volume_update,
            validation.validate_persistent_volume_status_update,
        )
        self._now = now

    def _moment(self) -> Time:
        return Time(self._now() // SECOND * SECOND)

    def prepare_create(self, obj: PersistentVolume) -> PersistentVolume:
        """Pending, from now on."""
        status = PersistentVolumeStatus(phase="Pending", last_phase_transition_time=self._moment())
        return replace(obj, status=status)

    def prepare_subresource(
        self, subresource: str, new: PersistentVolume, old: PersistentVolume
    ) -> PersistentVolume:
        """A new phase begins now."""
        changed: PersistentVolume = super().prepare_subresource(subresource, new, old)
        status = changed.status
        if status.phase == old.status.phase:
            return changed
        return replace(changed, status=replace(status, last_phase_transition_time=self._moment()))


class PersistentVolumeClaimStrategy(Strategy):
    """Claims begin as Pending."""

    def prepare_create(self, obj: PersistentVolumeClaim) -> PersistentVolumeClaim:
        """Nobody has given it a volume yet."""
        return replace(obj, status=PersistentVolumeClaimStatus(phase="Pending"))


class StorageClassStrategy(Strategy):
    """Classes are there from the start."""

    uid_stream = NO_STREAM_OF_OTHERS
