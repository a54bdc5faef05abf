"""Everything that can go wrong: a table, one row a fault.

What a function is given depends on the row's point: for requests and reads the wire and the
request, for events the link and the event, for steps of a runtime the clock and whom to tell,
for moments the chaos and the name of a node or component.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import MERGE_PATCH, Postponed, Request, Response, WatchEvent
from kubelite.chaos import accidents
from kubelite.chaos.plan import (
    EVENT,
    MOMENT,
    NEVER,
    PULL,
    READ,
    REQUEST,
    SANDBOX,
    START,
    Fault,
)
from kubelite.chaos.wire import TIMEOUT, Link, Wire, refusal, unavailable
from kubelite.kubelet import cri
from kubelite.sim.chance import Stream
from kubelite.sim.clock import MILLISECOND, SECOND, Clock

if TYPE_CHECKING:
    from kubelite.chaos.simulation import Chaos

Call = tuple[Wire, Request]
Step = tuple[Clock, Callable[[Any], object]]

ANOTHER = "another-writer"
"""In whose name an object is changed under a component's hands."""


def between(least: int, most: int) -> Callable[[Stream], int]:
    """A length of time, short ones more often than long ones."""
    return lambda draw: least + int((most - least) * draw.random() ** 3)


def at_once(_: Stream) -> int:
    """It takes no time."""
    return 0


# Requests


def _too_many(chaos: Chaos, call: Call, amount: int) -> Response:
    chaos.reach("a request was refused with 429")
    return refusal(errors.too_many_requests("the server is busy", 1))


def _internal(chaos: Chaos, call: Call, amount: int) -> Response:
    return refusal(errors.internal("etcdserver: request timed out"))


def _unavailable(chaos: Chaos, call: Call, amount: int) -> Response:
    return unavailable("the server is currently unable to handle the request")


def _lost(chaos: Chaos, call: Call, amount: int) -> Response:
    raise Postponed(TIMEOUT, refusal(errors.timeout("no reply within the time limit")))


def _reply_lost(chaos: Chaos, call: Call, amount: int) -> Response:
    wire, request = call
    chaos.unknown(request, wire.server.handle(request))
    raise Postponed(TIMEOUT, refusal(errors.timeout("no reply within the time limit")))


def _late(chaos: Chaos, call: Call, amount: int) -> Response:
    chaos.late(call[1], amount)
    raise Postponed(amount)


def _reply_late(chaos: Chaos, call: Call, amount: int) -> Response:
    wire, request = call
    chaos.late(request, amount)
    raise Postponed(amount, wire.server.handle(request))


def _twice(chaos: Chaos, call: Call, amount: int) -> Response:
    wire, request = call
    chaos.unknown(request, wire.server.handle(request))
    return wire.server.handle(request)


def _conflict(chaos: Chaos, call: Call, amount: int) -> Response:
    wire, request = call
    if request.verb == "update" and not request.subresource and request.name:
        touched = {"metadata": {"annotations": {"chaos/touched": str(wire.clock.now)}}}
        note = Request(
            "patch", request.resource, request.namespace, request.name, body=touched,
            component=ANOTHER, patch_type=MERGE_PATCH,
        )  # fmt: skip
        wire.server.handle(note)
    answer = wire.server.handle(request)
    if answer.code == 409:
        chaos.reach("an update was refused with 409 Conflict")
    return answer


def _crash_before(chaos: Chaos, call: Call, amount: int) -> Response:
    wire, request = call
    if not accidents.crash(chaos, request.component, amount):
        return wire.server.handle(request)
    raise Postponed(NEVER, unavailable())


def _crash_after(chaos: Chaos, call: Call, amount: int) -> Response:
    wire, request = call
    answer = wire.server.handle(request)
    if not accidents.crash(chaos, request.component, amount):
        return answer
    chaos.unknown(request, answer)
    raise Postponed(NEVER, unavailable())


# Watches


def _event_late(chaos: Chaos, at: tuple[Link, WatchEvent], amount: int) -> None:
    link, event = at
    link.hold(event, amount)


def _event_twice(chaos: Chaos, at: tuple[Link, WatchEvent], amount: int) -> None:
    link, event = at
    link.deliver(event)
    link.deliver(event)


def _event_lost(chaos: Chaos, at: tuple[Link, WatchEvent], amount: int) -> None:
    chaos.reach("a watch lost an event and went on later")
    at[0].cut(amount)


def _compacted(chaos: Chaos, at: tuple[Link, WatchEvent], amount: int) -> None:
    at[0].cut(amount)
    chaos.wire.clock.after(amount, chaos.compact)


# Machines


def _pull_fails(chaos: Chaos, at: Step, amount: int) -> None:
    clock, then, *_ = at
    chaos.reach("an image could not be pulled")
    error = "failed to pull and unpack image: dial tcp: i/o timeout"
    clock.after(amount, then, cri.PullResult("", 0, error))


