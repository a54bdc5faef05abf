"""What every command of the small shell has in common: its type, and its options."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelite.kubelet.images.program import Steps

if TYPE_CHECKING:
    from kubelite.kubelet.images.shell import Shell

Applet = Callable[["Shell", list[str]], Steps]
Instant = Callable[["Shell", list[str]], int]


def instant(applet: Instant) -> Applet:
    """An applet that takes no time."""

    def run(shell: Shell, args: list[str]) -> Steps:
        return applet(shell, args)
        yield 0  # never reached: it makes this a generator

    return run


def split(args: list[str]) -> tuple[str, list[str]]:
    """Option letters together, and the operands."""
    letters = "".join(arg[1:] for arg in args if arg.startswith("-") and arg != "-")
    return letters, [arg for arg in args if not arg.startswith("-") or arg == "-"]


def options(args: list[str], valued: str) -> tuple[dict[str, str], list[str]]:
    """Options by letter or long name, and the operands; letters of ``valued`` take a value."""
    found: dict[str, str] = {}
    operands: list[str] = []
    rest = list(args)
    while rest:
        word = rest.pop(0)
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            found[name] = value if equals else ""
        elif not word.startswith("-") or word == "-":
            operands.append(word)
        else:
            _letters(word[1:], rest, valued, found)
    return found, operands


def _letters(letters: str, rest: list[str], valued: str, found: dict[str, str]) -> None:
    for place, letter in enumerate(letters):
        if letter in valued:
            found[letter] = letters[place + 1 :] or (rest.pop(0) if rest else "")
            return
        found[letter] = ""
