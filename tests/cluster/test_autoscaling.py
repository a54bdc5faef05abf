"""The horizontal pod autoscaler in a whole cluster."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.apimachinery.times import SECOND
from kubelite.client.controller import Action, Emit, Patch
from tests import manifests


def autoscaler(metrics: list[dict[str, Any]] | None = None, **spec: Any) -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": 50}
    cpu = {"type": "Resource", "resource": {"name": "cpu", "target": target}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 2,
            "maxReplicas": 10,
            "metrics": metrics or [cpu],
            **spec,
        },
    }


def shop(cluster: Cluster, replicas: int = 2, requests: dict[str, str] | None = None) -> None:
    resources = {"requests": requests or {"cpu": "200m"}, "limits": {"cpu": "1"}}
    cluster.apply(manifests.deployment(replicas=replicas, container={"resources": resources}))
    cluster.apply(manifests.service())
    cluster.run_until("deployment/web ready")


def conditions(cluster: Cluster) -> dict[str, tuple[str, str]]:
    found = cluster.get("hpa/web").status.conditions
    return {one.type: (one.status, one.reason) for one in found}


def reasons(cluster: Cluster) -> list[str]:
    return [event.reason for event in cluster.events("hpa/web")]


def test_a_shop_under_traffic_grows_and_shrinks_again() -> None:
    cluster = Cluster(nodes=3)
    shop(cluster)
    cluster.apply(autoscaler())
    cluster.run(60)
    assert "cpu: 1%/50%" in repr(cluster.get("hpa"))
    assert conditions(cluster) == {
        "AbleToScale": ("True", "ScaleDownStabilized"),
        "ScalingActive": ("True", "ValidMetricFound"),
        "ScalingLimited": ("False", "DesiredWithinRange"),
    }
    load = cluster.load("web", 150)  # 750m of work: eight pods at half of 200m
    cluster.run(240)
    grown = cluster.get("deployment/web").spec.replicas
    assert 8 <= grown <= 10
    rescaled = [e for e in cluster.events("hpa/web") if e.reason == "SuccessfulRescale"]
    assert rescaled[0].message == (
        "New size: 4; reason: cpu resource utilization (percentage of request) above target"
    )
    load.stop()
    cluster.run(240)
    assert cluster.get("deployment/web").spec.replicas > 2  # five minutes of hesitation
    assert conditions(cluster)["AbleToScale"] == ("True", "ScaleDownStabilized")
    cluster.run(300)
    assert cluster.get("deployment/web").spec.replicas == 2
    assert cluster.events("hpa/web")[-1].message == "New size: 2; reason: All metrics below target"
    assert load.totals().success_rate > 0.99
    assert cluster.settle() == 10


def test_it_is_looked_at_as_soon_as_it_comes() -> None:
    """kubernetes/kubernetes#138294; what changes in it later is seen at the next look."""
    cluster = Cluster(nodes=2)
    shop(cluster, replicas=1)
    cluster.apply(autoscaler())
    cluster.run(1)
    assert cluster.get("deployment/web").spec.replicas == 2
    cluster.patch("hpa/web", {"spec": {"minReplicas": 3}}, patch_type=MERGE_PATCH)
    cluster.run(1)
    assert cluster.get("deployment/web").spec.replicas == 2
    cluster.run(15)
    assert cluster.get("deployment/web").spec.replicas == 3


def test_nothing_runs_while_there_is_no_autoscaler() -> None:
    cluster = Cluster(nodes=1)
    before = cluster.clock.events_run
    cluster.run(600)
    idle = cluster.clock.events_run - before
    cluster.apply(autoscaler())
    cluster.delete("hpa/web")
    cluster.run(60)
    before = cluster.clock.events_run
    cluster.run(600)
    assert abs(cluster.clock.events_run - before - idle) < 20


def test_between_its_limits_without_looking_at_metrics() -> None:
    cluster = Cluster(nodes=2)
    shop(cluster, replicas=1)
    cluster.apply(autoscaler())
    cluster.run(20)
    assert cluster.get("deployment/web").spec.replicas == 2
    cluster.scale("deployment/web", 15)
    cluster.run(20)
    assert cluster.get("deployment/web").spec.replicas == 10
    messages = [event.message for event in cluster.events("hpa/web")]
    assert messages == [
        "New size: 2; reason: Current number of replicas below Spec.MinReplicas",
        "New size: 10; reason: Current number of replicas above Spec.MaxReplicas",
    ]


