"""Containers, as the descriptions of pods and of templates show them.

Models ``describeContainers`` and ``DescribeProbe`` of ``k8s.io/kubectl/pkg/describe``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kubelite.api.core_v1 import (
    Container,
    ContainerPort,
    ContainerState,
    ContainerStatus,
    EnvVar,
    Pod,
    Probe,
    ResourceFieldSelector,
    ResourceRequirements,
)
from kubelite.api.core_v1.container_status import ContainerStateTerminated
from kubelite.apimachinery.quantity import Quantity
from kubelite.kubectl.describe.page import NONE, Page, moment, plain


def put_containers(
    page: Page,
    title: str,
    containers: Iterable[Any],
    statuses: Iterable[ContainerStatus] = (),
    pod: Pod | None = None,
    space: str = "",
) -> None:
    """All containers of one sort; ``pod`` is whose fields variables may show."""
    known = {status.name: status for status in statuses}
    containers = tuple(containers)
    page.write(0, f"{space}{title}:{'' if containers else ' ' + NONE}\n")
    for container in containers:
        status = known.get(container.name)
        page.write(1, f"{space and ' '}{container.name}:\n")
        _put_what_it_is(page, container, status)
        _put_words(page, "Command", container.command)
        _put_words(page, "Args", container.args)
        if status is not None:
            _put_state(page, "State", status.state)
            if status.last_state.terminated is not None:
                _put_state(page, "Last State", status.last_state)
            page.field(2, "Ready", status.ready)
            page.field(2, "Restart Count", status.restart_count)
        put_resources(page, container.resources, 2)
        _put_probes(page, container)
        _put_environment_from(page, container)
        _put_environment(page, container, pod)
        _put_mounts(page, container)


def _put_what_it_is(page: Page, container: Container, status: ContainerStatus | None) -> None:
    if status is not None:
        page.field(2, "Container ID", status.container_id)
    page.field(2, "Image", container.image)
    if status is not None:
        page.field(2, "Image ID", status.image_id)
    inner = ", ".join(_port(port, port.container_port) for port in container.ports)
    outer = ", ".join(_port(port, port.host_port) for port in container.ports)
    page.field(2, "Ports" if "," in inner else "Port", inner or NONE)
    page.field(2, "Host Ports" if "," in outer else "Host Port", outer or NONE)
    context = container.security_context
    if context is not None and context.seccomp_profile is not None:
        page.field(2, "SeccompProfile", context.seccomp_profile.type)
        if context.seccomp_profile.type == "Localhost":
            page.field(3, "LocalhostProfile", context.seccomp_profile.localhost_profile)


def _port(port: ContainerPort, number: int) -> str:
    name = f" ({port.name})" if port.name else ""
    return f"{number}/{port.protocol}{name}"


def _put_words(page: Page, title: str, words: Iterable[str]) -> None:
    lines = [line for word in words for line in word.split("\n")]
    if lines:
        page.write(2, f"{title}:\n")
    for line in lines:
        page.write(3, f"{line}\n")


def _put_state(page: Page, title: str, state: ContainerState) -> None:
    if state.running is not None:
        page.field(2, title, "Running")
        page.field(3, "Started", moment(state.running.started_at))
    elif state.waiting is not None or state.terminated is None:
        page.field(2, title, "Waiting")
        if state.waiting is not None and state.waiting.reason:
            page.field(3, "Reason", state.waiting.reason)
    else:
        page.field(2, title, "Terminated")
        _put_end(page, state.terminated)


def _put_end(page: Page, ended: ContainerStateTerminated) -> None:
    if ended.reason:
        page.field(3, "Reason", ended.reason)
    if ended.message:
        page.field(3, "Message", ended.message)
    page.field(3, "Exit Code", ended.exit_code)
    if ended.signal > 0:
        page.field(3, "Signal", ended.signal)
    page.field(3, "Started", moment(ended.started_at))
    page.field(3, "Finished", moment(ended.finished_at))


def put_resources(page: Page, resources: ResourceRequirements | None, level: int) -> None:
    """Limits, then requests."""
    if resources is None:
        return
    for title, amounts in (("Limits", resources.limits), ("Requests", resources.requests)):
        if amounts:
            page.write(level, f"{title}:\n")
        for name in sorted(amounts):
            page.field(level + 1, name, amounts[name])


# Probes


def _put_probes(page: Page, container: Container) -> None:
    for title, probe in (
        ("Liveness", container.liveness_probe),
        ("Readiness", container.readiness_probe),
        ("Startup", container.startup_probe),
    ):
        if probe is not None:
            page.field(2, title, _probe(probe))


def _probe(probe: Probe) -> str:
    return (
        f"{_question(probe)} delay={probe.initial_delay_seconds}s timeout={probe.timeout_seconds}s"
        f" period={probe.period_seconds}s successThreshold={probe.success_threshold}"
        f" failureThreshold={probe.failure_threshold}"
    )


def _question(probe: Probe) -> str:
    if probe.exec is not None:
        return f"exec {plain(probe.exec.command)}"
    if (http := probe.http_get) is not None:
        host = f"[{http.host}]" if ":" in http.host else http.host
        path = http.path if http.path.startswith("/") or not http.path else f"/{http.path}"
        return f"http-get {http.scheme.lower()}://{host}:{http.port}{_escaped(path)}"
    if (tcp := probe.tcp_socket) is not None:
        return f"tcp-socket {tcp.host}:{tcp.port}"
    if (grpc := probe.grpc) is not None:
        return f"grpc <pod>:{grpc.port} {grpc.service or ''}"
    return "unknown"


def _escaped(path: str) -> str:
    """A path as Go's URLs write it."""
    kept = "$&+,/:;=@-_.~!'()*[]"
    return "".join(
        char if char.isascii() and (char.isalnum() or char in kept) else _percent(char)
        for char in path
    )


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode())


