"""Defaults of Jobs and CronJobs.

Models ``pkg/apis/batch/v1/defaults.go``.
"""

from __future__ import annotations

from kubelite.api import batch_v1
from kubelite.apiserver.defaults.filling import changed, filled, mapped, maybe
from kubelite.apiserver.defaults.pod import default_pod_template

_UNLIMITED = 2**31 - 1  # where each index has a limit of its own


def default_job(job: batch_v1.Job) -> batch_v1.Job:
    """One pod, six retries, NonIndexed; its labels are those of its pods."""
    spec = job.spec
    if spec.completions is None and spec.parallelism is None:
        spec = changed(spec, completions=1)
    spec = filled(
        spec,
        parallelism=1,
        backoff_limit=6 if spec.backoff_limit_per_index is None else _UNLIMITED,
        completion_mode="NonIndexed",
        suspend=False,
        pod_replacement_policy="Failed" if spec.pod_failure_policy else "TerminatingOrFailed",
        manual_selector=False,
    )
    labels = job.metadata.labels or spec.template.metadata.labels
    metadata = changed(job.metadata, labels=labels)
    return changed(job, spec=_template_and_policy(spec), metadata=metadata)


def _template_and_policy(spec: batch_v1.JobSpec) -> batch_v1.JobSpec:
    return changed(
        spec,
        template=default_pod_template(spec.template),
        pod_failure_policy=maybe(spec.pod_failure_policy, _policy),
    )


def _policy(policy: batch_v1.PodFailurePolicy) -> batch_v1.PodFailurePolicy:
    return changed(policy, rules=mapped(policy.rules, _rule))


def _rule(rule: batch_v1.PodFailurePolicyRule) -> batch_v1.PodFailurePolicyRule:
    return changed(rule, on_pod_conditions=mapped(rule.on_pod_conditions, _pattern))


def _pattern(
    pattern: batch_v1.PodFailurePolicyOnPodConditionsPattern,
) -> batch_v1.PodFailurePolicyOnPodConditionsPattern:
    return filled(pattern, status="True")


def default_cron_job(cron_job: batch_v1.CronJob) -> batch_v1.CronJob:
    """Jobs may overlap; three that went well are kept, and one that did not."""
    spec = filled(
        cron_job.spec,
        concurrency_policy="Allow",
        suspend=False,
        successful_jobs_history_limit=3,
        failed_jobs_history_limit=1,
    )
    template = changed(spec.job_template, spec=_template_and_policy(spec.job_template.spec))
    return changed(cron_job, spec=changed(spec, job_template=template))
