"""Stories of many customers: a Black Friday, probes under load, and whose work can wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.cluster.infrastructure import NodePool
from kubelite.sim.clock import SECOND
from tests.manifests import deployment, service
from tests.scenarios.telling import restarts, said

Told = Callable[..., Cluster]
MINUTE = 60


def autoscaler(least: int, most: int) -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": 50}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        },
    }


def sizes(cluster: Cluster) -> tuple[int, int]:
    """How many replicas are asked for, and how many machines there are."""
    return cluster.get("deployment/web").spec.replicas, len(cluster.get("nodes"))


def test_a_black_friday(told: Told) -> None:
    cluster = told(nodes=0, pools=[NodePool("shop", 2, min=2, max=8, price_per_hour=0.2)])
    cluster.autoscale_nodes()
    core = {"resources": {"requests": {"cpu": "1", "memory": "256Mi"}}}
    page = {"CPU_MS_PER_REQUEST": "20"}
    cluster.apply([deployment(replicas=2, env=page, container=core), service(), autoscaler(2, 20)])
    cluster.run_until("deployment/web ready")
    load = cluster.load("web", 30)
    cluster.run(10 * MINUTE)
    morning, price = sizes(cluster), cluster.cost().per_hour
    for minute in range(1, 11):  # ten times as many within ten minutes
        load.set(30 + 27 * minute)
        cluster.run(MINUTE)
    cluster.run(10 * MINUTE)
    noon, dear = sizes(cluster), cluster.cost().per_hour
    orders = load.totals()
    load.set(30)
    hesitated = cluster.run_until(lambda c: sizes(c)[0] < noon[0])
    cluster.run(30 * MINUTE)
    evening = sizes(cluster)

    assert (morning, noon, evening) == ((2, 2), (12, 3), (2, 2)), "replicas and machines"
    assert (price, dear, cluster.cost().per_hour) == pytest.approx((0.4, 0.6, 0.4))
    assert orders.sent == 305_100
    assert 285 < hesitated < 345, "five minutes, for it might not be over yet"
    assert load.totals().failed < 100, "of more than a third of a million, and no machine idle"
    sizes_told = [message.partition(";")[0] for message in said(cluster, "hpa/web")]
    assert sizes_told == [f"New size: {size}" for size in (3, 4, 6, 8, 10, 12, 4, 2)]
    assert said(cluster, "hpa/web")[0].endswith("(percentage of request) above target")
    assert said(cluster, "hpa/web")[-1].endswith("All metrics below target")
    assert [e.message for e in cluster.events(namespace="kube-system")] == [
        "Scale-up: setting group shop size to 3 instead of 2 (max: 8)",
        "Scale-up: group shop size set to 3 instead of 2 (max: 8)",
        'Scale-down: removing empty node "shop-3"',
        "Scale-down: empty node shop-3 removed",
    ]


def probe(path: str, **more: Any) -> dict[str, Any]:
    return {"httpGet": {"path": path, "port": 8080}, "periodSeconds": 5, **more}


def overloaded(told: Told, **probes: Any) -> tuple[Cluster, Any]:
    """Three pods for 75 customers a second; for ten minutes there are 80."""
    cluster = told()
    small = {"resources": {"requests": {"cpu": "100m"}, "limits": {"cpu": "500m"}}, **probes}
    page = {"CPU_MS_PER_REQUEST": "20", "START_SECONDS": "10"}
    cluster.apply([deployment(env=page, container=small), service()])
    cluster.run(MINUTE)
    load = cluster.load("web", 30)
    cluster.run(5 * MINUTE)
    load.set(80)
    cluster.run(10 * MINUTE)
    load.set(30)
    cluster.run(5 * MINUTE)
    return cluster, load.totals()


def all_restarts(cluster: Cluster) -> list[int]:
    return [n for pod in cluster.get("pods") for n in restarts(cluster, pod).values()]


def test_a_liveness_probe_that_is_too_strict_kills_healthy_pods(told: Told) -> None:
    strict = probe("/", failureThreshold=1, initialDelaySeconds=15)  # a whole page, in a second
    killed, harsh = overloaded(told, livenessProbe=strict, readinessProbe=probe("/ready"))
    spared, calm = overloaded(told, livenessProbe=probe("/healthz"), readinessProbe=probe("/ready"))

    assert harsh.sent == calm.sent == 66_000
    assert calm.failed == 5 * 10 * MINUTE, "exactly those for whom there was no cpu"
    assert harsh.failed > 10 * calm.failed, "who is killed leaves customers to the others"
    assert all_restarts(spared) == [0, 0, 0]
    assert min(all_restarts(killed)) >= 5, "and is not back when the crowd has long gone"
    warnings = {e.message for e in killed.events() if e.reason == "Unhealthy"}
    assert any("Client.Timeout exceeded while awaiting headers" in text for text in warnings)
    ends = {e.message for e in killed.events() if e.reason == "Killing"}
    assert ends == {"Container shop failed liveness probe, will be restarted"}
    assert "BackOff" in {e.reason for e in killed.events()}
    assert "Killing" not in {e.reason for e in spared.events()}


def test_a_batch_job_makes_room_for_the_shop(told: Told) -> None:
    cluster = told(nodes=2)
    for name, value in (("shop", 1000), ("batch", 10)):
        kind = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "value": value}
        cluster.apply(kind | {"metadata": {"name": name}})
    core = {"resources": {"requests": {"cpu": "1"}}}
    work = {"name": "report", "image": "busybox:1.36", "command": ["sleep", "300"], **core}
    ignored = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}
    cluster.apply(
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": "report"},
            "spec": {
                "completions": 6,
                "parallelism": 6,
                "backoffLimit": 0,
                "podFailurePolicy": {"rules": [ignored]},
                "template": {
                    "spec": {
                        "restartPolicy": "Never",
                        "priorityClassName": "batch",
                        "terminationGracePeriodSeconds": 5,
                        "containers": [work],
                    }
                },
            },
        }
    )
    cluster.run(30)
    alone = cluster.get("job/report").status.active
    important = {"priorityClassName": "shop"}
    cluster.apply([deployment(replicas=4, container=core, pod=important), service()])
    took = cluster.run_until("deployment/web ready")
    beside = cluster.get("job/report").status.active
    cluster.run_until("job/report complete", timeout=1200)
    done = cluster.get("job/report").status

    preempted = [e for e in cluster.events() if e.reason == "Preempted"]
    waiting = {e.message for e in cluster.events() if e.reason == "FailedScheduling"}
    assert (alone, beside) == (6, 4), "eight cores: six for the report, then four"
    assert 5 < took < 7, "the five seconds of grace of those who made room, and a start"
    assert [e.message.partition(" by pod ")[0] for e in preempted] == ["Preempted"] * 2
    assert all(e.involved_object.name.startswith("report-") for e in preempted)
    assert waiting == {
        "0/2 nodes are available: 2 Insufficient cpu.",  # the shop, for a moment
        "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: "
        "2 No preemption victims found for incoming pod.",  # the report, for five minutes
    }
    assert (done.succeeded, done.failed) == (6, 0), "who was preempted has not failed"
    assert 600 < (done.completion_time - done.start_time) / SECOND < 620, "two rounds, not one"
