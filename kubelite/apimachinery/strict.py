"""Decoding plain dicts as strictly as the API server does, with its words and better hints.

One walk beside the Struct type collects every unknown field, finds the first value of a
wrong type, and leaves out nulls, which Go reads as absent. Upstream's message stays as it
is; what a learner should do next is the ``hint`` of the error.
Models ``sigs.k8s.io/json`` and ``k8s.io/apiserver``'s ``transformDecodeError``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any, TypeVar, cast

import msgspec

from kubelite.apimachinery.errors import StatusError, bad_request, go_quote
from kubelite.apimachinery.reflection import Shape, fields_of, required_of
from kubelite.apimachinery.struct import Scalar, Value, convert

T = TypeVar("T")

MAX_ERRORS = 100
MAX_DEPTH = 64
"""Of nested values in a field without a type, as in a manifest; Go's reader allows 10,000."""
TOO_DEEP = "json: exceeded max depth"
_SEARCH_DEPTH = 5
_HALF = re.compile("[\ud800-\udfff]")
_PACKAGE = re.compile(r"_(v\d+\w*)")
_JSON_NAMES = {str: "string", bool: "bool", int: "number", float: "number", dict: "object"}
_ZERO = {"string": "", "bool": False, "int32": 0, "int64": 0, "float64": 0.0, "slice": []}


class _At(Value):
    """Where a walk is; what it is called is put together only when there is something to say.

    ``step`` is a field, an entry of a map, or the place of an element; ``owner`` is the struct
    that has the field. Go names that one, and leaves out entries and elements.
    """

    outer: _At | None
    step: str | int
    owner: str
    is_field: bool = False

    @property
    def path(self) -> str:
        """As people write it."""
        if self.outer is None:
            return ""
        if isinstance(self.step, int):
            return f"{self.outer.path}[{self.step}]"
        return _join(self.outer.path, self.step)

    @property
    def dotted(self) -> str:
        """As Go's JSON errors do."""
        if self.outer is None:
            return ""
        before = self.outer.dotted
        return _join(before, str(self.step)) if self.is_field else before


class Found(Value):
    """What a walk over a plain dict brought up."""

    value: Any
    unknown: list[str]
    type_error: str
    type_path: str


def strict_errors(
    kind: type[msgspec.Struct], raw: dict[str, Any], duplicates: Sequence[str] = ()
) -> list[str]:
    """Every unknown and duplicate field, in upstream's words and in the dict's order."""
    return _complaints(_walk(kind, raw).unknown, duplicates)


def type_error(kind: type[msgspec.Struct], raw: dict[str, Any]) -> str:
    """The first value of a wrong type as the real server words it, or nothing."""
    return _walk(kind, raw).type_error


def decode_strict(kind: type[T], raw: dict[str, Any], duplicates: Sequence[str] = ()) -> T:
    """Read an object. Raises StatusError 400 for wrong types, unknown or duplicate fields."""
    struct = cast(type[msgspec.Struct], kind)
    found = _walk(struct, raw)
    complaints = _complaints(found.unknown, duplicates)
    if found.type_error or not complaints:
        return _build(kind, raw, found)
    hints = [(path, did_you_mean(struct, path)) for path in found.unknown]
    hints += [(path, "is set twice, keep one of them") for path in duplicates]
    message = f"strict decoding error: {', '.join(complaints)}"
    raise refusal(kind, raw, message, "\n".join(f"{path}: {hint}" for path, hint in hints if hint))


def decode_lenient(kind: type[T], raw: dict[str, Any]) -> tuple[T, list[str]]:
    """Read an object without its unknown fields, and what to warn of. Raises StatusError 400."""
    found = _walk(cast(type[msgspec.Struct], kind), raw)
    return _build(kind, raw, found), _complaints(found.unknown, ())


def refusal(kind: type, raw: dict[str, Any], message: str, hint: str = "") -> StatusError:
    """The 400 that says an object of this kind cannot be what was sent."""
    wanted, sent = kind.__name__, raw.get("kind") if isinstance(raw, dict) else None
    if sent and isinstance(sent, str):
        version = str(raw.get("apiVersion", "")).rpartition("/")[2]
        message = (
            f"{sent} in version {go_quote(version)} cannot be handled as a {wanted}: {message}"
        )
    else:
        message = f"the object provided is unrecognized (must be of type {wanted}): {message}"
    error = bad_request(message)
    error.hint = hint
    return error


def _build(kind: type[T], raw: dict[str, Any], found: Found) -> T:
    if found.type_error:
        raise refusal(kind, raw, found.type_error, _type_hint(raw, found))
    try:
        return convert(kind, found.value)
    except (msgspec.ValidationError, ValueError) as error:
        raise refusal(kind, raw, str(error)) from None


