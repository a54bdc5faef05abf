"""Containers of all three sorts: names, images, ports, mounts, devices, restart rules.

Models the container part of ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.struct import Value
from kubelite.apiserver.validation.env import AnyContainer, validate_env, validate_env_from
from kubelite.apiserver.validation.formats import (
    PROTOCOLS,
    Errors,
    descending_path,
    dns_label,
    each,
    no_backsteps,
    one_of,
    port_number,
    required_then,
    supported,
)
from kubelite.apiserver.validation.probes import validate_lifecycle, validate_probes
from kubelite.apiserver.validation.resources import validate_requirements
from kubelite.apiserver.validation.security import validate_security_context

PULL_POLICIES = ("Always", "IfNotPresent", "Never")

_NOT_FOR_INIT = "may not be set for init containers without restartPolicy=Always"
_NOT_FOR_EPHEMERAL = "cannot be set for an Ephemeral Container"


class PodContext(Value):
    """What a container's checks need to know of its pod."""

    spec: core_v1.PodSpec
    volumes: Mapping[str, core_v1.Volume]
    claims: tuple[str, ...]


def validate_containers(pod: PodContext, path: str) -> Errors:
    """The regular containers: at least one, each with a name of its own."""
    containers = pod.spec.containers
    if not containers:
        yield FieldError.required(path)
        return
    seen: set[str] = set()
    for index, container in enumerate(containers):
        at = f"{path}[{index}]"
        yield from _common(container, pod, at)
        if container.name in seen:
            yield FieldError.duplicate(f"{at}.name", container.name)
        seen.add(container.name)
        yield from _probes_and_hooks(container, pod, at)
        yield from _restart_rules(container, at)
    yield from _host_ports(containers, path)


def validate_init_containers(pod: PodContext, path: str) -> Errors:
    """Init containers, and the sidecars among them (``restartPolicy: Always``)."""
    seen = {container.name for container in pod.spec.containers}
    for index, container in enumerate(pod.spec.init_containers):
        at = f"{path}[{index}]"
        yield from _common(container, pod, at)
        yield from _restart_rules(container, at)
        if container.name in seen:
            yield FieldError.duplicate(f"{at}.name", container.name)
        elif container.name:
            seen.add(container.name)
        yield from _host_ports((container,), path)
        if container.restart_policy == "Always":
            yield from _probes_and_hooks(container, pod, at)
        else:
            yield from _only_for_sidecars(container, at)


def _only_for_sidecars(container: core_v1.Container, path: str) -> Errors:
    fields = (
        ("lifecycle", container.lifecycle),
        ("livenessProbe", container.liveness_probe),
        ("readinessProbe", container.readiness_probe),
        ("startupProbe", container.startup_probe),
    )
    for name, value in fields:
        if value is not None:
            yield FieldError.forbidden(f"{path}.{name}", _NOT_FOR_INIT)
    for index, policy in enumerate(container.resize_policy):
        if policy.restart_policy == "RestartContainer":
            at = f"{path}.resizePolicy[{index}].restartPolicy"
            fault = "must not be set to 'RestartContainer' for non-sidecar initContainers"
            yield FieldError.invalid(at, policy.restart_policy, fault)


def validate_ephemeral_containers(pod: PodContext, path: str) -> Errors:
    """Containers added for debugging: no ports, probes or resources of their own."""
    others = [c.name for c in (*pod.spec.containers, *pod.spec.init_containers)]
    seen = set(others)
    for index, container in enumerate(pod.spec.ephemeral_containers):
        at = f"{path}[{index}]"
        yield from _common(container, pod, at)
        yield from image_without_padding(container.image, f"{at}.image")
        if container.name in seen:
            yield FieldError.duplicate(f"{at}.name", container.name)
        seen.add(container.name)
        target = container.target_container_name
        if target and target not in others:
            yield FieldError.not_found(f"{at}.targetContainerName", target)
        yield from _no_service_fields(container, at)


def _no_service_fields(container: core_v1.EphemeralContainer, path: str) -> Errors:
    fields = (
        ("ports", container.ports),
        ("resources", container.resources != core_v1.ResourceRequirements()),
        ("resizePolicy", container.resize_policy),
        ("restartPolicy", container.restart_policy),
        ("restartPolicyRules", container.restart_policy_rules),
        ("livenessProbe", container.liveness_probe),
        ("readinessProbe", container.readiness_probe),
        ("startupProbe", container.startup_probe),
        ("lifecycle", container.lifecycle),
    )
    for name, value in fields:
        if value:
            yield FieldError.forbidden(f"{path}.{name}", _NOT_FOR_EPHEMERAL)
    for index, mount in enumerate(container.volume_mounts):
        for name, value in (("subPath", mount.sub_path), ("subPathExpr", mount.sub_path_expr)):
            if value:
                at = f"{path}.volumeMounts[{index}].{name}"
                yield FieldError.forbidden(at, _NOT_FOR_EPHEMERAL)


