"""What every controller here begins with, and what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from kubelite.api import SCHEME
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery import errors
from kubelite.apimachinery.meta import OwnerReference
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.apimachinery.times import SECOND, Time
from kubelite.client.client import Client
from kubelite.client.controller import Controller, Patch
from kubelite.client.events import EventRecorder
from kubelite.client.informer import Indexer, Informer
from kubelite.controllers.claimusers import ClaimUsers
from kubelite.sim.chance import Chance


class Manager(Protocol):
    """What a controller may ask of the manager it runs in."""

    chance: Chance

    def informer(self, resource: str, indexers: Mapping[str, Indexer] | None = None) -> Informer:
        """The shared copy of a kind."""
        ...

    def claim_users(self) -> ClaimUsers:
        """Which pods use which claims."""
        ...


class ManagedController(Controller):
    """A controller of the manager. Subclasses ask for informers in ``__init__``."""

    resynced = ""
    """The resource of which every object is looked at again at each resync, if there is one."""

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder)
        self.manager = manager


def disrupted(pod: Pod, reason: str, message: str, now: int, phase: str = "") -> Patch:
    """Note on a pod that it is about to be deleted through no fault of its own."""
    found = {
        "type": "DisruptionTarget",
        "status": "True",
        "reason": reason,
        "message": message,
        "observedGeneration": pod.metadata.generation,
        "lastTransitionTime": Time(now // SECOND * SECOND).wire(),
    }
    status: dict[str, Any] = {"conditions": [found]}
    if phase:
        status["phase"] = phase
    meta = pod.metadata
    change = {"metadata": {"uid": meta.uid}, "status": status}
    return Patch("pods", meta.name, meta.namespace, change, STRATEGIC_PATCH, "status")


def asks_anew(old: Any, new: Any) -> bool:
    """Whether an update changed what the object asks for, not only what is said of it."""
    return bool(old.metadata.generation != new.metadata.generation)


# DOC: adoption-recheck
def ask_before_adopting(client: Client, owner: Any) -> None:
    """Ask the server whether the owner is still there, for the copy of it may be behind.

    Raises StatusError if it is gone, if another one has its name, or if it is on its way out.
    """
    meta, resource = owner.metadata, SCHEME.of(type(owner)).resource
    found = client.get(resource, meta.name, meta.namespace).metadata
    if found.uid != meta.uid:
        gone = f"original {meta.namespace}/{meta.name} is gone: got uid {found.uid}"
        raise errors.conflict(resource, meta.name, f"{gone}, wanted {meta.uid}")
    if found.deletion_timestamp is not None:
        raise errors.conflict(resource, meta.name, "it has just been deleted")


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
    kind = SCHEME.of(type(owner))  # a defined kind's type brings its own row
    return OwnerReference(
        api_version=kind.api_version,
        kind=kind.kind,
        name=owner.metadata.name,
        uid=owner.metadata.uid,
        controller=True,
        block_owner_deletion=True,
    )
