"""What machines cost, and what for."""

from __future__ import annotations

import pytest

from kubelite import Cluster
from kubelite.cluster.infrastructure import CATALOGUE, NodePool
from tests.manifests import deployment


def test_cost_by_hour_and_day() -> None:
    pools = [NodePool("web", 2), NodePool("db", 1, "memory-4", price_per_hour=0.3)]
    cost = Cluster(nodes=0, pools=pools).cost()
    assert [(p.pool, p.machines, round(p.per_hour, 2)) for p in cost.pools] == [
        ("web", 2, 0.4),
        ("db", 1, 0.3),
    ]
    assert cost.per_hour == pytest.approx(0.7)
    assert cost.per_day == pytest.approx(16.8)
    assert cost.idle == 1
    assert "total             3     0.70    16.80   100%" in repr(cost)


def test_what_pods_ask_for_is_not_idle() -> None:
    cluster = Cluster(nodes=0, pools=[NodePool("web", 2)])
    half = {"resources": {"requests": {"cpu": "2", "memory": "8138Mi"}}}
    cluster.apply(deployment(replicas=2, container=half))
    cluster.run_until("deployment/web ready")
    assert cluster.cost().idle == pytest.approx(0.5, abs=0.01)


def test_cost_over_time_integrates_machine_hours() -> None:
    cluster = Cluster(nodes=0, pools=[NodePool("web", 1)])
    began = cluster.cost().spent
    cluster.run(3600)
    assert cluster.cost().spent - began == pytest.approx(0.2)
    cluster.apply_infrastructure(NodePool("web", 3))
    cluster.run(3600)
    points = cluster.cost_over_time(step=600)
    assert points[0][:2] == (0.0, pytest.approx(0.2))
    assert points[-1][1] == pytest.approx(0.6)
    assert points[-1][2] == pytest.approx(cluster.cost().spent)
    assert [p[2] for p in points] == sorted(p[2] for p in points)


def test_the_catalogue_is_a_price_list() -> None:
    lines = Cluster(nodes=0).machine_types().splitlines()
    assert len(lines) == len(CATALOGUE) + 1
    assert "standard-4        4     16Gi    0.200" in lines
