"""What every controller here begins with, and what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from kubelite.api import SCHEME
from kubelite.apimachinery.meta import OwnerReference
from kubelite.client.client import Client
from kubelite.client.controller import Controller
from kubelite.client.events import EventRecorder
from kubelite.client.informer import Indexer, Informer
from kubelite.sim.chance import Chance


class Manager(Protocol):
    """What a controller may ask of the manager it runs in."""

    chance: Chance

    def informer(self, resource: str, indexers: Mapping[str, Indexer] | None = None) -> Informer:
        """The shared copy of a kind."""
        ...


class ManagedController(Controller):
    """A controller of the manager. Subclasses ask for informers in ``__init__``."""

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder)
        self.manager = manager


def controller_of(obj: Any) -> OwnerReference | None:
    """The one owner that manages this object, if it has one."""
    owners: tuple[OwnerReference, ...] = obj.metadata.owner_references
    for owner in owners:
        if owner.controller:
            return owner
    return None


def by_controller(obj: Any) -> Sequence[str]:
    """An indexer: the uid of the managing owner; "orphans/NAMESPACE" when there is none."""
    owner = controller_of(obj)
    return (owner.uid if owner else f"orphans/{obj.metadata.namespace}",)


def owned_by(owner: Any) -> OwnerReference:
    """The reference that makes something a managed dependent of ``owner``."""
    kind = SCHEME.of(type(owner))
    return OwnerReference(
        api_version=kind.api_version,
        kind=kind.kind,
        name=owner.metadata.name,
        uid=owner.metadata.uid,
        controller=True,
        block_owner_deletion=True,
    )
