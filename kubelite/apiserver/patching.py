"""Applying a patch to a stored object.

The object becomes plain data, is changed by one of the three patch languages, and is read back
as strictly as anything that comes from outside.
Models k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
"""

from __future__ import annotations

from typing import Any

from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.patch import json_merge, json_patch, strategic
from kubelite.apimachinery.rest import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, Request
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import to_dict
from kubelite.apiserver import decoding


def patched(kind: Kind, request: Request, old: Any) -> Any:
    """``old`` with the patch of ``request`` applied. Raises StatusError 400, 415 or 422."""
    if kind.defined:
        old = kind.type.strategy.default(old)  # type: ignore[attr-defined]  # as things are now
    plain = to_dict(old)
    patch = request.body
    wanted = "list" if request.patch_type == JSON_PATCH else "dict"
    if type(patch).__name__ != wanted:
        raise errors.bad_request(f"a patch of type {request.patch_type} is a {wanted}")
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
    return decoding.in_place(decoding.read(kind, changed), request)


def _refusal(request: Request, error: Exception) -> StatusError:
    """A JSON patch that does not fit the object is unprocessable; upstream keeps the reason."""
    if request.patch_type != JSON_PATCH:
        return errors.bad_request(str(error))
    refused = errors.failure(422, "Invalid", _REJECTED)
    refused.hint = str(error)
    return refused


_REJECTED = "the server rejected our request due to an error in our request"
