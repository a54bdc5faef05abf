"""The list of keys a controller still has to look at.

A key waits here once, however often it was added; a key being worked on is not handed out a
second time, but is noted and comes back when the work is done. So a slow controller sees the
latest state and never two at once on one object. Models client-go/util/workqueue.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from kubelite.sim.clock import MILLISECOND, SECOND, Clock, Timer

BASE_DELAY = 5 * MILLISECOND
MAX_DELAY = 1000 * SECOND


class WorkQueue:
    """Keys in the order of arrival, with back-off for those that failed.

    ``wake`` is called when a key becomes ready to be worked on. A key that failed waits for
    ``base_delay`` and then twice as long each time, up to ``max_delay``.
    """

    def __init__(
        self,
        clock: Clock,
        wake: Callable[[], None],
        base_delay: int = BASE_DELAY,
        max_delay: int = MAX_DELAY,
    ):
        self._clock = clock
        self._wake = wake
        self._delays = base_delay, max_delay
        self.adds = self.retried = 0  # ever
        self._ready: deque[str] = deque()
        self._dirty: dict[str, int] = {}  # key -> the cause to be told
        self._processing: set[str] = set()
        self._failures: dict[str, int] = {}
        self._waiting: dict[str, Timer] = {}

    def __len__(self) -> int:
        return len(self._ready)

    # DOC: workqueue-add
    def add(self, key: str, leading: bool = False) -> None:
        """Let ``key`` be looked at soon.

        Of several additions before the look, the first is told as its cause; unless a later one
        is ``leading``, as a change of what the object itself asks for.
        """
        if key in self._dirty:
            if leading:
                self._dirty[key] = self._clock.cause
            return
        self._dirty[key] = self._clock.cause
        self.adds += 1
        if key not in self._processing:
            self._ready.append(key)
            self._wake()

    def add_after(self, key: str, delay: int) -> None:
        """Let ``key`` be looked at after ``delay`` microseconds; the soonest call wins."""
        if delay <= 0:
            self.add(key)
            return
        waiting = self._waiting.get(key)
        due = self._clock.now + delay
        if waiting is not None and waiting.pending:
            if waiting.when <= due:
                return
            waiting.cancel()
        self._waiting[key] = self._clock.at(due, self._due, key)

    def add_rate_limited(self, key: str) -> None:
        """Add after a delay that doubles with each failure since the last ``forget``."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        self.retried += 1
        base, most = self._delays
        self.add_after(key, min(base << min(failures, 40), most))

    def retries(self, key: str) -> int:
        """How often ``key`` has failed since the last ``forget``."""
        return self._failures.get(key, 0)

    def forget(self, key: str) -> None:
        """The key went well: its next failure starts from the shortest delay."""
        self._failures.pop(key, None)

    def get(self) -> tuple[str, int] | None:
        """The next key to work on, and the cause it was added for; None when none is ready."""
        if not self._ready:
            return None
        key = self._ready.popleft()
        self._processing.add(key)
        return key, self._dirty.pop(key)

    def done(self, key: str) -> None:
        """Work on ``key`` has ended; if it was added meanwhile, it is ready again."""
        self._processing.discard(key)
        if key in self._dirty:
            self._ready.append(key)
            self._wake()

    def clear(self) -> None:
        """Forget everything, as a crash does."""
        for timer in self._waiting.values():
            timer.cancel()
        for held in (self._ready, self._dirty, self._processing, self._failures, self._waiting):
            held.clear()

    def _due(self, key: str) -> None:
        self._waiting.pop(key, None)
        self.add(key)
