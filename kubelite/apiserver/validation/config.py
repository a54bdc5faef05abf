"""ConfigMaps and Secrets: keys that can be file names, and no more than a mebibyte.

A Secret's values are base64 text, as on the wire; that they are is checked when they are
read on a real server, and here.
Models the ConfigMap and Secret parts of ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping

import msgspec

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import Errors, each, immutable, subdomain_name
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)

MAX_BYTES = 1024 * 1024

_FROZEN = "field is immutable when `immutable` is set"
_REDACTED = "<secret contents redacted>"
_ACCOUNT_NAME = "kubernetes.io/service-account.name"
_NOT_BASE64 = "must be base64"


def validate_config_map(config_map: core_v1.ConfigMap) -> list[FieldError]:
    """What is wrong with a new ConfigMap."""
    faults = validate_object_meta(config_map.metadata, True, subdomain_name)
    faults += _config_map(config_map)
    return faults


def validate_config_map_update(new: core_v1.ConfigMap, old: core_v1.ConfigMap) -> list[FieldError]:
    """What is wrong with a change of a ConfigMap."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if old.immutable:
        faults += _frozen(new.immutable, {"data": new.data != old.data})
        faults += _frozen(True, {"binaryData": new.binary_data != old.binary_data})
    faults += validate_config_map(new)
    return faults


def _config_map(config_map: core_v1.ConfigMap) -> Errors:
    for key in config_map.data:
        at = f"data[{key}]"
        yield from each(at, key, names.is_config_map_key(key))
        if key in config_map.binary_data:
            yield FieldError.invalid(at, key, "duplicate of key present in binaryData")
    for key, value in config_map.binary_data.items():
        yield from each(f"binaryData[{key}]", key, names.is_config_map_key(key))
        if decoded(value) is None:
            yield FieldError.invalid(f"binaryData[{key}]", value, _NOT_BASE64)
    size = sum(len(value.encode()) for value in config_map.data.values())
    size += sum(len(decoded(value) or b"") for value in config_map.binary_data.values())
    if size > MAX_BYTES:
        yield FieldError.too_long("", MAX_BYTES)


def decoded(value: str) -> bytes | None:
    """The bytes behind base64 text, or None when it is not that."""
    try:
        return binascii.a2b_base64(value, strict_mode=bool(value))
    except (binascii.Error, ValueError):
        return None


def _frozen(still: bool | None, changed: Mapping[str, bool]) -> Errors:
    if not still:
        yield FieldError.forbidden("immutable", _FROZEN)
    for name, differs in changed.items():
        if differs:
            yield FieldError.forbidden(name, _FROZEN)


def validate_secret(secret: core_v1.Secret) -> list[FieldError]:
    """What is wrong with a new Secret."""
    faults = validate_object_meta(secret.metadata, True, subdomain_name)
    faults += _secret_data(secret.data, "data")
    faults += _secret_type(secret)
    return faults


def validate_secret_update(new: core_v1.Secret, old: core_v1.Secret) -> list[FieldError]:
    """What is wrong with a change of a Secret; its type stays as it was."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += immutable("type", new.type, old.type)
    if old.immutable:
        faults += _frozen(new.immutable, {"data": new.data != old.data})
    faults += validate_secret(new)
    return faults


def _secret_data(data: Mapping[str, str], path: str) -> Errors:
    size = 0
    for key, value in data.items():
        yield from each(f"{path}[{key}]", key, names.is_config_map_key(key))
        content = decoded(value)
        if content is None:
            yield FieldError.invalid(f"{path}[{key}]", _REDACTED, _NOT_BASE64)
        size += len(content or b"")
    if size > MAX_BYTES:
        yield FieldError.too_long(path, MAX_BYTES)


REQUIRED_KEYS = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
}
"""Types of secrets whose data must have certain keys."""


def _secret_type(secret: core_v1.Secret) -> Errors:
    data, kind = secret.data, secret.type
    if kind == "kubernetes.io/service-account-token":
        if not secret.metadata.annotations.get(_ACCOUNT_NAME):
            yield FieldError.required(f"metadata.annotations[{_ACCOUNT_NAME}]")
    elif kind == "kubernetes.io/basic-auth" and not {"username", "password"} & {*data}:
        yield FieldError.required("data[username]")
        yield FieldError.required("data[password]")
    for key in REQUIRED_KEYS.get(kind, ()):
        if key not in data or (kind == "kubernetes.io/ssh-auth" and not data[key]):
            yield FieldError.required(f"data[{key}]")
        elif key.startswith(".docker"):
            yield from _json_object(data[key], f"data[{key}]")


def _json_object(value: str, path: str) -> Errors:
    try:
        msgspec.json.decode(decoded(value) or b"", type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        yield FieldError.invalid(path, _REDACTED, str(error))
