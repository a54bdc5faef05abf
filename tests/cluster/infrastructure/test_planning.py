"""Machines are declared, a plan says what has to be done, and it is done one after another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.conditions import node_ready
from kubelite.cluster.infrastructure import NodePool
from tests.invariants import check
from tests.manifests import deployment

WEB = NodePool("web", count=2)


def machines(cluster: Cluster) -> list[str]:
    return [name for name in cluster.get("nodes").names if node_ready(cluster.get(f"node/{name}"))]


def test_a_cluster_can_begin_with_pools() -> None:
    cluster = Cluster(nodes=0, pools=[replace(WEB, zone="region-1b", labels={"tier": "front"})])
    assert machines(cluster) == ["web-1", "web-2"]
    labels = cluster.get("node/web-1").metadata.labels
    assert labels["node.kubernetes.io/instance-type"] == "standard-4"
    assert labels["topology.kubernetes.io/zone"] == "region-1b"
    assert labels["topology.kubernetes.io/region"] == "region-1"
    assert labels["tier"] == "front"


def test_taints_of_a_pool_are_there_from_the_first_moment() -> None:
    cluster = Cluster(nodes=1, pools=[NodePool("gpu", 1, taints=("kind=gpu:NoSchedule",))])
    cluster.apply(deployment(replicas=4))
    cluster.run_until("deployment/web ready")
    assert {pod.spec.node_name for pod in cluster.get("pods")} == {"node-1"}


def test_a_plan_reads_as_terraforms() -> None:
    cluster = Cluster(nodes=0, pools=[WEB, NodePool("old", 1)])
    plan = cluster.plan([replace(WEB, count=3), NodePool("db", machine_type="memory-4")])
    text = repr(plan)
    assert "  # node_pool.web will be updated in-place" in text
    assert '  ~ resource "node_pool" "web" {\n      ~ count = 2 -> 3\n    }' in text
    assert "  # node_pool.db will be created" in text
    assert '      + machine_type = "memory-4"' in text
    assert "  # node_pool.old will be destroyed" in text
    assert text.endswith("Plan: 1 to add, 1 to change, 1 to destroy.")
    applied = cluster.apply_infrastructure(plan)
    assert applied[-1] == "Apply complete! Resources: 1 added, 1 changed, 1 destroyed."
    assert machines(cluster) == ["db-1", "web-1", "web-2", "web-3"]
    nothing = "No changes. Your infrastructure matches the configuration."
    assert repr(cluster.plan(cluster.pools)) == nothing


def test_another_type_replaces_machines_one_after_another_and_pods_stay_up() -> None:
    cluster = Cluster(nodes=0, pools=[WEB])
    cluster.apply(deployment(replicas=2))
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
    }
    cluster.apply(budget)
    cluster.run_until("deployment/web ready")
    plan = cluster.plan({"name": "web", "count": 2, "machineType": "standard-8"})
    assert '~ machine_type = "standard-4" -> "standard-8" # forces replacement' in repr(plan)
    assert repr(plan).endswith("Plan: 1 to add, 0 to change, 1 to destroy.")
    done = cluster.apply_infrastructure(plan)
    assert done[:3] == (
        "node_pool.web: web-3 is created in the place of web-1",
        "web-1: drained",
        "web-1: destroyed",
    )
    assert machines(cluster) == ["web-3", "web-4"]
    assert str(cluster.get("node/web-3").status.capacity["cpu"].wire()) == "8"
    cluster.run_until("deployment/web ready")
    check(cluster)


def test_pools_are_read_from_yaml() -> None:
    cluster = Cluster(nodes=0)
    cluster.apply_infrastructure(
        """
        pools:
          - name: web
            count: 1
            machineType: small-2
            labels: {tier: front}
        """
    )
    assert cluster.pools == (NodePool("web", 1, "small-2", labels={"tier": "front"}),)


def test_labels_and_taints_change_on_running_machines() -> None:
    cluster = Cluster(nodes=0, pools=[replace(WEB, labels={"a": "1", "b": "1"})])
    cluster.apply_infrastructure(replace(WEB, labels={"b": "2"}, taints=("x=y:NoSchedule",)))
    node = cluster.get("node/web-1")
    assert ("a" in node.metadata.labels, node.metadata.labels["b"]) == (False, "2")
    assert [taint.key for taint in node.spec.taints] == ["x"]


def test_a_broken_machine_is_replaced_not_repaired() -> None:
    cluster = Cluster(nodes=0, pools=[WEB])
    cluster.kill_node("web-1")
    plan = cluster.plan(WEB)
    assert '    -/+ machine "web-1"' in repr(plan)
    cluster.apply_infrastructure(plan)
    assert machines(cluster) == ["web-2", "web-3"]
    cluster.kill_node("web-2")
    assert cluster.replace_node("web-2") == "web-4"
    cluster.run(90)
    assert machines(cluster) == ["web-3", "web-4"]


def test_node_auto_repair_waits_ten_minutes() -> None:
    cluster = Cluster(nodes=0, pools=[replace(WEB, auto_repair=True)])
    cluster.kill_node("web-1")
    cluster.run(10 * 60)
    assert "web-1" in cluster.get("nodes").names
    cluster.run(4 * 60)
    assert machines(cluster) == ["web-2", "web-3"]
    assert any(e.reason == "DeletingNode" for e in cluster.events("node/web-1"))


def test_a_stale_plan_is_refused() -> None:
    cluster = Cluster(nodes=0, pools=[WEB])
    plan = cluster.plan(replace(WEB, count=3))
    cluster.kill_node("web-1")
    with pytest.raises(RuntimeError, match="Saved plan is stale"):
        cluster.apply_infrastructure(plan)


@pytest.mark.parametrize(
    ("pools", "said"),
    [
        ({"name": "web", "machine_type": "huge"}, 'there is no machine type "huge"; there are'),
        ({"name": "web", "size": 3}, "a node pool has no field size; its fields are name"),
        ({"count": 3}, "a node pool has to have a name"),
        ({"name": "web", "min": 3, "max": 2}, "min 3 is more than max 2"),
        ({"name": "web", "count": -1}, "cannot be negative"),
        ({"name": "web", "taints": ["x"]}, '"x" is no taint'),
        ([WEB, WEB], "node pools declared twice: web"),
        ([3], "3 is no node pool"),
    ],
)
def test_refusals_say_what_to_do(pools: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Cluster(nodes=0).plan(pools)
