"""What the DaemonSet and the StatefulSet controller have in common: they own pods and revisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.apps_v1 import ControllerRevision
from kubelite.api.conditions import pod_ready
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.times import SECOND
from kubelite.client.client import Client
from kubelite.client.controller import Action, Create, Delete
from kubelite.client.events import EventRecorder
from kubelite.client.expectations import Expectations
from kubelite.client.informer import key_of
from kubelite.controllers import history
from kubelite.controllers.base import (
    ManagedController,
    Manager,
    ask_before_adopting,
    by_controller,
    controller_of,
)
from kubelite.controllers.census import Census
from kubelite.controllers.strangers import Strangers


class RevisionedController(ManagedController):
    """Watches owners, their pods and their revisions; ``kind`` and ``resource`` are the owners'.

    It does not act on a copy of the world that lacks its own last deeds.
    """

    kind = ""
    resource = ""

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.owners = manager.informer(self.resource)
        self.pods = manager.informer("pods", {"controller": by_controller})
        self.revisions = manager.informer(history.REVISIONS, {"controller": by_controller})
        self.expectations = Expectations(self.clock)
        self.strangers = Strangers(self.pods, self.belongs)
        self.census: Census[Any] = Census(self.kind, self.place, self.pods)
        self._failing: dict[str, None] = {}  # owners whose last plan was refused
        self.owners.on(
            add=lambda owner: self.queue.add(key_of(owner)),
            update=lambda _, owner: self.queue.add(key_of(owner)),
            delete=self._owner_deleted,
        )
        self.pods.on(add=self._pod_added, update=self._pod_updated, delete=self._pod_deleted)
        self.revisions.on(
            add=self._revision_changed,
            update=lambda _, revision: self._revision_changed(revision),
            delete=self._revision_changed,
        )

    def belongs(self, owner: Any, pod: Pod) -> bool:
        """Whether the owner may have the pod."""
        return history.selects(owner, pod)

    @staticmethod
    def place(pod: Pod) -> Any:
        """What the pod is for with its owner: see ``kubelite.controllers.census``."""
        raise NotImplementedError

    # What wakes it

    def _owner_deleted(self, owner: Any) -> None:
        self.expectations.forget(key_of(owner))
        self._failing.pop(key_of(owner), None)
        self.strangers.forget(owner.metadata.uid)
        self.census.forget(owner.metadata.uid)
        self.queue.add(key_of(owner))

    def _owner_of(self, pod: Pod) -> Any | None:
        key = history.owner_key(pod, self.kind, self.owners)
        return self.owners.get(key) if key else None

    def _pod_added(self, pod: Pod) -> None:
        if pod.metadata.deletion_timestamp is not None:
            self._pod_deleted(pod)
            return
        owner = self._owner_of(pod)
        if owner is not None:
            self.expectations.created(key_of(owner))
            self._note(owner, None, pod)
        elif controller_of(pod) is None:
            for owner in self.owners.items():
                if history.selects(owner, pod):
                    self.queue.add(key_of(owner))

    def _pod_updated(self, old: Pod, pod: Pod) -> None:
        if not self.owners.items():
            return
        manager = controller_of(pod)
        moved = old.metadata.owner_references is not pod.metadata.owner_references
        if manager is not None and manager.kind != self.kind and not moved:
            return  # nearly every pod there is
        owner = before = self._owner_of(pod)
        if moved:
            before = self._owner_of(old)
        if before is not None:
            if before is not owner:
                self.queue.add(key_of(before))
            self.census.changed(before.metadata.uid, old)
        if owner is not None:
            if pod.metadata.deletion_timestamp is not None:
                self.expectations.deleted(key_of(owner), pod.metadata.uid)
            self._note(owner, old, pod)
            delay = owner.spec.min_ready_seconds
            if delay and pod_ready(pod) > pod_ready(old):
                # One second more: timestamps are whole seconds.
                self.queue.add_after(key_of(owner), (delay + 1) * SECOND)
        elif manager is None and pod.metadata.labels != old.metadata.labels:
            self._pod_added(pod)

    def _pod_deleted(self, pod: Pod) -> None:
        owner = self._owner_of(pod)
        if owner is not None:
            self.expectations.deleted(key_of(owner), pod.metadata.uid)
            self._note(owner, None, pod)

    def _note(self, owner: Any, old: Pod | None, pod: Pod) -> None:
        """Look at the owner again, and at this pod of its."""
        self.queue.add(key_of(owner))
        self.strangers.changed(owner.metadata.uid, old, pod)
        self.census.changed(owner.metadata.uid, pod)

    def _revision_changed(self, revision: ControllerRevision) -> None:
        key = history.owner_key(revision, self.kind, self.owners)
        if key:
            self.queue.add(key)

    # What it does

    def adoptions(self, owner: Any) -> list[Action]:
        """Take in orphans that belong to the owner, let go of what no longer does."""
        uid, space = owner.metadata.uid, f"orphans/{owner.metadata.namespace}"
        revisions = self.revisions.index
        lost = [r for r in revisions("controller", space) if history.selects(owner, r)]
        pods = [pod for pod in self.pods.index("controller", space) if self.belongs(owner, pod)]
        if any(found.metadata.deletion_timestamp is None for found in (*lost, *pods)):
            ask_before_adopting(self.client, owner)
        others = [r for r in revisions("controller", uid) if not history.selects(owner, r)]
        return [
            *history.adoptions(owner, history.REVISIONS, lost, others),
            *history.adoptions(owner, "pods", pods, self.strangers.of(owner)),
        ]

    def expect(self, key: str, actions: Sequence[Action]) -> None:
        """Wait for the pods that these actions create and delete."""
        born = sum(isinstance(a, Create) and isinstance(a.obj, Pod) for a in actions)
        doomed = tuple(a.uid for a in actions if isinstance(a, Delete) and a.resource == "pods")
        if born or doomed:
            self.expectations.expect(key, born, doomed)

    def ordered(
        self, key: str, actions: Sequence[Action], report: Sequence[Action]
    ) -> list[Action]:
        """What to do, then what to say of it; after a refusal first what to say."""
        if key in self._failing:
            return [*report, *actions]
        return [*actions, *report]

    def succeeded(self, key: str, action: Action, result: Any) -> None:
        """Tell the user what was created or deleted."""
        if isinstance(action, Create | Delete):
            self._failing.pop(key, None)

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """What was not done will not be seen either; a name that is taken is chosen anew."""
        self._failing[key] = None
        for action in dropped:
            if isinstance(action, Create) and isinstance(action.obj, Pod):
                self.expectations.created(key)
            elif isinstance(action, Delete):
                self.expectations.deleted(key, action.uid)
        owner, refused = self.owners.get(key), dropped[0]
        if owner is None or not isinstance(refused, Create):
            return
        if isinstance(refused.obj, ControllerRevision) and status.reason == "AlreadyExists":
            changed = history.collided(owner, refused.obj, self.revisions)
            if changed is not None:
                self.client.update_status(changed)

    def crash(self) -> None:
        """Forget expectations too: they live in memory."""
        super().crash()
        self.expectations = Expectations(self.clock)
        self.strangers.forget_all()
        self.census.forget_all()
