"""How one object names another.

Models ``k8s.io/api/core/v1``: the reference types.
"""

from __future__ import annotations

from kubelite.apimachinery.struct import Struct, written


class ObjectReference(Struct, kw_only=True):
    """Any object, as precisely as the writer knew it; a Binding's target and an Event's subject."""

    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    field_path: str = ""
    resource_version: str = ""


class LocalObjectReference(Struct, kw_only=True):
    """An object of a known kind in the same namespace."""

    name: str = ""


class TypedLocalObjectReference(Struct, kw_only=True):
    """An object of any kind in the same namespace."""

    api_group: str | None = None
    kind: str = written("")
    name: str = written("")


class TypedObjectReference(Struct, kw_only=True):
    """An object of any kind, possibly in another namespace."""

    api_group: str | None = None
    kind: str = written("")
    name: str = written("")
    namespace: str | None = None
