"""The deck's page on desired state: from 3 to 10, and six things Kubernetes does by itself."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kubelite import Cluster
from kubelite.api.conditions import node_ready, pod_active, pod_ready

Manifest = dict[str, Any]


def shop(replicas: int, cpu: str = "", container: Manifest | None = None) -> Manifest:
    """Sarah's shop as a Deployment; ``cpu`` is what each pod asks for."""
    only = {"name": "shop", "image": "shop:1.0", **(container or {})}
    if cpu:
        only["resources"] = {"requests": {"cpu": cpu}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [only]}},
        },
    }


def opened(replicas: int, **options: Any) -> Cluster:
    """A cluster in which the shop runs."""
    cluster = Cluster()
    cluster.apply(shop(replicas, **options))
    cluster.run_until("deployment/web ready")
    return cluster


def test_three_become_ten_by_naming_ten() -> None:
    cluster = opened(3)
    before = set(cluster.get("pods").names)
    cluster.scale("deployment/web", 10)
    cluster.run_until("deployment/web ready")
    after = set(cluster.get("pods").names)
    assert before < after
    assert len(after - before) == 7


def test_a_container_that_exits_is_started_again_in_its_place() -> None:
    exits = {"image": "busybox", "args": ["sh", "-c", "sleep 30; exit 1"]}
    cluster = opened(1, container=exits)
    (before,) = cluster.get("pods")
    cluster.run(35)
    (after,) = cluster.get("pods")
    assert after.metadata.uid == before.metadata.uid
    assert after.status.container_statuses[0].restart_count == 1
    assert pod_ready(after)


def test_a_container_that_hangs_is_removed_by_force_and_started_again() -> None:
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 5}
    hangs = {
        "env": [{"name": "HANG_AFTER_SECONDS", "value": "60"}],
        "livenessProbe": probe,
    }
    cluster = opened(1, container=hangs)
    (before,) = cluster.get("pods")
    cluster.run(115)
    (after,) = cluster.get("pods")
    assert after.metadata.uid == before.metadata.uid
    (status,) = after.status.container_statuses
    assert status.restart_count == 1
    assert (
        status.last_state.terminated.exit_code == 137
    )  # SIGKILL: it no longer listened to SIGTERM
    reasons = Counter(event.reason for event in cluster.events(f"pod/{after.metadata.name}"))
    assert {"Unhealthy", "Killing"} <= set(reasons)


def test_scaling_up_starts_containers() -> None:
    cluster = opened(2)
    cluster.scale("deployment/web", 5)
    cluster.run_until("deployment/web ready")
    assert len(cluster.get("pods")) == 5


def test_scaling_down_removes_containers() -> None:
    cluster = opened(5)
    cluster.scale("deployment/web", 2)
    cluster.run(60)
    assert len(cluster.get("pods")) == 2
    assert all(map(pod_ready, cluster.get("pods")))


def test_room_for_five_of_ten_and_then_a_new_node() -> None:
    cluster = Cluster(nodes=1, cpu="5500m")
    cluster.apply(shop(10, cpu="1"))
    cluster.run(60)
    pods = cluster.get("pods")
    first = {pod.metadata.name for pod in pods if pod_ready(pod)}
    assert len(first) == 5
    waiting = [pod for pod in pods if not pod.spec.node_name]
    assert len(waiting) == 5
    (condition,) = [c for c in waiting[0].status.conditions if c.type == "PodScheduled"]
    assert condition.message.startswith("0/1 nodes are available: 1 Insufficient cpu.")
    assert all(event.reason != "Failed" for event in cluster.events())

    name = cluster.add_node()
    cluster.run_until("deployment/web ready")
    on_new = {pod.metadata.name for pod in cluster.get("pods") if pod.spec.node_name == name}
    assert len(on_new) == 5
    assert on_new.isdisjoint(first)  # nothing that ran was moved


def test_a_node_fails_with_five_and_five_are_started_elsewhere() -> None:
    cluster = Cluster(nodes=2, cpu="10")
    cluster.apply(shop(10, cpu="1"))
    cluster.run_until("deployment/web ready")
    lost = {pod.metadata.name for pod in on_node(cluster, "node-2")}
    assert len(lost) == 5

    cluster.kill_node("node-2")
    noticed = cluster.run_until(lambda c: not node_ready(c.get("node/node-2")))
    assert 45 <= noticed <= 60  # 50 s after its last sign of life, looked at every 5 s

    def leaving(c: Cluster) -> bool:
        return any(pod.metadata.deletion_timestamp for pod in c.get("pods"))

    waited = cluster.run_until(leaving, timeout=400)
    assert 299 <= waited <= 302  # the toleration that every pod has

    cluster.run_until("deployment/web ready")
    active = [pod for pod in cluster.get("pods") if pod_active(pod)]
    assert len(active) == 10
    assert {pod.spec.node_name for pod in active} == {"node-1"}
    assert lost.isdisjoint(pod.metadata.name for pod in active)


def on_node(cluster: Cluster, name: str) -> list[Any]:
    """The pods bound to a node."""
    return [pod for pod in cluster.get("pods") if pod.spec.node_name == name]
