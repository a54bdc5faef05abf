"""Event in the newer group: the same diary, with a note about something in regard.

Models ``k8s.io/api/events/v1``.
"""

from __future__ import annotations

from kubelite.api.core_v1.event import EventSeries, EventSource
from kubelite.api.core_v1.reference import ObjectReference
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, written
from kubelite.apimachinery.times import MicroTime, Time


class Event(Object, kw_only=True):
    """Something that happened to an object, and how often."""

    api_version: str = written("events.k8s.io/v1")
    kind: str = written("Event")
    event_time: MicroTime | None = written(None)
    series: EventSeries | None = None
    reporting_controller: str = ""
    reporting_instance: str = ""
    action: str = ""
    reason: str = ""
    regarding: ObjectReference = written(ObjectReference())
    related: ObjectReference | None = None
    note: str = ""
    type: str = ""
    deprecated_source: EventSource = written(EventSource())
    deprecated_first_timestamp: Time | None = written(None)
    deprecated_last_timestamp: Time | None = written(None)
    deprecated_count: Int32 = 0
