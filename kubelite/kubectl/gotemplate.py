"""Go's text/template, as far as ``-o go-template`` needs it.

Fields, variables, pipes, ``if``, ``range``, ``with``, and the functions below. Models
cli-runtime's GoTemplatePrinter; what Go can do besides (definitions, methods) is refused.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kubelite.kubectl.gotext import plain, scalar


class TemplateError(ValueError):
    """A template that cannot be read or filled in."""


_ACTION = re.compile(r"\{\{(- )?(.*?)( -)?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r'\s*("(?:[^"\\]|\\.)*"|`[^`]*`|:=|[(),|=]|(?:\$\w*|\.)?(?:\.\w+)+|\$\w*|\.|-?\d+(?:\.\d+)?|\.?\w+)'
)

_MISSING = object()


class _Block(NamedTuple):
    """Text, an output, or a word with what it holds."""

    word: str
    source: str
    body: list[_Block]
    otherwise: list[_Block]


class Template:
    """One template. Raises TemplateError when it cannot be read."""

    def __init__(self, text: str, allow_missing: bool = True):
        self._allow_missing = allow_missing
        pieces = list(_pieces(text))
        self._blocks, ended = _nested(pieces)
        if ended:
            raise TemplateError(f"unexpected {{{{{ended}}}}}")

    def text(self, data: Any) -> str:
        """The template filled in. Raises TemplateError."""
        return "".join(self._run(self._blocks, data, {"$": data}))

    def _run(self, blocks: Sequence[_Block], dot: Any, names: dict[str, Any]) -> Iterator[str]:
        for block in blocks:
            if block.word == "text":
                yield block.source
            elif block.word == "output":
                yield from self._output(block.source, dot, names)
            elif block.word == "range":
                yield from self._range(block, dot, dict(names))
            else:
                inner = dict(names)
                value = self._declared(block.source, dot, inner)
                if _true(value):
                    within = value if block.word == "with" else dot
                    yield from self._run(block.body, within, inner)
                else:
                    yield from self._run(block.otherwise, dot, inner)

    def _output(self, source: str, dot: Any, names: dict[str, Any]) -> Iterator[str]:
        declares = re.match(r"\$\w+\s*:?=", source)
        value = self._declared(source, dot, names)
        if not declares:
            yield "<no value>" if value is _MISSING or value is None else plain(value)

    def _declared(self, source: str, dot: Any, names: dict[str, Any]) -> Any:
        found = re.match(r"(\$\w+)\s*:?=\s*(.*)", source, re.DOTALL)
        if not found:
            return self._value(source, dot, names)
        names[found[1]] = self._value(found[2], dot, names)
        return names[found[1]]

    def _range(self, block: _Block, dot: Any, names: dict[str, Any]) -> Iterator[str]:
        found = re.match(r"(?:(\$\w+)\s*,\s*)?(\$\w+)\s*:=\s*(.*)", block.source, re.DOTALL)
        key, name, source = found.groups() if found else (None, None, block.source)
        over = self._value(source, dot, names)
        pairs = _pairs(over)
        for at, item in pairs:
            if key:
                names[key] = at
            if name:
                names[name] = item
            yield from self._run(block.body, item, names)
        if not pairs:
            yield from self._run(block.otherwise, dot, names)

    def _value(self, source: str, dot: Any, names: Mapping[str, Any]) -> Any:
        tokens, at = [], 0
        source = source.strip()
        while at < len(source):
            found = _TOKEN.match(source, at)
            if not found:
                raise TemplateError(f"unexpected {json.dumps(source[at:])} in command")
            tokens.append(found[1])
            at = found.end()
        if not tokens:
            raise TemplateError("missing value for command")
        return self._pipe(tokens, dot, names)

    def _pipe(self, tokens: list[str], dot: Any, names: Mapping[str, Any]) -> Any:
        passed: list[Any] = []
        command: list[Any] = []
        while True:
            token = tokens.pop(0) if tokens else ")"
            if token in ("|", ")"):
                passed = [self._call(command, passed)]
                command = []
                if token == ")":
                    return passed[0]
            elif token == "(":
                command.append(("value", self._pipe(tokens, dot, names)))
            else:
                command.append(self._operand(token, dot, names))

    def _call(self, command: list[Any], passed: list[Any]) -> Any:
        if not command:
            raise TemplateError("missing value for command")
        (kind, first), rest = command[0], [value for _, value in command[1:]]
        if kind != "function":
            if rest or passed:
                raise TemplateError("can't give argument to non-function")
            return first
        try:
            return first(*rest, *passed)
        except (TypeError, KeyError, IndexError, ValueError) as error:
            raise TemplateError(f"error calling function: {error}") from error

    def _operand(self, token: str, dot: Any, names: Mapping[str, Any]) -> tuple[str, Any]:
        if token[0] == '"':
            return "value", json.loads(token)
        if token[0] == "`":
            return "value", token[1:-1]
        if token[0] == "." or token[0] == "$":
            name, *path = token.split(".")
            if name and name not in names:
                raise TemplateError(f"undefined variable {json.dumps(name)}")
            return "value", self._walk(names[name] if name else dot, [p for p in path if p])
        if token in FUNCTIONS:
            return "function", FUNCTIONS[token]
        words = {"true": True, "false": False, "nil": None}
        if token in words:
            return "value", words[token]
        if token.lstrip("-")[:1].isdigit():
            return "value", float(token) if "." in token else int(token)
        raise TemplateError(f"function {json.dumps(token)} not defined")

    def _walk(self, value: Any, path: Sequence[str]) -> Any:
        for name in path:
            if value is _MISSING or value is None:
                return _MISSING
            if not isinstance(value, dict):
                raise TemplateError(f"can't evaluate field {name} in type {type(value).__name__}")
            value = value.get(name, _MISSING)
            if value is _MISSING and not self._allow_missing:
                raise TemplateError(f"map has no entry for key {json.dumps(name)}")
        return value


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Text and actions in turn; ``{{- `` takes away the space before, `` -}}`` that behind."""
    at, trim = 0, False
    for found in _ACTION.finditer(text):
        before = text[at : found.start()]
        before = before.lstrip() if trim else before
        yield "text", before.rstrip() if found[1] else before
        yield "action", found[2].strip()
        at, trim = found.end(), bool(found[3])
    rest = text[at:]
    if "{{" in rest:
        raise TemplateError("unclosed action")
    yield "text", rest.lstrip() if trim else rest


