"""The probe worker's rules, case by case as in upstream's worker_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import (
    Container,
    ContainerState,
    ContainerStateRunning,
    ContainerStateTerminated,
    ContainerStatus,
    ExecAction,
    Pod,
    PodSpec,
    PodStatus,
    Probe,
)
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.times import Time
from kubelite.kubelet.cri import ExecResult
from kubelite.kubelet.probes.results import FAILURE, SUCCESS, UNKNOWN, Results
from kubelite.kubelet.probes.worker import LIVENESS, PROBE, READINESS, STARTUP, STOP, WAIT, Worker
from kubelite.sim.clock import SECOND, Clock

ID = "containerd://abc"


class FakeRuntime:
    """Answers every exec with ``exit_code``, or with ``error``."""

    exit_code = 0
    error = ""
    asked = 0

    def exec_sync(self, container_id: str, command: Any, timeout: int, then: Any) -> None:
        self.asked += 1
        then(ExecResult(self.exit_code, "", self.error))


class Probed:
    """A pod and the status its kubelet has set."""

    def __init__(self, status: PodStatus | None):
        self.pod = Pod(metadata=ObjectMeta(uid="u"), spec=PodSpec(restart_policy="Never"))
        self.status = status


def status(
    state: ContainerState,
    name: str = "c",
    phase: str = "Running",
    id: str = ID,
    started: bool = True,
) -> PodStatus:
    container = ContainerStatus(name=name, state=state, container_id=id, started=started)
    return PodStatus(phase=phase, container_statuses=(container,))


def running(seconds_ago: int = 0) -> ContainerState:
    since = Time(Clock().now - seconds_ago * SECOND)
    return ContainerState(running=ContainerStateRunning(started_at=since))


ENDED = ContainerState(terminated=ContainerStateTerminated())


def worker(
    kind: str, told: PodStatus | None, **spec: Any
) -> tuple[Worker, Probed, Results, FakeRuntime]:
    probe = Probe(
        exec=ExecAction(command=("x",)),
        **{"period_seconds": 10, "success_threshold": 1, "failure_threshold": 1, **spec},
    )
    results, runtime, probed = Results(lambda uid: None), FakeRuntime(), Probed(told)
    made = Worker(
        Clock(),
        runtime,
        probed,
        Container(name="c"),
        kind,
        probe,
        results,
        lambda *_: None,  # type: ignore[arg-type]
    )
    return made, probed, results, runtime


@pytest.mark.parametrize("kind", [LIVENESS, READINESS])
@pytest.mark.parametrize(
    ("told", "step", "result"),
    [
        (None, WAIT, None),
        (status(running(), phase="Failed"), STOP, None),
        (status(running(), name="other"), WAIT, None),
        (status(ContainerState()), WAIT, FAILURE),
        (status(ENDED), STOP, FAILURE),
        (status(running()), PROBE, SUCCESS),
    ],
    ids=["no status", "pod failed", "no container", "waiting", "terminated", "running"],
)
def test_do_probe(kind: str, told: PodStatus | None, step: str, result: str | None) -> None:
    made, _, results, _ = worker(kind, told)
    assert made.do_probe() == step
    assert results.get(ID) == result


@pytest.mark.parametrize(
    ("kind", "initial"), [(LIVENESS, SUCCESS), (READINESS, FAILURE), (STARTUP, UNKNOWN)]
)
def test_initial_delay(kind: str, initial: str) -> None:
    started = kind != STARTUP
    told = status(running(), started=started)
    made, probed, results, _ = worker(kind, told, initial_delay_seconds=10)
    assert (made.do_probe(), results.get(ID)) == (WAIT, initial)
    probed.status = status(running(seconds_ago=100), started=started)
    assert (made.do_probe(), results.get(ID)) == (PROBE, SUCCESS)


def test_failure_threshold() -> None:
    made, _, results, runtime = worker(READINESS, status(running()), failure_threshold=3)
    for _ in range(2):
        runtime.exit_code = 0
        assert [_probe(made, results) for _ in range(3)] == [SUCCESS] * 3
        runtime.exit_code = 1
        assert [_probe(made, results) for _ in range(5)] == [SUCCESS] * 2 + [FAILURE] * 3


def test_success_threshold() -> None:
    made, _, results, runtime = worker(READINESS, status(running()), success_threshold=3)
    for _ in range(2):
        assert [_probe(made, results) for _ in range(5)] == [FAILURE] * 2 + [SUCCESS] * 3
        runtime.exit_code = 1
        assert _probe(made, results) == FAILURE
        runtime.exit_code = 0


@pytest.mark.parametrize(("kind", "started"), [(LIVENESS, True), (STARTUP, False)])
def test_on_hold_after_failure(kind: str, started: bool) -> None:
    made, probed, results, runtime = worker(kind, status(running(), started=started))
    runtime.exit_code = 1
    assert (_probe(made, results), made.on_hold) == (FAILURE, True)
    runtime.exit_code = 0
    assert (_probe(made, results), made.on_hold) == (FAILURE, True)
    probed.status = status(running(), id="containerd://new", started=started)
    made.do_probe()
    assert (results.get("containerd://new"), made.on_hold) == (SUCCESS, False)


def test_an_error_is_tried_three_times_and_then_thrown_away() -> None:
    made, _, results, runtime = worker(LIVENESS, status(running()))
    runtime.error = "no such command"
    assert _probe(made, results) == SUCCESS
    assert runtime.asked == 3


@pytest.mark.parametrize(
    ("kind", "started", "step"),
    [
        (STARTUP, True, WAIT),
        (STARTUP, False, PROBE),
        (LIVENESS, False, WAIT),
        (READINESS, False, WAIT),
    ],
)
def test_startup_comes_first(kind: str, started: bool, step: str) -> None:
    made, _, _, _ = worker(kind, status(running(), started=started))
    assert made.do_probe() == step


def test_clean_up() -> None:
    made, _, results, _ = worker(READINESS, status(running()))
    made.start()
    assert results.get(ID) == SUCCESS
    for _ in range(10):
        made.stop()
    assert results.get(ID) is None


def _probe(made: Worker, results: Results) -> str | None:
    made.do_probe()
    return results.get(ID)
