"""Events: light, because there are several for each pod.

Models ``pkg/apis/core/validation/events.go`` for events written through the core group.
"""

from __future__ import annotations

from functools import lru_cache

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import Errors, each
from kubelite.apiserver.validation.objectmeta import validate_object_meta

_ELSEWHERE = "does not match event.namespace"
_SHORT = 128
_NOTE = 1024


def validate_event(event: core_v1.Event) -> list[FieldError]:
    """What is wrong with a new Event."""
    meta = event.metadata
    namespace, about = meta.namespace, event.involved_object.namespace
    if meta.labels or meta.annotations or meta.finalizers or meta.owner_references:
        return [*_event(event, namespace, about)] or validate_object_meta(meta, True, _any_name)
    if event.event_time is None and about == namespace and not _namespace_faults(namespace):
        return []
    return list(_event(event, namespace, about))


def _any_name(name: str, prefix: bool) -> list[str]:
    return []


def validate_new_event(event: core_v1.Event) -> list[FieldError]:
    """What is wrong besides with an Event that is created through the newer group."""
    series, faults = event.series, []
    if series is not None and series.count < 2:
        faults.append(FieldError.invalid("series.count", "", "should be at least 2"))
    if series is not None and series.last_observed_time is None:
        faults.append(FieldError.required("series.lastObservedTime"))
    if event.event_time is None:
        faults.append(FieldError.required("eventTime"))
    if event.type not in ("Normal", "Warning"):
        faults.append(FieldError.invalid("type", "", f"has invalid value: {event.type}"))
    for name, value in (
        ("firstTimestamp", event.first_timestamp),
        ("lastTimestamp", event.last_timestamp),
        ("count", event.count),
        ("source", event.source.component or event.source.host),
    ):
        if value:
            faults.append(FieldError.invalid(name, "", "needs to be unset"))
    return faults


def validate_event_update(new: core_v1.Event, old: core_v1.Event) -> list[FieldError]:
    """What is wrong with a change of an Event, such as one more count."""
    return validate_event(new)


@lru_cache(maxsize=4096)
def _namespace_faults(namespace: str) -> tuple[str, ...]:
    return tuple(names.is_dns1123_subdomain(namespace))


def _event(event: core_v1.Event, namespace: str, about: str) -> Errors:
    if event.event_time is None:
        elsewhere = about != namespace if about else namespace not in ("", "default")
    else:
        elsewhere = not about and namespace not in ("default", "kube-system")
    if elsewhere:
        yield FieldError.invalid("involvedObject.namespace", about, _ELSEWHERE)
    if event.event_time is not None:
        yield from _new_style(event)
    yield from each("namespace", namespace, _namespace_faults(namespace))


def _new_style(event: core_v1.Event) -> Errors:
    """What events with a precise time must say besides."""
    controller = event.reporting_component
    if not controller:
        yield FieldError.required("reportingController")
    yield from each("reportingController", controller, names.is_qualified_name(controller))
    fields = (
        ("reportingInstance", event.reporting_instance),
        ("action", event.action),
        ("reason", event.reason),
    )
    for name, value in fields:
        if not value:
            yield FieldError.required(name)
        if len(value) > _SHORT:
            yield FieldError.invalid(name, "", f"can have at most {_SHORT} characters")
    if len(event.message) > _NOTE:
        yield FieldError.invalid("message", "", f"can have at most {_NOTE} characters")