def test_a_target_at_zero_is_left_alone() -> None:
    cluster = Cluster(nodes=1)
    shop(cluster)
    cluster.apply(autoscaler())
    cluster.scale("deployment/web", 0)
    cluster.run(60)
    assert cluster.get("deployment/web").spec.replicas == 0
    assert conditions(cluster)["ScalingActive"] == ("False", "ScalingDisabled")


def test_without_requests_there_is_nothing_to_compare_with() -> None:
    cluster = Cluster(nodes=1)
    shop(cluster, requests={"memory": "64Mi"})
    cluster.patch(
        "deployment/web",
        [{"op": "remove", "path": "/spec/template/spec/containers/0/resources"}],
        patch_type="application/json-patch+json",
    )
    cluster.run_until("deployment/web ready")
    cluster.apply(autoscaler())
    cluster.run(60)
    assert conditions(cluster)["ScalingActive"] == ("False", "FailedGetResourceMetric")
    assert "FailedComputeMetricsReplicas" in reasons(cluster)
    [event] = [e for e in cluster.events("hpa/web") if e.reason == "FailedGetResourceMetric"][-1:]
    assert event.message.startswith(
        "failed to get cpu utilization: missing request for cpu in container shop of Pod web-"
    )


def test_a_target_that_is_not_there() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(autoscaler())
    cluster.run(20)
    assert conditions(cluster) == {"AbleToScale": ("False", "FailedGetScale")}
    assert cluster.get("hpa/web").status.conditions[0].message == (
        "the HPA controller was unable to get the target's current scale: "
        'deployments/scale.apps "web" not found'
    )


def test_metrics_of_other_kinds_cannot_be_got() -> None:
    cluster = Cluster(nodes=1)
    shop(cluster)
    value = {"type": "AverageValue", "averageValue": "10"}
    ingress = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": "main"}
    others: list[dict[str, Any]] = [
        {"type": "Pods", "pods": {"metric": {"name": "packets"}, "target": value}},
        {"type": "External", "external": {"metric": {"name": "queue"}, "target": value}},
        {
            "type": "Object",
            "object": {"metric": {"name": "hits"}, "describedObject": ingress, "target": value},
        },
    ]
    cluster.apply(autoscaler(others))
    cluster.run(20)
    assert sorted(set(reasons(cluster))) == [
        "FailedComputeMetricsReplicas",
        "FailedGetExternalMetric",
        "FailedGetObjectMetric",
        "FailedGetPodsMetric",
    ]
    assert conditions(cluster)["ScalingActive"] == ("False", "FailedGetPodsMetric")


def test_one_container_and_values_instead_of_shares() -> None:
    cluster = Cluster(nodes=2)
    shop(cluster)
    share = {"type": "Utilization", "averageUtilization": 50}
    container = {"name": "cpu", "container": "shop", "target": share}
    memory = {"name": "memory", "target": {"type": "AverageValue", "averageValue": "200Mi"}}
    cluster.apply(
        autoscaler(
            [
                {"type": "ContainerResource", "containerResource": container},
                {"type": "Resource", "resource": memory},
            ]
        )
    )
    cluster.load("web", 100)
    cluster.run(200)
    assert cluster.get("deployment/web").spec.replicas in (5, 6)
    assert "memory: 64Mi/200Mi" in repr(cluster.get("hpa")) or "67108864/200Mi" in repr(
        cluster.get("hpa")
    )


def test_behaviour_slows_it_down() -> None:
    cluster = Cluster(nodes=3)
    shop(cluster)
    one_a_minute = {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}
    behavior = {"scaleUp": one_a_minute, "scaleDown": {"stabilizationWindowSeconds": 0}}
    cluster.apply(autoscaler(behavior=behavior))
    load = cluster.load("web", 150)
    cluster.run(90)
    assert cluster.get("deployment/web").spec.replicas in (3, 4)
    assert conditions(cluster)["ScalingLimited"] == ("True", "ScaleUpLimit")
    load.stop()
    cluster.run(60)
    assert cluster.get("deployment/web").spec.replicas == 2


