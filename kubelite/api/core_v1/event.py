"""Event: a line in the cluster's diary.

Models ``Event`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from kubelite.api.core_v1.reference import ObjectReference
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Struct, written
from kubelite.apimachinery.times import MicroTime, Time


class EventSource(Struct, kw_only=True):
    """Which component reported it, from which node."""

    component: str = ""
    host: str = ""


class Event(Object, kw_only=True):
    """Something that happened to an object, and how often."""

    api_version: str = written("v1")
    kind: str = written("Event")
    involved_object: ObjectReference = written(ObjectReference())
    type: str = ""
    reason: str = ""
    message: str = ""
    source: EventSource = written(EventSource())
    count: Int32 = 0
    first_timestamp: Time | None = written(None)
    last_timestamp: Time | None = written(None)
    event_time: MicroTime | None = written(None)
    series: EventSeries | None = None
    action: str = ""
    related: ObjectReference | None = None
    reporting_component: str = written("")
    reporting_instance: str = written("")


class EventSeries(Struct, kw_only=True):
    """The same event again and again: how often, and when last."""

    count: Int32 = 0
    last_observed_time: MicroTime | None = written(None)
