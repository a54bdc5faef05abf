"""A pod that promised nothing eats a machine's memory, and evicts nobody but itself."""

from __future__ import annotations

from kubelite import Cluster
from kubelite.api.conditions import condition
from tests.manifests import deployment, service
from tests.scenarios.conftest import Told
from tests.scenarios.telling import Customers

PRESSURE = "node.kubernetes.io/memory-pressure"


def pressed(cluster: Cluster) -> bool:
    """Whether the node says that its memory runs short."""
    found = condition(cluster.get("node/node-1"), "MemoryPressure")
    return found is not None and found.status == "True"


def test_a_greedy_best_effort_pod_evicts_only_itself(told: Told) -> None:
    cluster = told(nodes=1, memory="2Gi")
    same = {"cpu": "100m", "memory": "128Mi"}
    guaranteed = {"resources": {"requests": same, "limits": same}}
    burstable = {"resources": {"requests": {"cpu": "50m", "memory": "96Mi"}}}
    cluster.apply([deployment("web", 3, container=guaranteed), service()])
    cluster.apply(deployment("blog", 2, container=burstable))
    cluster.run_until("pods ready")
    greedy = deployment("greedy", 1, env={"LEAK_MB_PER_MINUTE": "400"})
    cluster.apply(greedy)
    cluster.run_until("deployment/greedy ready")
    customers = Customers(cluster, each_second=1)
    classes = {p.metadata.labels["app"]: p.status.qos_class for p in cluster.get("pods")}
    cluster.run_until(lambda c: pressed(c))
    cluster.run(30)
    taints = [taint.key for taint in cluster.get("node/node-1").spec.taints]
    evicted = [p for p in cluster.get("pods") if p.status.reason == "Evicted"]
    waiting = [e.message for e in cluster.events() if e.reason == "FailedScheduling"]
    cluster.scale("deployment/greedy", 0)
    cluster.run(400)
    customers.leave()

    assert classes == {"web": "Guaranteed", "blog": "Burstable", "greedy": "BestEffort"}
    assert [pod.metadata.labels["app"] for pod in evicted] == ["greedy"]
    assert evicted[0].status.message.startswith("The node was low on resource: memory. Threshold ")
    assert taints == [PRESSURE]
    assert "had untolerated taint" in waiting[0], "the next greedy one does not get in again"
    assert [e.reason for e in cluster.events("node/node-1")][1:] == [
        "NodeHasInsufficientMemory",
        "EvictionThresholdMet",
        "NodeHasSufficientMemory",
    ]
    assert cluster.get("node/node-1").spec.taints == ()
    others = [p for p in cluster.get("pods") if p.metadata.labels["app"] != "greedy"]
    restarts = [p.status.container_statuses[0].restart_count for p in others]
    assert (len(others), sum(restarts), customers.lost) == (5, 0, [])
