"""The parts of CEL's syntax that its package cannot read, said in words that it can.

``a.?b`` and ``a[?k]`` give an optional value, ``{?k: v}`` and ``[?v]`` take one,
``optMap``, ``optFlatMap`` and ``cel.bind`` name a value, and ``matches(text, pattern)`` may stand
without a text before it. Each becomes a call of a function of
``OPTIONALS``, or of the macro ``map`` over a list of one. All else stays as it is written.
Models the optional types and bindings of github.com/google/cel-go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_NEEDED = re.compile(r"[.\[{,]\s*\?|\boptMap\b|\boptFlatMap\b|\bcel\s*\.\s*bind\b|\bmatches\b")
_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
      | (?P<text>[rRbB]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))
      | (?P<name>[A-Za-z_]\w*)
      | (?P<number>\d[\w]*(?:\.\d\w*)?)
      | (?P<mark>&&|\|\||[=!<>]=|.)""",
    re.VERBOSE | re.DOTALL,
)
_OPENERS = {"(": ")", "[": "]", "{": "}"}
_WORDS = {"in"}  # names that are operators


def readable(expression: str) -> str:
    """The expression without the syntax that is not read. Raises ValueError if it has no end."""
    if _NEEDED.search(expression) is None:
        return expression
    tokens = [(m.lastgroup or "", m.group()) for m in _TOKEN.finditer(expression)]
    return _Rewriting([token for token in tokens if token[0] != "space"]).all()


class _Rewriting:
    """One expression on its way from left to right; ``chain`` is what a dot would belong to."""

    def __init__(self, tokens: list[tuple[str, str]]):
        self._tokens = tokens
        self._at = 0

    def all(self) -> str:
        return self._until("")

    def _next(self) -> tuple[str, str]:
        self._at += 1
        if self._at > len(self._tokens):
            raise ValueError("unexpected end of the expression")
        return self._tokens[self._at - 1]

    def _sees(self, *marks: str) -> bool:
        ahead = self._tokens[self._at : self._at + len(marks)]
        return [text for _, text in ahead] == list(marks)

    def _until(self, *ends: str) -> str:
        """What stands before one of ``ends``, which is left to be read."""
        done: list[str] = []
        chain = ""
        while self._at < len(self._tokens) and self._tokens[self._at][1] not in ends:
            sort, text = self._next()
            if text in _OPENERS:
                chain = self._bracket(chain, text)
            elif text == "." and chain:
                chain = self._member(chain)
            elif sort in ("name", "text", "number") and text not in _WORDS:
                done.append(chain)
                chain = text
            else:
                done += [chain, text]
                chain = ""
        if self._at >= len(self._tokens) and ends != ("",):
            raise ValueError("unexpected end of the expression")
        return " ".join(filter(None, [*done, chain]))

    def _member(self, chain: str) -> str:
        if self._sees("?"):
            self._next()
            return f'optSelect({chain}, "{self._next()[1]}")'
        name = self._next()[1]
        if not self._sees("("):
            return f"{chain}.{name}"
        if name in ("optMap", "optFlatMap"):
            self._next()
            variable, body = self._items(")")
            last = "optFirst" if name == "optMap" else "optFlat"
            return f"{last}(optList({chain}).map({variable}, {body}))"
        if (chain, name) == ("cel", "bind"):
            self._next()
            variable, value, body = self._items(")")
            return f"[{value}].map({variable}, {body})[0]"
        return f"{chain}.{name}"

    def _bracket(self, chain: str, opener: str) -> str:
        """A call, an index, a record of a type, or, after nothing, a list, a map or a group."""
        closer = _OPENERS[opener]
        if opener == "[" and chain and self._sees("?"):
            self._next()
            (key,) = self._items(closer)
            return f"optSelect({chain}, {key})"
        if opener == "{":
            return self._record(chain)
        items = self._items(closer)
        if chain == "matches" and len(items) == 2:
            return f"({items[0]}).matches({items[1]})"
        if opener == "[" and not chain and any(item.startswith("?") for item in items):
            return f"optItems([{', '.join(item.lstrip('? ') for item in items)}])"
        return f"{chain}{opener}{', '.join(items)}{closer}"

    def _record(self, chain: str) -> str:
        fields, taken = [], False
        while not self._sees("}"):
            if self._sees("?"):
                self._next()
                taken = True
            key = self._until(":", "}")
            self._next()
            fields.append((key, self._until(",", "}")))
            if self._sees(","):
                self._next()
        self._next()
        if taken and not chain:
            return f"optEntries([{', '.join(f'[{key}, {value}]' for key, value in fields)}])"
        return f"{chain}{{{', '.join(f'{key}: {value}' for key, value in fields)}}}"

    def _items(self, closer: str) -> list[str]:
        items = []
        while not self._sees(closer):
            mark = "?" if self._sees("?") else ""
            if mark:
                self._next()
            items.append(mark + self._until(",", closer))
            if self._sees(","):
                self._next()
        self._next()
        return items


def optional(value: Any) -> Any:
    """An optional value; none for None."""
    from cel import OptionalValue  # type: ignore[import-not-found, unused-ignore]

    return OptionalValue.none() if value is None else OptionalValue.of(value)


def _is_optional(value: Any) -> bool:
    return hasattr(value, "or_optional")


def _select(value: Any, key: Any) -> Any:
    if _is_optional(value):
        return _select(value.value(), key) if value.has_value() else value
    if isinstance(value, dict):
        return optional(value.get(key))
    if isinstance(value, list | tuple) and isinstance(key, int):
        return optional(value[key] if 0 <= key < len(value) else None)
    raise TypeError(f"no such key: {key}")


def _list(value: Any) -> list[Any]:
    return [value.value()] if value.has_value() else []


def _first(items: list[Any]) -> Any:
    return optional(items[0] if items else None)


def _flat(items: list[Any]) -> Any:
    return items[0] if items and _is_optional(items[0]) else _first(items)


def _items(items: list[Any]) -> list[Any]:
    kept = [item for item in items if not _is_optional(item) or item.has_value()]
    return [item.value() if _is_optional(item) else item for item in kept]


def _entries(pairs: list[Any]) -> dict[Any, Any]:
    kept = [(k, v) for k, v in pairs if not _is_optional(v) or v.has_value()]
    return {key: value.value() if _is_optional(value) else value for key, value in kept}


OPTIONALS: dict[str, Callable[..., Any]] = {
    "optSelect": _select,
    "optList": _list,
    "optFirst": _first,
    "optFlat": _flat,
    "optItems": _items,
    "optEntries": _entries,
}
