"""StatefulSets, DaemonSets, and the revisions in which both keep their earlier templates.

Models ``pkg/apis/apps/validation/validation.go``, and the immutable selector of
``pkg/registry/apps/daemonset/strategy.go``.
"""

from __future__ import annotations

from contextlib import suppress

from kubelite.api import apps_v1, core_v1
from kubelite.apimachinery import labels as selectors
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.meta import LabelSelector
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.validation.formats import (
    Errors,
    immutable,
    label_name,
    non_negative,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_label_selector,
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.pod import validate_pod_template
from kubelite.apiserver.validation.workloads import TOO_MANY, count_or_percent, number

_MUTABLE = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
    "'minReadySeconds' are forbidden"
)

# StatefulSets


def validate_stateful_set(stateful_set: apps_v1.StatefulSet) -> list[FieldError]:
    """What is wrong with a new StatefulSet. Its name begins its pods' host names."""
    faults = validate_object_meta(stateful_set.metadata, True, label_name)
    faults += _stateful_set_spec(stateful_set.spec, "spec")
    return faults


def validate_stateful_set_update(
    new: apps_v1.StatefulSet, old: apps_v1.StatefulSet
) -> list[FieldError]:
    """What is wrong with a change of a StatefulSet; most of its spec stays as it was."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if new.spec is old.spec:
        return faults
    faults += _stateful_set_spec(new.spec, "spec")
    undone = replace(
        new.spec,
        replicas=old.spec.replicas,
        ordinals=old.spec.ordinals,
        template=old.spec.template,
        update_strategy=old.spec.update_strategy,
        revision_history_limit=old.spec.revision_history_limit,
        min_ready_seconds=old.spec.min_ready_seconds,
        persistent_volume_claim_retention_policy=(
            old.spec.persistent_volume_claim_retention_policy
        ),
    )
    if undone != old.spec:
        faults.append(FieldError.forbidden("spec", _MUTABLE))
    return faults


def _stateful_set_spec(spec: apps_v1.StatefulSetSpec, path: str) -> Errors:
    if spec.pod_management_policy not in ("OrderedReady", "Parallel"):
        fault = "must be 'OrderedReady' or 'Parallel'"
        yield FieldError.invalid(f"{path}.podManagementPolicy", spec.pod_management_policy, fault)
    yield from _stateful_strategy(spec.update_strategy, f"{path}.updateStrategy")
    retention = spec.persistent_volume_claim_retention_policy
    if retention is not None:
        yield from _retention(retention, f"{path}.persistentVolumeClaimRetentionPolicy")
    yield from non_negative(f"{path}.replicas", spec.replicas)
    yield from non_negative(f"{path}.minReadySeconds", spec.min_ready_seconds)
    if spec.ordinals is not None:
        yield from non_negative(f"{path}.ordinals.start", spec.ordinals.start)
    yield from _stateful_template(spec, path)


def _stateful_strategy(strategy: apps_v1.StatefulSetUpdateStrategy, path: str) -> Errors:
    rolling = strategy.rolling_update
    if strategy.type not in ("RollingUpdate", "OnDelete"):
        yield FieldError.invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'")
    elif strategy.type == "OnDelete" and rolling is not None:
        fault = "only allowed for updateStrategy 'RollingUpdate'"
        yield FieldError.invalid(f"{path}.rollingUpdate", rolling, fault)
    elif rolling is not None:
        yield from non_negative(f"{path}.rollingUpdate.partition", rolling.partition)
        if rolling.max_unavailable is not None:
            at = f"{path}.rollingUpdate.maxUnavailable"
            yield from count_or_percent(rolling.max_unavailable, at)
            if number(rolling.max_unavailable) == 0:
                yield FieldError.invalid(at, rolling.max_unavailable, "cannot be 0")
            yield from _at_most_all(rolling.max_unavailable, at)


def _retention(
    policy: apps_v1.StatefulSetPersistentVolumeClaimRetentionPolicy, path: str
) -> Errors:
    for field, value in (("whenDeleted", policy.when_deleted), ("whenScaled", policy.when_scaled)):
        if value not in ("Retain", "Delete"):
            yield FieldError.not_supported(f"{path}.{field}", value, ("Retain", "Delete"))


def _stateful_template(spec: apps_v1.StatefulSetSpec, path: str) -> Errors:
    yield from _selector(spec.selector, f"{path}.selector", "statefulset")
    template, at = spec.template, f"{path}.template"
    try:
        picks = selectors.from_label_selector(spec.selector)
    except ValueError:
        yield FieldError.invalid(f"{path}.selector", spec.selector, "")
    else:
        yield from _matches(picks, template, at)
        yield from validate_pod_template(_with_claims(spec), at)
    yield from _runs_for_ever(template, at, "StatefulSet")


def _with_claims(spec: apps_v1.StatefulSetSpec) -> core_v1.PodTemplateSpec:
    """The template as its pods will be: with a volume for each claim."""
    claims = {claim.metadata.name for claim in spec.volume_claim_templates}
    if not claims:
        return spec.template
    volumes = [v for v in spec.template.spec.volumes if v.name not in claims]
    for claim in spec.volume_claim_templates:
        source = core_v1.PersistentVolumeClaimVolumeSource(claim_name=claim.metadata.name)
        volumes.append(core_v1.Volume(name=claim.metadata.name, persistent_volume_claim=source))
    return replace(spec.template, spec=replace(spec.template.spec, volumes=tuple(volumes)))


def validate_stateful_set_status_update(
    new: apps_v1.StatefulSet, old: apps_v1.StatefulSet
) -> list[FieldError]:
    """What a StatefulSet's status may not say."""
    faults = list(_stateful_set_status(new.status, "status"))
    faults += validate_object_meta_update(new.metadata, old.metadata)
    faults += _collisions(new.status.collision_count, old.status.collision_count)
    return faults


