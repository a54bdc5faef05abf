"""What the API answers when it cannot do as asked: a ``Status``, and the field errors in it.

Models ``k8s.io/apimachinery/pkg/api/errors`` and ``pkg/util/validation/field/errors.go``.
Resources and kinds are written as ``deployments.apps`` and ``Deployment.apps``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

from kubelite.apimachinery.meta import ListMeta
from kubelite.apimachinery.struct import Struct, encode, replace
from kubelite.apimachinery.told import Told

OBJECT_MODIFIED = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


class StatusCause(Struct, frozen=True, kw_only=True):
    """One of several things that went wrong; ``reason`` is a field error's type."""

    reason: str = ""
    message: str = ""
    field: str = ""


class StatusDetails(Struct, frozen=True, kw_only=True):
    """Which object an error is about, its causes, and when to try again."""

    name: str = ""
    group: str = ""
    kind: str = ""
    uid: str = ""
    causes: tuple[StatusCause, ...] = ()
    retry_after_seconds: int = 0


class Status(Struct, frozen=True, kw_only=True):
    """``metav1.Status``: the answer to a request that returns no object."""

    kind: str = ""
    api_version: str = ""
    metadata: ListMeta | None = None
    status: str = ""
    message: str = ""
    reason: str = ""
    details: StatusDetails | None = None
    code: int = 0


class StatusError(Told):
    """A request failed. ``hint`` says what to do next and is no part of upstream's message."""

    def __init__(self, status: Status, hint: str = "") -> None:
        super().__init__(status.message)
        self.status = status
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.status.message}\n{self.hint}" if self.hint else self.status.message

    @property
    def reason(self) -> str:
        """Why, for machines: ``NotFound``, ``Conflict``, ``Invalid`` and so on."""
        return self.status.reason

    @property
    def code(self) -> int:
        """The HTTP status code."""
        return self.status.code


class _Omitted:
    """Stands for a value that an error message leaves out."""


OMITTED = _Omitted()

_NOT_FOUND = "FieldValueNotFound"
_REQUIRED = "FieldValueRequired"
_DUPLICATE = "FieldValueDuplicate"
_INVALID = "FieldValueInvalid"
_NOT_SUPPORTED = "FieldValueNotSupported"
_FORBIDDEN = "FieldValueForbidden"
_TOO_LONG = "FieldValueTooLong"
_TOO_SHORT = "FieldValueTooShort"
_TOO_MANY = "FieldValueTooMany"
_TOO_FEW = "FieldValueTooFew"
_TYPE_INVALID = "FieldValueTypeInvalid"
_INTERNAL = "InternalError"

_TITLES = {
    _NOT_FOUND: "Not found",
    _REQUIRED: "Required value",
    _DUPLICATE: "Duplicate value",
    _INVALID: "Invalid value",
    _NOT_SUPPORTED: "Unsupported value",
    _FORBIDDEN: "Forbidden",
    _TOO_LONG: "Too long",
    _TOO_SHORT: "Too short",
    _TOO_MANY: "Too many",
    _TOO_FEW: "Too few",
    _TYPE_INVALID: "Invalid value",
    _INTERNAL: "Internal error",
}
_WITHOUT_VALUE = {_REQUIRED, _FORBIDDEN, _TOO_LONG, _TOO_SHORT, _INTERNAL}


