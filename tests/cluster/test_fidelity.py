"""What a whole cluster does as Kubernetes does it: rows of the card (docs/fidelity.md)."""

from __future__ import annotations

from kubelite import Cluster
from tests.cluster.manifests import pod, service
from tests.manifests import deployment


def test_controllers_write_thirty_at_once_and_then_twenty_a_second() -> None:
    cluster = Cluster(nodes=2, cpu="64")
    cluster.apply(deployment(replicas=100))
    cluster.run(2)
    made = len(cluster.get("pods"))
    cluster.run(1)
    assert 18 <= len(cluster.get("pods")) - made <= 20


def test_a_client_waits_five_seconds_for_a_machine_without_power() -> None:
    cluster = Cluster()
    cluster.apply([service(), pod()])
    cluster.run(10)
    lost = cluster.get("pod/web").spec.node_name
    cluster.kill_node(lost)
    (other, *_) = (name for name in cluster.workers if name != lost)
    answer = cluster.request("web", node=other)
    assert (answer.pod, answer.error) == ("web", "i/o timeout")
    assert round(answer.latency_ms) == 5001
