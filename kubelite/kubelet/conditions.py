"""A pod's conditions, in upstream's order, with its reasons and messages.

Models ``pkg/kubelet/status/generate.go`` and the merging of transition times in
``status_manager.go``.
"""

from __future__ import annotations

from kubelite.api.core_v1 import ContainerStatus, Pod, PodCondition, PodStatus
from kubelite.apimachinery.times import Time
from kubelite.kubelet.actions import is_sidecar

READY_TO_START = "PodReadyToStartContainers"
INITIALIZED = "Initialized"
READY = "Ready"
CONTAINERS_READY = "ContainersReady"
SCHEDULED = "PodScheduled"
ALWAYS = (READY_TO_START, INITIALIZED, READY, CONTAINERS_READY, SCHEDULED)
RESIZE_PENDING = "PodResizePending"
RESIZE_IN_PROGRESS = "PodResizeInProgress"
ALL_RESTARTING = "AllContainersRestarting"
OWNED = (*ALWAYS, RESIZE_PENDING, RESIZE_IN_PROGRESS, ALL_RESTARTING)
"""The conditions a kubelet sets, the last three only while they apply; it keeps those of others."""

Statuses = tuple[ContainerStatus, ...]
Finding = tuple[str, str, str]
"""Status, reason, message."""

TRUE: Finding = ("True", "", "")


def conditions_of(
    pod: Pod,
    old: PodStatus,
    inits: Statuses,
    containers: Statuses,
    phase: str,
    sandbox_ready: bool,
    now: int,
    passing: tuple[PodCondition, ...] = (),
) -> tuple[PodCondition, ...]:
    """All conditions; a transition time moves only when the status does. ``passing``: those of
    a resize or a restart that is under way.
    """
    others = [c for c in pod.status.conditions if c.type not in OWNED]
    before = {condition.type: condition for condition in old.conditions}
    containers_ready = _containers_ready(pod, inits, containers, phase)
    findings: tuple[Finding, ...] = (
        TRUE if sandbox_ready else ("False", "", ""),
        _initialized(pod, inits, containers, phase),
        _ready(pod, others, containers_ready),
        containers_ready,
        TRUE,
    )
    generation = pod.metadata.generation
    made = [
        _condition(type, finding, before.get(type), generation, now)
        for type, finding in zip(ALWAYS, findings, strict=True)
    ]
    return (*others, *passing, *made)


def _condition(
    type: str, finding: Finding, before: PodCondition | None, generation: int, now: int
) -> PodCondition:
    status, reason, message = finding
    if before is not None and before.status == status:
        if (
            before.reason == reason
            and before.message == message
            and before.observed_generation == generation
        ):
            return before
        since = before.last_transition_time
    else:
        since = Time(now)
    return PodCondition(
        type=type,
        status=status,
        reason=reason,
        message=message,
        observed_generation=generation,
        last_transition_time=since,
    )


def _containers_ready(pod: Pod, inits: Statuses, containers: Statuses, phase: str) -> Finding:
    if phase == "Succeeded":
        return "False", "PodCompleted", ""
    if phase == "Failed":
        return "False", "PodFailed", ""
    unready = [
        status.name
        for container, status in zip(pod.spec.init_containers if inits else (), inits, strict=True)
        if is_sidecar(container) and not status.ready
    ]
    ready = [status.name for status in containers if status.ready]
    unready += [container.name for container in pod.spec.containers if container.name not in ready]
    if not unready:
        return TRUE
    message = f"containers with unready status: [{' '.join(unready)}]"
    return "False", "ContainersNotReady", message


def _ready(pod: Pod, others: list[PodCondition], containers_ready: Finding) -> Finding:
    if containers_ready[0] != "True" or not pod.spec.readiness_gates:
        return containers_ready
    held = {condition.type: condition.status for condition in others}
    problems = []
    for gate in pod.spec.readiness_gates:
        name = gate.condition_type
        if name not in held:
            problems.append(
                f'corresponding condition of pod readiness gate "{name}" does not exist.'
            )
        elif held[name] != "True":
            problems.append(
                f'the status of pod readiness gate "{name}" is not "True", but {held[name]}'
            )
    return ("False", "ReadinessGatesNotReady", ", ".join(problems)) if problems else TRUE


def _initialized(pod: Pod, inits: Statuses, containers: Statuses, phase: str) -> Finding:
    if phase == "Succeeded":
        return "True", "PodCompleted", ""
    if not inits or any(s.state.running or s.state.terminated for s in containers):
        return TRUE
    incomplete = [
        status.name
        for container, status in zip(pod.spec.init_containers, inits, strict=True)
        if not (status.started if is_sidecar(container) else status.ready)
    ]
    if not incomplete:
        return TRUE
    message = f"containers with incomplete status: [{' '.join(incomplete)}]"
    return "False", "ContainersNotInitialized", message