# Environment


def _put_environment_from(page: Page, container: Container) -> None:
    if not container.env_from:
        return
    page.write(2, "Environment Variables from:\n")
    for one in container.env_from:
        source = one.config_map_ref or one.secret_ref
        kind = "ConfigMap" if one.config_map_ref else "Secret" if one.secret_ref else ""
        prefix = f" with prefix '{one.prefix}'" if one.prefix else ""
        optional = plain(bool(source and source.optional))
        page.row(3, source.name if source else "", kind + prefix, f"Optional: {optional}")


def _put_environment(page: Page, container: Container, pod: Pod | None) -> None:
    page.write(2, "Environment:\n" if container.env else f"Environment:\t{NONE}\n")
    for variable in container.env:
        if variable.value_from is None:
            first, *rest = variable.value.split("\n")
            page.field(3, variable.name, first)
            for line in rest:
                page.write(3, f"\t{line}\n")
        else:
            _put_source(page, container, variable, pod)


def _put_source(page: Page, container: Container, variable: EnvVar, pod: Pod | None) -> None:
    source = variable.value_from
    assert source is not None
    if (field := source.field_ref) is not None:
        value = _field(pod, field.field_path) if pod is not None else ""
        said = f"{value} ({field.api_version}:{field.field_path})"
        page.field(3, variable.name, said)
    elif (amount := source.resource_field_ref) is not None:
        page.field(3, variable.name, f"{_resource(container, amount)} ({amount.resource})")
    elif (secret := source.secret_key_ref) is not None:
        where = f"<set to the key '{secret.key}' in secret '{secret.name}'>"
        page.row(3, f"{variable.name}:", where, f"Optional: {plain(bool(secret.optional))}")
    elif (config := source.config_map_key_ref) is not None:
        where = f"<set to the key '{config.key}' of config map '{config.name}'>"
        page.row(3, f"{variable.name}:", where, f"Optional: {plain(bool(config.optional))}")


def _field(pod: Pod, path: str) -> str:
    """A field of the pod: of all that variables may show, kubectl knows these two."""
    meta = pod.metadata
    return {"metadata.name": meta.name, "metadata.namespace": meta.namespace}.get(path, "")


def _resource(container: Container, asked: ResourceFieldSelector) -> str:
    """An amount in units of the divisor, rounded up."""
    kind, _, name = asked.resource.partition(".")
    if name not in ("cpu", "memory", "ephemeral-storage"):
        return ""
    resources = container.resources
    amounts = resources.limits if kind == "limits" else resources.requests
    amount = amounts.get(name, Quantity.of(0))
    divisor = asked.divisor if asked.divisor else Quantity.of(1)
    of, by = (amount.milli, divisor.milli) if name == "cpu" else (amount.value, divisor.value)
    value = -(-of // by)
    if not value and asked.resource in ("limits.cpu", "limits.memory"):
        return "node allocatable"
    return str(value)


def _put_mounts(page: Page, container: Container) -> None:
    none = "" if container.volume_mounts else f"\t{NONE}"
    page.write(2, f"Mounts:{none}\n")
    for mount in sorted(container.volume_mounts, key=lambda mount: mount.mount_path):
        flags = "ro" if mount.read_only else "rw"
        if mount.sub_path:
            flags += f",path={json.dumps(mount.sub_path, ensure_ascii=False)}"
        page.write(3, f"{mount.mount_path} from {mount.name} ({flags})\n")
    if container.volume_devices:
        page.write(2, f"Devices:{none}\n")
        for device in sorted(container.volume_devices, key=lambda device: device.device_path):
            page.write(3, f"{device.device_path} from {device.name}\n")
