"""The same pods on fewer machines: packing, and emptying what is left half full."""

from __future__ import annotations

from typing import NamedTuple

from kubelite.cluster.infrastructure import NodePool
from kubelite.scheduler.profile import DEFAULT_PROFILE, Profile, ScoringStrategy
from tests.manifests import deployment, service
from tests.scenarios.conftest import Told
from tests.scenarios.telling import Customers

PACKING = Profile(
    scoring_strategy=ScoringStrategy("MostAllocated"),
    disabled=("PodTopologySpread", "NodeResourcesBalancedAllocation", "ImageLocality"),
)
SHOP = {
    "resources": {"requests": {"cpu": "700m", "memory": "1Gi"}},
    "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
}
PROBE = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 10}
BUDGET = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "web"},
    "spec": {"maxUnavailable": 2, "selector": {"matchLabels": {"app": "web"}}},
}


class Bill(NamedTuple):
    """Dollars an hour by day and by night, and what customers were told who got nothing."""

    day: float
    night: float
    lost: list[str]


def a_day(told: Told, profile: Profile, descheduled: bool = False) -> Bill:
    """Twenty pods by day and fourteen by night; the autoscaler gives back what is empty."""
    cluster = told(nodes=0, pools=[NodePool("web", 6, min=1, max=6)], profiles=(profile,))
    cluster.apply(deployment("blog", 5, probe=PROBE, container=SHOP))
    cluster.run_until("deployment/blog ready")
    cluster.apply([deployment("web", 15, probe=PROBE, container=SHOP), service(), BUDGET])
    cluster.run_until("deployment/web ready")
    cluster.autoscale_nodes(scale_down_utilization_threshold=0.01)
    cluster.run(900)
    day = cluster.cost().per_hour
    customers = Customers(cluster, each_second=0.2)
    cluster.scale("deployment/web", 9)
    if descheduled:
        cluster.run(60)
        cluster.deschedule("HighNodeUtilization", thresholds={"cpu": 60}, interval=300)
    cluster.run(1800)
    customers.leave()
    return Bill(round(day, 2), round(cluster.cost().per_hour, 2), customers.lost)


def test_packing_and_descheduling_need_fewer_machines(told: Told) -> None:
    spread, packed = a_day(told, DEFAULT_PROFILE), a_day(told, PACKING)
    emptied = a_day(told, PACKING, descheduled=True)

    assert spread == Bill(day=1.2, night=1.2, lost=[]), "each of six machines is half empty"
    assert packed == Bill(day=0.8, night=0.8, lost=[]), "by night there is a pod on each of four"
    assert emptied == Bill(day=0.8, night=0.6, lost=[]), "and one of them need not be"
