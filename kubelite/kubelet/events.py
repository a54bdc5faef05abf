"""The reasons of a kubelet's events, and which part of a pod they are about.

Models ``pkg/kubelet/events/event.go``.
"""

from __future__ import annotations

from kubelite.api.core_v1 import Container, Pod

CREATED = "Created"
STARTED = "Started"
FAILED = "Failed"
KILLING = "Killing"
BACK_OFF = "BackOff"
PULLING = "Pulling"
PULLED = "Pulled"
ERR_IMAGE_NEVER_PULL = "ErrImageNeverPull"
UNHEALTHY = "Unhealthy"
PROBE_WARNING = "ProbeWarning"
FAILED_CREATE_POD_SANDBOX = "FailedCreatePodSandBox"
SANDBOX_CHANGED = "SandboxChanged"
FAILED_POST_START_HOOK = "FailedPostStartHook"
FAILED_PRE_STOP_HOOK = "FailedPreStopHook"
DEADLINE_EXCEEDED = "DeadlineExceeded"
EXCEEDED_GRACE_PERIOD = "ExceededGracePeriod"
RESIZE_STARTED = "ResizeStarted"
RESIZE_COMPLETED = "ResizeCompleted"
RESIZE_DEFERRED = "ResizeDeferred"
RESIZE_INFEASIBLE = "ResizeInfeasible"
RESIZE_ERROR = "ResizeError"
STARTING = "Starting"
NODE_READY = "NodeReady"
REBOOTED = "Rebooted"
INSPECT_FAILED = "InspectFailed"
FAILED_MOUNT = "FailedMount"
FAILED_PREPARE_DYNAMIC_RESOURCES = "FailedPrepareDynamicResources"
EVICTED = "Evicted"


def field_path(pod: Pod, container: Container) -> str:
    """Where in a pod's spec one of its containers stands."""
    spec = pod.spec
    if spec.init_containers or spec.ephemeral_containers:
        for field, containers in (
            ("initContainers", spec.init_containers),
            ("ephemeralContainers", spec.ephemeral_containers),
        ):
            if any(container.name == other.name for other in containers):
                return f"spec.{field}{{{container.name}}}"
    return f"spec.containers{{{container.name}}}"
