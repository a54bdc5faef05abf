"""ReplicaSet and Deployment: keep so many pods, and change them a few at a time.

Models ``k8s.io/api/apps/v1``.
"""

from __future__ import annotations

from typing import Annotated

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
    template: PodTemplateSpec = PodTemplateSpec()
    strategy: Annotated[DeploymentStrategy, retain_keys()] = DeploymentStrategy()
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
    spec: DeploymentSpec = DeploymentSpec()
    status: DeploymentStatus = DeploymentStatus()


class RollingUpdateDeployment(Struct, kw_only=True):
    """How many pods may be missing and how many too many: a number, or a percentage of replicas."""

    max_unavailable: IntOrString | None = None
    max_surge: IntOrString | None = None


class DeploymentCondition(Struct, kw_only=True):
    """One observation: Available, Progressing or ReplicaFailure."""

    type: str = ""
    status: str = ""
    last_update_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class ReplicaSetSpec(Struct, kw_only=True):
    """How many pods, which ones count, and the template for new ones."""

    replicas: Int32 | None = None
    selector: LabelSelector | None = None
    template: PodTemplateSpec = PodTemplateSpec()
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
    spec: ReplicaSetSpec = ReplicaSetSpec()
    status: ReplicaSetStatus = ReplicaSetStatus()


class ReplicaSetCondition(Struct, kw_only=True):
    """One observation: ReplicaFailure."""

    type: str = ""
    status: str = ""
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""
