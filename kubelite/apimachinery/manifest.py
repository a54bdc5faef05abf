"""Reads manifests, YAML or JSON, from people and strangers: safely, and with good errors.

The reader walks the parser's events and builds plain dicts itself, so nothing recurses,
nothing is constructed by a tag, and a hostile file is refused before it costs anything.
Scalars mean what they mean to a real cluster (``sigs.k8s.io/yaml``): ``yes`` and ``on`` are
true, ``0644`` is octal, ``1:30`` is text. Objects come back with sorted keys, as kubectl
sends them. Aliases and merge keys, which a real cluster would expand, are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

import yaml

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_DOCUMENTS = 1000

# libyaml's event interface keeps its state on the heap, so depth cannot hurt it; where
# libyaml is not built in, PyYAML's own parser gives the same events, more slowly.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_INTEGER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]{0,19})\Z", re.ASCII
)
_FLOAT = re.compile(r"[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?\Z", re.ASCII)
_INFINITE = re.compile(r"[+-]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z", re.ASCII)
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ["str", "int", "float", "bool", "null", "map", "seq"]
)
_INF = float("inf")
_BYTE_ORDER_MARK = re.compile("^\ufeff", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRING_TAG = "tag:yaml.org,2002:str"
_JSON_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class Place(NamedTuple):
    """Where in a manifest: lines and columns count from 1; the path may be empty."""

    line: int = 1
    column: int = 1
    path: str = ""


class ManifestError(ValueError):
    """A manifest that cannot be read: where, what is wrong, and what to do about it."""

    def __init__(self, source: str, place: Place, problem: str, advice: str) -> None:
        where = f"{source}, line {place.line}, column {place.column}"
        if place.path:
            where += f", at {place.path}"
        super().__init__(f"{where}: {problem}. {advice}")
        self.source = source
        self.place = place
        self.problem = problem
        self.advice = advice


def load(
    text: str | bytes,
    source: str,
    *,
    verb: str = "apply",
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_documents: int = MAX_DOCUMENTS,
) -> list[dict[str, Any]]:
    """All objects in a manifest, in order. ``source`` is its name in errors.

    Raises ManifestError; an empty manifest is one, in kubectl's words.
    """
    reader = _Reader(source, max_depth, max_documents)
    plain = reader.text(text, max_bytes)
    documents = reader.json(plain) if plain.lstrip().startswith("{") else None
    if documents is None:
        documents = reader.yaml(plain)
    if not documents:
        reader.refuse(
            Place(),
            f"no objects passed to {verb}",
            "Write at least one object with apiVersion, kind and metadata",
        )
    return documents


def resolve(text: str) -> Any:
    """What an unquoted YAML scalar stands for: None, a bool, a number or the text itself."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    digits = text.replace("_", "") if text[:1] in "+-.0123456789" else ""
    if _INTEGER.match(digits):
        number = _integer(digits)
        if -(2**63) <= number < 2**64:
            return number
    if _FLOAT.match(digits):
        real = float(digits)
        if abs(real) == _INF:
            return text
        # JSON has one kind of number: a whole float is written without a point.
        return int(real) if real.is_integer() and abs(real) < 1e21 else real
    return text


def _integer(digits: str) -> int:
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return sign * int(digits, 8)
    return sign * int(digits, 0)


class _Open:
    """A mapping or sequence whose end has not been read yet."""

    __slots__ = ("at", "items", "key", "lines", "mapping", "path")

    def __init__(self, mapping: bool, path: str, at: Place) -> None:
        self.mapping = mapping
        self.path = path
        self.at = at
        self.items: Any = {} if mapping else []
        self.key: str | None = None
        self.lines: dict[str, int] = {}

    def child_path(self) -> str:
        if not self.mapping:
            return f"{self.path}[{len(self.items)}]"
        return f"{self.path}.{self.key}" if self.path else self.key or ""

    def add(self, value: Any) -> None:
        if self.mapping:
            self.items[self.key] = value
            self.key = None
        else:
            self.items.append(value)

    def closed(self) -> Any:
        return dict(sorted(self.items.items())) if self.mapping else self.items


