"""The EncryptionConfiguration: which resources are encrypted, how, and with which keys.

Models ``k8s.io/apiserver/pkg/apis/apiserver/v1`` (types_encryption.go) and ``validation``.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from typing import Any

from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.strict import decode_strict
from kubelite.apimachinery.struct import Struct, written

KEY_SIZES = (16, 24, 32)
"""Bytes of an AES key: AES-128, AES-192, AES-256."""

_AT_LEAST_ONE = "at least one {} is required"
_OF_KMS = "needs a server or a cipher that the simulation has not; use aesgcm, aescbc or identity"
_SEVERAL = (
    "more than one provider specified in a single element, "
    "should split into different list elements"
)
_NONE = (
    "provider does not contain any of the expected providers: "
    "KMS, AESGCM, AESCBC, Secretbox, Identity"
)
_STAR = "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources"
_ACROSS = "encrypting the same resource across groups is not supported"


class Key(Struct, kw_only=True):
    """A key with a name; ``secret`` is base64 of 16, 24 or 32 bytes."""

    name: str = ""
    secret: str = ""


class AESConfiguration(Struct, kw_only=True):
    """Keys for AES: the first writes, all of them read."""

    keys: tuple[Key, ...] = ()


class IdentityConfiguration(Struct, kw_only=True):
    """No encryption."""


class ProviderConfiguration(Struct, kw_only=True):
    """One way to keep data; exactly one member is set."""

    aesgcm: AESConfiguration | None = None
    aescbc: AESConfiguration | None = None
    secretbox: AESConfiguration | None = None
    identity: IdentityConfiguration | None = None
    kms: dict[str, Any] | None = None


class ResourceConfiguration(Struct, kw_only=True):
    """Resources and their providers: the first provider writes, all of them read."""

    resources: tuple[str, ...] = ()
    providers: tuple[ProviderConfiguration, ...] = ()


class EncryptionConfiguration(Struct, kw_only=True):
    """What the API server's flag ``--encryption-provider-config`` names a file of."""

    api_version: str = written("apiserver.config.k8s.io/v1")
    kind: str = written("EncryptionConfiguration")
    resources: tuple[ResourceConfiguration, ...] = ()

    def providers_of(self, resource: str) -> tuple[ProviderConfiguration, ...]:
        """The providers of the first entry that covers ``secrets`` or ``deployments.apps``."""
        group = resource.partition(".")[2]
        for entry in self.resources:
            if {resource, f"*.{group}", "*.*"} & {*entry.resources}:
                return entry.providers
        return ()


class EncryptionConfigError(ValueError):
    """The configuration cannot be used; an API server would not start with it."""


def read(raw: dict[str, Any]) -> EncryptionConfiguration:
    """A configuration from its manifest. Raises StatusError or EncryptionConfigError."""
    config = decode_strict(EncryptionConfiguration, raw)
    problems = [str(problem) for problem in _problems(config)]
    if problems:
        raise EncryptionConfigError("; ".join(problems))
    return config


def _problems(config: EncryptionConfiguration) -> Iterator[FieldError]:
    if not config.resources:
        yield FieldError.required("resources", _AT_LEAST_ONE.format("resources"))
    for number, entry in enumerate(config.resources):
        path = f"resources[{number}]"
        for name in ("resources", "providers"):
            if not getattr(entry, name):
                at = f"{path}.{name}"
                yield FieldError.required(at, _AT_LEAST_ONE.format(at))
        for place, resource in enumerate(entry.resources):
            yield from _resource_problems(resource, f"{path}.resources[{place}]")
        for place, provider in enumerate(entry.providers):
            yield from _provider_problems(provider, f"{path}.providers[{place}]")


def _resource_problems(resource: str, path: str) -> Iterator[FieldError]:
    name, _, group = resource.partition(".")
    if resource.lower() != resource:
        detail = "resource name should not contain capital letters"
        yield FieldError.invalid(path, resource, detail)
    elif resource == "*":
        yield FieldError.invalid(path, resource, _STAR)
    elif group == "*" and name != "*":
        yield FieldError.invalid(path, resource, _ACROSS)


def _provider_problems(provider: ProviderConfiguration, path: str) -> Iterator[FieldError]:
    given = [name for name in provider.__struct_fields__ if getattr(provider, name) is not None]
    if len(given) != 1:
        yield FieldError.invalid(path, given, _SEVERAL if given else _NONE)
        return
    if given[0] in ("kms", "secretbox"):
        yield FieldError.forbidden(f"{path}.{given[0]}", _OF_KMS)
        return
    keys = getattr(provider, given[0])
    if isinstance(keys, AESConfiguration):
        path += f".{given[0]}.keys"
        if not keys.keys:
            yield FieldError.required(path, _AT_LEAST_ONE.format("keys"))
        for number, key in enumerate(keys.keys):
            yield from _key_problems(key, f"{path}[{number}]")


def _key_problems(key: Key, path: str) -> Iterator[FieldError]:
    for field in ("name", "secret"):
        if not getattr(key, field):
            yield FieldError.required(f"{path}.{field}", f"{field} is a mandatory field for a key")
    if not key.secret:
        return
    try:
        size = len(binascii.a2b_base64(key.secret, strict_mode=True))
    except ValueError:
        detail = "secrets must be base64 encoded"
        yield FieldError.invalid(f"{path}.secret", "REDACTED", detail)
        return
    if size not in KEY_SIZES:
        sizes = " ".join(str(size) for size in KEY_SIZES)
        detail = f"secret is not of the expected length, got {size}, expected one of [{sizes}]"
        yield FieldError.invalid(f"{path}.secret", "REDACTED", detail)
