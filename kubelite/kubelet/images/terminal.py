"""A terminal: what its kernel makes of keys before a process reads them.

Models the line discipline of Linux (drivers/tty/n_tty.c) as far as a shell's user meets it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelite.kubelet.images.invocation import Applet, instant
from kubelite.kubelet.images.stdin import Input

if TYPE_CHECKING:
    from kubelite.kubelet.images.shell import Shell

END_OF_INPUT = "\x04"
INTERRUPT = "\x03"
KILL_LINE = "\x15"
ERASE = "\x7f\b"

Show = Callable[[str], object]


class Terminal:
    """Between somebody who types and a process: echoes, edits the line, gives it at its end."""

    def __init__(self, source: Input, show: Show, interrupt: Callable[[], object]):
        self._source = source
        self._show = show
        self._interrupt = interrupt
        self._line = ""
        self.columns, self.rows = 80, 24

    def resize(self, columns: int, rows: int) -> None:
        """The window has another size."""
        self.columns, self.rows = columns, rows

    def write(self, text: str) -> None:
        """What the process writes: each line begins on the left."""
        self._show(text.replace("\n", "\r\n"))

    def type(self, keys: str) -> None:
        """Keys as they come in."""
        for key in keys:
            self._key(key)

    def _key(self, key: str) -> None:
        if key == INTERRUPT:
            self._line = ""
            self._show("^C")
            self._interrupt()
        elif key == END_OF_INPUT:
            self._hand_over(ended=not self._line)
        elif key in ERASE:
            self._erase(1)
        elif key == KILL_LINE:
            self._erase(len(self._line))
        elif key in "\r\n":
            self._show("\r\n")
            self._line += "\n"
            self._hand_over()
        else:
            self._show(key)
            self._line += key

    def _erase(self, count: int) -> None:
        count = min(count, len(self._line))
        self._line = self._line[: len(self._line) - count]
        if count:
            self._show("\b \b" * count)

    def _hand_over(self, ended: bool = False) -> None:
        line, self._line = self._line, ""
        if ended:
            self._source.end(soft=True)
        else:
            self._source.feed(line)


def _stty(shell: Shell, args: list[str]) -> int:
    """``stty size``; everything else about a terminal stays as it is."""
    if args == ["size"] and shell.terminal is not None:
        shell.out(f"{shell.terminal.rows} {shell.terminal.columns}\n")
    return 0


def _tty(shell: Shell, args: list[str]) -> int:
    shell.out("not a tty\n" if shell.terminal is None else "/dev/pts/0\n")
    return int(shell.terminal is None)


TERMINAL_TOOLS: dict[str, Applet] = {"stty": instant(_stty), "tty": instant(_tty)}
"""More rows of ``applets.APPLETS``."""
