"""Waiting longer after each failure: 10 s, 20 s, 40 s ... 300 s (or between other limits), and
from the start again once ten minutes have passed without one.

Models ``k8s.io/client-go/util/flowcontrol/backoff.go``.
"""

from __future__ import annotations

from kubelite.sim.clock import SECOND, Clock

INITIAL = 10 * SECOND
MAXIMUM = 300 * SECOND


class Backoff:
    """Keys with their present delay in microseconds.

    A key is a container, a pod's image, or a node on which a daemon fails.
    """

    def __init__(self, clock: Clock, initial: int = INITIAL, maximum: int = MAXIMUM):
        self._clock = clock
        self._initial = initial
        self._maximum = maximum
        self._entries: dict[str, tuple[int, int]] = {}  # key -> delay, when it last grew

    def get(self, key: str) -> int:
        """The present delay of ``key``; 0 when it has not failed."""
        entry = self._entries.get(key)
        return entry[0] if entry else 0

    # DOC: backoff-next
    def next(self, key: str, event: int) -> None:
        """``key`` failed at the moment ``event``: its delay doubles, or starts anew."""
        entry = self._entries.get(key)
        if entry is None or self._expired(event, entry[1]):
            delay = self._initial
        else:
            delay = min(entry[0] * 2, self._maximum)
        self._entries[key] = (delay, self._clock.now)

    def wait_since(self, key: str, event: int) -> int:
        """How long from now until ``key``, which ended at ``event``, may start again; 0 is now."""
        entry = self._entries.get(key)
        if entry is None or self._expired(event, entry[1]):
            return 0
        return max(event + entry[0] - self._clock.now, 0)

    def wait_since_update(self, key: str) -> int:
        """How long from now until ``key`` may be tried again, counted from its last failure."""
        entry = self._entries.get(key)
        if entry is None or self._expired(self._clock.now, entry[1]):
            return 0
        return max(entry[1] + entry[0] - self._clock.now, 0)

    def forget(self, prefix: str) -> None:
        """Drop all keys of a pod that is gone."""
        for key in [key for key in self._entries if key.startswith(prefix)]:
            del self._entries[key]

    def _expired(self, event: int, updated: int) -> bool:
        return event - updated > 2 * self._maximum
