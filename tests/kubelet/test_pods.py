"""Pods come up, fail, wait, and go, as their specs say."""

from __future__ import annotations

import pytest

from kubelite.sim.clock import SECOND
from tests.kubelet.conftest import World

NGINX = {"name": "nginx", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}


def test_a_plain_pod_becomes_ready(world: World) -> None:
    world.pod({"containers": [NGINX]})
    assert world.until(lambda: world.conditions().get("Ready") == "True") < 2
    status = world.get().status
    assert [c.type for c in status.conditions] == [
        "PodReadyToStartContainers",
        "Initialized",
        "Ready",
        "ContainersReady",
        "PodScheduled",
    ]
    assert (status.phase, status.pod_ip, status.host_ip) == ("Running", "10.244.1.2", "172.18.0.2")
    assert status.qos_class == "BestEffort"
    container = status.container_statuses[0]
    assert container.image == "docker.io/library/nginx:1.27"
    assert container.image_id.startswith("docker.io/library/nginx@sha256:")
    assert (container.ready, container.started, container.restart_count) == (True, True, 0)
    assert world.events() == [
        (
            "Normal",
            "Pulled",
            'Container image "nginx:1.27" already present on machine '
            "and can be accessed by the pod",
        ),
        ("Normal", "Created", "Container created"),
        ("Normal", "Started", "Container started"),
    ]


def test_before_it_runs_it_says_why_it_is_not_ready(world: World) -> None:
    world.pod({"containers": [NGINX]})
    world.run(0.1)
    ready = [c for c in world.get().status.conditions if c.type == "Ready"][0]
    assert (ready.reason, ready.message) == (
        "ContainersNotReady",
        "containers with unready status: [nginx]",
    )
    assert (world.get().status.phase, world.state()) == ("Pending", "ContainerCreating")


def test_crashes_wait_ten_seconds_and_then_twice_as_long(world: World) -> None:
    world.shell("exit 1")
    starts: list[float] = []
    for restart in range(1, 9):
        starts.append(world.until(lambda n=restart: world.restarts() == n, 1000))
    gaps = [round(b - a) for a, b in zip(starts, starts[1:], strict=False)]
    assert gaps == pytest.approx([10, 20, 40, 80, 160, 300, 300], abs=2)
    world.run(5)
    waiting = world.get().status.container_statuses[0].state.waiting
    assert waiting is not None and waiting.reason == "CrashLoopBackOff"
    uid = world.get().metadata.uid
    assert waiting.message == (
        f"back-off 5m0s restarting failed container=main pod=pod_default({uid})"
    )
    assert (
        "Warning",
        "BackOff",
        f"Back-off restarting failed container main in pod pod_default({uid})",
    ) in world.events()


@pytest.mark.parametrize(
    ("policy", "code", "phase", "restarts"),
    [
        ("Always", 0, "Running", True),
        ("Always", 1, "Running", True),
        ("OnFailure", 0, "Succeeded", False),
        ("OnFailure", 1, "Running", True),
        ("Never", 0, "Succeeded", False),
        ("Never", 1, "Failed", False),
    ],
)
def test_restart_policies(world: World, policy: str, code: int, phase: str, restarts: bool) -> None:
    world.shell(f"sleep 3; exit {code}", restartPolicy=policy)
    world.run(20)
    assert world.get().status.phase == phase
    assert (world.restarts() > 0) == restarts


def test_a_finished_pod_says_so_in_its_conditions(world: World) -> None:
    world.shell("exit 0", restartPolicy="Never")
    world.run(10)
    reasons = {c.type: (c.status, c.reason) for c in world.get().status.conditions}
    assert reasons["Ready"] == ("False", "PodCompleted")
    assert reasons["Initialized"] == ("True", "PodCompleted")
    assert world.state() == "Completed"


def test_init_containers_run_one_after_the_other(world: World) -> None:
    init = [
        {"name": name, "image": "busybox:1.36", "command": ["sh", "-c", "sleep 5"]}
        for name in ("first", "second")
    ]
    world.pod({"initContainers": init, "containers": [NGINX]})
    world.run(3)
    status = world.get().status
    assert [s.state.running is not None for s in status.init_container_statuses] == [True, False]
    assert world.state() == "PodInitializing"
    initialized = [c for c in status.conditions if c.type == "Initialized"][0]
    assert initialized.message == "containers with incomplete status: [first second]"
    world.until(lambda: world.get().status.phase == "Running")
    notes = [(verb, note.partition(":")[0]) for _, verb, note in world.acts()]
    assert notes == [
        ("start", "container first started"),
        ("exit", "container first exited"),
        ("start", "container second started"),
        ("exit", "container second exited"),
        ("start", "container nginx started"),
    ]