class FieldError(NamedTuple):
    """One field of an object is wrong: where, how, the value found, and what would be right."""

    field: str
    type: str
    value: Any
    detail: str = ""

    @property
    def body(self) -> str:
        """The sentence without the field's path."""
        text = _TITLES[self.type]
        if self.type not in _WITHOUT_VALUE and self.value is not OMITTED:
            text += f": {go_value(self.value)}"
        return f"{text}: {self.detail}" if self.detail else text

    def __str__(self) -> str:
        return f"{self.field}: {self.body}"

    @classmethod
    def invalid(cls, field: str, value: Any, detail: str) -> Self:
        """A malformed value."""
        return cls(field, _INVALID, value, detail)

    @classmethod
    def type_invalid(cls, field: str, value: Any, detail: str) -> Self:
        """A value of the wrong type."""
        return cls(field, _TYPE_INVALID, value, detail)

    @classmethod
    def required(cls, field: str, detail: str = "") -> Self:
        """A value that must be given and is not."""
        return cls(field, _REQUIRED, "", detail)

    @classmethod
    def duplicate(cls, field: str, value: Any) -> Self:
        """A value that must be unique and is not."""
        return cls(field, _DUPLICATE, value)

    @classmethod
    def forbidden(cls, field: str, detail: str) -> Self:
        """A value that would be fine elsewhere but is not permitted here."""
        return cls(field, _FORBIDDEN, "", detail)

    @classmethod
    def not_found(cls, field: str, value: Any) -> Self:
        """A reference to something that is not there."""
        return cls(field, _NOT_FOUND, value)

    @classmethod
    def not_supported(cls, field: str, value: Any, supported: Sequence[str]) -> Self:
        """A word that is none of those the field knows; ``supported`` in the order to print."""
        known = ", ".join(go_quote(word) for word in supported)
        return cls(field, _NOT_SUPPORTED, value, f"supported values: {known}" if known else "")

    @classmethod
    def too_long(cls, field: str, limit: int) -> Self:
        """More bytes than allowed; the value is not repeated."""
        unit = "byte" if limit == 1 else "bytes"
        detail = f"may not be more than {limit} {unit}" if limit >= 0 else "value is too long"
        return cls(field, _TOO_LONG, "<value omitted>", detail)

    @classmethod
    def too_many(cls, field: str, actual: int, limit: int) -> Self:
        """More items than allowed; a negative ``actual`` is left out of the message."""
        unit = "item" if limit == 1 else "items"
        detail = f"must have at most {limit} {unit}" if limit >= 0 else "has too many items"
        return cls(field, _TOO_MANY, actual if actual >= 0 else OMITTED, detail)

    @classmethod
    def internal(cls, field: str, detail: str) -> Self:
        """A fault of the server's own, met while looking at this field."""
        return cls(field, _INTERNAL, None, detail)


_HALF = re.compile("[\ud800-\udfff]")
_ESCAPES = {7: r"\a", 8: r"\b", 12: r"\f", 10: r"\n", 13: r"\r", 9: r"\t", 11: r"\v"}


def _escape(char: str) -> str:
    code = ord(char)
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    if code in _ESCAPES:
        return _ESCAPES[code]
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def go_quote(text: str) -> str:
    """Text as Go's ``%q`` prints it."""
    return '"' + "".join(map(_escape, text)) + '"'


def go_value(value: Any) -> str:
    """Any value as upstream's field errors print it: plain, quoted, or as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return go_quote(value)
    if type(value) in (int, float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    text = encode(value).decode()
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def aggregate(messages: Iterable[str]) -> str:
    """Several messages as one: ``[a, b]`` without repeats, or the only one as it is."""
    unique = list(dict.fromkeys(messages))
    return unique[0] if len(unique) == 1 else f"[{', '.join(unique)}]"


def _whole(text: str) -> str:
    """Text of somebody else's that can be written: half a character is none."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def failure(
    code: int,
    reason: str,
    message: str,
    *,
    resource: str = "",
    name: str = "",
    causes: Iterable[StatusCause] = (),
    retry_after_seconds: int = 0,
) -> StatusError:
    """A ``StatusError`` of any sort; the makers below are this with upstream's texts."""
    kind, _, group = resource.partition(".")
    details = StatusDetails(
        name=_whole(name),
        group=group,
        kind=kind,
        causes=tuple(
            [replace(c, message=_whole(c.message), field=_whole(c.field)) for c in causes]
        ),
        retry_after_seconds=retry_after_seconds,
    )
    return StatusError(
        Status(
            kind="Status",
            api_version="v1",
            metadata=ListMeta(),
            status="Failure",
            message=_whole(message),
            reason=reason,
            details=details if details != StatusDetails() else None,
            code=code,
        )
    )


def not_found(resource: str, name: str) -> StatusError:
    """404: there is no such object."""
    message = f"{resource} {go_quote(name)} not found"
    return failure(404, "NotFound", message, resource=resource, name=name)


def unknown_resource() -> StatusError:
    """404: the server has no such resource type at all."""
    message = "the server could not find the requested resource"
    return failure(404, "NotFound", message)


