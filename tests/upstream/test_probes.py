"""What probes mean for a pod, and the ports they ask: pkg/kubelet/prober/prober_manager_test.go and
pkg/probe/util_test.go.

The worker's own tables are in tests/kubelet/test_probe_worker.py. Left out: readiness kept over a
restart of the kubelet's process (here it starts with the node), and an intstr of a third kind.
"""

from __future__ import annotations

from typing import Any, cast

import pytest

from kubelite.api.core_v1 import Container, ContainerPort, ExecAction, Pod, PodSpec, Probe
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.kubelet import cri
from kubelite.kubelet.probes.handlers import port_number
from kubelite.kubelet.probes.manager import ProbeManager
from kubelite.kubelet.probes.results import FAILURE, SUCCESS
from kubelite.kubelet.probes.worker import LIVENESS, READINESS, STARTUP
from kubelite.sim.clock import Clock

PROBE = Probe(exec=ExecAction(command=("x",)), period_seconds=10)

# TestUpdatePodStatus: state, probed for startup and readiness, their results, (started, ready)
State = tuple[str, bool, bool, str | None, str | None]
STATES: dict[str, tuple[State, tuple[bool, bool] | None]] = {
    "nobody probes it": ((cri.RUNNING, False, False, None, None), (True, True)),
    "found ready": ((cri.RUNNING, False, True, None, SUCCESS), (True, True)),
    "not yet probed": ((cri.RUNNING, False, True, None, None), (True, False)),
    "found not ready": ((cri.RUNNING, False, True, None, FAILURE), (True, False)),
    "not yet started": ((cri.RUNNING, True, True, None, SUCCESS), (False, False)),
    "started, nobody asks whether it is ready": (
        (cri.RUNNING, True, False, SUCCESS, None),
        (True, True),
    ),
    "failed to start": ((cri.RUNNING, True, False, FAILURE, None), (False, False)),
    "ended": ((cri.EXITED, False, True, None, SUCCESS), None),
}


@pytest.mark.parametrize("name", STATES)
def test_health(name: str) -> None:
    (state, startup, readiness, started, ready), expected = STATES[name]
    manager = _manager()
    container = Container(
        name="c",
        startup_probe=PROBE if startup else None,
        readiness_probe=PROBE if readiness else None,
    )
    manager.add_pod(cast(Any, _Probed(container)))
    for kind, result in ((STARTUP, started), (READINESS, ready)):
        if result is not None:
            manager.results[kind].set("containerd://id", result, "u")
    found = manager.health("u", cri.PodStatus("u", containers=(_container(state),)))
    assert found.get("c") == expected


# TestAddRemovePods and TestAddRemovePodsWithRestartableInitContainer: what is probed, workers then
WORKERS: dict[str, tuple[PodSpec, set[tuple[str, str]]]] = {
    "no probes": (PodSpec(containers=(Container(name="c"),)), set()),
    "all three on three containers": (
        PodSpec(
            containers=(
                Container(name="none"),
                Container(name="ready", readiness_probe=PROBE),
                Container(name="alive", liveness_probe=PROBE),
                Container(name="begun", startup_probe=PROBE),
            )
        ),
        {("ready", READINESS), ("alive", LIVENESS), ("begun", STARTUP)},
    ),
    "an init container that ends": (
        PodSpec(init_containers=(Container(name="i", readiness_probe=PROBE),)),
        set(),
    ),
    "a sidecar": (
        PodSpec(
            init_containers=(
                Container(name="i", restart_policy="Always", readiness_probe=PROBE),
                Container(name="j", restart_policy="Always"),
            )
        ),
        {("i", READINESS)},
    ),
}


@pytest.mark.parametrize("name", WORKERS)
def test_workers(name: str) -> None:
    spec, expected = WORKERS[name]
    manager, probed = _manager(), _Probed(*spec.containers, init=spec.init_containers)
    for _ in range(2):  # to add a pod again changes nothing
        manager.add_pod(cast(Any, probed))
        assert set(manager.counts("u")) == expected
    manager.remove_pod("another")
    assert set(manager.counts("u")) == expected
    manager.remove_pod("u")
    assert manager.counts("u") == {}


# TestResolveContainerPort and TestFindPortByName: asked for, the container's ports, found
TWO = (
    ContainerPort(name="foo", container_port=8080),
    ContainerPort(name="bar", container_port=9000),
)
PORTS: dict[str, tuple[int | str, tuple[ContainerPort, ...], int | str]] = {
    "a number": (443, (), 443),
    "too large a number": (66666, (), "invalid port number: 66666"),
    "zero": (0, (), "invalid port number: 0"),
    "a name": ("foo", TWO, 8080),
    "the second name": ("bar", TWO, 9000),
    "a name there is not": ("foo", TWO[1:], 'port "foo" not found'),
    "another name there is not": ("http", TWO, 'port "http" not found'),
}


@pytest.mark.parametrize("name", PORTS)
def test_ports(name: str) -> None:
    port, ports, expected = PORTS[name]
    assert port_number(port, Container(name="c", ports=ports)) == expected


class _Probed:
    """A pod whose status nobody has set yet."""

    status = None

    def __init__(self, *containers: Container, init: tuple[Container, ...] = ()):
        spec = PodSpec(containers=containers, init_containers=init)
        self.pod = Pod(metadata=ObjectMeta(uid="u"), spec=spec)


def _manager() -> ProbeManager:
    def nothing(_: object) -> None:
        pass

    return ProbeManager(
        Clock(),
        cast(Any, None),
        cast(Any, lambda *_: None),
        nothing,
        nothing,
        nothing,
        lambda period: period,
    )


def _container(state: str) -> cri.ContainerStatus:
    return cri.ContainerStatus("id", "c", state, "", "", "", 0, 0)
