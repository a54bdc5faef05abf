"""Stops a learner's line that keeps the whole cluster waiting: an endless loop, a sleep.

Virtual time cannot notice that somebody's ``while True`` never comes back, for it stands still
meanwhile. So a thread looks twice a second of real time at the thread in which the clock runs. As
long as events end, all is well, however long the run. Where one event of the clock has lasted for
``limits.GUEST_PATIENCE`` seconds and the code at work is a learner's, ``StoppedError`` is raised
in its own line, never in the middle of the engine's work; from there on it is a mishap like any
other. ``time.sleep`` inside the loop is refused at once.

What comes out of a run does not depend on it: it only ends runs that would not end. It cannot
interrupt what Python itself cannot: one endless call in C, such as ``sum(itertools.count())``.
Whoever stands in a debugger or is asked for input is left alone.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

from kubelite.sim import limits
from kubelite.sim.clock import Clock
from kubelite.sim.guests import ENGINE, LIBRARIES, StoppedError

PERIOD = 0.5
CLOSE_LOOK = 0.001
"""Between two looks once somebody is to be stopped: one has to meet a line of the guest's."""

AT_LEISURE = {"pdb", "bdb", "pydevd", "_pydevd_bundle", "debugpy", "IPython", "ipykernel"}
"""Where somebody is being waited for: a debugger, an input."""

_ADVICE = (
    "Let it come back: return Requeue(delay), use after(delay, ...), and let virtual time pass "
    "instead of waiting. A long calculation needs kubelite.edge.watchdog.attach(patience=60)"
)

_real_sleep = time.sleep


class Watchdog:
    """Looks after all clocks of this process. ``patience`` in seconds of real time."""

    def __init__(self, patience: float):
        self.patience = patience
        self._ended = threading.Event()
        self._seen: dict[int, tuple[int, int, float]] = {}  # by thread: clock, event, since when
        self._knocks = _can_knock()
        self._thread = threading.Thread(target=self._watch, name="kubelite-watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        pause = PERIOD
        while not self._ended.wait(pause):
            pause = CLOSE_LOOK if self._look() else PERIOD

    def _look(self) -> bool:
        """Look at each thread; whether one has to be looked at closely."""
        now, overdue, seen = time.monotonic(), False, {}
        for thread, frame in sys._current_frames().items():
            inside = list(_inside(frame))
            if not inside:
                continue
            clock: Clock = inside[-1].f_locals["self"]
            event = (id(clock), clock.events_run)
            known = self._seen.get(thread)
            since = known[2] if known is not None and known[:2] == event else now
            seen[thread] = (*event, since)
            if now - since >= self.patience and _guest(inside) and not _at_leisure(inside):
                overdue = True
                if self._stop(thread, inside):
                    seen[thread] = (*event, now)  # if it goes on all the same, once more
        self._seen = seen
        return overdue

    def _stop(self, thread: int, inside: list[FrameType]) -> bool:
        """Raise in the guest's own line; False while the engine is at work for it."""
        for frame in inside:  # innermost first
            if _module(frame) == ENGINE:
                return False
            if _is_guest(frame):
                break
        Overdue.patience = self.patience
        to, what = ctypes.c_ulong(thread), ctypes.py_object(Overdue)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(to, what)
        if self._knocks and thread == threading.main_thread().ident:
            signal.pthread_kill(thread, signal.SIGURG)  # or it would first sleep to the end
        return True


class Overdue(StoppedError):
    """What is raised in another thread: made there, without arguments."""

    patience: float = limits.GUEST_PATIENCE

    def __init__(self) -> None:
        super().__init__(
            f"did not come back within {self.patience:g} s of your time and was stopped. {_ADVICE}"
        )


def _can_knock() -> bool:
    """Whether a signal can wake the main thread from a long call: one that nobody else uses."""
    if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
        return False
    if signal.getsignal(signal.SIGURG) in (signal.SIG_DFL, None):
        signal.signal(signal.SIGURG, _knocked)
    return signal.getsignal(signal.SIGURG) is _knocked


def _knocked(number: int, frame: FrameType | None) -> None:
    """Here the exception that waits for the thread is raised."""


def _inside(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames inside one event of a clock, innermost first, that of the clock last."""
    found: list[FrameType] = []
    while frame is not None:
        found.append(frame)
        if frame.f_code is Clock.advance.__code__:
            yield from found
            return
        frame = frame.f_back


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _is_guest(frame: FrameType) -> bool:
    return _module(frame) not in LIBRARIES


def _guest(inside: list[FrameType]) -> bool:
    return any(map(_is_guest, inside))


def _at_leisure(inside: list[FrameType]) -> bool:
    return any(_module(frame) in AT_LEISURE or frame.f_trace is not None for frame in inside)


def _sleep(seconds: float) -> None:
    """``time.sleep``, but not inside a cluster's loop."""
    if _guest(list(_inside(sys._getframe(1)))):
        _refuse_sleep(seconds)
    _real_sleep(seconds)


def _refuse_sleep(seconds: float) -> NoReturn:
    raise StoppedError(
        f"time.sleep({seconds!r}) stops your notebook, not the cluster: its time is virtual. "
        f"{_ADVICE.partition('. A long')[0]}"
    )


_running: Watchdog | None = None


# DOC: watchdog
def attach(patience: float = limits.GUEST_PATIENCE) -> Watchdog:
    """Watch from now on; ``patience`` replaces that of an earlier call."""
    global _running
    if _running is None:
        _running = Watchdog(patience)
        _running.start()
        time.sleep = _sleep  # type: ignore[assignment]
    _running.patience = patience
    return _running


def detach() -> None:
    """Watch no more, and let ``time.sleep`` be what it was."""
    global _running
    if _running is not None:
        time.sleep = _real_sleep
        _running.stop()
        _running = None
