"""What nodes and pods use: metrics, top, limits, loads."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Request
from tests import manifests


def pod(name: str, image: str, **container: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"containers": [{"name": "main", "image": image, **container}]},
    }


def amounts(cpu: str, memory: str = "64Mi") -> dict[str, str]:
    return {"cpu": cpu, "memory": memory}


SPIN = ["sh", "-c", "while true; do :; done"]


def shop(cluster: Cluster, replicas: int = 2, limit: str = "500m") -> None:
    resources = {"requests": amounts("200m"), "limits": amounts(limit, "128Mi")}
    cluster.apply(manifests.deployment(replicas=replicas, container={"resources": resources}))
    cluster.apply(manifests.service())
    cluster.run_until("deployment/web ready")


def test_metrics_come_some_seconds_after_the_container() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(pod("web", "nginx"))
    cluster.run_until("pod/web ready")
    assert repr(cluster.top("pods")) == "No resources found"
    with pytest.raises(StatusError, match='pods.metrics.k8s.io "default/web" not found'):
        cluster.get("pods.metrics.k8s.io", "web")
    cluster.run(30)
    found = cluster.get("pods.metrics.k8s.io", "web")
    assert (found.kind, found.window, found.metadata.labels) == (
        "PodMetrics",
        "15s",
        {"app": "web"},
    )
    assert found.timestamp <= cluster.now


def test_the_resources_are_read_only_and_select_by_labels() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply([pod("a", "nginx"), pod("b", "nginx")])
    cluster.run(60)
    asked = Request("list", "pods.metrics.k8s.io", "default", label_selector="app=b")
    listed = cluster.api.handle(asked).unwrap()
    assert listed.kind == "PodMetricsList"
    assert [one.metadata.name for one in listed.items] == ["b"]
    refused = cluster.api.handle(Request("delete", "pods.metrics.k8s.io", "default", "a"))
    assert refused.code == 405


def test_top_prints_as_kubectl_does() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(pod("busy", "busybox", command=SPIN, resources={"limits": amounts("250m")}))
    cluster.apply(pod("calm", "nginx"))
    cluster.run(60)
    assert repr(cluster.top("pods")).splitlines() == [
        "NAME   CPU(cores)   MEMORY(bytes)",
        "busy   250m         1Mi",
        "calm   0m           10Mi",
    ]
    assert [one.metadata.name for one in cluster.top("pods", sort_by="memory")] == ["calm", "busy"]
    cluster.kill_node("node-2")
    lines = repr(cluster.top("nodes")).splitlines()
    assert lines[0].split() == ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"]
    assert lines[2].split() == ["node-2", *["<unknown>"] * 4]
    with pytest.raises(ValueError, match="there is top"):
        cluster.top("services")


def test_a_limit_throttles_and_requests_share_out_a_full_node() -> None:
    cluster = Cluster(nodes=1, cpu="1")
    cluster.apply(pod("big", "polinux/stress", args=["--cpu", "2"],
                      resources={"requests": {"cpu": "600m"}}))  # fmt: skip
    cluster.apply(pod("small", "busybox", command=SPIN, resources={"requests": {"cpu": "200m"}}))
    cluster.apply(pod("bound", "busybox", command=SPIN, resources={"limits": {"cpu": "100m"}}))
    cluster.run(60)
    used = {name: cluster.usage(name)["main"] for name in ("big", "small", "bound")}
    assert (used["bound"].cpu, used["bound"].throttled) == (100, 900)
    assert [used["big"].cpu, used["small"].cpu] == [676, 224]


def test_stress_beyond_its_memory_limit_is_killed() -> None:
    cluster = Cluster(nodes=1)
    command = ["stress", "--vm", "1", "--vm-bytes", "250M", "--vm-hang", "1"]
    cluster.apply(pod("hog", "polinux/stress", command=command,
                      resources={"limits": amounts("1", "100Mi")}))  # fmt: skip
    cluster.run(20)
    state = cluster.get("pod/hog").status.container_statuses[0]
    ended = state.state.terminated or state.last_state.terminated
    assert (ended.reason, ended.exit_code) == ("OOMKilled", 137)


def test_single_requests_make_load_too() -> None:
    cluster = Cluster(nodes=1)
    shop(cluster, replicas=1)
    cluster.run(15 - cluster.clock.now // 1_000_000 % 15)
    for _ in range(100):
        cluster.request("web")
    cluster.run(20)
    assert cluster.top("pods")[0].containers[0].usage["cpu"].milli in range(33, 38)


def test_a_load_is_divided_among_ready_pods_and_costs_no_events() -> None:
    cluster = Cluster(nodes=2)
    shop(cluster)
    load = cluster.load("web", 60)
    before = cluster.clock.events_run
    cluster.run(600)
    quiet = cluster.clock.events_run - before
    assert set(load.pods.values()) == {30.0}
    assert load.totals() == (36_000, 36_000, 0)
    load.set(6000)
    before = cluster.clock.events_run
    cluster.run(600)
    assert abs(cluster.clock.events_run - before - quiet) < 20
    cluster.scale("deployment/web", 3)
    cluster.run(10)
    assert len(load.pods) == 3
    load.stop()
    assert load.pods == {}


def test_a_throttled_shop_answers_later_and_loses_customers() -> None:
    cluster = Cluster(nodes=1)
    shop(cluster, replicas=1, limit="200m")  # 40 pages a second
    calm = cluster.request("web").latency_ms
    load = cluster.load("web", 35)
    cluster.run(30)
    near = cluster.request("web").latency_ms
    assert near > calm
    assert load.totals().failed == 0
    load.set(80)
    cluster.run(60)
    assert cluster.request("web").error == "timeout"
    assert 0.5 < load.totals().success_rate < 0.75
    assert cluster.usage(cluster.get("pods").names[0])["shop"].throttled > 100


def test_what_a_pod_answered_before_it_was_stopped_counts() -> None:
    cluster = Cluster(nodes=1)
    shop(cluster, replicas=4)
    load = cluster.load("web", 60)
    cluster.run(600)
    cluster.scale("deployment/web", 2)  # nothing has been counted for ten minutes
    cluster.run(10)
    assert load.totals().sent == 36_600
    assert load.totals().failed < 60


def test_a_container_that_hangs_answers_nobody() -> None:
    """It still accepts connections, so without a probe its share of the customers is lost."""
    cluster = Cluster(nodes=1)
    cluster.apply(manifests.deployment(replicas=1, env={"HANG_AFTER_SECONDS": "600"}))
    cluster.apply(manifests.service())
    cluster.run_until("deployment/web ready")
    load = cluster.load("web", 10)
    cluster.run(590 - (cluster.elapsed - 60) % 1)
    assert load.totals().failed == 0
    cluster.run(110)
    assert 900 <= load.totals().failed <= 1000
    assert cluster.usage(cluster.get("pods").names[0])["shop"].cpu < 5


def test_a_dead_machine_gets_its_share_until_it_is_noticed() -> None:
    """For 50 s its pods count as ready, and the proxies still send customers there."""
    cluster = Cluster(nodes=2)
    shop(cluster)
    load = cluster.load("web", 10)
    cluster.run(60)
    cluster.kill_node("node-1")
    for _ in range(12):  # a rate that is set anew does not find out more
        load.set(10)
        cluster.run(10)
    assert 250 <= load.totals().failed <= 300
    assert list(load.pods.values()) == [10.0]
    cluster.start_node("node-1")
    cluster.run(60)
    assert list(load.pods.values()) == [5.0, 5.0]


def test_the_share_of_pages_that_fail_is_lost() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(manifests.deployment(replicas=1, env={"FAIL_RATE": "0.25"}))
    cluster.apply(manifests.service())
    cluster.run_until("deployment/web ready")
    load = cluster.load("web", 10)
    cluster.run(100)
    assert load.totals() == (1000, 750, 250)


def test_without_endpoints_every_request_fails() -> None:
    cluster = Cluster(nodes=1)
    shop(cluster, replicas=1)
    load = cluster.load("web", 10)
    cluster.scale("deployment/web", 0)
    cluster.run(60)
    assert load.totals().failed > 500
    with pytest.raises(ValueError, match="there is no service/none"):
        cluster.load("none", 1)
    with pytest.raises(ValueError, match="give 0 or more"):
        load.set(-1)


def test_a_slow_network_delays_answers_and_fails_impatient_probes() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(manifests.deployment(replicas=1))
    cluster.apply(manifests.service())
    cluster.run_until("deployment/web ready")
    cluster.run(5)  # the proxies have heard of the pod
    network = cluster.workers["node-1"].runtime.network
    before = cluster.request("web").latency_ms
    network.slowness = 500_000
    assert cluster.request("web").latency_ms == pytest.approx(before + 500, abs=1)
    network.slowness = 1_500_000  # a probe waits for a second
    cluster.run(60)
    assert cluster.get("deployment/web").status.ready_replicas == 0
    network.slowness = 0
    cluster.run(30)
    assert cluster.get("deployment/web").status.ready_replicas == 1
