"""What a command has printed and how it ended, and how a verb says that it failed."""

from __future__ import annotations

import json
from typing import Any


class Result:
    """``text`` is what kubectl prints on stdout, ``error`` what on stderr, ``code`` its exit code.

    Shown in a notebook it looks like a terminal: both texts. It is true when ``code`` is 0.
    """

    __slots__ = ("code", "error", "text")

    def __init__(self, text: str, error: str = "", code: int = 0):
        self.text = text
        self.error = error
        self.code = code

    @property
    def lines(self) -> list[str]:
        """The lines of ``text``."""
        return self.text.splitlines()

    def json(self) -> Any:
        """What ``-o json`` has printed, as plain dicts and lists. Raises ValueError."""
        return json.loads(self.text)

    def __bool__(self) -> bool:
        return self.code == 0

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"{self.text}{self.error}".removesuffix("\n")


class CommandError(Exception):
    """A command cannot be done. The text is printed as it is, after ``error: `` if ``plain``."""

    def __init__(self, text: str, code: int = 1, plain: bool = True):
        super().__init__(text)
        self.text = text
        self.code = code
        self.plain = plain


class Failures(Exception):
    """Several things went wrong, and the rest was done nevertheless."""

    def __init__(self, errors: list[Exception]):
        super().__init__(*errors)
        self.errors = errors


def usage_error(path: str, text: str) -> CommandError:
    """A command that was called wrongly; ``path`` is what it is called, as "rollout status"."""
    return CommandError(
        f"error: {text}\nSee 'kubectl {path} -h' for help and examples", plain=False
    )