def image_without_padding(image: str, path: str) -> Errors:
    """An image name without white space around it. Templates may have some, pods may not."""
    if image != image.strip():
        fault = "must not have leading or trailing whitespace"
        yield FieldError.invalid(path, image, fault)


def _common(container: AnyContainer, pod: PodContext, path: str) -> Errors:
    """What is asked of every container, whatever its sort."""
    name = f"{path}.name"
    yield from required_then(name, container.name, dns_label(name, container.name))
    if not container.image:
        yield FieldError.required(f"{path}.image")
    yield from one_of(
        f"{path}.terminationMessagePolicy",
        container.termination_message_policy,
        ("File", "FallbackToLogsOnError"),
    )
    yield from _ports(container.ports, f"{path}.ports")
    yield from validate_env(container.env, f"{path}.env")
    yield from validate_env_from(container.env_from, f"{path}.envFrom")
    yield from _mounts(container, pod, f"{path}.volumeMounts")
    yield from _devices(container, pod, f"{path}.volumeDevices")
    yield from one_of(f"{path}.imagePullPolicy", container.image_pull_policy, PULL_POLICIES)
    yield from validate_requirements(container.resources, pod.claims, f"{path}.resources")
    yield from _resize_policy(container, pod.spec.restart_policy, f"{path}.resizePolicy")
    host_users = pod.spec.host_users is not False
    yield from validate_security_context(
        container.security_context, f"{path}.securityContext", host_users
    )


def _probes_and_hooks(container: core_v1.Container, pod: PodContext, path: str) -> Errors:
    grace = pod.spec.termination_grace_period_seconds
    if container.lifecycle is not None:
        at = f"{path}.lifecycle"
        yield from validate_lifecycle(container.lifecycle, at, grace, pod.spec.os)
    yield from validate_probes(container, path, grace)


def _ports(ports: tuple[core_v1.ContainerPort, ...], path: str) -> Errors:
    seen: set[str] = set()
    for index, port in enumerate(ports):
        at = f"{path}[{index}]"
        if port.name:
            faults = names.is_port_name(port.name)
            yield from each(f"{at}.name", port.name, faults)
            if not faults and port.name in seen:
                yield FieldError.duplicate(f"{at}.name", port.name)
            elif not faults:
                seen.add(port.name)
        if port.container_port == 0:
            yield FieldError.required(f"{at}.containerPort")
        else:
            yield from port_number(f"{at}.containerPort", port.container_port)
        if port.host_port:
            yield from port_number(f"{at}.hostPort", port.host_port)
        yield from one_of(f"{at}.protocol", port.protocol, PROTOCOLS)


def _host_ports(containers: Iterable[core_v1.Container], path: str) -> Errors:
    """No two containers on the same port of the host."""
    seen: set[str] = set()
    for index, container in enumerate(containers):
        for place, port in enumerate(container.ports):
            if not port.host_port:
                continue
            claimed = f"{port.protocol}/{port.host_ip}/{port.host_port}"
            if claimed in seen:
                yield FieldError.duplicate(f"{path}[{index}].ports[{place}].hostPort", claimed)
            seen.add(claimed)


def _mounts(container: AnyContainer, pod: PodContext, path: str) -> Errors:
    devices = {device.name: device.device_path for device in container.volume_devices}
    seen: set[str] = set()
    for index, mount in enumerate(container.volume_mounts):
        at = f"{path}[{index}]"
        if not mount.name:
            yield FieldError.required(f"{at}.name")
        if mount.name not in pod.volumes:
            yield FieldError.not_found(f"{at}.name", mount.name)
        if not mount.mount_path:
            yield FieldError.required(f"{at}.mountPath")
        if mount.mount_path in seen:
            yield FieldError.invalid(f"{at}.mountPath", mount.mount_path, "must be unique")
        seen.add(mount.mount_path)
        if mount.name in devices:
            fault = "must not already exist in volumeDevices"
            yield FieldError.invalid(f"{at}.name", mount.name, fault)
        if mount.mount_path in devices.values():
            fault = "must not already exist as a path in volumeDevices"
            yield FieldError.invalid(f"{at}.mountPath", mount.mount_path, fault)
        yield from _mount_options(mount, container, path, at)


