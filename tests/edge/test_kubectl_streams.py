"""All of the unmodified kubectl that goes on for a while: inside containers, through ports."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.edge.conftest import EVERY_KUBECTL, Kubectl

pytestmark = EVERY_KUBECTL

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
  - {name: nginx, image: "nginx:1.27", ports: [{containerPort: 80, name: http}]}
  - {name: shop, image: "shop:1", ports: [{containerPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: box}
spec:
  containers:
  - {name: box, image: busybox, command: [sleep, "100000"]}
---
apiVersion: v1
kind: Pod
metadata: {name: desk}
spec:
  restartPolicy: Never
  containers:
  - {name: desk, image: busybox, stdin: true, tty: true}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 8000, targetPort: http}]}
"""


@pytest.fixture(scope="module")
def pods(kubectl: Kubectl) -> Kubectl:
    """A web server, a container to do things in, one that waits for somebody to type."""
    kubectl("apply -f -", PODS)
    kubectl("wait --for=condition=Ready pod --all --timeout=60s")
    return kubectl


# Commands


def test_output_and_errors_come_apart_and_the_exit_code_comes_back(pods: Kubectl) -> None:
    done = pods.run("exec", "box", "--", "sh", "-c", "echo well; echo ill >&2; exit 3")
    assert (done.out, done.code) == ("well\n", 3)
    assert done.error == "ill\ncommand terminated with exit code 3\n"
    assert pods("exec web -c shop -- hostname") == "web\n"
    lost = pods.run("exec", "box", "--", "launch")
    assert 'exec: "launch": executable file not found in $PATH' in lost.error
    assert "error executing command in container" in lost.error


def test_output_comes_while_the_command_runs(pods: Kubectl) -> None:
    script = "for i in 1 2 3; do echo $i; sleep 10; done; sleep 100000"
    pods.run("exec", "-i", "box", "--", "tee", "/srv/slow", text=script)
    with listening(pods, "exec box -- sh -c sh</srv/slow") as lines:
        seen = [(next(lines), time.monotonic()) for _ in range(3)]
    assert [line for line, _ in seen] == ["1\n", "2\n", "3\n"]
    assert seen[2][1] - seen[0][1] > 1  # twenty seconds of the cluster's time


def test_input_goes_to_the_command(pods: Kubectl) -> None:
    assert pods("exec -i box -- cat", "tea\ncake\n") == "tea\ncake\n"
    assert pods("exec -i box -- wc -l", "tea\ncake\n") == "2\n"
    pods("exec -i box -- tee /srv/menu", "tea\n")
    assert pods("exec box -- cat /srv/menu") == "tea\n"
    script = "read first rest; echo $rest, $first; cat"
    done = pods.run("exec", "-i", "box", "--", "sh", "-c", script, text="a b c\nd\n")
    assert done.out == "b c, a\nd\n"
    assert pods("exec -i box -- echo not reading", "nobody reads this") == "not reading\n"


def test_a_shell_keeps_what_was_said_before(pods: Kubectl) -> None:
    said = "cd /tmp\npwd\nX=tea\nfor i in 1 2\ndo\necho $i $X\ndone\nfalse\n"
    done = pods.run("exec", "-i", "box", "--", "sh", text=said)
    assert (done.out, done.code) == ("/tmp\n1 tea\n2 tea\n", 1)


def test_a_terminal(pods: Kubectl) -> None:
    with pods.typed("exec -it box -- sh") as screen:
        screen.see("/ # ")
        screen.type("stty size\r")
        screen.see("stty size\r\n30 100\r\n/ # ")
        screen.resize(120, 40)
        screen.type("cd /tmpp\x7f; tty\r")
        screen.see("/dev/pts/0\r\n/tmp # ")
        screen.type("stty size\r")
        screen.see("40 120\r\n/tmp # ")
        screen.type("sleep 100000\r")
        screen.see("100000\r\n")
        screen.type("\x03")
        screen.see("^C\r\n/tmp # ")
        screen.type("echo $?; cat\r")
        screen.see("130\r\n")
        screen.type("twice\r")
        screen.see("twice\r\ntwice\r\n")
        screen.type("\x04")
        screen.see("/tmp # ")
        screen.type("if true\r")
        screen.see("> ")
        screen.type("then exit 7; fi\r")
        screen.see("command terminated with exit code 7")
        assert screen.ended() == 7
    with pods.typed("exec -it box -- cat /srv/menu") as screen:
        screen.see("tea\r\n")
        assert screen.ended() == 0
    with pods.typed("exec -it box -- cat") as screen:
        screen.type("tea\r")
        screen.see("tea\r\ntea\r\n")
        screen.type("\x03")
        screen.see("exit code 130")


