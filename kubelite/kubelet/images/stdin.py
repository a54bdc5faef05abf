"""A process's standard input: what has come, and whether more may.

Steps (``program.Steps``) that need more yield ``AWAIT_INPUT`` instead of a wait; whoever runs them
goes on when there is something new.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from kubelite.kubelet.images.invocation import Applet, options

if TYPE_CHECKING:
    from kubelite.kubelet.images.program import Steps
    from kubelite.kubelet.images.shell import Shell

AWAIT_INPUT = -2
"""What steps yield when they go on only with more input."""

_FILTERS = {
    **dict.fromkeys(("cat", "md5sum", "sha1sum", "sha256sum", "sha512sum", "uniq", "wc"), ("", 0)),
    **dict.fromkeys(("head", "tail"), ("nc", 0)),
    "awk": ("vF", 1),
    "base64": ("w", 0),
    "cut": ("dfc", 0),
    "grep": ("ABCm", 1),
    "sed": ("", 1),
    "sort": ("kt", 0),
}
"""Commands that read their input if no file is named: options with a value, other operands."""

_ALWAYS = ("tee", "tr", "xargs")


class Input:
    """Text that a process has not read yet. ``ended`` when no more will come."""

    __slots__ = ("_pieces", "_resume", "_soft", "ended")

    def __init__(self, text: str = "", ended: bool = True):
        self._pieces = [text]
        self._resume: Callable[[], object] | None = None
        self._soft = False
        self.ended = ended

    @property
    def text(self) -> str:
        """All that is there."""
        if len(self._pieces) != 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    @text.setter
    def text(self, rest: str) -> None:
        self._pieces = [rest]

    def feed(self, text: str) -> None:
        """More has come."""
        if not self.ended:
            self._pieces.append(text)
            self._go_on()

    def end(self, soft: bool = False) -> None:
        """No more will come; ``soft`` for whoever reads now only, as Ctrl-D has it."""
        self.ended, self._soft = True, soft
        self._go_on()

    def take(self) -> str:
        """All that is there, which has been read then."""
        found, self.text = self.text, ""
        if self._soft:
            self.ended = self._soft = False
        return found

    def when_more(self, resume: Callable[[], object]) -> None:
        """Call ``resume`` once, when there is more or the end has come."""
        self._resume = resume

    def _go_on(self) -> None:
        resume, self._resume = self._resume, None
        if resume is not None:
            resume()


def line_of(source: Input) -> Generator[int, None, str]:
    """The next line with its end; "" when there is none."""
    while "\n" not in source.text and not source.ended:
        yield AWAIT_INPUT
    line, end, source.text = source.text.partition("\n")
    return line + end


def all_of(source: Input) -> Generator[int, None, str]:
    """Everything up to the end."""
    while not source.ended:
        yield AWAIT_INPUT
    return source.take()


def fed(shell: Shell, name: str, applet: Applet, args: list[str]) -> Steps:
    """Run a command; if it is one that reads, wait for all that it is going to read."""
    source = shell.input
    if not _reads(name, args):
        return (yield from applet(shell, args))
    if name == "cat" and not args and shell.out == shell.stdout:
        return (yield from _passed_on(shell, source))
    shell.input = Input((yield from all_of(source)))
    try:
        return (yield from applet(shell, args))
    finally:
        shell.input = source


def _passed_on(shell: Shell, source: Input) -> Steps:
    """``cat``: what comes in goes out at once, to somebody who waits for it."""
    while True:
        over = source.ended
        if text := source.take():
            shell.out(text)
        if over:
            return 0
        yield AWAIT_INPUT


def _reads(name: str, args: list[str]) -> bool:
    if name not in _FILTERS:
        return name in _ALWAYS
    valued, others = _FILTERS[name]
    operands = options(args, valued)[1]
    return "-" in operands or len(operands) <= others