def _nested(pieces: list[tuple[str, str]]) -> tuple[list[_Block], str]:
    """Blocks up to the ``end`` or ``else`` that closes them, which is taken, too."""
    blocks: list[_Block] = []
    while pieces:
        kind, source = pieces.pop(0)
        word, _, rest = source.partition(" ")
        if kind == "text":
            blocks.append(_Block("text", source, [], []))
        elif source.startswith("/*"):
            continue
        elif word in ("end", "else"):
            return blocks, source
        elif word in ("if", "range", "with"):
            blocks.append(_branches(word, rest, pieces))
        else:
            blocks.append(_Block("output", source, [], []))
    return blocks, ""


def _branches(word: str, source: str, pieces: list[tuple[str, str]]) -> _Block:
    body, ended = _nested(pieces)
    otherwise: list[_Block] = []
    if ended.startswith("else "):
        inner, _, rest = ended.removeprefix("else ").partition(" ")
        otherwise = [_branches(inner, rest, pieces)]
    elif ended == "else":
        otherwise, ended = _nested(pieces)
    if not ended:
        raise TemplateError("unexpected EOF")
    return _Block(word, source, body, otherwise)


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return [(key, value[key]) for key in sorted(value)]
    if isinstance(value, list):
        return list(enumerate(value))
    if value is _MISSING or value is None:
        return []
    raise TemplateError(f"range can't iterate over {plain(value)}")


def _true(value: Any) -> bool:
    return value is not _MISSING and bool(value)


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        value = value.get(key, _MISSING) if isinstance(value, dict) else value[key]
    return value


def _printf(form: str, *values: Any) -> str:
    rest = list(values)

    def one(found: re.Match[str]) -> str:
        verb = found[2]
        if verb == "%":
            return "%"
        if not rest:
            return f"%!{verb}(MISSING)"
        value = rest.pop(0)
        if verb == "q":
            return json.dumps(value)
        text = f"{value:{found[1].lstrip('-') or ''}{verb}}" if verb in "dfx" else plain(value)
        width = int(re.sub(r"\D.*", "", found[1].lstrip("-")) or 0)
        return text.ljust(width) if found[1].startswith("-") else text.rjust(width)

    return re.sub(r"%(-?[\d.]*)([a-zA-Z%])", one, form)


def _exists(value: Any, *keys: Any) -> bool:
    try:
        return _index(value, *keys) is not _MISSING
    except (KeyError, IndexError, TypeError, AttributeError):
        return False


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode(errors="replace")
    except binascii.Error as error:
        raise TemplateError("base64 decode failed: illegal base64 data") from error


def _and(*values: Any) -> Any:
    return next((value for value in values if not _true(value)), values[-1])


def _or(*values: Any) -> Any:
    return next((value for value in values if _true(value)), values[-1])


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "and": _and,
    "or": _or,
    "not": lambda value: not _true(value),
    "len": len,
    "index": _index,
    "print": lambda *values: "".join(map(scalar, values)),
    "println": lambda *values: " ".join(map(plain, values)) + "\n",
    "printf": _printf,
    "eq": lambda value, *others: value in others,
    "ne": lambda one, other: one != other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "exists": _exists,
    "base64decode": _decoded,
}
