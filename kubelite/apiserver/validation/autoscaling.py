"""HorizontalPodAutoscalers.

Models ``pkg/apis/autoscaling/validation/validation.go``.
"""

from __future__ import annotations

from kubelite.api import autoscaling_v2 as v2
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.quantity import Quantity
from kubelite.apiserver.validation.formats import (
    Errors,
    dns_label,
    each,
    non_negative,
    required_then,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)

MAX_PERIOD_SECONDS = 1800
MAX_STABILIZATION_WINDOW_SECONDS = 3600

_METRIC_TYPES = ("ContainerResource", "External", "Object", "Pods", "Resource")
_FIELDS = {
    v2.OBJECT: "object",
    v2.EXTERNAL: "external",
    v2.PODS: "pods",
    v2.RESOURCE: "resource",
    v2.CONTAINER_RESOURCE: "containerResource",
}
_TARGET_TYPES = (v2.UTILIZATION, v2.VALUE, v2.AVERAGE_VALUE)
_RAW_OR_SHARE = "must set either a target raw value or a target utilization"
_NOT_BOTH = "may not set both a target raw value and a target utilization"


def validate_horizontal_pod_autoscaler(hpa: v2.HorizontalPodAutoscaler) -> list[FieldError]:
    """What is wrong with a new HorizontalPodAutoscaler."""
    return [*validate_object_meta(hpa.metadata, True, subdomain_name), *_spec(hpa.spec, 1)]


def validate_horizontal_pod_autoscaler_update(
    new: v2.HorizontalPodAutoscaler, old: v2.HorizontalPodAutoscaler
) -> list[FieldError]:
    """What is wrong with a change of a HorizontalPodAutoscaler."""
    least = 0 if old.spec.min_replicas == 0 else 1
    return [*validate_object_meta_update(new.metadata, old.metadata), *_spec(new.spec, least)]


