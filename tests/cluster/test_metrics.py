"""What Prometheus is told, in its own format, and a Prometheus that reads it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kubelite import Cluster
from kubelite.apimachinery.exposition import Family, Histogram, Sample, expose, parse
from tests.cluster.manifests import pod
from tests.cluster.test_logs import serving
from tests.manifests import deployment, service


def running() -> Cluster:
    """Three shops behind a Service, and a pod that fits nowhere."""
    cluster = Cluster(nodes=2, seed=7)
    cluster.apply([deployment(), service()])
    cluster.apply(pod("huge", container={"resources": {"requests": {"cpu": "64"}}}))
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    cluster.resolve("web.default.svc.cluster.local")
    return cluster


def test_prometheus_can_read_what_every_component_says() -> None:
    cluster = running()
    for name in (*cluster.metrics(), f"pod/{cluster.get('pods')[1].metadata.name}"):
        families = list(text_string_to_metric_families(cluster.metrics(name)))
        assert families, name
        for family in families:
            assert family.documentation and family.samples, family.name
            assert family.type in ("counter", "gauge", "histogram"), family.name


def test_kubectl_shows_the_servers_own() -> None:
    cluster = running()
    assert "apiserver_resource_objects" in str(cluster.kubectl("get --raw /metrics"))


def test_the_control_plane() -> None:
    cluster = running()
    scheduler = cluster.metrics("kube-scheduler")
    assert scheduler.value("scheduler_pending_pods", queue="unschedulable") == 1
    assert scheduler.value("scheduler_schedule_attempts_total", result="scheduled") == 3
    assert scheduler.value("scheduler_cache_size", type="nodes") == 2
    server = cluster.metrics("kube-apiserver")
    made = server.value("apiserver_request_total", verb="POST", resource="pods", subresource="")
    assert made == 4
    assert server.value("apiserver_resource_objects", resource="pods") == 4
    manager = cluster.metrics("kube-controller-manager")
    assert manager.value("workqueue_adds_total", name="replicaset") > 3
    assert manager.value("workqueue_depth") == 0
    assert manager.value("replicaset_controller_stale_sync_skips_total") > 0
    assert manager.value("horizontal_pod_autoscaler_controller_stale_sync_skips_total") == 0
    etcd = cluster.metrics("etcd")
    assert etcd.value("etcd_debugging_mvcc_current_revision") == cluster.revision
    coredns = cluster.metrics("coredns")  # few dots: the search path was tried first
    assert coredns.value("coredns_dns_requests_total", type="A") == 4
    assert coredns.value("coredns_dns_responses_total", rcode="NXDOMAIN") == 3


def test_the_nodes() -> None:
    cluster = running()
    pods = [p for p in cluster.get("pods") if p.spec.node_name == "node-1"]
    kubelet = cluster.metrics("kubelet/node-1")
    assert kubelet.value("kubelet_running_pods") == len(pods)
    assert kubelet.value("kubelet_started_containers_total") == len(pods)
    assert kubelet.value("kubelet_running_containers", container_state="running") == len(pods)
    name = pods[0].metadata.name
    probed = kubelet.value("prober_probe_total", pod=name, result="successful")
    assert probed >= 5 and "Readiness" in kubelet
    memory = cluster.metrics("cadvisor/node-1").value(
        "container_memory_working_set_bytes", pod=name
    )
    assert memory == 64 << 20
    proxy = cluster.metrics("kube-proxy/node-1")
    assert proxy.value("kubeproxy_sync_proxy_rules_duration_seconds_count") >= 1


def test_a_shop_counts_its_pages() -> None:
    cluster = Cluster(nodes=1, seed=7)
    cluster.apply([deployment(replicas=1, env={"RESPONSE_MS": "30"}), service()])
    cluster.run_until("deployment/web ready")
    cluster.run(2)
    for _ in range(5):
        cluster.request("web", "/products")
    cluster.request("web", "/nothing")
    found = cluster.metrics(f"pod/{cluster.get('pods')[0].metadata.name}")
    assert found.value("http_requests_total", path="/products", code="200") == 5
    assert found.value("http_requests_total", code="404") == 1
    assert found.value("http_request_duration_seconds_bucket", le="0.025") == 1
    assert found.value("http_request_duration_seconds_bucket", le="0.05") == 6


def test_what_a_learner_may_mistype() -> None:
    cluster = Cluster(nodes=1)
    with pytest.raises(
        ValueError, match="there are no metrics of 'kubelet'; there are .*kubelet/no"
    ):
        cluster.metrics("kubelet")
    with pytest.raises(KeyError, match="there is no sample up"):
        cluster.metrics("etcd").value("up")


def test_odd_labels_survive_the_way_there_and_back() -> None:
    labels = {"path": 'a "b"\\c\nd'}
    text = expose([Family("x_total", "counter", "An x.", (Sample(1.5, labels),))])
    assert parse(text) == [("x_total", labels, 1.5)]
    (family,) = text_string_to_metric_families(text)
    assert family.samples[0].labels == labels


def test_buckets_hold_all_that_is_below_them() -> None:
    held = Histogram((1, 2))
    for value in (0.5, 1.5, 7):
        held.observe(value)
    assert [s.value for s in held.samples()] == [1, 2, 3, 9, 3]


def query(cluster: Cluster, text: str) -> list[Any]:
    """GET /api/v1/query."""
    path = f"/api/v1/query?query={quote(text)}"
    body = cluster.request("prometheus", path, port=9090).body
    found: list[Any] = json.loads(body)["data"]["result"]
    return found


def test_a_prometheus_scrapes_the_pods_that_ask_for_it() -> None:
    cluster = Cluster(nodes=2, seed=7)
    cluster.apply(serving("prometheus", "prom/prometheus:v3.7", 9090))
    shop = deployment(replicas=2)
    notes = {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}
    shop["spec"]["template"]["metadata"]["annotations"] = notes
    cluster.apply([shop, service()])
    cluster.run_until("deployment/web ready")
    cluster.run_until("deployment/prometheus ready")
    for _ in range(4):
        cluster.request("web", "/cart")
    cluster.run(20)
    assert [found["value"][1] for found in query(cluster, "up")] == ["1", "1"]
    carts = query(cluster, 'http_requests_total{path="/cart"}')
    assert sum(float(found["value"][1]) for found in carts) == 4
    cluster.scale("deployment/web", 1)
    cluster.run(60)
    assert len(query(cluster, "up")) == 1
