"""Eviction: asking a pod to leave, which a disruption budget may refuse.

Models ``k8s.io/api/policy/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.api.meta_v1 import DeleteOptions
from kubelite.apimachinery.meta import Condition, LabelSelector, Object
from kubelite.apimachinery.struct import (
    Int32,
    Int64,
    IntOrString,
    Struct,
    merge_on,
    replacing,
    written,
)
from kubelite.apimachinery.times import Time


class Eviction(Object, kw_only=True):
    """The body of a pod's subresource ``eviction``."""

    api_version: str = written("policy/v1")
    kind: str = written("Eviction")
    delete_options: DeleteOptions | None = None


class PodDisruptionBudgetSpec(Struct, kw_only=True):
    """Of the pods selected, so many stay healthy, or at most so many are down."""

    min_available: IntOrString | None = None
    selector: Annotated[LabelSelector | None, replacing()] = None
    max_unavailable: IntOrString | None = None
    unhealthy_pod_eviction_policy: str | None = None


class PodDisruptionBudgetStatus(Struct, kw_only=True):
    """How many pods there are and ought to be, and how many may be evicted now.

    ``disrupted_pods`` are those whose eviction was granted and is not seen to have happened.
    """

    observed_generation: Int64 = 0
    disrupted_pods: dict[str, Time] = {}
    disruptions_allowed: Int32 = written(0)
    current_healthy: Int32 = written(0)
    desired_healthy: Int32 = written(0)
    expected_pods: Int32 = written(0)
    conditions: Annotated[tuple[Condition, ...], merge_on("type")] = ()


class PodDisruptionBudget(Object, kw_only=True):
    """How much of an application may be disturbed at a time, by those who ask first."""

    api_version: str = written("policy/v1")
    kind: str = written("PodDisruptionBudget")
    spec: PodDisruptionBudgetSpec = written(PodDisruptionBudgetSpec())
    status: PodDisruptionBudgetStatus = written(PodDisruptionBudgetStatus())
