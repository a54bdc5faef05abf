"""A big cluster: 10,000 pods of mixed kinds on 1,000 nodes.

The bar: from ``Cluster(...)`` to all Ready in 10 s and 600 MB. Two DaemonSets have a pod on every
node; the rest is Deployments with and without requests, spread and kept apart, StatefulSets that
start in order or at once, and Jobs that run for an hour.
"""

from __future__ import annotations

from typing import Any

from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bench_cluster import alone
from kubelite import Cluster

FILL = """
import time
from benchmarks.bench_big import filled
from benchmarks.bench_cluster import most_memory
began = time.perf_counter()
filled()
print(time.perf_counter() - began, most_memory())
"""

SMALL = {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}}
LARGE = {"requests": {"cpu": "500m", "memory": "256Mi"}}


def template(app: str, resources: dict[str, Any], **spec: Any) -> dict[str, Any]:
    container = {"name": "main", "image": f"registry.example/{app}:1.4", "resources": resources}
    pod = {"containers": [container], **spec}
    return {"metadata": {"labels": {"app": app}}, "spec": pod}


def workload(kind: str, name: str, replicas: int, pod: dict[str, Any], **spec: Any) -> Any:
    selector = {"selector": {"matchLabels": {"app": name}}}
    counted = {"DaemonSet": {}, "Job": {"completions": replicas, "parallelism": replicas}}
    size = counted.get(kind, {"replicas": replicas})
    return {
        "apiVersion": "batch/v1" if kind == "Job" else "apps/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {**size, **({} if kind == "Job" else selector), "template": pod, **spec},
    }


def workloads() -> list[Any]:
    """10,000 pods, 2,000 of them of DaemonSets."""
    apart = {"topologyKey": "kubernetes.io/hostname", "maxSkew": 2}
    apart |= {"whenUnsatisfiable": "ScheduleAnyway"}
    found = []
    for n in range(10):
        web, api, db, batch = f"web-{n}", f"api-{n}", f"db-{n}", f"batch-{n}"
        found.append(workload("Deployment", web, 250, template(web, SMALL)))
        spread = {**apart, "labelSelector": {"matchLabels": {"app": api}}}
        spec = template(api, LARGE, topologySpreadConstraints=[spread])
        found.append(workload("Deployment", api, 150, spec))
        parallel = {"podManagementPolicy": "Parallel", "serviceName": db}
        found.append(workload("StatefulSet", db, 200, template(db, SMALL), **parallel))
        asleep = template(batch, SMALL, restartPolicy="Never")
        asleep["spec"]["containers"][0] |= {"image": "busybox:1.36", "command": ["sleep", "3600"]}
        found.append(workload("Job", batch, 200, asleep))
    for agent in ("node-agent", "log-agent"):
        everywhere = template(agent, SMALL, tolerations=[{"operator": "Exists"}])
        found.append(workload("DaemonSet", agent, 0, everywhere))
    return found


def filled() -> Cluster:
    """The cluster with all of them Ready."""
    cluster = Cluster(nodes=1000, cpu="16", memory="64Gi")
    cluster.apply(workloads())
    for wanted in workloads():
        kind, name = wanted["kind"].lower(), wanted["metadata"]["name"]
        if kind != "job":
            cluster.run_until(f"{kind}/{name} ready", timeout=3600)
    cluster.run_until(lambda c: sum(job.status.ready or 0 for job in c.get("jobs")) == 2000)
    pods = cluster.get("pods")
    assert len(pods) == 10_000
    return cluster


def test_10_000_pods_on_1000_nodes_in_a_fresh_process(benchmark: BenchmarkFixture) -> None:
    """The process with its imports; inside it, the cluster alone and the most memory it took."""
    seconds, megabytes = benchmark.pedantic(alone, (FILL,), rounds=1)
    benchmark.extra_info.update(cluster_seconds=seconds, megabytes=megabytes)
    print(f"\n    alone: {seconds:.2f} s and {megabytes:.0f} MB (bars: 10 s, 600 MB)")