def _stateful_set_status(status: apps_v1.StatefulSetStatus, path: str) -> Errors:
    counts = (
        ("readyReplicas", status.ready_replicas),
        ("currentReplicas", status.current_replicas),
        ("updatedReplicas", status.updated_replicas),
        ("availableReplicas", status.available_replicas),
    )
    yield from non_negative(f"{path}.replicas", status.replicas)
    for field, count in counts:
        yield from non_negative(f"{path}.{field}", count)
    yield from non_negative(f"{path}.observedGeneration", status.observed_generation)
    yield from non_negative(f"{path}.collisionCount", status.collision_count)
    for field, count in counts:
        if count > status.replicas:
            yield FieldError.invalid(f"{path}.{field}", count, TOO_MANY)
    if status.available_replicas > status.ready_replicas:
        fault = "cannot be greater than status.readyReplicas"
        yield FieldError.invalid(f"{path}.availableReplicas", status.available_replicas, fault)


# DaemonSets


def validate_daemon_set(daemon_set: apps_v1.DaemonSet) -> list[FieldError]:
    """What is wrong with a new DaemonSet."""
    faults = validate_object_meta(daemon_set.metadata, True, subdomain_name)
    faults += _daemon_set_spec(daemon_set.spec, "spec")
    return faults


def validate_daemon_set_update(new: apps_v1.DaemonSet, old: apps_v1.DaemonSet) -> list[FieldError]:
    """What is wrong with a change of a DaemonSet; its selector stays as it was."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if new.spec is not old.spec:
        faults += _daemon_set_spec(new.spec, "spec")
        faults += immutable("spec.selector", new.spec.selector, old.spec.selector)
    return faults


def _daemon_set_spec(spec: apps_v1.DaemonSetSpec, path: str) -> Errors:
    template, at = spec.template, f"{path}.template"
    if spec.selector is None:
        yield FieldError.required(f"{path}.selector")
    else:
        yield from validate_label_selector(spec.selector, f"{path}.selector")
    with suppress(ValueError):  # which the check of the selector itself has named
        yield from _matches(selectors.from_label_selector(spec.selector), template, at)
    if spec.selector == LabelSelector():
        fault = "empty selector is invalid for daemonset"
        yield FieldError.invalid(f"{path}.selector", spec.selector, fault)
    yield from validate_pod_template(template, at)
    yield from _runs_for_ever(template, at, "DaemonSet")
    yield from non_negative(f"{path}.minReadySeconds", spec.min_ready_seconds)
    yield from _daemon_strategy(spec.update_strategy, f"{path}.updateStrategy")
    yield from non_negative(f"{path}.revisionHistoryLimit", spec.revision_history_limit)


def _daemon_strategy(strategy: apps_v1.DaemonSetUpdateStrategy, path: str) -> Errors:
    if strategy.type == "OnDelete":
        return
    if strategy.type != "RollingUpdate":
        yield FieldError.not_supported(path, strategy, ("OnDelete", "RollingUpdate"))
    elif strategy.rolling_update is None:
        yield FieldError.required(f"{path}.rollingUpdate")
    else:
        yield from _daemon_rolling(strategy.rolling_update, f"{path}.rollingUpdate")


def _daemon_rolling(rolling: apps_v1.RollingUpdateDaemonSet, path: str) -> Errors:
    missing, surplus = rolling.max_unavailable or 0, rolling.max_surge or 0
    yield from count_or_percent(missing, f"{path}.maxUnavailable")
    yield from count_or_percent(surplus, f"{path}.maxSurge")
    yield from _at_most_all(missing, f"{path}.maxUnavailable")
    yield from _at_most_all(surplus, f"{path}.maxSurge")
    if number(missing) and number(surplus):
        fault = "may not be set when maxUnavailable is non-zero"
        yield FieldError.invalid(f"{path}.maxSurge", surplus, fault)
    elif not number(missing) and not number(surplus):
        yield FieldError.required(f"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0")


def validate_daemon_set_status_update(
    new: apps_v1.DaemonSet, old: apps_v1.DaemonSet
) -> list[FieldError]:
    """What a DaemonSet's status may not say."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _daemon_set_status(new.status, "status")
    faults += _collisions(new.status.collision_count, old.status.collision_count)
    return faults


