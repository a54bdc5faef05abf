"""A machine is emptied before it is worked on."""

from __future__ import annotations

import pytest

from kubelite import Cluster
from kubelite.cluster.draining import DrainError
from tests.cluster.manifests import pod
from tests.cluster.test_disruption import budget
from tests.invariants import check
from tests.manifests import deployment


def on_one_node(replicas: int = 3) -> Cluster:
    cluster = Cluster(nodes=2)
    cluster.cordon("node-2")
    cluster.apply(deployment(replicas=replicas))
    cluster.run_until("deployment/web ready")
    cluster.uncordon("node-2")
    return cluster


def test_cordon_and_uncordon() -> None:
    cluster = Cluster(nodes=1)
    assert cluster.cordon("node-1") == "node/node-1 cordoned"
    assert cluster.cordon("node-1") == "node/node-1 already cordoned"
    assert "Ready,SchedulingDisabled" in str(cluster.get("nodes"))
    cluster.apply(pod())
    cluster.run(10)
    assert cluster.get("pod/web").spec.node_name == ""
    assert cluster.uncordon("node/node-1") == "node/node-1 uncordoned"
    cluster.run_until("pod/web ready")


def test_all_pods_move() -> None:
    cluster = on_one_node()
    before = cluster.get("pods").names
    report = cluster.drain("node-1")
    assert report[0] == "node/node-1 cordoned"
    assert report[-1] == "node/node-1 drained"
    assert sorted(report[1:4]) == [f"evicting pod default/{name}" for name in before]
    assert sorted(report[4:7]) == [f"pod/{name} evicted" for name in before]
    cluster.run_until("deployment/web ready")
    assert {p.spec.node_name for p in cluster.get("pods")} == {"node-2"}


def test_a_budget_makes_it_go_one_by_one() -> None:
    cluster = on_one_node()
    cluster.apply(budget(minAvailable=2))
    cluster.run(1)
    report = cluster.drain("node-1")
    refused = [line for line in report if "will retry after 5s" in line]
    assert refused[0].endswith("Cannot evict pod as it would violate the pod's disruption budget.")
    assert report[-1] == "node/node-1 drained"
    check(cluster)


def test_a_budget_that_never_gives_way() -> None:
    cluster = on_one_node()
    cluster.apply(budget(minAvailable=3))
    cluster.run(1)
    with pytest.raises(TimeoutError, match="global timeout reached"):
        cluster.drain("node-1", timeout=30)
    assert len(cluster.get("pods")) == 3


def test_bare_pods_have_to_be_forced() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    with pytest.raises(DrainError) as refused:
        cluster.drain("node-1")
    assert str(refused.value) == (
        'unable to drain node "node-1" due to error: cannot delete Pods that declare no '
        "controller (use --force to override): default/web"
    )
    report = cluster.drain("node-1", force=True)
    assert "Warning: deleting Pods that declare no controller: default/web" in report
    assert len(cluster.get("pods")) == 0


def test_local_storage_stops_it() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment(replicas=1, pod={"volumes": [{"name": "tmp", "emptyDir": {}}]}))
    cluster.run_until("deployment/web ready")
    with pytest.raises(DrainError, match="Pods with local storage"):
        cluster.drain("node-1")
    assert cluster.drain("node-1", delete_emptydir_data=True)[-1] == "node/node-1 drained"
