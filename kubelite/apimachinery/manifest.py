"""Reads manifests, YAML or JSON, from people and strangers: safely, and with good errors.

The reader walks the parser's events and builds plain dicts itself, so nothing recurses,
nothing is constructed by a tag, and a hostile file is refused before it costs anything.
Scalars mean what they mean to a real cluster (``scalars``). Objects come back with sorted keys,
as kubectl sends them. Aliases and merge keys are written out, within bounds (``anchors``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, NoReturn

import yaml

from kubelite.apimachinery.anchors import MAX_EXPANDED, MERGE, Anchors, Open, Read
from kubelite.apimachinery.scalars import ENDLESS, INFINITE, resolve
from kubelite.apimachinery.told import Told

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_DOCUMENTS = 1000

# libyaml's event interface keeps its state on the heap, so depth cannot hurt it; where
# libyaml is not built in, PyYAML's own parser gives the same events, more slowly.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _GoLoader(yaml.SafeLoader):
    """Go's reader lets a single quote be escaped, too. Slow, so only for who does it."""

    # The stubs call it final; the class is made to be adapted so.
    ESCAPE_REPLACEMENTS = yaml.SafeLoader.ESCAPE_REPLACEMENTS | {"'": "'"}  # type: ignore[misc]


_ESCAPED_QUOTE = "\\'"

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ["str", "int", "float", "bool", "null", "map", "seq"]
)
_BYTE_ORDER_MARK = re.compile("^\ufeff", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRING_TAG = "tag:yaml.org,2002:str"
_JSON_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class Place(NamedTuple):
    """Where in a manifest: lines and columns count from 1; the path may be empty.

    ``NOWHERE`` in a file that cannot be opened.
    """

    line: int = 1
    column: int = 1
    path: str = ""


NOWHERE = Place(0, 0)


class ManifestError(Told, ValueError):
    """A manifest that cannot be read: where, what is wrong, and what to do about it."""

    def __init__(self, source: str, place: Place, problem: str, advice: str) -> None:
        where = source
        if place.line:
            where += f", line {place.line}, column {place.column}"
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
    scalar: Callable[[str], Any] = resolve,
) -> list[dict[str, Any]]:
    """All objects in a manifest, in order. ``source`` is its name in errors.

    ``scalar`` says what a word without quotes stands for.
    Raises ManifestError; an empty manifest is one, in kubectl's words.
    """
    reader = _Reader(source, max_depth, max_documents, scalar)
    if not isinstance(text, str | bytes):
        advice = "Give a file's name, YAML or JSON text, a dict, or a list of these"
        reader.refuse(NOWHERE, f"{text!r} is none", advice)
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


