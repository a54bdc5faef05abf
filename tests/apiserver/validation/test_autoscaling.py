"""Which HorizontalPodAutoscalers are refused, and what is filled in.

From ``pkg/apis/autoscaling/validation/validation_test.go`` and ``v2/defaults_test.go``.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.autoscaling_v2 import HorizontalPodAutoscaler
from kubelite.apimachinery.struct import convert
from kubelite.apiserver.defaults import default_horizontal_pod_autoscaler
from kubelite.apiserver.validation import (
    validate_horizontal_pod_autoscaler,
    validate_horizontal_pod_autoscaler_status_update,
    validate_horizontal_pod_autoscaler_update,
)

REF = {"kind": "Deployment", "name": "web"}
SHARE = {"type": "Utilization", "averageUtilization": 70}
VALUE = {"type": "AverageValue", "averageValue": "300m"}
CPU = {"type": "Resource", "resource": {"name": "cpu", "target": SHARE}}


def hpa(**spec: Any) -> HorizontalPodAutoscaler:
    whole = {"scaleTargetRef": REF, "minReplicas": 1, "maxReplicas": 5, "metrics": [CPU], **spec}
    meta = {"name": "web", "namespace": "default", "resourceVersion": "1"}
    return convert(HorizontalPodAutoscaler, {"metadata": meta, "spec": whole})


def up(**rules: Any) -> dict[str, Any]:
    policy = {"type": "Pods", "value": 1, "periodSeconds": 60}
    return {"behavior": {"scaleUp": {"policies": [policy], **rules}}}


def resource(**target: Any) -> dict[str, Any]:
    return {"metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]}


GOOD: list[dict[str, Any]] = [
    {},
    {"minReplicas": None},
    resource(**VALUE),
    {"metrics": [{"type": "Pods", "pods": {"metric": {"name": "m"}, "target": VALUE}}]},
    {"metrics": [{"type": "External", "external": {"metric": {"name": "m"}, "target": VALUE}}]},
    {
        "metrics": [
            {
                "type": "ContainerResource",
                "containerResource": {"name": "cpu", "container": "app", "target": SHARE},
            }
        ]
    },
    up(stabilizationWindowSeconds=3600, selectPolicy="Min", tolerance="0.05"),
]


@pytest.mark.parametrize("spec", GOOD)
def test_good(spec: dict[str, Any]) -> None:
    assert not validate_horizontal_pod_autoscaler(hpa(**spec))


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ({"scaleTargetRef": {"name": "web", "kind": ""}}, "scaleTargetRef.kind: Required value"),
        ({"scaleTargetRef": {"name": "", "kind": "D"}}, "scaleTargetRef.name: Required value"),
        ({"scaleTargetRef": {"name": "..", "kind": "D"}}, "may not be '..'"),
        ({"scaleTargetRef": {"name": "a/b", "kind": "D"}}, "may not contain '/'"),
        ({"minReplicas": 0}, "minReplicas: Invalid value: 0: must be greater than or equal to 1"),
        ({"maxReplicas": 0}, "maxReplicas: Invalid value: 0: must be greater than 0"),
        ({"minReplicas": 7}, "must be greater than or equal to `minReplicas`"),
        (resource(type="Utilization"), "must set either a target raw value or a target"),
        (resource(type="Utilization", averageUtilization=0), "must be greater than 0"),
        (resource(type="AverageValue", averageValue="-3"), "must be positive"),
        (
            resource(type="Utilization", averageUtilization=5, averageValue="1"),
            "may not set both a target raw value and a target utilization",
        ),
        (resource(type="X", averageUtilization=5), "must be either Utilization, Value, or Average"),
        (
            {"metrics": [{"type": "Resource"}]},
            "metrics[0].resource: Required value: must populate information",
        ),
        (
            {"metrics": [{**CPU, "pods": {"metric": {"name": "m"}, "target": VALUE}}]},
            "metrics[0].pods: Forbidden: must populate the given metric source only",
        ),
        ({"metrics": [{**CPU, "type": "Odd"}]}, 'Unsupported value: "Odd"'),
        (up(stabilizationWindowSeconds=-1), "must be greater than or equal to zero"),
        (up(stabilizationWindowSeconds=3601), "must be less than or equal to 3600"),
        (up(selectPolicy="Some"), 'supported values: "Disabled", "Max", "Min"'),
        (up(policies=[]), "scaleUp.policies: Required value: must specify at least one Policy"),
        (
            up(policies=[{"type": "Pods", "value": 0, "periodSeconds": 60}]),
            "policies[0].value: Invalid value: 0: must be greater than zero",
        ),
        (
            up(policies=[{"type": "Pods", "value": 1, "periodSeconds": 1801}]),
            "must be less than or equal to 1800",
        ),
        (
            up(policies=[{"type": "Cats", "value": 1, "periodSeconds": 60}]),
            'supported values: "Percent", "Pods"',
        ),
    ],
)
def test_bad(spec: dict[str, Any], fault: str) -> None:
    faults = [str(found) for found in validate_horizontal_pod_autoscaler(hpa(**spec))]
    assert any(fault in found for found in faults), faults


def test_changes() -> None:
    assert validate_horizontal_pod_autoscaler_update(hpa(maxReplicas=0), hpa())
    assert not validate_horizontal_pod_autoscaler_update(hpa(maxReplicas=9), hpa())
    assert not validate_horizontal_pod_autoscaler_status_update(hpa(), hpa())


def test_defaults() -> None:
    spec = default_horizontal_pod_autoscaler(hpa(minReplicas=None, metrics=[])).spec
    assert spec.min_replicas == 1
    assert spec.metrics[0].resource is not None
    assert spec.metrics[0].resource.target.average_utilization == 80
    assert spec.behavior is None


def test_rules_that_are_begun_are_completed() -> None:
    behavior = {"scaleUp": {"stabilizationWindowSeconds": 60}, "scaleDown": {"selectPolicy": "Min"}}
    found = default_horizontal_pod_autoscaler(hpa(behavior=behavior)).spec.behavior
    assert found is not None and found.scale_up is not None and found.scale_down is not None
    assert found.scale_up.stabilization_window_seconds == 60
    assert [(p.type, p.value, p.period_seconds) for p in found.scale_up.policies] == [
        ("Pods", 4, 15),
        ("Percent", 100, 15),
    ]
    assert found.scale_down.stabilization_window_seconds is None
    assert (found.scale_down.select_policy, len(found.scale_down.policies)) == ("Min", 1)
