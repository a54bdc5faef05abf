"""What a describer is given besides the object: the server it may ask, the time, what to show.

Models ``searchEvents``, ``DescribeEvents`` and ``DescriberSettings`` of
``k8s.io/kubectl/pkg/describe``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from kubelite.api.core_v1 import Event, Pod
from kubelite.apimachinery.duration import human_duration
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.times import SECOND
from kubelite.kubectl.client import Client
from kubelite.kubectl.describe.page import Page
from kubelite.kubectl.gosort import go_sorted

UNKNOWN = "<unknown>"


class Describing(NamedTuple):
    """One description in the making. Ages are reckoned by the virtual clock."""

    client: Client
    show_events: bool

    def since(self, moment: int | None, exactly: bool = False) -> str:
        """How long ago that was; most moments are known to the second only."""
        if moment is None:
            return UNKNOWN
        known = moment if exactly else moment // SECOND * SECOND
        return human_duration(self.client.now - known)

    def pods(self, namespace: str, labels: str = "", fields: str = "") -> tuple[Pod, ...]:
        """Pods of a namespace, or of all. Raises StatusError."""
        return self.client.listed("pods", namespace, labels, fields).items

    def events_of(self, obj: Any, kind: bool = True, uid: str = "") -> list[Event]:
        """The events about an object."""
        meta = obj.metadata
        terms = {
            "involvedObject.name": meta.name,
            "involvedObject.namespace": meta.namespace,
            "involvedObject.kind": obj.kind if kind else "",
            "involvedObject.uid": uid or meta.uid,
        }
        # The namespace is asked for even where there is none: nodes' events say so as well.
        asked = [
            f"{path}={value}"
            for path, value in terms.items()
            if value or path == "involvedObject.namespace"
        ]
        return list(
            self.client.listed("events", meta.namespace, fields=",".join(sorted(asked))).items
        )

    def put_events(self, page: Page, obj: Any) -> None:
        """Write what was reported of an object, if that is wanted."""
        if not self.show_events:
            return
        try:
            events = self.events_of(obj)
        except StatusError:
            events = []
        self.write_events(page, events)

    def write_events(self, page: Page, events: Iterable[Event]) -> None:
        """A table of events, oldest first."""
        rows = [self._event_row(event) for event in go_sorted(events, _last_time)]
        if not rows:
            page.field(0, "Events", "<none>")
            return
        page.write(0, "Events:\n")
        page.row(1, "Type", "Reason", "Age", "From", "Message")
        page.row(1, "----", "------", "----", "----", "-------")
        for row in rows:
            page.row(1, *row)

    def interval(self, event: Event) -> str:
        """How long ago something happened, and how often if more than once."""
        exact = event.event_time is not None
        first = self.since(event.event_time if exact else event.first_timestamp, exact)
        if event.series is not None:
            last, count = self.since(event.series.last_observed_time, True), event.series.count
        elif event.count > 1:
            last, count = self.since(event.last_timestamp), event.count
        else:
            return first
        return f"{last} (x{count} over {first})"

    def _event_row(self, event: Event) -> tuple[str, ...]:
        message = event.message.strip()
        if event.involved_object.field_path:
            message = f"{event.involved_object.field_path}: {message}"
        source = event.source.component or event.reporting_component
        return event.type, event.reason, self.interval(event), source, message


def _last_time(event: Event) -> int:
    """The second that events are sorted by; those that have none come first."""
    return (event.last_timestamp or 0) // SECOND
