"""A queue between shop and workers: a peak waits its turn, and a worker's death loses nothing."""

from __future__ import annotations

from typing import Any

from tests.cluster.test_logs import serving
from tests.manifests import deployment
from tests.scenarios.conftest import Told

QUEUE = "bus:4222/queues/orders"


def part(name: str, replicas: int, **env: str) -> dict[str, Any]:
    """The shop that puts orders in, or those who work on them."""
    made = deployment(name, replicas, f"bus-{name}:1.0", {"QUEUE": QUEUE, **env})
    del made["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
    return made


def test_a_queue_smooths_a_peak_and_no_order_is_lost(told: Told) -> None:
    cluster = told(nodes=3)
    cluster.apply(serving("bus", "bus:1.0", 4222, ACK_SECONDS="20"))
    cluster.run_until("deployment/bus ready")
    cluster.apply(part("worker", 2, WORK_SECONDS="2"))
    cluster.run_until("deployment/worker ready")
    cluster.apply(part("producer", 1, COUNT="60", EVERY_SECONDS="0.25"))
    cluster.run_until("deployment/producer ready")
    depth: list[int] = []
    for second in range(0, 120, 5):
        cluster.run(5)
        answer = cluster.request("bus", "/queues/orders", port=4222)
        depth.append(int(answer.body.split()[0]))
        if second == 20:
            dead = cluster.get("pods", selector="app=worker").names[0]
            cluster.delete(f"pod/{dead}", grace_period_seconds=0)
        if second == 40:
            cluster.scale("deployment/worker", 4)
    sender = cluster.get("pods", selector="app=producer").names[0]
    sent = cluster.logs(sender).count("sent order-")

    assert sent == 60, "the shop never waits for the workers"
    assert max(depth) == depth[2] > 40, "after 15 s everything has been sent, and little done"
    assert depth[2:] == sorted(depth[2:], reverse=True), "from then on the queue only shrinks"
    assert 0 in depth[:12], "four workers need less than a minute for it"
    assert answer.body.strip() == "0 waiting, 0 taken, 60 done"
    assert dead not in cluster.get("pods").names
