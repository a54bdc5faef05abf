"""Deployments and ReplicaSets: how many, which pods, and how they are replaced.

Models ``pkg/apis/apps/validation/validation.go``, and the immutable selector of
``pkg/registry/apps/{deployment,replicaset}/strategy.go``.
"""

from __future__ import annotations

from kubelite.api import apps_v1, core_v1
from kubelite.apimachinery import labels as selectors
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.meta import LabelSelector
from kubelite.apiserver.validation.formats import (
    Errors,
    each,
    immutable,
    non_negative,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_label_selector,
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.pod import validate_pod_template

WithTemplate = apps_v1.DeploymentSpec | apps_v1.ReplicaSetSpec

TOO_MANY = "cannot be greater than status.replicas"


def validate_deployment(deployment: apps_v1.Deployment) -> list[FieldError]:
    """What is wrong with a new Deployment."""
    faults = validate_object_meta(deployment.metadata, True, subdomain_name)
    faults += _deployment_spec(deployment.spec, "spec")
    return faults


def validate_deployment_update(
    new: apps_v1.Deployment, old: apps_v1.Deployment
) -> list[FieldError]:
    """What is wrong with a change of a Deployment; its selector stays as it was."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if new.spec is not old.spec:
        faults += _deployment_spec(new.spec, "spec", old.spec)
        faults += immutable("spec.selector", new.spec.selector, old.spec.selector)
    return faults


def _deployment_spec(
    spec: apps_v1.DeploymentSpec, path: str, old: apps_v1.DeploymentSpec | None = None
) -> Errors:
    yield from non_negative(f"{path}.replicas", spec.replicas)
    yield from _selector_and_template(spec, path, old)
    yield from _strategy(spec.strategy, f"{path}.strategy")
    yield from non_negative(f"{path}.minReadySeconds", spec.min_ready_seconds)
    yield from non_negative(f"{path}.revisionHistoryLimit", spec.revision_history_limit)
    deadline = spec.progress_deadline_seconds
    if deadline is not None:
        at = f"{path}.progressDeadlineSeconds"
        yield from non_negative(at, deadline)
        if deadline <= spec.min_ready_seconds:
            yield FieldError.invalid(at, deadline, "must be greater than minReadySeconds")


def _selector_and_template(spec: WithTemplate, path: str, old: WithTemplate | None) -> Errors:
    """The selector picks exactly the pods that the template makes.

    What an update leaves untouched was asked when it came.
    """
    selector, template, at = spec.selector, spec.template, f"{path}.selector"
    if old is not None and old.selector is selector and old.template is template:
        return
    if selector is None:
        yield FieldError.required(at)
    else:
        yield from validate_label_selector(selector, at)
        if selector == LabelSelector():
            yield FieldError.invalid(at, selector, "empty selector is invalid for deployment")
    try:
        picks = selectors.from_label_selector(selector)
    except ValueError:
        yield FieldError.invalid(at, selector, "invalid label selector")
        return
    yield from _template(picks, template, f"{path}.template")


def _template(picks: selectors.Selector, template: core_v1.PodTemplateSpec, path: str) -> Errors:
    labels, spec = template.metadata.labels, template.spec
    if picks.requirements and not picks.matches(labels):
        fault = "`selector` does not match template `labels`"
        yield FieldError.invalid(f"{path}.metadata.labels", labels, fault)
    yield from validate_pod_template(template, path)
    if spec.restart_policy != "Always":
        at = f"{path}.spec.restartPolicy"
        yield FieldError.not_supported(at, spec.restart_policy, ("Always",))
    if spec.active_deadline_seconds is not None:
        fault = "activeDeadlineSeconds in ReplicaSet is not Supported"
        yield FieldError.forbidden(f"{path}.spec.activeDeadlineSeconds", fault)


def _strategy(strategy: apps_v1.DeploymentStrategy, path: str) -> Errors:
    rolling = strategy.rolling_update
    if strategy.type == "Recreate":
        if rolling is not None:
            fault = "may not be specified when strategy `type` is 'Recreate'"
            yield FieldError.forbidden(f"{path}.rollingUpdate", fault)
    elif strategy.type != "RollingUpdate":
        yield FieldError.not_supported(path, strategy, ("Recreate", "RollingUpdate"))
    elif rolling is None:
        fault = "this should be defaulted and never be nil"
        yield FieldError.required(f"{path}.rollingUpdate", fault)
    else:
        yield from _rolling_update(rolling, f"{path}.rollingUpdate")


def _rolling_update(rolling: apps_v1.RollingUpdateDeployment, path: str) -> Errors:
    missing, surplus = rolling.max_unavailable or 0, rolling.max_surge or 0
    at = f"{path}.maxUnavailable"
    yield from count_or_percent(missing, at)
    yield from count_or_percent(surplus, f"{path}.maxSurge")
    if number(missing) == 0 and number(surplus) == 0:
        yield FieldError.invalid(at, missing, "may not be 0 when `maxSurge` is 0")
    if isinstance(missing, str) and number(missing) > 100:
        yield FieldError.invalid(at, missing, "must not be greater than 100%")


def count_or_percent(value: int | str, path: str) -> Errors:
    """A number that is not negative, or a percentage."""
    if isinstance(value, str):
        return each(path, value, names.is_percent(value))
    return non_negative(path, value)


def number(value: int | str) -> int:
    """The number itself, or the one before the percent sign; 0 where there is none."""
    if not isinstance(value, str):
        return value
    return int(value[:-1]) if not names.is_percent(value) else 0


def validate_replica_set(replica_set: apps_v1.ReplicaSet) -> list[FieldError]:
    """What is wrong with a new ReplicaSet."""
    faults = validate_object_meta(replica_set.metadata, True, subdomain_name)
    faults += _replica_set_spec(replica_set.spec, "spec")
    return faults


def validate_replica_set_update(
    new: apps_v1.ReplicaSet, old: apps_v1.ReplicaSet
) -> list[FieldError]:
    """What is wrong with a change of a ReplicaSet; its selector stays as it was."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if new.spec is not old.spec:
        faults += _replica_set_spec(new.spec, "spec", old.spec)
        faults += immutable("spec.selector", new.spec.selector, old.spec.selector)
    return faults


def _replica_set_spec(
    spec: apps_v1.ReplicaSetSpec, path: str, old: apps_v1.ReplicaSetSpec | None = None
) -> Errors:
    yield from non_negative(f"{path}.replicas", spec.replicas)
    yield from non_negative(f"{path}.minReadySeconds", spec.min_ready_seconds)
    yield from _selector_and_template(spec, path, old)


def validate_deployment_status_update(
    new: apps_v1.Deployment, old: apps_v1.Deployment
) -> list[FieldError]:
    """What a Deployment's status may not say."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _deployment_status(new.status, "status")
    after, before = new.status.collision_count, old.status.collision_count
    if before is not None and (after is None or after < before):
        fault = "cannot be decremented"
        faults.append(FieldError.invalid("status.collisionCount", after or 0, fault))
    return faults


def _deployment_status(status: apps_v1.DeploymentStatus, path: str) -> Errors:
    yield from non_negative(f"{path}.observedGeneration", status.observed_generation)
    yield from non_negative(f"{path}.replicas", status.replicas)
    yield from non_negative(f"{path}.updatedReplicas", status.updated_replicas)
    yield from non_negative(f"{path}.readyReplicas", status.ready_replicas)
    yield from non_negative(f"{path}.availableReplicas", status.available_replicas)
    yield from non_negative(f"{path}.unavailableReplicas", status.unavailable_replicas)
    yield from non_negative(f"{path}.collisionCount", status.collision_count)
    if status.updated_replicas > status.replicas:
        yield FieldError.invalid(f"{path}.updatedReplicas", status.updated_replicas, TOO_MANY)
    yield from _counts(status, path)


def validate_replica_set_status_update(
    new: apps_v1.ReplicaSet, old: apps_v1.ReplicaSet
) -> list[FieldError]:
    """What a ReplicaSet's status may not say."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _replica_set_status(new.status, "status")
    return faults


def _replica_set_status(status: apps_v1.ReplicaSetStatus, path: str) -> Errors:
    labelled = status.fully_labeled_replicas
    yield from non_negative(f"{path}.replicas", status.replicas)
    yield from non_negative(f"{path}.fullyLabeledReplicas", labelled)
    yield from non_negative(f"{path}.readyReplicas", status.ready_replicas)
    yield from non_negative(f"{path}.availableReplicas", status.available_replicas)
    yield from non_negative(f"{path}.observedGeneration", status.observed_generation)
    if labelled > status.replicas:
        yield FieldError.invalid(f"{path}.fullyLabeledReplicas", labelled, TOO_MANY)
    yield from _counts(status, path)


def _counts(status: apps_v1.DeploymentStatus | apps_v1.ReplicaSetStatus, path: str) -> Errors:
    """No more ready than there are, no more available than ready."""
    ready, available = status.ready_replicas, status.available_replicas
    if ready > status.replicas:
        yield FieldError.invalid(f"{path}.readyReplicas", ready, TOO_MANY)
    if available > status.replicas:
        yield FieldError.invalid(f"{path}.availableReplicas", available, TOO_MANY)
    if available > ready:
        fault = "cannot be greater than readyReplicas"
        yield FieldError.invalid(f"{path}.availableReplicas", available, fault)
