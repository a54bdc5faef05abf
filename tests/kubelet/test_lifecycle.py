"""Hooks, stop signals, sidecars, restart rules and ephemeral containers."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Container, PodSpec
from kubelite.apimachinery.rest import STRATEGIC_PATCH, Request
from kubelite.apimachinery.strict import decode_strict
from kubelite.kubelet.restarts import restarts_after
from tests.kubelet.conftest import World

SHOP = {"name": "shop", "image": "shop:v1"}


def script(name: str, text: str, **fields: Any) -> dict[str, Any]:
    """A container that runs a script in busybox."""
    command = ["sh", "-c", text]
    return {"name": name, "image": "busybox:1.36", "command": command, **fields}


def reasons(world: World) -> list[str]:
    """The reasons of all events in their order."""
    return [reason for _, reason, _ in world.events()]


def stopped(world: World) -> list[tuple[int, str]]:
    """When each container ended, in seconds since it was asked to, and its name."""
    asked = next(e for e in world.acts() if e[1] == "kill")[0]
    return [
        (round(when - asked), note.split()[1])
        for when, verb, note in world.acts()
        if verb == "exit" and when >= asked
    ]


# Hooks


@pytest.mark.parametrize(
    "hook",
    [
        {"exec": {"command": ["sh", "-c", "exit 3"]}},
        {"httpGet": {"port": 9999}},
        {"tcpSocket": {"port": 8080}},
    ],
)
def test_a_post_start_hook_that_fails_kills_its_container(
    world: World, hook: dict[str, Any]
) -> None:
    world.pod({"containers": [{**SHOP, "lifecycle": {"postStart": hook}}]})
    world.run(8)
    assert ("Warning", "FailedPostStartHook", "PostStartHook failed") in world.events()
    assert ("Normal", "Killing", "FailedPostStartHook") in world.events()
    world.until(lambda: world.restarts() > 0)


def test_a_container_waits_for_its_post_start_hook(world: World) -> None:
    hook = {"postStart": {"sleep": {"seconds": 5}}}
    world.pod({"containers": [{**SHOP, "lifecycle": hook}, script("second", "sleep 600")]})
    starts = {note.split()[1]: when for when, verb, note in _ran(world, 10) if verb == "start"}
    assert starts["second"] - starts["shop"] == pytest.approx(5.1, abs=0.2)


def _ran(world: World, seconds: float) -> list[tuple[float, str, str]]:
    world.run(seconds)
    return world.acts()


def test_a_hook_by_http_fails_only_without_an_answer(world: World) -> None:
    hook = {"postStart": {"httpGet": {"port": 8080, "path": "/nothing-here"}}}
    world.pod({"containers": [{**SHOP, "lifecycle": hook}]})
    world.run(10)
    assert world.state() == "running" and "FailedPostStartHook" not in reasons(world)


def test_a_pre_stop_hook_that_fails_is_told_and_does_not_hold_up_the_end(world: World) -> None:
    hook = {"preStop": {"exec": {"command": ["sh", "-c", "exit 1"]}}}
    world.pod({"containers": [{**SHOP, "lifecycle": hook}]})
    world.until(lambda: world.state() == "running")
    world.me.delete("pods", "pod", "default")
    world.until(world.gone, 10)
    assert ("Warning", "FailedPreStopHook", "PreStopHook failed") in world.events()


# Stop signals


def test_a_stop_signal_of_ones_own(world: World) -> None:
    trap = "trap 'echo bye; exit 0' USR1; while true; do sleep 1; done"
    lifecycle = {"stopSignal": "SIGUSR1"}
    world.shell(trap, os={"name": "linux"}, container={"lifecycle": lifecycle})
    world.until(lambda: world.state() == "running")
    assert world.get().status.container_statuses[0].stop_signal == "SIGUSR1"
    world.me.delete("pods", "pod", "default")
    world.until(world.gone, 10)
    ended = [note for _, verb, note in world.acts() if verb == "exit"]
    assert ended == ["container main exited: Completed, exit code 0"]


def test_a_signal_that_is_not_expected_ends_a_program(world: World) -> None:
    lifecycle = {"stopSignal": "SIGUSR1"}
    world.pod({"os": {"name": "linux"}, "containers": [{**SHOP, "lifecycle": lifecycle}]})
    world.until(lambda: world.state() == "running")
    world.me.delete("pods", "pod", "default")
    world.until(world.gone, 60)
    ended = [note for _, verb, note in world.acts() if verb == "exit"]
    assert ended == ["container shop exited: Error, exit code 138"]


# Sidecars

SLOW = "trap 'sleep 3; exit 0' TERM; while true; do sleep 1; done"


def sidecar(name: str, text: str = SLOW, **fields: Any) -> dict[str, Any]:
    """An init container that keeps running."""
    return script(name, text, restartPolicy="Always", **fields)


def test_sidecars_end_after_the_others_the_last_one_first(world: World) -> None:
    inits = [sidecar("proxy"), sidecar("logs")]
    world.pod({"initContainers": inits, "containers": [script("main", SLOW)]})
    world.until(lambda: world.state() == "running")
    world.run(5)
    world.me.delete("pods", "pod", "default")
    world.until(world.gone, 60)
    ends = stopped(world)
    assert [name for _, name in ends] == ["main", "logs", "proxy"]
    assert ends[1][0] > ends[0][0] and ends[2][0] > ends[1][0]
    killing = [m for _, reason, m in world.events() if reason == "Killing"]
    assert sorted(killing) == [f"Stopping container {name}" for name in ("logs", "main", "proxy")]


def test_their_pre_stop_hooks_run_at_once_all_the_same(world: World) -> None:
    hook = {"preStop": {"exec": {"command": ["sh", "-c", "echo stopping > /tmp/stop"]}}}
    inits = [sidecar("proxy", lifecycle=hook)]
    world.pod({"initContainers": inits, "containers": [script("main", SLOW)]})
    world.until(lambda: world.state() == "running")
    world.me.delete("pods", "pod", "default")
    world.run(1)
    uid = world.get().metadata.uid
    running = world.runtime.container(world.kubelet.container_id(uid, "proxy"))
    assert running is not None and running.running and running.files.is_file("/tmp/stop")


def test_when_the_grace_is_over_nobody_waits_for_a_turn(world: World) -> None:
    inits = [sidecar("proxy")]
    spec = {"initContainers": inits, "terminationGracePeriodSeconds": 5}
    world.pod({**spec, "containers": [script("main", "sleep 600")]})
    world.until(lambda: world.state() == "running")
    world.run(2)
    world.me.delete("pods", "pod", "default")
    world.until(world.gone, 60)
    assert dict((name, when) for when, name in stopped(world))["main"] == 5


def test_a_sidecar_is_restarted_whatever_the_pod_says(world: World) -> None:
    inits = [sidecar("proxy", "sleep 5; exit 1")]
    main = script("main", "sleep 60")
    world.pod({"initContainers": inits, "containers": [main], "restartPolicy": "Never"})
    world.run(30)
    status = world.get().status
    assert status.phase == "Running" and status.init_container_statuses[0].restart_count >= 1
    world.until(lambda: world.get().status.phase == "Succeeded", 120)


def test_the_next_one_waits_for_a_sidecars_startup_probe(world: World) -> None:
    probe = {"exec": {"command": ["cat", "/tmp/up"]}, "periodSeconds": 1, "failureThreshold": 30}
    inits = [sidecar("proxy", "sleep 6; touch /tmp/up; sleep 600", startupProbe=probe)]
    world.pod({"initContainers": inits, "containers": [script("main", "sleep 600")]})
    starts = {note.split()[1]: when for when, verb, note in _ran(world, 15) if verb == "start"}
    assert starts["main"] - starts["proxy"] >= 6


def test_a_sidecar_may_be_probed_for_liveness(world: World) -> None:
    probe = {"exec": {"command": ["false"]}, "periodSeconds": 1, "failureThreshold": 2}
    grace = {"livenessProbe": {**probe, "terminationGracePeriodSeconds": 1}}
    inits = [sidecar("proxy", "sleep 600", **grace)]
    world.pod({"initContainers": inits, "containers": [script("main", "sleep 600")]})
    world.run(20)
    assert world.get().status.init_container_statuses[0].restart_count >= 1
    assert world.restarts() == 0


# Restart rules


# From upstream's TestContainerShouldRestart, pkg/api/v1/pod/util_test.go.
SHOULD_RESTART = [
    ("Always", None, (), 0, True),
    ("OnFailure", None, (), 0, False),
    ("OnFailure", None, (), 1, True),
    ("Never", None, (), 1, False),
    ("Never", "Always", (), 0, True),
    ("Never", "OnFailure", (), 1, True),
    ("Never", "OnFailure", (), 0, False),
    ("Always", "Never", (), 1, False),
    ("Never", "Never", (("Restart", "In", [42]),), 42, True),
    ("Never", "Never", (("Restart", "In", [42]),), 43, False),
    ("Always", "Never", (("Restart", "NotIn", [42]),), 43, True),
    ("Always", "Never", (("Restart", "NotIn", [42]),), 42, False),
    ("Never", "Never", (("RestartAllContainers", "In", [42]),), 42, True),
]


@pytest.mark.parametrize(("pod", "own", "rules", "code", "restarts"), SHOULD_RESTART)
def test_container_should_restart(
    pod: str, own: str | None, rules: tuple[Any, ...], code: int, restarts: bool
) -> None:
    plain: dict[str, Any] = {"name": "main", "restartPolicyRules": [_rule(*r) for r in rules]}
    if own is not None:
        plain["restartPolicy"] = own
    container = decode_strict(Container, plain)
    assert restarts_after(container, PodSpec(restart_policy=pod), code) is restarts


def _rule(action: str, operator: str, values: list[int]) -> dict[str, Any]:
    return {"action": action, "exitCodes": {"operator": operator, "values": values}}


def test_a_rule_restarts_what_the_pods_policy_would_leave(world: World) -> None:
    once = "if [ -f /tmp/x ]; then exit 0; fi; sleep 2; exit 42"
    rules = {"restartPolicy": "Never", "restartPolicyRules": [_rule("Restart", "In", [42])]}
    world.pod({"containers": [script("main", once, **rules)], "restartPolicy": "Never"})
    world.run(30)
    assert world.restarts() >= 1 and world.get().status.phase == "Running"


def test_a_container_may_be_left_alone_in_a_pod_that_restarts(world: World) -> None:
    main = script("main", "sleep 2; exit 1", restartPolicy="Never")
    world.pod({"containers": [main, script("other", "sleep 600")]})
    world.run(30)
    assert (world.restarts(), world.state()) == (0, "Error")
    assert world.get().status.phase == "Running"


def test_one_exit_may_restart_the_whole_pod_in_its_place(world: World) -> None:
    rules = {
        "restartPolicy": "Never",
        "restartPolicyRules": [_rule("RestartAllContainers", "In", [88])],
    }
    spec = {
        "restartPolicy": "Never",
        "initContainers": [script("setup", "exit 0")],
        "containers": [script("main", "sleep 600"), script("watch", "sleep 20; exit 88", **rules)],
    }
    world.pod(spec)
    world.until(lambda: world.get().status.phase == "Running")
    address = world.get().status.pod_ip
    world.until(lambda: world.conditions().get("AllContainersRestarting") == "True", 60)
    world.until(lambda: world.state() == "running" and world.restarts() == 1, 60)
    status = world.get().status
    assert status.init_container_statuses[0].restart_count == 1
    assert (status.phase, status.pod_ip) == ("Running", address)
    assert world.conditions()["AllContainersRestarting"] == "False"
    starts = [note.split()[1] for _, verb, note in world.acts() if verb == "start"]
    assert starts == ["setup", "main", "watch", "setup", "main", "watch"]


# Ephemeral containers


def add(world: World, *containers: dict[str, Any]) -> Any:
    """PATCH pods/pod/ephemeralcontainers."""
    body = {"spec": {"ephemeralContainers": list(containers)}}
    request = Request(
        "patch", "pods", "default", "pod", "ephemeralcontainers", body, "learner",
        patch_type=STRATEGIC_PATCH,
    )  # fmt: skip
    return world.api.handle(request)


def test_an_ephemeral_container_joins_a_running_pod(world: World) -> None:
    world.pod({"containers": [SHOP]})
    world.until(lambda: world.state() == "running")
    added = add(world, {"name": "debugger", "image": "busybox:1.36", "stdin": True}).unwrap()
    assert added.spec.ephemeral_containers[0].image_pull_policy == "IfNotPresent"
    assert added.metadata.generation == 2
    world.run(5)
    status = world.get().status.ephemeral_container_statuses[0]
    assert status.state.running is not None and not status.ready
    assert world.get().status.container_statuses[0].restart_count == 0
    about = [e.involved_object.field_path for e in world.me.list("events", "default").items]
    assert "spec.ephemeralContainers{debugger}" in about
    world.me.delete("pods", "pod", "default")
    world.until(world.gone, 60)


def test_it_is_never_restarted(world: World) -> None:
    world.pod({"containers": [SHOP]})
    world.until(lambda: world.state() == "running")
    add(world, script("debugger", "exit 7")).unwrap()
    world.run(30)
    status = world.get().status
    ended = status.ephemeral_container_statuses[0].state.terminated
    assert ended is not None and (ended.exit_code, status.phase) == (7, "Running")


def test_those_that_are_there_neither_go_nor_change(world: World) -> None:
    world.pod({"containers": [SHOP]})
    add(world, {"name": "debugger", "image": "busybox:1.36"}).unwrap()
    changed = add(world, {"name": "debugger", "image": "busybox:1.37"})
    assert changed.code == 422
    assert 'existing ephemeral containers "debugger" may not be changed' in changed.body.message
