"""What stands between a learner's controller and the shell around it.

controller-runtime recovers a panic of a reconciler and puts the key back with back-off
(``sigs.k8s.io/controller-runtime/pkg/internal/controller/controller.go``); so does this, and it
tells of it: in an event, in the story of the object, and in a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from kubelite.api.freezing import spoilt
from kubelite.client.controller import (
    ACTIONS,
    Action,
    Controller,
    Create,
    Emit,
    Requeue,
    Update,
)
from kubelite.client.informer import Informer
from kubelite.sim import limits
from kubelite.sim.clock import SECOND
from kubelite.sim.guests import NOBODY, mishap, nonsense, shown

MESSAGE_LIMIT = 1024
"""Of an event's message."""

_AGAIN = (
    "The key comes back after a back-off; everything else goes on. "
    "Correct the class and make a new Cluster"
)
_HOT = (
    f"The key is left alone for {limits.HOT_LOOP_PAUSE:,} s; everything else goes on. "
    "Return Requeue(5 * SECOND) to look again later, and write only what differs"
)


class Guest:
    """It counts, checks and tells. ``copies`` are the informers that the controller reads.

    A key in a hot loop is left alone for a while; the other keys and controllers go on.
    """

    def __init__(self, controller: Controller, copies: Sequence[Informer]):
        self._controller = controller
        self._copies = copies
        self._second = 0
        self._looks: dict[str, int] = {}  # by key, within this second
        self._total = 0
        self._parked: dict[str, int] = {}  # by key, until when it is left alone
        self._closed = 0

    def sync(self, key: str) -> Sequence[Action]:
        """What the controller's own ``sync`` answers. Raises what it raises, and NonsenseError."""
        now = self._controller.clock.now
        until = max(self._parked.get(key, 0), self._closed)
        if now < until:
            return (Requeue(until - now),)
        self._count(key, now)
        answered = self._controller.sync(key)
        if not isinstance(answered, Iterable) or isinstance(answered, (str, dict, *ACTIONS)):
            nonsense(f"sync returned {shown(answered)}: a list of actions is needed, () for none")
        actions = tuple(islice(answered, limits.ACTIONS_A_SYNC + 1))
        if len(actions) > limits.ACTIONS_A_SYNC:
            nonsense(f"sync returned more than {limits.ACTIONS_A_SYNC:,} actions, perhaps for ever")
        for action in actions:
            self._check(action)
        if changed := spoilt():
            nonsense(changed)
        return actions

    @staticmethod
    def _check(action: Any) -> None:
        if not isinstance(action, ACTIONS):
            names = ", ".join(kind.__name__ for kind in ACTIONS)
            nonsense(f"sync returned {shown(action)} among its actions: it may return {names}")
        if isinstance(action, Create | Update | Emit) and not _is_object(action[0]):
            named = type(action).__name__
            nonsense(f"{named} takes an object with metadata, not {shown(action[0])}")
        if isinstance(action, Requeue) and (
            isinstance(action.delay, bool) or not isinstance(action.delay, int)
        ):
            nonsense(f"Requeue takes whole microseconds, such as 5 * SECOND, not {action.delay!r}")

    # DOC: hot-loop
    def _count(self, key: str, now: int) -> None:
        """Raises NonsenseError where one key, or all together, come round far too often."""
        if now // SECOND != self._second:
            self._second, self._total = now // SECOND, 0
            self._looks.clear()
        self._total += 1
        looks = self._looks[key] = self._looks.get(key, 0) + 1
        pause = now + limits.HOT_LOOP_PAUSE * SECOND
        if looks > limits.SYNCS_A_SECOND:
            self._parked[key] = pause
            nonsense(f"a hot loop: looked at {key} {looks - 1:,} times within a virtual second")
        if self._total > limits.GUEST_EVENTS_A_SECOND:
            self._closed = pause
            nonsense(f"a hot loop: {self._total - 1:,} looks within a virtual second")

    def failed(self, key: str, error: BaseException, method: str) -> None:
        """Tell of it: an event and an entry in the story of the object, and a warning."""
        controller = self._controller
        found, subject = self._object(key)
        advice = _HOT if str(error).startswith("a hot loop") else _AGAIN
        told = mishap(error, type(controller), method, advice, subject)
        if found is not None:
            text = told.cause[:MESSAGE_LIMIT]
            controller.recorder.event(found, "Warning", "ControllerFailed", text)
        controller.clock.report(told)

    def _object(self, key: str) -> tuple[Any, tuple[str, str, str]]:
        """What the key names, in whichever copy has it."""
        if not isinstance(key, str):
            return None, NOBODY
        namespace, _, name = key.rpartition("/")
        for copy in self._copies:
            if (found := copy.get(key)) is not None:
                return found, (copy.resource, namespace, name)
        return None, NOBODY


def _is_object(thing: Any) -> bool:
    return "metadata" in thing if isinstance(thing, dict) else hasattr(thing, "metadata")
