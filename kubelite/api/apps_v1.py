"""Workloads: so many pods (ReplicaSet, Deployment), one on each node (DaemonSet), or pods with
names of their own (StatefulSet); and their earlier versions (ControllerRevision).

Models ``k8s.io/api/apps/v1``.
"""

from __future__ import annotations

from typing import Annotated, Any

from kubelite.api.core_v1.claims import PersistentVolumeClaim
from kubelite.api.core_v1.pod import PodTemplateSpec
from kubelite.apimachinery.meta import LabelSelector, Object
from kubelite.apimachinery.struct import (
    Int32,
    Int64,
    IntOrString,
    Struct,
    merge_on,
    retain_keys,
    written,
)
from kubelite.apimachinery.times import Time


class DeploymentStrategy(Struct, kw_only=True):
    """RollingUpdate (a few at a time) or Recreate (all down, then all up)."""

    type: str = ""
    rolling_update: RollingUpdateDeployment | None = None


class DeploymentSpec(Struct, kw_only=True):
    """How many pods, from which template, and how a new template is rolled out."""

    replicas: Int32 | None = None
    selector: LabelSelector | None = None
    template: PodTemplateSpec = written(PodTemplateSpec())
    strategy: Annotated[DeploymentStrategy, retain_keys()] = written(DeploymentStrategy())
    min_ready_seconds: Int32 = 0
    progress_deadline_seconds: Int32 | None = None
    revision_history_limit: Int32 | None = None
    paused: bool = False


class DeploymentStatus(Struct, kw_only=True):
    """How far a rollout has come."""

    observed_generation: Int64 = 0
    replicas: Int32 = 0
    updated_replicas: Int32 = 0
    ready_replicas: Int32 = 0
    available_replicas: Int32 = 0
    unavailable_replicas: Int32 = 0
    terminating_replicas: Int32 | None = None
    conditions: Annotated[tuple[DeploymentCondition, ...], merge_on("type")] = ()
    collision_count: Int32 | None = None


class Deployment(Object, kw_only=True):
    """A version of an application: how many pods, made how, replaced how."""

    api_version: str = written("apps/v1")
    kind: str = written("Deployment")
    spec: DeploymentSpec = written(DeploymentSpec())
    status: DeploymentStatus = written(DeploymentStatus())


class RollingUpdateDeployment(Struct, kw_only=True):
    """How many pods may be missing and how many too many: a number, or a percentage of replicas."""

    max_unavailable: IntOrString | None = None
    max_surge: IntOrString | None = None


class DeploymentCondition(Struct, kw_only=True):
    """One observation: Available, Progressing or ReplicaFailure."""

    type: str = ""
    status: str = ""
    last_update_time: Time | None = written(None)
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class ReplicaSetSpec(Struct, kw_only=True):
    """How many pods, which ones count, and the template for new ones."""

    replicas: Int32 | None = None
    selector: LabelSelector | None = None
    template: PodTemplateSpec = written(PodTemplateSpec())
    min_ready_seconds: Int32 = 0


class ReplicaSetStatus(Struct, kw_only=True):
    """How many pods there are, and how many are of use."""

    replicas: Int32 = written(0)
    fully_labeled_replicas: Int32 = 0
    ready_replicas: Int32 = 0
    available_replicas: Int32 = 0
    terminating_replicas: Int32 | None = None
    observed_generation: Int64 = 0
    conditions: Annotated[tuple[ReplicaSetCondition, ...], merge_on("type")] = ()


class ReplicaSet(Object, kw_only=True):
    """So many pods of one template, no more and no fewer."""

    api_version: str = written("apps/v1")
    kind: str = written("ReplicaSet")
    spec: ReplicaSetSpec = written(ReplicaSetSpec())
    status: ReplicaSetStatus = written(ReplicaSetStatus())


class ReplicaSetCondition(Struct, kw_only=True):
    """One observation: ReplicaFailure."""

    type: str = ""
    status: str = ""
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class RollingUpdateDaemonSet(Struct, kw_only=True):
    """How many nodes may be without a ready daemon, or have two: a number, or a percentage."""

    max_unavailable: IntOrString | None = None
    max_surge: IntOrString | None = None


class DaemonSetUpdateStrategy(Struct, kw_only=True):
    """RollingUpdate (a few nodes at a time) or OnDelete (when somebody deletes the old pod)."""

    type: str = ""
    rolling_update: RollingUpdateDaemonSet | None = None


