"""Scale, the one view of everything that has replicas; and the first autoscaler.

Models ``k8s.io/api/autoscaling/v1``.
"""

from __future__ import annotations

import msgspec

from kubelite.api.autoscaling_v2 import CrossVersionObjectReference
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Int64, Struct, written
from kubelite.apimachinery.times import Time


class ScaleSpec(Struct, kw_only=True):
    """How many replicas are wanted."""

    replicas: Int32 = 0


class ScaleStatus(Struct, kw_only=True):
    """How many there are, and the selector that finds them."""

    replicas: Int32 = written(0)
    selector: str = ""


class Scale(Object, kw_only=True):
    """The body of the subresource ``scale``."""

    api_version: str = written("autoscaling/v1")
    kind: str = written("Scale")
    spec: ScaleSpec = written(ScaleSpec())
    status: ScaleStatus = written(ScaleStatus())


class HorizontalPodAutoscalerSpec(Struct, kw_only=True):
    """What is scaled, within which bounds, and how busy its pods are to be."""

    scale_target_ref: CrossVersionObjectReference = written(CrossVersionObjectReference())
    min_replicas: Int32 | None = None
    max_replicas: Int32 = written(0)
    target_cpu_utilization_percentage: Int32 | None = msgspec.field(
        default=None, name="targetCPUUtilizationPercentage"
    )


class HorizontalPodAutoscalerStatus(Struct, kw_only=True):
    """What it has seen and wants."""

    observed_generation: Int64 | None = None
    last_scale_time: Time | None = None
    current_replicas: Int32 = written(0)
    desired_replicas: Int32 = written(0)
    current_cpu_utilization_percentage: Int32 | None = msgspec.field(
        default=None, name="currentCPUUtilizationPercentage"
    )


class HorizontalPodAutoscaler(Object, kw_only=True):
    """The autoscaler of version 2 as its elder saw it: by the load of the processors alone."""

    api_version: str = written("autoscaling/v1")
    kind: str = written("HorizontalPodAutoscaler")
    spec: HorizontalPodAutoscalerSpec = written(HorizontalPodAutoscalerSpec())
    status: HorizontalPodAutoscalerStatus = written(HorizontalPodAutoscalerStatus())
