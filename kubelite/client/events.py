"""Telling people what happened: Event objects, without flooding the store.

An event that repeats is counted instead of written again; more than ten different messages of
one reason about one object within ten minutes are combined into one; and one object can cause
at most 25 events at a burst and then one in five minutes.
Models client-go/tools/record (events_cache.go).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from kubelite.api.core_v1 import Event, EventSource, ObjectReference
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import STRATEGIC_PATCH, Request, Response
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time
from kubelite.client.client import Client
from kubelite.sim.clock import MINUTE, SECOND

NORMAL = "Normal"
WARNING = "Warning"

SIMILAR_MESSAGES = 10
SIMILAR_WINDOW = 10 * MINUTE
BURST = 25
REFILL = 300 * SECOND
REMEMBERED = 4096

Key = tuple[str, ...]


class _About:
    """What is remembered of the events about one object."""

    __slots__ = ("similar", "since", "tokens", "written")

    def __init__(self, now: int):
        self.tokens = float(BURST)
        self.since = now  # when the tokens were last counted
        self.written: dict[Key, Event] = {}  # as they were last reported
        self.similar: dict[Key, tuple[int, dict[str, None]]] = {}  # messages by type and reason

    def combine(self, group: Key, key: Key, message: str, now: int) -> tuple[str, Key]:
        """The message and key to report under: its own, or that of many similar ones."""
        known = self.similar.get(group)
        if known is None or now - known[0] > SIMILAR_WINDOW:
            self.similar[group] = (now, {message: None})
            return message, key
        messages = known[1]
        messages[message] = None
        self.similar[group] = (now, messages)
        if len(messages) < SIMILAR_MESSAGES:
            return message, key
        messages.pop(next(iter(messages)))
        return "(combined from similar events): " + message, group

    def allowed(self, now: int) -> bool:
        """Whether the object may cause one more event now."""
        if now > self.since:
            self.tokens = min(BURST, self.tokens + (now - self.since) / REFILL)
            self.since = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class EventRecorder:
    """Writes events in the name of one component (and host, for a kubelet)."""

    def __init__(self, client: Client, component: str, host: str = ""):
        self._client = client
        self._clock = client.clock
        self._source = EventSource(component=component, host=host)
        self._known: OrderedDict[Key, _About] = OrderedDict()  # the latest used last
        self._last_stamp = 0

    def event(
        self, involved: Any, type: str, reason: str, message: str, field_path: str = ""
    ) -> None:
        """Report that ``reason`` befell ``involved``; ``type`` is Normal or Warning."""
        about, now = self._about(involved), self._clock.now
        group = (type, reason)
        message, key = about.combine(group, (type, reason, field_path, message), message, now)
        known = about.written.get(key)
        if known is None:
            event = self._first(involved, type, reason, message, field_path)
        else:
            event = replace(known, count=known.count + 1, last_timestamp=Time(now), message=message)
        about.written[key] = event
        if not about.allowed(now):
            return
        if known is None:
            self._create(event)
        else:
            self._count(event)

    def _create(self, event: Event) -> None:
        meta = event.metadata
        request = Request(
            "create", "events", meta.namespace, meta.name, "", event, self._client.component
        )
        self._client.send(request)

    def _about(self, involved: Any) -> _About:
        meta, known = involved.metadata, self._known
        place = (involved.kind, meta.namespace, meta.name, meta.uid)
        found = known.get(place)
        if found is not None:
            known.move_to_end(place)
            return found
        found = known[place] = _About(self._clock.now)
        if len(known) > REMEMBERED:
            known.popitem(last=False)
        return found

    def _first(self, involved: Any, type: str, reason: str, message: str, field_path: str) -> Event:
        meta = involved.metadata
        now = Time(self._clock.now)
        source = self._source
        return Event(
            metadata=ObjectMeta(
                name=f"{meta.name}.{self._stamp():x}", namespace=meta.namespace or "default"
            ),
            involved_object=ObjectReference(
                kind=involved.kind,
                namespace=meta.namespace,
                name=meta.name,
                uid=meta.uid,
                api_version=involved.api_version,
                resource_version=meta.resource_version,
                field_path=field_path,
            ),
            reason=reason,
            message=message,
            source=source,
            first_timestamp=now,
            last_timestamp=now,
            count=1,
            type=type,
            reporting_component=source.component,
            reporting_instance=source.host,
        )

    def _count(self, event: Event) -> None:
        patch = {
            "count": event.count,
            "lastTimestamp": Time(self._clock.now).wire(),
            "message": event.message,
        }

        def answered(response: Response) -> None:
            if response.code == 404:  # it has outlived its hour, or its creation was held back
                self._create(event)

        meta = event.metadata
        self._client.patch("events", meta.name, meta.namespace, patch, STRATEGIC_PATCH, answered)

    def _stamp(self) -> int:
        """Nanoseconds since 1970, never the same twice: it becomes part of the event's name."""
        now, last = self._clock.now * 1000, self._last_stamp
        stamp = self._last_stamp = now if now > last else last + 1
        return stamp