def test_what_runs_in_a_container_ends_with_it(pods: Kubectl) -> None:
    pods("run brief --image=busybox -- sleep 100000")
    pods("wait --for=condition=Ready pod/brief --timeout=60s")
    with pods.typed("exec -it brief -- sh") as screen:
        screen.see("/ # ")
        pods("delete pod brief --now")
        screen.see("command terminated with exit code 137")
        assert screen.ended() == 137


def test_a_command_ends_when_nobody_listens_any_more(pods: Kubectl) -> None:
    script = "while true; do echo tick | tee -a /srv/ticks; sleep 1; done"
    pods("exec -i box -- tee /srv/ticking", script)
    with listening(pods, "exec box -- sh -c sh</srv/ticking") as lines:
        assert [next(lines) for _ in range(3)] == ["tick\n"] * 3
    time.sleep(0.3)
    before = pods("exec box -- wc -l /srv/ticks")
    time.sleep(0.5)  # five seconds of the cluster's time
    assert pods("exec box -- wc -l /srv/ticks") == before


# Attached


def test_attaching_to_what_waits_for_somebody(pods: Kubectl) -> None:
    with pods.typed("attach -it desk") as screen:
        screen.see("/ # ")
        screen.type("NOTE=tea\r")
        screen.see("NOTE=tea\r\n/ # ")
    with pods.typed("attach -it desk") as screen:
        screen.see("/ # ")
        screen.type("echo my $NOTE\r")
        screen.see("my tea\r\n/ # ")
        screen.type("exit 4\r")
        screen.see("Session ended, resume using")
        screen.ended()
    pods("wait pod/desk --for=jsonpath={.status.phase}=Failed --timeout=30s")
    assert "my tea\n" in pods("logs desk")
    assert pods("get pod desk -o jsonpath={..terminated.exitCode}") == "4"
    late = pods.run("attach", "desk")
    assert late.code == 1 and "cannot attach a container in a completed pod" in late.error


def test_attaching_shows_what_is_written_from_now_on(pods: Kubectl) -> None:
    script = "i=0; while true; do i=$((i+1)); echo tick $i; sleep 5; done"
    made = pods.run("run", "ticks", "--image=busybox", "--", "sh", "-c", script)
    assert made.code == 0
    pods("wait pod/ticks --for=condition=Ready --timeout=60s")
    with listening(pods, "attach ticks") as lines:
        assert re.match(r"tick \d+\n", next(line for line in lines if line.startswith("tick")))
    with listening(pods, "logs -f ticks") as lines:
        assert [next(lines) for _ in range(3)] == ["tick 1\n", "tick 2\n", "tick 3\n"]
    with listening(pods, "logs -f --tail=1 ticks") as lines:
        numbers = [int(next(lines).split()[1]) for _ in range(3)]
    assert numbers[0] > 1 and numbers == list(range(numbers[0], numbers[0] + 3))
    pods("delete pod ticks --now")


def test_following_ends_when_the_container_does(pods: Kubectl) -> None:
    script = "sleep 40; echo last words; exit 1"
    assert pods.run("run", "mortal", "--image=busybox", "--", "sh", "-c", script).code == 0
    pods("wait pod/mortal --for=condition=Ready --timeout=60s")
    assert pods("logs -f mortal") == "last words\n"
    pods("delete pod mortal --now")


def test_a_pod_for_one_visit(pods: Kubectl) -> None:
    line = "run -it --rm visit --image=busybox --restart=Never -- sh"
    with pods.typed(line) as screen:
        screen.see("/ # ")
        screen.type("echo hello from $HOSTNAME\r")
        screen.see("hello from visit\r\n/ # ")
        screen.type("exit\r")
        screen.see('pod "visit" deleted')
        assert screen.ended() == 0
    assert "not found" in pods.run("get", "pod", "visit").error
    once = "run -i --rm once --image=busybox --restart=Never -- sh"
    assert "one\nonce\n" in pods(once, "echo one\nhostname\n")
    line = "run -i fails --image=busybox --restart=Never -- sh"
    failing = pods.run(*line.split(), text="exit 5")
    assert failing.code == 5
    pods("delete pod fails --now")


def test_debugging_by_hand(pods: Kubectl) -> None:
    with pods.typed("debug -it box --image=busybox --target=box -c helper") as screen:
        screen.see("/ # ")
        screen.type("hostname\r")
        screen.see("box\r\n/ # ")
        screen.type("exit\r")
        assert screen.ended() == 0
    assert "helper" in pods("get pod box -o jsonpath={.spec.ephemeralContainers[*].name}")
    with pods.typed("debug -it node/node-2 --image=busybox") as screen:
        screen.see("/ # ")
        screen.type("ls /host/var/lib\r")
        screen.see("kubelet\r\n")
        screen.type("exit\r")
        assert screen.ended() == 0
    with pods.typed("debug -it box --copy-to=copy --container=box -- sh") as screen:
        screen.see("/ # ")
        screen.type("hostname\r")
        screen.see("copy\r\n/ # ")
    assert pods("get pod copy -o jsonpath={.spec.containers[0].command}") == '["sh"]'
    pods("delete pod copy --now")


