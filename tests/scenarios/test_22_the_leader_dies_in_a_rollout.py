"""Two control planes: the one that leads dies in the middle of a rollout, the other finishes it."""

from __future__ import annotations

from kubelite.apimachinery.rest import STRATEGIC_PATCH
from tests.manifests import deployment, image, rolling, service
from tests.scenarios.conftest import Told
from tests.scenarios.telling import Customers, said

MANAGER, SCHEDULER = "kube-controller-manager", "kube-scheduler"
NEW = "version=2"


def test_the_leader_dies_in_a_rollout_and_the_other_finishes_it(told: Told) -> None:
    cluster = told(nodes=3, control_planes=2)
    drained = {"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}
    cluster.apply([deployment("web", 6, strategy=rolling(1, 1), container=drained), service()])
    cluster.run_until("deployment/web ready")
    cluster.run(2)
    customers = Customers(cluster, each_second=2)
    first = {part: cluster.leader(part) for part in (MANAGER, SCHEDULER)}
    second = image("shop:2.0")
    second["spec"]["template"]["metadata"] = {"labels": {"version": "2"}}
    cluster.patch("deployment/web", second, patch_type=STRATEGIC_PATCH)
    cluster.run_until(lambda c: len(c.get("pods", selector=NEW)) >= 3)
    cluster.run_until(lambda c: any(not p.spec.node_name for p in c.get("pods")))
    died = cluster.elapsed
    for part in (MANAGER, SCHEDULER):
        cluster.stop_component(part)
    cluster.run(8)
    stuck = [p.spec.node_name for p in cluster.get("pods", selector=NEW)]
    cluster.run_until(lambda c: bool(c.leader(MANAGER)) and bool(c.leader(SCHEDULER)), timeout=60)
    took_over = cluster.elapsed - died
    second = {part: cluster.leader(part) for part in (MANAGER, SCHEDULER)}
    cluster.run_until("deployment/web ready")
    done = cluster.elapsed - died
    for part in (MANAGER, SCHEDULER):
        cluster.start_component(part)
    cluster.run(60)
    customers.leave()

    parts, lease = (MANAGER, SCHEDULER), cluster.get(f"lease/{MANAGER}", namespace="kube-system")
    became = [e.message.split("_")[0] for e in cluster.events(namespace="kube-system")]
    scaled = said(cluster, "deployment/web", "ScalingReplicaSet")

    assert first == dict.fromkeys(parts, "control-plane-1")
    assert "" in stuck, "nobody schedules, nobody replaces: what runs goes on running"
    assert 10 < took_over < 22, "the lease has to run out first"
    assert done - took_over < 15
    assert second == dict.fromkeys(parts, "control-plane-2")
    assert {part: cluster.leader(part) for part in parts} == second, "who comes back stands by"
    assert (became.count("control-plane-1"), became.count("control-plane-2")) == (2, 2)
    assert lease.spec.lease_transitions == 1
    assert len(scaled) == len(set(scaled)) > 10, "no step is taken twice"
    assert customers.lost == []
