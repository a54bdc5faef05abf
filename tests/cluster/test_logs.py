"""What containers write, how it is read, and how it outlives them."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.podoptions import PodLogOptions
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Request
from kubelite.kubelet.runtime.logs import MAX_FILES, MAX_SIZE, LogFile, LogLine, LogSource
from kubelite.sim.clock import SECOND
from tests.cluster.manifests import pod
from tests.manifests import deployment

COUNT = "i=0; while true; do i=$((i+1)); echo line $i; sleep 1; done"
SOURCE = LogSource("node-1", "default", "web", "u-1", "main", "abc", 0)


def counting() -> Cluster:
    """A pod that writes a line every second, for about ten seconds."""
    cluster = Cluster(nodes=1, seed=7)
    shell = {"image": "busybox:1.36", "command": ["sh", "-c", COUNT]}
    cluster.apply(pod(container=shell))
    cluster.run_until("pod/web ready")
    cluster.run(9.5)
    return cluster


def test_the_last_lines_the_last_seconds_so_many_bytes() -> None:
    cluster = counting()
    lines = cluster.logs("web").splitlines()
    assert lines[0] == "line 1" and len(lines) >= 10
    assert cluster.logs("web", tail_lines=2).splitlines() == lines[-2:]
    assert cluster.logs("web", since_seconds=3).splitlines() == lines[-3:]
    assert cluster.logs("web", limit_bytes=9) == "line 1\nli"
    stamped = cluster.logs("web", timestamps=True, tail_lines=1)
    when, _, text = stamped.partition(" ")
    assert text.strip() == lines[-1] and len(when) == len("2026-11-27T08:00:00.000000000Z")


def test_standard_output_and_error_are_kept_apart() -> None:
    file = LogFile(SOURCE, lambda *_: None)
    file.write(0, "stdout", "all is ")
    file.write(SECOND, "stdout", "well\n")
    file.write(SECOND, "stderr", "no it is not\n")
    read = lambda **options: file.read(PodLogOptions(**options), SECOND)  # noqa: E731
    assert read() == "all is well\nno it is not\n"
    assert read(stream="Stderr") == "no it is not\n"
    assert str(file.lines[1]) == "1970-01-01T00:00:01.000000000Z stderr F no it is not"


def test_a_large_file_is_rotated_and_five_are_kept() -> None:
    file = LogFile(SOURCE, lambda *_: None)
    line = "x" * (1 << 20) + "\n"
    for _ in range(80):
        file.write(0, "stdout", line)
    assert len(file.old) == MAX_FILES - 1
    assert len(file.read(PodLogOptions(), 0)) <= MAX_SIZE  # only the newest file is shown
    assert file.written == 80


def test_somebody_may_follow() -> None:
    file = LogFile(SOURCE, lambda *_: None)
    seen: list[str] = []
    stop = file.follow(lambda line: seen.append(line.text))
    file.write(0, "stdout", "one\ntwo\n")
    stop()
    file.write(0, "stdout", "three\n")
    assert seen == ["one\n", "two\n"]


def test_a_learner_may_follow() -> None:
    cluster = counting()
    seen: list[str] = []
    stop = cluster.follow("pod/web", lambda line: seen.append(line.text))
    cluster.run(3)
    stop()
    cluster.run(3)
    assert len(seen) == 3 and cluster.logs("web").count("\n") > 13
    with pytest.raises(ValueError, match="container not found"):
        cluster.follow("pod/web", print, container="nobody")


def ask(cluster: Cluster, **options: Any) -> Any:
    """GET pods/web/log."""
    request = Request("get", "pods", "default", "web", "log", options or None, "you")
    return cluster.api.handle(request)


def test_through_the_api_server() -> None:
    cluster = counting()
    assert ask(cluster, tailLines=1).unwrap() == cluster.logs("web", tail_lines=1)
    cases = (
        ({"container": "nobody"}, "container nobody is not valid for pod web"),
        ({"previous": True}, 'previous terminated container "main" in pod "web" not found'),
    )
    for options, sentence in cases:
        with pytest.raises(StatusError, match=sentence):
            ask(cluster, **options).unwrap()


def test_a_container_that_waits_has_no_log() -> None:
    cluster = Cluster(nodes=1, seed=7)
    two = [{"name": "a", "image": "nginx:1.29"}, {"name": "b", "image": "nginx:1.29"}]
    cluster.apply(pod(containers=two))
    cluster.run(0.5)
    with pytest.raises(StatusError, match=r"choose one of: \[a b\]"):
        ask(cluster).unwrap()
    with pytest.raises(StatusError, match='"a" in pod "web" is waiting to start: ContainerCr'):
        ask(cluster, container="a").unwrap()


def test_commands_go_through_the_api_server_too() -> None:
    cluster = counting()
    body = {"command": ["sh", "-c", "sleep 2; echo done"]}
    request = Request("create", "pods", "default", "web", "exec", body, "you")
    running = cluster.api.handle(request).unwrap()
    assert running.result is None
    cluster.run(3)
    assert (running.result.exit_code, running.result.output) == (0, "done\n")


class Kept:
    """A logging driver that keeps everything."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def ship(self, source: LogSource, line: LogLine) -> None:
        """Keep it."""
        self.lines.append((source.pod, line.text.strip()))


def test_a_logging_driver_gets_every_line() -> None:
    cluster = Cluster(nodes=1, seed=7)
    kept = Kept()
    cluster.ship_logs(kept)
    cluster.add_node()
    cluster.apply(deployment(replicas=2))
    cluster.run_until("deployment/web ready")
    cluster.delete("deployment/web")
    cluster.run(60)
    assert len({name for name, _ in kept.lines}) == 2  # both have gone, their lines have not
    assert {text for _, text in kept.lines} >= {"shop 1.0 starting", "SIGTERM: draining for 0s"}


def serving(name: str, image: str, port: int, **env: str) -> list[dict[str, Any]]:
    """A Deployment of one image, and its Service."""
    workload = deployment(name, 1, image, env, probe={"tcpSocket": {"port": port}})
    front = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": port}]},
    }
    return [workload, front]


def test_a_daemon_set_ships_the_logs_of_every_node() -> None:
    cluster = Cluster(nodes=2, seed=7)
    cluster.apply(serving("logstore", "logstore:1.0", 3100))
    mould = deployment("shipper", 1, "fluent/fluent-bit:4.0", {"OUTPUT": "logstore:3100/push"})
    del mould["spec"]["replicas"]
    shipper = mould["spec"]["template"]["spec"]["containers"][0]
    del shipper["readinessProbe"]
    shipper["volumeMounts"] = [{"name": "log", "mountPath": "/var/log", "readOnly": True}]
    volume = {"name": "log", "hostPath": {"path": "/var/log"}}
    mould["spec"]["template"]["spec"]["volumes"] = [volume]
    cluster.apply({**mould, "kind": "DaemonSet"})
    cluster.apply(deployment("web", 4))
    cluster.run_until("deployment/web ready")
    cluster.run(20)
    names = [p.metadata.name for p in cluster.get("pods", selector="app=web")]
    cluster.delete("deployment/web")
    cluster.run(60)
    for name in names:
        found = cluster.request("logstore", f"/logs?pod={name}", port=3100).body
        assert "stdout shop 1.0 starting" in found
        assert found.count("shop 1.0 starting") == 1
    assert len(cluster.traffic.answers) == 4  # the shippers' own requests are not ours
