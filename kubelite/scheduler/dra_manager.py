"""What the scheduler knows of devices: claims, slices and classes, and what is on its way.

The copies are filled when the first pod with claims comes, so a cluster without devices pays
nothing. A claim that has just been given devices counts as written: from the decision until the
copy shows it. Models ``dynamicresources/dra_manager.go`` and ``scheduler/util/assumecache``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kubelite.api.devices import CLAIMS, DEVICE_CLASSES, SLICES, allocated_devices
from kubelite.api.resource_v1 import DeviceClass, ResourceClaim, ResourceSlice
from kubelite.client.client import Client
from kubelite.client.informer import Informer, key_of
from kubelite.scheduler.framework import (
    DEVICE_CLAIM_ADD,
    DEVICE_CLAIM_UPDATE,
    DEVICE_CLASS_ADD,
    DEVICE_CLASS_UPDATE,
    SLICE_ADD,
    SLICE_UPDATE,
)
from kubelite.scheduler.storage import Move, tell

if TYPE_CHECKING:
    from kubelite.scheduler.structured.pools import DeviceID


class Devices:
    """Claims, slices and classes as they were at one moment.

    ``answers`` is what selectors have said of devices, while the slices stay as they are.
    """

    def __init__(
        self,
        claims: Iterable[ResourceClaim] = (),
        slices: Iterable[ResourceSlice] = (),
        classes: Iterable[DeviceClass] = (),
    ):
        self._there = {key_of(claim): claim for claim in claims}
        self._offered = tuple(slices)
        self._kinds = {found.metadata.name: found for found in classes}
        self.answers: dict[Any, bool] = {}

    def follow(self) -> None:
        """Somebody asks for devices: from now on know of them."""

    def claim(self, key: str) -> ResourceClaim | None:
        """The claim "namespace/name"."""
        return self._there.get(key)

    def claims(self) -> Iterable[ResourceClaim]:
        """All of them."""
        return self._there.values()

    def is_pending(self, claim: ResourceClaim) -> bool:
        """Whether it is being given devices for another pod."""
        return False

    def slices(self) -> Collection[ResourceSlice]:
        """All slices."""
        return self._offered

    def device_class(self, name: str) -> DeviceClass | None:
        """The DeviceClass of that name."""
        return self._kinds.get(name)

    def taken(self) -> set[DeviceID]:
        """The devices that are somebody's."""
        from kubelite.scheduler.structured.pools import DeviceID

        return {
            DeviceID(result.driver, result.pool, result.device)
            for claim in self.claims()
            for result in allocated_devices(claim)
        }


class DRAManager(Devices):
    """Copies of everything about devices, and the claims that are being given some."""

    def __init__(self, client: Client, move: Move):
        super().__init__()
        self._move = move
        self._claims = Informer(client, CLAIMS)
        self._slices = Informer(client, SLICES)
        self._classes = Informer(client, DEVICE_CLASSES)
        self._pending: dict[str, ResourceClaim] = {}  # by uid: decided on, not yet written
        self._assumed: dict[str, ResourceClaim] = {}  # by key: written, not yet read
        self._following = False
        self.stopped = False

    @property
    def informers(self) -> tuple[Informer, ...]:
        """Those that are kept up to date."""
        return (self._claims, self._slices, self._classes) if self._following else ()

    def stop(self) -> None:
        """The scheduler has died: whatever it has begun is not gone on with."""
        self.stopped = True

    def follow(self) -> None:
        """Somebody asks for devices: from now on know of them."""
        if self._following:
            return
        self._following = True
        self._claims.on(self._read, lambda _, claim: self._read(claim), self._forget)
        self._slices.on(self._told, self._told, self._told)
        for informer, added, updated in (
            (self._claims, DEVICE_CLAIM_ADD, DEVICE_CLAIM_UPDATE),
            (self._slices, SLICE_ADD, SLICE_UPDATE),
            (self._classes, DEVICE_CLASS_ADD, DEVICE_CLASS_UPDATE),
        ):
            tell(informer, added, updated, self._move)
            informer.start()

    def _told(self, *_: ResourceSlice) -> None:
        self.answers.clear()

    # Claims

    def claim(self, key: str) -> ResourceClaim | None:
        """The claim "namespace/name", as it was read or written last."""
        found: ResourceClaim | None = self._claims.get(key)
        return self._assumed.get(key, found)

    def _read(self, claim: ResourceClaim) -> None:
        own = self._assumed.get(key_of(claim))
        if own is not None and _revision(claim) >= _revision(own):
            del self._assumed[key_of(claim)]

    def _forget(self, claim: ResourceClaim) -> None:
        self._assumed.pop(key_of(claim), None)

    def is_pending(self, claim: ResourceClaim) -> bool:
        """Whether it is being given devices for another pod."""
        return claim.metadata.uid in self._pending

    def reserve(self, claim: ResourceClaim) -> None:
        """These devices are the claim's, though it is not written yet."""
        self._pending[claim.metadata.uid] = claim

    def reserved(self, claim: ResourceClaim) -> ResourceClaim | None:
        """The claim with the devices that it is being given."""
        return self._pending.get(claim.metadata.uid)

    def unreserve(self, uid: str) -> None:
        """It has got them, or will not get them."""
        self._pending.pop(uid, None)

    def assume(self, claim: ResourceClaim) -> None:
        """The claim was written so."""
        found: ResourceClaim | None = self._claims.get(key_of(claim))
        if found is None or _revision(found) < _revision(claim):
            self._assumed[key_of(claim)] = claim

    def claims(self) -> Iterator[ResourceClaim]:
        """All of them, and those that are on their way."""
        for claim in self._claims.items():
            yield self._assumed.get(key_of(claim), claim)
        yield from self._pending.values()

    # What is on offer

    def slices(self) -> Collection[ResourceSlice]:
        """All slices."""
        return self._slices.items()

    def device_class(self, name: str) -> DeviceClass | None:
        """The DeviceClass of that name."""
        found: DeviceClass | None = self._classes.get(name)
        return found


def _revision(obj: Any) -> int:
    return int(obj.metadata.resource_version or 0)
