"""What must be true of every stored object's life and of locks: rows of ``tests.invariants``."""

from __future__ import annotations

from collections.abc import Iterator

from kubelite.apimachinery.labels import from_label_selector, from_set
from kubelite.controllers.base import controller_of
from kubelite.sim.clock import SECOND
from tests.replay import Replay

FOREGROUND = "foregroundDeletion"
HEARTBEATS = ("leases.coordination.k8s.io", "events", "nodes")
MOMENT = 5 * SECOND
BUSY = 50  # writes a second by one component to one object


def uids_are_never_used_again(replay: Replay) -> Iterator[str]:
    """2. No two objects ever have the same uid."""
    if replay.old is None and replay.new is not None:
        before = replay.born[replay.new.metadata.uid]
        if before != replay.written[replay.key] or replay.new.metadata.uid in replay.gone:
            yield f"has a uid that was given before: {replay.new.metadata.uid}"


def a_namespace_that_is_gone_is_empty(replay: Replay) -> Iterator[str]:
    """38. A namespace vanishes only when nothing is in it."""
    if replay.resource != "namespaces" or replay.new is not None:
        return
    name = replay.old.metadata.name
    for kind in replay.state.values():
        for key, obj in kind.items():
            if obj.metadata.namespace == name:
                yield f"is gone, and {key} is still there"


def adopted_children_match(replay: Replay) -> Iterator[str]:
    """32. A controller takes in only pods that its selector means."""
    new, old = replay.new, replay.old
    if replay.resource != "pods" or new is None or old is None:
        return
    owner = controller_of(new)
    if owner is None or controller_of(old) is not None:
        return
    parent = replay.owner_of(new)
    if parent is None:
        return
    selector = parent.spec.selector  # a ReplicationController's is plain labels
    read = from_set if isinstance(selector, dict) else from_label_selector
    if not read(selector).matches(new.metadata.labels):
        yield f"was adopted by {owner.kind} {owner.name}, whose selector does not mean it"


def nobody_runs_hot(replay: Replay) -> Iterator[str]:
    """44. No component writes one object again and again within a second."""
    place = (replay.component, replay.key)
    began, count = replay.busy.get(place, (0, 0))
    fresh = replay.when - began > SECOND
    replay.busy[place] = (replay.when, 1) if fresh else (began, count + 1)
    if not fresh and count + 1 == BUSY and replay.component != "you":
        yield f"was written {BUSY} times within a second"


def namespaces_vanish_in_the_end(replay: Replay) -> Iterator[str]:
    """38. A namespace that was deleted empties itself, and then goes."""
    now = replay.cluster.clock.now
    for key, namespace in replay.of("namespaces").items():
        since = namespace.metadata.deletion_timestamp
        held = any(
            obj.metadata.namespace == namespace.metadata.name and obj.metadata.finalizers
            for kind in replay.state.values()
            for obj in kind.values()
        )
        if since is not None and now - since > 120 * SECOND and not held:
            yield f"{key} has been Terminating for {(now - since) // SECOND} s"


def queues_are_empty_in_the_end(replay: Replay) -> Iterator[str]:
    """43. Controllers work off their queues, once nothing has changed for a moment."""
    changes = [when for key, when in replay.written.items() if key.split("/")[2] not in HEARTBEATS]
    if replay.cluster.clock.now - max(changes, default=0) < MOMENT:
        return
    for name, controller in replay.cluster.controllers.items():
        if len(controller.queue):
            yield f"{len(controller.queue)} keys wait in the queue of {name}"
