"""What runs in containers: names, the small shell, and the built-in servers."""

from __future__ import annotations

import pytest

from kubelite.kubelet.cri import ContainerConfig, Reply, Request, SandboxConfig
from kubelite.kubelet.images import IMAGES, Program, register
from kubelite.kubelet.images.files import BASE, Files
from kubelite.kubelet.images.registry import program_for, pull_error, resolve
from kubelite.kubelet.images.shell import Shell
from kubelite.kubelet.runtime import Network, SimulatedRuntime
from kubelite.sim.chance import Chance
from kubelite.sim.clock import SECOND, Clock


def run(script: str) -> tuple[int, str, float]:
    """Exit code, output and seconds of a script."""
    output: list[str] = []
    steps = Shell(Files(BASE), {"NAME": "x y"}, output.append).run_script(script)
    waited = 0
    while True:
        try:
            waited += next(steps)
        except StopIteration as ended:
            return ended.value, "".join(output), waited / SECOND


@pytest.mark.parametrize(
    ("script", "code", "output"),
    [
        ("touch /tmp/healthy; cat /tmp/healthy", 0, ""),
        ("cat /tmp/healthy", 1, "cat: can't open '/tmp/healthy': No such file or directory\n"),
        ("foo", 127, "sh: foo: not found\n"),
        ("false", 1, ""),
        ("! false", 0, ""),
        ("exit 3; echo no", 3, ""),
        ("echo a > /tmp/f && echo b >> /tmp/f && cat /tmp/f", 0, "a\nb\n"),
        ("echo a > /none/f", 1, "sh: can't create /none/f: nonexistent directory\n"),
        ("cat /none 2>/dev/null || echo none", 0, "none\n"),
        ("rm /none", 1, "rm: can't remove '/none': No such file or directory\n"),
        ("rm -rf /none && echo fine", 0, "fine\n"),
        ("mkdir -p /a/b && ls /a", 0, "b\n"),
        ("mkdir /a/b", 1, "mkdir: can't create directory '/a/b': No such file or directory\n"),
        ("""echo "$NAME" '$NAME' $NAME ${NONE:-none}""", 0, "x y $NAME x y none\n"),
        ("[ 2 -gt 1 ] && test -f /tmp/none || echo no", 0, "no\n"),
        ("if [ a = b ]; then echo 1; elif true; then echo 2; else echo 3; fi", 0, "2\n"),
        ("i=0; while [ $i -lt 3 ]; do echo -n $i; i=$((i+1)); done", 0, "012"),
        ("for x in a b; do echo -n $x; done", 0, "ab"),
        ("echo $(echo inner) | cat", 0, "inner\n"),
        ("sh -c 'exit 4'; echo $?", 0, "4\n"),
        ("sleep x", 1, "sleep: invalid number 'x'\n"),
        ("echo 'open", 2, "sh: unterminated quoted string\n"),
        ("if true", 2, "sh: syntax error: unexpected end of file\n"),
    ],
)
def test_the_shell(script: str, code: int, output: str) -> None:
    assert run(script)[:2] == (code, output)


def test_sleeping_takes_time() -> None:
    assert run("sleep 1.5; sleep 2m")[2] == 121.5


@pytest.mark.parametrize(
    ("image", "full"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.14.2", "docker.io/library/nginx:1.14.2"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("docker.io/library/nginx:1", "docker.io/library/nginx:1"),
        ("k8s.gcr.io/busybox", "registry.k8s.io/busybox:latest"),
        ("sarah/shop:v2", "docker.io/sarah/shop:v2"),
        ("localhost:5000/a/b:c", "localhost:5000/a/b:c"),
        ("quay.io/x@sha256:ab", "quay.io/x@sha256:ab"),
    ],
)
def test_full_names(image: str, full: str) -> None:
    assert str(resolve(image)) == full


@pytest.mark.parametrize(
    ("image", "missing"),
    [
        ("nginx:1.14.2", False),
        ("nginx:1.27-alpine", False),
        ("nginx", False),
        ("busybox:1.36", False),
        ("shop:v2", False),
        ("example.com/anything:at-all", False),
        ("nginx:1.161", True),
        ("nginx:no-such-tag", True),
        ("example.com/does-not-exist", True),
    ],
)
def test_what_a_registry_has(image: str, missing: bool) -> None:
    assert bool(pull_error(image)) == missing


def start(image: str, **config: object) -> tuple[SimulatedRuntime, Clock, str]:
    """A runtime with one running container, and the container's id."""
    clock = Clock()
    runtime = SimulatedRuntime(clock, Chance(1), Network(clock), "node-1", "10.0.0.1")
    runtime.update_pod_cidr("10.244.1.0/24")
    made: list[str] = []
    settings = ContainerConfig("c", image, **config)  # type: ignore[arg-type]
    runtime.run_pod_sandbox(
        SandboxConfig("u", "default", "p"),
        lambda _: runtime.create_container("u", settings, made.append),
    )
    clock.run_until(clock.now + SECOND)
    runtime.start_container(made[0], lambda _: None)
    clock.run_until(clock.now + SECOND)
    return runtime, clock, made[0]


def ask(runtime: SimulatedRuntime, port: int, path: str = "/") -> Reply:
    """One request to the container."""
    replies: list[Reply] = []
    address = runtime.pod_status("u").ip
    runtime.request(address, port, Request(path), SECOND, replies.append)
    runtime.clock.run_until(runtime.clock.now + 2 * SECOND)
    return replies[0]


def test_nginx_serves_its_welcome_page() -> None:
    runtime, _, _ = start("nginx:1.27")
    assert ask(runtime, 80).status == 200
    assert "Welcome to nginx!" in ask(runtime, 80).body
    assert ask(runtime, 80, "/none").status == 404
    assert ask(runtime, 81).error == "connect: connection refused"


def test_an_unknown_image_serves_its_declared_ports() -> None:
    runtime, _, _ = start("example.com/app:1", ports=(3000,))
    assert ask(runtime, 3000).status == 200
    assert ask(runtime, 80).error == "connect: connection refused"


def test_the_shop_has_pages_and_troubles() -> None:
    runtime, clock, _ = start("shop:v2", env=(("HANG_AFTER_SECONDS", "60"),))
    assert ask(runtime, 8080, "/checkout").body == "Thank you for your order (v2)\n"
    clock.run_until(clock.now + 60 * SECOND)
    assert ask(runtime, 8080).error == "timeout"


def test_a_learners_image_takes_a_few_lines() -> None:
    class Hello(Program):
        ports = (8080,)

        def handle(self, request: Request) -> tuple[int, str]:
            return 200, f"hello {request.path}"

    register("hello", Hello)
    try:
        assert program_for("hello:1") is Hello
        runtime, _, _ = start("hello:1")
        assert ask(runtime, 8080, "/you").body == "hello /you"
    finally:
        del IMAGES["hello"]


def test_a_command_that_does_not_exist() -> None:
    runtime, _, _ = start("busybox:1.36", command=("nope",))
    ended = runtime.pod_status("u").containers[0]
    assert (ended.reason, ended.exit_code) == ("StartError", 128)
