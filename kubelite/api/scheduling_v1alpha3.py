"""How the pods of a Job may ask to be scheduled as one group: fields only, nothing acts on them.

Models ``k8s.io/api/scheduling/v1alpha3``, as far as ``batch/v1`` mentions it.
"""

from __future__ import annotations

from kubelite.apimachinery.struct import Int32, Struct, written


class TopologyConstraint(Struct, kw_only=True):
    """All pods of the group in one domain of this node label."""

    key: str = written("")


class WorkloadPodGroupAllDisruptionMode(Struct, kw_only=True):
    """Disrupt all pods of the group or none."""


class WorkloadPodGroupSingleDisruptionMode(Struct, kw_only=True):
    """Disrupt the pods of the group one by one."""


class WorkloadPodGroupBasicSchedulingPolicy(Struct, kw_only=True):
    """Schedule pod by pod."""


class WorkloadPodGroupGangSchedulingPolicy(Struct, kw_only=True):
    """Schedule at least so many together or none."""

    min_count: Int32 | None = None


class WorkloadPodGroupDisruptionMode(Struct, kw_only=True):
    """One of two ways to disrupt a group."""

    all: WorkloadPodGroupAllDisruptionMode | None = None
    single: WorkloadPodGroupSingleDisruptionMode | None = None


class WorkloadPodGroupResourceClaim(Struct, kw_only=True):
    """A device claim that the group shares."""

    name: str = written("")
    resource_claim_name: str | None = None
    resource_claim_template_name: str | None = None


class WorkloadPodGroupSchedulingConstraints(Struct, kw_only=True):
    """Where the group may be."""

    topology: tuple[TopologyConstraint, ...] = ()


class WorkloadPodGroupSchedulingPolicy(Struct, kw_only=True):
    """One of two ways to schedule a group."""

    basic: WorkloadPodGroupBasicSchedulingPolicy | None = None
    gang: WorkloadPodGroupGangSchedulingPolicy | None = None
