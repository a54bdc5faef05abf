"""What a whole cluster does as Kubernetes does it: rows of the card (docs/fidelity.md)."""

from __future__ import annotations

from collections import Counter

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from tests.cluster.manifests import deployment, pod, service

NEVER_READY = {"readinessProbe": {"httpGet": {"path": "/nowhere", "port": 80}}}


def asked(cluster: Cluster, times: int) -> Counter[str]:
    """By pod, how many of so many requests to the Service it answered."""
    return Counter(cluster.request("web").pod for _ in range(times))


def test_requests_reach_ready_pods_only() -> None:
    cluster = Cluster()
    cluster.apply([service(), pod("good"), pod("bad", container=NEVER_READY)])
    cluster.run(10)
    assert asked(cluster, 50) == {"good": 50}


def test_each_connection_draws_its_pod_anew() -> None:
    cluster = Cluster()
    cluster.apply([service(), pod("one"), pod("two")])
    cluster.run(10)
    shares = asked(cluster, 200)
    assert set(shares) == {"one", "two"}
    assert all(60 < share < 140 for share in shares.values())


def test_nobody_ready_means_connection_refused() -> None:
    cluster = Cluster()
    cluster.apply([service(), pod(container=NEVER_READY)])
    cluster.run(10)
    assert cluster.request("web").error.startswith("connection refused")


def test_a_machine_without_power_answers_nobody_until_it_is_missed() -> None:
    cluster = Cluster()
    cluster.apply([service(), pod()])
    cluster.run(10)
    lost = cluster.get("pod/web").spec.node_name
    cluster.kill_node(lost)
    (other, *_) = (name for name in cluster.workers if name != lost)
    answer = cluster.request("web", node=other)
    assert (answer.pod, answer.error) == ("web", "i/o timeout")
    cluster.run(60)  # the node is Unknown by now, and its pods are taken out
    assert cluster.request("web", node=other).pod == ""


def test_pods_of_a_silent_node_stay_terminating_until_it_comes_back() -> None:
    cluster = Cluster()
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    lost = cluster.get("pod/web").spec.node_name
    cluster.kill_node(lost)
    cluster.run(1000)
    assert cluster.get("pod/web").metadata.deletion_timestamp is not None
    cluster.start_node(lost)
    cluster.run_until("pod/web gone", timeout=60)


def test_what_is_taken_out_of_a_manifest_is_taken_out_of_the_object() -> None:
    cluster = Cluster()
    for labels in ({"tier": "front", "site": "home"}, {"site": "home"}):
        cluster.apply(deployment(1) | {"metadata": {"name": "web", "labels": labels}})
        cluster.patch("deployment/web", {"metadata": {"labels": {"team": "shop"}}})
    assert cluster.get("deployment/web").metadata.labels == {"site": "home", "team": "shop"}


def test_applying_the_same_again_writes_nothing() -> None:
    cluster = Cluster()
    cluster.apply(deployment(1))
    cluster.run_until("deployment/web ready")
    revision = cluster.revision
    cluster.apply(deployment(1))
    assert cluster.revision == revision


def test_what_a_deployment_owns_goes_with_it() -> None:
    cluster = Cluster()
    cluster.apply(deployment(2))
    cluster.run_until("deployment/web ready")
    cluster.delete("deployment/web")
    cluster.run(10)
    assert (len(cluster.get("replicasets")), len(cluster.get("pods"))) == (0, 0)


def test_a_namespace_is_emptied_before_it_goes() -> None:
    cluster = Cluster()
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    cluster.apply([deployment(2), service()], namespace="shop")
    cluster.run(10)
    cluster.delete("namespace/shop")
    assert cluster.get("namespace/shop").status.phase == "Terminating"
    with pytest.raises(StatusError, match="because it is being terminated"):
        cluster.apply(pod(), namespace="shop")
    cluster.run_until("namespace/shop gone", timeout=120)
    assert len(cluster.get("pods", namespace="shop")) == 0


def test_a_rollout_never_has_too_many_pods_or_too_few_ready() -> None:
    cluster = Cluster()
    cluster.apply(deployment(8))
    cluster.run_until("deployment/web ready")
    began = cluster.clock.now
    cluster.apply(deployment(8, image="nginx:1.30"))
    cluster.run_until("deployment/web ready")
    seen = [cluster.history.at(when) for when in range(began, cluster.clock.now, 50_000)]
    statuses = [state.get("deployments", "default", "web").status for state in seen]
    assert max(status.replicas for status in statuses) <= 10  # 25 % more
    assert min(status.available_replicas for status in statuses) >= 6  # 25 % fewer


def test_controllers_write_thirty_at_once_and_then_twenty_a_second() -> None:
    cluster = Cluster(nodes=2, cpu="64")
    cluster.apply(deployment(100))
    cluster.run(2)
    made = len(cluster.get("pods"))
    cluster.run(1)
    assert 18 <= len(cluster.get("pods")) - made <= 20


def test_events_live_for_an_hour() -> None:
    cluster = Cluster()
    cluster.apply(pod())
    cluster.run(10)
    assert len(cluster.events("pod/web")) > 0
    cluster.run(3780)
    assert len(cluster.events("pod/web")) == 0


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    def digest(seed: int) -> str:
        cluster = Cluster(seed=seed)
        cluster.apply(deployment(3))
        cluster.run(30)
        return cluster.trace.digest()

    assert digest(7) == digest(7) != digest(8)


def test_every_pod_can_say_who_wanted_it() -> None:
    cluster = Cluster()
    cluster.apply(deployment(1))
    cluster.run_until("deployment/web ready")
    (name,) = cluster.get("pods").names
    assert cluster.story(f"pod/{name}").why[-1][1] == "you created deployment/web"
