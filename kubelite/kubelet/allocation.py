"""In-place resize: what a pod asks for, what it is allocated, and what its containers have.

The spec says what is wanted. The kubelet allocates it when the node has room, and only then
changes the containers. Until a pod is resized the three are the same and nothing is kept here.
What is allocated and in use is remembered across restarts of the kubelet, as upstream's
checkpoint does. Models ``pkg/kubelet/allocation/allocation_manager.go``, its ``handlers.go``, and
doPodResizeAction of ``pkg/kubelet/kuberuntime/kuberuntime_manager.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cmp_to_key, partial
from typing import TYPE_CHECKING

from kubelite.api.core_v1 import Container, Pod, PodCondition, PodSpec, ResourceRequirements
from kubelite.api.qos import qos_class
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time
from kubelite.kubelet import events
from kubelite.kubelet.actions import is_sidecar
from kubelite.kubelet.conditions import RESIZE_IN_PROGRESS, RESIZE_PENDING
from kubelite.kubelet.cri import RUNNING
from kubelite.kubelet.predicates import Refusal, requests_of
from kubelite.kubelet.resize_events import summary
from kubelite.sim.clock import MINUTE, SECOND, Clock, Timer

if TYPE_CHECKING:
    from kubelite.kubelet.kubelet import Kubelet
    from kubelite.kubelet.podworkers import PodWorker

DEFERRED = "Deferred"
INFEASIBLE = "Infeasible"
ERROR = "Error"
RESTART_CONTAINER = "RestartContainer"

INITIAL_RETRY = 30 * SECOND
RETRY = 3 * MINUTE
"""A deferred resize is tried whenever something changes on the node, and at least so often."""
ACTUATION_RETRY = 10 * SECOND

Amounts = dict[str, ResourceRequirements]
"""By container name."""


class AllocationManager:
    """All resizes of one node's pods, by uid."""

    def __init__(self, clock: Clock, kubelet: Kubelet):
        self._clock = clock
        self._kubelet = kubelet
        self.resized: dict[str, Amounts] = {}  # what each pod that was ever resized holds
        self._actuated: dict[str, Amounts] = {}
        self._conditions: dict[str, dict[str, PodCondition]] = {}
        self._pending: list[str] = []
        self._updating: set[tuple[str, str]] = set()
        self._timer: Timer | None = None

    # Looking

    def allocated(self, pod: Pod) -> Pod:
        """The pod with what it is allocated instead of what it asks for."""
        amounts = self.resized.get(pod.metadata.uid)
        if amounts is None:
            return pod
        return replace(pod, spec=_with_amounts(pod.spec, amounts))

    def actuated(self, uid: str) -> Mapping[str, ResourceRequirements]:
        """What the pod's containers really have."""
        return self._actuated.get(uid, {})

    def conditions(self, uid: str) -> tuple[PodCondition, ...]:
        """PodResizePending and PodResizeInProgress, as far as they apply."""
        found = self._conditions.get(uid, {})
        return tuple(
            [found[type] for type in (RESIZE_PENDING, RESIZE_IN_PROGRESS) if type in found]
        )

    @property
    def waiting(self) -> tuple[str, ...]:
        """The uids of the pods whose resize is deferred, the next to be tried first."""
        return tuple(self._pending)

    # News

    def spec_changed(self, worker: PodWorker, old: Pod) -> None:
        """The pod's spec is another; perhaps it asks for other amounts."""
        uid = worker.uid
        wanted = _amounts(worker.pod.spec)
        if uid not in self.resized:
            before = _amounts(old.spec)
            if wanted == before:
                return
            self.resized[uid], self._actuated[uid] = before, dict(before)
            worker.resized = True
        if uid not in self._pending:
            self._pending.append(uid)
        self._sort()
        self.retry()

    def returned(self, worker: PodWorker) -> None:
        """A worker for a pod that was here before the kubelet was restarted."""
        if worker.uid in self.resized:
            worker.resized = True
            self._pending.append(worker.uid)
            self._sort()

    def removed(self, uid: str) -> None:
        """The pod holds nothing any more; others may have its room."""
        self.resized.pop(uid, None)
        self._actuated.pop(uid, None)
        self._conditions.pop(uid, None)
        if uid in self._pending:
            self._pending.remove(uid)
        if self._pending:
            self.retry()

    def stop(self) -> None:
        """The kubelet's process ends."""
        self._pending.clear()
        self._updating.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    # DOC: resize-retry
    def retry(self) -> None:
        """Try every pending resize; what is still deferred is tried again later."""
        for uid in tuple(self._pending):
            worker = self._kubelet.workers.get(uid)
            if worker is None or not worker.syncing:
                self._pending.remove(uid)
                continue
            before = self.conditions(uid)
            granted = self._try(worker)
            pending = self._conditions.get(uid, {}).get(RESIZE_PENDING)
            if pending is None or pending.reason == INFEASIBLE:
                self._pending.remove(uid)
            if granted or before != self.conditions(uid):
                worker.sync()
        if self._pending and (self._timer is None or not self._timer.pending):
            self._timer = self._clock.after(RETRY, self.retry)

    def _try(self, worker: PodWorker) -> bool:
        """Whether the pod has just been allocated what it asks for."""
        pod, uid = worker.pod, worker.uid
        conditions = self._conditions.setdefault(uid, {})
        if _amounts(pod.spec) == self.resized[uid]:
            conditions.pop(RESIZE_PENDING, None)
            return False
        refusal = self._kubelet.room_for(pod)
        if refusal is not None:
            self._refuse(worker, conditions, refusal)
            return False
        self.resized[uid] = _amounts(pod.spec)
        self._kubelet.recount(pod)
        self._kubelet.note(pod, "resize", "the resize fits: it is allocated")
        conditions.pop(RESIZE_PENDING, None)
        conditions[RESIZE_IN_PROGRESS] = self._condition(RESIZE_IN_PROGRESS, pod)
        message = f"Pod resize started: {summary(pod)}"
        self._kubelet.event(pod, "Normal", events.RESIZE_STARTED, message)
        return True

    def _refuse(
        self, worker: PodWorker, conditions: dict[str, PodCondition], refusal: Refusal
    ) -> None:
        pod = worker.pod
        new = self._condition(RESIZE_PENDING, pod, refusal.reason, refusal.message)
        old = conditions.get(RESIZE_PENDING)
        if old is not None:
            new = replace(new, last_transition_time=old.last_transition_time)
        if new == old:
            return
        conditions[RESIZE_PENDING] = new
        reason = events.RESIZE_DEFERRED
        if refusal.reason == INFEASIBLE:
            reason = events.RESIZE_INFEASIBLE
        message = f"Pod resize {refusal.reason}: {summary(pod, refusal.message)}"
        self._kubelet.event(pod, "Warning", reason, message)

    def _condition(self, type: str, pod: Pod, reason: str = "", message: str = "") -> PodCondition:
        return PodCondition(
            type=type,
            status="True",
            reason=reason,
            message=message,
            observed_generation=pod.metadata.generation,
            last_transition_time=Time(self._clock.now),
        )

    def _sort(self) -> None:
        """Those that ask for no more, then by priority, QoS class and time of waiting."""
        workers = self._kubelet.workers
        known = [uid for uid in self._pending if uid in workers]
        self._pending = sorted(known, key=cmp_to_key(self._compare))

    def _compare(self, first: str, second: str) -> int:
        a, b = self._rank(first), self._rank(second)
        return (a > b) - (a < b)

    def _rank(self, uid: str) -> tuple[bool, int, bool, int]:
        pod = self._kubelet.workers[uid].pod
        wanted, held = requests_of(pod.spec), requests_of(self.allocated(pod).spec)
        more = any(wanted.get(name, 0) > held.get(name, 0) for name in ("cpu", "memory"))
        waits = self._conditions.get(uid, {}).get(RESIZE_PENDING)
        since = waits.last_transition_time if waits and waits.last_transition_time else None
        late = int(since) if since is not None else 1 << 62
        return (more, -(pod.spec.priority or 0), qos_class(pod.spec) != "Guaranteed", late)

    # Carrying it out

    def restarts(self, worker: PodWorker) -> tuple[str, ...]:
        """The running containers that have to be restarted for their new amounts."""
        uid = worker.uid
        if (uid, "") in self._updating:
            return ()
        return tuple(
            [
                container.name
                for container in self._to_change(worker)
                if _needs_restart(
                    container, self._actuated[uid][container.name], container.resources
                )
            ]
        )

    # DOC: resize-actuate
    def actuate(self, worker: PodWorker) -> None:
        """Give the running containers what they are allocated, where that needs no restart."""
        uid = worker.uid
        again = self.restarts(worker)
        for container in self._to_change(worker):
            key = (uid, container.name)
            status = worker.runtime_status.find(container.name)
            if status is None or container.name in again or key in self._updating:
                continue
            self._updating.add(key)
            self._kubelet.runtime.update_container_resources(
                status.id,
                container.resources,
                partial(self._updated, worker, container),
            )
        self._finish(worker)

    def started(self, worker: PodWorker, container: Container) -> None:
        """The container has been started with what it is allocated."""
        amounts = self._actuated.get(worker.uid)
        if amounts is not None and container.name in amounts:
            amounts[container.name] = self.resized[worker.uid][container.name]
            self._finish(worker)

    def _to_change(self, worker: PodWorker) -> list[Container]:
        """The running containers that have not what they are allocated, with the new amounts."""
        held = self._actuated.get(worker.uid, {})
        spec = self.allocated(worker.pod).spec
        found = []
        for container in spec.init_containers + spec.containers:
            status = worker.runtime_status.find(container.name)
            running = status is not None and status.state == RUNNING
            if running and held.get(container.name, container.resources) != container.resources:
                found.append(container)
        return found

    def _updated(self, worker: PodWorker, container: Container, error: str) -> None:
        uid = worker.uid
        self._updating.discard((uid, container.name))
        if uid not in self._actuated or not worker.syncing:
            return
        if error:
            self._failed(worker, error)
            return
        self._actuated[uid][container.name] = container.resources
        self._finish(worker)
        worker.sync()

    def _failed(self, worker: PodWorker, error: str) -> None:
        pod, conditions = worker.pod, self._conditions.setdefault(worker.uid, {})
        before = conditions.get(RESIZE_IN_PROGRESS)
        failed = self._condition(RESIZE_IN_PROGRESS, pod, ERROR, error)
        if before is None or before.message != error:
            conditions[RESIZE_IN_PROGRESS] = failed
            message = f"Pod resize error: {summary(pod, error)}"
            self._kubelet.event(pod, "Warning", events.RESIZE_ERROR, message)
            worker.update_status()
        self._clock.after(ACTUATION_RETRY, worker.sync)

    def _finish(self, worker: PodWorker) -> None:
        """When every running container has what it is allocated, the resize is done."""
        uid, pod = worker.uid, worker.pod
        conditions = self._conditions.get(uid, {})
        if RESIZE_IN_PROGRESS not in conditions or self._to_change(worker):
            return
        del conditions[RESIZE_IN_PROGRESS]
        self._kubelet.note(pod, "resize", "the containers have their new amounts")
        message = f"Pod resize completed: {summary(self.allocated(pod))}"
        self._kubelet.event(pod, "Normal", events.RESIZE_COMPLETED, message)
        if self._pending:
            self._clock.after(0, self.retry)


