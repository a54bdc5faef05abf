"""Several control planes: one of each component works, another takes over."""

from __future__ import annotations

import pytest

from kubelite import Cluster
from tests.manifests import deployment

LEASES = "leases"
MANAGER, SCHEDULER = "kube-controller-manager", "kube-scheduler"


def test_one_control_plane_needs_no_lease() -> None:
    assert Cluster(nodes=0).get(LEASES, namespace="kube-system").names == []


def test_of_three_control_planes_one_leads() -> None:
    cluster = Cluster(nodes=2, control_planes=3)
    found = cluster.get(LEASES, namespace="kube-system")
    assert found.names == [MANAGER, SCHEDULER]
    leader = cluster.leader(SCHEDULER)
    assert found[1].spec.holder_identity.startswith(f"{leader}_")
    cluster.apply(deployment("web", replicas=2))
    cluster.run_until("deployment/web ready")
    assert len(cluster.get("replicasets")) == 1
    about = [e.message for e in cluster.events(namespace="kube-system")]
    assert len(about) == 2 and all(text.endswith("became leader") for text in about)


@pytest.mark.parametrize(("release", "least", "most"), [(False, 10, 21), (True, 0, 5)])
def test_another_scheduler_takes_over(release: bool, least: float, most: float) -> None:
    cluster = Cluster(nodes=2, control_planes=2)
    cluster.run(10)
    first = cluster.leader(SCHEDULER)
    cluster.stop_component(SCHEDULER, release=release)
    cluster.apply(deployment("web", replicas=2))
    took = cluster.run_until(lambda c: bool(c.leader(SCHEDULER)), timeout=60)
    assert least <= took <= most
    assert cluster.leader(SCHEDULER) != first
    cluster.run_until("deployment/web ready", timeout=60)
    lease = cluster.get("lease/kube-scheduler", namespace="kube-system")
    assert lease.spec.lease_transitions == 1
    cluster.start_component(SCHEDULER)
    cluster.run(30)
    assert cluster.leader(SCHEDULER) != first


def test_another_controller_manager_takes_over_and_finishes_what_was_begun() -> None:
    cluster = Cluster(nodes=2, control_planes=2)
    cluster.apply(deployment("web", replicas=2))
    cluster.run_until("deployment/web ready")
    first = cluster.leader(MANAGER)
    cluster.stop_component(MANAGER)
    cluster.scale("deployment/web", 4)
    cluster.run(10)
    assert len(cluster.get("pods")) == 2
    cluster.run_until(lambda c: len(c.get("pods")) == 4, timeout=30)
    assert cluster.leader(MANAGER) not in ("", first)


def test_a_cluster_without_a_scheduler_keeps_what_runs_and_starts_nothing() -> None:
    cluster = Cluster(nodes=1)
    cluster.stop_component(SCHEDULER)
    cluster.apply(deployment("web", replicas=1))
    cluster.run(30)
    assert [pod.spec.node_name for pod in cluster.get("pods")] == [""]
    cluster.start_component(SCHEDULER)
    cluster.run_until("deployment/web ready")


def test_a_cluster_without_a_controller_manager_repairs_nothing() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment("web", replicas=2))
    cluster.run_until("deployment/web ready")
    cluster.stop_component(MANAGER)
    cluster.delete(f"pod/{cluster.get('pods').names[0]}")
    cluster.run(60)
    assert len(cluster.get("pods")) == 1
    cluster.start_component(MANAGER)
    cluster.run_until("deployment/web ready")


def test_refusals_teach() -> None:
    cluster = Cluster(nodes=0)
    with pytest.raises(ValueError, match="there is no component etcd"):
        cluster.stop_component("etcd")
    with pytest.raises(ValueError, match="control_planes=3"):
        cluster.stop_component(SCHEDULER, "control-plane-2")
