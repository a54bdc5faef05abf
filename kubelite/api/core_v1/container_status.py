"""A container, as the kubelet last saw it.

Models ``ContainerStatus`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.api.core_v1.resources import ResourceList, ResourceRequirements, ResourceStatus
from kubelite.apimachinery.struct import Int32, Int64, Struct, merge_on, written
from kubelite.apimachinery.times import Time


class ContainerState(Struct, kw_only=True):
    """Waiting, running or terminated; with none of them set, waiting."""

    waiting: ContainerStateWaiting | None = None
    running: ContainerStateRunning | None = None
    terminated: ContainerStateTerminated | None = None


class ContainerStatus(Struct, kw_only=True):
    """State, readiness and restarts of one container of a pod."""

    name: str = written("")
    state: ContainerState = written(ContainerState())
    last_state: ContainerState = written(ContainerState())
    ready: bool = written(False)
    restart_count: Int32 = written(0)
    started: bool | None = None
    image: str = written("")
    image_id: str = written("")
    container_id: str = ""
    resources: ResourceRequirements | None = None
    allocated_resources: ResourceList = {}
    volume_mounts: Annotated[tuple[VolumeMountStatus, ...], merge_on("mountPath")] = ()
    allocated_resources_status: Annotated[tuple[ResourceStatus, ...], merge_on("name")] = ()
    stop_signal: str | None = None
    user: ContainerUser | None = None


class ContainerStateWaiting(Struct, kw_only=True):
    """Not running yet, and why (ContainerCreating, ImagePullBackOff, CrashLoopBackOff, ...)."""

    reason: str = ""
    message: str = ""


class ContainerStateRunning(Struct, kw_only=True):
    """Running, and since when."""

    started_at: Time | None = written(None)


class ContainerStateTerminated(Struct, kw_only=True):
    """Ended, with its exit code or the signal that ended it."""

    exit_code: Int32 = written(0)
    signal: Int32 = 0
    reason: str = ""
    message: str = ""
    started_at: Time | None = written(None)
    finished_at: Time | None = written(None)
    container_id: str = ""


class ContainerUser(Struct, kw_only=True):
    """Who the container's first process runs as."""

    linux: LinuxContainerUser | None = None


class LinuxContainerUser(Struct, kw_only=True):
    """User and group numbers on Linux."""

    uid: Int64 = written(0)
    gid: Int64 = written(0)
    supplemental_groups: tuple[Int64, ...] = ()


class VolumeMountStatus(Struct, kw_only=True):
    """How a mount turned out."""

    name: str = written("")
    mount_path: str = written("")
    read_only: bool = False
    recursive_read_only: str | None = None
    volume_status: VolumeStatus | None = None


class VolumeStatus(Struct, kw_only=True):
    """What is known of a mounted volume, by its type."""

    image: ImageVolumeStatus | None = None


class ImageVolumeStatus(Struct, kw_only=True):
    """The image, by digest, that a volume shows."""

    image_ref: str = written("")
