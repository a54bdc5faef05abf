"""What may change about a pod once it exists: very little of its spec, all of its status.

Models ``ValidatePodUpdate``, ``ValidatePodStatusUpdate`` and ``ValidatePodBinding`` of
``pkg/apis/core/validation/validation.go``. The list of differences at the end of a refusal
is shorter than upstream's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubelite.api import core_v1
from kubelite.apimachinery.errors import FieldError, go_value
from kubelite.apimachinery.struct import camel, with_changes
from kubelite.apiserver.validation.formats import (
    Errors,
    between,
    dual_stack,
    each,
    immutable,
    ip_address,
    qualified_name,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.pod import MAX_INT32, spec_of_pod
from kubelite.apiserver.validation.pod_annotations import (
    APP_ARMOR,
    MIRROR,
    has_meaning,
    validate_pod_annotations,
)
from kubelite.apiserver.validation.scheduling import validate_tolerations

UPDATABLE = (
    "`spec.containers[*].image`",
    "`spec.initContainers[*].image`",
    "`spec.activeDeadlineSeconds`",
    "`spec.tolerations` (only additions to existing tolerations)",
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
)

_SYSTEM_CONDITIONS = ("PodScheduled", "Ready", "Initialized")
_NO_RESTART = "may not be transitioned to non-terminated state"


def validate_pod_update(new: core_v1.Pod, old: core_v1.Pod) -> list[FieldError]:
    """What an update of a pod may not do."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if new.metadata is not old.metadata:
        faults += validate_object_meta(new.metadata, True, subdomain_name)
    if new.spec is not old.spec:
        faults += spec_of_pod(new.spec, "spec")
    faults += _annotations(new, old, "metadata.annotations")
    if new.spec is not old.spec:
        faults += _spec_update(new.spec, old.spec, "spec")
    return faults


def _annotations(new: core_v1.Pod, old: core_v1.Pod, path: str) -> Errors:
    """AppArmor profiles and the mark of a mirror pod stay as they were."""
    after, before = new.metadata.annotations, old.metadata.annotations
    if not has_meaning(after) and not has_meaning(before):
        return
    for key, value in before.items():
        if after.get(key) != value:
            yield from _fixed(key, "remove or update", path)
    for key in after:
        if key not in before:
            yield from _fixed(key, "add", path)
    yield from validate_pod_annotations(after, new.spec, path)


def _fixed(key: str, verb: str, path: str) -> Errors:
    if key.startswith(APP_ARMOR):
        yield FieldError.forbidden(f"{path}[{key}]", f"may not {verb} AppArmor annotations")
    if key == MIRROR:
        yield FieldError.forbidden(f"{path}[{key}]", f"may not {verb} mirror pod annotation")


def _spec_update(new: core_v1.PodSpec, old: core_v1.PodSpec, path: str) -> Errors:
    groups = (
        ("containers", new.containers, old.containers),
        ("initContainers", new.init_containers, old.init_containers),
    )
    for name, after, before in groups:
        if len(after) != len(before):
            fault = "pod updates may not add or remove containers"
            yield FieldError.forbidden(f"{path}.{name}", fault)
            return
        yield from _images(after, f"{path}.{name}")
    deadline = list(_deadline(new, old, f"{path}.activeDeadlineSeconds"))
    yield from deadline
    if deadline and new.active_deadline_seconds is not None:
        return
    yield from _tolerations(new, old, f"{path}.tolerations")
    yield from _gates(new, old, f"{path}.schedulingGates")
    if new == old:
        return
    allowed = _with_allowed_changes(new, old)
    if old.scheduling_gates:
        yield from _gated(new, old, path)
        allowed = _with_gated_changes(allowed, old)
    if allowed != old:
        fields = ",".join(UPDATABLE)
        fault = f"pod updates may not change fields other than {fields}\n{_diff(old, allowed)}"
        yield FieldError.forbidden(path, fault)


