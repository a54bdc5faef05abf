"""A container, as the author of a pod describes it.

Models ``Container`` and ``EphemeralContainer`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.api.core_v1.env import EnvFromSource, EnvVar
from kubelite.api.core_v1.probe import Lifecycle, Probe
from kubelite.api.core_v1.resources import ResourceRequirements
from kubelite.api.core_v1.security import SecurityContext
from kubelite.apimachinery.struct import Int32, Struct, merge_on, written


class Container(Struct, kw_only=True):
    """One program to run inside a pod: image, command, ports, environment, resources, probes."""

    name: str = written("")
    image: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    ports: Annotated[tuple[ContainerPort, ...], merge_on("containerPort")] = ()
    env: Annotated[tuple[EnvVar, ...], merge_on("name")] = ()
    env_from: tuple[EnvFromSource, ...] = ()
    resources: ResourceRequirements = written(ResourceRequirements())
    volume_mounts: Annotated[tuple[VolumeMount, ...], merge_on("mountPath")] = ()
    volume_devices: Annotated[tuple[VolumeDevice, ...], merge_on("devicePath")] = ()
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    image_pull_policy: str = ""
    restart_policy: str | None = None
    restart_policy_rules: tuple[ContainerRestartRule, ...] = ()
    security_context: SecurityContext | None = None
    termination_message_path: str = ""
    termination_message_policy: str = ""
    resize_policy: tuple[ContainerResizePolicy, ...] = ()
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False


class EphemeralContainer(Struct, kw_only=True):
    """A container added to a running pod to look into it; it is never restarted."""

    name: str = written("")
    image: str = ""
    target_container_name: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    env: Annotated[tuple[EnvVar, ...], merge_on("name")] = ()
    env_from: tuple[EnvFromSource, ...] = ()
    volume_mounts: Annotated[tuple[VolumeMount, ...], merge_on("mountPath")] = ()
    volume_devices: Annotated[tuple[VolumeDevice, ...], merge_on("devicePath")] = ()
    security_context: SecurityContext | None = None
    image_pull_policy: str = ""
    termination_message_path: str = ""
    termination_message_policy: str = ""
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False
    ports: Annotated[tuple[ContainerPort, ...], merge_on("containerPort")] = ()
    resources: ResourceRequirements = written(ResourceRequirements())
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    resize_policy: tuple[ContainerResizePolicy, ...] = ()
    restart_policy: str | None = None
    restart_policy_rules: tuple[ContainerRestartRule, ...] = ()


class ContainerPort(Struct, kw_only=True):
    """A port the program listens on; the name is what Services and probes may call it."""

    container_port: Int32 = written(0)
    name: str = ""
    protocol: str = ""
    host_port: Int32 = 0
    host_ip: str = ""


class VolumeMount(Struct, kw_only=True):
    """Where a volume of the pod appears in this container's file system."""

    name: str = written("")
    mount_path: str = written("")
    read_only: bool = False
    sub_path: str = ""
    sub_path_expr: str = ""
    mount_propagation: str | None = None
    recursive_read_only: str | None = None
    bind_mount_options: tuple[str, ...] = ()


class VolumeDevice(Struct, kw_only=True):
    """A block device of the pod, given to this container raw."""

    name: str = written("")
    device_path: str = written("")


class ContainerResizePolicy(Struct, kw_only=True):
    """Whether changing one resource of a running container restarts it."""

    resource_name: str = written("")
    restart_policy: str = written("")


class ContainerRestartRule(Struct, kw_only=True):
    """An exception to the restart policy: what to do on certain exits."""

    action: str = written("")
    exit_codes: ContainerRestartRuleOnExitCodes | None = None


class ContainerRestartRuleOnExitCodes(Struct, kw_only=True):
    """The exit codes a rule is for: In or NotIn the values."""

    operator: str = written("")
    values: tuple[Int32, ...] = ()