def test_a_failing_init_container_ends_a_pod_that_never_restarts(world: World) -> None:
    init = [{"name": "init", "image": "busybox:1.36", "command": ["false"]}]
    world.pod({"initContainers": init, "containers": [NGINX], "restartPolicy": "Never"})
    world.run(10)
    assert world.get().status.phase == "Failed"


def test_a_sidecar_starts_first_and_runs_on(world: World) -> None:
    sidecar = {"name": "log", "image": "nginx:1.27", "restartPolicy": "Always"}
    main = {"name": "main", "image": "busybox:1.36", "command": ["sleep", "5"]}
    world.pod({"initContainers": [sidecar], "containers": [main], "restartPolicy": "Never"})
    world.until(lambda: world.get().status.phase == "Running")
    assert [note for _, verb, note in world.acts() if verb == "start"] == [
        "container log started",
        "container main started",
    ]
    world.until(lambda: world.get().status.phase == "Succeeded")


def test_an_image_that_does_not_exist(world: World) -> None:
    world.pod({"containers": [{"name": "web", "image": "nginx:1.161"}]})
    error = (
        "rpc error: code = NotFound desc = failed to pull and unpack image "
        '"docker.io/library/nginx:1.161": failed to resolve reference '
        '"docker.io/library/nginx:1.161": docker.io/library/nginx:1.161: not found'
    )
    world.until(lambda: world.state() == "ErrImagePull")
    world.until(lambda: world.state() == "ImagePullBackOff")
    waiting = world.get().status.container_statuses[0].state.waiting
    assert waiting is not None
    assert waiting.message == f'Back-off pulling image "nginx:1.161": ErrImagePull: {error}'
    assert world.events() == [
        ("Normal", "Pulling", 'Pulling image "nginx:1.161"'),
        ("Warning", "Failed", f'Failed to pull image "nginx:1.161": {error}'),
        ("Warning", "Failed", "Error: ErrImagePull"),
        ("Normal", "BackOff", 'Back-off pulling image "nginx:1.161"'),
    ] + [("Warning", "Failed", "Error: ImagePullBackOff")] * (len(world.events()) - 4)
    assert world.get().status.phase == "Pending"
    world.run(600)
    pulls = [second for second, verb, _ in world.acts() if verb == "pull"]
    gaps = [round(b - a) for a, b in zip(pulls, pulls[1:], strict=False)]
    assert gaps[:5] == pytest.approx([10, 20, 40, 80, 160], abs=2)


def test_pull_policy_never(world: World) -> None:
    container = {"name": "web", "image": "nginx:1.28", "imagePullPolicy": "Never"}
    world.pod({"containers": [container]})
    world.run(3)
    assert world.state() == "ErrImageNeverPull"


def test_deleting_a_server_is_quick(world: World) -> None:
    world.pod({"containers": [NGINX]})
    world.run(5)
    world.me.delete("pods", "pod", "default")
    world.began = world.clock.now
    assert world.until(world.gone) < 1
    world.run(0.1)
    assert ("Normal", "Killing", "Stopping container nginx") in world.events()
    assert world.runtime.pods() == ()


def test_pre_stop_takes_its_share_of_the_grace(world: World) -> None:
    hook = {"preStop": {"exec": {"command": ["sh", "-c", "echo bye > /tmp/x; sleep 8"]}}}
    world.shell("sleep 600", container={"lifecycle": hook}, terminationGracePeriodSeconds=20)
    world.run(5)
    world.me.delete("pods", "pod", "default")
    world.began = world.clock.now
    assert world.until(world.gone) == pytest.approx(20, abs=0.2)


def test_a_trap_ends_a_shell_early(world: World) -> None:
    script = "trap 'echo bye; exit 0' TERM; while true; do sleep 1; done"
    world.shell(script)
    world.run(5)
    world.me.delete("pods", "pod", "default")
    world.began = world.clock.now
    assert world.until(world.gone) < 1.1


def test_deleting_while_an_image_is_pulled_does_not_wait_for_it(world: World) -> None:
    world.pod({"containers": [{"name": "big", "image": "example.com/big:1"}]})
    world.run(1)
    world.me.delete("pods", "pod", "default")
    world.began = world.clock.now
    assert world.until(world.gone) < 0.1
    world.run(10)
    assert world.runtime.pods() == ()
    assert not any(verb == "start" for _, verb, _ in world.acts())