def validate_horizontal_pod_autoscaler_status_update(
    new: v2.HorizontalPodAutoscaler, old: v2.HorizontalPodAutoscaler
) -> list[FieldError]:
    """What the status of a HorizontalPodAutoscaler may not say."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += non_negative("status.currentReplicas", new.status.current_replicas)
    faults += non_negative("status.desiredReplicas", new.status.desired_replicas)
    return faults


def _spec(spec: v2.HorizontalPodAutoscalerSpec, least: int) -> Errors:
    low, high = spec.min_replicas, spec.max_replicas
    if low is not None and low < least:
        fault = f"must be greater than or equal to {least}"
        yield FieldError.invalid("spec.minReplicas", low, fault)
    if high < 1:
        yield FieldError.invalid("spec.maxReplicas", high, "must be greater than 0")
    if low is not None and high < low:
        fault = "must be greater than or equal to `minReplicas`"
        yield FieldError.invalid("spec.maxReplicas", high, fault)
    yield from _reference(spec.scale_target_ref, "spec.scaleTargetRef")
    for place, metric in enumerate(spec.metrics):
        yield from _metric(metric, f"spec.metrics[{place}]")
    if low == 0 and not any(m.type in (v2.OBJECT, v2.EXTERNAL) for m in spec.metrics):
        fault = (
            "must specify at least one Object or External metric to support scaling to zero "
            "replicas"
        )
        yield FieldError.forbidden("spec.metrics", fault)
    if spec.behavior is not None:
        yield from _rules(spec.behavior.scale_up, "spec.behavior.scaleUp")
        yield from _rules(spec.behavior.scale_down, "spec.behavior.scaleDown")


def _reference(ref: v2.CrossVersionObjectReference, path: str) -> Errors:
    for field, value in (("kind", ref.kind), ("name", ref.name)):
        at = f"{path}.{field}"
        yield from required_then(at, value, each(at, value, _path_segment(value)))


def _rules(rules: v2.HPAScalingRules | None, path: str) -> Errors:
    if rules is None:
        return
    window = rules.stabilization_window_seconds
    at = f"{path}.stabilizationWindowSeconds"
    if window is not None and window < 0:
        yield FieldError.invalid(at, window, "must be greater than or equal to zero")
    if window is not None and window > MAX_STABILIZATION_WINDOW_SECONDS:
        fault = f"must be less than or equal to {MAX_STABILIZATION_WINDOW_SECONDS}"
        yield FieldError.invalid(at, window, fault)
    words = (v2.DISABLED, v2.MAX_CHANGE, v2.MIN_CHANGE)
    if rules.select_policy is not None and rules.select_policy not in words:
        yield FieldError.not_supported(f"{path}.selectPolicy", rules.select_policy, words)
    if not rules.policies:
        yield FieldError.required(f"{path}.policies", "must specify at least one Policy")
    for place, policy in enumerate(rules.policies):
        yield from _policy(policy, f"{path}.policies[{place}]")
    if rules.tolerance is not None and rules.tolerance.nano < 0:
        fault = "must be greater than or equal to 0"
        yield FieldError.invalid(f"{path}.tolerance", str(rules.tolerance), fault)


def _policy(policy: v2.HPAScalingPolicy, path: str) -> Errors:
    if policy.type not in (v2.PODS_POLICY, v2.PERCENT_POLICY):
        words = (v2.PERCENT_POLICY, v2.PODS_POLICY)
        yield FieldError.not_supported(f"{path}.type", policy.type, words)
    if policy.value <= 0:
        yield FieldError.invalid(f"{path}.value", policy.value, "must be greater than zero")
    at, period = f"{path}.periodSeconds", policy.period_seconds
    if period <= 0:
        yield FieldError.invalid(at, period, "must be greater than zero")
    if period > MAX_PERIOD_SECONDS:
        fault = f"must be less than or equal to {MAX_PERIOD_SECONDS}"
        yield FieldError.invalid(at, period, fault)


def _metric(spec: v2.MetricSpec, path: str) -> Errors:
    if not spec.type:
        yield FieldError.required(f"{path}.type", "must specify a metric source type")
    if spec.type not in _METRIC_TYPES:
        yield FieldError.not_supported(f"{path}.type", spec.type, _METRIC_TYPES)
    sources = {
        "object": _object(spec.object, f"{path}.object"),
        "external": _external(spec.external, f"{path}.external"),
        "pods": _pods(spec.pods, f"{path}.pods"),
        "resource": _resource(spec.resource, f"{path}.resource"),
        "containerResource": _resource(spec.container_resource, f"{path}.containerResource"),
    }
    values = (spec.object, spec.external, spec.pods, spec.resource, spec.container_resource)
    present = [name for name, value in zip(sources, values, strict=True) if value is not None]
    if present:
        yield from sources[present[0]]
    expected = _FIELDS.get(spec.type, "")
    if expected and expected not in present:
        fault = "must populate information for the given metric source"
        yield FieldError.required(f"{path}.{expected}", fault)
    elif not expected:
        yield FieldError.not_supported(f"{path}.type", spec.type, _METRIC_TYPES)
    if len(present) != 1:
        for name in present:
            if name != expected:
                fault = "must populate the given metric source only"
                yield FieldError.forbidden(f"{path}.{name}", fault)


def _object(source: v2.ObjectMetricSource | None, path: str) -> Errors:
    if source is None:
        return
    yield from _reference(source.described_object, f"{path}.describedObject")
    yield from _identifier(source.metric, f"{path}.metric")
    yield from _target(source.target, f"{path}.target")
    if source.target.value is None and source.target.average_value is None:
        fault = "must set either a target value or averageValue"
        yield FieldError.required(f"{path}.target.averageValue", fault)


def _external(source: v2.ExternalMetricSource | None, path: str) -> Errors:
    if source is None:
        return
    target = source.target
    yield from _identifier(source.metric, f"{path}.metric")
    yield from _target(target, f"{path}.target")
    if target.value is None and target.average_value is None:
        fault = "must set either a target value for metric or a per-pod target"
        yield FieldError.required(f"{path}.target.averageValue", fault)
    if target.value is not None and target.average_value is not None:
        fault = "may not set both a target value for metric and a per-pod target"
        yield FieldError.forbidden(f"{path}.target.value", fault)


def _pods(source: v2.PodsMetricSource | None, path: str) -> Errors:
    if source is None:
        return
    yield from _identifier(source.metric, f"{path}.metric")
    yield from _target(source.target, f"{path}.target")
    if source.target.average_value is None:
        fault = "must specify a positive target averageValue"
        yield FieldError.required(f"{path}.target.averageValue", fault)


def _resource(
    source: v2.ResourceMetricSource | v2.ContainerResourceMetricSource | None, path: str
) -> Errors:
    if source is None:
        return
    target = source.target
    if not source.name:
        yield FieldError.required(f"{path}.name", "must specify a resource name")
    if isinstance(source, v2.ContainerResourceMetricSource):
        if not source.container:
            yield FieldError.required(f"{path}.container", "must specify a container")
        else:
            yield from dns_label(f"{path}.container", source.container)
    yield from _target(target, f"{path}.target")
    if target.average_utilization is None and target.average_value is None:
        yield FieldError.required(f"{path}.target.averageUtilization", _RAW_OR_SHARE)
    if target.average_utilization is not None and target.average_value is not None:
        yield FieldError.forbidden(f"{path}.target.averageValue", _NOT_BOTH)


def _target(target: v2.MetricTarget, path: str) -> Errors:
    if not target.type:
        yield FieldError.required(f"{path}.type", "must specify a metric target type")
    if target.type not in _TARGET_TYPES:
        fault = "must be either Utilization, Value, or AverageValue"
        yield FieldError.invalid(f"{path}.type", target.type, fault)
    yield from _positive(f"{path}.value", target.value)
    yield from _positive(f"{path}.averageValue", target.average_value)
    if target.average_utilization is not None and target.average_utilization < 1:
        at = f"{path}.averageUtilization"
        yield FieldError.invalid(at, target.average_utilization, "must be greater than 0")


def _positive(path: str, value: Quantity | None) -> Errors:
    if value is not None and value.nano <= 0:
        yield FieldError.invalid(path, str(value), "must be positive")


def _identifier(metric: v2.MetricIdentifier, path: str) -> Errors:
    at = f"{path}.name"
    if not metric.name:
        yield FieldError.required(at, "must specify a metric name")
    else:
        yield from each(at, metric.name, _path_segment(metric.name))


def _path_segment(name: str) -> list[str]:
    """Sentences about a name that becomes a part of a URL."""
    if name in (".", ".."):
        return [f"may not be '{name}'"]
    return [f"may not contain '{part}'" for part in "/%" if part in name]
