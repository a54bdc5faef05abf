"""What the panel beside a view tells of one object: its YAML, events, logs and story.

All of it is as it was at the moment that the view shows, and all of it is text.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from course.view.plain import plain_lines
from course.view.state import SECOND, State
from kubelite.apimachinery.dump import dump
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.struct import to_dict
from kubelite.kubelet.runtime.logs import STDOUT, LogLine

TABS = ("YAML", "Events", "Logs", "Story")
MOST_LINES = 200
LONGEST_TEXT = 200_000


class Subject(NamedTuple):
    """One object of a picture; ``kind`` is pod or node."""

    kind: str
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


def details(cluster: Any, state: State, zero: int, subject: Subject, tab: str) -> str:
    """The text of one tab. Raises KeyError for a tab that there is not."""
    told = _TABS[tab](cluster, state, zero, subject)
    return plain_lines(told, LONGEST_TEXT)


def _yaml(cluster: Any, state: State, zero: int, subject: Subject) -> str:
    found = _find(state, subject)
    if found is None:
        return f"{subject} is not there at this moment."
    return dump(to_dict(found))


def _events(cluster: Any, state: State, zero: int, subject: Subject) -> str:
    found = [event for event in state.list("events") if _is_about(event, subject)]
    found.sort(key=lambda e: (e.last_timestamp or 0, e.metadata.name))
    lines = [_event(event, zero) for event in found]
    return "\n".join(lines) or f"No events about {subject} at this moment."


def _is_about(event: Any, subject: Subject) -> bool:
    about = event.involved_object
    return (
        about.name == subject.name
        and about.kind.lower() == subject.kind
        and (subject.kind == "node" or about.namespace == subject.namespace)
    )


def _event(event: Any, zero: int) -> str:
    when = (event.last_timestamp or event.event_time or zero) - zero
    times = f" (x{event.count})" if event.count > 1 else ""
    said = f"{event.reason}: {event.message}{times}"
    return f"{when / SECOND:>8.0f} s  {event.type:<7}  {said}"


def _logs(cluster: Any, state: State, zero: int, subject: Subject) -> str:
    if subject.kind != "pod":
        return "Logs are of pods: open one of those that run on this node."
    pod = _find(state, subject)
    if pod is None:
        return f"{subject} is not there at this moment."
    names = [container.name for container in pod.spec.containers]
    parts = []
    for name in names:
        heading = f"container {name}:\n" if len(names) > 1 else ""
        parts.append(heading + _log(cluster, state, subject, name))
    return "\n".join(parts)


def _log(cluster: Any, state: State, subject: Subject, container: str) -> str:
    """What a container had written by the moment shown, without the stamps of the lines."""
    try:
        text = cluster.logs(str(subject), container, namespace=subject.namespace, timestamps=True)
    except (StatusError, LookupError, ValueError) as problem:
        return f"{problem}\n"
    until = LogLine(state.when, STDOUT, "").stamp()
    lines = [line.partition(" ") for line in text.splitlines()]
    shown = [line for when, _, line in lines if when <= until]
    return "\n".join(shown[-MOST_LINES:]) or "Nothing has been written."


def _story(cluster: Any, state: State, zero: int, subject: Subject) -> str:
    """All of it; at a moment of the past what had befallen it by then, without reasons."""
    story = cluster.story(str(subject), namespace=subject.namespace or "default")
    seconds = (state.when - zero) / SECOND
    earlier = [one for one in story.told if one.seconds <= seconds]
    if len(earlier) == len(story.told):
        return str(story)
    lines = [f"  {one.seconds:>9.3f} s  {one.text}" for one in earlier]
    return "\n".join([f"The story of {story.title}", *lines])


def _find(state: State, subject: Subject) -> Any | None:
    for found in state.list(f"{subject.kind}s"):
        meta = found.metadata
        if meta.name == subject.name and meta.namespace in ("", subject.namespace):
            return found
    return None


_TABS = dict(zip(TABS, (_yaml, _events, _logs, _story), strict=True))
