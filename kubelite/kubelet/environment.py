"""A container's environment and command line, with every reference filled in.

Models ``pkg/kubelet/kubelet_pods.go`` (makeEnvironmentVariables) and
``third_party/forked/golang/expansion``. Variables of Services are not set.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any

from kubelite.api.core_v1 import Container, EnvVarSource, Pod
from kubelite.apimachinery.errors import StatusError
from kubelite.client import Client
from kubelite.kubelet.cri import ContainerConfig

_REFERENCE = re.compile(r"\$(\$|\(([-._A-Za-z][-._A-Za-z0-9]*)\))")


class ConfigError(Exception):
    """A reference cannot be filled in; the message is the kubelet's."""


def container_config(
    client: Client, pod: Pod, container: Container, pod_ip: str, host_ip: str, attempt: int
) -> ContainerConfig:
    """What the runtime is to run. Raises ``ConfigError``."""
    env = _environment(client, pod, container, pod_ip, host_ip)
    command, args = container.command, container.args
    if any("$(" in word for word in command + args):
        command = tuple([_expand(word, env) for word in command])
        args = tuple([_expand(word, env) for word in args])
    memory = container.resources.limits.get("memory")
    return ContainerConfig(
        container.name,
        container.image,
        command,
        args,
        tuple(env.items()),
        _ports(container),
        memory.value if memory is not None else 0,
        attempt,
        _ends(pod, container),
        container.tty,
    )


def _ports(container: Container) -> tuple[int, ...]:
    """Those that are declared and, as nobody has to declare any, those that probes ask."""
    ports = [port.container_port for port in container.ports]
    if ports:
        for probe in (container.startup_probe, container.readiness_probe, container.liveness_probe):
            action = probe and (probe.http_get or probe.tcp_socket or probe.grpc)
            if action and isinstance(action.port, int) and action.port not in ports:
                ports.append(action.port)
    return tuple(ports)


def _ends(pod: Pod, container: Container) -> bool:
    """Whether the pod waits for the container's end."""
    spec = pod.spec
    if spec.init_containers and container in spec.init_containers:
        return container.restart_policy != "Always"
    return spec.restart_policy != "Always" and not container.ports


def _environment(
    client: Client, pod: Pod, container: Container, pod_ip: str, host_ip: str
) -> dict[str, str]:
    env = {"HOSTNAME": pod.spec.hostname or pod.metadata.name}
    namespace = pod.metadata.namespace
    for source in container.env_from:
        if ref := source.config_map_ref:
            data = _data(client, "configmaps", namespace, ref.name, ref.optional)
        elif secret := source.secret_ref:
            data = _data(client, "secrets", namespace, secret.name, secret.optional)
        else:
            continue
        env.update({source.prefix + key: value for key, value in data.items()})
    for variable in container.env:
        if variable.value_from is None:
            env[variable.name] = _expand(variable.value, env)
            continue
        value = _value_from(client, pod, container, variable.value_from, pod_ip, host_ip)
        if value is not None:
            env[variable.name] = value
    return env


def _value_from(
    client: Client,
    pod: Pod,
    container: Container,
    source: EnvVarSource,
    pod_ip: str,
    host_ip: str,
) -> str | None:
    if source.field_ref:
        return _field(pod, source.field_ref.field_path, pod_ip, host_ip)
    if ref := source.resource_field_ref:
        kind, _, name = ref.resource.partition(".")
        resources = container.resources
        amount = (resources.limits if kind == "limits" else resources.requests).get(name)
        return "0" if amount is None else str(amount.value)
    for resource, key_ref in (
        ("configmaps", source.config_map_key_ref),
        ("secrets", source.secret_key_ref),
    ):
        if key_ref is not None:
            namespace = pod.metadata.namespace
            data = _data(client, resource, namespace, key_ref.name, key_ref.optional)
            if key_ref.key in data:
                return data[key_ref.key]
            if not key_ref.optional:
                kind = "ConfigMap" if resource == "configmaps" else "Secret"
                raise ConfigError(
                    f"couldn't find key {key_ref.key} in {kind} {namespace}/{key_ref.name}"
                )
    return None


def _field(pod: Pod, path: str, pod_ip: str, host_ip: str) -> str:
    meta = pod.metadata
    found = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path)
    if found:
        held = meta.labels if found[1] == "labels" else meta.annotations
        return held.get(found[2], "")
    return {
        "metadata.name": meta.name,
        "metadata.namespace": meta.namespace,
        "metadata.uid": meta.uid,
        "spec.nodeName": pod.spec.node_name,
        "spec.serviceAccountName": pod.spec.service_account_name,
        "status.hostIP": host_ip,
        "status.podIP": pod_ip,
    }.get(path, "")


def _data(
    client: Client, resource: str, namespace: str, name: str, optional: bool | None
) -> dict[str, str]:
    try:
        found: Any = client.get(resource, name, namespace)
    except StatusError as missing:
        if optional:
            return {}
        singular = resource.removesuffix("s")
        raise ConfigError(f'{singular} "{name}" not found') from missing
    if resource == "secrets":
        return {key: b64decode(value).decode(errors="replace") for key, value in found.data.items()}
    return dict(found.data)


def _expand(text: str, env: dict[str, str]) -> str:
    """``$(NAME)`` becomes the variable's value, or stays when there is none; ``$$`` is ``$``."""

    def replacement(found: re.Match[str]) -> str:
        return "$" if found[1] == "$" else env.get(found[2], found[0])

    return _REFERENCE.sub(replacement, text) if "$" in text else text