def already_exists(resource: str, name: str) -> StatusError:
    """409: an object of that name is there already."""
    message = f"{resource} {go_quote(name)} already exists"
    return failure(409, "AlreadyExists", message, resource=resource, name=name)


def generate_name_conflict(resource: str, name: str) -> StatusError:
    """409: every name the server made up was taken."""
    message = (
        f"{resource} {go_quote(name)} already exists, "
        "the server was not able to generate a unique name for the object"
    )
    return failure(
        409, "AlreadyExists", message, resource=resource, name=name, retry_after_seconds=1
    )


def conflict(resource: str, name: str, cause: str = OBJECT_MODIFIED) -> StatusError:
    """409: somebody changed the object first."""
    message = f"Operation cannot be fulfilled on {resource} {go_quote(name)}: {cause}"
    return failure(409, "Conflict", message, resource=resource, name=name)


def apply_conflict(causes: Iterable[StatusCause], message: str) -> StatusError:
    """409: another manager owns fields that an apply would change."""
    return failure(409, "Conflict", message, causes=causes)


def invalid(kind: str, name: str, errors: Sequence[FieldError]) -> StatusError:
    """422: the object breaks its rules; one cause for each field error."""
    message = f"{kind} {go_quote(name)} is invalid"
    if errors:
        message += f": {aggregate(str(error) for error in errors)}"
    causes = [StatusCause(reason=e.type, message=e.body, field=e.field) for e in errors]
    return failure(422, "Invalid", message, resource=kind, name=name, causes=causes)


def bad_request(message: str) -> StatusError:
    """400: the request itself makes no sense."""
    return failure(400, "BadRequest", message)


def unauthorized(message: str = "Unauthorized") -> StatusError:
    """401: the server does not know who is asking."""
    return failure(401, "Unauthorized", message)


def forbidden(resource: str, name: str, cause: str) -> StatusError:
    """403: known, but not allowed; also what an admission plugin or a quota answers."""
    if not resource:
        message = f"forbidden: {cause}"
    elif not name:
        message = f"{resource} is forbidden: {cause}"
    else:
        message = f"{resource} {go_quote(name)} is forbidden: {cause}"
    return failure(403, "Forbidden", message, resource=resource, name=name)


def method_not_supported(resource: str, action: str) -> StatusError:
    """405: the resource has no such verb."""
    message = f"{action} is not supported on resources of kind {go_quote(resource)}"
    return failure(405, "MethodNotAllowed", message, resource=resource)


def gone(message: str) -> StatusError:
    """410: no longer there, and no other address is known."""
    return failure(410, "Gone", message)


def expired(message: str) -> StatusError:
    """410: the asked resourceVersion has been compacted away; list again."""
    return failure(410, "Expired", message)


def request_too_large(message: str) -> StatusError:
    """413: the body is too large."""
    return failure(413, "RequestEntityTooLarge", f"Request entity too large: {message}")


def unsupported_media_type(message: str) -> StatusError:
    """415: the server cannot read a body or patch of this type."""
    return failure(415, "UnsupportedMediaType", message)


def too_many_requests(message: str, retry_after_seconds: int) -> StatusError:
    """429: try again later; an eviction that a disruption budget stops answers so, too."""
    return failure(429, "TooManyRequests", message, retry_after_seconds=retry_after_seconds)


def internal(cause: str) -> StatusError:
    """500: the server's own fault."""
    message = f"Internal error occurred: {cause}"
    return failure(500, "InternalError", message, causes=[StatusCause(message=cause)])


def server_timeout(resource: str, operation: str, retry_after_seconds: int) -> StatusError:
    """500: a passing fault; the same call may work in a moment."""
    message = (
        f"The {operation} operation against {resource} could not be completed at this time, "
        "please try again."
    )
    return failure(
        500,
        "ServerTimeout",
        message,
        resource=resource,
        name=operation,
        retry_after_seconds=retry_after_seconds,
    )


def service_unavailable(message: str) -> StatusError:
    """503: the server is not there or not ready."""
    return failure(503, "ServiceUnavailable", message)


def timeout(message: str, retry_after_seconds: int = 0) -> StatusError:
    """504: no answer in time; the operation may still complete."""
    return failure(504, "Timeout", f"Timeout: {message}", retry_after_seconds=retry_after_seconds)
