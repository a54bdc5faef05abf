"""Disruption: counts for each PodDisruptionBudget how many of its pods may be evicted now.

A grant of the eviction subresource takes one away at once; this controller gives it back when
the pod has gone and another is healthy. Models pkg/controller/disruption/disruption.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api import SCHEME
from kubelite.api.conditions import condition, pod_finished, pod_ready
from kubelite.api.core_v1 import Pod
from kubelite.api.disruption import allowing, is_up_to_date, with_condition
from kubelite.api.policy_v1 import PodDisruptionBudget, PodDisruptionBudgetStatus
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.intstr import scaled
from kubelite.apimachinery.labels import Selector, from_label_selector
from kubelite.apimachinery.meta import OwnerReference
from kubelite.apimachinery.rest import STRATEGIC_PATCH, Request
from kubelite.apimachinery.scheme import UnknownKind
from kubelite.apimachinery.struct import Value, replace
from kubelite.apimachinery.times import MINUTE, SECOND, Time
from kubelite.client.client import Client
from kubelite.client.controller import Action, Emit, Patch, Requeue, Update
from kubelite.client.events import NORMAL, WARNING, EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager, controller_of

DELETION_TIMEOUT = 2 * MINUTE
STALE_DISRUPTION_TIMEOUT = 2 * MINUTE
_STALE = "stale:"  # keys of pods whose DisruptionTarget may have come to nothing

UNMANAGED = (
    "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a "
    "result, the status of the PDB cannot be calculated correctly, which may result in undefined "
    'behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an '
    "integer value."
)


class Expected(Value):
    """How many pods there ought to be, how many of them healthy, and who has no controller."""

    pods: int
    healthy: int
    unmanaged: tuple[str, ...] = ()


class CountFailed(Exception):
    """Nobody knows how many pods there ought to be."""


class DisruptionController(ManagedController):
    """Watches budgets and pods; wakes the budgets that select a pod that changed."""

    name = "disruption-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, EventRecorder(client, "controllermanager"), manager)
        self.budgets = manager.informer("poddisruptionbudgets.policy")
        self.pods = manager.informer("pods", {"namespace": lambda pod: (pod.metadata.namespace,)})
        self.replica_sets = manager.informer("replicasets.apps")
        self.deployments = manager.informer("deployments.apps")
        self.budgets.on(
            add=lambda budget: self.queue.add(key_of(budget)),
            update=lambda _, budget: self.queue.add(key_of(budget)),
        )
        self.pods.on(add=self._pod_changed, update=self._pod_updated, delete=self._pod_changed)

    def _pod_updated(self, old: Pod, pod: Pod) -> None:
        if self.budgets.items():
            self._pod_changed(pod)
            if old.metadata.labels != pod.metadata.labels:
                self._pod_changed(old)
        if self._stale_after(pod) is not None:
            self.queue.add(_STALE + key_of(pod))

    def _pod_changed(self, pod: Pod) -> None:
        for budget in self.budgets.items():
            if budget.metadata.namespace == pod.metadata.namespace:
                selector = selector_of(budget)
                if selector is not None and selector.matches(pod.metadata.labels):
                    self.queue.add(key_of(budget))

    def sync(self, key: str) -> Sequence[Action]:
        """Bring one budget's status up to date, or take a stale mark off a pod."""
        if key.startswith(_STALE):
            return self._sync_stale(key.removeprefix(_STALE))
        budget: PodDisruptionBudget | None = self.budgets.get(key)
        if budget is None:
            return ()
        pods = self._pods_of(budget)
        actions: list[Action] = []
        if not pods:
            actions.append(Emit(budget, NORMAL, "NoPods", "No matching pods found"))
        try:
            expected = self._expected(budget, pods)
        except (CountFailed, ValueError) as error:
            return [*actions, *self._fail_safe(budget, str(error))]
        if expected.unmanaged:
            text = UNMANAGED.format(budget.spec.selector)
            actions.append(Emit(budget, WARNING, "UnmanagedPods", text))
        return [*actions, *self._update(budget, pods, expected)]

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """Somebody else was faster; the key comes back."""

    def _pods_of(self, budget: PodDisruptionBudget) -> list[Pod]:
        selector = selector_of(budget)
        if selector is None:
            return []
        there = self.pods.index("namespace", budget.metadata.namespace)
        return [pod for pod in there if selector.matches(pod.metadata.labels)]

    # How many there ought to be

    # DOC: disruption-expected
    def _expected(self, budget: PodDisruptionBudget, pods: Sequence[Pod]) -> Expected:
        """From the budget's spec and, for shares, from the scale of the pods' controllers."""
        spec = budget.spec
        if spec.max_unavailable is not None:
            count, unmanaged = self._expected_scale(pods)
            down = scaled(spec.max_unavailable, count, True)
            return Expected(count, max(count - down, 0), unmanaged)
        if isinstance(spec.min_available, str):
            count, unmanaged = self._expected_scale(pods)
            return Expected(count, scaled(spec.min_available, count, True), unmanaged)
        if spec.min_available is not None:
            return Expected(len(pods), spec.min_available)
        return Expected(0, 0)

    def _expected_scale(self, pods: Sequence[Pod]) -> tuple[int, tuple[str, ...]]:
        """The sum of the replicas of all controllers of these pods, and the pods without one."""
        scales: dict[str, int] = {}
        unmanaged = []
        for pod in pods:
            owner = controller_of(pod)
            if owner is None:
                unmanaged.append(pod.metadata.name)
            elif owner.uid not in scales:
                uid, replicas = self._scale_of(owner, pod)
                scales[uid] = replicas
        return sum(scales.values()), tuple(unmanaged)

    def _scale_of(self, owner: OwnerReference, pod: Pod) -> tuple[str, int]:
        """A Deployment speaks for its ReplicaSets; anybody else for themselves."""
        namespace = pod.metadata.namespace
        found = self._scaled(owner.api_version, owner.kind, namespace, owner)
        if found is None:
            raise CountFailed(f'found no controllers for pod "{pod.metadata.name}"')
        return found

    def _scaled(
        self, version: str, kind: str, namespace: str, owner: OwnerReference
    ) -> tuple[str, int] | None:
        key = f"{namespace}/{owner.name}"
        if kind == "ReplicaSet":
            found = self.replica_sets.get(key)
            above = controller_of(found) if found is not None else None
            if above is not None and above.kind == "Deployment":
                found = self.deployments.get(f"{namespace}/{above.name}")
                owner = above
            if found is None or found.metadata.uid != owner.uid:
                return None
            return found.metadata.uid, found.spec.replicas
        return self._by_subresource(version, kind, namespace, owner)

    def _by_subresource(
        self, version: str, kind: str, namespace: str, owner: OwnerReference
    ) -> tuple[str, int] | None:
        """Whatever has a scale can be asked for it."""
        try:
            row = SCHEME.by_kind(version, kind)
        except UnknownKind as error:
            raise CountFailed(str(error)) from error
        if "scale" not in row.subresources:
            raise CountFailed(f"{row.resource} does not implement the scale subresource")
        asked = Request("get", row.resource, namespace, owner.name, "scale", None, self.name)
        answer = self.client.api.handle(asked)
        if not answer.ok or answer.body.metadata.uid != owner.uid:
            return None
        return owner.uid, answer.body.spec.replicas

    # What is

    def _update(
        self, budget: PodDisruptionBudget, pods: Sequence[Pod], expected: Expected
    ) -> list[Action]:
        now, old = self.clock.now, budget.status
        disrupted, actions = self._still_disrupted(budget, pods, now)
        healthy = count_healthy(pods, disrupted, now)
        allowed = max(healthy - expected.healthy, 0) if expected.pods > 0 else 0
        status = PodDisruptionBudgetStatus(
            current_healthy=healthy,
            desired_healthy=expected.healthy,
            expected_pods=expected.pods,
            disruptions_allowed=allowed,
            disrupted_pods=disrupted,
            observed_generation=budget.metadata.generation,
            conditions=old.conditions,
        )
        if status != old or not is_up_to_date(old):
            fresh = allowing(status, Time(now // SECOND * SECOND))
            actions.insert(0, Update(replace(budget, status=fresh), "status"))
        return actions

    def _still_disrupted(
        self, budget: PodDisruptionBudget, pods: Sequence[Pod], now: int
    ) -> tuple[dict[str, Time], list[Action]]:
        """Pods whose eviction was granted and who are still there; when to look again."""
        granted, left = budget.status.disrupted_pods, dict[str, Time]()
        actions: list[Action] = []
        for pod in pods:
            when = granted.get(pod.metadata.name)
            if when is None or pod.metadata.deletion_timestamp is not None:
                continue
            if when + DELETION_TIMEOUT < now:
                where = budget.metadata.namespace
                text = f"Pod was expected by PDB {where}/{where} to be deleted but it wasn't"
                actions.append(Emit(pod, WARNING, "NotDeleted", text))
            else:
                left[pod.metadata.name] = when
        if left:
            soonest = min(left.values()) + DELETION_TIMEOUT
            actions.append(Requeue(max(soonest - now, 0) + SECOND))
        return left, actions

    def _fail_safe(self, budget: PodDisruptionBudget, error: str) -> list[Action]:
        """When nothing is known for sure, nobody is evicted."""
        text = f"Failed to calculate the number of expected pods: {error}"
        now = Time(self.clock.now // SECOND * SECOND)
        status = replace(budget.status, disruptions_allowed=0)
        status = with_condition(status, "False", "SyncFailed", error, now)
        told = Emit(budget, WARNING, "CalculateExpectedPodCountFailed", text)
        if status == budget.status:
            return [told]
        return [told, Update(replace(budget, status=status), "status")]

    # Marks that came to nothing

    def _stale_after(self, pod: Pod) -> int | None:
        """In how long a DisruptionTarget of this pod is stale; None when it has none."""
        if pod.metadata.deletion_timestamp is not None or pod_finished(pod):
            return None
        target = condition(pod, "DisruptionTarget")
        if target is None or target.status != "True" or target.reason == "TerminationByKubelet":
            return None
        since: int = target.last_transition_time or 0
        return max(STALE_DISRUPTION_TIMEOUT - (self.clock.now - since), 0)

    def _sync_stale(self, key: str) -> Sequence[Action]:
        pod: Pod | None = self.pods.get(key)
        wait = self._stale_after(pod) if pod is not None else None
        if pod is None or wait is None:
            return ()
        if wait:
            return (Requeue(wait),)
        meta = pod.metadata
        now = Time(self.clock.now // SECOND * SECOND).wire()
        target = {
            "type": "DisruptionTarget",
            "status": "False",
            "reason": None,
            "message": None,
            "lastTransitionTime": now,
        }
        change = {"metadata": {"uid": meta.uid}, "status": {"conditions": [target]}}
        return (Patch("pods", meta.name, meta.namespace, change, STRATEGIC_PATCH, "status"),)


def selector_of(budget: PodDisruptionBudget) -> Selector | None:
    """Which pods the budget is about; None for none. In v1 an empty selector means all of them."""
    try:
        return from_label_selector(budget.spec.selector)
    except ValueError:
        return None


def count_healthy(pods: Sequence[Pod], disrupted: dict[str, Time], now: int) -> int:
    """Ready pods that are not on their way out, nor about to be."""
    return sum(
        pod.metadata.deletion_timestamp is None
        and disrupted.get(pod.metadata.name, -DELETION_TIMEOUT) + DELETION_TIMEOUT <= now
        and pod_ready(pod)
        for pod in pods
    )
