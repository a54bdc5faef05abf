"""Other versions of stored kinds: a request for one is asked of the stored one, and answered back.

Models the conversions of pkg/apis/core/v1 and pkg/apis/events/v1 (Event) and of
pkg/apis/autoscaling/v1 (HorizontalPodAutoscaler).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from kubelite.api import autoscaling_v1, autoscaling_v2, core_v1, events_v1
from kubelite.api.versions import AUTOSCALERS, EVENTS
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.rest import APPLY_PATCH, ObjectList, Request, Response, WatchEvent
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import decode, encode, replace, to_dict
from kubelite.apiserver import decoding, patching
from kubelite.apiserver.defaults.autoscaling import CPU_AT_EIGHTY_PERCENT
from kubelite.apiserver.validation.event import validate_new_event

_CPU = "cpu"
_METRICS = "autoscaling.alpha.kubernetes.io/metrics"
_CURRENT = "autoscaling.alpha.kubernetes.io/current-metrics"
_CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions"
_BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior"

Perform = Callable[[Request], Response]
Deliver = Callable[[WatchEvent], None]


class Conversion(NamedTuple):
    """One version: its row, the resource that is stored, and the way to that and back."""

    row: Kind
    stored: str
    to_stored: Callable[[Any], Any]
    to_version: Callable[[Any], Any]
    fields: tuple[tuple[str, str], ...] = ()
    """How field selectors call what the stored kind's call otherwise."""
    validate: Callable[[Any], list[FieldError]] | None = None
    """What only this version asks of a new object, in its stored form."""

    def handle(self, request: Request, perform: Perform) -> Response:
        """Answer one request. Raises StatusError for what this version refuses."""
        asked = self._of_the_stored(request)
        if request.verb == "patch" and request.patch_type == APPLY_PATCH:
            read = decoding.read(self.row, dict(request.body), request.field_validation)
            asked = replace(asked, body=_said(self.to_stored(read), request.body))
        elif request.verb == "patch":
            found = perform(replace(asked, verb="get", subresource="", body=None))
            held = self.to_version(found.unwrap())
            changed = patching.patched(self.row, request, held)
            asked = replace(asked, verb="update", patch_type="", body=self.to_stored(changed))
        elif request.verb in ("create", "update"):
            stored = self.to_stored(decoding.body(self.row, request))
            check = self.validate if request.verb == "create" else None
            if check is not None and (faults := check(stored)):
                raise errors.invalid(self.row.group_kind, stored.metadata.name, faults)
            asked = replace(asked, body=stored)
        response = perform(asked)
        return Response(response.code, self._shown(response.body), response.hint)

    def watched(self, request: Request, deliver: Deliver) -> tuple[Request, Deliver]:
        """The watch of the stored kind that tells of this version."""

        def pass_on(event: WatchEvent) -> None:
            shown = self._shown(event.object)
            deliver(WatchEvent(event.type, shown, event.revision, event.cause))

        return self._of_the_stored(request), pass_on

    def _of_the_stored(self, request: Request) -> Request:
        fields = request.field_selector
        for mine, others in self.fields:
            fields = fields.replace(mine, others)
        return replace(request, resource=self.stored, field_selector=fields)

    def _shown(self, body: Any) -> Any:
        if isinstance(body, ObjectList):
            items = tuple(map(self.to_version, body.items))
            return replace(body, api_version=self.row.api_version, items=items)
        known = getattr(body, "kind", "") == self.row.kind and hasattr(body, "metadata")
        return self.to_version(body) if known else body


def _said(stored: Any, partial: dict[str, Any]) -> dict[str, Any]:
    """What somebody applies, without what they do not speak of."""
    plain: dict[str, Any] = to_dict(stored)
    return {key: value for key, value in plain.items() if key != "status" or key in partial}


def stored_form(obj: Any) -> Any:
    """An object as it is stored, whatever version it came in: tables are printed of that."""
    conversion = _BY_TYPE.get(type(obj))
    return conversion.to_stored(obj) if conversion is not None else obj


# Events


def _event(new: events_v1.Event) -> core_v1.Event:
    return core_v1.Event(
        metadata=new.metadata,
        involved_object=new.regarding,
        type=new.type,
        reason=new.reason,
        message=new.note,
        source=new.deprecated_source,
        count=new.deprecated_count,
        first_timestamp=new.deprecated_first_timestamp,
        last_timestamp=new.deprecated_last_timestamp,
        event_time=new.event_time,
        series=new.series,
        action=new.action,
        related=new.related,
        reporting_component=new.reporting_controller,
        reporting_instance=new.reporting_instance,
    )


def _newer_event(old: core_v1.Event) -> events_v1.Event:
    return events_v1.Event(
        metadata=old.metadata,
        event_time=old.event_time,
        series=old.series,
        reporting_controller=old.reporting_component,
        reporting_instance=old.reporting_instance,
        action=old.action,
        reason=old.reason,
        regarding=old.involved_object,
        related=old.related,
        note=old.message,
        type=old.type,
        deprecated_source=old.source,
        deprecated_first_timestamp=old.first_timestamp,
        deprecated_last_timestamp=old.last_timestamp,
        deprecated_count=old.count,
    )


