"""Warnings for those who look after the cluster, by what pods ask for."""

from __future__ import annotations

from typing import Any

from kubelite import Cluster
from tests.manifests import deployment


def asking(cpu: str, memory: str = "64Mi", replicas: int = 1, name: str = "web") -> dict[str, Any]:
    requests = {"resources": {"requests": {"cpu": cpu, "memory": memory}}}
    return deployment(name, replicas=replicas, container=requests)


def said(cluster: Cluster) -> list[tuple[str, str, str]]:
    return [(found.level, found.about, found.reason) for found in cluster.warnings()]


def test_an_empty_cluster_has_enough() -> None:
    assert repr(Cluster(nodes=2).warnings()) == "Nothing runs low."


def test_the_columns_are_as_wide_as_what_is_in_them() -> None:
    """With room to spare they would not fit beside the margin of a notebook."""
    cluster = Cluster(nodes=2)
    cluster.apply(asking("2500m", replicas=2))
    cluster.run_until("deployment/web ready")
    shown = repr(cluster.warnings()).splitlines()
    assert shown[0].startswith("warning  node/node-1  LossNotAbsorbed  if this node is lost")


def test_a_node_that_is_nearly_full() -> None:
    cluster = Cluster(nodes=3)
    cluster.apply(asking("3500m"))
    cluster.run_until("deployment/web ready")
    node = cluster.get("pods")[0].spec.node_name
    (found,) = cluster.warnings()
    assert found[:3] == ("warning", f"node/{node}", "CPURunsLow")
    assert found.message == "88% of the allocatable CPU is requested"


def test_a_cluster_that_is_nearly_full_in_memory() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(asking("100m", "15800Mi"))
    cluster.run_until("deployment/web ready")
    assert ("critical", "cluster", "MemoryRunsLow") in said(cluster)


def test_a_loss_that_could_not_be_absorbed() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(asking("2500m", replicas=2))
    cluster.run_until("deployment/web ready")
    assert said(cluster) == [
        ("warning", "node/node-1", "LossNotAbsorbed"),
        ("warning", "node/node-2", "LossNotAbsorbed"),
    ]
    text = "if this node is lost, 1 of its 1 pods find no room"
    assert cluster.warnings()[0].message == text
    cluster.add_node()
    cluster.run(30)
    assert said(cluster) == []


def test_pods_that_wait_for_room() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(asking("9"))
    cluster.run(5)
    assert said(cluster) == [("critical", "cluster", "PodsWaitForRoom")]


def test_asking_changes_nothing() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(asking("3500m", replicas=2))
    cluster.run_until("deployment/web ready")
    before = cluster.revision
    assert cluster.warnings() == cluster.warnings()
    assert cluster.revision == before
