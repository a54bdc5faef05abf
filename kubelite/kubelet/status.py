"""From what the runtime runs to what the API says: a pod's phase, conditions, containers.

Pure functions. Models generateAPIPodStatus, convertToAPIContainerStatuses and getPhase of
``pkg/kubelet/kubelet_pods.go``, and ``pkg/kubelet/status/generate.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from kubelite.api.core_v1 import (
    Container,
    ContainerState,
    ContainerStateRunning,
    ContainerStateTerminated,
    ContainerStateWaiting,
    ContainerStatus,
    HostIP,
    Pod,
    PodCondition,
    PodIP,
    PodSpec,
    PodStatus,
    ResourceRequirements,
)
from kubelite.api.qos import qos_class
from kubelite.apimachinery.struct import Value, replace
from kubelite.apimachinery.times import Time
from kubelite.kubelet import cri
from kubelite.kubelet.actions import as_container, is_sidecar, should_restart
from kubelite.kubelet.conditions import conditions_of
from kubelite.kubelet.restarts import has_rules, restarts_after

IP = TypeVar("IP", HostIP, PodIP)

CONTAINER_CREATING = ContainerState(waiting=ContainerStateWaiting(reason="ContainerCreating"))
POD_INITIALIZING = ContainerState(waiting=ContainerStateWaiting(reason="PodInitializing"))
NO_STATE = ContainerState()
NOTHING: Mapping[str, ResourceRequirements] = {}
LOST = ContainerStateTerminated(
    exit_code=137,
    reason="ContainerStatusUnknown",
    message="The container could not be located when the pod was deleted.  "
    "The container used to be Running",
)


class Waiting(Value):
    """Why a container has not been started: the reason cache's entry."""

    reason: str
    message: str


class Health(NamedTuple):
    """What the probes say of one container."""

    started: bool
    ready: bool


# DOC: generate-status
def generate_status(
    pod: Pod,
    old: PodStatus,
    runtime: cri.PodStatus,
    reasons: Mapping[str, Waiting],
    health: Mapping[str, Health],
    host_ip: str,
    now: int,
    terminal: bool = False,
    actual: Mapping[str, ResourceRequirements] = NOTHING,
    passing: tuple[PodCondition, ...] = (),
) -> PodStatus:
    """The status of ``pod``, given its last one and what the runtime, the failed starts
    (``reasons``) and the probes (``health``) say. ``terminal``: nothing will run any more.
    ``actual``: what containers have, where that is not what they are allocated. ``passing``:
    conditions of a resize or a restart that is under way.
    """
    spec = pod.spec
    inits = _container_statuses(
        pod,
        spec.init_containers,
        old.init_container_statuses,
        runtime,
        reasons,
        health,
        True,
        actual,
    )
    containers = _container_statuses(
        pod, spec.containers, old.container_statuses, runtime, reasons, health, False, actual
    )
    phase = _phase(spec, inits, containers, terminal)
    if old.phase in ("Failed", "Succeeded"):
        phase = old.phase
    ephemeral = old.ephemeral_container_statuses
    if spec.ephemeral_containers:
        ephemeral = _ephemeral_statuses(pod, ephemeral, runtime, reasons)
    pod_ip = host_ip if spec.host_network else runtime.ip or old.pod_ip
    return replace(
        old,
        phase=phase,
        conditions=conditions_of(
            pod, old, inits, containers, phase, runtime.sandbox_ready, now, passing
        ),
        host_ip=host_ip,
        host_ips=_one(old.host_ips, host_ip, HostIP),
        pod_ip=pod_ip,
        pod_ips=_one(old.pod_ips, pod_ip, PodIP) if pod_ip else (),
        start_time=old.start_time or Time(now),
        init_container_statuses=inits,
        container_statuses=containers,
        ephemeral_container_statuses=ephemeral,
        qos_class=old.qos_class or qos_class(spec),
        observed_generation=pod.metadata.generation,
    )


def _one(said: tuple[IP, ...], address: str, kind: type[IP]) -> tuple[IP, ...]:
    """This one address; what was said before if it is the same."""
    if len(said) == 1 and said[0].ip == address:
        return said
    return (kind(ip=address),)


def _container_statuses(
    pod: Pod,
    containers: tuple[Container, ...],
    old: tuple[ContainerStatus, ...],
    runtime: cri.PodStatus,
    reasons: Mapping[str, Waiting],
    health: Mapping[str, Health],
    init: bool,
    actual: Mapping[str, ResourceRequirements],
) -> tuple[ContainerStatus, ...]:
    if not containers:
        return ()
    before = {status.name: status for status in old}
    default = POD_INITIALIZING if pod.spec.init_containers else CONTAINER_CREATING
    found = [
        _container_status(
            pod,
            container,
            before.get(container.name),
            runtime,
            reasons,
            health,
            init,
            default,
            actual,
        )
        for container in containers
    ]
    if not init and len(found) > 1:
        found.sort(key=lambda status: status.name)
    return tuple(found)


def _ephemeral_statuses(
    pod: Pod,
    old: tuple[ContainerStatus, ...],
    runtime: cri.PodStatus,
    reasons: Mapping[str, Waiting],
) -> tuple[ContainerStatus, ...]:
    """Those of ephemeral containers, which are never ready and hold nothing."""
    containers = tuple([as_container(one) for one in pod.spec.ephemeral_containers])
    made = _container_statuses(pod, containers, old, runtime, reasons, {}, False, NOTHING)
    return tuple([replace(s, started=None, resources=None) for s in made])


