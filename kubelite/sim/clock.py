"""Virtual time: a heap of callbacks, and nothing else moves the world.

Time is an integer, microseconds since 1970 in UTC, and starts on Black Friday 2026 at 08:00.
Running to a later moment pops callbacks in order; equal moments run in the order they were
asked for. Each callback remembers the ``cause`` under which it was scheduled (an entry of the
trace), and that cause is in force again while it runs: so every effect can be followed back.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Any, NoReturn

import msgspec

from kubelite.sim import limits
from kubelite.sim.guests import Mishap, announce

MICROSECOND = 1
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

START = 1_795_766_400 * SECOND  # 2026-11-27T08:00:00Z

NO_CAUSE = -1
FOREVER = 1 << 62


class HotLoopError(RuntimeError):
    """Callbacks keep scheduling callbacks at one instant: time can never move on."""


class HorizonReached(BaseException):
    """Time is not to pass the clock's ``horizon``; no error, so nobody else shall catch it."""


class Timer(msgspec.Struct, eq=False):
    """One scheduled callback. ``cancel`` it and it never runs."""

    when: int
    action: Callable[..., object] | None
    args: tuple[Any, ...]
    cause: int

    def cancel(self) -> None:
        """Forget the callback. Cancelling twice, or after it ran, does nothing."""
        self.action = None
        self.args = ()

    @property
    def pending(self) -> bool:
        """Whether the callback is still to run."""
        return self.action is not None


class Clock:
    """The one clock of a cluster.

    ``now`` is microseconds since 1970. ``cause`` is the trace entry in whose name the current
    callback acts; ``NO_CAUSE`` outside any. ``running`` is whether a callback is at work. Whoever
    wants to go past ``horizon`` comes as far as that, and then ``HorizonReached`` is raised.
    """

    __slots__ = (
        *("_heap", "_order", "_paused", "_same_instant", "cause", "events_run", "now"),
        *("horizon", "report", "running"),
    )

    def __init__(self, start: int = START):
        self.now = start
        self.cause = NO_CAUSE
        self.events_run = 0
        self._heap: list[tuple[int, int, Timer]] = []
        self._order = 0
        self._paused = False
        self._same_instant = 0
        self.horizon = FOREVER
        self.running = False
        self.report: Callable[[Mishap], object] = announce  # who is told of guests' failures

    def at(self, when: int, action: Callable[..., object], *args: Any) -> Timer:
        """Run ``action(*args)`` at ``when``; a moment already past means now."""
        if when < self.now:
            when = self.now
        timer = Timer(when, action, args, self.cause)
        self._order += 1
        heappush(self._heap, (when, self._order, timer))
        return timer

    def after(self, delay: int, action: Callable[..., object], *args: Any) -> Timer:
        """Run ``action(*args)`` once ``delay`` microseconds have passed."""
        when = self.now + delay if delay > 0 else self.now
        timer = Timer(when, action, args, self.cause)
        self._order += 1
        heappush(self._heap, (when, self._order, timer))
        return timer

    # DOC: clock-step
    def advance(self, until: int = FOREVER, most: int = FOREVER) -> bool:
        """Run what is due by ``until``, each callback at its moment, ``most`` of them at most.

        Ends early, True, after a callback that calls ``pause``; False when nothing is left.
        """
        if until > self.horizon:
            return self._to_the_horizon(most)
        heap, outer = self._heap, self.running
        self._paused, self.running = False, True
        try:
            while heap:
                when, _, timer = heap[0]
                action = timer.action
                if action is None:  # cancelled
                    heappop(heap)
                    continue
                if when > until:
                    return False
                heappop(heap)
                if when > self.now:
                    self.now = when
                    self._same_instant = 0
                else:
                    self._same_instant += 1
                    if self._same_instant > limits.EVENTS_AT_ONE_INSTANT:
                        self._give_up(action)
                timer.action = None
                self.cause = timer.cause
                self.events_run += 1
                action(*timer.args)
                most -= 1
                if self._paused or not most:
                    return True
            return False
        finally:
            self.cause, self.running = NO_CAUSE, outer

    def _to_the_horizon(self, most: int) -> bool:
        if self.advance(self.horizon, most):
            return True
        self.now = max(self.now, self.horizon)
        raise HorizonReached

    def step(self, until: int = FOREVER) -> bool:
        """Run the next callback due by ``until`` and move ``now`` there; False if there is none."""
        return self.advance(until, 1)

    def pause(self) -> None:
        """From a callback: let ``advance`` end after it."""
        self._paused = True

    def run_until(self, when: int) -> None:
        """Run everything due up to and including ``when``, then stand at ``when``."""
        while self.advance(when):
            pass
        self.now = max(self.now, when)

    def next_due(self) -> int | None:
        """The moment of the next callback, or None when nothing is scheduled."""
        heap = self._heap
        while heap and heap[0][2].action is None:
            heappop(heap)
        return heap[0][0] if heap else None

    def pending(self) -> int:
        """How many callbacks are still to run (drops the cancelled ones)."""
        self._heap[:] = [entry for entry in self._heap if entry[2].action is not None]
        heapify(self._heap)
        return len(self._heap)

    def _give_up(self, action: Callable[..., object]) -> NoReturn:
        name = getattr(action, "__qualname__", repr(action))
        count, self._same_instant = self._same_instant, 0  # without the last one time goes on
        raise HotLoopError(
            f"{count:,} events ran without time passing; the last was {name}, which was dropped. "
            "Give it a delay: use clock.after(delay, ...) or requeue with back-off."
        )
