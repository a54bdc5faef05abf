"""What the metrics of an autoscaler say: read from metrics.k8s.io, turned into replicas.

Models computeReplicasForMetric of ``pkg/controller/podautoscaler/horizontal.go`` and
``metrics/client.go``. Metrics of objects, pods and the outside need APIs that nobody serves here.
"""

from __future__ import annotations

from typing import Any

from kubelite.api import autoscaling_v2 as v2
from kubelite.api.autoscaling_v1 import Scale
from kubelite.api.core_v1 import Pod
from kubelite.api.metrics_v1beta1 import PodMetrics
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.rest import ObjectList, Request
from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.times import SECOND
from kubelite.client.client import Client
from kubelite.controllers.podautoscaler.replicas import (
    USUAL,
    NotComputed,
    PodMetric,
    Proposal,
    Timing,
    Tolerances,
    by_utilization,
    by_value,
)

NO_CUSTOM = "no custom metrics API (custom.metrics.k8s.io) registered"
NO_EXTERNAL = "no external metrics API (external.metrics.k8s.io) registered"


class Reading(Value):
    """What one metric asks for, what it is called in events, and what the status says of it."""

    replicas: int
    name: str
    status: v2.MetricStatus


class Unreadable(Exception):
    """Why a metric says nothing: the event's reason, its text, and the longer text as ``str``."""

    def __init__(self, text: str, reason: str = "", event: str = ""):
        super().__init__(text)
        self.reason = reason
        self.event = event or text


class Metrics:
    """Reads metrics for the autoscaler, through the API server."""

    def __init__(self, client: Client):
        self._client = client

    def read(self, hpa: v2.HorizontalPodAutoscaler, spec: v2.MetricSpec, scale: Scale) -> Reading:
        """One metric. Raises Unreadable."""
        if spec.type == v2.RESOURCE and spec.resource is not None:
            return self._resource(hpa, spec.resource, scale)
        if spec.type == v2.CONTAINER_RESOURCE and spec.container_resource is not None:
            return self._resource(hpa, spec.container_resource, scale)
        raise _nobody_serves(hpa.metadata.namespace, spec)

    def _resource(
        self,
        hpa: v2.HorizontalPodAutoscaler,
        source: v2.ResourceMetricSource | v2.ContainerResourceMetricSource,
        scale: Scale,
    ) -> Reading:
        container = source.container if isinstance(source, v2.ContainerResourceMetricSource) else ""
        share = source.target.average_utilization
        try:
            proposal = self._proposal(hpa, source, container, scale)
        except NotComputed as error:
            text = f"failed to get {source.name} utilization: {error}"
            kind = "Container" if container else ""
            what = f"{container} container" if container else f"{source.name} resource"
            reason = f"FailedGet{kind}ResourceMetric"
            raise Unreadable(f"failed to get {what} metric value: {text}", reason, text) from error
        current = v2.MetricValueStatus(
            average_utilization=None if source.target.average_value else proposal.utilization,
            average_value=Quantity.of_milli(proposal.value),
        )
        name = f"{source.name} resource"
        if share is not None:
            name = f"{source.name} {'container ' if container else ''}resource utilization "
            name += "(percentage of request)"
        return Reading(proposal.replicas, name, _status(source.name, container, current))

    def _proposal(
        self,
        hpa: v2.HorizontalPodAutoscaler,
        source: v2.ResourceMetricSource | v2.ContainerResourceMetricSource,
        container: str,
        scale: Scale,
    ) -> Proposal:
        """Raises NotComputed."""
        namespace, selector = hpa.metadata.namespace, scale.status.selector
        metrics = self._metrics(source.name, namespace, selector, container)
        pods: tuple[Pod, ...] = self._list("pods", namespace, selector)
        current, timing = scale.spec.replicas, Timing(self._client.clock.now)
        tolerances = _tolerances(hpa.spec.behavior)
        target = source.target
        if target.average_value is not None:
            value = target.average_value.milli
            return by_value(current, value, pods, metrics, source.name, timing, tolerances)
        share = target.average_utilization or 0
        return by_utilization(
            current, share, pods, metrics, source.name, timing, container, tolerances
        )

    def _metrics(
        self, resource: str, namespace: str, selector: str, container: str
    ) -> dict[str, PodMetric]:
        found: tuple[PodMetrics, ...] = self._list("pods.metrics.k8s.io", namespace, selector)
        if not found:
            text = "no metrics returned from resource metrics API"
            raise NotComputed(f"unable to get metrics for resource {resource}: {text}")
        metrics = {}
        for pod in found:
            values = [
                one.usage[resource].milli
                for one in pod.containers
                if resource in one.usage and container in ("", one.name)
            ]
            if values:
                window = int(pod.window.removesuffix("s")) * SECOND
                when: int = pod.timestamp or 0
                metrics[pod.metadata.name] = PodMetric(sum(values), when, window)
        return metrics

    def _list(self, resource: str, namespace: str, selector: str) -> tuple[Any, ...]:
        client = self._client
        asked = Request(
            "list", resource, namespace, component=client.component, label_selector=selector
        )
        answer = client.api.handle(asked)
        if not answer.ok:
            text = f"unable to fetch metrics from resource metrics API: {answer.body.message}"
            raise NotComputed(f"unable to get metrics for resource {resource}: {text}")
        listed: ObjectList = answer.body
        return listed.items


def _tolerances(behavior: v2.HorizontalPodAutoscalerBehavior | None) -> Tolerances:
    if behavior is None:
        return USUAL
    down, up = behavior.scale_down, behavior.scale_up
    return Tolerances(
        USUAL.scale_down if down is None or down.tolerance is None else down.tolerance.nano / 1e9,
        USUAL.scale_up if up is None or up.tolerance is None else up.tolerance.nano / 1e9,
    )


def _status(name: str, container: str, current: v2.MetricValueStatus) -> v2.MetricStatus:
    if container:
        found = v2.ContainerResourceMetricStatus(name=name, container=container, current=current)
        return v2.MetricStatus(type=v2.CONTAINER_RESOURCE, container_resource=found)
    resource = v2.ResourceMetricStatus(name=name, current=current)
    return v2.MetricStatus(type=v2.RESOURCE, resource=resource)


def _nobody_serves(namespace: str, spec: v2.MetricSpec) -> Unreadable:
    """For metrics that come from elsewhere."""
    if spec.external is not None:
        name, selector = spec.external.metric.name, spec.external.metric.selector
        text = f"unable to get external metric {namespace}/{name}/{selector}: "
        text += f"unable to fetch metrics from external metrics API: {NO_EXTERNAL}"
        long = f"failed to get {name} external metric value: {text}"
        return Unreadable(long, "FailedGetExternalMetric", text)
    source = spec.object if spec.object is not None else spec.pods
    name = source.metric.name if source is not None else ""
    text = f"unable to get metric {name}: unable to fetch metrics from custom metrics API: "
    text += NO_CUSTOM
    what = "object" if spec.object is not None else "pods"
    reason = f"FailedGet{what.capitalize()}Metric"
    if spec.object is not None:
        about = spec.object.described_object
        text = f"unable to get metric {name}: {about.kind} on {namespace} {about.name}/{text}"
    return Unreadable(f"failed to get {what} metric value: {text}", reason, text)