def test_a_scale_that_is_refused_is_reported() -> None:
    cluster = Cluster(nodes=1)
    shop(cluster, replicas=1)
    cluster.apply(autoscaler())
    controller = cluster._control_plane.controllers.controllers["horizontal-pod-autoscaler"]
    hpa = cluster.get("hpa/web")
    dropped = [
        Patch("deployments.apps", "web", "default", {}, "", "scale"),
        Emit(hpa, "Normal", "SuccessfulRescale", "New size: 2; reason: because"),
    ]
    controller.failed("default/web", dropped, Status(message="no"))
    cluster.run(1)
    assert cluster.events("hpa/web")[0].message == "New size: 2; reason: because; error: no"
    assert conditions(cluster)["AbleToScale"] == ("False", "FailedUpdateScale")


def test_it_writes_no_status_before_it_has_read_its_last_one() -> None:
    """Feature gate StaleControllerConsistencyHPA; the next look is 15 s later, as ever."""
    cluster = Cluster(nodes=3)
    shop(cluster)
    cluster.apply(autoscaler())
    load = cluster.load("web", 150)
    cluster.run(60)  # it has scaled, and its own writes have held it up nowhere
    controller = cluster.controllers["horizontal-pod-autoscaler"]
    writes = "update", "horizontalpodautoscalers.autoscaling", "status"
    before = cluster.api.requests[*writes, 200]
    assert cluster.get("deployment/web").spec.replicas > 2
    assert controller.consistency.skips == 0
    controller.autoscalers.stop()
    cluster.run(60)
    assert cluster.api.requests[*writes, 200] == before + 1
    assert (*writes, 409) not in cluster.api.requests
    assert controller.consistency.skips == 3
    controller.autoscalers.start()
    load.stop()
    cluster.run(60)
    assert cluster.api.requests[*writes, 200] > before + 1
    assert controller.consistency.skips == 3


def test_what_it_says_of_a_failure_is_read_first_too() -> None:
    cluster = Cluster(nodes=1)
    shop(cluster, replicas=1)
    cluster.apply(autoscaler())
    controller = cluster.controllers["horizontal-pod-autoscaler"]
    cluster.run(10)
    controller.autoscalers.stop()
    emit = Emit(cluster.get("hpa/web"), "Normal", "SuccessfulRescale", "New size: 2; reason: x")
    patch = Patch("deployments.apps", "web", "default", {}, "", "scale")
    controller.failed("default/web", [patch, emit], Status(message="no"))
    cluster.run(15)
    assert controller.consistency.skips == 1


def test_after_a_failure_it_looks_again_at_its_usual_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its queue has one delay, 15 s: NewDefaultHPARateLimiter."""
    cluster = Cluster(nodes=1)
    shop(cluster)
    cluster.apply(autoscaler())
    controller = cluster.controllers["horizontal-pod-autoscaler"]
    looks: list[float] = []

    def look(key: str) -> Sequence[Action]:
        looks.append(cluster.clock.now)
        raise errors.service_unavailable("no")

    monkeypatch.setattr(controller, "sync", look)
    cluster.run(65)
    assert [late - early for early, late in pairwise(looks)] == [15 * SECOND] * 4


def test_autoscale_makes_what_kubectl_autoscale_makes() -> None:
    cluster = Cluster(nodes=1)
    shop(cluster, replicas=1)
    made = cluster.autoscale("deployment/web", max=4, min=2, cpu=60)
    assert made.metadata.name == "web"
    assert repr(cluster.get("hpa")).splitlines()[1].split()[:6] == [
        "web",
        "Deployment/web",
        "cpu:",
        "<unknown>/60%",
        "2",
        "4",
    ]
    cluster.run(20)
    assert cluster.get("deployment/web").spec.replicas == 2


def test_the_older_version_is_understood() -> None:
    cluster = Cluster(nodes=1)
    found = cluster.apply(
        {
            "apiVersion": "autoscaling/v1",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "web"},
            "spec": {
                "scaleTargetRef": {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"},
                "maxReplicas": 5,
                "targetCPUUtilizationPercentage": 60,
            },
        }
    )
    assert (found.api_version, found.spec.min_replicas) == ("autoscaling/v2", 1)
    assert found.spec.metrics[0].resource.target.average_utilization == 60
