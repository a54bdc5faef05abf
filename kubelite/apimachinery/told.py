"""Errors of whoever asks, not of the engine: what they say is what is to be read."""

from __future__ import annotations


class Told(Exception):
    """In a notebook such an error shows its message and the asker's line, and not the way of the
    request through the engine. IPython asks an exception for that by the method's name."""

    def _render_traceback_(self) -> list[str]:
        line, trace = 0, self.__traceback__
        while trace is not None:
            if trace.tb_frame.f_globals.get("__name__") == "__main__":
                line = trace.tb_lineno
            trace = trace.tb_next
        where = f" in line {line} of its cell" if line else ""
        return [f"{type(self).__name__}{where}: {self}"]


class UsageError(Told, ValueError):
    """What was asked for cannot be: a value out of range, or a name that nobody has."""


class Miscalled(Told, TypeError):
    """What was called takes other arguments."""


class UnknownName(Told, LookupError):
    """Nothing is called so, here or ever before."""


class TimedOut(Told, TimeoutError):
    """What was waited for did not come about in time."""
