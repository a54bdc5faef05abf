"""Eviction: asking a pod to leave, which a disruption budget may refuse.

Models ``k8s.io/api/policy/v1``.
"""

from __future__ import annotations

from kubelite.api.meta_v1 import DeleteOptions
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import written


class Eviction(Object, kw_only=True):
    """The body of a pod's subresource ``eviction``."""

    api_version: str = written("policy/v1")
    kind: str = written("Eviction")
    delete_options: DeleteOptions | None = None