# Autoscalers


def _by_processor(metric: autoscaling_v2.MetricSpec) -> bool:
    source = metric.resource
    return (
        metric.type == autoscaling_v2.RESOURCE
        and source is not None
        and source.name == _CPU
        and source.target.average_utilization is not None
    )


def _elder_autoscaler(
    new: autoscaling_v2.HorizontalPodAutoscaler,
) -> autoscaling_v1.HorizontalPodAutoscaler:
    """What has no field in version 1 stands in annotations, as JSON."""
    spec, status = new.spec, new.status
    targets = [m.resource.target for m in spec.metrics if m.resource and _by_processor(m)]
    others = [metric for metric in spec.metrics if not _by_processor(metric)]
    notes = dict(new.metadata.annotations)
    for name, value in (
        (_METRICS, others),
        (_CURRENT, status.current_metrics),
        (_CONDITIONS, status.conditions),
        (_BEHAVIOR, spec.behavior),
    ):
        if value:
            notes[name] = encode(value).decode()
    used = [m.resource.current for m in status.current_metrics if m.resource]
    return autoscaling_v1.HorizontalPodAutoscaler(
        metadata=replace(new.metadata, annotations=notes),
        spec=autoscaling_v1.HorizontalPodAutoscalerSpec(
            scale_target_ref=spec.scale_target_ref,
            min_replicas=spec.min_replicas,
            max_replicas=spec.max_replicas,
            target_cpu_utilization_percentage=targets[0].average_utilization if targets else None,
        ),
        status=autoscaling_v1.HorizontalPodAutoscalerStatus(
            observed_generation=status.observed_generation,
            last_scale_time=status.last_scale_time,
            current_replicas=status.current_replicas,
            desired_replicas=status.desired_replicas,
            current_cpu_utilization_percentage=used[0].average_utilization if used else None,
        ),
    )


def _autoscaler(
    old: autoscaling_v1.HorizontalPodAutoscaler,
) -> autoscaling_v2.HorizontalPodAutoscaler:
    notes = dict(old.metadata.annotations)
    others = _read(notes.pop(_METRICS, ""), tuple[autoscaling_v2.MetricSpec, ...], ())
    current = _read(notes.pop(_CURRENT, ""), tuple[autoscaling_v2.MetricStatus, ...], ())
    conditions = _read(
        notes.pop(_CONDITIONS, ""), tuple[autoscaling_v2.HorizontalPodAutoscalerCondition, ...], ()
    )
    behavior = _read(notes.pop(_BEHAVIOR, ""), autoscaling_v2.HorizontalPodAutoscalerBehavior, None)
    metrics = others
    if (percent := old.spec.target_cpu_utilization_percentage) is not None:
        metrics = (_cpu_at(percent), *others)
    return autoscaling_v2.HorizontalPodAutoscaler(
        metadata=replace(old.metadata, annotations=notes),
        spec=autoscaling_v2.HorizontalPodAutoscalerSpec(
            scale_target_ref=old.spec.scale_target_ref,
            min_replicas=old.spec.min_replicas,
            max_replicas=old.spec.max_replicas,
            metrics=metrics or (CPU_AT_EIGHTY_PERCENT,),
            behavior=behavior,
        ),
        status=autoscaling_v2.HorizontalPodAutoscalerStatus(
            observed_generation=old.status.observed_generation,
            last_scale_time=old.status.last_scale_time,
            current_replicas=old.status.current_replicas,
            desired_replicas=old.status.desired_replicas,
            current_metrics=current,
            conditions=conditions,
        ),
    )


def _cpu_at(percent: int) -> autoscaling_v2.MetricSpec:
    target = autoscaling_v2.MetricTarget(
        type=autoscaling_v2.UTILIZATION, average_utilization=percent
    )
    source = autoscaling_v2.ResourceMetricSource(name=_CPU, target=target)
    return autoscaling_v2.MetricSpec(type=autoscaling_v2.RESOURCE, resource=source)


def _read(text: str, kind: Any, missing: Any) -> Any:
    """What an annotation says. Raises StatusError 400."""
    if not text:
        return missing
    try:
        return decode(kind, text)
    except msgspec.MsgspecError as error:
        raise errors.bad_request(str(error)) from error


# DOC: versions-table
CONVERSIONS = {
    conversion.row.resource: conversion
    for conversion in (
        Conversion(
            EVENTS,
            "events",
            _event,
            _newer_event,
            (("regarding.", "involvedObject."), ("reportingController", "reportingComponent")),
            validate_new_event,
        ),
        Conversion(
            AUTOSCALERS, "horizontalpodautoscalers.autoscaling", _autoscaler, _elder_autoscaler
        ),
    )
}
"""Each by the name under which it is asked for."""

_BY_TYPE = {conversion.row.type: conversion for conversion in CONVERSIONS.values()}
