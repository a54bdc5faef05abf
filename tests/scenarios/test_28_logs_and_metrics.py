"""What a pod wrote is there after it has gone, and what it counted has been collected."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from tests.cluster.test_logs import serving
from tests.manifests import daemon_set, deployment, service
from tests.scenarios.conftest import Told


def shipper() -> dict[str, Any]:
    """A DaemonSet that reads what lies in /var/log of its node."""
    mount = [{"name": "log", "mountPath": "/var/log", "readOnly": True}]
    volume = {"volumes": [{"name": "log", "hostPath": {"path": "/var/log"}}]}
    env = {"OUTPUT": "logstore:3100/push"}
    mounts = {"volumeMounts": mount}
    image = "fluent/fluent-bit:4.0"
    made = daemon_set("shipper", image=image, pod=volume, container=mounts, env=env)
    del made["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
    return made


def query(cluster: Cluster, text: str) -> list[Any]:
    """What Prometheus answers."""
    path = f"/api/v1/query?query={quote(text)}"
    body = cluster.request("prometheus", path, port=9090).body
    found: list[Any] = json.loads(body)["data"]["result"]
    return found


def test_logs_and_metrics_outlive_their_pods(told: Told) -> None:
    cluster = told(nodes=3)
    cluster.apply(serving("logstore", "logstore:1.0", 3100))
    cluster.apply(serving("prometheus", "prom/prometheus:v3.7", 9090))
    shop = deployment("web", 3, env={"FAIL_RATE": "0.2", "DRAIN_SECONDS": "3"})
    notes = {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}
    shop["spec"]["template"]["metadata"]["annotations"] = notes
    cluster.apply([shipper(), shop, service()])
    for name in ("deployment/logstore", "deployment/prometheus", "deployment/web", "ds/shipper"):
        cluster.run_until(f"{name} ready")
    cluster.run(2)
    answers = [cluster.request("web", "/checkout") for _ in range(100)]
    errors = sum(answer.status == 500 for answer in answers)
    cluster.run(20)
    counted = query(cluster, 'http_requests_total{path="/checkout",code="500"}')
    up = query(cluster, "up")
    names = cluster.get("pods", selector="app=web").names
    victim = names[0]
    cluster.delete(f"pod/{victim}")
    cluster.run(60)
    after = query(cluster, "up")
    kept = cluster.request("logstore", f"/logs?pod={victim}", port=3100).body
    with pytest.raises(StatusError, match=f'pods "{victim}" not found'):
        cluster.logs(victim)

    assert 5 < errors < 40
    assert sum(float(found["value"][1]) for found in counted) == errors, "none is counted twice"
    assert [found["value"][1] for found in up] == ["1", "1", "1"]
    assert {found["metric"]["pod"] for found in up} == {*names}
    assert {found["metric"]["pod"] for found in after} == {
        *cluster.get("pods", selector="app=web").names
    }
    words = [line.split(" stdout ")[1] for line in kept.splitlines() if " stdout " in line]
    assert words == ["shop 1.0 starting", "SIGTERM: draining for 3s"], "its last words, too"
