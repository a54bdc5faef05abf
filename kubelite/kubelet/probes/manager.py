"""All probes of one node. Models ``pkg/kubelet/prober/prober_manager.go``."""

from __future__ import annotations

from collections.abc import Callable

from kubelite.api.core_v1 import Container
from kubelite.kubelet import cri
from kubelite.kubelet.actions import is_sidecar
from kubelite.kubelet.cri import Runtime
from kubelite.kubelet.probes.results import FAILURE, SUCCESS, Results, Streak
from kubelite.kubelet.probes.worker import (
    LIVENESS,
    READINESS,
    STARTUP,
    Probed,
    Report,
    Worker,
)
from kubelite.kubelet.status import Health
from kubelite.sim.clock import SECOND, Clock

HEALTHY = Health(started=True, ready=True)
"""A running container that nobody probes."""

Delay = Callable[[int], int]
"""How long a worker with this period waits before its first probe."""


class ProbeManager:
    """Starts and stops the workers, and sums up what they found."""

    worker: type[Worker] = Worker

    def __init__(
        self,
        clock: Clock,
        runtime: Runtime,
        report: Report,
        on_liveness: Callable[[str], object],
        on_readiness: Callable[[str], object],
        on_startup: Callable[[str], object],
        first_delay: Delay,
        streaks: list[Streak] | None = None,
    ):
        self._clock = clock
        self._runtime = runtime
        self._report = report
        self._first_delay = first_delay
        self._streaks = streaks if streaks is not None else []
        self.results = {
            LIVENESS: Results(on_liveness),
            READINESS: Results(on_readiness),
            STARTUP: Results(on_startup),
        }
        self._workers: dict[str, dict[tuple[str, str], Worker]] = {}

    def add_pod(self, probed: Probed) -> None:
        """Start a worker for each probe of the pod that has none yet."""
        uid = probed.pod.metadata.uid
        if uid in self._workers:
            return
        spec = probed.pod.spec
        workers = self._workers[uid] = {}
        sidecars = tuple([c for c in spec.init_containers if is_sidecar(c)])
        for container in sidecars + spec.containers:
            for kind, probe in (
                (STARTUP, container.startup_probe),
                (READINESS, container.readiness_probe),
                (LIVENESS, container.liveness_probe),
            ):
                if probe is not None:
                    workers[container.name, kind] = self.worker(
                        self._clock,
                        self._runtime,
                        probed,
                        container,
                        kind,
                        probe,
                        self.results[kind],
                        self._report,
                        self._streaks,
                    )
        for worker in workers.values():
            period = worker_period(worker)
            worker.start(self._first_delay(period))

    def stop_liveness_and_startup(self, uid: str) -> None:
        """The pod is being stopped: only its readiness still matters."""
        for (_, kind), worker in self._workers.get(uid, {}).items():
            if kind != READINESS:
                worker.stop()

    def remove_pod(self, uid: str) -> None:
        """Stop all workers of the pod."""
        for worker in self._workers.pop(uid, {}).values():
            worker.stop()

    def counts(self, uid: str) -> dict[tuple[str, str], dict[str, int]]:
        """How often each probe of the pod ended how, by container and kind."""
        return {key: worker.counts for key, worker in self._workers.get(uid, {}).items()}

    def verdict(self, status: cri.ContainerStatus) -> str:
        """The probe that condemns a running container, or ""."""
        container_id = f"containerd://{status.id}"
        for kind in (LIVENESS, STARTUP):
            if self.results[kind].get(container_id) == FAILURE:
                return kind
        return ""

    def started(self, uid: str, container: Container, status: cri.ContainerStatus) -> bool:
        """Whether a running container has started, as its startup probe says."""
        workers = self._workers.get(uid)
        if not workers or (container.name, STARTUP) not in workers:
            return True
        return self.results[STARTUP].get(f"containerd://{status.id}") == SUCCESS

    # DOC: probe-health
    def health(self, uid: str, status: cri.PodStatus) -> dict[str, Health]:
        """Started and ready for each running container of the pod.

        A container not yet known to be ready is probed at once instead of at its next turn.
        """
        workers = self._workers.get(uid)
        found: dict[str, Health] = {}
        for container in status.containers:
            if container.state != cri.RUNNING:
                continue
            name = container.name
            if not workers:
                found[name] = HEALTHY
                continue
            container_id = f"containerd://{container.id}"
            startup = (name, STARTUP) not in workers
            started = startup or self.results[STARTUP].get(container_id) == SUCCESS
            worker = workers.get((name, READINESS))
            ready = started and (
                worker is None or self.results[READINESS].get(container_id) == SUCCESS
            )
            if started and worker is not None and not ready and not worker.stopped:
                worker.trigger()
            found[name] = Health(started, ready)
        return found


def worker_period(worker: Worker) -> int:
    """The worker's rhythm in microseconds."""
    return max(worker.spec.period_seconds, 1) * SECOND
