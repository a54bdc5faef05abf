"""Reading Kubernetes' protobuf: what kubectl's typed commands send.

The bytes become the plain dict that JSON would have given, so nothing after this knows the
difference. Which number stands for which field is in ``fieldnumbers.txt``, one message a line,
fields in the order of their numbers: ``7=name`` jumps to a number, ``+Name`` is a message whose
fields JSON shows as the outer one's. What a field holds, our own types say.
Models k8s.io/apimachinery/pkg/runtime/serializer/protobuf and the files ``generated.proto``.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from kubelite.apimachinery.reflection import Shape, fields_of
from kubelite.apimachinery.times import SECOND, Time

MAGIC = b"k8s\x00"

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_BASE64 = {("Secret", "data"), ("ConfigMap", "binaryData")}
"""Fields of bytes, which JSON writes in base64."""


class Malformed(ValueError):
    """Bytes that are no such message."""


def unwrap(raw: bytes) -> tuple[str, str, bytes]:
    """The apiVersion, the kind and the message inside ``runtime.Unknown``. Raises Malformed."""
    if not raw.startswith(MAGIC):
        raise Malformed("provided data does not appear to be a protobuf message, expected prefix")
    api_version = kind = ""
    inside = b""
    for number, value in _fields(raw[len(MAGIC) :]):
        if number == 1:
            named = {one: _text(text) for one, text in _fields(_bytes(value)) if one in (1, 2)}
            api_version, kind = named.get(1, ""), named.get(2, "")
        elif number == 2:
            inside = _bytes(value)
    return api_version, kind, inside


def decode(kind: type[msgspec.Struct], raw: bytes) -> dict[str, Any]:
    """A message of this type as plain data. Raises Malformed."""
    name = f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"  # two groups, one name
    name = name if name in _numbers() else kind.__name__
    return _message(name, {w: f.shape for w, f in fields_of(kind).items()}, raw)


@cache
def _numbers() -> dict[str, dict[int, str]]:
    """Each message's fields by their numbers."""
    found: dict[str, dict[int, str]] = {}
    table = files("kubelite.edge.http").joinpath("fieldnumbers.txt").read_text("utf-8")
    for line in table.splitlines():
        name, _, fields = line.partition(":")
        last = 0
        found[name] = {}
        for field in fields.split():
            number, jump, wire = field.rpartition("=")
            last = int(number) if jump else last + 1
            found[name][last] = wire
    return found


def _message(name: str, shapes: dict[str, Shape], raw: bytes) -> dict[str, Any]:
    numbers = _numbers().get(name)
    if numbers is None:
        raise Malformed(f"no protobuf message is known for {name}: send JSON")
    found: dict[str, Any] = {}
    for number, value in _fields(raw):
        wire = numbers.get(number)
        if wire is None:
            raise Malformed(f"{name} has no field {number}: send JSON")
        if wire.startswith("+"):
            found |= _message(wire[1:], shapes, _bytes(value))
            continue
        shape = shapes.get(wire)
        if shape is None:
            continue  # a field of an earlier Kubernetes that is no longer in the API
        if (name, wire) in _BASE64:
            key, held = _entry(_bytes(value))
            text = base64.b64encode(_bytes(held)).decode()
            found.setdefault(wire, {})[_text(key)] = text
        else:
            _put(found, wire, shape, value)
    return found


def _put(found: dict[str, Any], wire: str, shape: Shape, value: int | bytes) -> None:
    element = shape.element
    if shape.name == "slice" and element is not None:
        packed = isinstance(value, bytes) and element.name.startswith("int")
        items = list(_varints(_bytes(value))) if packed else [_value(element, value)]
        found.setdefault(wire, []).extend(items)
    elif shape.name == "map" and element is not None:
        key, held = _entry(_bytes(value))
        found.setdefault(wire, {})[_text(key)] = _value(element, held)
    else:
        found[wire] = _value(shape, value)


def _value(shape: Shape, value: int | bytes) -> Any:
    if shape.struct is not None:
        return decode(shape.struct, _bytes(value))
    if shape.name in ("int32", "int64"):
        return _signed(value)
    if shape.name == "bool":
        return bool(value)
    if shape.name in ("Time", "MicroTime"):
        return _moment(_bytes(value), micro=shape.name == "MicroTime")
    if shape.name == "Quantity":
        return _text(dict(_fields(_bytes(value))).get(1, b""))
    if shape.name == "intstr.IntOrString":
        parts = dict(_fields(_bytes(value)))
        return _text(parts.get(3, b"")) if parts.get(1) else _signed(parts.get(2, 0))
    if shape.name == "slice" and shape.element is not None:  # in a map: authorization's extra
        return [_value(shape.element, item) for _, item in _fields(_bytes(value))]
    if shape.name in ("interface", "map"):
        return msgspec.json.decode(_raw(value))
    return _text(value)


def _raw(value: int | bytes) -> bytes:
    """The JSON inside a RawExtension or FieldsV1."""
    return _bytes(dict(_fields(_bytes(value))).get(1, b"null"))


def _moment(raw: bytes, micro: bool) -> str | None:
    parts = dict(_fields(raw))
    if not parts:
        return None  # Go's zero time, which JSON writes as null
    text = Time(_signed(parts.get(1, 0)) * SECOND).wire()
    nanos = _signed(parts.get(2, 0))
    return f"{text[:-1]}.{nanos // 1000:06}Z" if micro else text


def _entry(raw: bytes) -> tuple[int | bytes, int | bytes]:
    parts = dict(_fields(raw))
    return parts.get(1, b""), parts.get(2, b"")


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field of a message."""
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == _VARINT:
            value, at = _varint(raw, at)
            yield number, value
            continue
        if wire_type == _BYTES:
            length, at = _varint(raw, at)
        elif wire_type in (_FIXED64, _FIXED32):
            length = 8 if wire_type == _FIXED64 else 4
        else:
            raise Malformed(f"wire type {wire_type} is not used by Kubernetes")
        if at + length > len(raw):
            raise Malformed("unexpected EOF")
        yield number, raw[at : at + length]
        at += length


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    while at < len(raw) and shift < 70:
        byte = raw[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7
    raise Malformed("unexpected EOF")


def _varints(raw: bytes) -> Iterator[int]:
    at = 0
    while at < len(raw):
        value, at = _varint(raw, at)
        yield _signed(value)


def _signed(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise Malformed("a number was expected")
    return value - (1 << 64) if value >> 63 else value


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise Malformed("bytes were expected")
    return value


def _text(value: int | bytes) -> str:
    try:
        return _bytes(value).decode()
    except UnicodeDecodeError as error:
        raise Malformed("a text is not UTF-8") from error
