"""Machines come when pods fit nowhere, and go when nobody needs them."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.cluster.infrastructure import NodePool
from tests.invariants import check
from tests.manifests import deployment

ONE_CPU = {"resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}
WEB = NodePool("web", 1, min=1, max=4)


def autoscaled(*pools: NodePool, nodes: int = 0, **flags: Any) -> Cluster:
    cluster = Cluster(nodes=nodes, pools=pools or [WEB])
    cluster.autoscale_nodes(**flags)
    return cluster


def said(cluster: Cluster, about: str = "", namespace: str = "default") -> list[str]:
    events = cluster.events(about, namespace)
    return [f"{e.reason}: {e.message}" for e in events if e.source.component == AUTOSCALER]


AUTOSCALER = "cluster-autoscaler"


def names(cluster: Cluster) -> list[str]:
    return list(cluster.get("nodes").names)


def test_pods_that_fit_nowhere_trigger_a_scale_up() -> None:
    cluster = autoscaled()
    cluster.apply(deployment(replicas=9, container=ONE_CPU))
    # the next scan after the pods are two seconds old, a minute of booting, an image
    assert 60 < cluster.run_until("deployment/web ready") < 90
    assert names(cluster) == ["web-1", "web-2", "web-3"]
    text = "TriggeredScaleUp: pod triggered scale-up: [{web 1->3 (max: 4)}]"
    assert said(cluster) == [text] * 5
    assert said(cluster, namespace="kube-system") == [
        "ScaledUpGroup: Scale-up: setting group web size to 3 instead of 1 (max: 4)",
        "ScaledUpGroup: Scale-up: group web size set to 3 instead of 1 (max: 4)",
    ]
    check(cluster)


def test_machines_on_their_way_are_not_ordered_again() -> None:
    cluster = autoscaled()
    cluster.apply(deployment(replicas=9, container=ONE_CPU))
    cluster.run(55)
    assert cluster.autoscaler and len(cluster.cloud.instances) == 3


def test_a_pod_that_no_machine_could_take_is_told_why() -> None:
    cluster = autoscaled(WEB, NodePool("gpu", 0, max=2, taints=("kind=gpu:NoSchedule",)))
    huge = {"resources": {"requests": {"cpu": "10"}}}
    cluster.apply(deployment(replicas=1, container=huge))
    cluster.run(30)
    assert said(cluster)[0].startswith("NotTriggerScaleUp: pod didn't trigger scale-up: 1 Insuff")
    assert "1 node(s) had untolerated taint" in said(cluster)[0]
    assert len(names(cluster)) == 1


def test_a_pool_does_not_grow_beyond_its_max() -> None:
    cluster = autoscaled(NodePool("web", 1, min=1, max=2))
    cluster.apply(deployment(replicas=9, container=ONE_CPU))
    cluster.run(120)
    assert names(cluster) == ["web-1", "web-2"]
    refused = "NotTriggerScaleUp: pod didn't trigger scale-up: 1 max node group size reached"
    assert refused in said(cluster)


def test_the_price_expander_takes_the_cheaper_pool() -> None:
    dear, cheap = NodePool("dear", 0, price_per_hour=1.0, max=3), NodePool("cheap", 0, max=3)
    cluster = autoscaled(dear, cheap, nodes=1, expander="price")
    cluster.apply(deployment(replicas=6, container=ONE_CPU))
    cluster.run_until("deployment/web ready")
    assert names(cluster) == ["cheap-1", "node-1"]


def test_daemons_take_their_share_of_a_new_machine() -> None:
    cluster = autoscaled(nodes=1)
    template = deployment(container={"resources": {"requests": {"cpu": "2"}}})["spec"]["template"]
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": template}
    cluster.apply(
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent"}, "spec": spec}
    )
    cluster.run_until("daemonset/agent ready")
    cluster.apply(deployment("shop", replicas=1, container={"resources": {"requests": {"cpu": 3}}}))
    cluster.run(30)
    assert "1 Insufficient cpu" in said(cluster)[0]


def test_an_empty_node_goes_after_ten_minutes_and_ten_after_the_last_scale_up() -> None:
    cluster = autoscaled()
    cluster.apply(deployment(replicas=9, container=ONE_CPU))
    cluster.run_until("deployment/web ready")
    idle = cluster.elapsed
    cluster.scale("deployment/web", 2)
    cluster.run(500)
    assert len(names(cluster)) == 3
    cluster.run_until(lambda c: len(names(c)) == 1, timeout=300)
    assert 600 < cluster.elapsed - idle < 640
    kept = {pod.spec.node_name for pod in cluster.get("pods")}
    assert set(names(cluster)) == kept
    gone = ({"web-1", "web-2", "web-3"} - kept).pop()
    assert said(cluster, f"node/{gone}") == [
        "ScaleDown: marked the node as toBeDeleted/unschedulable",
        "ScaleDown: nodes removed by cluster autoscaler",
    ]


def budget() -> dict[str, Any]:
    """Two of the pods have to stay."""
    spec = {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}
    kind, meta = "PodDisruptionBudget", {"name": "web"}
    return {"apiVersion": "policy/v1", "kind": kind, "metadata": meta, "spec": spec}


def spread(cluster: Cluster, **pod: Any) -> None:
    """One small pod on each of two nodes."""
    apart = {
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"app": "web"}},
            }
        ]
    }
    cluster.apply(deployment(replicas=2, container=ONE_CPU, pod={**apart, **pod}))
    cluster.run_until("deployment/web ready")
    assert len({pod.spec.node_name for pod in cluster.get("pods")}) == 2


def test_pods_of_a_node_that_is_hardly_used_move() -> None:
    cluster = autoscaled(NodePool("web", 2, min=1, max=4))
    spread(cluster)
    cluster.run(625)
    moved = [line for line in said(cluster) if "deleting pod" in line]
    assert moved == ["ScaleDown: deleting pod for node scale down"]
    cluster.run(60)
    assert len(names(cluster)) == 1
    cluster.run_until("deployment/web ready")
    check(cluster)


@pytest.mark.parametrize(
    ("pod", "reason"),
    [
        ({"volumes": [{"name": "scratch", "emptyDir": {}}]}, "LocalStorageRequested"),
        ({}, "NotEnoughPdb"),
    ],
)
def test_who_keeps_a_node(pod: dict[str, Any], reason: str) -> None:
    cluster = autoscaled(NodePool("web", 2, min=1, max=4))
    if reason == "NotEnoughPdb":
        cluster.apply(budget())
    spread(cluster, **pod)
    cluster.run(1000)
    assert len(names(cluster)) == 2
    assert cluster.autoscaler
    assert set(cluster.autoscaler.planner.unremovable.values()) == {reason}


def test_a_pool_keeps_its_min() -> None:
    cluster = autoscaled(NodePool("web", 2, min=2, max=4))
    cluster.run(900)
    assert len(names(cluster)) == 2
    assert cluster.autoscaler
    assert set(cluster.autoscaler.planner.unremovable.values()) == {"NodeGroupMinSizeReached"}


def test_unneeded_nodes_are_shunned_softly_while_they_wait() -> None:
    cluster = autoscaled(NodePool("web", 2, min=1, max=4))
    cluster.run(30)
    taints = [taint for node in cluster.get("nodes") for taint in node.spec.taints]
    assert {(t.key, t.effect) for t in taints} == {
        ("DeletionCandidateOfClusterAutoscaler", "PreferNoSchedule")
    }


def test_a_machine_that_never_comes_is_given_up_after_fifteen_minutes() -> None:
    cluster = autoscaled()
    cluster.cloud.stock["standard-4"] = 0
    cluster.apply(deployment(replicas=5, container=ONE_CPU))
    cluster.run(14 * 60)
    assert list(cluster.cloud.instances) == ["web-1", "web-2"]
    cluster.run(3 * 60)
    assert list(cluster.cloud.instances) == ["web-1"]
    backoff = "NotTriggerScaleUp: pod didn't trigger scale-up: 1 in backoff after failed scale-up"
    assert backoff in said(cluster)


def test_the_status_is_a_config_map_that_is_written_when_it_changes() -> None:
    cluster = autoscaled()
    cluster.run(30)
    status = cluster.get("configmap/cluster-autoscaler-status", namespace="kube-system")
    assert "- name: web" in status.data["status"]
    written = cluster.revision
    cluster.run(5)
    cluster.settle()
    after = cluster.get("configmap/cluster-autoscaler-status", namespace="kube-system")
    assert after == status and cluster.revision >= written


def test_a_plan_leaves_the_size_of_a_scaled_pool_alone() -> None:
    cluster = autoscaled()
    cluster.apply(deployment(replicas=9, container=ONE_CPU))
    cluster.run_until("deployment/web ready")
    assert cluster.plan(WEB).changes == ()


def test_without_an_autoscaler_a_plan_sizes_the_pool() -> None:
    cluster = Cluster(nodes=0, pools=[WEB])
    cluster.apply_infrastructure(NodePool("web", 2, min=1, max=4))
    assert names(cluster) == ["web-1", "web-2"]


def test_a_drain_that_a_budget_stops_is_given_up_after_two_minutes() -> None:
    cluster = autoscaled(NodePool("web", 2, min=1, max=4))
    spread(cluster)
    cluster.run_until(lambda c: bool(c.autoscaler and c.autoscaler.deletions), timeout=900)
    cluster.apply(budget())
    assert cluster.autoscaler
    name = next(iter(cluster.autoscaler.deletions))
    cluster.run(60)
    assert cluster.get(f"node/{name}").spec.unschedulable
    cluster.run(70)
    failed = [line for line in said(cluster) if line.startswith("ScaleDownFailed")]
    assert failed[0] == "ScaleDownFailed: failed to delete pod for ScaleDown"
    assert failed[1].startswith("ScaleDownFailed: failed to drain and delete node: ")
    node = cluster.get(f"node/{name}")
    assert not node.spec.unschedulable
    assert "ToBeDeletedByClusterAutoscaler" not in {taint.key for taint in node.spec.taints}
    cluster.run(600)
    assert len(names(cluster)) == 2
    check(cluster)
