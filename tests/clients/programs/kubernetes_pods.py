"""The official Python client: logs, commands in containers, and who leads.

KUBECONFIG=... python kubernetes_pods.py
"""

from __future__ import annotations

import itertools
import json
import threading

from kubernetes import client, config, watch
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock
from kubernetes.stream import portforward, stream

SPACE = "by-pods"


def main() -> None:
    config.load_kube_config()
    core = client.CoreV1Api()
    core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=SPACE)))
    running(core, "talker", "i=0; while true; do i=$((i+1)); echo line $i; sleep 1; done")
    commands(core)
    interactive(core)
    forwarded(core)
    logs(core)
    evicted(core)
    leaders()
    core.delete_namespace(SPACE)


def running(core: client.CoreV1Api, name: str, script: str, image: str = "busybox") -> None:
    """Make a pod, and wait until it runs."""
    command = ["sh", "-c", script] if script else None
    container = client.V1Container(name="main", image=image, command=command)
    spec = client.V1PodSpec(containers=[container], termination_grace_period_seconds=1)
    meta = client.V1ObjectMeta(name=name)
    core.create_namespaced_pod(SPACE, client.V1Pod(metadata=meta, spec=spec))
    told = watch.Watch().stream(
        core.list_namespaced_pod, SPACE, field_selector=f"metadata.name={name}", timeout_seconds=30
    )
    assert any(one["object"].status.phase == "Running" for one in told), "it never ran"


def commands(core: client.CoreV1Api) -> None:
    said = stream(
        core.connect_get_namespaced_pod_exec,
        "talker",
        SPACE,
        command=["sh", "-c", "echo hello; echo $HOSTNAME"],
        stdout=True,
        stderr=True,
    )
    assert said.split() == ["hello", "talker"], said
    socket = stream(
        core.connect_get_namespaced_pod_exec,
        "talker",
        SPACE,
        command=["sh", "-c", "exit 3"],
        stdout=True,
        stderr=True,
        _preload_content=False,
    )
    socket.run_forever(timeout=10)
    assert socket.returncode == 3, socket.returncode
    print("exec: hello from talker; exit code 3")


def interactive(core: client.CoreV1Api) -> None:
    """A shell that reads its commands."""
    shell = stream(
        core.connect_get_namespaced_pod_exec,
        "talker",
        SPACE,
        command=["/bin/sh"],
        stdin=True,
        stdout=True,
        stderr=True,
        _preload_content=False,
    )
    shell.write_stdin("echo one\n")
    assert shell.readline_stdout(timeout=10) == "one"
    shell.write_stdin("echo two\n")
    assert shell.readline_stdout(timeout=10) == "two"
    shell.write_stdin("exit\n")
    shell.run_forever(timeout=10)
    status = json.loads(shell.read_channel(3))
    assert status["status"] == "Success", status
    shell.close()
    print("shell: one, two, exit")


def forwarded(core: client.CoreV1Api) -> None:
    """A port of a pod as a socket."""
    running(core, "web", "", image="nginx:1.27")
    ports = portforward(core.connect_get_namespaced_pod_portforward, "web", SPACE, ports="80")
    line = ports.socket(80)
    line.settimeout(20)
    line.sendall(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
    answer = b""
    while piece := line.recv(4096):
        answer += piece
    assert answer.startswith(b"HTTP/1.1 200 OK") and b"Welcome to nginx" in answer, answer
    assert ports.error(80) is None
    print("port-forward: 200 OK")


def logs(core: client.CoreV1Api) -> None:
    last = core.read_namespaced_pod_log("talker", SPACE, tail_lines=1, container="main")
    assert last.startswith("line "), last
    stamped = core.read_namespaced_pod_log("talker", SPACE, timestamps=True, tail_lines=1)
    assert "T" in stamped.split()[0] and stamped.split()[1] == "line", stamped
    following = watch.Watch()
    lines = following.stream(core.read_namespaced_pod_log, "talker", SPACE, tail_lines=1)
    numbers = [int(line.split()[1]) for line in itertools.islice(lines, 4)]
    following.stop()
    assert numbers == list(range(numbers[0], numbers[0] + 4)), numbers
    print("logs: the last line, with its time, and four followed without a gap")


def evicted(core: client.CoreV1Api) -> None:
    before = core.read_namespaced_pod("talker", SPACE).metadata.resource_version
    core.create_namespaced_pod_eviction(
        "talker", SPACE, client.V1Eviction(metadata=client.V1ObjectMeta(name="talker"))
    )
    told = watch.Watch().stream(
        core.list_namespaced_pod,
        SPACE,
        field_selector="metadata.name=talker",
        resource_version=before,
        timeout_seconds=30,
    )
    assert any(one["type"] == "DELETED" for one in told), "it never went"
    print("eviction: the pod went")


def leaders() -> None:
    """The first candidate leads until its work fails; then the second one does."""
    happened: list[str] = []
    over = threading.Event()

    def fails() -> None:
        happened.append("first leads")
        raise RuntimeError("its work fails")

    def leads() -> None:
        happened.append("second leads")
        over.set()

    def candidate(name: str, work: object) -> None:
        lock = LeaseLock("leader", SPACE, name)
        settings = electionconfig.Config(
            lock,
            lease_duration=3,
            renew_deadline=2,
            retry_period=1,
            onstarted_leading=work,
            onstopped_leading=lambda: happened.append(f"{name} stopped"),
        )
        leaderelection.LeaderElection(settings).run()

    candidate("first", fails)
    threading.Thread(target=candidate, args=("second", leads), daemon=True).start()
    assert over.wait(20), happened
    assert happened == ["first leads", "first stopped", "second leads"], happened
    lease = client.CoordinationV1Api().read_namespaced_lease("leader", SPACE)
    assert lease.spec.holder_identity == "second"
    print("leaders: " + ", ".join(happened))


if __name__ == "__main__":
    main()
