"""PodDisruptionBudgets and PriorityClasses.

Models ``pkg/apis/policy/validation/validation.go`` and
``pkg/apis/scheduling/validation/validation.go``.
"""

from __future__ import annotations

from kubelite.api import policy_v1, scheduling_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    Errors,
    each,
    immutable,
    non_negative,
    one_of,
    subdomain_name,
    supported,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_label_selector,
    validate_object_meta,
    validate_object_meta_update,
)

HIGHEST_USER_DEFINABLE_PRIORITY = 1_000_000_000
SYSTEM_PREFIX = "system-"
SYSTEM_CLASSES = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}

_EVICTION_POLICIES = ("AlwaysAllow", "IfHealthyBudget")
_PREEMPTION_POLICIES = ("PreemptLowerPriority", "Never")


def validate_pod_disruption_budget(budget: policy_v1.PodDisruptionBudget) -> list[FieldError]:
    """What is wrong with a new PodDisruptionBudget."""
    faults = validate_object_meta(budget.metadata, True, subdomain_name)
    faults += _budget_spec(budget.spec, "spec")
    return faults


def validate_pod_disruption_budget_update(
    new: policy_v1.PodDisruptionBudget, old: policy_v1.PodDisruptionBudget
) -> list[FieldError]:
    """What is wrong with a change of a PodDisruptionBudget."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _budget_spec(new.spec, "spec")
    return faults


def _budget_spec(spec: policy_v1.PodDisruptionBudgetSpec, path: str) -> Errors:
    if spec.min_available is not None and spec.max_unavailable is not None:
        fault = "minAvailable and maxUnavailable cannot be both set"
        yield FieldError.invalid(path, spec, fault)
    yield from _share(spec.min_available, f"{path}.minAvailable")
    yield from _share(spec.max_unavailable, f"{path}.maxUnavailable")
    yield from validate_label_selector(spec.selector, f"{path}.selector")
    at = f"{path}.unhealthyPodEvictionPolicy"
    yield from supported(at, spec.unhealthy_pod_eviction_policy, _EVICTION_POLICIES)


def _share(value: int | str | None, path: str) -> Errors:
    """A number of zero or more, or a percentage up to 100%."""
    if not isinstance(value, str):
        yield from non_negative(path, value)
    elif names.is_percent(value):
        yield from each(path, value, names.is_percent(value))
    elif int(value[:-1]) > 100:
        yield FieldError.invalid(path, value, "must not be greater than 100%")


def validate_pod_disruption_budget_status_update(
    new: policy_v1.PodDisruptionBudget, old: policy_v1.PodDisruptionBudget
) -> list[FieldError]:
    """What the status of a PodDisruptionBudget may not say."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    status = new.status
    faults += non_negative("status.disruptionsAllowed", status.disruptions_allowed)
    faults += non_negative("status.currentHealthy", status.current_healthy)
    faults += non_negative("status.desiredHealthy", status.desired_healthy)
    faults += non_negative("status.expectedPods", status.expected_pods)
    return faults


def validate_priority_class(found: scheduling_v1.PriorityClass) -> list[FieldError]:
    """What is wrong with a new PriorityClass."""
    faults = validate_object_meta(found.metadata, False, subdomain_name)
    if found.metadata.name.startswith(SYSTEM_PREFIX):
        faults += _system_class(found)
    elif found.value > HIGHEST_USER_DEFINABLE_PRIORITY:
        limit = HIGHEST_USER_DEFINABLE_PRIORITY
        fault = f"maximum allowed value of a user defined priority is {limit}"
        faults.append(FieldError.forbidden("value", fault))
    if found.preemption_policy is not None:
        faults += one_of("preemptionPolicy", found.preemption_policy, _PREEMPTION_POLICIES)
    return faults


def _system_class(found: scheduling_v1.PriorityClass) -> Errors:
    """Names that begin with ``system-`` belong to the two classes of the system."""
    name = found.metadata.name
    value = SYSTEM_CLASSES.get(name)
    if value is None:
        error = f"{name} is not a known system priority class"
    elif found.value != value:
        error = f"value of {name} PriorityClass must be {value}"
    elif found.global_default:
        error = f"globalDefault of {name} PriorityClass must be false"
    else:
        return
    fault = (
        f"priority class names with '{SYSTEM_PREFIX}' prefix are reserved for system use only. "
        f"error: {error}"
    )
    yield FieldError.forbidden("metadata.name", fault)


def validate_priority_class_update(
    new: scheduling_v1.PriorityClass, old: scheduling_v1.PriorityClass
) -> list[FieldError]:
    """What is wrong with a change of a PriorityClass; value and policy never change."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if new.value != old.value:
        faults.append(FieldError.forbidden("value", "may not be changed in an update."))
    faults += immutable("preemptionPolicy", new.preemption_policy, old.preemption_policy)
    return faults
