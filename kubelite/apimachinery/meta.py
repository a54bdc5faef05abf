"""Metadata that every object carries, and the list envelope.

Models ``k8s.io/apimachinery/pkg/apis/meta/v1``.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kubelite.apimachinery.struct import Struct, merge_on, written
from kubelite.apimachinery.times import Time


class OwnerReference(Struct, kw_only=True):
    """Who this object belongs to; the garbage collector follows these references."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class ManagedFieldsEntry(Struct, kw_only=True):
    """Which fields one manager has set, as server-side apply keeps them."""

    manager: str = ""
    operation: str = ""
    api_version: str = ""
    time: Time | None = None
    fields_type: str = ""
    fields_v1: dict[str, Any] | None = msgspec.field(default=None, name="fieldsV1")
    subresource: str = ""


class ObjectMeta(Struct, kw_only=True):
    """Name, identity, version, labels and life span of an object."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    self_link: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: Time | None = None
    deletion_timestamp: Time | None = None
    deletion_grace_period_seconds: int | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: Annotated[tuple[OwnerReference, ...], merge_on("uid")] = ()
    finalizers: Annotated[tuple[str, ...], merge_on()] = ()
    managed_fields: tuple[ManagedFieldsEntry, ...] = ()


class ListMeta(Struct, kw_only=True):
    """The version a list was read at, and where the next page starts."""

    self_link: str = ""
    resource_version: str = ""
    continue_: str = ""
    remaining_item_count: int | None = None


class LabelSelectorRequirement(Struct, kw_only=True):
    """One expression of a selector: key, operator (In, NotIn, Exists, DoesNotExist), values."""

    key: str = written("")
    operator: str = written("")
    values: tuple[str, ...] = ()


class LabelSelector(Struct, kw_only=True):
    """Labels an object must carry; all parts must hold. Empty selects everything, None nothing."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[LabelSelectorRequirement, ...] = ()


class Condition(Struct, kw_only=True):
    """One observation of an object's state, with when it last changed and why."""

    type: str = written("")
    status: str = written("")
    observed_generation: int = 0
    last_transition_time: Time | None = written(None)
    reason: str = written("")
    message: str = written("")


class Object(Struct, kw_only=True):
    """What every stored kind begins with."""

    api_version: str = ""
    kind: str = ""
    metadata: ObjectMeta = written(ObjectMeta())

    def __repr__(self) -> str:
        where = f"{self.metadata.namespace}/" if self.metadata.namespace else ""
        return f"<{self.kind} {where}{self.metadata.name}>"
