"""From what a request carries to what the registry works with.

Components inside the process send typed objects and skip all this. Everything from outside is
plain data: read strictly, so that a misspelt field is refused and not silently dropped.
Models k8s.io/apiserver/pkg/endpoints/handlers/{create,update,rest}.go and the storage's
continue tokens (storage/continue.go).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from kubelite.api.custom import CustomObject
from kubelite.apimachinery import errors, fields, labels, strict
from kubelite.apimachinery.errors import FieldError, StatusError, go_quote
from kubelite.apimachinery.meta import ListMeta
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.registry.store import Registry
from kubelite.etcd.backend import KeyValue

Matches = Callable[[Any], bool]


def body(kind: Kind, request: Request) -> Any:
    """The object of a create or update, of the right kind and in the right namespace."""
    obj = request.body
    if isinstance(obj, dict):
        obj = read(kind, obj, request.field_validation)
    if not isinstance(obj, kind.type):
        obj = _adopted(kind, obj)
    return in_place(kind, obj, request)


def _adopted(kind: Kind, obj: Any) -> Any:
    """An object of a defined kind that was read before its definition changed.

    Raises StatusError 400 for an object of any other kind.
    """
    if not isinstance(obj, CustomObject) or obj.row.group_kind != kind.group_kind:
        raise errors.bad_request(f"the body is no {kind.kind}: send one, or a dict of its fields")
    return kind.type.strategy.adopt(obj)  # type: ignore[attr-defined]


def in_place(kind: Kind, obj: Any, request: Request) -> Any:
    """The object, if it is the one that the request names. Raises StatusError 400.

    What belongs to the whole cluster loses a namespace that somebody has written into it, as in
    ``EnsureObjectNamespaceMatchesRequestNamespace``.
    """
    meta = obj.metadata
    if meta.namespace and not kind.namespaced:
        meta = replace(meta, namespace="")
        obj = replace(obj, metadata=meta)
    if meta.namespace and meta.namespace != request.namespace:
        raise errors.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if request.name and meta.name != request.name:
        raise errors.bad_request(
            f"the name of the object ({meta.name or 'empty'}) does not match the name on the URL "
            f"({request.name})"
        )
    return obj


def read(kind: Kind, plain: dict[str, Any], validation: str = "Strict") -> Any:
    """A typed object from plain data. Raises StatusError 400 naming every unknown field."""
    if not isinstance(plain, dict):
        raise errors.bad_request(
            f"json: cannot unmarshal {strict.json_name(plain)} into Go value of type "
            f"{kind.type.__module__.rpartition('.')[2].rpartition('_')[2]}.{kind.kind}"
        )
    version = plain.get("apiVersion", kind.api_version)
    if version != kind.api_version:
        raise errors.bad_request(
            f"the API version in the data ({version}) does not match the expected API version "
            f"({kind.api_version})"
        )
    if plain.get("kind", kind.kind) != kind.kind:
        raise errors.bad_request(
            f"the kind in the data ({plain['kind']}) does not match the expected kind ({kind.kind})"
        )
    try:
        return _read(kind, plain, validation)
    except RecursionError as error:
        raise errors.bad_request(strict.TOO_DEEP) from error


def _read(kind: Kind, plain: dict[str, Any], validation: str) -> Any:
    if kind.defined:
        return kind.type.strategy.read(plain, validation)  # type: ignore[attr-defined]
    if validation != "Strict":
        return strict.decode_lenient(kind.type, plain)[0]
    return strict.decode_strict(kind.type, plain)


def selection(registry: Registry, request: Request) -> Matches | None:
    """What the selectors of a list or watch let through; None for everything."""
    try:
        by_label = labels.parse(request.label_selector) if request.label_selector else None
        by_field = fields.parse(request.field_selector) if request.field_selector else None
    except ValueError as error:
        raise errors.bad_request(str(error)) from error
    if by_field is None:
        return (lambda obj: by_label.matches(obj.metadata.labels)) if by_label else None
    return _by_fields(registry, by_field, by_label)


def _by_fields(
    registry: Registry, wanted: fields.FieldSelector, by_label: labels.Selector | None
) -> Matches:
    known = registry.strategy.fields
    own = {"metadata.name", "metadata.namespace", *known(registry.kind.type())}
    for term in wanted.terms:
        if term.field not in own:
            raise errors.bad_request(
                f"field label not supported: {term.field} (try {', '.join(sorted(own))})"
            )
    if len(wanted.terms) == 1 and by_label is None and wanted.exact("spec.nodeName"):
        node = wanted.exact("spec.nodeName")
        return lambda obj: bool(obj.spec.node_name == node)

    def matches(obj: Any) -> bool:
        meta = obj.metadata
        found = known(obj) | {"metadata.name": meta.name, "metadata.namespace": meta.namespace}
        return wanted.matches(found) and (by_label is None or by_label.matches(meta.labels))

    return matches


def narrowed(registry: Registry, request: Request, prefix: str) -> str:
    """Where to look: under ``prefix``, or at one name if that is what is asked for."""
    if not request.field_selector.startswith("metadata.name="):
        return prefix
    name = fields.parse(request.field_selector).exact("metadata.name")
    if not name or (registry.kind.namespaced and not request.namespace):
        return prefix
    return prefix + name


def about(request: Request, obj: Any) -> Request:
    """A request to delete this one object of a collection."""
    meta = obj.metadata
    return replace(
        request, verb="delete", namespace=meta.namespace, name=meta.name, label_selector=""
    )


def page(found: list[KeyValue], limit: int, revision: int) -> tuple[tuple[Any, ...], ListMeta]:
    """As much of a list as was asked for at once, and how to go on from there."""
    some = found[:limit] if limit > 0 else found
    meta = ListMeta(resource_version=str(revision))
    if len(some) < len(found):
        meta = ListMeta(
            resource_version=str(revision),
            continue_=make_continue_token(revision, some[-1].key),
            remaining_item_count=len(found) - len(some),
        )
    return tuple(kv.value for kv in some), meta


def make_continue_token(revision: int, key: str) -> str:
    """Where the next page starts: opaque to clients."""
    return base64.urlsafe_b64encode(f"{revision}:{key}".encode()).decode()


def read_at(request: Request, prefix: str, latest: int) -> tuple[int, str]:
    """The revision to list at, and the key to start after. Raises StatusError 400, 422 or 504."""
    if request.continue_:
        return _continued(request.continue_, prefix, latest)
    exact = request.resource_version_match == "Exact"
    if not request.resource_version:
        if request.resource_version_match:
            raise errors.invalid("ListOptions.meta.k8s.io", "", [_VERSION_MISSING])
        return latest, ""
    asked = revision_of(request.resource_version, latest)
    return (asked if exact else latest), ""


def revision_of(text: str, latest: int) -> int:
    """A resourceVersion as a number, not later than the latest. Raises StatusError 400 or 504."""
    if not (text.isascii() and text.isdigit()):
        found = f"strconv.ParseUint: parsing {go_quote(text)}: invalid syntax"
        problem = FieldError.invalid("resourceVersion", text, found)
        raise errors.bad_request(f"invalid resource version: {problem}")
    if int(text) > latest:
        raise errors.timeout(f"Too large resource version: {text}, current: {latest}", 1)
    return int(text)


def too_old(after: str) -> StatusError:
    """410 for a list; one that was being continued can go on with what is there now."""
    if not after:
        return errors.expired("The resourceVersion for the provided list is too old.")
    error = errors.expired(_CONTINUE_TOO_OLD)
    rest = ListMeta(continue_=make_continue_token(_LATEST, after))
    error.status = replace(error.status, metadata=rest)
    return error


def _continued(token: str, prefix: str, latest: int) -> tuple[int, str]:
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
        revision, key = text.split(":", 1)
        number = int(revision)
    except (ValueError, binascii.Error) as error:
        raise errors.bad_request("continue key is not valid: start the list again") from error
    if not key.startswith(prefix):
        raise errors.bad_request("continue key is not valid: it belongs to another list")
    return (latest if number == _LATEST else number), key


_LATEST = -1
_VERSION_MISSING = FieldError.forbidden(
    "resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"
)
_CONTINUE_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. "
    "You can start a new list without the continue parameter, or use the continue token in this "
    "response to retrieve the remainder of the results. Continuing with the provided token "
    "results in an inconsistent list - objects that were created, modified, or deleted between "
    "the time the first chunk was returned and now may show up in the list."
)
