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
from kubelite.apimachinery.rest import STRATEGIC_PATCH, Response
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


class EventRecorder:
    """Writes events in the name of one component (and host, for a kubelet)."""

    def __init__(self, client: Client, component: str, host: str = ""):
        self._client = client
        self._clock = client.clock
        self._source = EventSource(component=component, host=host)
        self._written: OrderedDict[Key, Event] = OrderedDict()  # as they were last reported
        self._similar: OrderedDict[Key, tuple[int, dict[str, None]]] = OrderedDict()
        self._tokens: OrderedDict[Key, tuple[float, int]] = OrderedDict()
        self._last_stamp = 0

    def event(
        self, involved: Any, type: str, reason: str, message: str, field_path: str = ""
    ) -> None:
        """Report that ``reason`` befell ``involved``; ``type`` is Normal or Warning."""
        meta = involved.metadata
        about = (involved.kind, meta.namespace, meta.name, meta.uid)
        group = (*about, type, reason)
        message, key = self._combine(group, (*group, field_path, message), message)
        known = self._written.pop(key, None)
        if known is None:
            event = self._first(involved, type, reason, message, field_path)
        else:
            now = Time(self._clock.now)
            event = replace(known, count=known.count + 1, last_timestamp=now, message=message)
        _remember(self._written, key, event)
        if not self._allowed(about):
            return
        if known is None:
            self._client.create(event)
        else:
            self._count(event)

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
                self._client.create(event)

        meta = event.metadata
        self._client.patch("events", meta.name, meta.namespace, patch, STRATEGIC_PATCH, answered)

    def _combine(self, group: Key, key: Key, message: str) -> tuple[str, Key]:
        now = self._clock.now
        since, messages = self._similar.pop(group, (now, {}))
        if now - since > SIMILAR_WINDOW:
            messages = {}
        messages[message] = None
        _remember(self._similar, group, (now, messages))
        if len(messages) < SIMILAR_MESSAGES:
            return message, key
        messages.pop(next(iter(messages)))
        return "(combined from similar events): " + message, group

    def _allowed(self, about: Key) -> bool:
        now = self._clock.now
        known = self._tokens.pop(about, None)
        tokens = min(BURST, known[0] + (now - known[1]) / REFILL) if known else float(BURST)
        allowed = tokens >= 1
        _remember(self._tokens, about, (tokens - 1 if allowed else tokens, now))
        return allowed

    def _stamp(self) -> int:
        """Nanoseconds since 1970, never the same twice: it becomes part of the event's name."""
        self._last_stamp = max(self._clock.now * 1000, self._last_stamp + 1)
        return self._last_stamp


def _remember(memory: OrderedDict[Key, Any], key: Key, value: Any) -> None:
    memory[key] = value
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
