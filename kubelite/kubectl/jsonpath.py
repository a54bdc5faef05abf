"""JSONPath as kubectl has it: ``{.items[*].metadata.name}``, ranges, filters, slices, unions.

Models k8s.io/client-go/util/jsonpath. A path is read into nodes; a node maps a list of values to
another. Maps are walked by their sorted keys, where Go's order is that of chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from kubelite.kubectl.gotext import json_text, plain

Values = list[Any]


class PathError(ValueError):
    """A path that cannot be read, or does not fit what it is asked of."""


class Node(NamedTuple):
    """One step: its name, and what it needs to know."""

    step: str
    value: Any = None
    more: Any = None


_TERMINATORS = frozenset(" \t\r\n.,[]$@{}")
_SLICE = re.compile(r"(-?\d*)(:-?\d*)?(:-?\d*)?\Z")
_KEY = re.compile(r"'([^']*)'\Z")
_COMPARISON = re.compile(r"([^!<>=]+)([!<>=]+)(.+?)\Z", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b"}


class _Reader:
    """Reads one template: text, and actions in braces."""

    def __init__(self, text: str):
        self._text = text
        self._at = 0

    def read(self) -> list[Node]:
        found: list[Node] = []
        while self._at < len(self._text):
            brace = self._text.find("{", self._at)
            end = len(self._text) if brace < 0 else brace
            if end > self._at:
                found.append(Node("text", self._text[self._at : end]))
            self._at = end + 1
            if brace >= 0:
                found.append(Node("list", self._action()))
        return found

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _action(self) -> list[Node]:
        nodes: list[Node] = []
        while True:
            rest = self._text[self._at : self._at + 3]
            char = rest[:1]
            if char == "}":
                self._at += 1
                return nodes
            if rest == "[?(":
                nodes.append(self._filter())
            elif rest.startswith(".."):
                if nodes and nodes[-1].step == "recursive":
                    raise PathError("invalid multiple recursive descent")
                self._at += 2
                nodes.append(Node("recursive"))
                if self._peek() == "_" or self._peek().isalnum():
                    nodes.append(self._field())
            elif char in ("", "\r", "\n"):
                raise PathError("unclosed action")
            elif char in " @$":
                self._at += 1
            else:
                nodes += self._step(char)

    def _step(self, char: str) -> list[Node]:
        if char == "[":
            return self._array()
        if char in "\"'":
            return [self._quoted(char)]
        if char == ".":
            self._at += 1
            return [self._field()]
        if char in "+-" or char.isdigit():
            return [self._number()]
        if char == "_" or char.isalpha():
            return [self._identifier()]
        raise PathError(f"unrecognized character in action: U+{ord(char):04X} '{char}'")

    def _field(self) -> Node:
        begin = self._at
        while self._peek() and self._peek() not in _TERMINATORS:
            self._at += 2 if self._peek() == "\\" else 1
        name = self._text[begin : self._at]
        return Node("wildcard") if name == "*" else Node("field", name.replace("\\", ""))

    def _identifier(self) -> Node:
        begin = self._at
        while self._peek() and self._peek() not in _TERMINATORS:
            self._at += 1
        word = self._text[begin : self._at]
        return Node("value", word == "true") if word in ("true", "false") else Node("word", word)

    def _number(self) -> Node:
        found = re.compile(r"[+-]?[\d.]*").match(self._text, self._at)
        text = found[0] if found else ""
        self._at += len(text)
        for read in (int, float):
            try:
                return Node("value", read(text))
            except ValueError:
                continue
        raise PathError(f"cannot parse number {text}")

    def _quoted(self, quote: str) -> Node:
        begin = self._at
        self._at += 1
        while self._peek() != quote or self._text[self._at - 1] == "\\":
            if self._peek() in ("", "\n"):
                raise PathError("unterminated quoted string")
            self._at += 1
        self._at += 1
        return Node("text", _unquoted(self._text[begin + 1 : self._at - 1]))

    def _array(self) -> list[Node]:
        end = self._text.find("]", self._at)
        if end < 0 or "\n" in self._text[self._at : end]:
            raise PathError("unterminated array")
        inside = self._text[self._at + 1 : end]
        self._at = end + 1
        return _inside(inside)

    def _filter(self) -> Node:
        begin = self._at = self._at + 3
        quote = ""
        while True:
            char = self._peek()
            if char in ("", "\n"):
                raise PathError("unterminated filter")
            if char == ")" and not quote:
                break
            if char in "\"'" and self._text[self._at - 1] != "\\" and quote in ("", char):
                quote = "" if quote else char
            self._at += 1
        text = self._text[begin : self._at]
        if self._text[self._at + 1 : self._at + 2] != "]":
            raise PathError("unclosed array expect ]")
        self._at += 2
        compared = _COMPARISON.match(text)
        if compared is None:
            return Node("filter", ("exists", _action(text), []))
        return Node("filter", (compared[2], _action(compared[1]), _action(compared[3])))


def _action(text: str) -> list[Node]:
    nodes: list[Node] = _Reader("{" + text + "}").read()[0].value
    return nodes


def _inside(text: str) -> list[Node]:
    """What stands between brackets: a slice, an index, a key, or several."""
    text = ":" if text == "*" else text
    parts = text.split(",")
    if len(parts) > 1:
        return [Node("union", [_action(f"[{part.strip()}]") for part in parts])]
    if key := _KEY.match(text):
        return _action(f".{key[1]}")
    found = _SLICE.match(text)
    if found is None:
        raise PathError(f"invalid array index {text}")
    first, last, step = found.groups()
    begin = int(first) if first not in ("", "-") else None
    if last is None:
        end = (begin or 0) + 1
        return [Node("slice", (begin or 0, end if end else None, None))]
    numbers = [int(part[1:]) if part and part != ":" else None for part in (last, step)]
    return [Node("slice", (begin, *numbers))]


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text)


class JSONPath:
    """One template. Raises PathError when it cannot be read."""

    def __init__(self, template: str, allow_missing: bool = True):
        self._nodes = _Reader(template).read()
        self._allow_missing = allow_missing

    def results(self, data: Any) -> list[Values]:
        """What each part of the template finds. Raises PathError."""
        return list(self._run(self._nodes, data))

    def text(self, data: Any) -> str:
        """The template filled in. Raises PathError."""
        return "".join(" ".join(map(shown, values)) for values in self.results(data))

    def _run(self, nodes: Sequence[Node], data: Any) -> Iterator[Values]:
        at = 0
        while at < len(nodes):
            node = nodes[at]
            words = [n.value for n in node.value if n.step == "word"] if node.step == "list" else []
            if "range" in words:
                end = _end_of_range(nodes, at)
                steps = [n for n in node.value if n.step != "word"]
                for value in self._walk(steps, [data]):
                    yield from self._run(nodes[at + 1 : end], value)
                at = end + 1
                continue
            if "end" in words:
                raise PathError("not in range, nothing to end")
            if words:
                raise PathError(f"unrecognized identifier {words[0]}")
            yield [node.value] if node.step == "text" else self._walk(node.value, [data])
            at += 1

    def _walk(self, nodes: Sequence[Node], values: Values) -> Values:
        for node in nodes:
            values = _STEPS[node.step](self, node.value, values)
        return values

    def _field(self, name: str, values: Values) -> Values:
        found = [value[name] for value in values if isinstance(value, dict) and name in value]
        if values and not found and not self._allow_missing:
            raise PathError(f"{name} is not found")
        return found

    def _slice(self, bounds: tuple[int | None, int | None, int | None], values: Values) -> Values:
        found: Values = []
        for value in values:
            if value is None:
                continue
            if not isinstance(value, list):
                raise PathError(f"{_type(value)} is not array or slice")
            found += _sliced(value, bounds)
        return found

    def _union(self, parts: list[list[Node]], values: Values) -> Values:
        return [found for part in parts for found in self._walk(part, values)]

    def _wildcard(self, _: Any, values: Values) -> Values:
        return [inner for value in values for inner in _members(value)]

    def _recursive(self, _: Any, values: Values) -> Values:
        found: Values = []
        for value in values:
            inner = _members(value)
            if inner:
                found += [value, *self._recursive(None, inner)]
        return found

    def _filter(self, test: tuple[str, list[Node], list[Node]], values: Values) -> Values:
        operator, left, right = test
        found: Values = []
        for value in values:
            if not isinstance(value, list):
                raise PathError(f"{plain(value)} is not array or slice and cannot be filtered")
            for item in value:
                if self._passes(operator, left, right, item):
                    found.append(item)
        return found

    def _passes(self, operator: str, left: list[Node], right: list[Node], item: Any) -> bool:
        if operator == "exists":
            try:
                return bool(self._walk(left, [item]))
            except PathError:
                return False
        lefts, rights = self._walk(left, [item]), self._walk(right, [item])
        if len(lefts) != 1 or len(rights) != 1:
            raise PathError("can only compare one element at a time")
        if operator not in _COMPARE:
            raise PathError(f"unrecognized filter operator {operator}")
        try:
            return _COMPARE[operator](lefts[0], rights[0])
        except TypeError as error:
            raise PathError("incompatible types for comparison") from error


_STEPS: dict[str, Callable[[JSONPath, Any, Values], Values]] = {
    "text": lambda _, text, values: [text],
    "value": lambda _, value, values: [value] * len(values),
    "field": JSONPath._field,
    "slice": JSONPath._slice,
    "union": JSONPath._union,
    "wildcard": JSONPath._wildcard,
    "recursive": JSONPath._recursive,
    "filter": JSONPath._filter,
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    ">": lambda a, b: bool(a > b),
    "<=": lambda a, b: bool(a <= b),
    ">=": lambda a, b: bool(a >= b),
}


def _end_of_range(nodes: Sequence[Node], begin: int) -> int:
    depth = 0
    for at in range(begin, len(nodes)):
        words = (
            [n.value for n in nodes[at].value if n.step == "word"]
            if (nodes[at].step == "list")
            else []
        )
        depth += ("range" in words) - ("end" in words)
        if not depth:
            return at
    return len(nodes)


def _sliced(value: list[Any], bounds: tuple[int | None, int | None, int | None]) -> list[Any]:
    size = len(value)
    begin = 0 if bounds[0] is None else bounds[0]
    end = size if bounds[1] is None else bounds[1]
    begin, end = begin + size if begin < 0 else begin, end + size if end < 0 else end
    if begin != end:
        for index in (begin, end - 1):
            if index >= size:
                raise PathError(f"array index out of bounds: index {index}, length {size}")
    return value[max(begin, 0) : end : bounds[2] or 1]


def _members(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value[key] for key in sorted(value)]
    return list(value) if isinstance(value, list) else []


def _type(value: Any) -> str:
    names = {dict: "map[string]interface {}", str: "string", int: "int64", bool: "bool"}
    return names.get(type(value), "float64")


def shown(value: Any) -> str:
    """A value as a template prints it: maps and lists as JSON."""
    if isinstance(value, dict | list):
        return json_text(value)
    return "" if value is None else plain(value)