class _Reader:
    """One manifest being read."""

    def __init__(self, source: str, max_depth: int, max_documents: int) -> None:
        self._source = source
        self._max_depth = max_depth
        self._max_documents = max_documents
        self._duplicates: list[tuple[Place, str, int]] = []

    def refuse(self, place: Place, problem: str, advice: str) -> NoReturn:
        """Give up, saying why."""
        raise ManifestError(self._source, place, problem, advice) from None

    def text(self, raw: str | bytes, max_bytes: int) -> str:
        """The characters, once their number and kind are known to be sane."""
        size = len(raw if isinstance(raw, bytes) else raw.encode(errors="surrogatepass"))
        if size > max_bytes:
            self.refuse(
                Place(),
                f"the manifest has {size} bytes, more than the {max_bytes} allowed",
                "Split it into several files",
            )
        if isinstance(raw, bytes):
            raw = self._decode(raw)
        # Files joined together leave byte order marks in the middle, too.
        text = _BYTE_ORDER_MARK.sub("", raw)
        if found := _CONTROL.search(text):
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            self.refuse(
                Place(line, column),
                f"control character U+{ord(found[0]):04X} is not allowed",
                "Remove it, or check that the file is a text file",
            )
        return text

    def _decode(self, raw: bytes) -> str:
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            self.refuse(Place(), "the file is UTF-16, not UTF-8", "Save it again as UTF-8")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            before = raw[: error.start]
            place = Place(before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
            self.refuse(
                place,
                f"byte 0x{raw[error.start]:02x} is not UTF-8",
                "Save the file as UTF-8 text",
            )

    def yaml(self, text: str) -> list[dict[str, Any]]:
        """The objects of a YAML text. Iterative; stops at the first thing it cannot accept."""
        documents: list[dict[str, Any]] = []
        stack: list[_Open] = []
        start = Place()
        for event in self._events(text):
            at = _place(event)
            if isinstance(event, yaml.DocumentStartEvent):
                start = at
            elif isinstance(event, yaml.NodeEvent):
                self._check_node(event, stack, at)
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                path = stack[-1].child_path() if stack else ""
                stack.append(_Open(isinstance(event, yaml.MappingStartEvent), path, at))
                continue
            if isinstance(event, yaml.ScalarEvent):
                if stack and stack[-1].mapping and stack[-1].key is None:
                    self._key(stack[-1], event.value, at)
                    continue
                value = self._scalar(event, stack, at)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                value = stack.pop().closed()
            else:
                continue
            if stack:
                stack[-1].add(value)
            elif value is not None:
                documents.append(self._document(value, start, len(documents)))
        self._refuse_duplicates()
        return documents

    def _events(self, text: str) -> Iterator[Any]:
        try:
            yield from yaml.parse(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line, mark.column) if mark else (0, 0)
            advice = "Check the indentation and the punctuation of this line and the one before"
            if _char_at(text, line, column) == "\t":
                advice = "YAML indents with spaces: replace the tab by spaces"
            problem = " ".join(filter(None, (error.context, error.problem)))
            self.refuse(Place(line + 1, column + 1), f"this is not YAML: {problem}", advice)
        except (yaml.YAMLError, ValueError) as error:
            if isinstance(error, ManifestError):
                raise
            self.refuse(Place(), f"this is not YAML: {error}", "Check that it is a manifest")

    def _check_node(self, event: Any, stack: list[_Open], at: Place) -> None:
        if stack:
            top = stack[-1]
            at = at._replace(path=top.child_path() if top.key is not None else top.path)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.refuse(
                at,
                f"anchors and aliases (&{event.anchor}, *{event.anchor}) are not accepted",
                "Write the value out in each place",
            )
        if event.tag is not None and event.tag not in _TAGS:
            self.refuse(at, f"the tag {event.tag} is not accepted", "Remove the tag")
        if isinstance(event, yaml.CollectionStartEvent):
            if stack and stack[-1].mapping and stack[-1].key is None:
                self.refuse(at, "a key is a list or an object", "Use a plain text as the key")
            if len(stack) >= self._max_depth:
                self._too_deep(at)

    def _too_deep(self, at: Place) -> NoReturn:
        short = at.path if len(at.path) <= 80 else f"{at.path[:77]}..."
        self.refuse(
            at._replace(path=short),
            f"more than {self._max_depth} levels of nesting",
            "No object is that deep: check the brackets and the indentation",
        )

    def _key(self, frame: _Open, key: str, at: Place) -> None:
        frame.key = self._whole(key, at)
        place = at._replace(path=frame.child_path())
        if key == "<<":
            self.refuse(place, "merge keys (<<) are not accepted", "Write the fields out")
        if key in frame.lines:
            self._duplicates.append((place, key, frame.lines[key]))
        frame.lines.setdefault(key, at.line)

    def _refuse_duplicates(self) -> None:
        if not self._duplicates:
            return
        found = "; ".join(
            f'line {place.line}: key "{key}" ({place.path}) already set in map at line {line}'
            for place, key, line in self._duplicates
        )
        self.refuse(self._duplicates[0][0], found, "Keep one of them")

    def _scalar(self, event: Any, stack: list[_Open], at: Place) -> Any:
        text: str = event.value
        if event.tag == _STRING_TAG or (event.tag is None and not event.implicit[0]):
            return self._whole(text, at)
        if _INFINITE.match(text):
            path = stack[-1].child_path() if stack else ""
            self.refuse(
                at._replace(path=path),
                f"{text} is no number that JSON can hold",
                "Put it in quotes if it is meant as text",
            )
        return resolve(text)

    def _whole(self, text: str, at: Place) -> str:
        """Text that an escape has not left with half a character."""
        if _SURROGATE.search(text):
            self.refuse(at, "an escape names half a character", "Write the character itself")
        return text

    def _document(self, value: Any, start: Place, index: int) -> dict[str, Any]:
        if index >= self._max_documents:
            self.refuse(
                start,
                f"more than {self._max_documents} documents",
                "Split the manifest into several files",
            )
        if not isinstance(value, dict):
            found = "a list" if isinstance(value, list) else "a single value"
            self.refuse(
                start,
                f"an object is wanted here, but this is {found}",
                "A manifest starts with apiVersion, kind and metadata",
            )
        return value

    def json(self, text: str) -> list[dict[str, Any]] | None:
        """The objects of a JSON text, or None when it is not JSON but perhaps YAML."""
        self._check_brackets(text)
        decoder = json.JSONDecoder(object_pairs_hook=_Pairs, parse_constant=_no_constant)
        documents: list[dict[str, Any]] = []
        end = 0
        try:
            while start := re.compile(r"\s*(?=\S)").match(text, end):
                raw, end = decoder.raw_decode(text, start.end())
                line = text.count("\n", 0, start.end()) + 1
                value = self._plain(raw, Place(line, 1), "")
                documents.append(self._document(value, Place(line, 1), len(documents)))
        except ManifestError:
            raise
        except ValueError:
            return None
        self._refuse_duplicates()
        return documents

    def _check_brackets(self, text: str) -> None:
        depth = 0
        for found in _JSON_STRING_OR_BRACKET.finditer(text):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
            if depth > self._max_depth:
                line = text.count("\n", 0, found.start()) + 1
                self._too_deep(Place(line, found.start() - text.rfind("\n", 0, found.start())))

    def _plain(self, value: Any, at: Place, path: str) -> Any:
        """Objects with sorted keys instead of pairs; depth is bounded before this."""
        if isinstance(value, _Pairs):
            plain = {}
            for key, item in value:
                inner = f"{path}.{self._whole(key, at)}" if path else self._whole(key, at)
                if key in plain:
                    self._duplicates.append((at._replace(path=inner), key, at.line))
                plain[key] = self._plain(item, at, inner)
            return dict(sorted(plain.items()))
        if isinstance(value, list):
            return [self._plain(item, at, f"{path}[{i}]") for i, item in enumerate(value)]
        if isinstance(value, str):
            return self._whole(value, at)
        if isinstance(value, float) and abs(value) == _INF:
            self.refuse(at._replace(path=path), "a number is too large", "Check its exponent")
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
            return int(value)
        return value


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it stands in the text, before anybody looks for duplicates."""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _char_at(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    return lines[line][column : column + 1] if line < len(lines) else ""


def _place(event: Any) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1)
