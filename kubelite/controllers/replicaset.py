"""ReplicaSet: so many pods of one template, no more and no fewer.

Models pkg/controller/replicaset (replica_set.go, replica_set_utils.go) and the pod ranking of
pkg/controller/controller_utils.go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from kubelite.api.apps_v1 import ReplicaSet, ReplicaSetCondition, ReplicaSetStatus
from kubelite.api.conditions import condition, pod_active, pod_available, pod_finished, pod_ready
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery import labels
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.apimachinery.times import SECOND, Time
from kubelite.client.client import Client
from kubelite.client.consistency import ConsistencyStore
from kubelite.client.controller import Action, Create, Delete, Patch, Requeue, Update
from kubelite.client.events import EventRecorder
from kubelite.client.expectations import Expectations
from kubelite.client.informer import key_of
from kubelite.controllers.base import (
    ManagedController,
    Manager,
    ask_before_adopting,
    asks_anew,
    by_controller,
    controller_of,
    owned_by,
)
from kubelite.controllers.podranking import Facts, Remembered, ranked_for_deletion
from kubelite.controllers.telling import tell_done, tell_refused

BURST_REPLICAS = 500
"""Pods created or deleted in one go."""


def _read(selector: Any) -> labels.Selector:
    """A ReplicationController's selector is a dict of labels."""
    if isinstance(selector, dict):
        return labels.from_set(selector)
    return labels.from_label_selector(selector)


_selector = ByIdentity(_read)


# DOC: replicaset-plan
def plan(
    owner: ReplicaSet, active: int, surplus_first: Callable[[], Sequence[Pod]]
) -> list[Action]:
    """Create what is missing, delete what is too much: at most 500 at a time.

    ``active`` is how many pods it has that count; ``surplus_first`` ranks them, the one that is
    missed least first, and is asked only when there are too many.
    """
    missing = wanted(owner) - active
    if missing > 0:
        pod = new_pod(owner)
        return [Create(pod)] * min(missing, BURST_REPLICAS)
    if missing == 0:
        return []
    return [
        Delete("pods", pod.metadata.name, pod.metadata.namespace, pod.metadata.uid)
        for pod in surplus_first()[: min(-missing, BURST_REPLICAS)]
    ]


def wanted(owner: ReplicaSet) -> int:
    """How many pods it asks for."""
    return owner.spec.replicas if owner.spec.replicas is not None else 1


def new_pod(owner: ReplicaSet) -> Pod:
    """A pod of the template, which it shares."""
    template = owner.spec.template
    return Pod(
        metadata=ObjectMeta(
            generate_name=owner.metadata.name + "-",
            namespace=owner.metadata.namespace,
            labels=template.metadata.labels,
            annotations=template.metadata.annotations,
            finalizers=template.metadata.finalizers,
            owner_references=(owned_by(owner),),
        ),
        spec=template.spec,
    )


