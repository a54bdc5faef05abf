"""HorizontalPodAutoscaler: as many replicas as the load asks for.

Models ``k8s.io/api/autoscaling/v2``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.apimachinery.meta import LabelSelector, Object
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Int32, Int64, Struct, merge_on, written
from kubelite.apimachinery.times import Time

# Types of metrics, of targets and of policies; how one policy is chosen of several.
OBJECT, PODS, RESOURCE = "Object", "Pods", "Resource"
CONTAINER_RESOURCE, EXTERNAL = "ContainerResource", "External"
UTILIZATION, VALUE, AVERAGE_VALUE = "Utilization", "Value", "AverageValue"
PODS_POLICY, PERCENT_POLICY = "Pods", "Percent"
MAX_CHANGE, MIN_CHANGE, DISABLED = "Max", "Min", "Disabled"


class CrossVersionObjectReference(Struct, kw_only=True):
    """What is scaled, or what a metric describes: an object of the same namespace."""

    kind: str = written("")
    name: str = written("")
    api_version: str = ""


class MetricIdentifier(Struct, kw_only=True):
    """A metric's name, and perhaps labels it must carry."""

    name: str = written("")
    selector: LabelSelector | None = None


class MetricTarget(Struct, kw_only=True):
    """What a metric ought to be: a share of the requests in percent, a value, or one a pod."""

    type: str = written("")
    value: Quantity | None = None
    average_value: Quantity | None = None
    average_utilization: Int32 | None = None


class ObjectMetricSource(Struct, kw_only=True):
    """A metric of one object, such as the requests an Ingress gets."""

    described_object: CrossVersionObjectReference = written(CrossVersionObjectReference())
    target: MetricTarget = written(MetricTarget())
    metric: MetricIdentifier = written(MetricIdentifier())


class PodsMetricSource(Struct, kw_only=True):
    """A metric that every pod has."""

    metric: MetricIdentifier = written(MetricIdentifier())
    target: MetricTarget = written(MetricTarget())


class ResourceMetricSource(Struct, kw_only=True):
    """The cpu or the memory of the pods."""

    name: str = written("")
    target: MetricTarget = written(MetricTarget())


class ContainerResourceMetricSource(Struct, kw_only=True):
    """The cpu or the memory of one container of each pod."""

    name: str = written("")
    target: MetricTarget = written(MetricTarget())
    container: str = written("")


class ExternalMetricSource(Struct, kw_only=True):
    """A metric of something outside the cluster, such as the length of a queue."""

    metric: MetricIdentifier = written(MetricIdentifier())
    target: MetricTarget = written(MetricTarget())


class MetricSpec(Struct, kw_only=True):
    """One metric to follow; ``type`` says which of the others is filled in."""

    type: str = written("")
    object: ObjectMetricSource | None = None
    pods: PodsMetricSource | None = None
    resource: ResourceMetricSource | None = None
    container_resource: ContainerResourceMetricSource | None = None
    external: ExternalMetricSource | None = None


class HPAScalingPolicy(Struct, kw_only=True):
    """At most so many pods, or so many percent, in a period."""

    type: str = written("")
    value: Int32 = written(0)
    period_seconds: Int32 = written(0)


class HPAScalingRules(Struct, kw_only=True):
    """How fast it may go in one direction, and how long it hesitates."""

    stabilization_window_seconds: Int32 | None = None
    select_policy: str | None = None
    policies: tuple[HPAScalingPolicy, ...] = ()
    tolerance: Quantity | None = None


class HorizontalPodAutoscalerBehavior(Struct, kw_only=True):
    """The rules for growing and for shrinking."""

    scale_up: HPAScalingRules | None = None
    scale_down: HPAScalingRules | None = None


class HorizontalPodAutoscalerSpec(Struct, kw_only=True):
    """What to scale, between which sizes, by which metrics."""

    scale_target_ref: CrossVersionObjectReference = written(CrossVersionObjectReference())
    min_replicas: Int32 | None = None
    max_replicas: Int32 = written(0)
    metrics: tuple[MetricSpec, ...] = ()
    behavior: HorizontalPodAutoscalerBehavior | None = None


class MetricValueStatus(Struct, kw_only=True):
    """What a metric is now."""

    value: Quantity | None = None
    average_value: Quantity | None = None
    average_utilization: Int32 | None = None


class ObjectMetricStatus(Struct, kw_only=True):
    """A metric of one object, now."""

    metric: MetricIdentifier = written(MetricIdentifier())
    current: MetricValueStatus = written(MetricValueStatus())
    described_object: CrossVersionObjectReference = written(CrossVersionObjectReference())


class PodsMetricStatus(Struct, kw_only=True):
    """A metric that every pod has, now."""

    metric: MetricIdentifier = written(MetricIdentifier())
    current: MetricValueStatus = written(MetricValueStatus())


class ResourceMetricStatus(Struct, kw_only=True):
    """The cpu or the memory of the pods, now."""

    name: str = written("")
    current: MetricValueStatus = written(MetricValueStatus())


class ContainerResourceMetricStatus(Struct, kw_only=True):
    """The cpu or the memory of one container of each pod, now."""

    name: str = written("")
    current: MetricValueStatus = written(MetricValueStatus())
    container: str = written("")


class ExternalMetricStatus(Struct, kw_only=True):
    """A metric of something outside, now."""

    metric: MetricIdentifier = written(MetricIdentifier())
    current: MetricValueStatus = written(MetricValueStatus())


class MetricStatus(Struct, kw_only=True):
    """One metric as it was last read; empty when it could not be read."""

    type: str = written("")
    object: ObjectMetricStatus | None = None
    pods: PodsMetricStatus | None = None
    resource: ResourceMetricStatus | None = None
    container_resource: ContainerResourceMetricStatus | None = None
    external: ExternalMetricStatus | None = None


class HorizontalPodAutoscalerCondition(Struct, kw_only=True):
    """Whether it can scale (AbleToScale), knows what to (ScalingActive), may (ScalingLimited)."""

    type: str = written("")
    status: str = written("")
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""
    observed_generation: Int64 = 0


class HorizontalPodAutoscalerStatus(Struct, kw_only=True):
    """What it has seen and wants."""

    observed_generation: Int64 | None = None
    last_scale_time: Time | None = None
    current_replicas: Int32 = 0
    desired_replicas: Int32 = written(0)
    current_metrics: tuple[MetricStatus, ...] = ()
    conditions: Annotated[tuple[HorizontalPodAutoscalerCondition, ...], merge_on("type")] = ()


class HorizontalPodAutoscaler(Object, kw_only=True):
    """Scales whatever has a subresource ``scale`` by the load of its pods."""

    api_version: str = written("autoscaling/v2")
    kind: str = written("HorizontalPodAutoscaler")
    spec: HorizontalPodAutoscalerSpec = written(HorizontalPodAutoscalerSpec())
    status: HorizontalPodAutoscalerStatus = written(HorizontalPodAutoscalerStatus())
