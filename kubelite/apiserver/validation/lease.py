"""Leases: a duration above zero, a count that is not below it.

Models ``pkg/apis/coordination/validation/validation.go``.
"""

from __future__ import annotations

from kubelite.api import coordination_v1
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import Errors, qualified_name, subdomain_name
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)

STRATEGIES = ("OldestEmulationVersion",)


def validate_lease(lease: coordination_v1.Lease) -> list[FieldError]:
    """What is wrong with a new Lease."""
    faults = validate_object_meta(lease.metadata, True, subdomain_name)
    faults += _spec(lease.spec, "spec")
    return faults


def validate_lease_update(
    new: coordination_v1.Lease, old: coordination_v1.Lease
) -> list[FieldError]:
    """What is wrong with a change of a Lease, such as one more heartbeat."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _spec(new.spec, "spec")
    return faults


def _spec(spec: coordination_v1.LeaseSpec, path: str) -> Errors:
    duration, transitions = spec.lease_duration_seconds, spec.lease_transitions
    if duration is not None and duration <= 0:
        at = f"{path}.leaseDurationSeconds"
        yield FieldError.invalid(at, duration, "must be greater than 0")
    if transitions is not None and transitions < 0:
        at = f"{path}.leaseTransitions"
        yield FieldError.invalid(at, transitions, "must be greater than or equal to 0")
    strategy = spec.strategy
    if strategy is not None:
        at = f"{path}.strategy.strategy"  # upstream adds the field's name twice
        if "/" in strategy:
            yield from qualified_name(at, strategy)
        elif strategy not in STRATEGIES:
            yield FieldError.not_supported(at, strategy, STRATEGIES)
    if spec.preferred_holder and not strategy:
        fault = "may only be specified if `strategy` is defined"
        yield FieldError.forbidden(f"{path}.preferredHolder", fault)
