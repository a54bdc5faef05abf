"""Job and CronJob: work that comes to an end, once or by the clock.

Models ``k8s.io/api/batch/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.api.core_v1.pod import PodTemplateSpec
from kubelite.api.core_v1.reference import ObjectReference
from kubelite.api.scheduling_v1alpha3 import (
    WorkloadPodGroupDisruptionMode,
    WorkloadPodGroupResourceClaim,
    WorkloadPodGroupSchedulingConstraints,
    WorkloadPodGroupSchedulingPolicy,
)
from kubelite.apimachinery.meta import LabelSelector, Object, ObjectMeta
from kubelite.apimachinery.struct import Int32, Int64, Struct, merge_on, written
from kubelite.apimachinery.times import Time

COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index"
CONTROLLER_UID = "batch.kubernetes.io/controller-uid"
CRON_SCHEDULED_TIMESTAMP = "batch.kubernetes.io/cronjob-scheduled-timestamp"
INDEX_FAILURE_COUNT = "batch.kubernetes.io/job-index-failure-count"
INDEX_IGNORED_FAILURE_COUNT = "batch.kubernetes.io/job-index-ignored-failure-count"
JOB_CONTROLLER = "kubernetes.io/job-controller"
JOB_NAME = "batch.kubernetes.io/job-name"
JOB_TRACKING = "batch.kubernetes.io/job-tracking"
LEGACY_CONTROLLER_UID = "controller-uid"
LEGACY_JOB_NAME = "job-name"


class PodFailurePolicyOnExitCodesRequirement(Struct, kw_only=True):
    """Whether a container's exit code is In or NotIn some values; 0 never matches."""

    container_name: str | None = None
    operator: str = written("")
    values: tuple[Int32, ...] = ()


class PodFailurePolicyOnPodConditionsPattern(Struct, kw_only=True):
    """A pod condition that counts as the cause of a failure."""

    type: str = written("")
    status: str = ""


class PodFailurePolicyRule(Struct, kw_only=True):
    """What a failure that matches means: FailJob, FailIndex, Ignore or Count."""

    action: str = written("")
    on_exit_codes: PodFailurePolicyOnExitCodesRequirement | None = None
    on_pod_conditions: tuple[PodFailurePolicyOnPodConditionsPattern, ...] = ()


class PodFailurePolicy(Struct, kw_only=True):
    """Rules, of which the first that matches decides."""

    rules: tuple[PodFailurePolicyRule, ...] = ()


class SuccessPolicyRule(Struct, kw_only=True):
    """Enough success: so many of these indexes."""

    succeeded_indexes: str | None = None
    succeeded_count: Int32 | None = None


class SuccessPolicy(Struct, kw_only=True):
    """Rules, of which one is enough for the whole Job to have succeeded."""

    rules: tuple[SuccessPolicyRule, ...] = ()


class JobSchedulingConfiguration(Struct, kw_only=True):
    """How the pods are to be scheduled as a group."""

    disruption_mode: WorkloadPodGroupDisruptionMode | None = None
    resource_claims: Annotated[tuple[WorkloadPodGroupResourceClaim, ...], merge_on("name")] = ()
    scheduling_constraints: WorkloadPodGroupSchedulingConstraints | None = None
    scheduling_policy: WorkloadPodGroupSchedulingPolicy | None = None


class JobSpec(Struct, kw_only=True):
    """How many successes, how many pods at once, and when to give up."""

    parallelism: Int32 | None = None
    completions: Int32 | None = None
    active_deadline_seconds: Int64 | None = None
    pod_failure_policy: PodFailurePolicy | None = None
    success_policy: SuccessPolicy | None = None
    backoff_limit: Int32 | None = None
    backoff_limit_per_index: Int32 | None = None
    max_failed_indexes: Int32 | None = None
    selector: LabelSelector | None = None
    manual_selector: bool | None = None
    template: PodTemplateSpec = written(PodTemplateSpec())
    ttl_seconds_after_finished: Int32 | None = None
    completion_mode: str | None = None
    suspend: bool | None = None
    pod_replacement_policy: str | None = None
    managed_by: str | None = None
    scheduling: JobSchedulingConfiguration | None = None


class JobCondition(Struct, kw_only=True):
    """One observation: Suspended, SuccessCriteriaMet, FailureTarget, Complete or Failed."""

    type: str = written("")
    status: str = written("")
    last_probe_time: Time | None = written(None)
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class UncountedTerminatedPods(Struct, kw_only=True):
    """Pods that have ended, by uid, on their way into the counters."""

    succeeded: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class JobStatus(Struct, kw_only=True):
    """How far the work has come."""

    conditions: Annotated[tuple[JobCondition, ...], merge_on("type")] = ()
    start_time: Time | None = None
    completion_time: Time | None = None
    active: Int32 = 0
    succeeded: Int32 = 0
    failed: Int32 = 0
    terminating: Int32 | None = None
    completed_indexes: str = ""
    failed_indexes: str | None = None
    uncounted_terminated_pods: UncountedTerminatedPods | None = None
    ready: Int32 | None = None


class Job(Object, kw_only=True):
    """Work that is done when so many of its pods have succeeded."""

    api_version: str = written("batch/v1")
    kind: str = written("Job")
    spec: JobSpec = written(JobSpec())
    status: JobStatus = written(JobStatus())


class JobTemplateSpec(Struct, kw_only=True):
    """The Job that a CronJob makes copies of."""

    metadata: ObjectMeta = written(ObjectMeta())
    spec: JobSpec = written(JobSpec())


class CronJobSpec(Struct, kw_only=True):
    """When, which Job, and what to do when one is still at work."""

    schedule: str = written("")
    time_zone: str | None = None
    starting_deadline_seconds: Int64 | None = None
    concurrency_policy: str = ""
    suspend: bool | None = None
    job_template: JobTemplateSpec = written(JobTemplateSpec())
    successful_jobs_history_limit: Int32 | None = None
    failed_jobs_history_limit: Int32 | None = None


class CronJobStatus(Struct, kw_only=True):
    """Which Jobs are at work, and when the last one was due."""

    active: tuple[ObjectReference, ...] = ()
    last_schedule_time: Time | None = None
    last_successful_time: Time | None = None


class CronJob(Object, kw_only=True):
    """A Job by the clock."""

    api_version: str = written("batch/v1")
    kind: str = written("CronJob")
    spec: CronJobSpec = written(CronJobSpec())
    status: CronJobStatus = written(CronJobStatus())


def finished(job: Job) -> str:
    """Complete or Failed once it has come to its end, else ""."""
    for found in job.status.conditions:
        if found.type in ("Complete", "Failed") and found.status == "True":
            return found.type
    return ""
