"""``kubectl events``. Models ``k8s.io/kubectl/pkg/cmd/events``."""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import Event
from kubelite.apimachinery.rest import DELETED
from kubelite.apimachinery.struct import to_dict
from kubelite.apimachinery.times import SECOND
from kubelite.kubectl import output, typed
from kubelite.kubectl.client import Client
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.flags import NUMBER, SWITCH, TEXT, WORDS, Flag, Given
from kubelite.kubectl.gosort import go_sorted
from kubelite.kubectl.kinds import kind_of
from kubelite.kubectl.resources import EVERY_NAMESPACE
from kubelite.kubectl.result import CommandError
from kubelite.kubectl.tabwriter import aligned

FLAGS = (
    *output.FLAGS,
    EVERY_NAMESPACE,
    Flag("watch", SWITCH, short="w"),
    Flag("for", TEXT),
    Flag("types", WORDS),
    Flag("no-headers", SWITCH),
    Flag("chunk-size", NUMBER, 500),
)
_TITLES = "LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n"


def events(client: Client, given: Given) -> None:
    """What was reported, by the time it was last seen."""
    fields = _about(client, given["for"])
    wanted = {type.lower() for type in given["types"]}
    if wanted - {"normal", "warning"}:
        raise CommandError("valid --types are Normal or Warning")
    place = "" if given["all-namespaces"] else client.namespace
    if given["watch"]:
        _watch(client, given, place, fields, wanted)
        return
    listed = client.listed("events", place, fields=fields).items
    found = [event for event in listed if not wanted or event.type.lower() in wanted]
    if not found:
        where = "." if given["all-namespaces"] else f" in {client.namespace} namespace."
        client.warn(f"No events found{where}")
        return
    ordered = go_sorted(found, _last_seen)
    if output.format_of(given):
        client.write(_printed(client, given, ordered))
        return
    client.write(aligned(_titles(given) + "".join(_row(client, given, one) for one in ordered)))


def _printed(client: Client, given: Given, events: list[Event]) -> str:
    show = output.printer(client, given)
    plain = [_plain(event) for event in events]
    whole = {"apiVersion": "v1", "items": plain, "kind": "EventList", "metadata": {}}
    if output.format_of(given) == "name":
        return ""  # upstream's printer refuses the list, and nobody asks it why
    return typed.json_text(whole) if output.format_of(given) == "json" else show(whole)


def _plain(event: Event) -> dict[str, Any]:
    plain: dict[str, Any] = {"eventTime": None, **to_dict(event)}
    return plain


def _about(client: Client, asked: str) -> str:
    """A field selector for the events of one object."""
    if not asked:
        return ""
    parts = asked.split("/")
    if len(parts) == 1:
        raise CommandError("--for must be in resource/name form")
    if len(parts) > 2:
        raise CommandError("arguments in resource/name form may not have more than one slash")
    try:
        kind = kind_of(client.scheme, parts[0])
    except CommandError as unknown:
        raise CommandError(unknown.text, plain=False) from None
    terms = {"apiVersion": kind.api_version, "kind": kind.kind, "name": parts[1]}
    if not parts[1]:
        return ""
    return ",".join(f"involvedObject.{field}={value}" for field, value in terms.items())


def _watch(client: Client, given: Given, place: str, fields: str, wanted: set[str]) -> None:
    """Those there are, in the server's order, and those that come while time passes."""
    show = output.printer(client, given) if output.format_of(given) else None
    titled = given["no-headers"]

    def say(event: Any) -> None:
        nonlocal titled
        if wanted and event.type.lower() not in wanted:
            return
        if show is not None:
            client.write(show(_plain(event)))
            return
        text = _row(client, given, event) if titled else _titles(given) + _row(client, given, event)
        titled = True
        client.write(aligned(text))

    listed = client.listed("events", place, fields=fields)
    for event in listed.items:
        say(event)
    since = listed.metadata.resource_version
    with client.watch("events", place, fields=fields, since=since) as changes:

        def tell() -> bool:
            while changes:
                change = changes.pop(0)
                if change.type != DELETED:
                    say(change.object)
            return False

        client.run_until(tell, client.patience)


def _titles(given: Given) -> str:
    if given["no-headers"]:
        return ""
    return f"NAMESPACE\t{_TITLES}" if given["all-namespaces"] else _TITLES


def _row(client: Client, given: Given, event: Event) -> str:
    about = event.involved_object
    cells = [
        Describing(client, True).interval(event),
        _cell(event.type),
        _cell(event.reason),
        f"{_cell(about.kind)}/{_cell(about.name)}",
        _cell(event.message.strip()),
    ]
    if given["all-namespaces"]:
        cells.insert(0, event.metadata.namespace)
    return "\t".join(cells) + "\n"


def _cell(text: str) -> str:
    """The first line."""
    for at, char in enumerate(text):
        if char in "\f\n\r":
            return text[:at].replace("\x1b", "^[") + "..."
    return text.replace("\x1b", "^[")


def _last_seen(event: Event) -> int:
    if event.series is not None:
        return event.series.last_observed_time or 0
    if event.last_timestamp is not None:
        return event.last_timestamp // SECOND * SECOND
    return event.event_time or 0