def _sandbox_fails(chaos: Chaos, at: Step, amount: int) -> None:
    clock, then = at
    clock.after(amount, then, cri.SandboxResult("", "network plugin is not ready"))


def _start_fails(chaos: Chaos, at: Step, amount: int) -> None:
    clock, then = at
    clock.after(amount, then, "failed to create shim task: context deadline exceeded")


_WAIT, _SOON = between(MILLISECOND, 10 * SECOND), between(10 * MILLISECOND, 3 * SECOND)
_OUTAGE, _BRIEF = between(SECOND, 150 * SECOND), between(SECOND, 20 * SECOND)

FORGOTTEN = "revision forgotten"

# DOC: chaos-faults
FAULTS: tuple[Fault, ...] = (
    Fault("too many requests", "A request is refused with 429.", REQUEST, 0.01, at_once, _too_many),
    Fault("server error", "A request fails with 500.", REQUEST, 0.01, at_once, _internal),
    Fault("unavailable", "A request fails with 503.", REQUEST, 0.01, at_once, _unavailable),
    Fault("read refused", "A read fails with 503.", READ, 0.02, at_once, _unavailable),
    Fault("read limited", "A read is refused with 429.", READ, 0.02, at_once, _too_many),
    Fault("request lost", "A request never arrives and times out.", REQUEST, 0.01, at_once, _lost),
    Fault(
        "reply lost", "A request is done and its reply is lost.",
        REQUEST, 0.01, at_once, _reply_lost,
    ),
    Fault(
        "request late", "A request takes long, and later ones overtake it.",
        REQUEST, 0.02, _WAIT, _late,
    ),
    Fault("reply late", "A reply takes long.", REQUEST, 0.02, _WAIT, _reply_late),
    Fault(
        "request doubled", "A request arrives twice; the second answer is heard.",
        REQUEST, 0.01, at_once, _twice,
    ),
    Fault(
        "second writer", "Somebody else changes the object just before.",
        REQUEST, 0.03, at_once, _conflict,
    ),
    Fault(
        "crash before a request", "A process dies on the way to the server.",
        REQUEST, 0.003, _BRIEF, _crash_before,
    ),
    Fault(
        "crash after a request", "A process dies before it hears the answer.",
        REQUEST, 0.003, _BRIEF, _crash_after,
    ),
    Fault("event late", "A watch falls behind.", EVENT, 0.004, _WAIT, _event_late),
    Fault("event doubled", "An event is delivered twice.", EVENT, 0.01, at_once, _event_twice),
    Fault("watch broken", "A watch loses an event and ends.", EVENT, 0.002, _SOON, _event_lost),
    Fault(
        FORGOTTEN, "A watch ends, and history is compacted before it resumes.",
        EVENT, 0.001, _SOON, _compacted,
    ),
    Fault("image pull fails", "The registry is out of reach.", PULL, 0.1, _SOON, _pull_fails),
    Fault("sandbox fails", "The network plugin fails.", SANDBOX, 0.05, _SOON, _sandbox_fails),
    Fault("start fails", "The runtime cannot start a container.", START, 0.05, _SOON, _start_fails),
    Fault(
        "container dies", "A container's process dies.",
        MOMENT, 0.5, at_once, accidents.container_dies,
    ),
    Fault("power loss", "A machine loses power.", MOMENT, 0.15, _OUTAGE, accidents.power_loss),
    Fault(
        "kubelet restart", "A kubelet restarts; its containers go on.",
        MOMENT, 0.25, _BRIEF, accidents.kubelet_restart,
    ),
    Fault(
        "partition", "A kubelet and the server cannot reach each other.",
        MOMENT, 0.15, _OUTAGE, accidents.partition,
    ),
    Fault(
        "one-way partition", "What a kubelet says arrives, and nothing comes back.",
        MOMENT, 0.1, _OUTAGE, accidents.deaf,
    ),
    Fault("slow node", "A machine's runtime is slow.", MOMENT, 0.2, _OUTAGE, accidents.slow),
    Fault(
        "manager restart", "The controller manager is off for a while.",
        MOMENT, 0.2, _BRIEF, accidents.manager_off,
    ),
    Fault(
        "scheduler restart", "The scheduler is off for a while.",
        MOMENT, 0.2, _BRIEF, accidents.scheduler_off,
    ),
    Fault(
        "server restart", "The API server is off for a while, and all watches end.",
        MOMENT, 0.1, _BRIEF, accidents.server_off,
    ),
    Fault("compaction", "The store forgets its history.", MOMENT, 0.3, at_once, accidents.compact),
    Fault("pod killed", "Somebody deletes a pod.", MOMENT, 0.5, at_once, accidents.delete_pod),
    Fault(
        "label removed", "Somebody takes a pod's labels away from its owner.",
        MOMENT, 0.1, at_once, accidents.orphan_pod,
    ),
)  # fmt: skip
