"""Field selectors: ``metadata.name=web,status.phase!=Failed``.

Which fields a kind can be selected by is the API server's business; here is the syntax.
Models ``k8s.io/apimachinery/pkg/fields``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

_TERM = re.compile(r"(?:\\.|[^,\\]|\\\Z)+", re.DOTALL)
_OPERATOR = re.compile(r"!=|==|=")
_ESCAPABLE = ",=\\"


class Term(msgspec.Struct, frozen=True, gc=False):
    """One comparison; ``negated`` for ``!=``."""

    field: str
    value: str
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.field}{'!=' if self.negated else '='}{escape(self.value)}"


class FieldSelector(msgspec.Struct, frozen=True, gc=False):
    """Comparisons that must all hold; without any, everything is selected."""

    terms: tuple[Term, ...] = ()

    def matches(self, fields: Mapping[str, str]) -> bool:
        """Whether an object with these fields is selected; an absent field reads as empty."""
        for term in self.terms:
            if (fields.get(term.field, "") == term.value) is term.negated:
                return False
        return True

    def exact(self, field: str) -> str | None:
        """The one value that ``field`` must have, where there is one; an index can use it."""
        for term in self.terms:
            if term.field == field and not term.negated:
                return term.value
        return None

    def __str__(self) -> str:
        return ",".join(str(term) for term in self.terms)


EVERYTHING = FieldSelector()


def escape(value: str) -> str:
    """A value with the characters that have a meaning here marked by a backslash."""
    return re.sub(r"[,=\\]", r"\\\g<0>", value)


def unescape(value: str) -> str:
    """The inverse of ``escape``. Raises ValueError."""
    plain: list[str] = []
    at = 0
    while at < len(value):
        char = value[at]
        if char == "\\":
            sequence = value[at : at + 2]
            if len(sequence) < 2 or sequence[1] not in _ESCAPABLE:
                raise ValueError(f"invalid field selector: invalid escape sequence: {sequence}")
            plain.append(sequence[1])
            at += 1
        elif char in ",=":
            raise ValueError(f"invalid field selector: unescaped character in value: {ord(char)}")
        else:
            plain.append(char)
        at += 1
    return "".join(plain)


@lru_cache(maxsize=1024)
def parse(text: str) -> FieldSelector:
    """Read a selector as kubectl's ``--field-selector`` takes it. Raises ValueError."""
    terms = []
    for part in sorted(_TERM.findall(text)):
        found = _OPERATOR.search(part)
        if not found:
            raise ValueError(f"invalid selector: '{text}'; can't understand '{part}'")
        value = unescape(part[found.end() :])
        terms.append(Term(part[: found.start()], value, found[0] == "!="))
    return FieldSelector(tuple(terms)) if terms else EVERYTHING
