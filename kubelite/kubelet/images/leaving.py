"""The ways out of a script that is under way."""

from __future__ import annotations


class ExitShell(Exception):
    """``exit`` was run, with this code."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code


class LeaveLoop(Exception):
    """``break``, or ``continue`` when ``again``."""

    def __init__(self, again: bool):
        super().__init__(again)
        self.again = again


class Interrupted(Exception):
    """Somebody has typed Ctrl-C."""
