"""Lease: a small lock with a heartbeat, for node liveness and leader election.

Models ``k8s.io/api/coordination/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Struct, written
from kubelite.apimachinery.times import MicroTime


class LeaseSpec(Struct, kw_only=True):
    """Holder, duration in seconds, and the times of taking and renewing."""

    holder_identity: str | None = None
    lease_duration_seconds: Int32 | None = None
    acquire_time: MicroTime | None = None
    renew_time: MicroTime | None = None
    lease_transitions: Int32 | None = None
    preferred_holder: str | None = None
    strategy: str | None = None


class Lease(Object, kw_only=True):
    """Who holds the lock, and when they last said so."""

    api_version: str = written("coordination.k8s.io/v1")
    kind: str = written("Lease")
    spec: LeaseSpec = written(LeaseSpec())
