"""Jobs: how many, how often, which failures and successes count, and what may change.

Models the Job part of ``pkg/apis/batch/validation/validation.go``.
"""

from __future__ import annotations

from kubelite.api import batch_v1, core_v1
from kubelite.apimachinery import labels as selectors
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import OMITTED, FieldError, go_quote
from kubelite.apimachinery.meta import LabelSelector
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.validation.formats import (
    Errors,
    each,
    immutable,
    non_negative,
    subdomain_name,
)
from kubelite.apiserver.validation.jobpolicies import (
    validate_pod_failure_policy,
    validate_success_policy,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_label_selector,
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.pod import validate_pod_template

MAX_PARALLELISM = 100_000  # of an Indexed Job
MAX_FAILED_INDEXES = 100_000
_MANY = 100_000  # completions: from here on stricter limits hold with a limit per index
_PARALLELISM_OF_MANY = 10_000
_FAILED_OF_MANY = 10_000
_MANAGER_LENGTH = 63
_INDEXED_ONLY = "requires indexed completion mode"


def validate_job(job: batch_v1.Job) -> list[FieldError]:
    """What is wrong with a new Job."""
    faults = validate_object_meta(job.metadata, True, subdomain_name)
    faults += _generated_selector(job)
    faults += _job_spec(job.spec, "spec")
    spec, name = job.spec, job.metadata.name
    if spec.completion_mode == "Indexed" and spec.completions:
        hostname = f"{name}-{spec.completions - 1}"
        if names.is_dns1123_label(hostname):
            fault = f"will not able to create pod with invalid DNS label: {hostname}"
            faults.append(FieldError.invalid("metadata.name", name, fault))
    return faults


def validate_job_update(new: batch_v1.Job, old: batch_v1.Job) -> list[FieldError]:
    """What is wrong with a change of a Job."""
    faults = validate_job(new)
    faults += validate_object_meta_update(new.metadata, old.metadata)
    if new.spec is not old.spec:
        faults += _spec_update(new.spec, old)
    return faults


def _spec_update(spec: batch_v1.JobSpec, old: batch_v1.Job) -> Errors:
    before = old.spec
    yield from _job_spec(spec, "spec")
    yield from _completions_update(spec, before)
    yield from immutable("spec.selector", spec.selector, before.selector)
    template = before.template
    if before.suspend and old.status.start_time is None:
        template = _with_directives_of(spec.template, template)
    yield from immutable("spec.template", spec.template, template)
    yield from immutable("spec.completionMode", spec.completion_mode, before.completion_mode)
    policy = spec.pod_failure_policy
    yield from immutable("spec.podFailurePolicy", policy, before.pod_failure_policy)
    limit = spec.backoff_limit_per_index
    yield from immutable("spec.backoffLimitPerIndex", limit, before.backoff_limit_per_index)
    yield from immutable("spec.managedBy", spec.managed_by, before.managed_by)
    yield from immutable("spec.successPolicy", spec.success_policy, before.success_policy)


def _completions_update(spec: batch_v1.JobSpec, old: batch_v1.JobSpec) -> Errors:
    """An Indexed Job may grow and shrink, but only together with its parallelism."""
    if spec.completion_mode != "Indexed":
        yield from immutable("spec.completions", spec.completions, old.completions)
    elif spec.completions not in (None, old.completions, spec.parallelism):
        fault = "can only be modified in tandem with spec.parallelism"
        yield FieldError.invalid("spec.completions", spec.completions, fault)


def _with_directives_of(
    new: core_v1.PodTemplateSpec, old: core_v1.PodTemplateSpec
) -> core_v1.PodTemplateSpec:
    """The old template with what may still change about a Job that never ran: where to."""
    affinity = old.spec.affinity
    wanted = new.spec.affinity
    if affinity is not None:
        affinity = replace(affinity, node_affinity=wanted.node_affinity if wanted else None)
        if wanted is None and affinity == core_v1.Affinity():
            affinity = None
    elif wanted is not None:
        affinity = core_v1.Affinity(node_affinity=wanted.node_affinity)
    spec = replace(
        old.spec,
        affinity=affinity,
        node_selector=new.spec.node_selector,
        tolerations=new.spec.tolerations,
        scheduling_gates=new.spec.scheduling_gates,
    )
    metadata = replace(
        old.metadata, labels=new.metadata.labels, annotations=new.metadata.annotations
    )
    return replace(old, spec=spec, metadata=metadata)


def _generated_selector(job: batch_v1.Job) -> Errors:
    """The labels that the server gives to the pods of a Job must be there and be its own."""
    if job.spec.manual_selector or job.spec.selector is None:
        return
    meta = job.metadata
    if not meta.uid:
        yield FieldError.required("metadata.uid")
    expected = {
        batch_v1.LEGACY_CONTROLLER_UID: meta.uid,
        batch_v1.LEGACY_JOB_NAME: meta.name,
        batch_v1.CONTROLLER_UID: meta.uid,
        batch_v1.JOB_NAME: meta.name,
    }
    carried = job.spec.template.metadata.labels
    for label, value in expected.items():
        at = f"spec.template.metadata.labels[{label}]"
        if label not in carried:
            yield FieldError.required(at, f"must be '{value}'")
        elif carried[label] != value:
            yield FieldError.invalid(at, carried, f"must be '{value}'")
    try:
        matches = selectors.from_label_selector(job.spec.selector).matches(expected)
    except ValueError:
        return
    if not matches:
        fault = "`selector` not auto-generated"
        yield FieldError.invalid("spec.selector", job.spec.selector, fault)


def _job_spec(spec: batch_v1.JobSpec, path: str) -> Errors:
    yield from job_spec_without_selector(spec, path)
    selector: LabelSelector | None = spec.selector
    if selector is None:
        yield FieldError.required(f"{path}.selector")
    else:
        yield from validate_label_selector(selector, f"{path}.selector")
    labels = spec.template.metadata.labels
    try:
        if selectors.from_label_selector(selector).matches(labels):
            return
    except ValueError:
        return
    fault = "`selector` does not match template `labels`"
    yield FieldError.invalid(f"{path}.template.metadata.labels", labels, fault)


def job_spec_without_selector(spec: batch_v1.JobSpec, path: str) -> Errors:
    """What may be wrong with a Job's spec or with that of a CronJob's template."""
    yield from _numbers(spec, path)
    if spec.managed_by is not None:
        yield from _manager(spec.managed_by, f"{path}.managedBy")
    yield from _completion_mode(spec, path)
    if spec.pod_failure_policy is not None:
        yield from validate_pod_failure_policy(spec, f"{path}.podFailurePolicy")
    if spec.success_policy is not None:
        at = f"{path}.successPolicy"
        if spec.completion_mode != "Indexed":
            yield FieldError.invalid(at, spec.success_policy, _INDEXED_ONLY)
        else:
            yield from validate_success_policy(spec, at)
    yield from _replacement(spec, f"{path}.podReplacementPolicy")
    yield from validate_pod_template(spec.template, f"{path}.template")
    yield from _restart_policy(spec, f"{path}.template.spec.restartPolicy")


def _numbers(spec: batch_v1.JobSpec, path: str) -> Errors:
    yield from non_negative(f"{path}.parallelism", spec.parallelism)
    yield from non_negative(f"{path}.completions", spec.completions)
    yield from non_negative(f"{path}.activeDeadlineSeconds", spec.active_deadline_seconds)
    yield from non_negative(f"{path}.backoffLimit", spec.backoff_limit)
    yield from non_negative(f"{path}.ttlSecondsAfterFinished", spec.ttl_seconds_after_finished)
    yield from non_negative(f"{path}.backoffLimitPerIndex", spec.backoff_limit_per_index)
    yield from non_negative(f"{path}.maxFailedIndexes", spec.max_failed_indexes)
    if spec.max_failed_indexes is not None and spec.backoff_limit_per_index is None:
        at = f"{path}.backoffLimitPerIndex"
        yield FieldError.required(at, "when maxFailedIndexes is specified")


def _manager(name: str, path: str) -> Errors:
    domain, slash, rest = name.partition("/")
    if not slash or not domain or not rest:
        fault = 'must be a domain-prefixed path (such as "acme.io/foo")'
        yield FieldError.invalid(path, name, fault)
    else:
        yield from each(path, domain, names.is_dns1123_subdomain(domain))
    if len(name) > _MANAGER_LENGTH:
        yield FieldError.too_long(path, _MANAGER_LENGTH)


def _completion_mode(spec: batch_v1.JobSpec, path: str) -> Errors:
    mode = spec.completion_mode
    if mode not in (None, "NonIndexed", "Indexed"):
        at = f"{path}.completionMode"
        yield FieldError.not_supported(at, mode, ("NonIndexed", "Indexed"))
    if mode == "Indexed":
        yield from _indexed(spec, path)
    elif mode in (None, "NonIndexed"):
        for field, value in (
            ("backoffLimitPerIndex", spec.backoff_limit_per_index),
            ("maxFailedIndexes", spec.max_failed_indexes),
        ):
            if value is not None:
                yield FieldError.invalid(f"{path}.{field}", value, _INDEXED_ONLY)


def _indexed(spec: batch_v1.JobSpec, path: str) -> Errors:
    completions, failed = spec.completions, spec.max_failed_indexes
    if completions is None:
        yield FieldError.required(f"{path}.completions", "when completion mode is Indexed")
    most = f"must be less than or equal to {MAX_PARALLELISM} when completion mode is Indexed"
    if (spec.parallelism or 0) > MAX_PARALLELISM:
        yield FieldError.invalid(f"{path}.parallelism", spec.parallelism, most)
    at = f"{path}.maxFailedIndexes"
    if completions is not None and failed is not None and failed > completions:
        yield FieldError.invalid(at, failed, "must be less than or equal to completions")
    if failed is not None and failed > MAX_FAILED_INDEXES:
        fault = f"must be less than or equal to {MAX_FAILED_INDEXES}"
        yield FieldError.invalid(at, failed, fault)
    if (completions or 0) > _MANY and spec.backoff_limit_per_index is not None:
        yield from _many(spec, path)


def _many(spec: batch_v1.JobSpec, path: str) -> Errors:
    """With very many indexes the status must not grow too long."""
    at, failed = f"{path}.maxFailedIndexes", spec.max_failed_indexes
    rest = f"when completions are above {_MANY} and used with backoff limit per index"
    if failed is None:
        fault = f"must be specified when completions is above {_MANY}"
        yield FieldError.required(at, fault)
    if (spec.parallelism or 0) > _PARALLELISM_OF_MANY:
        fault = f"must be less than or equal to {_PARALLELISM_OF_MANY} {rest}"
        yield FieldError.invalid(f"{path}.parallelism", spec.parallelism, fault)
    if failed is not None and failed > _FAILED_OF_MANY:
        fault = f"must be less than or equal to {_FAILED_OF_MANY} {rest}"
        yield FieldError.invalid(at, failed, fault)


def _replacement(spec: batch_v1.JobSpec, path: str) -> Errors:
    policy = spec.pod_replacement_policy
    words = ("Failed",) if spec.pod_failure_policy else ("Failed", "TerminatingOrFailed")
    if policy is not None and policy not in words:
        yield FieldError.not_supported(path, policy, words)


def _restart_policy(spec: batch_v1.JobSpec, path: str) -> Errors:
    policy = spec.template.spec.restart_policy
    if policy in ("", "Always"):
        yield FieldError.required(path, 'valid values: "OnFailure", "Never"')
    elif policy not in ("OnFailure", "Never"):
        yield FieldError.not_supported(path, policy, ("OnFailure", "Never"))
    elif spec.pod_failure_policy is not None and policy != "Never":
        fault = f"only {go_quote('Never')} is supported when podFailurePolicy is specified"
        yield FieldError.invalid(path, policy, fault)


def validate_job_status_update(new: batch_v1.Job, old: batch_v1.Job) -> list[FieldError]:
    """What a Job's status may not say; what is over stays over."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _status(new.status, "status")
    faults += _contradictions(new, "status.conditions")
    for type in ("Failed", "Complete", "FailureTarget"):
        if _is(old, type) and not _is(new, type):
            fault = f"cannot disable the terminal {type}=True condition"
            faults.append(FieldError.invalid("status.conditions", OMITTED, fault))
    if new.status.failed < old.status.failed:
        fault = "cannot decrease the failed counter"
        faults.append(FieldError.invalid("status.failed", new.status.failed, fault))
    if _is(old, "SuccessCriteriaMet") and not _is(new, "SuccessCriteriaMet"):
        fault = "cannot disable the SuccessCriteriaMet=True condition"
        faults.append(FieldError.invalid("status.conditions", OMITTED, fault))
    return faults


def _status(status: batch_v1.JobStatus, path: str) -> Errors:
    for field in ("active", "succeeded", "failed", "ready", "terminating"):
        yield from non_negative(f"{path}.{field}", getattr(status, field))
    done, began = status.completion_time, status.start_time
    if done is not None and began is not None and done < began:
        fault = "completionTime cannot be set before startTime"
        yield FieldError.invalid(f"{path}.completionTime", done, fault)


def _contradictions(job: batch_v1.Job, path: str) -> Errors:
    pairs = (
        ("Complete", "Failed", "cannot set Complete=True and Failed=true conditions"),
        ("Complete", "FailureTarget", "cannot set Complete=True and FailureTarget=true conditions"),
        (
            "SuccessCriteriaMet",
            "Failed",
            "cannot set SuccessCriteriaMet=True and Failed=true conditions",
        ),
        (
            "SuccessCriteriaMet",
            "FailureTarget",
            "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions",
        ),
    )
    for one, other, fault in pairs:
        if _is(job, one) and _is(job, other):
            yield FieldError.invalid(path, OMITTED, fault)
    if batch_v1.finished(job) and job.status.active:
        fault = "active>0 is invalid for finished job"
        yield FieldError.invalid("status.active", job.status.active, fault)


def _is(job: batch_v1.Job, type: str) -> bool:
    return any(c.type == type and c.status == "True" for c in job.status.conditions)
