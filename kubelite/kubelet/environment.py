"""A container's environment and command line, with every reference filled in.

Models ``pkg/kubelet/kubelet_pods.go`` (makeEnvironmentVariables), ``pkg/kubelet/util/env`` and
``third_party/forked/golang/expansion``.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kubelite.api.core_v1 import Container, EnvVarSource, FileKeySelector, Pod
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import replace
from kubelite.client import Client
from kubelite.kubelet.cri import TERMINATION_LOG, ContainerConfig, SandboxConfig
from kubelite.kubelet.envvars import ServiceVariables
from kubelite.kubelet.fieldpath import field, resource
from kubelite.kubelet.hostsfile import hostname, hosts
from kubelite.kubelet.volumes import MountError, VolumeManager

if TYPE_CHECKING:
    from kubelite.kubelet.podworkers import PodWorker

_REFERENCE = re.compile(r"\$(\$|\(([-._A-Za-z][-._A-Za-z0-9]*)\))")
_FILE_LINE = re.compile(r"^[ \t]*([^=#\s]+)='([^']*)'[ \t]*(?:#.*)?(?=\n|\Z)", re.MULTILINE)
_NO_VARIABLES: Mapping[str, str] = {}


class ConfigError(Exception):
    """A reference cannot be filled in; the message is the kubelet's."""


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


def _same_for_all(container: Container) -> ContainerConfig:
    """What every pod of a template starts this container with."""
    limits, requests = container.resources.limits, container.resources.requests
    memory = limits.get("memory")
    return ContainerConfig(
        container.name,
        container.image,
        container.command,
        container.args,
        ports=_ports(container),
        memory_limit=memory.value if memory is not None else 0,
        cpu_limit=limits["cpu"].milli if "cpu" in limits else 0,
        cpu_request=requests["cpu"].milli if "cpu" in requests else 0,
        stop_signal=(container.lifecycle.stop_signal or "") if container.lifecycle else "",
        stdin=container.stdin,
        stdin_once=container.stdin_once,
        message_path=container.termination_message_path or TERMINATION_LOG,
        message_from_logs=container.termination_message_policy == "FallbackToLogsOnError",
        tty=container.tty,
    )


_alike = ByIdentity(_same_for_all)


