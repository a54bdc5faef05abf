"""A limit on cpu is too small: readiness flaps under load, and a resize cures it."""

from __future__ import annotations

from kubelite import Cluster
from tests.manifests import deployment, service
from tests.scenarios.conftest import Told

SLOW = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 2, "timeoutSeconds": 1,
        "failureThreshold": 2}  # fmt: skip


def flips(cluster: Cluster) -> list[bool]:
    """How the pod's readiness went, change by change."""
    seen: list[bool] = []
    for step in cluster.history.changes("pods"):
        ready = [c.status == "True" for c in step.new.status.conditions if c.type == "Ready"]
        if ready and seen[-1:] != ready:
            seen += ready
    return seen


def test_throttling_makes_readiness_flap_and_a_resize_cures_it(told: Told) -> None:
    cluster = told(nodes=1)
    amounts = {"cpu": "200m", "memory": "128Mi"}
    resources = {"resources": {"requests": amounts, "limits": amounts}}
    cluster.apply([deployment("web", 1, probe=SLOW, container=resources), service()])
    cluster.run_until("deployment/web ready")
    load = cluster.load("web", 60)  # 200m are 40 pages a second
    cluster.run(180)
    name = cluster.get("pods").names[0]
    throttled = cluster.usage(name)["shop"].throttled
    before, ill = load.totals(), flips(cluster)
    cluster.resize(name, cpu="500m")
    cluster.run(60)
    cured, after = flips(cluster), load.totals()
    cluster.run(180)
    pod, totals = cluster.get(f"pod/{name}"), load.totals()

    assert throttled > 50
    assert len(ill) > 20, "every few seconds in and out"
    assert before.failed > before.sent / 4
    assert cured[-1] and flips(cluster) == cured, "and then it stays in"
    assert totals.failed == after.failed
    assert pod.status.container_statuses[0].restart_count == 0
    assert str(pod.status.container_statuses[0].resources.limits["cpu"]) == "500m"
    # So many probes have failed that the kubelet's events are cut short: the resize is not told.
    events = [(e.reason, e.count) for e in cluster.events(f"pod/{name}")]
    assert events[-1][0] == "Unhealthy" and events[-1][1] <= 25
