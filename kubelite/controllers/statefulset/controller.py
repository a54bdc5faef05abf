"""The StatefulSet controller's shell. Models pkg/controller/statefulset/stateful_set.go and the
events of stateful_pod_control.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.apps_v1 import StatefulSet
from kubelite.api.core_v1 import PersistentVolumeClaim, Pod
from kubelite.api.volumes import CLAIMS
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND
from kubelite.client.client import Client
from kubelite.client.consistency import ConsistencyStore
from kubelite.client.controller import Action, Create, Delete, Requeue, Update
from kubelite.client.events import NORMAL, WARNING, EventRecorder
from kubelite.controllers import history
from kubelite.controllers.base import Manager
from kubelite.controllers.revisioned import RevisionedController
from kubelite.controllers.statefulset import identity
from kubelite.controllers.statefulset.plan import Observed, plan, report, settled

REVISION_HASH = "controller.kubernetes.io/hash"
"""The label of a revision that carries its hash."""


class StatefulSetController(RevisionedController):
    """Watches StatefulSets, their pods and their revisions."""

    name = "statefulset-controller"
    kind = "StatefulSet"
    resource = resynced = "statefulsets.apps"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.claims = manager.informer(CLAIMS)
        self.consistency = ConsistencyStore(self.owners, self.pods, self.claims)

    def sync(self, key: str) -> Sequence[Action]:
        """The plan for one StatefulSet; first of all adoption, and its revision."""
        owner: StatefulSet | None = self.owners.get(key)
        if owner is None:
            return ()
        living = owner.metadata.deletion_timestamp is None
        if living and (claims := self.adoptions(owner)):
            return claims
        revisions = history.oldest_first(self.revisions.index("controller", owner.metadata.uid))
        update, numbering = history.current(owner, revisions, REVISION_HASH)
        if update is None:
            return numbering if living else ()
        seen = self._observed(owner, revisions, update)
        actions: list[Action] = []
        if self.expectations.satisfied(key):
            actions = plan(owner, seen)
            self.expect(key, actions)
        said = self._report(owner, seen, revisions, actions)
        return [*numbering, *self.ordered(key, actions, said)]

    def belongs(self, owner: StatefulSet, pod: Pod) -> bool:
        """A pod of the set has its labels, and a name that comes from it."""
        return identity.member(owner, pod)

    @staticmethod
    def place(pod: Pod) -> int:
        """Its ordinal."""
        return identity.ordinal(pod)

    def _observed(self, owner: StatefulSet, revisions: Sequence[Any], update: Any) -> Observed:
        """What a plan needs: the pods in doubt one by one, of the others how many they are."""
        name, uid = owner.status.current_revision, owner.metadata.uid
        current = next((r for r in revisions if r.metadata.name == name), update)
        count = self.census.of(uid, (owner.spec, update.metadata.name), tuple)
        places = {number: self._members(owner, number) for number in count.doubtful}
        pods = tuple(pod for found in places.values() for pod in found)
        others = frozenset(count.settled)
        seen = Observed(
            pods, current, update, self.clock.now, self.claims.get, others, count.serving
        )
        for number, found in places.items():
            if not found:
                count.leave_out(number)
            elif len(found) == 1 and (serving := settled(owner, seen, found[0])) is not None:
                count.settle(number, serving)
        return seen

    def _members(self, owner: StatefulSet, number: int) -> list[Pod]:
        pods = self.census.at(owner.metadata.uid, number)
        return [pod for pod in pods if identity.member(owner, pod)]

    def _report(
        self,
        owner: StatefulSet,
        seen: Observed,
        revisions: Sequence[Any],
        actions: Sequence[Action],
    ) -> list[Action]:
        """The status, the end of old revisions, and when to look again."""
        ended = [action.uid for action in actions if isinstance(action, Delete)]
        status = report(owner, seen, ended)
        said: list[Action] = []
        if status != owner.status:
            said.append(Update(replace(owner, status=status), "status"))
        live = {seen.current.metadata.name, seen.update.metadata.name}
        live |= {identity.revision_of(pod) for pod in seen.pods}
        limit = owner.spec.revision_history_limit
        said += history.truncated(revisions, live, 10 if limit is None else limit)
        delay = owner.spec.min_ready_seconds
        if delay and status.available_replicas != status.ready_replicas:
            said.append(Requeue(delay * SECOND))
        return said

    def succeeded(self, key: str, action: Action, result: Any) -> None:
        """Tell the user what was done to which pod."""
        super().succeeded(key, action, result)
        self._tell(key, action, NORMAL, "Successful", "successful")

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """Tell the user what could not be done; a name that is still taken is no news."""
        super().failed(key, dropped, status)
        taken = isinstance(dropped[0], Create) and status.reason == "AlreadyExists"
        if not taken:
            self._tell(key, dropped[0], WARNING, "Failed", f"failed error: {status.message}")

    def _tell(self, key: str, action: Action, type: str, outcome: str, result: str) -> None:
        owner = self.owners.get(key)
        verb, what = _deed(action)
        if owner is not None and isinstance(action, Create) and verb and "Claim" in what:
            number = action.obj.metadata.name.rpartition("-")[2]
            ok = type == NORMAL
            what += f"{'' if ok else ' for'} Pod {owner.metadata.name}-{number}"
            result = "success" if ok else result
        if owner is not None and what:
            text = f"{verb} {what} in StatefulSet {owner.metadata.name} {result}"
            self.recorder.event(owner, type, outcome + verb.capitalize(), text)


def _deed(action: Action) -> tuple[str, str]:
    """What an action does to which pod or for which claim; nothing for other actions."""
    if isinstance(action, Delete) and action.resource == "pods":
        return "delete", f"Pod {action.name}"
    if isinstance(action, Create) and isinstance(action.obj, PersistentVolumeClaim):
        return "create", f"Claim {action.obj.metadata.name}"
    if isinstance(action, Create | Update) and isinstance(action.obj, Pod):
        return type(action).__name__.lower(), f"Pod {action.obj.metadata.name}"
    return "", ""