def _complaints(unknown: Sequence[str], duplicates: Sequence[str]) -> list[str]:
    texts = [f"unknown field {go_quote(path)}" for path in unknown]
    texts += [f"duplicate field {go_quote(path)}" for path in duplicates]
    return list(dict.fromkeys(texts))[:MAX_ERRORS]


def _type_hint(raw: dict[str, Any], found: Found) -> str:
    """Text that YAML takes for something else is the most common wrong type by far."""
    value = _value_at(raw, found.type_path)
    if found.type_error.endswith("of type string") and isinstance(value, bool | int | float):
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        return f"{found.type_path} must be text, but reads as {shown}: put it in quotes"
    if "cannot unmarshal string" in found.type_error and isinstance(value, str):
        return f"{found.type_path} must not be text: remove the quotes around {go_quote(value)}"
    return f"look at {found.type_path}" if found.type_path else ""


def _value_at(raw: Any, path: str) -> Any:
    for name in re.findall(r"[^.\[\]]+", path):
        if isinstance(raw, dict):
            raw = raw.get(name)
        elif isinstance(raw, list) and name.isdigit() and int(name) < len(raw):
            raw = raw[int(name)]
    return raw


def _walk(kind: type[msgspec.Struct], raw: Any) -> Found:
    walker = _Walker()
    value = walker.walk(Shape("struct", struct=kind), raw, _At(None, "", kind.__name__))
    return Found(value, walker.unknown, walker.type_error, walker.type_path)


class _Walker:
    """Goes through a dict beside its shape; keeps the first wrong type, all unknown fields."""

    def __init__(self) -> None:
        self.unknown: list[str] = []
        self.type_error = ""
        self.type_path = ""

    def walk(self, shape: Shape, value: Any, at: _At) -> Any:
        """The value without nulls and unknown fields."""
        if shape.struct is not None and isinstance(value, dict):
            return self._struct(shape.struct, value, at)
        if shape.element is not None and isinstance(value, _container(shape)):
            return self._elements(shape.element, value, at)
        if shape.name == "interface":
            return mended(value)
        if shape.scalar is not None and issubclass(shape.scalar, Scalar):
            self._check_scalar(shape.scalar, value, at)
        elif fault := _mismatch(shape, value):
            self._wrong(fault, shape, at)
        return value if type(value) is not str or value.isascii() else mended(value)

    def _struct(self, kind: type[msgspec.Struct], value: dict[str, Any], at: _At) -> Any:
        fields, owner = fields_of(kind), kind.__name__
        clean: dict[str, Any] = {}
        for name, item in value.items():
            field = fields.get(name)
            if field is None:
                self.unknown.append(_join(at.path, name))
            elif type(item) is str and field.shape.scalar is str and item.isascii():
                clean[name] = item  # most values are
            elif item is not None:
                clean[name] = self.walk(field.shape, item, _At(at, name, owner, True))
        for name in required_of(kind):
            if name not in clean:
                clean[name] = self._zero(fields[name].shape, at)
        return clean

    def _elements(self, shape: Shape, value: Any, at: _At) -> Any:
        if isinstance(value, dict):
            found = value.items()
            return {
                _key(key): self._element(shape, item, _At(at, key, at.owner)) for key, item in found
            }
        return [self._element(shape, item, _At(at, i, at.owner)) for i, item in enumerate(value)]

    def _element(self, shape: Shape, item: Any, at: _At) -> Any:
        return self._zero(shape, at) if item is None else self.walk(shape, item, at)

    def _zero(self, shape: Shape, at: _At) -> Any:
        """What Go makes of a value that is not there."""
        return _ZERO[shape.name] if shape.name in _ZERO else self.walk(shape, {}, at)

    def _check_scalar(self, scalar: type[Scalar], value: Any, at: _At) -> None:
        """Times and quantities read themselves, and complain in their own words."""
        if self.type_error:
            return
        try:
            wanted = not isinstance(value, bool) and isinstance(value, scalar.accepts)
            scalar.parse(value if wanted else _json_text(value))
        except (ValueError, TypeError) as error:
            self.type_error, self.type_path = str(error), at.path

    def _wrong(self, fault: str, shape: Shape, at: _At) -> None:
        if self.type_error:
            return
        self.type_path = at.path
        text = f"json: cannot unmarshal {fault} into Go"
        if shape.name == "intstr.IntOrString":
            self.type_error = f"{text} value of type int32"
        elif not at.path:
            self.type_error = f"{text} value of type {go_name(shape)}"
        else:
            self.type_error = f"{text} struct field {at.owner}.{at.dotted} of type {go_name(shape)}"


