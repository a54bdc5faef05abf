"""A pool gets another type of machine: all are replaced, one after another, under traffic."""

from __future__ import annotations

from kubelite.cluster.infrastructure import NodePool
from tests.manifests import deployment, service
from tests.scenarios.conftest import Told
from tests.scenarios.telling import Customers

BUDGET = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "web"},
    "spec": {"minAvailable": 4, "selector": {"matchLabels": {"app": "web"}}},
}


def test_every_machine_is_replaced_and_no_request_is_lost(told: Told) -> None:
    cluster = told(nodes=0, pools=[NodePool("web", 3)])
    drained = {"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}
    cluster.apply([deployment("web", 5, container=drained), service(), BUDGET])
    cluster.run_until("deployment/web ready")
    cluster.run(2)
    before = cluster.cost().per_hour
    customers = Customers(cluster, each_second=2)
    plan = cluster.plan(NodePool("web", 3, "standard-8"))
    began = cluster.elapsed
    done = cluster.apply_infrastructure(plan)
    took = cluster.elapsed - began
    cluster.run_until("deployment/web ready")
    cluster.run(60)
    customers.leave()
    assert '~ machine_type = "standard-4" -> "standard-8" # forces replacement' in repr(plan)
    assert done[:-1] == tuple(
        line
        for number in (1, 2, 3)
        for line in (
            f"node_pool.web: web-{number + 3} is created in the place of web-{number}",
            f"web-{number}: drained",
            f"web-{number}: destroyed",
        )
    ), "the new one first, and never two at once"
    assert [str(n.status.capacity["cpu"]) for n in cluster.get("nodes")] == ["8", "8", "8"]
    assert 180 < took < 300, "three times a minute to boot, and some time to empty the old one"
    assert (round(before, 2), round(cluster.cost().per_hour, 2)) == (0.6, 1.2)
    assert len(customers.answers) > 500 and customers.lost == []
    assert repr(cluster.plan(cluster.pools)).startswith("No changes.")