def test_a_forced_deletion_removes_the_object_first(world: World) -> None:
    world.shell("sleep 600")
    world.run(5)
    world.me.delete("pods", "pod", "default", grace_period_seconds=0)
    world.run(0.1)
    assert world.gone()
    assert world.runtime.pods() != ()
    world.run(31)
    assert world.runtime.pods() == ()


def test_a_readiness_probe_decides_who_gets_traffic(world: World) -> None:
    shop = {
        "name": "shop",
        "image": "shop:v1",
        "env": [{"name": "LOSE_DATABASE_AFTER_SECONDS", "value": "20"}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 5},
    }
    world.pod({"containers": [shop]})
    world.until(lambda: world.conditions().get("Ready") == "True")
    world.until(lambda: world.conditions().get("Ready") == "False")
    assert world.restarts() == 0
    assert world.events()[-1] == (
        "Warning",
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
    )


def test_a_startup_probe_holds_the_others_back(world: World) -> None:
    shop = {
        "name": "shop",
        "image": "shop:v1",
        "env": [{"name": "START_SECONDS", "value": "22"}],
        "startupProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 5, "failureThreshold": 10},
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1},
    }
    world.pod({"containers": [shop]})
    world.until(lambda: world.state() == "running")
    assert world.conditions()["Ready"] == "False"
    world.until(lambda: world.conditions()["Ready"] == "True", 30)
    assert world.restarts() == 0
    refused = "Startup probe failed: dial tcp 10.244.1.2:8080: connect: connection refused"
    assert ("Warning", "Unhealthy", refused) in world.events()


def test_a_hanging_server_times_out_and_is_restarted(world: World) -> None:
    shop = {
        "name": "shop",
        "image": "shop:v1",
        "env": [{"name": "HANG_AFTER_SECONDS", "value": "15"}],
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}},
    }
    world.pod({"containers": [shop]})
    world.until(lambda: world.restarts() == 1)
    assert (
        "Warning",
        "Unhealthy",
        'Liveness probe failed: Get "http://10.244.1.2:8080/healthz": context deadline exceeded '
        "(Client.Timeout exceeded while awaiting headers)",
    ) in world.events()


def test_a_leak_ends_in_oomkilled(world: World) -> None:
    shop = {
        "name": "shop",
        "image": "shop:v1",
        "env": [{"name": "LEAK_MB_PER_MINUTE", "value": "64"}],
        "resources": {"limits": {"memory": "128Mi"}},
    }
    world.pod({"containers": [shop]})
    world.until(lambda: world.restarts() == 1)
    world.run(3)
    ended = world.get().status.container_statuses[0].last_state.terminated
    assert ended is not None and (ended.reason, ended.exit_code) == ("OOMKilled", 137)
    assert (ended.finished_at or 0) - (ended.started_at or 0) == 60 * SECOND


def test_the_active_deadline(world: World) -> None:
    world.pod({"containers": [NGINX], "activeDeadlineSeconds": 10})
    world.until(lambda: world.get().status.phase == "Failed", 12)
    status = world.get().status
    assert status.reason == "DeadlineExceeded"
    assert status.message == "Pod was active on the node longer than the specified deadline"


def test_a_pod_too_large_for_the_node_is_refused(world: World) -> None:
    large = {**NGINX, "resources": {"requests": {"cpu": "3"}}}
    world.pod({"containers": [large]}, "one")
    world.run(2)
    world.pod({"containers": [large]}, "two")
    world.run(2)
    status = world.get("two").status
    assert (status.phase, status.reason) == ("Failed", "OutOfcpu")
    assert status.message == (
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 3000, "
        "used: 3000, capacity: 4000"
    )


def test_a_missing_config_map_holds_a_container_back(world: World) -> None:
    env = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "a"}}}]
    world.pod({"containers": [{**NGINX, "env": env}]})
    world.run(3)
    waiting = world.get().status.container_statuses[0].state.waiting
    assert waiting is not None
    assert waiting.reason == "CreateContainerConfigError"
    assert waiting.message == 'configmap "settings" not found'


def test_after_a_power_failure_pods_come_back_in_new_sandboxes(world: World) -> None:
    world.pod({"containers": [NGINX]})
    world.run(5)
    world.kubelet.power_off()
    lease = world.me.get("leases.coordination.k8s.io", "node-1", "kube-node-lease")
    world.run(30)
    same = world.me.get("leases.coordination.k8s.io", "node-1", "kube-node-lease")
    assert same.spec.renew_time == lease.spec.renew_time
    world.kubelet.power_on()
    world.until(lambda: world.restarts() == 1, 5)
    assert world.get().status.phase == "Running"
    sandbox = "Pod sandbox changed, it will be killed and re-created."
    assert ("Normal", "SandboxChanged", sandbox) in world.events()