def mended(value: Any, depth: int = 0) -> Any:
    """Plain data that can be written: half a character becomes U+FFFD, as in Go's JSON reader.

    Raises StatusError 400 for what is nested too deep, or is no JSON.
    """
    if isinstance(value, str):
        return value if value.isascii() else _HALF.sub("\ufffd", value)
    if isinstance(value, dict | list | tuple) and depth > MAX_DEPTH:
        raise bad_request(TOO_DEEP)
    if isinstance(value, dict):
        return {_key(key): mended(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mended(item, depth + 1) for item in value]
    if value is None or isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return value
    raise bad_request(f"json: unsupported value: {value!r}")


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise bad_request(f"json: unsupported type: a key is text, not {key!r}")
    return str(mended(key))


def json_name(value: Any) -> str:
    """What Go's JSON reader calls a value."""
    return "null" if value is None else _JSON_NAMES.get(type(value), "array")


def _container(shape: Shape) -> type:
    return dict if shape.name == "map" else list


def _json_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _mismatch(shape: Shape, value: Any) -> str:
    """How JSON calls a value that does not fit the shape, or nothing when it fits."""
    found = _JSON_NAMES.get(type(value), "array")
    if shape.name in ("string", "bool"):
        return "" if found == shape.name else found
    if shape.name == "struct or bool" and found == "bool":
        return ""
    if shape.name == "float64":
        if found == "number":
            return "" if isfinite(value) else f"number {value}"
        return found
    if shape.name in ("int32", "int64", "intstr.IntOrString"):
        if shape.name == "intstr.IntOrString" and found == "string":
            return ""
        bits = 63 if shape.name == "int64" else 31
        if found != "number":
            return found
        fits = isinstance(value, int) and -(2**bits) <= value < 2**bits
        return "" if fits else f"number {value}"
    return found


def go_name(shape: Shape) -> str:
    """A shape as Go prints its type: ``[]v1.Container``, ``map[string]string``."""
    if shape.name == "slice" and shape.element is not None:
        return f"[]{go_name(shape.element)}"
    if shape.name == "map" and shape.element is not None:
        return f"map[string]{go_name(shape.element)}"
    if shape.struct is not None:
        package = _PACKAGE.search(shape.struct.__module__)
        return f"{package[1] if package else 'v1'}.{shape.struct.__name__}"
    return shape.name


def did_you_mean(kind: type[msgspec.Struct], path: str) -> str:
    """A question that offers a real field for an unknown one, or nothing.

    Looks for another spelling in the same object, then for the very name in an enclosing
    object, then further inside: most slips are a wrong indentation.
    """
    *parents, name = path.split(".")
    chain = _enclosing(kind, parents)
    if not chain:
        return ""
    here, shape = chain[-1]
    better = _suggestion(name, here, shape, chain[:-1])
    return f"did you mean {better}?" if better else ""


def _suggestion(
    name: str, here: str, kind: type[msgspec.Struct], outer: Sequence[tuple[str, Any]]
) -> str:
    from difflib import get_close_matches  # few misspell, and it takes a while to import

    names = list(fields_of(kind))
    for other in names:
        if other.lower() == name.lower():
            return _join(here, other)
    for place, enclosing in reversed(outer):
        if name in fields_of(enclosing):
            return _join(place, name)
    if close := get_close_matches(name, names, 1, 0.75):
        return _join(here, close[0])
    if inside := _inside(name, here, kind):
        return inside
    for place, enclosing in reversed(outer):
        if close := get_close_matches(name, list(fields_of(enclosing)), 1, 0.8):
            return _join(place, close[0])
    return ""


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _enclosing(
    kind: type[msgspec.Struct], parents: Sequence[str]
) -> list[tuple[str, type[msgspec.Struct]]]:
    """The Structs around a path from the outermost on, each with where it is."""
    chain = [("", kind)]
    shape = Shape("struct", struct=kind)
    path = ""
    for part in parents:
        path = _join(path, part)
        if shape.struct is not None:
            field = fields_of(shape.struct).get(part.partition("[")[0])
            if field is None:
                return []
            shape = field.shape
        elif shape.element is not None:
            shape = shape.element
        if "[" in part and shape.element is not None:
            shape = shape.element
        if shape.struct is not None:
            chain.append((path, shape.struct))
    return chain


def _inside(name: str, path: str, kind: type[msgspec.Struct]) -> str:
    """The nearest object further in that has such a field."""
    level = [(path, kind)]
    for _ in range(_SEARCH_DEPTH):
        level = [child for place, struct in level for child in _children(place, struct)]
        for place, struct in level:
            if name in fields_of(struct):
                return _join(place, name)
    return ""


def _children(path: str, kind: type[msgspec.Struct]) -> Iterator[tuple[str, type[msgspec.Struct]]]:
    for field in fields_of(kind).values():
        shape, suffix = field.shape, ""
        if shape.name == "slice" and shape.element is not None:
            shape, suffix = shape.element, "[0]"
        if shape.struct is not None:
            yield _join(path, field.wire) + suffix, shape.struct