# Copies


def test_copies_there_and_back(pods: Kubectl, tmp_path: Path) -> None:
    folder = tmp_path / "shelf"
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "menu.txt").write_text("Käse\n", encoding="utf-8")
    every = bytes(range(256)) * 1000
    (folder / "deep" / "every.bin").write_bytes(every)
    pods(f"cp {folder} box:/tmp")
    assert pods("exec box -- ls /tmp/shelf") == "deep\nmenu.txt\n"
    assert pods("exec box -- cat /tmp/shelf/menu.txt") == "Käse\n"
    pods(f"cp box:/tmp/shelf {tmp_path}/back")
    assert (tmp_path / "back" / "deep" / "every.bin").read_bytes() == every
    pods(f"cp {folder}/menu.txt default/web:/usr/share/nginx/html/menu.txt -c nginx")
    pods(f"cp --retries=2 web:/usr/share/nginx/html/menu.txt {tmp_path}/page -c nginx")
    assert (tmp_path / "page").read_text(encoding="utf-8") == "Käse\n"
    lost = pods.run("cp", "box:/nowhere", str(tmp_path / "lost"))
    assert "tar: /nowhere: No such file or directory" in lost.out + lost.error
    assert "doesn't exist in local filesystem" in pods.run("cp", "/nowhere/x", "box:/tmp").error
    apart = subprocess.run(
        ["tar", "cf", "-", "-C", str(folder), "menu.txt"], capture_output=True, check=True
    ).stdout.decode()
    pods("exec box -- mkdir -p /srv/apart")
    pods("exec -i box -- tar xf - -C /srv/apart", apart)
    assert pods("exec box -- cat /srv/apart/menu.txt") == "Käse\n"


# Ports


@contextmanager
def forwarded(kubectl: Kubectl, line: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """The local port of a forward that is under way, and its process."""
    process = kubectl.begin(line)
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.match(r"Forwarding from 127\.0\.0\.1:(\d+) -> (\d+)", first)
        assert found, first + process.stdout.read()
        yield int(found[1]), process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def listening(kubectl: Kubectl, line: str) -> Iterator[Iterator[str]]:
    """The lines of a command that does not end by itself."""
    process = kubectl.begin(line)
    try:
        assert process.stdout is not None
        yield iter(process.stdout.readline, "")
    finally:
        process.kill()
        process.communicate()


def page(port: int, path: str = "/", data: bytes | None = None) -> tuple[int, str]:
    """The status and the text at a local port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_forwarded_port(pods: Kubectl) -> None:
    with forwarded(pods, "port-forward pod/web :80") as (port, _):
        status, text = page(port)
        assert status == 200 and "Welcome to nginx!" in text
        assert page(port, "/nowhere")[0] == 404
        together: list[int] = []
        callers = [
            threading.Thread(target=lambda: together.append(page(port)[0])) for _ in range(10)
        ]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert together == [200] * 10
    with forwarded(pods, "port-forward service/web :8000") as (port, _):
        assert page(port)[0] == 200
    with forwarded(pods, "port-forward pod/web :8080") as (port, _):
        assert page(port, "/products") == (200, "tea pot, tea cup, tea spoon (1)\n")


def test_one_connection_for_several_requests_and_what_is_no_request(pods: Kubectl) -> None:
    with forwarded(pods, "port-forward pod/web :8080") as (port, _):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            for path in (b"/", b"/cart"):
                line.sendall(b"GET %s HTTP/1.1\r\nHost: shop\r\n\r\n" % path)
                assert line.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
            line.sendall(b"HEAD / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: line.recv(65536), b""))
            assert answer.endswith(b"\r\n\r\n") and b"Content-Length: 28" in answer
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(b"\x00\x01 hello\r\n\r\n")
            assert line.recv(65536).startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert page(port)[0] == 200  # the others go on


def test_a_port_at_which_nobody_listens(pods: Kubectl) -> None:
    with forwarded(pods, "port-forward pod/web :81") as (port, process):
        with pytest.raises((ConnectionError, urllib.error.URLError)):
            page(port)
        said, _ = process.communicate(timeout=20)
        assert process.returncode == 1
    assert "connect: connection refused" in said and "lost connection to pod" in said
    assert "error forwarding port 81 to pod" in said
    unknown = pods.run("port-forward", "pod/nobody", ":80")
    assert 'pods "nobody" not found' in unknown.error
