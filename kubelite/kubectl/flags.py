"""Flags: from a line of words to what a verb was given.

Models github.com/spf13/pflag as kubectl uses it, down to its sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kubelite.apimachinery.errors import go_quote
from kubelite.kubectl.result import CommandError

TEXT, SWITCH, NUMBER, DURATION = "text", "switch", "number", "duration"
WORDS, EACH = "words", "each"  # repeated or parted by commas; repeated only


class Flag(NamedTuple):
    """One flag. ``alone`` is its value when it stands without one (``--dry-run``)."""

    name: str
    type: str = TEXT
    default: Any = None
    short: str = ""
    alone: str = ""

    def initial(self) -> Any:
        """The value when it is not given."""
        if self.default is not None:
            return self.default
        return {SWITCH: False, NUMBER: 0, DURATION: 0.0, WORDS: (), EACH: ()}.get(self.type, "")


@dataclass(frozen=True)
class Given:
    """What a verb was given: its words, the words after ``--``, and its flags by name."""

    path: str
    words: tuple[str, ...] = ()
    after: tuple[str, ...] | None = None
    flags: Mapping[str, Any] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Any:
        """A flag's value: text, bool, int, seconds, or a tuple of texts."""
        return self.flags[name]

    def has(self, name: str) -> bool:
        """Whether the flag was given, be it with its default."""
        return name in self.changed

    def get(self, name: str, default: Any = None) -> Any:
        """A flag's value; ``default`` where the verb has no such flag."""
        return self.flags.get(name, default)


class _Reader:
    """The words of one command line, read from the left."""

    def __init__(self, path: str, flags: Iterable[Flag]):
        self._path = path
        self._flags = {flag.name: flag for flag in flags}
        self._short = {flag.short: flag for flag in self._flags.values() if flag.short}
        self._values: dict[str, Any] = {name: f.initial() for name, f in self._flags.items()}
        self._changed: dict[str, None] = {}

    def read(self, words: Sequence[str]) -> Given:
        plain: list[str] = []
        after: tuple[str, ...] | None = None
        rest = list(words)
        while rest:
            word = rest.pop(0)
            if word == "--":
                after = tuple(rest)
                break
            if word.startswith("--"):
                self._long(word[2:], rest)
            elif word.startswith("-") and word != "-":
                self._shorts(word, rest)
            else:
                plain.append(word)
        return Given(self._path, tuple(plain), after, self._values, frozenset(self._changed))

    def _long(self, word: str, rest: list[str]) -> None:
        name, given, value = word.partition("=")
        if not name or name.startswith("-"):
            raise self._wrong(f"bad flag syntax: --{word}")
        flag = self._flags.get(name)
        if flag is None:
            raise self._wrong(f"unknown flag: --{name}")
        if given:
            self._set(flag, value)
        elif flag.type == SWITCH or flag.alone:
            self._set(flag, flag.alone or "true")
        elif rest:
            self._set(flag, rest.pop(0))
        else:
            raise self._wrong(f"flag needs an argument: --{name}")

    def _shorts(self, word: str, rest: list[str]) -> None:
        """``-Aowide`` is ``-A -o wide``."""
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            flag = self._short.get(letter)
            if flag is None:
                raise self._wrong(f"unknown shorthand flag: {letter!r} in -{letter}{letters}")
            if letters.startswith("="):
                self._set(flag, letters[1:])
                return
            if flag.type == SWITCH or flag.alone:
                self._set(flag, flag.alone or "true")
                continue
            if not letters and not rest:
                raise self._wrong(f"flag needs an argument: {letter!r} in {word}")
            self._set(flag, letters or rest.pop(0))
            return

    def _set(self, flag: Flag, text: str) -> None:
        try:
            value = _READERS[flag.type](text)
        except ValueError as wrong:
            named = f"-{flag.short}, --{flag.name}" if flag.short else f"--{flag.name}"
            raise self._wrong(
                f'invalid argument {go_quote(text)} for "{named}" flag: {wrong}'
            ) from wrong
        if flag.type in (WORDS, EACH) and flag.name in self._changed:
            value = (*self._values[flag.name], *value)
        self._values[flag.name] = value
        self._changed[flag.name] = None

    def _wrong(self, text: str) -> CommandError:
        see = f"See 'kubectl {self._path} --help' for usage."
        return CommandError(f"error: {text}\n{see}", plain=False)


def read(path: str, flags: Iterable[Flag], words: Sequence[str]) -> Given:
    """What these words mean to the verb ``path``. Raises CommandError in pflag's sentences."""
    return _Reader(path, flags).read(words)


def _switch(text: str) -> bool:
    if text in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    if text in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    raise ValueError(f"strconv.ParseBool: parsing {go_quote(text)}: invalid syntax")


def _number(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError(f"strconv.ParseInt: parsing {go_quote(text)}: invalid syntax")
    return int(text)


_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"([0-9]*\.?[0-9]*)([a-zµ]*)")


def seconds(text: str) -> float:
    """Go's duration ("1m30s") in seconds. Raises ValueError in Go's sentence."""
    sign = -1.0 if text.startswith("-") else 1.0
    body = text[1:] if text[:1] in ("-", "+") else text
    if body == "0":
        return 0.0
    total, at = 0.0, 0
    while at < len(body):
        found = _DURATION.match(body, at)
        if found is None or found[1] in ("", "."):
            break
        if not found[2]:
            raise ValueError(f"time: missing unit in duration {go_quote(text)}")
        if found[2] not in _UNITS:
            unit = go_quote(found[2])
            raise ValueError(f"time: unknown unit {unit} in duration {go_quote(text)}")
        total += float(found[1]) * _UNITS[found[2]]
        at = found.end()
    if not body or at < len(body):
        raise ValueError(f"time: invalid duration {go_quote(text)}")
    return sign * total


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _each(text: str) -> tuple[str, ...]:
    return (text,)


_READERS: dict[str, Any] = {
    TEXT: str,
    SWITCH: _switch,
    NUMBER: _number,
    DURATION: seconds,
    WORDS: _words,
    EACH: _each,
}