def with_failure(owner: ReplicaSet, failure: str, now: int) -> tuple[ReplicaSetCondition, ...]:
    """The conditions, with ReplicaFailure exactly while pods cannot be created."""
    if failure and condition(owner, "ReplicaFailure") is not None:
        return owner.status.conditions
    others = tuple(c for c in owner.status.conditions if c.type != "ReplicaFailure")
    if not failure:
        return others
    failed = ReplicaSetCondition(
        type="ReplicaFailure",
        status="True",
        last_transition_time=Time(now // SECOND * SECOND),
        reason="FailedCreate",
        message=failure,
    )
    return (*others, failed)


def by_replicas(pod: Pod) -> Sequence[str]:
    """An indexer: "UID/active", "UID/ready" or "UID/terminating", UID being the owner's.

    So that a ReplicaSet of a thousand pods need not look at each of them to count them.
    """
    owner = controller_of(pod)
    if owner is None or pod_finished(pod):
        return ()
    if pod.metadata.deletion_timestamp is not None:
        return (owner.uid + "/terminating",)
    return (
        (owner.uid + "/active", owner.uid + "/ready")
        if pod_ready(pod)
        else (owner.uid + "/active",)
    )


class ReplicaSetController(ManagedController):
    """Watches ReplicaSets and pods; wakes for a pod of one it owns."""

    name = "replicaset-controller"
    resource = resynced = "replicasets.apps"
    kind = "ReplicaSet"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.sets = manager.informer(self.resource, {"controller": by_controller})
        self.pods = manager.informer("pods", {"controller": by_controller, "replicas": by_replicas})
        self.consistency = ConsistencyStore(self.sets, self.pods)
        self.expectations = Expectations(self.clock)
        self._failures: dict[str, str] = {}
        # Owners, by uid, of which a pod was seen that does not carry the template's labels: only
        # their pods are looked at one by one.
        self._relabelled: dict[str, None] = {}
        self._ranking: dict[str, Remembered] = {}  # by the uid of an owner that had too many
        self.sets.on(
            add=lambda owner: self.queue.add(key_of(owner)),
            update=self._set_updated,
            delete=self._set_deleted,
        )
        self.listen()

    def listen(self) -> None:
        """Hear of pods."""
        self.pods.on(add=self._pod_added, update=self._pod_updated, delete=self._pod_deleted)

    # What wakes it

    def _set_updated(self, old: ReplicaSet, owner: ReplicaSet) -> None:
        if old.spec.template.metadata.labels != owner.spec.template.metadata.labels:
            self._relabelled[owner.metadata.uid] = None
        self.queue.add(key_of(owner), asks_anew(old, owner))

    def _set_deleted(self, owner: ReplicaSet) -> None:
        self.expectations.forget(key_of(owner))
        self._relabelled.pop(owner.metadata.uid, None)
        self._ranking.pop(owner.metadata.uid, None)
        self.queue.add(key_of(owner))

    def _pod_added(self, pod: Pod) -> None:
        if pod.metadata.deletion_timestamp is not None:
            self._pod_deleted(pod)
            return
        key = self._owner_key(pod)
        if key:
            self.expectations.created(key)
            self.queue.add(key)
        elif controller_of(pod) is None:
            for owner in self.sets.items():
                if _selects(owner, pod):
                    self.queue.add(key_of(owner))

    def _pod_updated(self, old: Pod, pod: Pod) -> None:
        key = self._owner_key(pod)
        if pod.metadata.deletion_timestamp is not None:
            if key:
                self.expectations.deleted(key, pod.metadata.uid)
                self.queue.add(key)
            return
        kept = old.metadata.owner_references is pod.metadata.owner_references
        before = key if kept else self._owner_key(old)
        if before and before != key:
            self.queue.add(before)
        if key:
            self.queue.add(key)
            self._wait_until_available(key, old, pod)
        elif controller_of(pod) is None and pod.metadata.labels != old.metadata.labels:
            self._pod_added(pod)

    def _wait_until_available(self, key: str, old: Pod, pod: Pod) -> None:
        owner = self.sets.get(key)
        if owner is not None and owner.spec.min_ready_seconds and pod_ready(pod) > pod_ready(old):
            # One second more: timestamps are whole seconds.
            self.queue.add_after(key, (owner.spec.min_ready_seconds + 1) * SECOND)

    def _pod_deleted(self, pod: Pod) -> None:
        key = self._owner_key(pod)
        if key:
            self.expectations.deleted(key, pod.metadata.uid)
            self.queue.add(key)

    def _owner_key(self, pod: Pod) -> str:
        owner = controller_of(pod)
        if owner is None or owner.kind != self.kind:
            return ""
        key = f"{pod.metadata.namespace}/{owner.name}"
        found = self.sets.get(key)
        if found is None or found.metadata.uid != owner.uid:
            return ""
        mould, labels = found.spec.template.metadata.labels, pod.metadata.labels
        if labels is not mould and labels != mould:
            self._relabelled[owner.uid] = None
        return key

    # What it does

    def sync(self, key: str) -> Sequence[Action]:
        """The plan for one ReplicaSet, adoption first and its status last."""
        owner = self.sets.get(key)
        if owner is None:
            return ()
        actions: list[Action] = []
        if owner.metadata.deletion_timestamp is None and self.expectations.satisfied(key):
            actions = list(self._adoptions(owner))
            if actions:
                return actions
            actions = self.planned(owner)
            self._expect(key, actions)
        if not actions:
            self._failures.pop(key, None)
        report = self._status_update(key, owner)
        # What failed is reported before the next try: that may fail, too, and end the plan.
        return [*report, *actions] if key in self._failures else [*actions, *report]

    def planned(self, owner: ReplicaSet) -> list[Action]:
        """What is to be created and deleted now."""
        active = self.pods.count("replicas", owner.metadata.uid + "/active")
        return plan(owner, active, lambda: self._surplus_first(owner))

    def _surplus_first(self, owner: ReplicaSet) -> Sequence[Pod]:
        """The pods that the plan may delete; of a crowd, the rest need no rank."""
        active = self._facts(owner)
        surplus = min(len(active) - wanted(owner), BURST_REPLICAS)
        colocated = Counter([facts.node for facts in active])
        for sibling in self._siblings(owner):
            colocated.update([facts.node for facts in self._facts(sibling)])
        return ranked_for_deletion(active, colocated, self.clock.now, surplus)

    def _siblings(self, owner: ReplicaSet) -> list[ReplicaSet]:
        """The others of its Deployment: pods of the family that crowd a node count together."""
        above = controller_of(owner)
        family = self.sets.index("controller", above.uid) if above else []
        return [sibling for sibling in family if sibling.metadata.uid != owner.metadata.uid]

    def _facts(self, owner: ReplicaSet) -> Collection[Facts]:
        """What decides which of its active pods goes first."""
        uid = owner.metadata.uid
        pods = self.pods.index("replicas", uid + "/active")
        return self._ranking.setdefault(uid, Remembered()).of(pods)

    def _expect(self, key: str, actions: Sequence[Action]) -> None:
        if actions:
            doomed = tuple(action.uid for action in actions if isinstance(action, Delete))
            self.expectations.expect(key, len(actions) - len(doomed), doomed)

    def _status_update(self, key: str, owner: ReplicaSet) -> Iterable[Action]:
        status = self._status(key, owner)
        if status != owner.status:
            yield Update(replace(owner, status=status), "status")
        delay = owner.spec.min_ready_seconds * SECOND
        if delay and status.available_replicas != status.ready_replicas == wanted(owner):
            yield Requeue(delay)

    def _status(self, key: str, owner: ReplicaSet) -> ReplicaSetStatus:
        uid, count = owner.metadata.uid, self.pods.count
        ready = available = count("replicas", uid + "/ready")
        delay, now = owner.spec.min_ready_seconds * SECOND, self.clock.now
        if delay:
            pods = self.pods.index("replicas", uid + "/ready")
            available = sum(pod_available(pod, delay, now) for pod in pods)
        return ReplicaSetStatus(
            replicas=count("replicas", uid + "/active"),
            fully_labeled_replicas=self._fully_labeled(owner),
            ready_replicas=ready,
            available_replicas=available,
            terminating_replicas=count("replicas", uid + "/terminating"),
            observed_generation=owner.metadata.generation,
            conditions=with_failure(owner, self._failures.get(key, ""), now),
        )

    def _fully_labeled(self, owner: ReplicaSet) -> int:
        """Pods that carry every label of the template."""
        active = owner.metadata.uid + "/active"
        if owner.metadata.uid not in self._relabelled:
            return self.pods.count("replicas", active)
        mould = owner.spec.template.metadata.labels.items()
        pods = self.pods.index("replicas", active)
        return sum(mould <= pod.metadata.labels.items() for pod in pods)

    # DOC: adoption
    def _adoptions(self, owner: ReplicaSet) -> Iterable[Action]:
        """Take in orphans that match, let go of pods that no longer do."""
        orphans = self.pods.index("controller", f"orphans/{owner.metadata.namespace}")
        mine = [pod for pod in orphans if pod_active(pod) and _selects(owner, pod)]
        if mine:
            ask_before_adopting(self.client, owner)
        for pod in mine:
            yield _own(pod, to_dict(owned_by(owner)))
        if owner.metadata.uid not in self._relabelled:
            return
        for pod in self.pods.index("replicas", owner.metadata.uid + "/active"):
            if not _selects(owner, pod):
                yield _own(pod, {"$patch": "delete", "uid": owner.metadata.uid})

    def succeeded(self, key: str, action: Action, result: Any) -> None:
        """Tell the user what was created or deleted."""
        owner = self.sets.get(key)
        if owner is None:
            return
        tell_done(self.recorder, owner, action, result)

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """What was not done will not be seen either: expect less."""
        for action in dropped:
            if isinstance(action, Create):
                self.expectations.created(key)
            elif isinstance(action, Delete):
                self.expectations.deleted(key, action.uid)
        owner = self.sets.get(key)
        if owner is None:
            return
        if isinstance(dropped[0], Create):
            self._failures[key] = status.message
        tell_refused(self.recorder, owner, dropped[0], status)

    def crash(self) -> None:
        """Forget expectations too: they live in memory."""
        super().crash()
        self.expectations = Expectations(self.clock)


def _selects(owner: ReplicaSet, pod: Pod) -> bool:
    same_namespace = pod.metadata.namespace == owner.metadata.namespace
    return same_namespace and _selector(owner.spec.selector).matches(pod.metadata.labels)


def _own(pod: Pod, reference: dict[str, Any]) -> Patch:
    change = {"metadata": {"uid": pod.metadata.uid, "ownerReferences": [reference]}}
    meta = pod.metadata
    return Patch("pods", meta.name, meta.namespace, change, STRATEGIC_PATCH)
