"""What the failure of a pod means to its Job, and when a Job has succeeded before all its pods.

Models pkg/controller/job/pod_failure_policy.go and success_policy.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.batch_v1 import (
    Job,
    PodFailurePolicy,
    PodFailurePolicyOnExitCodesRequirement,
    PodFailurePolicyRule,
)
from kubelite.api.core_v1 import ContainerStatus, Pod
from kubelite.apimachinery.struct import Value
from kubelite.controllers.job import indexes
from kubelite.controllers.job.indexes import Intervals


class Verdict(Value):
    """What a failure means: whether it counts, which action it is, why the Job fails if so."""

    counts: bool = True
    action: str = ""
    message: str = ""


# DOC: pod-failure-policy
def judge(policy: PodFailurePolicy | None, pod: Pod) -> Verdict:
    """The first rule that matches a failed pod decides; without any, the failure counts."""
    for index, rule in enumerate(policy.rules if policy else ()):
        what = _match(rule, pod)
        if what:
            message = f"{what} matching {rule.action} rule at index {index}"
            fails = rule.action == "FailJob"
            return Verdict(rule.action != "Ignore", rule.action, message if fails else "")
    return Verdict()


def _match(rule: PodFailurePolicyRule, pod: Pod) -> str:
    name = f"{pod.metadata.namespace}/{pod.metadata.name}"
    if rule.on_exit_codes is not None:
        status = pod.status
        for statuses in (status.container_statuses, status.init_container_statuses):
            found = _exited(statuses, rule.on_exit_codes)
            if found is not None and found.state.terminated is not None:
                code = found.state.terminated.exit_code
                return f"Container {found.name} for pod {name} failed with exit code {code}"
        return ""
    patterns = {(pattern.type, pattern.status) for pattern in rule.on_pod_conditions}
    for condition in pod.status.conditions:
        if (condition.type, condition.status) in patterns:
            return f"Pod {name} has condition {condition.type}"
    return ""


def _exited(
    statuses: Sequence[ContainerStatus], wanted: PodFailurePolicyOnExitCodesRequirement
) -> ContainerStatus | None:
    """The first container that ended badly with one of these codes; 0 is never bad."""
    for status in statuses:
        ended = status.state.terminated
        if ended is None or ended.exit_code == 0:
            continue
        if wanted.container_name in (None, status.name) and (
            (ended.exit_code in wanted.values) == (wanted.operator == "In")
        ):
            return status
    return None


def success(job: Job, succeeded: Intervals) -> str:
    """Why the success policy is met, or ""."""
    policy = job.spec.success_policy
    if policy is None or not succeeded:
        return ""
    for index, rule in enumerate(policy.rules):
        have, enough = indexes.total(succeeded), rule.succeeded_count
        if rule.succeeded_indexes is not None:
            wanted = indexes.parse(rule.succeeded_indexes, job.spec.completions or 0)
            if not wanted:
                continue
            have = indexes.overlap(wanted, succeeded)
            met = have == indexes.total(wanted) or (enough is not None and have >= enough)
        else:
            met = enough is not None and have >= enough
        if met:
            return f"Matched rules at index {index}"
    return ""
