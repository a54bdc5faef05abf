"""The description of any kind that has none of its own: every field, one after the other.

Models ``genericDescriber`` of ``k8s.io/kubectl/pkg/describe``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import Page, begin

_SHOWN_ABOVE = frozenset(
    f".metadata.{field}"
    for field in ("managedFields", "name", "namespace", "labels", "annotations")
)
_ACRONYMS = ("API", "URL", "UID", "GUID")


def generic(found: Any, to: Describing) -> str:
    """An object of any kind, also of one that a user has defined."""
    page = begin(found)
    _put(page, 0, to_dict(found), "")
    to.put_events(page, found)
    return str(page)


def _put(page: Page, level: int, content: Mapping[str, Any], path: str) -> None:
    for field in sorted(content):
        value, here = content[field], f"{path}.{field}"
        if here in _SHOWN_ABOVE:
            continue
        if isinstance(value, dict):
            page.write(level, f"{label(field)}:\n")
            _put(page, level + 1, value, here)
        elif isinstance(value, list):
            page.write(level, f"{label(field)}:\n")
            for child in value:
                if isinstance(child, dict):
                    _put(page, level + 1, child, here)
                else:
                    page.write(level + 1, f"{_go(child)}\n")
        else:
            page.field(level, label(field), _go(value))


def _go(value: Any) -> str:
    """A value of JSON as Go prints it."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return str(value).lower()
        case float():
            return _number(value)
        case list():
            return f"[{' '.join(_go(one) for one in value)}]"
    return str(value)


def _number(value: float) -> str:
    """A fraction with as many digits as it needs, and an exponent where Go writes one."""
    text = repr(value)
    if "e" not in text and 1e-4 <= abs(value) < 1e21:
        return text.removesuffix(".0")
    mantissa, _, exponent = f"{value:e}".partition("e") if "e" not in text else text.partition("e")
    return f"{mantissa}e{int(exponent):+03d}"


def label(field: str) -> str:
    """A field's name as words: ``apiVersion`` is "API Version"."""
    if not all(char.isalpha() or char == "-" for char in field):
        return field
    starts = [at for at in range(1, len(field)) if _begins(field, at)]
    parts = [field[a:b] for a, b in zip([0, *starts], [*starts, len(field)], strict=True)]
    return " ".join(_word(part) for part in _merged(parts))


def _begins(field: str, at: int) -> bool:
    """Whether a word begins there: at a capital, but inside capitals only at the last one."""
    if field[at].islower():
        return False
    following = field[at + 1 : at + 2]
    if following.islower():
        return True
    return not field[at - 1].isupper() and (not following or following.isupper())


def _word(part: str) -> str:
    if part.upper() in _ACRONYMS:
        return part.upper()
    return part.title() if part.lower() == part else part


def _merged(parts: list[str]) -> list[str]:
    """Capitals and the capitalised word after them belong together, as in ``CIDRs``."""
    merged: list[str] = []
    at = 0
    while at < len(parts):
        part, following = parts[at], parts[at + 1 : at + 2]
        together = len(part) > 1 and not any(char.islower() for char in part)
        if together and following and following[0][0].isupper():
            part, at = part + following[0], at + 1
        merged.append(part)
        at += 1
    return merged
