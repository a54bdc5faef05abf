"""Environment variables, and where their values come from.

Models ``EnvVar`` and ``EnvFromSource`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Struct, written


class EnvVar(Struct, kw_only=True):
    """One environment variable: a literal value, or a source to read it from."""

    name: str = written("")
    value: str = ""
    value_from: EnvVarSource | None = None


class EnvVarSource(Struct, kw_only=True):
    """Where one variable's value is read; exactly one member is set."""

    config_map_key_ref: ConfigMapKeySelector | None = None
    secret_key_ref: SecretKeySelector | None = None
    field_ref: ObjectFieldSelector | None = None
    resource_field_ref: ResourceFieldSelector | None = None
    file_key_ref: FileKeySelector | None = None


class EnvFromSource(Struct, kw_only=True):
    """A whole ConfigMap or Secret turned into variables, names prefixed on request."""

    prefix: str = ""
    config_map_ref: ConfigMapEnvSource | None = None
    secret_ref: SecretEnvSource | None = None


class ConfigMapEnvSource(Struct, kw_only=True):
    """The ConfigMap whose entries all become variables."""

    name: str = ""
    optional: bool | None = None


class SecretEnvSource(Struct, kw_only=True):
    """The Secret whose entries all become variables."""

    name: str = ""
    optional: bool | None = None


class ConfigMapKeySelector(Struct, kw_only=True):
    """One key of a ConfigMap."""

    name: str = ""
    key: str = written("")
    optional: bool | None = None


class SecretKeySelector(Struct, kw_only=True):
    """One key of a Secret."""

    name: str = ""
    key: str = written("")
    optional: bool | None = None


class ObjectFieldSelector(Struct, kw_only=True):
    """A field of the pod itself, such as ``status.podIP`` (the downward API)."""

    field_path: str = written("")
    api_version: str = ""


class ResourceFieldSelector(Struct, kw_only=True):
    """A container's request or limit, divided by ``divisor`` and rounded up."""

    resource: str = written("")
    container_name: str = ""
    divisor: Quantity = written(Quantity.of(0))


class FileKeySelector(Struct, kw_only=True):
    """One key of a file of KEY=value lines in a volume."""

    volume_name: str = written("")
    path: str = written("")
    key: str = written("")
    optional: bool | None = None