def _images(containers: tuple[core_v1.Container, ...], path: str) -> Errors:
    for index, container in enumerate(containers):
        if not container.image:
            yield FieldError.required(f"{path}[{index}].image")
        if container.image != container.image.strip():
            fault = "must not have leading or trailing whitespace"
            yield FieldError.invalid(f"{path}[{index}].image", container.image, fault)


def _deadline(new: core_v1.PodSpec, old: core_v1.PodSpec, path: str) -> Errors:
    """A deadline may be set once, and only be drawn nearer."""
    after, before = new.active_deadline_seconds, old.active_deadline_seconds
    if after is None:
        if before is not None:
            fault = "must not update from a positive integer to nil value"
            yield FieldError.invalid(path, None, fault)
    elif not 0 <= after <= MAX_INT32:
        yield FieldError.invalid(path, after, between(0, MAX_INT32))
    elif before is not None and before < after:
        yield FieldError.invalid(path, after, "must be less than or equal to previous value")


def _tolerations(new: core_v1.PodSpec, old: core_v1.PodSpec, path: str) -> Errors:
    kept = [with_changes(toleration, toleration_seconds=None) for toleration in new.tolerations]
    for toleration in old.tolerations:
        if with_changes(toleration, toleration_seconds=None) not in kept:
            fault = "existing toleration can not be modified except its tolerationSeconds"
            yield FieldError.forbidden(path, fault)
            return
    yield from validate_tolerations(new.tolerations, path)


def _gates(new: core_v1.PodSpec, old: core_v1.PodSpec, path: str) -> Errors:
    for index, gate in enumerate(new.scheduling_gates):
        if gate not in old.scheduling_gates:
            fault = f"only deletion is allowed, but found new scheduling gate '{gate.name}'"
            yield FieldError.forbidden(f"{path}[{index}].name", fault)


def _with_allowed_changes(new: core_v1.PodSpec, old: core_v1.PodSpec) -> core_v1.PodSpec:
    """``new`` with everything that may change put back, so that the rest can be compared."""
    spec = with_changes(
        new,
        containers=_old_images(new.containers, old.containers),
        init_containers=_old_images(new.init_containers, old.init_containers),
        active_deadline_seconds=old.active_deadline_seconds,
        scheduling_gates=old.scheduling_gates,
        tolerations=old.tolerations,
    )
    before = old.termination_grace_period_seconds
    if before is not None and before < 0 and new.termination_grace_period_seconds == 1:
        spec = with_changes(spec, termination_grace_period_seconds=before)
    return spec


def _old_images(
    new: tuple[core_v1.Container, ...], old: tuple[core_v1.Container, ...]
) -> tuple[core_v1.Container, ...]:
    return tuple(
        with_changes(after, image=before.image) for after, before in zip(new, old, strict=True)
    )


def _gated(new: core_v1.PodSpec, old: core_v1.PodSpec, path: str) -> Errors:
    """A pod that is not scheduled yet may become choosier about nodes, never less so."""
    if not old.node_selector.items() <= new.node_selector.items():
        fault = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
        yield FieldError.invalid(f"{path}.nodeSelector", new.node_selector, fault)
    before, after = _required_terms(old), _required_terms(new)
    at = f"{path}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
    at = f"{at}.nodeSelectorTerms"
    if before and len(before) != len(after):
        fault = "no additions/deletions to non-empty NodeSelectorTerms list are allowed"
        yield FieldError.invalid(at, after, fault)
        return
    for index, (old_term, new_term) in enumerate(zip(before, after, strict=False)):
        if not _only_adds(new_term, old_term):
            fault = "only additions are allowed (no mutations or deletions)"
            yield FieldError.invalid(f"{at}[{index}]", new_term, fault)