def _daemon_set_status(status: apps_v1.DaemonSetStatus, path: str) -> Errors:
    yield from non_negative(f"{path}.currentNumberScheduled", status.current_number_scheduled)
    yield from non_negative(f"{path}.numberMisscheduled", status.number_misscheduled)
    yield from non_negative(f"{path}.desiredNumberScheduled", status.desired_number_scheduled)
    yield from non_negative(f"{path}.numberReady", status.number_ready)
    yield from non_negative(f"{path}.observedGeneration", status.observed_generation)
    yield from non_negative(f"{path}.updatedNumberScheduled", status.updated_number_scheduled)
    yield from non_negative(f"{path}.numberAvailable", status.number_available)
    yield from non_negative(f"{path}.numberUnavailable", status.number_unavailable)
    yield from non_negative(f"{path}.collisionCount", status.collision_count)


# Revisions


def validate_controller_revision(revision: apps_v1.ControllerRevision) -> list[FieldError]:
    """What is wrong with a new ControllerRevision."""
    faults = validate_object_meta(revision.metadata, True, subdomain_name)
    if revision.data is None:
        faults.append(FieldError.required("data", "data is mandatory"))
    faults += non_negative("revision", revision.revision)
    return faults


def validate_controller_revision_update(
    new: apps_v1.ControllerRevision, old: apps_v1.ControllerRevision
) -> list[FieldError]:
    """What is wrong with a change of a ControllerRevision: only its number may change."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += validate_controller_revision(new)
    faults += immutable("data", new.data, old.data)
    return faults


# Both


def _selector(selector: LabelSelector | None, path: str, owner: str) -> Errors:
    if selector is None:
        yield FieldError.required(path)
        return
    yield from validate_label_selector(selector, path)
    if selector == LabelSelector():
        yield FieldError.invalid(path, selector, f"empty selector is invalid for {owner}")


def _matches(picks: selectors.Selector, template: core_v1.PodTemplateSpec, path: str) -> Errors:
    labels = template.metadata.labels
    if picks.requirements and not picks.matches(labels):
        fault = "`selector` does not match template `labels`"
        yield FieldError.invalid(f"{path}.metadata.labels", labels, fault)


def _runs_for_ever(template: core_v1.PodTemplateSpec, path: str, owner: str) -> Errors:
    policy = template.spec.restart_policy
    if policy != "Always":
        yield FieldError.not_supported(f"{path}.spec.restartPolicy", policy, ("Always",))
    if template.spec.active_deadline_seconds is not None:
        fault = f"activeDeadlineSeconds in {owner} is not Supported"
        yield FieldError.forbidden(f"{path}.spec.activeDeadlineSeconds", fault)


def _at_most_all(value: int | str, path: str) -> Errors:
    if isinstance(value, str) and number(value) > 100:
        yield FieldError.invalid(path, value, "must not be greater than 100%")


def _collisions(new: int | None, old: int | None) -> Errors:
    if old is not None and (new is None or new < old):
        yield FieldError.invalid("status.collisionCount", new or 0, "cannot be decremented")
