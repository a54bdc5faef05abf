"""Carrying out what ``actions`` decided: kill, sandbox, pull, create, start, hook.

Each step waits for the one before it, so a pod's worker does one thing at a time, as upstream's
blocking SyncPod does. Models ``pkg/kubelet/kuberuntime/kuberuntime_manager.go`` (SyncPod,
doBackOff) and startContainer of ``kuberuntime_container.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from kubelite.api.core_v1 import Container
from kubelite.client.backoff import Backoff
from kubelite.kubelet import events
from kubelite.kubelet.actions import Kill, PodActions
from kubelite.kubelet.cri import (
    EXITED,
    RUNNING,
    ContainerStatus,
    Runtime,
    SandboxResult,
)
from kubelite.kubelet.durations import go_duration
from kubelite.kubelet.environment import ConfigError, Environments
from kubelite.kubelet.handlers import HandlerRunner
from kubelite.kubelet.image_manager import ImageManager, Problem
from kubelite.kubelet.killer import Killer
from kubelite.sim.clock import SECOND, Clock

if TYPE_CHECKING:
    from kubelite.kubelet.podworkers import PodWorker, Reporter

RESYNC_INTERVAL = 60 * SECOND
"""When a pod is looked at again whose devices were not ready: for upstream that is no failure."""

RETRY = 10 * SECOND
"""When to try again after a failure that has no back-off of its own."""

Done = Callable[[int | None], object]
"""Called at the end with the delay until the next attempt, None when all went well."""


class RuntimeManager:
    """The hands of all pod workers of one node.

    ``back_off`` makes what says how long a container that has ended waits.
    """

    back_off: Callable[[Clock], Backoff] = Backoff

    def __init__(
        self,
        clock: Clock,
        runtime: Runtime,
        reporter: Reporter,
        environments: Environments,
    ):
        self._clock = clock
        self._runtime = runtime
        self._reporter = reporter
        self._environments = environments
        self._handlers = HandlerRunner(clock, runtime)
        self._back_off = self.back_off(clock)
        self.started = self.sandboxes = 0  # ever: containers, and pods
        self.images = ImageManager(clock, runtime, reporter)
        self.killer = Killer(clock, runtime, self._handlers, reporter)

    def restart(self) -> None:
        """The kubelet's process ends: back-offs and pulls under way live in its memory."""
        self._back_off = self.back_off(self._clock)
        self.images.restart()

    def forget(self, worker: PodWorker) -> None:
        """The pod is gone for good."""
        self._runtime.remove_pod_sandbox(worker.uid)
        self._back_off.forget(worker.uid)
        self.images.forget(worker.uid)

    # DOC: sync-pod
    def sync_pod(self, worker: PodWorker, actions: PodActions, done: Done) -> None:
        """Do what was decided, step by step."""
        starts = actions.ephemeral_to_start + actions.init_to_start + actions.to_start
        if actions.restart_all:
            self._end_all(worker, done)
        elif actions.create_sandbox:
            self._create_sandbox(worker, actions, lambda: self._start(worker, starts, done), done)
        elif actions.to_kill:
            self._kill(worker, actions.to_kill, lambda: self._start(worker, starts, done))
        else:
            self._start(worker, starts, done)

    # DOC: restart-all
    def _end_all(self, worker: PodWorker, done: Done) -> None:
        """End every container at once, without hooks or grace, and forget them all."""
        statuses = self._runtime.pod_status(worker.uid).containers
        running = [status for status in statuses if status.state == RUNNING]

        def ended() -> None:
            running.pop()
            if not running and worker.syncing:
                forget()

        def forget() -> None:
            for status in self._runtime.pod_status(worker.uid).containers:
                attempts = worker.attempts
                attempts[status.name] = max(attempts.get(status.name, 0), status.attempt + 1)
                self._runtime.remove_container(status.id)
            done(None)

        if not running:
            forget()
            return
        for status in tuple(running):
            self._runtime.stop_container(status.id, 0, ended)

    def _kill(self, worker: PodWorker, kills: tuple[Kill, ...], then: Callable[[], None]) -> None:
        remaining = len(kills)

        def ended() -> None:
            nonlocal remaining
            remaining -= 1
            if remaining == 0 and worker.syncing:
                then()

        for kill in kills:
            self.killer.kill(worker, kill.container, kill.status, kill.message, kill.probe, ended)

    def _create_sandbox(
        self, worker: PodWorker, actions: PodActions, then: Callable[[], None], done: Done
    ) -> None:
        pod = worker.pod
        if actions.kill_pod:
            message = "Pod sandbox changed, it will be killed and re-created."
            self._reporter.event(pod, "Normal", events.SANDBOX_CHANGED, message)

        if error := self._environments.prepare_devices(pod):
            message = f"Failed to prepare dynamic resources: {error}"
            self._reporter.event(pod, "Warning", events.FAILED_PREPARE_DYNAMIC_RESOURCES, message)
            done(RESYNC_INTERVAL)
            return

        def made(result: SandboxResult) -> None:
            if not worker.syncing:
                return
            if result.error:
                message = (
                    "Failed to create pod sandbox: rpc error: code = Unknown desc = "
                    f"failed to setup network for sandbox: {result.error}"
                )
                self._reporter.event(pod, "Warning", events.FAILED_CREATE_POD_SANDBOX, message)
                done(RETRY)
                return
            self.sandboxes += 1
            worker.sandbox_ready()
            then()

        self._runtime.run_pod_sandbox(self._environments.sandbox(pod), made)

    # Starting

    def _start(self, worker: PodWorker, containers: tuple[Container, ...], done: Done) -> None:
        """Start containers one after the other; one that cannot start holds up no other."""
        left = iter(containers)
        retry: list[int] = []

        def next_one() -> None:
            container = next(left, None)
            if container is None:
                done(min(retry) if retry else None)
            else:
                self._start_container(worker, container, finished)

        def finished(container: Container, problem: Problem | None) -> None:
            if not worker.syncing:
                return
            worker.note_start(container, problem)
            if problem is not None:
                retry.append(RETRY if problem.retry is None else problem.retry)
            next_one()

        next_one()

    def _start_container(
        self,
        worker: PodWorker,
        container: Container,
        then: Callable[[Container, Problem | None], None],
    ) -> None:
        if problem := self._crash_loop(worker, container):
            then(container, problem)
            return

        def ready(problem: Problem | None) -> None:
            if not worker.syncing:
                return
            if problem is not None:
                message = f"Error: {problem.reason}"
                self._reporter.event(worker.pod, "Warning", events.FAILED, message, container)
                then(container, problem)
            else:
                self._create(worker, container, lambda problem: then(container, problem))

        self.images.ensure_image_exists(worker.pod, container, ready)

    # DOC: crash-loop
    def _crash_loop(self, worker: PodWorker, container: Container) -> Problem | None:
        """Whether a container that has ended must wait before it starts again."""
        statuses = worker.runtime_status.containers
        ended = [s for s in statuses if s.name == container.name and s.state == EXITED]
        if not ended:
            return None
        meta = worker.pod.metadata
        key = f"{meta.uid}_{container.name}_{container.image}"
        wait = self._back_off.wait_since(key, ended[0].finished_at)
        if not wait:
            self._back_off.next(key, ended[0].finished_at)
            return None
        full_name = f"{meta.name}_{meta.namespace}({meta.uid})"
        message = f"Back-off restarting failed container {container.name} in pod {full_name}"
        self._reporter.event(worker.pod, "Warning", events.BACK_OFF, message, container)
        delay = go_duration(self._back_off.get(key))
        message = f"back-off {delay} restarting failed container={container.name} pod={full_name}"
        return Problem("CrashLoopBackOff", message, wait)

    def _create(
        self, worker: PodWorker, container: Container, then: Callable[[Problem | None], object]
    ) -> None:
        pod = worker.pod
        status = self._runtime.pod_status(worker.uid)
        earlier = [s for s in status.containers if s.name == container.name]
        attempt = earlier[0].attempt + 1 if earlier else worker.forgotten(container.name)
        try:
            config = self._environments.config(worker, container, status.ip, attempt)
        except ConfigError as problem:
            message = f"Error: {problem}"
            self._reporter.event(pod, "Warning", events.FAILED, message, container)
            then(Problem("CreateContainerConfigError", str(problem)))
            return
        for old in _not_worth_keeping(earlier):
            self._runtime.remove_container(old.id)

        def created(container_id: str) -> None:
            if not worker.syncing:
                return
            self._reporter.event(pod, "Normal", events.CREATED, "Container created", container)
            self._runtime.start_container(
                container_id,
                lambda error: self._started(worker, container, container_id, error, then),
            )

        self._runtime.create_container(worker.uid, config, created)

    def _started(
        self,
        worker: PodWorker,
        container: Container,
        container_id: str,
        error: str,
        then: Callable[[Problem | None], object],
    ) -> None:
        pod = worker.pod
        if not worker.syncing:
            self._runtime.stop_container(container_id, 0, lambda: None)
            return
        if error:
            self._reporter.event(pod, "Warning", events.FAILED, f"Error: {error}", container)
            then(Problem("RunContainerError", error))
            return
        self.started += 1
        self._reporter.event(pod, "Normal", events.STARTED, "Container started", container)
        self._reporter.note(pod, "start", f"container {container.name} started")
        hook = container.lifecycle.post_start if container.lifecycle else None
        if hook is None:
            then(None)
            return

        def hooked(problem: str) -> None:
            if problem:
                self._post_start_failed(worker, container, container_id, then)
            else:
                then(None)

        ip = self._runtime.pod_status(worker.uid).ip
        self._handlers.run(container_id, container, ip, hook, hooked)

    def _post_start_failed(
        self,
        worker: PodWorker,
        container: Container,
        container_id: str,
        then: Callable[[Problem | None], object],
    ) -> None:
        message = "PostStartHook failed"
        self._reporter.event(
            worker.pod, "Warning", events.FAILED_POST_START_HOOK, message, container
        )
        status = self._runtime.pod_status(worker.uid).find(container.name)
        if status is None or status.id != container_id or status.state != RUNNING:
            then(Problem("PostStartHookError", message))
            return
        self.killer.kill(
            worker,
            container,
            status,
            "FailedPostStartHook",
            "",
            lambda: then(Problem("PostStartHookError", message)),
        )


def _not_worth_keeping(earlier: Sequence[ContainerStatus]) -> Iterator[ContainerStatus]:
    """Of a container's earlier lives, newest first: all but the newest, and the last that ended."""
    ended = [status for status in earlier if status.state == EXITED]
    for status in earlier[1:]:
        if status.state != RUNNING and status not in ended[:1]:
            yield status
