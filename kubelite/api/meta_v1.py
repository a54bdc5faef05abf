"""Options that travel in the body of a request.

Models the option types of ``k8s.io/apimachinery/pkg/apis/meta/v1``; object metadata is in
``kubelite.apimachinery.meta``.
"""

from __future__ import annotations

from kubelite.apimachinery.struct import Int64, Struct, written


class DeleteOptions(Struct, kw_only=True):
    """How to delete: after how many seconds, and what becomes of dependents."""

    api_version: str = ""
    kind: str = ""
    grace_period_seconds: Int64 | None = None
    propagation_policy: str | None = None
    preconditions: Preconditions | None = None
    dry_run: tuple[str, ...] = ()
    orphan_dependents: bool | None = None
    ignore_store_read_error_with_cluster_breaking_potential: bool | None = None


class Preconditions(Struct, kw_only=True):
    """What must be true of the object for the request to go ahead."""

    uid: str | None = None
    resource_version: str | None = None


class FieldSelectorRequirement(Struct, kw_only=True):
    """One term of a field selector: a key, an operator, values."""

    key: str = written("")
    operator: str = written("")
    values: tuple[str, ...] = ()