def _container_status(
    pod: Pod,
    container: Container,
    old: ContainerStatus | None,
    runtime: cri.PodStatus,
    reasons: Mapping[str, Waiting],
    health: Mapping[str, Health],
    init: bool,
    default: ContainerState,
    actual: Mapping[str, ResourceRequirements],
) -> ContainerStatus:
    name = container.name
    seen = [status for status in runtime.containers if status.name == name]
    if not seen:
        status = _unseen(container, old, pod, default)
    else:
        state = _state(seen[0])
        ended = [one for one in seen[1:] if one.state == cri.EXITED]  # some never started
        last = _state(ended[0]) if ended else old.last_state if old else NO_STATE
        status = ContainerStatus(
            name=name,
            state=state,
            last_state=last,
            restart_count=seen[0].attempt,
            image=seen[0].image,
            image_id=seen[0].image_ref,
            container_id=f"containerd://{seen[0].id}",
            allocated_resources=container.resources.requests,
            resources=actual.get(name, container.resources) if actual else container.resources,
            stop_signal=container.lifecycle.stop_signal if container.lifecycle else None,
        )
    waiting = reasons.get(name)
    if waiting is not None and should_restart(container, pod, runtime):
        status = replace(
            status,
            state=ContainerState(
                waiting=ContainerStateWaiting(reason=waiting.reason, message=waiting.message)
            ),
            last_state=status.state if status.state.terminated else status.last_state,
        )
    return _with_health(container, status, health.get(name), init)


def _with_health(
    container: Container, status: ContainerStatus, health: Health | None, init: bool
) -> ContainerStatus:
    running = status.state.running is not None
    if init and not is_sidecar(container):
        ended = status.state.terminated
        return replace(status, ready=ended is not None and ended.exit_code == 0, started=running)
    if health is None or not running:
        return replace(status, ready=False, started=False)
    return replace(status, ready=health.ready, started=health.started)


def _unseen(
    container: Container, old: ContainerStatus | None, pod: Pod, default: ContainerState
) -> ContainerStatus:
    """The status of a container that the runtime knows nothing of."""
    if old is None:
        return ContainerStatus(name=container.name, image=container.image, state=default)
    if old.state.terminated is not None:
        return old
    lost = old.state.running is not None
    return ContainerStatus(
        name=container.name,
        image=container.image,
        state=default,
        restart_count=old.restart_count + (lost and pod.metadata.deletion_timestamp is None),
        last_state=ContainerState(terminated=LOST) if lost else old.last_state,
    )


def _state(status: cri.ContainerStatus) -> ContainerState:
    if status.state == cri.RUNNING:
        return ContainerState(running=ContainerStateRunning(started_at=Time(status.started_at)))
    if status.state == cri.CREATED:
        return ContainerState(waiting=ContainerStateWaiting())
    return ContainerState(
        terminated=ContainerStateTerminated(
            exit_code=status.exit_code,
            reason=status.reason,
            message=status.message,
            started_at=Time(status.started_at),
            finished_at=Time(status.finished_at),
            container_id=f"containerd://{status.id}",
        )
    )


# DOC: pod-phase
def _phase(
    spec: PodSpec,
    inits: tuple[ContainerStatus, ...],
    containers: tuple[ContainerStatus, ...],
    terminal: bool,
) -> str:
    initializing, init_failed = _init_progress(spec, inits) if inits else (False, False)
    running = waiting = stopped = succeeded = 0
    for status in containers:
        state = status.state
        if state.running is not None:
            running += 1
        elif state.terminated is not None:
            stopped += 1
            succeeded += state.terminated.exit_code == 0
        elif status.last_state.terminated is not None and not has_rules(spec):
            stopped += 1  # where a rule restarts the whole pod, it is about to start again
        else:
            waiting += 1
    if init_failed:
        return "Failed"
    if waiting or (initializing and not _begun(containers)):
        return "Failed" if terminal else "Pending"
    if running:
        return "Running"
    if not stopped:
        return "Pending"
    if not terminal and _some_restart(spec, containers):
        return "Running"
    return "Succeeded" if stopped == succeeded else "Failed"


def _begun(containers: tuple[ContainerStatus, ...]) -> bool:
    return any(s.state.running or s.state.terminated for s in containers)


def _some_restart(spec: PodSpec, containers: tuple[ContainerStatus, ...]) -> bool:
    """Whether any of these containers, which have all ended, will run again."""
    by_name = {container.name: container for container in spec.containers}
    for status in containers:
        ended = status.state.terminated or status.last_state.terminated
        if ended is not None and restarts_after(by_name[status.name], spec, ended.exit_code):
            return True
    return False


def _init_progress(spec: PodSpec, inits: tuple[ContainerStatus, ...]) -> tuple[bool, bool]:
    """Whether some init container has still to finish, and whether one has failed."""
    pending = failed = False
    for container, status in zip(spec.init_containers, inits, strict=True):
        if is_sidecar(container):
            pending = pending or not status.started
            continue
        ended = status.state.terminated
        if ended is None and status.state.waiting is not None:
            ended = status.last_state.terminated
        if ended is None:
            pending = True
        elif ended.exit_code != 0:
            failed = failed or not restarts_after(container, spec, ended.exit_code)
    return pending, failed
