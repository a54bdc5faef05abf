"""One probe of one container: a small state machine with a timer.

Models ``pkg/kubelet/prober/worker.go``, rule by rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kubelite.api.core_v1 import Container, ContainerStatus, Pod, PodStatus, Probe
from kubelite.kubelet.cri import Runtime
from kubelite.kubelet.probes.handlers import Outcome, Run, Target, prepare, timeout_of
from kubelite.kubelet.probes.results import FAILURE, SUCCESS, UNKNOWN, Results, Streak
from kubelite.kubelet.restarts import restarts_after
from kubelite.sim.clock import SECOND, Clock, Timer

STARTUP = "startup"
READINESS = "readiness"
LIVENESS = "liveness"

INITIAL = {LIVENESS: SUCCESS, READINESS: FAILURE, STARTUP: UNKNOWN}
"""What a container counts as until its probe has spoken."""

STOP = "stop"
WAIT = "wait"
PROBE = "probe"

MAX_PROBE_RETRIES = 3


class Probed(Protocol):
    """The pod whose container is probed."""

    @property
    def pod(self) -> Pod:
        """The pod as the API server last gave it."""
        ...

    @property
    def status(self) -> PodStatus | None:
        """Its status as this kubelet last set it."""
        ...


Report = Callable[[Pod, Container, str, Outcome], object]
"""Tell of a probe that failed or could not run: pod, container, kind, outcome."""


class Worker:
    """Asks every ``periodSeconds`` until the container will not run again."""

    def __init__(
        self,
        clock: Clock,
        runtime: Runtime,
        probed: Probed,
        container: Container,
        kind: str,
        spec: Probe,
        results: Results,
        report: Report,
        streaks: list[Streak] | None = None,
    ):
        self.kind = kind
        self.container = container
        self.container_id = ""
        self.on_hold = False
        self.last_result = ""
        self.result_run = 0
        self._clock = clock
        self._runtime = runtime
        self._probed = probed
        self.spec = spec
        self._period = max(spec.period_seconds, 1) * SECOND
        self._results = results
        self._report = report
        self._streaks = streaks if streaks is not None else []
        self._streak: Streak
        self._run: Run | None = None
        self.counts = {SUCCESS: 0, FAILURE: 0, UNKNOWN: 0}
        self._tries = 0
        self._busy = False
        self._missed = False
        self._timer: Timer | None = None
        self.stopped = False

    def start(self, delay: int = 0) -> None:
        """Begin: the first probe at once, or after ``delay``, then one every period."""
        if delay:
            self._timer = self._clock.after(delay, self._tick)
        else:
            self._tick()

    def stop(self) -> None:
        """Probe no more and forget the result."""
        self.stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self.container_id:
            self._results.remove(self.container_id)

    def trigger(self) -> None:
        """Probe now, outside the rhythm, because the container may just have started."""
        self._clock.after(0, self._wake)

    def _tick(self) -> None:
        self._timer = self._clock.after(self._period, self._tick)
        self._wake()

    def _wake(self) -> None:
        if self.stopped:
            return
        if self._busy:
            self._missed = True
            return
        self.do_probe()

    def do_probe(self) -> str:
        """Probe once if it is time to; returns STOP, WAIT or PROBE."""
        step = self._step()
        if step is STOP:
            self.stop_probing()
        elif step is PROBE and self._run is not None:
            self._busy = True
            self._tries = 0
            self._run(self._outcome)
        return step

    def stop_probing(self) -> None:
        """The container will not run again: no more ticks; the last result stays."""
        self.stopped = True
        if self._timer is not None:
            self._timer.cancel()

    # DOC: probe-worker
    def _step(self) -> str:
        """Whether to probe now, to wait for the next tick, or to stop for good."""
        status, spec = self._probed.status, self.spec
        if status is None:
            return WAIT
        if status.phase in ("Failed", "Succeeded"):
            return STOP
        current = _find(status, self.container.name)
        if current is None:
            return WAIT
        if current.container_id != self.container_id:
            self._new_container(current.container_id, status.pod_ip)
        if self.on_hold:
            return WAIT
        pod = self._probed.pod
        running = current.state.running
        if running is None:
            self._results.set(self.container_id, FAILURE, pod.metadata.uid)
            ended = current.state.terminated
            for_good = ended is not None and not restarts_after(
                self.container, pod.spec, ended.exit_code
            )
            return STOP if for_good and pod.spec.restart_policy == "Never" else WAIT
        if pod.metadata.deletion_timestamp is not None and self.kind != READINESS:
            self._results.set(self.container_id, SUCCESS, pod.metadata.uid)
            return STOP
        age = self._clock.now - (running.started_at or 0)
        if age // SECOND < spec.initial_delay_seconds:
            return WAIT
        # A startup probe is for what has not started, the others for what has.
        return PROBE if bool(current.started) != (self.kind == STARTUP) else WAIT

    def _new_container(self, container_id: str, pod_ip: str) -> None:
        if self.container_id:
            self._results.remove(self.container_id)
        self.container_id = container_id
        self._results.begin(container_id, INITIAL[self.kind])
        self.on_hold = False
        plain_id = container_id.partition("://")[2]
        target = Target(
            self._clock,
            self._runtime,
            self.container,
            plain_id,
            pod_ip,
            timeout_of(self.spec),
        )
        self._run = prepare(target, self.spec)

    def _outcome(self, outcome: Outcome) -> None:
        if self.stopped:
            return
        self._tries += 1
        if outcome.error and self._tries < MAX_PROBE_RETRIES and self._run is not None:
            self._run(self._outcome)
            return
        self._busy = False
        self.counts[outcome.result] += 1
        if outcome.result is not SUCCESS:
            self._report(self._probed.pod, self.container, self.kind, outcome)
        if not outcome.error:
            self.record(outcome.result)
        if self._missed:
            self._missed = False
            self._wake()

    # DOC: probe-threshold
    def record(self, result: str) -> None:
        """Count a result; it takes effect once its threshold is reached."""
        if self.last_result == result:
            self.result_run += 1
        else:
            self.last_result = result
            self.result_run = 1
        spec = self.spec
        threshold = spec.failure_threshold if result == FAILURE else spec.success_threshold
        self._keep(result, threshold)
        if self.result_run < threshold:
            return
        self._results.set(self.container_id, result, self._probed.pod.metadata.uid)
        if result == FAILURE and self.kind != READINESS:
            # It will be killed: no more questions until there is a new container.
            self.on_hold = True
            self.result_run = 0

    def _keep(self, result: str, threshold: int) -> None:
        now = self._clock.now
        if self.result_run > 1:
            self._streak.last = now
            self._streak.count += 1
            return
        about = self._probed.pod.metadata.uid, self.container.name, self.kind
        self._streak = Streak(*about, result, threshold, now, now, 1)
        self._streaks.append(self._streak)


def _find(status: PodStatus, name: str) -> ContainerStatus | None:
    for found in status.container_statuses:
        if found.name == name and found.container_id:
            return found
    for found in status.init_container_statuses:
        if found.name == name and found.container_id:
            return found
    return None
