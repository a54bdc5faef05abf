"""What a cluster costs: to fill, to keep, to import, to hold in memory.

The bars: 1,000 replicas on 20 nodes, from ``Cluster(...)`` to all Ready, in 0.5 s and 150 MB;
60 virtual minutes of 100 nodes with 1,000 probed pods in 10 s; ``import kubelite`` in 150 ms.
Wall times that were measured in a process of their own are in ``extra_info``, and printed.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from kubelite import Cluster
from tests.manifests import deployment

ROOT = Path(__file__).parent.parent

FILL = """
import time
from benchmarks.bench_cluster import full, most_memory
began = time.perf_counter()
full(20, 1000)
print(time.perf_counter() - began, most_memory())
"""

IMPORT = """
import time
began = time.perf_counter()
import kubelite
print(time.perf_counter() - began)
"""


def full(nodes: int, replicas: int, probed: bool = False) -> Cluster:
    """A cluster with one Deployment, all of whose pods are Ready."""
    cluster = Cluster(nodes=nodes, cpu="16", memory="64Gi")
    every_ten_seconds = {"httpGet": {"path": "/ready", "port": 8080}}
    wanted = deployment(replicas=replicas, probe=every_ten_seconds)
    if not probed:
        del wanted["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
    cluster.apply(wanted)
    cluster.run_until("deployment/web ready")
    return cluster


def most_memory() -> float:
    """The most MB this process has ever held."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held when it forked
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS


def alone(program: str) -> list[float]:
    """The numbers that a program prints, in a process of its own."""
    command = [sys.executable, "-c", program]
    # As on a learner's machine, where compiled modules are kept from one start to the next.
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def test_1000_replicas_on_20_nodes_until_all_are_ready(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(full, (20, 1000), rounds=5, warmup_rounds=1)


def test_1000_replicas_on_20_nodes_in_a_fresh_process(benchmark: BenchmarkFixture) -> None:
    """The process with its imports; inside it, the cluster alone and the most memory it took."""
    seconds, megabytes = benchmark.pedantic(alone, (FILL,), rounds=1)
    benchmark.extra_info.update(cluster_seconds=seconds, megabytes=megabytes)
    print(f"\n    alone: {seconds:.2f} s and {megabytes:.0f} MB (bars: 0.5 s, 150 MB)")


def test_60_idle_minutes_of_100_nodes_with_1000_probed_pods(benchmark: BenchmarkFixture) -> None:
    cluster = full(100, 1000, probed=True)
    benchmark.pedantic(cluster.run, (3600,), rounds=1)


def test_import(benchmark: BenchmarkFixture) -> None:
    """Fresh processes that import kubelite; inside each, the import alone."""
    took: list[float] = []
    benchmark.pedantic(lambda: took.extend(alone(IMPORT)), rounds=15, warmup_rounds=1)
    seconds = statistics.median(took[1:])
    benchmark.extra_info.update(import_seconds=seconds)
    print(f"\n    the import alone, median of 15: {seconds * 1000:.0f} ms (bar: 150 ms)")