class _Reader:
    """One manifest being read."""

    def __init__(
        self, source: str, max_depth: int, max_documents: int, scalar: Callable[[str], Any]
    ) -> None:
        self._source = source
        self._resolve = scalar
        self._max_depth = max_depth
        self._max_documents = max_documents
        self._duplicates: list[tuple[Place, str, int]] = []
        self._anchors = Anchors()

    def refuse(self, place: Place, problem: str, advice: str) -> NoReturn:
        """Give up, saying why."""
        raise ManifestError(self._source, place, problem, advice) from None

    def text(self, raw: str | bytes, max_bytes: int) -> str:
        """The characters, once their number and kind are known to be sane."""
        size = len(raw)
        if size <= max_bytes and isinstance(raw, str):  # what is far too long is not copied first
            size = len(raw.encode(errors="surrogatepass"))
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
        stack: list[Open] = []
        start = Place()
        for event in self._events(text):
            at = _place(event)
            if isinstance(event, yaml.DocumentStartEvent):
                start = at
                self._anchors.forget()
            elif isinstance(event, yaml.NodeEvent):
                self._check_node(event, stack, at)
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                path = stack[-1].child_path() if stack else ""
                mapping = isinstance(event, yaml.MappingStartEvent)
                stack.append(Open(mapping, path, at, event.anchor))
                continue
            if isinstance(event, yaml.ScalarEvent):
                if stack and stack[-1].mapping and stack[-1].key is None:
                    self._key(stack[-1], event, at)
                    continue
                read = Read(self._scalar(event, stack, at), 1 + len(event.value))
                self._anchors.name(event.anchor, read)
            elif isinstance(event, yaml.AliasEvent):
                read = self._repeated(str(event.anchor), stack, at)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                frame = stack.pop()
                read = frame.closed()
                self._anchors.name(frame.anchor, read)
            else:
                continue
            if stack:
                self._add(stack[-1], read, at)
            elif read.value is not None:
                documents.append(self._document(read.value, start, len(documents)))
        self._refuse_duplicates()
        return documents

    def _events(self, text: str) -> Iterator[Any]:
        try:
            quoted = _ESCAPED_QUOTE in text and not _readable(text)
            yield from yaml.parse(text, Loader=_GoLoader if quoted else _LOADER)
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

    def _check_node(self, event: Any, stack: list[Open], at: Place) -> None:
        if stack:
            top = stack[-1]
            at = at._replace(path=top.child_path() if top.key is not None else top.path)
        if isinstance(event, yaml.AliasEvent):
            return
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

    def _repeated(self, anchor: str, stack: list[Open], at: Place) -> Read:
        """What an alias stands for."""
        if not stack or (stack[-1].mapping and stack[-1].key is None):
            self.refuse(at, f"an alias (*{anchor}) stands where a key is wanted", "Write it out")
        at = at._replace(path=stack[-1].child_path())
        found = self._anchors.find(anchor)
        if found is None:
            itself = any(frame.anchor == anchor for frame in stack)
            problem = f"anchor '{anchor}' value contains itself"
            unknown = f"unknown anchor '{anchor}' referenced"
            self.refuse(at, problem if itself else unknown, "Write the value out")
        if len(stack) + found.height > self._max_depth:
            self._too_deep(at)
        read = self._anchors.repeated(found)
        if read is None:
            problem = f"anchors and aliases stand for more than {MAX_EXPANDED} characters"
            self.refuse(at, problem, "Write the value out where it is needed")
        return read

    def _add(self, frame: Open, read: Read, at: Place) -> None:
        at = at._replace(path=frame.child_path())
        if not frame.add(read):
            problem = "map merge requires map or sequence of maps as the value"
            self.refuse(at, problem, "Write the fields out")

    def _key(self, frame: Open, event: Any, at: Place) -> None:
        key = frame.key = self._whole(event.value, at)
        if key == MERGE and event.implicit[0]:
            frame.merging = True
            return
        self._anchors.name(event.anchor, Read(key, 1 + len(key)))
        if key in frame.lines:
            place = at._replace(path=frame.child_path())
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

    def _scalar(self, event: Any, stack: list[Open], at: Place) -> Any:
        text: str = event.value
        if event.tag == _STRING_TAG or (event.tag is None and not event.implicit[0]):
            return self._whole(text, at)
        if INFINITE.match(text):
            path = stack[-1].child_path() if stack else ""
            self.refuse(
                at._replace(path=path),
                f"{text} is no number that JSON can hold",
                "Put it in quotes if it is meant as text",
            )
        return self._resolve(text)

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
        if isinstance(value, float) and abs(value) == ENDLESS:
            self.refuse(at._replace(path=path), "a number is too large", "Check its exponent")
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
            return int(value)
        return value


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it stands in the text, before anybody looks for duplicates."""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _readable(text: str) -> bool:
    """Whether it holds no escape that only Go's reader knows."""
    try:
        return all(True for _ in yaml.scan(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        return "unknown escape" not in str(error)


def _char_at(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    return lines[line][column : column + 1] if line < len(lines) else ""


def _place(event: Any) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1)