def _required_terms(spec: core_v1.PodSpec) -> tuple[core_v1.NodeSelectorTerm, ...]:
    affinity = spec.affinity.node_affinity if spec.affinity else None
    if affinity is None:
        return ()
    selector = affinity.required_during_scheduling_ignored_during_execution
    return selector.node_selector_terms if selector else ()


def _only_adds(new: core_v1.NodeSelectorTerm, old: core_v1.NodeSelectorTerm) -> bool:
    if not old.match_expressions and not old.match_fields:
        return not new.match_expressions and not new.match_fields
    expressions = new.match_expressions[: len(old.match_expressions)]
    fields = new.match_fields[: len(old.match_fields)]
    return expressions == old.match_expressions and fields == old.match_fields


def _with_gated_changes(spec: core_v1.PodSpec, old: core_v1.PodSpec) -> core_v1.PodSpec:
    before = old.affinity.node_affinity if old.affinity else None
    affinity = with_changes(spec.affinity or core_v1.Affinity(), node_affinity=before)
    if affinity == core_v1.Affinity() and old.affinity is None:
        return with_changes(spec, node_selector=old.node_selector, affinity=None)
    return with_changes(spec, node_selector=old.node_selector, affinity=affinity)


def _diff(old: core_v1.PodSpec, new: core_v1.PodSpec) -> str:
    lines = []
    for field in old.__struct_fields__:
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            name = camel(field)
            lines += [f"- \t{name}: {go_value(before)},", f"+ \t{name}: {go_value(after)},"]
    return "\n".join(["  core.PodSpec{", *lines, "  }", ""])


