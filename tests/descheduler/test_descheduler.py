"""The descheduler at work in a cluster."""

from __future__ import annotations

from collections import Counter

import pytest

from kubelite import Cluster
from kubelite.scheduler.profile import Profile, ScoringStrategy
from tests.cluster.manifests import pod
from tests.invariants import check
from tests.manifests import deployment

CPU = {"resources": {"requests": {"cpu": "500m", "memory": "64Mi"}}}
PACKING = Profile(
    scoring_strategy=ScoringStrategy("MostAllocated"),
    disabled=("PodTopologySpread", "NodeResourcesBalancedAllocation", "ImageLocality"),
)


def placed(cluster: Cluster) -> dict[str, int]:
    return dict(Counter(pod.spec.node_name for pod in cluster.get("pods")))


def on_one_of_two(replicas: int = 4) -> Cluster:
    cluster = Cluster(nodes=2)
    cluster.cordon("node-2")
    cluster.apply(deployment(replicas=replicas, container=CPU))
    cluster.run_until("deployment/web ready")
    cluster.uncordon("node-2")
    cluster.run(1)
    return cluster


def test_duplicates_are_spread() -> None:
    cluster = on_one_of_two()
    evicted = cluster.deschedule("RemoveDuplicates")
    assert [(e.node, e.strategy) for e in evicted] == [("node-1", "RemoveDuplicates")] * 2
    text = "pod evicted from node-1 node by sigs.k8s.io/descheduler"
    cluster.settle(quiet=40)
    said = [e.message for e in cluster.events() if e.reason == "RemoveDuplicates"]
    assert said == [text] * 2
    assert placed(cluster) == {"node-1": 2, "node-2": 2}
    check(cluster)


def test_packing_empties_a_node() -> None:
    cluster = Cluster(nodes=3, profiles=(PACKING,))
    for number, replicas in enumerate((6, 5, 1), 1):
        for other in {1, 2, 3} - {number}:
            cluster.cordon(f"node-{other}")
        cluster.apply(deployment(f"app{number}", replicas=replicas, container=CPU))
        cluster.run_until(f"deployment/app{number} ready")
        for other in {1, 2, 3} - {number}:
            cluster.uncordon(f"node-{other}")
        cluster.run(1)
    assert placed(cluster) == {"node-1": 6, "node-2": 5, "node-3": 1}
    evicted = cluster.deschedule("HighNodeUtilization", thresholds={"cpu": 20})
    assert [e.node for e in evicted] == ["node-3"]
    cluster.settle(quiet=40)
    assert "node-3" not in placed(cluster)


def test_a_budget_is_kept() -> None:
    cluster = on_one_of_two()
    spec = {"minAvailable": 3, "selector": {"matchLabels": {"app": "web"}}}
    kind = "PodDisruptionBudget"
    budget = {"apiVersion": "policy/v1", "kind": kind, "metadata": {"name": "web"}, "spec": spec}
    cluster.apply(budget)
    cluster.run(1)
    assert len(cluster.deschedule("RemoveDuplicates")) == 1


def test_bare_pods_stay() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    node = cluster.get("pod/web").spec.node_name
    taint = [{"key": "old", "effect": "NoSchedule"}]
    cluster.patch(f"node/{node}", {"spec": {"taints": taint}})
    assert cluster.deschedule("RemovePodsViolatingNodeTaints") == ()


def test_pods_leave_nodes_that_have_changed() -> None:
    cluster = Cluster(nodes=2)
    for name in ("node-1", "node-2"):
        cluster.patch(f"node/{name}", {"metadata": {"labels": {"disk": "ssd"}}})
    cluster.apply(deployment(replicas=2, pod={"nodeSelector": {"disk": "ssd"}}, container=CPU))
    cluster.run_until("deployment/web ready")
    cluster.patch("node/node-1", {"metadata": {"labels": {"disk": None}}})
    cluster.run(1)
    assert [e.node for e in cluster.deschedule("RemovePodsViolatingNodeAffinity")] == ["node-1"]
    cluster.settle(quiet=40)
    assert placed(cluster) == {"node-2": 2}


def test_rounds_every_five_minutes_only_when_switched_on() -> None:
    cluster = on_one_of_two()
    cluster.run(600)
    assert placed(cluster) == {"node-1": 4}
    policy = """
        apiVersion: descheduler/v1alpha2
        kind: DeschedulerPolicy
        maxNoOfPodsToEvictTotal: 1
        profiles:
          - name: spread
            plugins: {balance: {enabled: [RemoveDuplicates]}}
        """
    cluster.deschedule(policy=policy, interval=300)
    cluster.run(60)
    assert cluster.descheduler and len(cluster.descheduler.evicted) == 1
    cluster.run(300)
    assert placed(cluster) == {"node-1": 2, "node-2": 2}
    cluster.stop_descheduling()


def test_refusals_say_what_to_do() -> None:
    cluster = Cluster(nodes=2)
    with pytest.raises(ValueError, match="HighNodeUtilization needs thresholds, such as"):
        cluster.deschedule("HighNodeUtilization")
    with pytest.raises(ValueError, match='no strategy "pack"; there are'):
        cluster.deschedule("pack")
