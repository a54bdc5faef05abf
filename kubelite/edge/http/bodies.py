"""Bodies of requests as plain data: JSON, YAML, or Kubernetes' protobuf.

A form or a text of some web page is none of these and is refused.
Models the negotiation of k8s.io/apiserver/pkg/endpoints/handlers/negotiation.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from kubelite.api.autoscaling_v1 import Scale
from kubelite.api.core_v1.pod import Binding
from kubelite.api.meta_v1 import DeleteOptions
from kubelite.api.policy_v1 import Eviction
from kubelite.apimachinery import errors, manifest
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from kubelite.apimachinery.scheme import Kind
from kubelite.apiserver.reviews import TOKEN
from kubelite.edge.http import protobuf

JSON = "application/json"
YAML = "application/yaml"
PROTOBUF = "application/vnd.kubernetes.protobuf"
PATCHES = (JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH)

_PARTS: dict[str, type[msgspec.Struct]] = {
    "eviction": Eviction,
    "binding": Binding,
    "scale": Scale,
    "token": TOKEN.type,
}


def media_type(content_type: str) -> str:
    """A content type without its parameters, in small letters."""
    return content_type.partition(";")[0].strip().lower()


def read(kind: Kind, part: str, content_type: str, raw: bytes) -> dict[str, Any]:
    """The object in a body. Raises StatusError 400 or 415."""
    wanted = _PARTS.get(part, kind.type)
    return _plain(wanted, content_type, raw)


def read_options(content_type: str, raw: bytes) -> dict[str, Any]:
    """The DeleteOptions of a body; none for an empty one. Raises StatusError 400 or 415."""
    return _plain(DeleteOptions, content_type, raw) if raw else {}


def read_patch(content_type: str, raw: bytes) -> tuple[str, Any]:
    """The kind of a patch, and the patch. Raises StatusError 400 or 415."""
    kind = media_type(content_type)
    if kind not in PATCHES:
        raise _unknown_format(PATCHES)
    return kind, _from_yaml(raw) if kind == APPLY_PATCH else _from_json(raw)


def _plain(kind: type[msgspec.Struct], content_type: str, raw: bytes) -> dict[str, Any]:
    media = media_type(content_type) or JSON  # who names no type writes JSON
    if media == JSON:
        found = _from_json(raw)
    elif media == YAML:
        found = _from_yaml(raw)
    elif media == PROTOBUF:
        return _from_protobuf(kind, raw)
    else:
        raise _unknown_format((JSON, YAML, PROTOBUF))
    if not isinstance(found, dict):
        raise errors.bad_request("couldn't get version/kind; json parse error: not an object")
    return found


def _from_json(raw: bytes) -> Any:
    try:
        return _read_json(raw.decode(json.detect_encoding(raw), "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise errors.bad_request(f"couldn't get version/kind; json parse error: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"strict decoding error: duplicate field {json.dumps(twice)}")
    return found


def _no_number(text: str) -> Any:
    """Python reads NaN and Infinity; JSON has no such numbers."""
    raise ValueError(f"invalid character '{text[:1]}' looking for beginning of value")


_read_json = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number).decode


def _from_yaml(raw: bytes) -> Any:
    try:
        documents = manifest.load(raw, "body")
    except ValueError as error:
        raise errors.bad_request(f"error converting YAML to JSON: {error}") from error
    return documents[0]


def _from_protobuf(kind: type[msgspec.Struct], raw: bytes) -> dict[str, Any]:
    try:
        api_version, name, message = protobuf.unwrap(raw)
        if name and name not in (kind.__name__, "DeleteOptions"):
            raise protobuf.Malformed(f"expected {kind.__name__}, found {name}")
        found = protobuf.decode(kind, message)
    except (protobuf.Malformed, ValueError, RecursionError) as error:
        raise errors.bad_request(str(error)) from error
    return {"apiVersion": api_version, "kind": name} | found


def _unknown_format(accepted: tuple[str, ...]) -> StatusError:
    return errors.unsupported_media_type(
        "the body of the request was in an unknown format - accepted media types include: "
        + ", ".join(accepted)
    )
