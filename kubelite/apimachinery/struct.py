"""The base of every API type: a frozen record that reads and writes Kubernetes JSON.

A type is declared once and serves as documentation, decoder, encoder and schema.
Python names are snake_case; ``camel`` gives the wire name (``pod_ip`` is ``podIP``).
Absent optional values are ``None``, empty tuples or empty dicts, and are left out
when written, as Go's ``omitempty`` does.
"""

from __future__ import annotations

from itertools import repeat
from typing import Annotated, Any, TypeVar, cast, dataclass_transform

import msgspec

T = TypeVar("T")

# Word parts that Kubernetes writes in capitals inside a field name.
_CAPITALS = {
    "api": "API",
    "cidr": "CIDR",
    "cidrs": "CIDRs",
    "fqdn": "FQDN",
    "id": "ID",
    "ids": "IDs",
    "io": "IO",
    "ip": "IP",
    "ips": "IPs",
    "ipc": "IPC",
    "pid": "PID",
    "uid": "UID",
    "uri": "URI",
    "url": "URL",
    "urls": "URLs",
    "uuid": "UUID",
    "wwns": "WWNs",
}


def camel(name: str) -> str:
    """The wire name of a Python field: ``host_ip`` is ``hostIP``, ``from_`` is ``from``."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(_CAPITALS.get(part, part.capitalize()) for part in rest)


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Struct(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename=camel,
    gc=False,
):
    """A frozen record. Subclasses repeat ``kw_only=True``: msgspec does not inherit it.

    ``gc=False`` is safe because API objects are trees and never refer back to themselves.
    """


@dataclass_transform(frozen_default=True)
class Value(msgspec.Struct, frozen=True):
    """A plain value that is no API object: named fields, equal and hashed by what they hold.

    What is unpacked, indexed, sorted or changed field by field is a ``NamedTuple`` instead. A
    Value takes a tenth of a NamedTuple's time to declare, and a third to make.
    """


class Scalar:
    """A value that is one string on the wire and something richer in Python.

    Subclasses give ``parse`` (raises ValueError with upstream's sentence) and ``wire``.
    ``accepts`` lists the JSON types a reader takes besides a string.
    """

    __slots__ = ()
    accepts: tuple[type, ...] = (str,)

    @classmethod
    def parse(cls, raw: Any) -> Any:
        """Read one wire value; raise ValueError when it is not of this type."""
        raise NotImplementedError

    def wire(self) -> str:
        """The canonical string."""
        raise NotImplementedError


def written(value: T) -> T:
    """A default that is written even when nobody set it, as Go does without ``omitempty``.

    Marks what the API requires (``Container.name``), and every field that is a record and no
    pointer: ``omitempty`` never finds a record empty, so a new Job has ``status: {}`` and a
    pod's condition ``lastProbeTime: null``, because a time is a record, too.
    Works because ``omit_defaults`` looks at plain defaults and not at factories.
    """
    return msgspec.field(default_factory=repeat(value).__next__)  # for ever, at C's speed


def merge_on(key: str | None = None, *, retain_keys: bool = False) -> msgspec.Meta:
    """Mark a list field as merged by strategic merge patch, element by element.

    Lists of objects are matched on ``key``; lists of plain values (``key`` None) are united.
    With ``retain_keys`` a patch may list the keys an element keeps; the others are dropped.
    Upstream writes this as the struct tags ``patchStrategy`` and ``patchMergeKey``.
    """
    strategy = "merge,retainKeys" if retain_keys else "merge"
    return msgspec.Meta(extra={"patchStrategy": strategy, "patchMergeKey": key})


def replacing() -> msgspec.Meta:
    """Mark a struct field that a strategic merge patch replaces as a whole."""
    return msgspec.Meta(extra={"patchStrategy": "replace", "patchMergeKey": None})


def retain_keys() -> msgspec.Meta:
    """Mark a struct field whose patch may list the keys it keeps, as a choice of one does."""
    return msgspec.Meta(extra={"patchStrategy": "retainKeys", "patchMergeKey": None})


def _read(kind: type, raw: Any) -> Any:
    if issubclass(kind, Scalar):
        if isinstance(raw, bool) or not isinstance(raw, kind.accepts):
            raise ValueError(f"expected a string for {kind.__name__}, got {raw!r}")
        return kind.parse(raw)
    raise NotImplementedError(f"no reader for {kind.__name__}")


def _write(value: Any) -> Any:
    if isinstance(value, Scalar):
        return value.wire()
    raise NotImplementedError(f"no writer for {type(value).__name__}")


_encoder = msgspec.json.Encoder(enc_hook=_write)


def decode(kind: type[T], raw: bytes | str) -> T:
    """Read JSON into ``kind``. Raises ``msgspec.ValidationError`` naming the path."""
    return msgspec.json.decode(raw, type=kind, dec_hook=_read)


def convert(kind: type[T], raw: Any) -> T:
    """Read plain dicts and lists into ``kind``. Raises ``msgspec.ValidationError``."""
    return msgspec.convert(raw, type=kind, dec_hook=_read)


def encode(value: Any) -> bytes:
    """Write any API value as JSON."""
    return _encoder.encode(value)


def to_dict(value: Any) -> Any:
    """Any API value as plain dicts, lists and strings: what JSON or YAML would hold."""
    return msgspec.json.decode(_encoder.encode(value))  # to_builtins would leave tuples


replace = msgspec.structs.replace


def with_changes(value: T, **changes: Any) -> T:
    """A copy of ``value`` with some fields changed; the rest is shared."""
    return cast(T, replace(cast(msgspec.Struct, value), **changes))


Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
IntOrString = Int32 | str
