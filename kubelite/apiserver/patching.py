"""Applying a patch to a stored object.

The object becomes plain data, is changed by one of the three patch languages, and is read back
as strictly as anything that comes from outside.
Models k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
"""

from __future__ import annotations

from typing import Any

from kubelite.apimachinery import errors, strict
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.patch import json_merge, json_patch, strategic
from kubelite.apimachinery.rest import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, Request
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.apiserver import decoding


def patched(kind: Kind, request: Request, old: Any) -> Any:
    """``old`` with the patch of ``request`` applied. Raises StatusError 400, 415 or 422.

    What the patch does not speak of is shared with ``old``: of a pod that gets a label, the spec.
    """
    if kind.defined:
        old = kind.type.strategy.default(old)  # type: ignore[attr-defined]  # as things are now
    patch = request.body
    wanted = "list" if request.patch_type == JSON_PATCH else "dict"
    if type(patch).__name__ != wanted:
        raise errors.bad_request(f"a patch of type {request.patch_type} is a {wanted}")
    if request.patch_type == JSON_PATCH:
        _check_operations(patch)
    parts = () if kind.defined else _parts(kind, patch)
    plain = to_dict(_only(old, parts) if parts else old)
    try:
        if request.patch_type == JSON_PATCH:
            changed = json_patch.apply(plain, patch)
        elif request.patch_type == MERGE_PATCH:
            changed = json_merge.apply(plain, patch)
        elif request.patch_type == STRATEGIC_PATCH and not kind.defined:
            changed = strategic.apply(kind.type, plain, patch)
        else:
            raise errors.unsupported_media_type(
                "the body of the request was in an unknown format - accepted media types include: "
                f"{JSON_PATCH}, {MERGE_PATCH}" + ("" if kind.defined else f", {STRATEGIC_PATCH}")
            )
    except (ValueError, KeyError, TypeError) as error:
        raise _refusal(request, error) from error
    except RecursionError as error:
        raise errors.bad_request(strict.TOO_DEEP) from error
    new = decoding.read(kind, changed)
    if parts:
        new = replace(old, **{name: getattr(new, name) for name in parts})
    return decoding.in_place(kind, new, request)


def _check_operations(patch: list[Any]) -> None:
    """Raises StatusError 400 where an operation is none, in the words of Go's reader."""
    for operation in patch:
        if not isinstance(operation, dict):
            found = strict.json_name(operation)
            into = "Go value of type jsonpatch.Operation"
            raise errors.bad_request(f"json: cannot unmarshal {found} into {into}")


_PARTS = ("metadata", "spec", "status")


def _parts(kind: Kind, patch: Any) -> tuple[str, ...]:
    """The parts of an object that a patch speaks of; () when it may mean all of it."""
    if not isinstance(patch, dict) or not all(name in _PARTS for name in patch):
        return ()
    known = kind.type.__struct_fields__
    return tuple(patch) if all(name in known for name in patch) else ()


def _only(old: Any, parts: tuple[str, ...]) -> dict[str, Any]:
    named = {"apiVersion": old.api_version, "kind": old.kind}
    return named | {name: getattr(old, name) for name in parts}


def _refusal(request: Request, error: Exception) -> StatusError:
    """A JSON patch that does not fit the object is unprocessable; upstream keeps the reason."""
    if request.patch_type != JSON_PATCH:
        return errors.bad_request(str(error))
    refused = errors.failure(422, "Invalid", _REJECTED)
    refused.hint = str(error)
    return refused


_REJECTED = "the server rejected our request due to an error in our request"
