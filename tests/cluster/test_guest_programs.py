"""Learners' images, probe handlers, clouds and logging drivers that go wrong."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.core_v1 import LoadBalancerIngress
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.cloudservice import CloudServiceController
from kubelite.kubelet.cri import Reply
from kubelite.kubelet.images.program import Program
from kubelite.kubelet.images.registry import IMAGES, register
from kubelite.kubelet.probes.handlers import PASSED, PROBES
from kubelite.sim.clock import SECOND
from kubelite.sim.guests import MishapWarning
from tests.manifests import deployment, service


@pytest.fixture(autouse=True)
def images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubelite.kubelet.images.registry.IMAGES", dict(IMAGES))


def program(**methods: Any) -> type[Program]:
    """An image called ``own`` with these methods."""
    made = type("Own", (Program,), {"__module__": __name__, "ports": (8080,), **methods})
    register("own", made)
    return made


def run(seconds: float = 10, **changes: Any) -> tuple[Cluster, Any]:
    """A pod of it beside a pod of the shop; the cluster, and the status of the container."""
    cluster = Cluster(nodes=1)
    cluster.apply(deployment("web", replicas=1))
    probe = {"tcpSocket": {"port": 8080}}
    cluster.apply(deployment("own", replicas=1, image="own", probe=probe, **changes))
    cluster.run(seconds)
    assert cluster.get("deployment/web").status.ready_replicas == 1
    return cluster, cluster.get("pods", selector="app=own")[0].status.container_statuses[0]


def divide(*_: Any) -> Any:
    return 1 / 0


def later(self: Program) -> None:
    self.after(SECOND, self.fail)  # type: ignore[attr-defined]


def test_an_image_that_raises_exits_with_a_traceback_and_starts_again() -> None:
    program(start=divide)
    with pytest.warns(MishapWarning, match=r"Own.start, line \d+ \(return 1 / 0\): ZeroDivision"):
        cluster, container = run()
    ended = container.last_state.terminated or container.state.terminated
    assert (ended.exit_code, ended.reason) == (1, "Error")
    assert container.restart_count >= 1
    assert container.state.waiting.reason == "CrashLoopBackOff"
    pod = cluster.get("pods", selector="app=own")[0].metadata.name
    log = cluster.logs(pod, previous=True)
    assert log.startswith("Traceback (most recent call last):\n  File ")
    assert log.endswith("    return 1 / 0\nZeroDivisionError: division by zero\n")
    assert "Own.start: line" in str(cluster.story(f"pod/{pod}"))


def recursion(self: Any) -> Any:
    return recursion(self)


def nonsense_exit(self: Any) -> Any:
    self.exit("well")


def endless(self: Any) -> None:
    def again() -> None:
        self.after(0, again)

    again()


def half_a_second(self: Any) -> None:
    self.after(0.5, self.exit, 0)


ENDS: dict[str, tuple[dict[str, Any], int, str]] = {
    "in its constructor": ({"__init__": divide}, 1, "ZeroDivisionError"),
    "in a timer": ({"start": later, "fail": divide}, 1, "ZeroDivisionError"),
    "too deep": ({"start": recursion}, 1, "RecursionError"),
    "an exit code of words": ({"start": nonsense_exit}, 1, "an exit code is a whole number"),
    "half a second": ({"start": half_a_second}, 1, "after() takes whole microseconds"),
    "a hot loop": ({"start": endless}, 1, "a hot loop: 100,000 timers within a virtual second"),
}


@pytest.mark.parametrize("case", ENDS)
def test_a_process_that_fails_ends_alone(case: str) -> None:
    methods, code, text = ENDS[case]
    program(**methods)
    with pytest.warns(MishapWarning):
        cluster, container = run(12)
    ended = container.last_state.terminated or container.state.terminated
    assert ended.exit_code == code
    assert text in cluster.mishaps[0].problem


@pytest.mark.parametrize(("code", "exit_code"), [(3, 3), (None, 0), (0, 0), (-1, 255)])
def test_sys_exit_is_the_end_of_the_process(code: int | None, exit_code: int) -> None:
    program(start=lambda self: sys.exit(code))
    _, container = run(12)
    ended = container.last_state.terminated or container.state.terminated
    assert ended.exit_code == exit_code


def test_sys_exit_with_words_says_them_and_fails() -> None:
    program(start=lambda self: sys.exit("no database"))
    cluster, container = run(12)
    assert container.last_state.terminated.exit_code == 1
    pod = cluster.get("pods", selector="app=own")[0].metadata.name
    assert cluster.logs(pod, previous=True) == "no database\n"


def test_a_stop_that_fails_is_a_stop() -> None:
    program(stop=divide)
    cluster, _ = run()
    with pytest.warns(MishapWarning):
        cluster.delete("deployment/own")
        cluster.run(5)
    assert not cluster.get("pods", selector="app=own").names


REPLIES: dict[str, tuple[Callable[..., Any], str]] = {
    "raises": (divide, "ZeroDivisionError"),
    "None": (lambda *_: None, "TypeError"),
    "a number": (lambda *_: 200, "TypeError"),
    "status in words": (
        lambda *_: ("fine", "ok"),
        "a reply is a text, a (status, text) or a Reply",
    ),
    "bytes": (lambda *_: (200, b"ok"), "a reply is a text"),
    "a negative delay": (lambda *_: Reply(200, "", delay=-5), "delay is in whole microseconds"),
    "a delay that is no number": (
        lambda *_: Reply(200, "", delay=math.nan),  # type: ignore[arg-type]
        "delay is in whole microseconds, not float nan",
    ),
}


@pytest.mark.parametrize("case", REPLIES)
def test_a_request_that_it_fails_to_answer_is_a_500_and_it_goes_on(case: str) -> None:
    handle, text = REPLIES[case]
    program(handle=handle)
    cluster, container = run()
    cluster.apply(service("own"))
    cluster.run(3)
    with pytest.warns(MishapWarning):
        reply = cluster.request("own")
    assert reply.status == 500
    assert text in cluster.mishaps[0].problem
    assert container.restart_count == 0


def test_leaving_while_answering_breaks_the_connection() -> None:
    program(handle=lambda self, request: sys.exit(4))
    cluster, _ = run()
    cluster.apply(service("own"))
    cluster.run(3)
    assert "connection reset by peer" in cluster.request("own").error
    cluster.run(1)
    container = cluster.get("pods", selector="app=own")[0].status.container_statuses[0]
    assert (container.last_state.terminated or container.state.terminated).exit_code == 4


@pytest.mark.parametrize("method", ["listens", "memory_used", "cpu_wanted", "answers", "healthy"])
def test_what_is_asked_of_it_has_an_answer_in_any_case(method: str) -> None:
    program(**{method: divide}, grows=True)
    cluster = Cluster(nodes=1)
    probe = {"grpc": {"port": 8080}}
    cluster.apply([deployment("own", replicas=1, image="own", probe=probe), service("own")])
    with pytest.warns(MishapWarning, match=f"Own.{method}"):
        cluster.run(30)
        cluster.load("own", 5)
        cluster.run(30)
        cluster.loads.on("default", "own", "", 0)
        cluster.top("pods")
        cluster.top("nodes")
    assert cluster.get("node/node-1").status.conditions


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"ports": 8080}, r"Own.ports is a tuple of numbers such as \(8080,\), not int 8080"),
        ({"size": None}, "Own.size: an amount is a number, 0 or more, not None"),
        ({"memory": -1}, "Own.memory: an amount is a number"),
        ({"cpu": "a lot"}, "Own.cpu: an amount is a number, 0 or more, not str 'a lot'"),
        ({"tags": "("}, "Own.tags is a regular expression"),
        ({"entrypoint": "serve"}, "Own.entrypoint is a tuple of words"),
    ],
)
def test_a_class_that_cannot_be_an_image_is_refused_when_it_is_registered(
    fields: dict[str, Any], text: str
) -> None:
    with pytest.raises(TypeError, match=text):
        program(**fields)


def test_only_a_program_can_be_registered() -> None:
    with pytest.raises(TypeError, match=r"register\('own', ...\) takes a subclass of Program"):
        register("own", dict)  # type: ignore[arg-type]


# Probe handlers


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        (divide, "ZeroDivisionError: division by zero"),
        (lambda target, action: None, "a probe handler returns a function of then, not None"),
        (lambda target, action: lambda then: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda target, action: lambda then: then("good"), "a probe's outcome is PASSED or"),
    ],
)
def test_a_probe_handler_that_fails_is_a_probe_error(
    monkeypatch: pytest.MonkeyPatch, handler: Any, text: str
) -> None:
    monkeypatch.setitem(PROBES, "tcp_socket", handler)
    program()
    with pytest.warns(MishapWarning):
        cluster, container = run()
    assert not container.ready
    told = [e.message for e in cluster.events() if e.reason == "Unhealthy"]
    assert any(m.startswith("Readiness probe errored and resulted in unknown state") for m in told)
    assert any(text in message for message in told)


def test_a_probe_handler_that_never_answers_has_failed_when_its_time_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PROBES, "tcp_socket", lambda target, action: lambda then: None)
    program()
    cluster, container = run()
    assert not container.ready
    told = [e.message for e in cluster.events() if e.reason == "Unhealthy"]
    text = 'probe handler "tcp_socket" has not answered within 1s'
    assert any(text in message for message in told)


def test_a_probe_handler_that_answers_twice_has_answered_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def twice(target: Any, action: Any) -> Any:
        return lambda then: (then(PASSED), then(PASSED))

    monkeypatch.setitem(PROBES, "tcp_socket", twice)
    program()
    _, container = run()
    assert container.ready


# Clouds


@pytest.mark.parametrize(
    ("ensure", "text"),
    [
        (divide, "ZeroDivisionError: division by zero"),
        (lambda *_: None, "a cloud returns LoadBalancerIngress in a tuple, not None"),
        (lambda *_: ("1.2.3.4",), "a cloud returns LoadBalancerIngress in a tuple"),
    ],
)
def test_a_cloud_that_fails_is_asked_again(ensure: Any, text: str) -> None:
    asked: list[Any] = []

    def once(self: Any, *given: Any) -> Any:
        asked.append(given)
        return ensure(self, *given) if len(asked) < 3 else (LoadBalancerIngress(ip="198.18.9.9"),)

    cloud = type("Sky", (), {"__module__": __name__, "delay": SECOND, "ensure": once})
    kind = type("SkyController", (CloudServiceController,), {"cloud": cloud})
    others = tuple(one for one in CONTROLLERS if one is not CloudServiceController)
    cluster = Cluster(nodes=1, controllers=(*others, kind))
    cluster.apply(service("web", type="LoadBalancer"))
    with pytest.warns(MishapWarning):
        cluster.run(60)
    warning = next(e for e in cluster.events("service/web") if e.type == "Warning")
    told = "Error syncing load balancer: failed to ensure load balancer: Sky.ensure"
    assert warning.reason == "SyncLoadBalancerFailed"
    assert warning.message.startswith(told)
    assert text in warning.message
    assert cluster.get("service/web").status.load_balancer.ingress[0].ip == "198.18.9.9"


# Logging drivers


def test_a_logging_driver_that_fails_loses_its_own_lines_only() -> None:
    lines: list[str] = []

    class Broken:
        def ship(self, source: Any, line: Any) -> None:
            raise OSError("no space left on device")

    class Kept:
        def ship(self, source: Any, line: Any) -> None:
            lines.append(line.text)

    cluster = Cluster(nodes=1)
    cluster.ship_logs(Broken())
    cluster.ship_logs(Kept())
    cluster.apply(deployment("web", replicas=1))
    with pytest.warns(MishapWarning, match="Broken.ship, line .*no space left on device"):
        cluster.run_until("deployment/web ready")
    assert lines[0] == "shop 1.0 starting\n"
    pod = cluster.get("pods").names[0]
    assert cluster.logs(pod) == "".join(lines)
    assert cluster.mishaps[0].subject == ("pods", "default", pod)


def test_a_follower_of_a_log_that_fails() -> None:
    cluster = Cluster(nodes=1)
    script = ["sh", "-c", "while true; do echo tick; sleep 1; done"]
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "clock"},
            "spec": {"containers": [{"name": "c", "image": "busybox", "command": script}]},
        }
    )
    cluster.run_until("pod/clock ready")
    cluster.follow("clock", divide)
    with pytest.warns(MishapWarning, match="ZeroDivisionError"):
        cluster.run(5)
    assert cluster.logs("clock").count("tick") >= 5
