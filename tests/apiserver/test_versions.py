"""Other versions of what is stored: the same objects, under other names."""

from __future__ import annotations

import pytest

from kubelite import Cluster
from kubelite.api.autoscaling_v1 import HorizontalPodAutoscaler as Elder
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import APPLY_PATCH, Request, WatchEvent
from kubelite.apiserver.versions import CONVERSIONS

EVENTS, AUTOSCALERS = CONVERSIONS
RICH = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, annotations: {mine: "yes"}}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 5
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}
  - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1Gi}}}
  behavior: {scaleDown: {stabilizationWindowSeconds: 60}}
"""


def asked(cluster: Cluster, verb: str, resource: str, name: str = "", **options: object) -> object:
    request = Request(verb, resource, "default", name, **options)  # type: ignore[arg-type]
    return cluster.api.handle(request).unwrap()


def test_an_autoscaler_goes_through_its_elder_version_and_is_what_it_was() -> None:
    cluster = Cluster(nodes=0)
    cluster.apply(RICH)
    before = cluster.get("hpa/web")
    elder = asked(cluster, "get", AUTOSCALERS, "web")
    assert isinstance(elder, Elder)
    assert elder.spec.target_cpu_utilization_percentage == 60
    added = set(elder.metadata.annotations) - set(before.metadata.annotations)
    assert {name.removeprefix("autoscaling.alpha.kubernetes.io/") for name in added} == {
        "behavior",
        "metrics",
    }
    asked(cluster, "update", AUTOSCALERS, "web", body=elder)
    assert cluster.get("hpa/web") == before


def test_what_is_applied_in_the_elder_version_leaves_the_rest_alone() -> None:
    cluster = Cluster(nodes=0)
    cluster.apply(RICH)
    wanted = {
        "apiVersion": "autoscaling/v1",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "maxReplicas": 9,
            "targetCPUUtilizationPercentage": 60,
        },
    }
    options = {"body": wanted, "patch_type": APPLY_PATCH, "field_manager": "me", "force": True}
    asked(cluster, "patch", AUTOSCALERS, "web", **options)
    found = cluster.get("hpa/web")
    assert found.spec.max_replicas == 9
    assert found.spec.behavior.scale_down.stabilization_window_seconds == 60


def test_events_are_watched_in_both_groups() -> None:
    cluster = Cluster(nodes=1)
    seen: list[WatchEvent] = []
    watch = cluster.api.watch(Request("watch", EVENTS, "default"), seen.append)
    cluster.kubectl("run web --image=nginx")
    cluster.run(5)
    watch.stop()
    stored = {one.metadata.name: one for one in cluster.get("events")}
    assert {one.object.metadata.name for one in seen} == set(stored)
    for one in seen:
        assert one.object.api_version == "events.k8s.io/v1"
        assert one.object.regarding == stored[one.object.metadata.name].involved_object
        assert one.object.note == stored[one.object.metadata.name].message


def test_who_may_see_events_of_one_group_may_not_see_those_of_the_other() -> None:
    cluster = Cluster(nodes=0, rbac=True)
    cluster.kubectl("create role newer --verb=list --resource=events.events.k8s.io")
    cluster.kubectl("create rolebinding newer --role=newer --user=ada")
    ada = cluster.as_user("ada")
    assert ada.kubectl("get events.events.k8s.io")
    assert 'cannot list resource "events" in API group ""' in ada.kubectl("get events").error
    assert (
        'in API group "events.k8s.io"' in cluster.kubectl("get events.events.k8s.io --as=bob").error
    )


def test_a_new_event_of_the_newer_group_says_more() -> None:
    cluster = Cluster(nodes=0)
    body = {
        "metadata": {"name": "one", "namespace": "default"},
        "regarding": {"kind": "Pod", "namespace": "default"},
        "deprecatedCount": 2,
    }
    with pytest.raises(StatusError) as refused:
        asked(cluster, "create", EVENTS, body=body)
    for said in ("eventTime: Required value", "type: Invalid value", "count: Invalid value"):
        assert said in str(refused.value)
