"""Namespace: a room of its own for names.

Models ``Namespace`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Struct, merge_on, written
from kubelite.apimachinery.times import Time


class NamespaceSpec(Struct, kw_only=True):
    """Who must finish before the namespace may go."""

    finalizers: tuple[str, ...] = ()


class NamespaceStatus(Struct, kw_only=True):
    """Active or Terminating, and what still holds it."""

    phase: str = ""
    conditions: Annotated[tuple[NamespaceCondition, ...], merge_on("type")] = ()


class Namespace(Object, kw_only=True):
    """A scope for names; deleting it deletes everything inside."""

    api_version: str = written("v1")
    kind: str = written("Namespace")
    spec: NamespaceSpec = written(NamespaceSpec())
    status: NamespaceStatus = written(NamespaceStatus())


class NamespaceCondition(Struct, kw_only=True):
    """One observation, mostly about why a deletion has not finished."""

    type: str = written("")
    status: str = written("")
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""