def infeasible(requests: Mapping[str, int], capacity: Mapping[str, int]) -> Refusal | None:
    """The refusal of what this node could not give even if it were empty."""
    for name in ("memory", "cpu"):
        if requests.get(name, 0) > capacity.get(name, 0):
            return Refusal(
                INFEASIBLE,
                f"Node didn't have enough capacity: {name}, "
                f"requested: {requests[name]}, capacity: {capacity.get(name, 0)}",
            )
    return None


def _amounts(spec: PodSpec) -> Amounts:
    """What each container that can be resized asks for."""
    sidecars = tuple([c for c in spec.init_containers if is_sidecar(c)])
    return {container.name: container.resources for container in sidecars + spec.containers}


def _with_amounts(spec: PodSpec, amounts: Amounts) -> PodSpec:
    return replace(
        spec,
        containers=tuple([_holding(c, amounts) for c in spec.containers]),
        init_containers=tuple([_holding(c, amounts) for c in spec.init_containers]),
    )


def _holding(container: Container, amounts: Amounts) -> Container:
    held = amounts.get(container.name)
    if held is None or held == container.resources:
        return container
    return replace(container, resources=held)


def _needs_restart(
    container: Container, old: ResourceRequirements, new: ResourceRequirements
) -> bool:
    return any(
        policy.restart_policy == RESTART_CONTAINER
        and (
            old.requests.get(policy.resource_name) != new.requests.get(policy.resource_name)
            or old.limits.get(policy.resource_name) != new.limits.get(policy.resource_name)
        )
        for policy in container.resize_policy
    )
