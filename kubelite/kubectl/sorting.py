"""``--sort-by``. Models pkg/cmd/get/sorter.go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any, TypeVar

from kubelite.apimachinery.quantity import Quantity
from kubelite.kubectl.jsonpath import JSONPath, PathError
from kubelite.kubectl.result import CommandError

T = TypeVar("T")

_RELAXED = re.compile(r"\{\.?([^{}]+)\}\Z|\.?([^{}]+)\Z")
_DIGITS = re.compile(r"(\d+)")


def relaxed(path: str) -> str:
    """``metadata.name`` and the like as ``{.metadata.name}``. Raises CommandError."""
    found = _RELAXED.match(path)
    if path and found is None:
        raise CommandError(
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or "
            "'{name1.name2}' or '{.name1.name2}'"
        )
    return f"{{.{found[1] or found[2]}}}" if found else path


def sorted_by(path: str, items: Sequence[T], plain: Sequence[Any]) -> list[T]:
    """The items in the order of what ``path`` finds in ``plain``. Raises CommandError."""
    field = relaxed(path)
    try:
        parser = JSONPath(field)
        found = [parser.results(one) for one in plain]
    except PathError as error:
        raise CommandError(str(error)) from error
    if items and not any(values and values[0] for values in found):
        raise CommandError(f'couldn\'t find any field with path "{field}" in the list of objects')
    keys = [values[0][0] if values and values[0] else None for values in found]
    pairs = sorted(zip(keys, items, strict=True), key=cmp_to_key(_by_key))
    return [item for _, item in pairs]


def _by_key(one: tuple[Any, Any], other: tuple[Any, Any]) -> int:
    return _compared(one[0], other[0])


def _compared(one: Any, other: Any) -> int:
    if one is None or other is None:
        return (one is not None) - (other is not None)
    if isinstance(one, str) and isinstance(other, str):
        return _texts(one, other)
    return bool(one > other) - bool(one < other)


def _texts(one: str, other: str) -> int:
    try:
        left, right = Quantity.parse(one), Quantity.parse(other)
        return (left > right) - (left < right)
    except ValueError:
        a, b = _natural(one), _natural(other)
        return (a > b) - (a < b)


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Digits count as numbers."""
    parts = _DIGITS.split(text)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part]
