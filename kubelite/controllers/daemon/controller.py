"""The DaemonSet controller's shell. Models pkg/controller/daemon/daemon_controller.go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kubelite.api.apps_v1 import ControllerRevision, DaemonSet
from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import MINUTE, SECOND
from kubelite.client.backoff import Backoff
from kubelite.client.client import Client
from kubelite.client.consistency import ConsistencyStore
from kubelite.client.controller import Action, Create, Delete, Emit, Requeue, Update
from kubelite.client.events import NORMAL, WARNING, EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers import history
from kubelite.controllers.base import Manager
from kubelite.controllers.daemon import placement
from kubelite.controllers.daemon.manage import Observed, counted, manage, observed, settled
from kubelite.controllers.daemon.rolling import rolling_update
from kubelite.controllers.revisioned import RevisionedController
from kubelite.controllers.telling import tell_done, tell_refused

BURST_REPLICAS = 250
"""Pods created, and pods deleted, in one go."""

FIRST_BACKOFF = 1 * SECOND
LONGEST_BACKOFF = 15 * MINUTE


class DaemonSetController(RevisionedController):
    """Watches DaemonSets, their pods, their revisions, and the nodes."""

    name = "daemonset-controller"
    kind = "DaemonSet"
    resource = resynced = "daemonsets.apps"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.nodes = manager.informer("nodes")
        self.consistency = ConsistencyStore(self.owners, self.pods)
        self._order: dict[str, int] = {}  # by node: its place in the copy; empty when unknown
        self.backoff = Backoff(self.clock, FIRST_BACKOFF, LONGEST_BACKOFF)
        self.nodes.on(self._node_added, self._node_updated, self._node_deleted)

    # What wakes it

    @staticmethod
    def place(pod: Pod) -> str:
        """The node where it is, or should be."""
        return placement.target_node(pod)

    def _node_added(self, node: Node) -> None:
        self._node_deleted(node)
        for owner in self.owners.items():
            if placement.should_run(owner, node)[0]:
                self.queue.add(key_of(owner))

    def _node_updated(self, old: Node, node: Node) -> None:
        if old.metadata.labels == node.metadata.labels and old.spec == node.spec:
            return
        self.census.doubt(node.metadata.name)
        for owner in self.owners.items():
            if placement.should_run(owner, old) != placement.should_run(owner, node):
                self.queue.add(key_of(owner))

    def _node_deleted(self, node: Node) -> None:
        self._order.clear()
        self.census.doubt(node.metadata.name)

    # What it does

    # DOC: daemon-plan
    def sync(self, key: str) -> Sequence[Action]:
        """The plan for one DaemonSet; first of all adoption, and its revision."""
        owner: DaemonSet | None = self.owners.get(key)
        if owner is None or owner.metadata.deletion_timestamp is not None:
            return ()
        claims = self.adoptions(owner)
        if claims:
            return claims
        revisions = history.oldest_first(self.revisions.index("controller", owner.metadata.uid))
        current, numbering = history.current(owner, revisions, history.HASH)
        if current is None:
            return numbering
        revision = current.metadata.labels.get(history.HASH, "")
        seen = self._look(owner, revision)
        ready = self.expectations.satisfied(key)
        actions = self._changes(owner, seen) if ready else []
        self.expect(key, actions)
        if ready:
            actions += self._clean_up(owner, revisions, current)
        return [*numbering, *self.ordered(key, actions, self._report(owner, seen, ready))]

    # DOC: daemon-look
    def _look(self, owner: DaemonSet, revision: str) -> Observed:
        """What a plan needs: the nodes in doubt one by one, of the others how many they are."""
        uid, spec = owner.metadata.uid, owner.spec
        generation = owner.metadata.annotations.get(placement.TEMPLATE_GENERATION)
        asked = (revision, generation, spec.min_ready_seconds, spec.template.spec)
        count = self.census.of(uid, asked, self._names)
        names = sorted(count.doubtful)
        pods = [pod for name in names for pod in self.census.at(uid, name)]
        nodes, others, now = self._nodes(names), len(count.settled), self.clock.now
        seen = observed(owner, nodes, pods, revision, now, others, count.serving)
        for name in names:
            if name not in seen.pods and not seen.verdicts.get(name, (False, False))[0]:
                count.leave_out(name)
            elif (serving := settled(owner, seen, name)) is not None:
                count.settle(name, serving)
        return seen

    def _names(self) -> dict[str, int]:
        """The nodes by name, with their places in the order of the copy."""
        if not self._order:
            nodes = self.nodes.items()
            self._order = {node.metadata.name: place for place, node in enumerate(nodes)}
        return self._order

    def _nodes(self, names: Iterable[str]) -> list[Node]:
        """The nodes of these names in the order of the copy, without those that are gone."""
        order = self._names()
        there = sorted(filter(order.__contains__, names), key=order.__getitem__)
        found: map[Any] = map(self.nodes.get, there)
        return list(found)

    def _changes(self, owner: DaemonSet, seen: Observed) -> list[Action]:
        """Make good what is wrong; when nothing is, go on with the rollout."""
        changes = manage(owner, seen)
        first = self._ended(owner, changes.ended)
        actions = [*first, *_carried_out(owner, seen, changes.missing, changes.surplus)]
        busy = any(isinstance(action, Create | Delete) for action in actions)
        if busy or owner.spec.update_strategy.type != "RollingUpdate":
            return actions
        return [*actions, *_carried_out(owner, seen, *rolling_update(owner, seen))]

    # DOC: daemon-failed-pods
    def _ended(self, owner: DaemonSet, ended: Sequence[Pod]) -> list[Action]:
        """A daemon that has ended is replaced; one that fails again and again, ever later."""
        actions: list[Action] = []
        for pod in ended:
            node, failed = placement.target_node(pod), pod.status.phase == "Failed"
            if failed:
                key = f"{owner.metadata.uid}/{owner.status.observed_generation}/{node}"
                if self.backoff.wait_since_update(key):
                    actions.append(Requeue(self.backoff.get(key)))
                    continue
                self.backoff.next(key, self.clock.now)
            word, reason, verb, type = (
                ("failed", "FailedDaemonPod", "kill", WARNING)
                if failed
                else ("succeeded", "SucceededDaemonPod", "delete", NORMAL)
            )
            name = f"{pod.metadata.namespace}/{pod.metadata.name}"
            text = f"Found {word} daemon pod {name} on node {node}, will try to {verb} it"
            actions += [Emit(owner, type, reason, text), _delete(pod)]
        return actions

    def _clean_up(
        self,
        owner: DaemonSet,
        revisions: Sequence[ControllerRevision],
        current: ControllerRevision,
    ) -> list[Action]:
        """Delete old revisions beyond the limit, the lowest first, but none that a pod is of."""
        old = [r for r in revisions if r.metadata.name != current.metadata.name]
        limit = owner.spec.revision_history_limit
        surplus = len(old) - (10 if limit is None else limit)
        if surplus <= 0:
            return []
        pods = self.pods.index("controller", owner.metadata.uid)
        live = {pod.metadata.labels.get(history.HASH) for pod in pods}
        idle = [r for r in old if r.metadata.labels.get(history.HASH) not in live]
        return [
            Delete(history.REVISIONS, r.metadata.name, r.metadata.namespace, r.metadata.uid)
            for r in idle[:surplus]
        ]

    def _report(self, owner: DaemonSet, seen: Observed, acted: bool) -> list[Action]:
        status = counted(owner, seen, acted)
        said: list[Action] = []
        if status != owner.status:
            said.append(Update(replace(owner, status=status), "status"))
        delay = owner.spec.min_ready_seconds
        if delay and status.number_ready != status.number_available:
            said.append(Requeue(delay * SECOND))
        return said

    def succeeded(self, key: str, action: Action, result: Any) -> None:
        """Tell the user what was created or deleted."""
        super().succeeded(key, action, result)
        owner = self.owners.get(key)
        if owner is None:
            return
        tell_done(self.recorder, owner, action, result)

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """Tell the user what could not be done."""
        super().failed(key, dropped, status)
        owner, refused = self.owners.get(key), dropped[0]
        if owner is None:
            return
        tell_refused(self.recorder, owner, refused, status)

    def crash(self) -> None:
        """Forget who failed when."""
        super().crash()
        self.backoff = Backoff(self.clock, FIRST_BACKOFF, LONGEST_BACKOFF)


def _carried_out(
    owner: DaemonSet, seen: Observed, missing: Sequence[str], surplus: Sequence[Pod]
) -> list[Action]:
    created = [Create(placement.new_pod(owner, n, seen.revision)) for n in missing]
    return [*created[:BURST_REPLICAS], *map(_delete, surplus[:BURST_REPLICAS])]


def _delete(pod: Pod) -> Delete:
    meta = pod.metadata
    return Delete("pods", meta.name, meta.namespace, meta.uid)
