"""A shell that somebody talks to: a line, its output, the next line.

Models the command loop of busybox ash (``cmdloop`` in shell/ash.c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelite.kubelet.images.leaving import ExitShell, Interrupted, LeaveLoop
from kubelite.kubelet.images.stdin import line_of
from kubelite.kubelet.images.syntax import SyntaxProblem, parse

if TYPE_CHECKING:
    from kubelite.kubelet.images.program import Steps
    from kubelite.kubelet.images.shell import Shell

INTERRUPTED = 130
"""The status after Ctrl-C: 128 and the number of SIGINT."""

_UNFINISHED = ("unexpected end of file", "unterminated")


def converse(shell: Shell) -> Steps:
    """Read commands from the input and run them until it ends; the last one's status."""
    own = shell.out, shell.err, shell.input
    held = ""
    while True:
        shell.out, shell.err, shell.input = own
        shell.out(prompt(shell, held))
        try:
            line = yield from line_of(shell.input)
            held += line
            if line and _unfinished(held):
                continue
            if held.strip():
                yield from _run(shell, held)
        except Interrupted:
            shell.out, shell.err, shell.input = own
            shell.out("\n")
            shell.status = INTERRUPTED
        except ExitShell as leaving:
            return leaving.code
        else:
            if not line:
                return shell.status
        held = ""


def prompt(shell: Shell, held: str = "") -> str:
    """What a terminal shows before a line is typed."""
    if shell.terminal is None:
        return ""
    return "> " if held else f"{shell.cwd} # "


def _run(shell: Shell, text: str) -> Steps:
    try:
        tree = parse(text)
    except SyntaxProblem as problem:
        shell.err(f"sh: {problem}\n")
        shell.status = 2
        return 2
    try:
        return (yield from shell.sequence(tree))
    except LeaveLoop:
        return shell.status  # outside of a loop there is nothing to leave


def _unfinished(text: str) -> bool:
    """Whether a command goes on in the next line."""
    if text.rstrip("\n").endswith("\\"):
        return True
    try:
        parse(text)
    except SyntaxProblem as problem:
        return any(words in str(problem) for words in _UNFINISHED)
    return False
