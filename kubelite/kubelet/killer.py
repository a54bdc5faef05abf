"""Stopping containers: event, preStop hook, SIGTERM, and SIGKILL when the grace is over.

Models killContainer of ``pkg/kubelet/kuberuntime/kuberuntime_container.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from kubelite.api.core_v1 import Container, Pod
from kubelite.kubelet import events
from kubelite.kubelet.actions import STARTUP, as_container, is_sidecar
from kubelite.kubelet.cri import RUNNING, ContainerStatus, Runtime
from kubelite.kubelet.handlers import HandlerRunner
from kubelite.kubelet.ordering import TerminationOrdering
from kubelite.sim.clock import SECOND, Clock

if TYPE_CHECKING:
    from kubelite.kubelet.podworkers import PodWorker, Reporter

MINIMUM_GRACE = 2 * SECOND
"""Given to every container, however long its preStop hook took."""

Then = Callable[[], object]


class Killer:
    """Stops containers of one node."""

    def __init__(self, clock: Clock, runtime: Runtime, handlers: HandlerRunner, reporter: Reporter):
        self._clock = clock
        self._runtime = runtime
        self._handlers = handlers
        self._reporter = reporter

    # DOC: kill-container
    def kill(
        self,
        worker: PodWorker,
        container: Container,
        status: ContainerStatus,
        message: str,
        probe: str,
        then: Then,
        ordering: TerminationOrdering | None = None,
    ) -> None:
        """Stop one running container; ``then`` runs when it has ended. In an ``ordering`` it gets
        its signal when it is its turn.
        """
        message = message or f"Stopping container {container.name}"
        self._reporter.event(worker.pod, "Normal", events.KILLING, message, container)
        self._reporter.note(worker.pod, "kill", message)
        grace = grace_of(worker.pod, container, probe)
        if worker.grace_limit is not None:
            grace = min(grace, worker.grace_limit)
        hook = container.lifecycle.pre_stop if container.lifecycle else None
        if hook is None or grace <= 0:
            self._signal(container, status, grace, then, ordering)
            return
        began = self._clock.now
        finished = False

        def stop(problem: str) -> None:
            nonlocal finished
            if finished:
                return
            finished = True
            timer.cancel()
            if problem:
                self._reporter.event(
                    worker.pod,
                    "Warning",
                    events.FAILED_PRE_STOP_HOOK,
                    "PreStopHook failed",
                    container,
                )
            used = (self._clock.now - began) // SECOND * SECOND
            self._signal(container, status, grace - used, then, ordering)

        timer = self._clock.after(grace, stop, "")
        self._handlers.run(status.id, container, worker.runtime_status.ip, hook, stop)

    def kill_pod(self, worker: PodWorker, then: Then) -> None:
        """Stop all that runs, sidecars last; ``then`` runs when nothing runs any more."""
        spec = worker.pod.spec
        containers = spec.init_containers + spec.containers
        if spec.ephemeral_containers:
            containers += tuple([as_container(c) for c in spec.ephemeral_containers])
        self._kill_all(worker, containers, then)

    def _signal(
        self,
        container: Container,
        status: ContainerStatus,
        grace: int,
        then: Then,
        ordering: TerminationOrdering | None,
    ) -> None:
        """Stop it now, or when it is its turn; at least ``MINIMUM_GRACE`` is left to it."""
        if ordering is None or grace <= 0:
            self._runtime.stop_container(status.id, max(grace, MINIMUM_GRACE), then)
            return

        def stop(waited: int) -> None:
            left = grace - waited // SECOND * SECOND
            self._runtime.stop_container(status.id, max(left, MINIMUM_GRACE), then)

        ordering.wait_for_turn(container.name, grace, stop)

    def shorten(self, worker: PodWorker) -> None:
        """The pod is already being stopped, and now with less grace than before."""
        for status in self._runtime.pod_status(worker.uid).containers:
            if status.state == RUNNING:
                grace = (worker.pod.metadata.deletion_grace_period_seconds or 0) * SECOND
                self._runtime.stop_container(status.id, max(grace, MINIMUM_GRACE), _nothing)

    def _kill_all(self, worker: PodWorker, containers: tuple[Container, ...], then: Then) -> None:
        running = {
            status.name: status
            for status in self._runtime.pod_status(worker.uid).containers
            if status.state == RUNNING
        }
        left = [container for container in containers if container.name in running]
        if not left:
            then()
            return
        remaining = len(left)
        spec = worker.pod.spec
        ordering = None
        if spec.init_containers and any(is_sidecar(container) for container in left):
            ordering = TerminationOrdering(self._clock, spec, tuple(running))

        def ended(name: str) -> None:
            nonlocal remaining
            remaining -= 1
            if ordering is not None:
                ordering.terminated(name)
            if remaining == 0:
                then()

        for container in left:
            done = partial(ended, container.name)
            self.kill(worker, container, running[container.name], "", "", done, ordering)


def grace_of(pod: Pod, container: Container, probe: str) -> int:
    """How long a container may take to end, in microseconds."""
    meta = pod.metadata
    if meta.deletion_grace_period_seconds is not None:
        return meta.deletion_grace_period_seconds * SECOND
    if probe:
        spec = container.startup_probe if probe == STARTUP else container.liveness_probe
        if spec is not None and spec.termination_grace_period_seconds is not None:
            return spec.termination_grace_period_seconds * SECOND
    own = pod.spec.termination_grace_period_seconds
    return (30 if own is None else own) * SECOND


def _nothing() -> None:
    """Somebody else already waits for the container's end."""
