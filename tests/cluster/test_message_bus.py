"""A message bus is one more workload: what it keeps, and what it loses."""

from __future__ import annotations

from kubelite import Cluster
from tests.cluster.test_logs import serving
from tests.manifests import deployment

QUEUE = "bus:4222/queues/orders"


def shop(orders: int, work: float = 2, workers: int = 2) -> Cluster:
    """A bus, somebody who puts orders in, and some who work on them."""
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(serving("bus", "bus:1.0", 4222, ACK_SECONDS="20"))
    cluster.run_until("deployment/bus ready")
    for name, replicas, env in (
        ("producer", 1, {"COUNT": str(orders), "EVERY_SECONDS": "0.5"}),
        ("worker", workers, {"WORK_SECONDS": str(work)}),
    ):
        mould = deployment(name, replicas, f"bus-{name}:1.0", {"QUEUE": QUEUE, **env})
        del mould["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
        cluster.apply(mould)
    return cluster


def state(cluster: Cluster) -> str:
    """What the bus says of its queue."""
    return cluster.request("bus", "/queues/orders", port=4222).body.strip()


def finished(cluster: Cluster) -> list[str]:
    """What the workers say they have done."""
    pods = cluster.get("pods", selector="app=worker")
    return [line for p in pods for line in cluster.logs(p.metadata.name).splitlines()]


def test_orders_go_through() -> None:
    cluster = shop(10)
    cluster.run(60)
    assert state(cluster) == "0 waiting, 0 taken, 10 done"
    assert sorted(finished(cluster)) == sorted(f"done order-{n}" for n in range(1, 11))


def test_orders_survive_the_death_of_a_worker() -> None:
    cluster = shop(6, work=8)
    cluster.run(12)
    assert "2 taken" in state(cluster)
    victim = cluster.get("pods", selector="app=worker")[0].metadata.name
    cluster.delete(f"pod/{victim}", grace_period_seconds=0)
    cluster.run(120)
    assert state(cluster) == "0 waiting, 0 taken, 6 done"


def test_orders_are_lost_with_the_memory_of_the_bus() -> None:
    cluster = shop(20, work=8)
    cluster.run(15)
    assert "waiting" in state(cluster) and not state(cluster).startswith("0 waiting")
    name = cluster.get("pods", selector="app=bus")[0].metadata.name
    cluster.delete(f"pod/{name}", grace_period_seconds=0)
    cluster.run_until("deployment/bus ready")
    cluster.run(240)
    assert state(cluster) == "0 waiting, 0 taken, 0 done"
    assert 0 < len(finished(cluster)) < 20