class Environments:
    """Makes what one node's containers are started with."""

    def __init__(
        self,
        client: Client,
        node: tuple[str, str],
        volumes: VolumeManager,
        services: ServiceVariables | None,
        allocatable: Callable[[], Mapping[str, Quantity]],
        resolv_conf: Callable[[Pod], str],
    ):
        self._client = client
        self._node_name, self._node_ip = node
        self._resolv_conf = resolv_conf
        self._volumes = volumes
        self._services = services
        self._allocatable = allocatable

    def sandbox(self, pod: Pod) -> SandboxConfig:
        """What all containers of a pod have in common."""
        meta, name = pod.metadata, hostname(pod, self._node_name)
        shared = pod.spec.host_network, name, self._resolv_conf(pod)
        return SandboxConfig(meta.uid, meta.namespace, meta.name, *shared)

    def prepare_devices(self, pod: Pod) -> str:
        """Why the pod's devices are not there for it; "" if they are."""
        if not pod.spec.resource_claims:
            return ""
        from kubelite.kubelet.dra import prepare_resources  # few pods have devices

        return prepare_resources(self._client, pod)

    def config(
        self, worker: PodWorker, container: Container, pod_ip: str, attempt: int
    ) -> ContainerConfig:
        """What the runtime is to run. Raises ``ConfigError``."""
        pod = worker.pod
        services = _NO_VARIABLES
        if self._services is not None:
            links = pod.spec.enable_service_links is not False
            services = self._services.of(pod.metadata.namespace, links)
        env = {"HOSTNAME": hostname(pod, self._node_name)}
        if container.env_from or container.env:
            self._fill(env, worker, container, pod_ip, services)
        variables = env
        if services:
            variables = env | {k: v for k, v in services.items() if k not in env}
        config = replace(
            _alike(container),
            env=tuple(variables.items()),
            attempt=attempt,
            ends=_ends(pod, container),
            hosts=hosts(pod, pod_ip, self._node_name),
        )
        if container.volume_mounts:
            config = replace(config, mounts=self._mounts(worker, container, variables))
        if any("$(" in word for word in config.command + config.args):
            command = tuple([expand(word, variables) for word in config.command])
            args = tuple([expand(word, variables) for word in config.args])
            config = replace(config, command=command, args=args)
        return config

    def _mounts(
        self, worker: PodWorker, container: Container, variables: Mapping[str, str]
    ) -> tuple[Any, ...]:
        try:
            return self._volumes.mounts(worker, container, lambda text: _strictly(text, variables))
        except MountError as problem:
            raise ConfigError(str(problem)) from problem

    # DOC: environment
    def _fill(
        self,
        env: dict[str, str],
        worker: PodWorker,
        container: Container,
        pod_ip: str,
        services: Mapping[str, str],
    ) -> None:
        """Whole ConfigMaps and Secrets first, single variables over them, in their order."""
        namespace = worker.pod.metadata.namespace
        for source in container.env_from:
            if ref := source.config_map_ref:
                data = self._data("configmaps", namespace, ref.name, ref.optional)
            elif secret := source.secret_ref:
                data = self._data("secrets", namespace, secret.name, secret.optional)
            else:
                continue
            env.update({source.prefix + key: value for key, value in (data or {}).items()})
        known = ChainMap(env, services)  # type: ignore[arg-type]  # services are only read
        for variable in container.env:
            if variable.value_from is None:
                env[variable.name] = expand(variable.value, known)
                continue
            value = self._value_from(worker, container, variable.value_from, pod_ip)
            if value is not None:
                env[variable.name] = value

    def _value_from(
        self, worker: PodWorker, container: Container, source: EnvVarSource, pod_ip: str
    ) -> str | None:
        pod = worker.pod
        if source.field_ref:
            return field(pod, source.field_ref.field_path, pod_ip, self._node_ip)
        if ref := source.resource_field_ref:
            named = _named(pod, ref.container_name) if ref.container_name else container
            return resource(named, ref, self._allocatable())
        if source.file_key_ref:
            return self._file_key(worker, source.file_key_ref)
        for name, kind, key_ref in (
            ("configmaps", "ConfigMap", source.config_map_key_ref),
            ("secrets", "Secret", source.secret_key_ref),
        ):
            if key_ref is None:
                continue
            namespace = pod.metadata.namespace
            data = self._data(name, namespace, key_ref.name, key_ref.optional)
            if data is not None and key_ref.key in data:
                return data[key_ref.key]
            if not key_ref.optional:
                where = f"{namespace}/{key_ref.name}"
                raise ConfigError(f"couldn't find key {key_ref.key} in {kind} {where}")
        return None

    def _file_key(self, worker: PodWorker, ref: FileKeySelector) -> str | None:
        mounted = self._volumes.mounted(worker, ref.volume_name)
        if mounted is None:
            raise ConfigError(
                f'cannot find the volume "{ref.volume_name}" referenced by FileKeyRef'
            )
        root = "" if mounted.root == "/" else mounted.root
        text = mounted.tree.get(mounted.tree.resolve(f"{root}/{ref.path}"))
        if text is None:
            raise ConfigError("couldn't parse env file")
        value = dict(_FILE_LINE.findall(text)).get(ref.key, "")
        if value:
            return str(value)
        if ref.optional:
            return None
        path = f"/var/lib/kubelet/pods/{worker.uid}/volumes/kubernetes.io~empty-dir"
        path += f"/{ref.volume_name}/{ref.path}"
        raise ConfigError(f'environment variable key "{ref.key}" not found in file "{path}"')

    def _data(
        self, resource: str, namespace: str, name: str, optional: bool | None
    ) -> dict[str, str] | None:
        """What a ConfigMap or Secret holds, None when it may be missing and is."""
        try:
            found: Any = self._client.get(resource, name, namespace)
        except StatusError as missing:
            if optional:
                return None
            raise ConfigError(f'{resource.removesuffix("s")} "{name}" not found') from missing
        if resource == "secrets":
            return {k: b64decode(v).decode(errors="replace") for k, v in found.data.items()}
        return dict(found.data)


def _named(pod: Pod, name: str) -> Container:
    for container in (*pod.spec.containers, *pod.spec.init_containers):
        if container.name == name:
            return container
    raise ConfigError(f"container {name} not found")


def expand(text: str, env: Mapping[str, str]) -> str:
    """``$(NAME)`` becomes the variable's value, or stays when there is none; ``$$`` is ``$``."""

    def replacement(found: re.Match[str]) -> str:
        return "$" if found[1] == "$" else env.get(found[2], found[0])

    return _REFERENCE.sub(replacement, text) if "$" in text else text


def _strictly(text: str, env: Mapping[str, str]) -> str:
    """The same where a variable must be there, as in subPathExpr."""
    for found in _REFERENCE.finditer(text):
        if found[2] and found[2] not in env:
            raise ConfigError(f'missing value for "{found[2]}"')
    return expand(text, env)
