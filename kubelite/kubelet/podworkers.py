"""One worker for each pod: it brings the pod up, keeps it up, and takes it down.

A worker goes through three states and never back: syncing (the pod is meant to run),
terminating (its containers are being stopped), terminated (nothing runs; the record is kept
until the pod's object is gone). It does one thing at a time; what happens meanwhile is looked
at when that is done. Models ``pkg/kubelet/pod_workers.go`` and SyncPod,
SyncTerminatingPod and SyncTerminatedPod of ``kubelet.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from kubelite.api.core_v1 import Container, Pod, PodCondition, PodStatus
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time
from kubelite.kubelet import events
from kubelite.kubelet.actions import PodActions, compute_pod_actions, with_ephemeral_containers
from kubelite.kubelet.conditions import ALL_RESTARTING, OWNED
from kubelite.kubelet.image_manager import Problem
from kubelite.kubelet.restarts import calls_for_all, has_rules
from kubelite.kubelet.status import NOTHING, Waiting, generate_status
from kubelite.sim.clock import SECOND, Timer

if TYPE_CHECKING:
    from kubelite.kubelet.kubelet import Kubelet

SYNCING = "syncing"
TERMINATING = "terminating"
TERMINATED = "terminated"


class Reporter(Protocol):
    """Where a worker tells what it does."""

    def event(
        self, pod: Pod, type: str, reason: str, message: str, container: Container | None = None
    ) -> None:
        """Record an Event about the pod, or about one of its containers."""
        ...

    def note(self, pod: Pod, verb: str, note: str) -> None:
        """Record an act in the trace; what follows has it as its cause."""
        ...


class PodWorker:
    """The worker of one pod. ``pod`` is the newest object seen, ``status`` the newest said."""

    def __init__(self, kubelet: Kubelet, pod: Pod):
        self._kubelet = kubelet
        self._clock = kubelet.clock
        self.pod = pod
        self.uid = pod.metadata.uid
        self.status: PodStatus | None = None
        self.runtime_status = kubelet.runtime.pod_status(self.uid)
        self.state = SYNCING
        self.reasons: dict[str, Waiting] = {}
        self.attempts: dict[str, int] = {}  # of containers that a restart of all has removed
        self.restarting: PodCondition | None = None  # the condition AllContainersRestarting
        self._may_restart_all = has_rules(pod.spec)
        self.resized = False  # what it holds stands in the allocation manager
        self.closed = False  # the pod's object is gone, or the kubelet has stopped
        self.unsent = self.in_flight = self.finished = self.removing = False  # see status_manager
        self.grace_limit: int | None = None  # what eviction or shutdown leaves
        self._ended: Callable[[], object] | None = None
        self._working = False
        self._pending = False
        self._retry: Timer | None = None
        self._deadline: Timer | None = None

    @property
    def allocated(self) -> Pod:
        """The pod with the amounts it has been allocated."""
        return self._kubelet.allocation.allocated(self.pod)

    @property
    def syncing(self) -> bool:
        """Whether the pod is still meant to run."""
        return self.state == SYNCING and not self.closed

    # What the API server says

    def start(self) -> None:
        """Begin with the pod as it was given."""
        phase = self.pod.status.phase
        if self.pod.metadata.deletion_timestamp is not None or phase in ("Failed", "Succeeded"):
            self.status = self.pod.status
            self.terminate()
            return
        if self.pod.spec.active_deadline_seconds is not None:
            self._await_deadline()
        self._kubelet.probes.add_pod(self)
        self.sync()

    def saw(self, pod: Pod) -> None:
        """Remember a newer version of the object."""
        if int(pod.metadata.resource_version) > int(self.pod.metadata.resource_version):
            self.pod = pod

    def update(self, pod: Pod) -> None:
        """The object has changed."""
        old = self.pod
        self.saw(pod)
        meta = pod.metadata
        if meta.deletion_timestamp is not None:
            self._deleted(old)
        elif self.syncing and (pod.spec is not old.spec and pod.spec != old.spec):
            self._kubelet.allocation.spec_changed(self, old)
            self.sync()
        elif self.syncing and pod is not old and _others(pod) != _others(old):
            self.update_status()
        elif self.pod is not old:  # and somebody else has written it
            self._kubelet.statuses.reconcile(self)
        if pod.spec.volumes and self.syncing and _described(pod) != _described(old):
            self._kubelet.volumes.pod_changed(self)

    def removed(self) -> None:
        """The object is gone: nothing more is to be said, but what runs must stop."""
        self._drop_timers()
        self._kubelet.probes.remove_pod(self.uid)
        if self.state == SYNCING:
            self.state = TERMINATING
            self._kubelet.manager.killer.kill_pod(self, self._forget)
        elif self.state == TERMINATED:
            self._forget()
        self.closed = True

    def close(self) -> None:
        """The kubelet stops; the containers are left as they are."""
        self.closed = True
        self._drop_timers()
        self._kubelet.probes.remove_pod(self.uid)

    # What the runtime and the probes say

    def relisted(self) -> bool:
        """Look at the runtime again; whether something is different."""
        before = self.runtime_status
        self.runtime_status = self._kubelet.runtime.pod_status(self.uid)
        return before != self.runtime_status

    def sandbox_ready(self) -> None:
        """The pod has a network; an image may take long, so say it at once if one is missing."""
        self.runtime_status = self._kubelet.runtime.pod_status(self.uid)
        present = self._kubelet.runtime.image_present
        if not all(present(container.image) for container in self.pod.spec.containers):
            self.update_status()

    def note_start(self, container: Container, problem: Problem | None) -> None:
        """A container was started, or could not be."""
        if problem is None:
            self.reasons.pop(container.name, None)
            if self.resized:
                self._kubelet.allocation.started(self, container)
        else:
            self.reasons[container.name] = Waiting(problem.reason, problem.message)

    # DOC: pod-worker-sync
    def sync(self) -> None:
        """Compare what is with what should be, and do what is missing."""
        if self.closed or self.state != SYNCING:
            return
        if self._working:
            self._pending = True
            return
        self._cancel_retry()
        if self.pod.spec.volumes and not self._kubelet.volumes.mount(self):
            self.update_status()
            return
        probes, uid = self._kubelet.probes, self.uid
        actions = compute_pod_actions(
            self.allocated if self.resized else self.pod,
            self.runtime_status,
            probes.verdict,
            lambda container, status: probes.started(uid, container, status),
            self._kubelet.allocation.restarts(self) if self.resized else (),
        )
        if self._may_restart_all:
            actions = self._perhaps_restart_all(actions)
        if self.pod.spec.ephemeral_containers:
            actions = with_ephemeral_containers(actions, self.pod, self.runtime_status)
        if self.resized and not actions.kill_pod:
            self._kubelet.allocation.actuate(self)
        if actions.kill_pod and not actions.create_sandbox:
            self.terminate()
        elif actions.idle:
            self.update_status()
        else:
            self._working = True
            if actions.restart_all:
                self.update_status()
            self._kubelet.manager.sync_pod(self, actions, self._synced)
            if self._working:
                self.update_status()

    def _perhaps_restart_all(self, actions: PodActions) -> PodActions:
        """The actions, or a restart of the whole pod in its place if a rule asks for it."""
        due = calls_for_all(self.pod, self.runtime_status)
        if due or self.restarting is not None:
            before = self.restarting
            status = "True" if due else "False"
            if before is None or before.status != status:
                self.restarting = PodCondition(
                    type=ALL_RESTARTING,
                    status=status,
                    observed_generation=self.pod.metadata.generation,
                    last_transition_time=Time(self._clock.now),
                )
        return PodActions(restart_all=True) if due else actions

    def _passing(self) -> tuple[PodCondition, ...]:
        """The conditions of a resize or of a restart that is under way."""
        found = self._kubelet.allocation.conditions(self.uid)
        return (*found, self.restarting) if self.restarting is not None else found

    def _synced(self, retry: int | None) -> None:
        """The actions are done; try again after ``retry`` if some could not be."""
        if self.closed or self.state != SYNCING:
            return
        self._working = False
        if retry is not None:
            self._retry = self._clock.after(retry, self.sync)
        pending, self._pending = self._pending, False
        if self.relisted() or pending:
            if retry is None:
                self.sync()
            else:
                self._kubelet.pleg.changed(self.uid)
                self.update_status()
        else:
            self.update_status()

    def forgotten(self, container: str) -> int:
        """How often a container was started of which the runtime knows nothing any more.

        A real kubelet counts the log files that it left on the machine's disk.
        """
        if container in self.attempts:
            return self.attempts[container]
        said = self.status or self.pod.status
        for one in (*said.container_statuses, *said.init_container_statuses):
            if one.name == container:
                state = one.state
                ran = state.running is not None or state.terminated is not None
                return one.restart_count + ran
        return 0

    def update_status(self) -> None:
        """Work out the status anew and have it written if it says something new."""
        if self.closed:
            return
        kubelet = self._kubelet
        resized = self.resized
        status = generate_status(
            self.allocated if resized else self.pod,
            self.status or self.pod.status,
            self.runtime_status,
            self.reasons,
            kubelet.probes.health(self.uid, self.runtime_status),
            kubelet.node_ip,
            self._clock.now,
            terminal=self.state == TERMINATED,
            actual=kubelet.allocation.actuated(self.uid) if resized else NOTHING,
            passing=self._passing() if resized or self.restarting else (),
        )
        kubelet.statuses.set_status(self, status)

    # Taking the pod down

    def fail(self, reason: str, message: str) -> None:
        """The pod has failed as a whole: say so, and stop what runs."""
        base = self.status or self.pod.status
        failed = replace(base, phase="Failed", reason=reason, message=message)
        self._kubelet.statuses.set_status(self, failed)
        self.terminate()

    def evict(self, reason: str, message: str, target: PodCondition, grace: int) -> None:
        """The node cannot keep the pod: it fails, with ``grace`` microseconds at most."""
        self.grace_limit = grace
        status = self.pod.status
        others = tuple([c for c in status.conditions if c.type != target.type])
        status = replace(status, conditions=(*others, target))
        self.pod = replace(self.pod, status=status)
        self.fail(reason, message)

    def shut_down(self, reason: str, message: str, grace: int, then: Callable[[], object]) -> None:
        """The machine is about to stop: fail, with at most ``grace``; ``then`` at the end."""
        self.grace_limit, self._ended = grace, then
        self.fail(reason, message)

    def terminate(self) -> None:
        """Stop all containers; they get their grace."""
        if self.state != SYNCING:
            return
        self.state = TERMINATING
        self._drop_timers()
        self.reasons.clear()
        self.runtime_status = self._kubelet.runtime.pod_status(self.uid)
        self._kubelet.probes.stop_liveness_and_startup(self.uid)
        if self.status is not None:
            self.update_status()
        self._kubelet.manager.killer.kill_pod(self, self._terminated)

    def _terminated(self) -> None:
        """Nothing runs any more."""
        kubelet = self._kubelet
        if self.closed:
            self._forget()
            return
        self.state = TERMINATED
        if self._ended is not None:
            self._ended()
        kubelet.release(self)
        kubelet.probes.remove_pod(self.uid)
        self.relisted()
        kubelet.runtime.stop_pod_sandbox(self.uid)
        self.runtime_status = kubelet.runtime.pod_status(self.uid)
        self.update_status()
        if self.pod.metadata.deletion_timestamp is not None:
            kubelet.statuses.finish(self)

    def _deleted(self, old: Pod) -> None:
        """Somebody asked for the pod's end, or now wants it sooner."""
        if self.state == SYNCING:
            self.terminate()
        elif self.state == TERMINATED:
            self._kubelet.statuses.finish(self)
        else:
            before = old.metadata.deletion_grace_period_seconds
            after = self.pod.metadata.deletion_grace_period_seconds
            if after is not None and (before is None or after < before):
                self._kubelet.manager.killer.shorten(self)

    def _forget(self) -> None:
        self._kubelet.forget(self)

    # Timers

    def _await_deadline(self) -> None:
        seconds = self.pod.spec.active_deadline_seconds or 0
        started: Any = self.pod.status.start_time or self._clock.now
        self._deadline = self._clock.at(started + seconds * SECOND, self._deadline_exceeded)

    def _deadline_exceeded(self) -> None:
        message = "Pod was active on the node longer than the specified deadline"
        self._kubelet.event(self.pod, "Normal", events.DEADLINE_EXCEEDED, message)
        self.fail(events.DEADLINE_EXCEEDED, message)

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _drop_timers(self) -> None:
        self._cancel_retry()
        if self._deadline is not None:
            self._deadline.cancel()


def _others(pod: Pod) -> list[Any]:
    """The conditions that somebody else sets on the pod."""
    return [c for c in pod.status.conditions if c.type not in OWNED]


def _described(pod: Pod) -> Any:
    """What files about the pod may say of it."""
    return pod.metadata.labels, pod.metadata.annotations
