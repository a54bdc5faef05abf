"""The shell around every controller: decide, then do.

A controller looks at its local copies and answers with a list of actions; the shell performs
them one at a time, each on its own clock event, and tells the controller how each went. When
one fails, the rest is dropped and the key comes back later with fresh eyes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kubelite.apimachinery.errors import Status, StatusError
from kubelite.apimachinery.rest import Response
from kubelite.client.client import Client
from kubelite.client.consistency import ConsistencyError, ConsistencyStore
from kubelite.client.events import EventRecorder
from kubelite.client.workqueue import WorkQueue
from kubelite.sim.clock import FOREVER

if TYPE_CHECKING:
    from kubelite.client.guest import Guest


class Create(NamedTuple):
    """Create ``obj``."""

    obj: Any


class Update(NamedTuple):
    """Replace ``obj``, or only its ``subresource`` ("status")."""

    obj: Any
    subresource: str = ""


class Delete(NamedTuple):
    """Delete the object of this name, if ``uid`` is still its identity."""

    resource: str
    name: str
    namespace: str = ""
    uid: str = ""
    grace_period_seconds: int | None = None
    propagation_policy: str = ""


class Patch(NamedTuple):
    """Change parts of an object."""

    resource: str
    name: str
    namespace: str
    patch: Any
    patch_type: str
    subresource: str = ""


class Emit(NamedTuple):
    """Report an event about ``involved``."""

    involved: Any
    type: str
    reason: str
    message: str


class Requeue(NamedTuple):
    """Look at the same key again after ``delay`` microseconds."""

    delay: int


Action = Create | Update | Delete | Patch | Emit | Requeue
ACTIONS = (Create, Update, Delete, Patch, Emit, Requeue)


class Controller:
    """The base of a controller. Subclasses give ``sync``; ``name`` is upstream's.

    ``workers`` is how many keys may be worked on at once.
    """

    name = ""
    workers = 5
    sync_timeout = FOREVER
    """How long it waits for its copies before it works without those that are missing."""

    def __init__(self, client: Client, recorder: EventRecorder):
        self.client = client
        self.clock = client.clock
        self.recorder = recorder
        self.queue = WorkQueue(client.clock, self._wake)
        self._busy = 0  # workers that work, or have been called
        self._called = 0
        self._held = False
        self._life = 0  # counts restarts: answers to an earlier life are ignored
        self.consistency: ConsistencyStore | None = None  # for one that reads its own writes
        self.guest: Guest | None = None  # stands in between where the code is not the engine's

    def start(self) -> None:
        """Begin: called once the informers are there."""

    def sync(self, key: str) -> Sequence[Action]:
        """What has to be done now for ``key``. Reads local copies, changes nothing.

        Where a copy is not enough it may ask the server; a StatusError brings the key back later.
        """
        raise NotImplementedError

    def succeeded(self, key: str, action: Action, result: Any) -> None:
        """An action went well; ``result`` is what the server answered."""

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """The first of ``dropped`` was refused; none of the others will be tried."""

    def crash(self) -> None:
        """Lose everything that is only in memory, answers under way included."""
        self._life += 1
        self._busy = self._called = 0
        self.queue.clear()
        if self.consistency is not None:
            self.consistency.forget_all()

    def hold(self) -> None:
        """Do nothing yet: some copy has not been filled."""
        self._held = True

    def release(self) -> None:
        """All copies are there: work."""
        if self._held:
            self._held = False
            for _ in range(self.workers):
                self._wake()

    # The loop

    def _wake(self) -> None:
        if self._busy < self.workers:
            self._busy += 1
            self._called += 1
            self.clock.after(0, self._next, self._life)

    def _next(self, life: int) -> None:
        if life != self._life:
            return
        self._called -= 1
        if self._held:
            self._busy -= 1
            return
        found = self.queue.get()
        if found is None:
            self._busy -= 1
            return
        key, self.clock.cause = found
        try:
            if self.consistency is not None:
                self.consistency.ensure_ready(key)
            actions = self.sync(key) if self.guest is None else self.guest.sync(key)
        except (StatusError, ConsistencyError):  # the server could not answer, or a copy is behind
            self.queue.add_rate_limited(key)
            self._finish(key, life)
            return
        except BaseException as error:
            self._broke(key, life, error, "sync")
            return
        self._perform(key, actions, 0, life)

    def _broke(self, key: str, life: int, error: BaseException, method: str) -> None:
        """The code has failed: a guest's key comes back later, as after a recovered panic."""
        if life == self._life:
            self.queue.add_rate_limited(key)
            self._finish(key, life)
        if self.guest is None:
            raise error
        self.guest.failed(key, error, method)

    # DOC: controller-shell
    def _perform(self, key: str, actions: Sequence[Action], done: int, life: int) -> None:
        try:
            for place in range(done, len(actions)):
                action = actions[place]
                if isinstance(action, Emit):
                    self.recorder.event(*action)
                elif not isinstance(action, Requeue):
                    self._send(key, actions, place, life)
                    return
            self.queue.forget(key)
            for action in actions:
                if isinstance(action, Requeue):
                    self.queue.add_after(key, action.delay)
        except BaseException as error:
            self._broke(key, life, error, "sync")
            return
        self._finish(key, life)

    def _send(self, key: str, actions: Sequence[Action], place: int, life: int) -> None:
        action = actions[place]

        def answered(response: Response) -> None:
            if life != self._life:
                return
            try:
                if response.ok:
                    if self.consistency is not None and isinstance(action, Create | Update):
                        self.consistency.wrote(key, response.body)
                    self.succeeded(key, action, response.body)
                else:
                    self.failed(key, actions[place:], response.body)
            except BaseException as error:
                self._broke(key, life, error, "succeeded" if response.ok else "failed")
                return
            if response.ok:
                self._perform(key, actions, place + 1, life)
            else:
                self.queue.add_rate_limited(key)
                self._finish(key, life)

        client = self.client
        if isinstance(action, Create):
            client.create(action.obj, answered)
        elif isinstance(action, Update):
            client.update(action.obj, answered, action.subresource)
        elif isinstance(action, Patch):
            client.patch(
                action.resource,
                action.name,
                action.namespace,
                action.patch,
                action.patch_type,
                answered,
                action.subresource,
            )
        elif isinstance(action, Delete):
            client.delete(
                action.resource,
                action.name,
                action.namespace,
                answered,
                action.uid,
                action.grace_period_seconds,
                action.propagation_policy,
            )

    def _finish(self, key: str, life: int) -> None:
        if life == self._life:
            self._busy -= 1
        self.queue.done(key)
        if len(self.queue) > self._called:
            self._wake()