def _mount_options(
    mount: core_v1.VolumeMount, container: AnyContainer, path: str, at: str
) -> Errors:
    """Sub-paths and propagation. Upstream names most of these without the mount's index."""
    if mount.sub_path:
        yield from descending_path(f"{path}.subPath", mount.sub_path)
    if mount.sub_path_expr:
        if mount.sub_path:
            fault = "subPathExpr and subPath are mutually exclusive"
            yield FieldError.invalid(f"{at}.subPathExpr", mount.sub_path_expr, fault)
        yield from descending_path(f"{path}.subPathExpr", mount.sub_path_expr)
    if mount.mount_propagation is not None:
        where = f"{path}.mountPropagation"
        words = ("Bidirectional", "HostToContainer", "None")
        yield from supported(where, mount.mount_propagation, words)
        context = container.security_context
        privileged = context is not None and bool(context.privileged)
        if mount.mount_propagation == "Bidirectional" and not privileged:
            fault = "Bidirectional mount propagation is available only to privileged containers"
            yield FieldError.forbidden(where, fault)
    if mount.recursive_read_only is not None:
        yield from _recursive_read_only(mount, f"{path}.recursiveReadOnly")


def _recursive_read_only(mount: core_v1.VolumeMount, path: str) -> Errors:
    words = ("Disabled", "Enabled", "IfPossible")
    yield from supported(path, mount.recursive_read_only, words)
    if mount.recursive_read_only not in ("Enabled", "IfPossible"):
        return
    if not mount.read_only:
        yield FieldError.forbidden(path, "may only be specified when readOnly is true")
    if mount.mount_propagation not in (None, "None"):
        fault = "may only be specified when mountPropagation is None or not specified"
        yield FieldError.forbidden(path, fault)


def _devices(container: AnyContainer, pod: PodContext, path: str) -> Errors:
    mounts = {mount.name: mount.mount_path for mount in container.volume_mounts}
    names_seen: set[str] = set()
    paths_seen: set[str] = set()
    for index, device in enumerate(container.volume_devices):
        at = f"{path}[{index}]"
        yield from _device_name(device.name, names_seen, pod, f"{at}.name")
        if not device.device_path:
            yield FieldError.required(f"{at}.devicePath")
        if device.device_path in paths_seen:
            yield FieldError.invalid(f"{at}.devicePath", device.device_path, "must be unique")
        if any(no_backsteps(at, device.device_path)):
            fault = "can not contain backsteps ('..')"
            yield FieldError.invalid(f"{at}.devicePath", device.device_path, fault)
        else:
            paths_seen.add(device.device_path)
        if device.name in mounts:
            fault = "must not already exist in volumeMounts"
            yield FieldError.invalid(f"{at}.name", device.name, fault)
        if device.device_path in mounts.values():
            fault = "must not already exist as a path in volumeMounts"
            yield FieldError.invalid(f"{at}.devicePath", device.device_path, fault)


def _device_name(name: str, seen: set[str], pod: PodContext, path: str) -> Errors:
    volume = pod.volumes.get(name)
    if not name:
        yield FieldError.required(path)
    if name in seen:
        yield FieldError.invalid(path, name, "must be unique")
    if volume is None:
        yield FieldError.not_found(path, name)
    elif volume.persistent_volume_claim is None and volume.ephemeral is None:
        fault = "can only use volume source type of PersistentVolumeClaim or Ephemeral "
        yield FieldError.invalid(path, name, f"{fault}for block mode")
    if name:
        seen.add(name)


def _resize_policy(container: AnyContainer, restart_policy: str, path: str) -> Errors:
    seen: set[str] = set()
    for index, policy in enumerate(container.resize_policy):
        if policy.resource_name in seen:
            yield FieldError.duplicate(f"{path}[{index}]", policy.resource_name)
        seen.add(policy.resource_name)
        yield from one_of(path, policy.resource_name, ("cpu", "memory"))
        yield from one_of(path, policy.restart_policy, ("NotRequired", "RestartContainer"))
        if restart_policy == "Never" and policy.restart_policy != "NotRequired":
            fault = "must be 'NotRequired' when pod `restartPolicy` is 'Never'"
            yield FieldError.invalid(path, policy.restart_policy, fault)


def _restart_rules(container: core_v1.Container, path: str) -> Errors:
    """A container's own restart policy, and the exit codes that overrule it."""
    rules = container.restart_policy_rules
    if container.restart_policy is None and rules:
        fault = "must specify restartPolicy when restart rules are used"
        yield FieldError.required(f"{path}.restartPolicy", fault)
    policies = ("Always", "Never", "OnFailure")
    yield from supported(f"{path}.restartPolicy", container.restart_policy, policies)
    if len(rules) > 20:
        yield FieldError.too_many(f"{path}.restartPolicyRules", len(rules), 20)
    for index, rule in enumerate(rules):
        at = f"{path}.restartPolicyRules[{index}]"
        yield from supported(f"{at}.action", rule.action, ("Restart", "RestartAllContainers"))
        if rule.exit_codes is None:
            yield FieldError.required(f"{at}.exitCodes", "must be specified")
            continue
        yield from supported(f"{at}.exitCodes.operator", rule.exit_codes.operator, ("In", "NotIn"))
        if len(rule.exit_codes.values) > 255:
            count = len(rule.exit_codes.values)
            yield FieldError.too_many(f"{at}.exitCodes.values", count, 255)
