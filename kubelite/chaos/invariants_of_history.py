"""What must be true of what is told and in whose name: watches, leases, processes, queues.

Those of watches are etcd's own list (etcd.io/docs: KV API guarantees). A ``Heard`` is an event as
it leaves the server, before anything can befall it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from kubelite.chaos.replay import Replay
from kubelite.client.client import REQUEST_LATENCY
from kubelite.sim.clock import SECOND

LEASES = "leases.coordination.k8s.io"
ON_ITS_WAY = REQUEST_LATENCY


class Heard(NamedTuple):
    """An event of ``revision`` on a watch whose last one had ``last``; ``written`` are the
    revisions of all writes of that kind, and a ``selective`` watch is told of some only."""

    revision: int
    last: int
    written: Sequence[int]
    selective: bool
    opened: int  # the revision after which the watch was to begin


def events_come_in_order(heard: Heard) -> Iterator[str]:
    """4. No event of a watch precedes one that was delivered before it."""
    if heard.revision < heard.last:
        yield f"was told at revision {heard.revision} after revision {heard.last}"


def events_come_once(heard: Heard) -> Iterator[str]:
    """5. No event is delivered twice on one watch."""
    if heard.revision == heard.last != heard.opened:
        yield f"was told twice at revision {heard.revision}"


def no_event_is_missing(heard: Heard) -> Iterator[str]:
    """6. No write between two delivered events is left out, 7. and none is told by halves."""
    if not heard.selective and heard.last != heard.opened and (left_out := _between(heard)):
        yield f"was told at revision {heard.revision}, and {left_out} before it was left out"


def watches_begin_where_they_were_to(heard: Heard) -> Iterator[str]:
    """8. A watch from a revision delivers everything after it, 9. and nothing up to it."""
    if heard.last != heard.opened:
        return
    if heard.revision <= heard.opened:
        yield f"was told at revision {heard.revision} on a watch from {heard.opened}"
    elif not heard.selective and (left_out := _between(heard)):
        yield f"was told first, and {left_out} was left out on a watch from {heard.opened}"


def _between(heard: Heard) -> list[int]:
    first = bisect_right(heard.written, heard.last)
    return [revision for revision in heard.written[first:] if revision < heard.revision][:3]


OF_WATCHES = (
    events_come_in_order,
    events_come_once,
    no_event_is_missing,
    watches_begin_where_they_were_to,
)


def changes_know_what_was_before(replay: Replay) -> Iterable[str]:
    """10. A change's previous value is what was stored before it."""
    if replay.old is replay.before:
        return ()
    return ("was changed from something else than what was stored",)


def a_lock_has_one_holder(replay: Replay) -> Iterable[str]:
    """40. A lease changes hands only when it was given back, or has run out."""
    new, old = replay.new, replay.old
    former, holder = old.spec.holder_identity, new.spec.holder_identity
    if former == holder or not former or not holder:
        return ()
    lasts = int(old.spec.renew_time or 0) + (old.spec.lease_duration_seconds or 0) * SECOND
    if replay.when >= lasts:
        return ()
    return (f"was taken from {former} {(lasts - replay.when) / SECOND:g} s too early",)


def one_copy_of_a_component_works(replay: Replay) -> Iterator[str]:
    """40. Of all copies of a component one works at most, and 42. none that has lost its lease;
    unless it has just heard late of a renewal: upstream's lease begins when it is asked for, and
    its holder's patience when it hears the answer."""
    if replay.renewed_late > replay.when - replay.slack:
        return
    working: dict[str, str] = {}
    for copy in getattr(replay.cluster._control_plane, "replicas", ()):
        if copy.process is not None:
            other = working.setdefault(copy.component, copy.host)
            if other != copy.host:
                yield f"was written while {copy.component} worked on {other} and {copy.host}"


def the_dead_are_silent(replay: Replay) -> Iterator[str]:
    """42. Nothing is written by a process that has ended, once what it had sent has arrived."""
    ended = replay.stopped.get(replay.component, replay.when)
    if replay.when > ended + ON_ITS_WAY and (replay.component, replay.key) not in replay.overdue:
        yield f"was written by {replay.component} {(replay.when - ended) / SECOND} s after its end"


def queues_are_empty(replay: Replay) -> Iterator[str]:
    """43. No controller has anything left to do."""
    for name, controller in _controllers(replay).items():
        if waiting := len(controller.queue):
            yield f"{name} has {waiting} keys to look at"


def _controllers(replay: Replay) -> dict[str, Any]:
    return dict(replay.cluster._control_plane.controllers.controllers)
