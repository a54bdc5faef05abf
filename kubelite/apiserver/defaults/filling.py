"""How a default is set: only where nothing was said, and keeping the object if nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import with_changes

T = TypeVar("T")


_blanks: dict[type[Any], Any] = {}


def _blank(kind: type[Any]) -> Any:
    blank = _blanks.get(kind)
    if blank is None:
        blank = _blanks[kind] = kind()
    return blank


def filled(value: T, **defaults: Any) -> T:
    """``value`` with defaults in the fields that still hold their type's blank."""
    blank = _blank(type(value))
    missing = {
        field: default
        for field, default in defaults.items()
        if getattr(value, field) == getattr(blank, field)
    }
    return changed(value, **missing)


def changed(value: T, **fields: Any) -> T:
    """``value`` with these fields, or ``value`` itself when they hold just that already."""
    differing = {
        field: new
        for field, new in fields.items()
        if (old := getattr(value, field)) is not new and (old != new or type(old) is not type(new))
    }
    return with_changes(value, **differing) if differing else value


def mapped(items: tuple[T, ...], default: Callable[[T], T]) -> tuple[T, ...]:
    """Each item defaulted; the same tuple when no item changed."""
    after = tuple(map(default, items))
    same = all(new is old for new, old in zip(after, items, strict=True))
    return items if same else after


def maybe(value: T | None, default: Callable[[T], T]) -> T | None:
    """``value`` defaulted, unless it is None."""
    return None if value is None else default(value)


def rounded(amounts: dict[str, Quantity]) -> dict[str, Quantity]:
    """Amounts rounded up to thousandths, the finest grain resources are counted in."""
    if all(amount.nano % 10**6 == 0 for amount in amounts.values()):
        return amounts
    return {
        name: Quantity.of_milli(amount.milli, amount.format) if amount.nano % 10**6 else amount
        for name, amount in amounts.items()
    }
