"""Every regular expression of the engine, and texts that make a careless one go back for ever."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from typing import Any

import kubelite

LONG = 5_000
PIECES = (
    "a",
    "a-",
    "-",
    ".",
    "a.",
    "0",
    "1,",
    " ",
    "a b",
    "/",
    "\\",
    '"',
    "%",
    "*/",
    "é",
    "A",
    ":",
)
ENDS = ("", "!", "\n", "\x00")


def expressions() -> list[re.Pattern[Any]]:
    """All patterns that stand in a module or a class of the engine."""
    for found in pkgutil.walk_packages(kubelite.__path__, "kubelite."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    modules = [module for name, module in sys.modules.items() if name.startswith("kubelite")]
    values = [value for module in modules for value in vars(module).values()]
    values += [part for value in values if isinstance(value, type) for part in vars(value).values()]
    return list({id(value): value for value in values if isinstance(value, re.Pattern)}.values())


def attack() -> int:
    """How many patterns have met every text and come back."""
    found = expressions()
    for expression in found:
        for piece in PIECES:
            for end in ENDS:
                text: Any = (piece * LONG)[:LONG] + end
                if isinstance(expression.pattern, bytes):
                    text = text.encode()
                expression.match(text)
                expression.fullmatch(text)
    return len(found)