class DaemonSetSpec(Struct, kw_only=True):
    """Which pod every eligible node runs, and how a new template is rolled out."""

    selector: LabelSelector | None = None
    template: PodTemplateSpec = written(PodTemplateSpec())
    update_strategy: DaemonSetUpdateStrategy = written(DaemonSetUpdateStrategy())
    min_ready_seconds: Int32 = 0
    revision_history_limit: Int32 | None = None


class DaemonSetCondition(Struct, kw_only=True):
    """One observation of a DaemonSet."""

    type: str = ""
    status: str = ""
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class DaemonSetStatus(Struct, kw_only=True):
    """How many nodes should run the daemon, do so, and do so although they should not."""

    current_number_scheduled: Int32 = written(0)
    number_misscheduled: Int32 = written(0)
    desired_number_scheduled: Int32 = written(0)
    number_ready: Int32 = written(0)
    observed_generation: Int64 = 0
    updated_number_scheduled: Int32 = 0
    number_available: Int32 = 0
    number_unavailable: Int32 = 0
    collision_count: Int32 | None = None
    conditions: Annotated[tuple[DaemonSetCondition, ...], merge_on("type")] = ()


class DaemonSet(Object, kw_only=True):
    """One pod on every node that is eligible."""

    api_version: str = written("apps/v1")
    kind: str = written("DaemonSet")
    spec: DaemonSetSpec = written(DaemonSetSpec())
    status: DaemonSetStatus = written(DaemonSetStatus())


class RollingUpdateStatefulSetStrategy(Struct, kw_only=True):
    """Only ordinals from ``partition`` on are updated, so many at a time."""

    partition: Int32 | None = None
    max_unavailable: IntOrString | None = None


class StatefulSetUpdateStrategy(Struct, kw_only=True):
    """RollingUpdate (from the highest ordinal down) or OnDelete."""

    type: str = ""
    rolling_update: RollingUpdateStatefulSetStrategy | None = None


class StatefulSetPersistentVolumeClaimRetentionPolicy(Struct, kw_only=True):
    """What becomes of the claims of a set that is deleted or scaled down: Retain or Delete."""

    when_deleted: str = ""
    when_scaled: str = ""


class StatefulSetOrdinals(Struct, kw_only=True):
    """Where the numbering of the pods begins."""

    start: Int32 = 0


class StatefulSetSpec(Struct, kw_only=True):
    """How many pods with names of their own, made how, started and replaced in which order."""

    replicas: Int32 | None = None
    selector: LabelSelector | None = None
    template: PodTemplateSpec = written(PodTemplateSpec())
    volume_claim_templates: tuple[PersistentVolumeClaim, ...] = ()
    service_name: str = ""
    pod_management_policy: str = ""
    update_strategy: StatefulSetUpdateStrategy = written(StatefulSetUpdateStrategy())
    revision_history_limit: Int32 | None = None
    min_ready_seconds: Int32 = 0
    persistent_volume_claim_retention_policy: (
        StatefulSetPersistentVolumeClaimRetentionPolicy | None
    ) = None
    ordinals: StatefulSetOrdinals | None = None


class StatefulSetCondition(Struct, kw_only=True):
    """One observation of a StatefulSet."""

    type: str = ""
    status: str = ""
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class StatefulSetStatus(Struct, kw_only=True):
    """How many pods there are, at which revision, and how many are of use."""

    observed_generation: Int64 = 0
    replicas: Int32 = written(0)
    ready_replicas: Int32 = 0
    current_replicas: Int32 = 0
    updated_replicas: Int32 = 0
    current_revision: str = ""
    update_revision: str = ""
    collision_count: Int32 | None = None
    conditions: Annotated[tuple[StatefulSetCondition, ...], merge_on("type")] = ()
    available_replicas: Int32 = written(0)


class StatefulSet(Object, kw_only=True):
    """Pods that keep their names: web-0, web-1, ..., at most one of each at any moment."""

    api_version: str = written("apps/v1")
    kind: str = written("StatefulSet")
    spec: StatefulSetSpec = written(StatefulSetSpec())
    status: StatefulSetStatus = written(StatefulSetStatus())


class ControllerRevision(Object, kw_only=True):
    """One version of a DaemonSet's or StatefulSet's template, kept to go back to.

    ``data`` is a strategic merge patch that would restore it.
    """

    api_version: str = written("apps/v1")
    kind: str = written("ControllerRevision")
    data: dict[str, Any] | None = None
    revision: Int64 = written(0)
