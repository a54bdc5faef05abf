"""The pod lifecycle event generator: it notices that a container has ended.

Every second, counted from the kubelet's start, the pods that have changed are looked at again.
Upstream lists all containers at every tick; here a tick is only scheduled when the runtime
has something to tell, so an idle node costs nothing. Models ``pkg/kubelet/pleg/generic.go``.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.sim.clock import SECOND, Clock, Timer

RELIST_PERIOD = 1 * SECOND


class Pleg:
    """Collects the pods that changed; ``relisted(uid)`` is called for each at the next tick."""

    def __init__(self, clock: Clock, relisted: Callable[[str], object]):
        self._clock = clock
        self._relisted = relisted
        self._start = clock.now
        self._changed: dict[str, int] = {}  # pod uid -> the cause of the change
        self._timer: Timer | None = None

    def changed(self, uid: str) -> None:
        """Something about this pod has changed in the runtime."""
        self._changed.setdefault(uid, self._clock.cause)
        if self._timer is None:
            late = (self._clock.now - self._start) % RELIST_PERIOD
            self._timer = self._clock.after(RELIST_PERIOD - late, self._relist)

    def stop(self) -> None:
        """Forget everything."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._changed.clear()

    def _relist(self) -> None:
        self._timer = None
        changed, self._changed = self._changed, {}
        for uid, cause in changed.items():
            self._clock.cause = cause
            self._relisted(uid)
