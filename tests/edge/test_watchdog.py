"""Endless loops of a learner's end, in a process of their own: with real time, and no other way."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from kubelite import Cluster
from kubelite.edge import watchdog

ROOT = Path(__file__).parent.parent.parent

SCRIPT = """
import time
from time import sleep as early
from kubelite.edge import watchdog
watchdog.attach(patience=0.2)
from kubelite import Cluster
from kubelite.client import key_of
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.base import ManagedController
from kubelite.kubelet.images.program import Program
from kubelite.kubelet.images.registry import register
from tests.manifests import deployment

once = []

class Endless(ManagedController):
    name = "endless"

    def __init__(self, *given):
        super().__init__(*given)
        self.manager.informer("deployments.apps").on(add=lambda d: self.queue.add(key_of(d)))

    def sync(self, key):
        if not once:
            once.append(key)
            self.hang()
        return ()

    def hang(self):
        {body}

class Busy(Program):
    def start(self):
        {program}

register("busy", Busy)
cluster = Cluster(nodes=1, controllers=(*CONTROLLERS, Endless))
cluster.apply(deployment("web", replicas=1, image="{image}"))
cluster.run(60)
print(len(cluster.mishaps), cluster.mishaps[0])
print(cluster.get("pods").names, cluster.get("deployment/web").status.ready_replicas)
pod = cluster.get("pods")[0]
print(pod.status.container_statuses[0].restart_count)
print(cluster.trace.digest())
"""

ENDLESS = {
    "a loop": "while True: pass",
    "a loop that swallows": "\n".join(
        ["while True:", "            try: key = 1", "            except Exception: pass"]
    ),
    "a loop that asks the server": 'while True: self.client.list("pods")',
    "a generator": "list(iter(lambda: 0, 1))",
    "a sleep bound earlier": "early(3600)",
}


def run(body: str = "pass", program: str = "pass", image: str = "shop:1.0") -> list[str]:
    """The script's output, line by line."""
    text = SCRIPT.format(body=body, program=program, image=image)
    command = [sys.executable, "-W", "ignore", "-c", text]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("case", ENDLESS)
def test_an_endless_line_is_stopped_and_the_cluster_goes_on(case: str) -> None:
    told, pods, *_ = run(ENDLESS[case])
    assert told.startswith("1 Endless.sync, line ")
    assert "did not come back within 0.2 s of your time and was stopped" in told
    assert "return Requeue(delay)" in told
    assert pods.endswith("] 1")


def test_an_endless_program_is_killed_and_starts_again() -> None:
    told, pods, restarts, _ = run(program="while True: pass", image="busy")
    assert "Busy.start, line " in told
    assert "was stopped" in told
    assert int(restarts) >= 1


def test_sleeping_inside_the_loop_is_refused_at_once() -> None:
    began = time.monotonic()
    told, pods, *_ = run("time.sleep(3600)")
    assert time.monotonic() - began < 30
    assert "time.sleep(3600) stops your notebook, not the cluster: its time is virtual" in told
    assert pods.endswith("] 1")


def test_what_comes_out_of_a_run_does_not_depend_on_it() -> None:
    def digest() -> str:
        cluster = Cluster(nodes=1, seed=5)
        cluster.run(600)
        return cluster.trace.digest()

    alone = digest()
    watchdog.attach(patience=10)
    try:
        assert digest() == alone
        began = time.monotonic()
        time.sleep(0.01)  # outside of the loop everybody may sleep
        assert time.monotonic() - began >= 0.01
    finally:
        watchdog.detach()


def test_two_calls_attach_one_and_the_last_patience_counts() -> None:
    first = watchdog.attach(patience=3)
    try:
        assert watchdog.attach(patience=5) is first
        assert first.patience == 5
    finally:
        watchdog.detach()


def test_outside_of_notebooks_nothing_is_started() -> None:
    Cluster(nodes=0)
    assert watchdog._running is None


def test_in_a_notebook_it_is_there_with_the_first_cluster() -> None:
    code = """
from kubelite import Cluster
from kubelite.edge import watchdog
print(watchdog._running)
Cluster(nodes=0)
print(watchdog._running.patience)
"""
    command = [sys.executable, "-m", "IPython", "--quick", "--no-banner", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["None", "10"]
