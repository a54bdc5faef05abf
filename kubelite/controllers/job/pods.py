"""The pods of a Job: which count, what they are made like, which go first.

Models manageJob of pkg/controller/job/job_controller.go and indexed_job_utils.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from kubelite.api.batch_v1 import (
    COMPLETION_INDEX,
    INDEX_FAILURE_COUNT,
    INDEX_IGNORED_FAILURE_COUNT,
    JOB_TRACKING,
    Job,
)
from kubelite.api.conditions import pod_finished
from kubelite.api.core_v1 import Container, EnvVar, EnvVarSource, ObjectFieldSelector, Pod
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.apimachinery.struct import replace
from kubelite.client.controller import Delete, Patch
from kubelite.controllers.base import owned_by
from kubelite.controllers.job import backoff, indexes, policies
from kubelite.controllers.podranking import facts_of, ranked_for_deletion

COMPLETION_INDEX_ENV = "JOB_COMPLETION_INDEX"
_LONGEST_PREFIX = 58  # of a generated name, which has five characters more


def indexed(job: Job) -> bool:
    """Whether each pod has a number of its own."""
    return job.spec.completion_mode == "Indexed"


def tracked(pod: Pod) -> bool:
    """Whether the pod has not been counted for good."""
    return JOB_TRACKING in pod.metadata.finalizers


def terminating(pod: Pod) -> bool:
    """On its way out, and not at its end."""
    return pod.metadata.deletion_timestamp is not None and not pod_finished(pod)


def only_replace_failed(job: Job) -> bool:
    """Whether a pod on its way out is waited for before it is replaced."""
    spec = job.spec
    return spec.pod_replacement_policy == "Failed" or spec.pod_failure_policy is not None


def failed(pod: Pod, job: Job) -> bool:
    """Failed; or deleted, unless only the end of a pod counts."""
    if pod.status.phase == "Failed":
        return True
    if only_replace_failed(job):
        return False
    return terminating(pod)


def new_pod(job: Job, index: int, replaced: Pod | None) -> Pod:
    """A pod of the template; with an index, one that knows its number."""
    template = job.spec.template
    meta = template.metadata
    labels, annotations, spec = meta.labels, meta.annotations, template.spec
    prefix = job.metadata.name + "-"
    if index != indexes.UNKNOWN:
        number = {COMPLETION_INDEX: str(index)}
        labels, annotations = labels | number, annotations | number | _counts(job, replaced)
        prefix = _prefix(job.metadata.name, index)
        spec = replace(
            spec,
            hostname=f"{job.metadata.name}-{index}",
            containers=tuple(map(_with_index, spec.containers)),
            init_containers=tuple(map(_with_index, spec.init_containers)),
        )
    finalizers = meta.finalizers
    if JOB_TRACKING not in finalizers:
        finalizers = (*finalizers, JOB_TRACKING)
    return Pod(
        metadata=ObjectMeta(
            generate_name=prefix,
            namespace=job.metadata.namespace,
            labels=labels,
            annotations=annotations,
            finalizers=finalizers,
            owner_references=(owned_by(job),),
        ),
        spec=spec,
    )


def _prefix(name: str, index: int) -> str:
    ending = f"-{index}-"
    return name[: _LONGEST_PREFIX - len(ending)] + ending


def _with_index(container: Container) -> Container:
    """JOB_COMPLETION_INDEX among its variables, unless it sets it itself."""
    if any(variable.name == COMPLETION_INDEX_ENV for variable in container.env):
        return container
    return replace(container, env=(*container.env, _index_variable()))


@lru_cache(maxsize=1)
def _index_variable() -> EnvVar:
    field = ObjectFieldSelector(
        api_version="v1", field_path=f"metadata.labels['{COMPLETION_INDEX}']"
    )
    return EnvVar(name=COMPLETION_INDEX_ENV, value_from=EnvVarSource(field_ref=field))


def _counts(job: Job, replaced: Pod | None) -> dict[str, str]:
    """How often this index has failed, where each index has a limit of its own."""
    if job.spec.backoff_limit_per_index is None:
        return {}
    counted = ignored = 0
    if replaced is not None:
        counts = policies.judge(job.spec.pod_failure_policy, replaced).counts
        counted = backoff.failures(replaced) + counts
        ignored = backoff.ignored_failures(replaced) + (not counts)
    found = {INDEX_FAILURE_COUNT: str(counted)}
    if ignored:
        found[INDEX_IGNORED_FAILURE_COUNT] = str(ignored)
    return found


def for_removal(job: Job, active: Sequence[Pod], at_least: int, now: int) -> list[Pod]:
    """At least so many, the least missed first; and every pod whose index is taken or wrong."""
    doomed: list[Pod] = []
    left: Iterable[Pod] = active
    if indexed(job):
        doomed, left = _superfluous(active, job.spec.completions or 0, now)
    if len(doomed) < at_least:
        doomed += ranked_for_deletion(map(facts_of, left), {}, now)[: at_least - len(doomed)]
    return doomed


def _superfluous(active: Sequence[Pod], completions: int, now: int) -> tuple[list[Pod], list[Pod]]:
    by_index: dict[int, list[Pod]] = {}
    for pod in sorted(active, key=indexes.of_pod):
        by_index.setdefault(indexes.of_pod(pod), []).append(pod)
    doomed: list[Pod] = []
    left: list[Pod] = []
    for index, same in by_index.items():
        if index == indexes.UNKNOWN or index >= completions:
            doomed += same
        else:
            *rest, kept = (
                ranked_for_deletion(map(facts_of, same), {}, now) if len(same) > 1 else same
            )
            doomed += rest
            left.append(kept)
    return doomed, left


def let_go(pod: Pod) -> Patch:
    """Take the tracking finalizer off: the pod is counted, and may disappear."""
    return patch(pod, {"$deleteFromPrimitiveList/finalizers": [JOB_TRACKING]})


def patch(pod: Pod, metadata: dict[str, Any]) -> Patch:
    """A change of the pod's metadata, as long as it is the same pod."""
    meta = pod.metadata
    change = {"metadata": {"uid": meta.uid, **metadata}}
    return Patch("pods", meta.name, meta.namespace, change, STRATEGIC_PATCH)


def delete(pod: Pod) -> Delete:
    """Delete this very pod."""
    meta = pod.metadata
    return Delete("pods", meta.name, meta.namespace, meta.uid)