def validate_pod_status_update(new: core_v1.Pod, old: core_v1.Pod) -> list[FieldError]:
    """What a new status of a pod may not say."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if new.metadata is not old.metadata:
        faults += _annotations(new, old, "metadata.annotations")
    faults += _status(new, old, "status")
    return faults


def _status(new: core_v1.Pod, old: core_v1.Pod, path: str) -> Errors:
    status, before = new.status, old.status
    if status.conditions is not before.conditions:
        yield from _conditions(status.conditions, f"{path}.conditions")
    if new.spec.node_name != old.spec.node_name:
        yield FieldError.forbidden(f"{path}.nodeName", "may not be changed directly")
    nominated = status.nominated_node_name
    if nominated and nominated != before.nominated_node_name:
        at = f"{path}.nominatedNodeName"
        yield from each(at, nominated, subdomain_name(nominated, False))
        if old.spec.node_name:
            fault = "may not be set on pods that are already bound to a node"
            yield FieldError.forbidden(at, fault)
    if status.observed_generation < 0:
        fault = "must be a non-negative integer"
        yield FieldError.invalid(f"{path}.observedGeneration", status.observed_generation, fault)
    if status.qos_class != before.qos_class:
        yield from immutable(f"{path}.qosClass", status.qos_class, before.qos_class)
    yield from _transitions(status, before, old.spec, path)
    if status.resource_claim_statuses:
        yield from _claim_statuses(new, f"{path}.resourceClaimStatuses")
    if status.pod_ips != before.pod_ips:
        addresses = [pod_ip.ip for pod_ip in status.pod_ips]
        known = {pod_ip.ip for pod_ip in before.pod_ips}
        yield from _addresses(addresses, known, status.pod_ips, f"{path}.podIPs")
    if status.host_ips and (status.host_ips, status.host_ip) != (before.host_ips, before.host_ip):
        yield from _host_ips(status, before, f"{path}.hostIPs")


def _conditions(conditions: tuple[core_v1.PodCondition, ...], path: str) -> Errors:
    for index, condition in enumerate(conditions):
        generation = condition.observed_generation
        if generation < 0:
            at = f"{path}[{index}].observedGeneration"
            yield FieldError.invalid(at, generation, "must be a non-negative integer")
        if condition.type not in _SYSTEM_CONDITIONS:
            yield from qualified_name(f"{path}[{index}].Type", condition.type)


def _transitions(
    new: core_v1.PodStatus, old: core_v1.PodStatus, spec: core_v1.PodSpec, path: str
) -> Errors:
    """A container that ended for good does not come back to life."""
    known = (*old.container_statuses, *old.init_container_statuses)
    if not [s for s in (*known, *old.ephemeral_container_statuses) if s.state.terminated]:
        return
    rules = [r for c in (*spec.init_containers, *spec.containers) for r in c.restart_policy_rules]
    if not any(rule.action == "RestartAllContainers" for rule in rules):
        of = {c.name: c for c in spec.containers}
        at = f"{path}.containerStatuses"
        yield from _alive_again(new.container_statuses, old.container_statuses, of, spec, at)
        of = {c.name: c for c in spec.init_containers}
        at, after = f"{path}.initContainerStatuses", new.init_container_statuses
        yield from _alive_again(after, old.init_container_statuses, of, spec, at)
    at, after = f"{path}.ephemeralContainerStatuses", new.ephemeral_container_statuses
    yield from _alive_again(after, old.ephemeral_container_statuses, {}, spec, at)


def _alive_again(
    new: Sequence[core_v1.ContainerStatus],
    old: Sequence[core_v1.ContainerStatus],
    containers: Mapping[str, core_v1.Container],
    spec: core_v1.PodSpec,
    path: str,
) -> Errors:
    if new is old:
        return
    for index, before in enumerate(old):
        ended = before.state.terminated
        if ended is None:
            continue
        container = containers.get(before.name)
        if container is not None and _restarts(container, spec, ended.exit_code):
            continue
        if any(s.name == before.name and s.state.terminated is None for s in new):
            yield FieldError.forbidden(f"{path}[{index}].state", _NO_RESTART)


def _restarts(container: core_v1.Container, spec: core_v1.PodSpec, exit_code: int) -> bool:
    for rule in container.restart_policy_rules:
        codes = rule.exit_codes
        if codes is not None and (exit_code in codes.values) == (codes.operator == "In"):
            return True
    policy = container.restart_policy or spec.restart_policy
    return policy == "Always" or (policy == "OnFailure" and exit_code != 0)


def _claim_statuses(pod: core_v1.Pod, path: str) -> Errors:
    known = {claim.name for claim in pod.spec.resource_claims}
    seen: set[str] = set()
    for index, status in enumerate(pod.status.resource_claim_statuses):
        at = f"{path}[{index}]"
        if status.name not in known:
            fault = "must match the name of an entry in `spec.resourceClaims`"
            yield FieldError.invalid(f"{at}.name", status.name, fault)
        if status.name in seen:
            yield FieldError.duplicate(f"{at}.name", status.name)
        seen.add(status.name)
        name = status.resource_claim_name
        if name is not None:
            yield from each(f"{at}.resourceClaimName", name, subdomain_name(name, False))


def _addresses(addresses: Sequence[str], known: set[str], value: Any, path: str) -> Errors:
    for index, address in enumerate(addresses):
        yield from ip_address(f"{path}[{index}]", address, known)
    if len(addresses) > 1:
        yield from dual_stack(path, addresses, value)


def _host_ips(new: core_v1.PodStatus, old: core_v1.PodStatus, path: str) -> Errors:
    addresses = [host_ip.ip for host_ip in new.host_ips]
    if new.host_ip != addresses[0]:
        yield FieldError.invalid(f"{path}[0].ip", addresses[0], "must be equal to `hostIP`")
    known = {host_ip.ip for host_ip in old.host_ips}
    yield from _addresses(addresses, known, new.host_ips, path)


def validate_pod_binding(binding: core_v1.Binding) -> list[FieldError]:
    """A binding names a node."""
    target, faults = binding.target, []
    if target.kind not in ("", "Node"):
        words = ("Node", "<empty>")
        faults.append(FieldError.not_supported("target.kind", target.kind, words))
    if not target.name:
        faults.append(FieldError.required("target.name"))
    return faults
