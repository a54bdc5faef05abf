"""What a HorizontalPodAutoscaler means where it says nothing.

Models ``pkg/apis/autoscaling/v2/defaults.go``.
"""

from __future__ import annotations

from kubelite.api.autoscaling_v2 import (
    MAX_CHANGE,
    PERCENT_POLICY,
    PODS_POLICY,
    RESOURCE,
    UTILIZATION,
    HorizontalPodAutoscaler,
    HorizontalPodAutoscalerBehavior,
    HPAScalingPolicy,
    HPAScalingRules,
    MetricSpec,
    MetricTarget,
    ResourceMetricSource,
)
from kubelite.apiserver.defaults.filling import changed, filled

DEFAULT_CPU_UTILIZATION = 80

CPU_AT_EIGHTY_PERCENT = MetricSpec(
    type=RESOURCE,
    resource=ResourceMetricSource(
        name="cpu",
        target=MetricTarget(type=UTILIZATION, average_utilization=DEFAULT_CPU_UTILIZATION),
    ),
)

SCALE_UP = HPAScalingRules(
    stabilization_window_seconds=0,
    select_policy=MAX_CHANGE,
    policies=(
        HPAScalingPolicy(type=PODS_POLICY, value=4, period_seconds=15),
        HPAScalingPolicy(type=PERCENT_POLICY, value=100, period_seconds=15),
    ),
)
"""Growing: four pods or as many again in 15 s, whatever is more, at once."""

SCALE_DOWN = HPAScalingRules(
    select_policy=MAX_CHANGE,
    policies=(HPAScalingPolicy(type=PERCENT_POLICY, value=100, period_seconds=15),),
)
"""Shrinking: by as many as wanted, once the controller's own hesitation is over."""


def default_horizontal_pod_autoscaler(hpa: HorizontalPodAutoscaler) -> HorizontalPodAutoscaler:
    """At least one pod, by cpu at 80 % of the requests; rules that are begun are completed."""
    spec = filled(hpa.spec, min_replicas=1, metrics=(CPU_AT_EIGHTY_PERCENT,))
    if spec.behavior is not None:
        behavior = HorizontalPodAutoscalerBehavior(
            scale_up=_completed(spec.behavior.scale_up, SCALE_UP),
            scale_down=_completed(spec.behavior.scale_down, SCALE_DOWN),
        )
        spec = changed(spec, behavior=behavior)
    return changed(hpa, spec=spec)


def _completed(rules: HPAScalingRules | None, default: HPAScalingRules) -> HPAScalingRules:
    if rules is None:
        return default
    window = default.stabilization_window_seconds
    own = rules.stabilization_window_seconds
    return changed(
        filled(rules, select_policy=default.select_policy, policies=default.policies),
        stabilization_window_seconds=window if own is None else own,
    )
