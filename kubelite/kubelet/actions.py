"""What a pod's worker has to do next, decided from the pod's spec and what the runtime runs.

A pure function: it changes nothing, so every case can be tried by hand. Carrying the decision
out is ``runtime_manager``'s work. Models computePodActions and computeInitContainerActions of
``pkg/kubelet/kuberuntime/kuberuntime_manager.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from kubelite.api.core_v1 import Container, EphemeralContainer, Pod, PodSpec
from kubelite.kubelet.cri import CREATED, RUNNING, ContainerStatus, PodStatus
from kubelite.kubelet.restarts import restarts_after, restarts_after_failure

LIVENESS = "liveness"
STARTUP = "startup"

Verdict = Callable[[ContainerStatus], str]
"""Which probe condemns a running container: "liveness", "startup", or "" for none."""

Started = Callable[[Container, ContainerStatus], bool]
"""Whether a running container counts as started (its startup probe has succeeded)."""


class Kill(NamedTuple):
    """A running container to be stopped, the message of the event, and the probe behind it."""

    container: Container
    status: ContainerStatus
    message: str
    probe: str = ""


class PodActions(NamedTuple):
    """The decision. ``kill_pod`` stops everything; ``create_sandbox`` comes before any start;
    ``restart_all`` ends every container, so that the pod begins anew in its sandbox.
    """

    kill_pod: bool = False
    create_sandbox: bool = False
    init_to_start: tuple[Container, ...] = ()
    to_start: tuple[Container, ...] = ()
    to_kill: tuple[Kill, ...] = ()
    ephemeral_to_start: tuple[Container, ...] = ()
    restart_all: bool = False

    @property
    def idle(self) -> bool:
        """Nothing to do."""
        return self == _NOTHING


_NOTHING = PodActions()


def is_sidecar(container: Container) -> bool:
    """An init container that keeps running beside the others."""
    return container.restart_policy == "Always"


def as_container(ephemeral: EphemeralContainer) -> Container:
    """An ephemeral container is run as any other, only never again."""
    fields = {name: getattr(ephemeral, name) for name in Container.__struct_fields__}
    return Container(**fields)


def with_ephemeral_containers(actions: PodActions, pod: Pod, status: PodStatus) -> PodActions:
    """Ephemeral containers are started as soon as there is a sandbox, whatever else is due."""
    if actions.kill_pod or actions.create_sandbox or not status.sandbox_ready:
        return actions
    missing = [c for c in pod.spec.ephemeral_containers if status.find(c.name) is None]
    return actions._replace(ephemeral_to_start=tuple([as_container(c) for c in missing]))


def should_restart(container: Container, pod: Pod, status: PodStatus) -> bool:
    """Whether a container that does not run is to be started, as the restart policy has it."""
    if pod.metadata.deletion_timestamp is not None:
        return False
    latest = status.find(container.name)
    if latest is None:
        return True
    if latest.state == RUNNING:
        return False
    if latest.state == CREATED:
        return True
    return restarts_after(container, pod.spec, latest.exit_code)


# DOC: compute-pod-actions
def compute_pod_actions(
    pod: Pod,
    status: PodStatus,
    verdict: Verdict,
    started: Started,
    resized: Collection[str] = (),
) -> PodActions:
    """The next actions for a pod that is meant to run. ``resized``: the containers that have to
    be restarted for the amounts they were given.
    """
    spec = pod.spec
    if not status.sandbox_ready:
        return _anew(pod, status)
    to_kill: list[Kill] = []
    init_to_start: tuple[Container, ...] = ()
    if spec.init_containers:
        init_to_start, done, failed = _init_actions(pod, status, verdict, started, to_kill)
        if failed:
            return PodActions(kill_pod=True)
        if not done:
            return PodActions(init_to_start=init_to_start, to_kill=tuple(to_kill))
    to_start: list[Container] = []
    kept = 0
    for container in spec.containers:
        current = status.find(container.name)
        if current is None or current.state != RUNNING:
            if should_restart(container, pod, status):
                to_start.append(container)
            continue
        kill = _reason_to_kill(container, current, verdict)
        if kill is None and container.name in resized:
            text = f"Container {container.name} resize requires restart"
            to_kill.append(Kill(container, current, text))
            to_start.append(container)
        elif kill is None:
            kept += 1
        elif kill.probe == "" or restarts_after_failure(container, spec):
            to_kill.append(kill._replace(message=f"{kill.message}, will be restarted"))
            to_start.append(container)
        else:
            to_kill.append(kill)
    if kept == 0 and not to_start:
        return PodActions(kill_pod=True)
    return PodActions(init_to_start=init_to_start, to_start=tuple(to_start), to_kill=tuple(to_kill))


def _anew(pod: Pod, status: PodStatus) -> PodActions:
    """There is no sandbox: make one and begin, unless the pod has run and must not again."""
    spec = pod.spec
    ran_before = bool(status.sandbox_attempts and status.containers)
    if spec.restart_policy == "Never" and ran_before and not _has_own_policy(spec):
        return PodActions(kill_pod=True)
    to_start = tuple([c for c in spec.containers if not _succeeded_for_good(c, pod, status)])
    if not to_start:
        return PodActions(kill_pod=True)
    kill = status.sandbox_attempts > 0
    if spec.init_containers:
        return PodActions(kill, True, init_to_start=spec.init_containers[:1])
    return PodActions(kill, True, to_start=to_start)


def _succeeded_for_good(container: Container, pod: Pod, status: PodStatus) -> bool:
    latest = status.find(container.name)
    return (
        latest is not None
        and latest.finished_at > 0
        and latest.exit_code == 0
        and not restarts_after(container, pod.spec, 0)
    )


def _has_own_policy(spec: PodSpec) -> bool:
    return any(c.restart_policy is not None for c in spec.containers)


def _init_actions(
    pod: Pod, status: PodStatus, verdict: Verdict, started: Started, to_kill: list[Kill]
) -> tuple[tuple[Container, ...], bool, bool]:
    """Init containers to start, whether all are done, and whether one has failed for good."""
    spec = pod.spec
    begun = any(status.find(container.name) is not None for container in spec.containers)
    to_start: list[Container] = []
    for container in spec.init_containers:
        current = status.find(container.name)
        if begun and not is_sidecar(container):
            continue
        if current is not None and current.state == RUNNING:
            kill = _reason_to_kill(container, current, verdict) if is_sidecar(container) else None
            if kill is not None:
                to_kill.append(kill._replace(message=f"{kill.message}, will be restarted"))
                to_start.append(container)
            elif not begun and not (is_sidecar(container) and started(container, current)):
                return (), False, False  # it works: wait for it
            continue
        if current is not None and current.finished_at and not is_sidecar(container):
            if current.exit_code == 0:
                continue
            if not restarts_after(container, spec, current.exit_code):
                return (), False, True
        to_start.append(container)
        if not begun:
            return tuple(to_start), False, False
    return tuple(to_start), True, False


def _reason_to_kill(
    container: Container, current: ContainerStatus, verdict: Verdict
) -> Kill | None:
    name = container.name
    if current.user_specified_image != container.image:
        return Kill(container, current, f"Container {name} definition changed")
    probe = verdict(current)
    if probe:
        return Kill(container, current, f"Container {name} failed {probe} probe", probe)
    return None
