"""Descriptions of HorizontalPodAutoscalers. Models ``k8s.io/kubectl/pkg/describe``."""

from __future__ import annotations

from kubelite.api.autoscaling_v2 import (
    AVERAGE_VALUE,
    MAX_CHANGE,
    HorizontalPodAutoscaler,
    HPAScalingRules,
    MetricSpec,
    MetricStatus,
    MetricTarget,
    MetricValueStatus,
)
from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.quantity import Quantity
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import UNSET, Page, begin, moment

_UNKNOWN = "<unknown>"
_AVERAGE = " (target average value)"
_VALUE = " (target value)"


def autoscaler(found: HorizontalPodAutoscaler, to: Describing) -> str:
    """An autoscaler: each metric as it is and ought to be, bounds, behaviour, conditions."""
    page, spec, status = begin(found), found.spec, found.status
    page.field(0, "CreationTimestamp", moment(found.metadata.creation_timestamp))
    target = spec.scale_target_ref
    page.field(0, "Reference", f"{target.kind}/{target.name}")
    page.field(0, "Metrics", "( current / target )")
    for number, metric in enumerate(spec.metrics):
        seen = status.current_metrics[number] if number < len(status.current_metrics) else None
        page.write(1, f"{_metric(metric, seen)}\n")
    page.field(0, "Min replicas", UNSET if spec.min_replicas is None else spec.min_replicas)
    page.field(0, "Max replicas", spec.max_replicas)
    if spec.behavior is not None:
        page.write(0, "Behavior:\n")
        _put_rules(page, "Scale Up", spec.behavior.scale_up)
        _put_rules(page, "Scale Down", spec.behavior.scale_down)
    sizes = f"{status.current_replicas} current / {status.desired_replicas} desired"
    page.field(0, f"{target.kind} pods", sizes)
    if status.conditions:
        page.write(0, "Conditions:\n")
        rows = [(one.type, one.status, one.reason, one.message) for one in status.conditions]
        page.table(1, ("Type", "Status", "Reason", "Message"), rows)
    to.put_events(page, found)
    return str(page)


def _metric(metric: MetricSpec, seen: MetricStatus | None) -> str:
    """What a metric is called, and how it is and ought to be."""
    if (external := metric.external) is not None:
        name, now = go_quote(external.metric.name), seen.external if seen else None
        average = external.target.average_value is not None
        return _line(name, average, external.target, now.current if now else None)
    if (pods := metric.pods) is not None:
        of_pods = seen.pods if seen else None
        current = _text(of_pods.current.average_value) if of_pods else _UNKNOWN
        name = f"{go_quote(pods.metric.name)} on pods"
        return f"{name}:\t{current} / {_text(pods.target.average_value)}"
    if (of := metric.object) is not None:
        name = f'"{of.metric.name}" on {of.described_object.kind}/{of.described_object.name}'
        reported = seen.object if seen else None
        average = of.target.type == AVERAGE_VALUE
        return _line(name, average, of.target, reported.current if reported else None)
    if (resource := metric.resource) is not None:
        used = seen.resource if seen else None
        name = f"resource {resource.name} on pods"
        return _resource(name, resource.target, used.current if used else None)
    if (inner := metric.container_resource) is not None:
        spent = seen.container_resource if seen else None
        name = f'resource {inner.name} of container "{inner.container}" on pods'
        return _resource(name, inner.target, spent.current if spent else None)
    return f"<unknown metric type {go_quote(metric.type)}>"


def _line(name: str, average: bool, target: MetricTarget, current: MetricValueStatus | None) -> str:
    """A metric that is compared with a value, or with one for each pod."""
    wanted = target.average_value if average else target.value
    now = _UNKNOWN
    if current is not None:
        now = _text(current.average_value if average else current.value)
    return f"{name}{_AVERAGE if average else _VALUE}:\t{now} / {_text(wanted)}"


def _resource(name: str, target: MetricTarget, current: MetricValueStatus | None) -> str:
    """A metric that is compared with the requests, or with a value for each pod."""
    if target.average_value is not None:
        now = _text(current.average_value) if current else _UNKNOWN
        return f"{name}:\t{now} / {target.average_value}"
    now, wanted = _UNKNOWN, "<auto>"
    if current is not None and current.average_utilization is not None:
        now = f"{current.average_utilization}% ({_text(current.average_value)})"
    if target.average_utilization is not None:
        wanted = f"{target.average_utilization}%"
    return f"{name}  (as a percentage of request):\t{now} / {wanted}"


def _text(value: Quantity | None) -> str:
    return "<nil>" if value is None else value.wire()


def _put_rules(page: Page, direction: str, rules: HPAScalingRules | None) -> None:
    if rules is None:
        return
    page.write(1, f"{direction}:\n")
    if rules.stabilization_window_seconds is not None:
        page.write(2, f"Stabilization Window: {rules.stabilization_window_seconds} seconds\n")
    if rules.policies:
        page.write(2, f"Select Policy: {rules.select_policy or MAX_CHANGE}\n")
        page.write(2, "Policies:\n")
    for one in rules.policies:
        page.row(
            3, f"- Type: {one.type}", f"Value: {one.value}", f"Period: {one.period_seconds} seconds"
        )
