"""``kubectl port-forward``: a port of this computer that leads to a port of a pod.

The socket belongs to the edge, and to a clock that runs by itself: while ``cluster.serve()`` does.
So the command returns at once, and the port stays open until serving ends.
Models pkg/cmd/portforward/portforward.go and client-go/tools/portforward.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from kubelite.api.core_v1 import Pod, Service
from kubelite.kubectl.client import Client
from kubelite.kubectl.containers import info_of, pod_of
from kubelite.kubectl.flags import DURATION, WORDS, Flag, Given
from kubelite.kubectl.result import CommandError, usage_error

FLAGS = (Flag("address", WORDS, ("localhost",)), Flag("pod-running-timeout", DURATION, 60.0))
_UNSERVED = (
    "nothing can come in from outside while the clock stands still: call cluster.serve() first, or "
    "ask from inside with cluster.request() or kubectl exec"
)
_LOOPBACK = {"localhost": "127.0.0.1", "127.0.0.1": "127.0.0.1", "::1": "::1"}


class Pair(NamedTuple):
    """A port here (0 for any that is free) and one of the pod."""

    local: int
    remote: int


def forward(client: Client, given: Given) -> None:
    """Open ports of this computer that lead to a pod."""
    if len(given.words) < 2:
        raise usage_error(given.path, "TYPE/NAME and list of ports are required for port-forward")
    if given["pod-running-timeout"] <= 0:
        raise usage_error(given.path, "--pod-running-timeout must be higher than zero")
    info = info_of(client, given.words[0])
    pod = pod_of(client, info, given["pod-running-timeout"], what="attach to")
    service = info.obj if isinstance(info.obj, Service) else None
    asked = [_translated(word, service, pod) for word in given.words[1:]]
    if pod.status.phase != "Running":
        raise CommandError(
            f"unable to forward port because pod is not running. Current status={pod.status.phase}"
        )
    pairs = [_pair(word) for word in asked]
    hosts = [_host(address) for address in given["address"]]
    opening = client.cluster.forwarding
    if opening is None:
        raise CommandError(_UNSERVED)
    meta = pod.metadata
    tunnel = client.ask(
        "create", "pods", meta.namespace, meta.name, subresource="portforward"
    ).unwrap()
    for pair in pairs:
        for host in hosts:
            _open(client, opening, tunnel, host, pair)


def _open(client: Client, opening: Any, tunnel: Any, host: str, pair: Pair) -> None:
    try:
        local = opening(tunnel, host, pair.local, pair.remote)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        client.err.append(
            f"Unable to listen on port {pair.local}: Listeners failed to create with the following "
            f"errors: [unable to create listener: Error listen tcp4 {host}:{pair.local}: bind: "
            f"{reason}]\n"
        )
        raise CommandError(
            f"unable to listen on any of the requested ports: [{{{pair.local} {pair.remote}}}]"
        ) from error
    shown = f"[{host}]" if ":" in host else host
    client.say(f"Forwarding from {shown}:{local} -> {pair.remote}")


def _host(address: str) -> str:
    """Only this computer may come in."""
    if address not in _LOOPBACK:
        raise CommandError(f"{address} is not this computer: a port is opened on loopback only")
    return _LOOPBACK[address]


def _split(word: str) -> tuple[str, str]:
    parts = word.split(":")
    return (parts[0], parts[1]) if len(parts) == 2 else (parts[0], parts[0])


def _translated(word: str, service: Service | None, pod: Pod) -> str:
    """Numbers in the place of names, and the pod's port in the place of the Service's."""
    local, remote = _split(word)
    if service is None:
        number = _number(pod, remote)
    else:
        number = _target(service, pod, remote)
        local = str(_named(service, remote)) if local == remote else local
        return number if local == number else f"{local}:{number}"
    return number if local == remote else f"{local}:{number}"


def _number(pod: Pod, remote: str) -> str:
    if not remote:
        raise CommandError("remote port cannot be empty")
    number = remote if remote.lstrip("+-").isdigit() else str(_of_container(pod, remote))
    protocols = {
        port.protocol
        for container in pod.spec.containers
        for port in container.ports
        if str(port.container_port) == number
    }
    if protocols == {"UDP"}:
        raise CommandError(f"UDP protocol is not supported for {remote}")
    return number


def _of_container(pod: Pod, name: str) -> int:
    for container in pod.spec.containers:
        for port in container.ports:
            if port.name == name:
                return port.container_port
    raise CommandError(f"Pod '{pod.metadata.name}' does not have a named port '{name}'")


def _named(service: Service, remote: str) -> int:
    if remote.isdigit():
        return int(remote)
    for port in service.spec.ports:
        if port.name == remote:
            return port.port
    raise CommandError(f"Service '{service.metadata.name}' does not have a named port '{remote}'")


def _target(service: Service, pod: Pod, remote: str) -> str:
    number = _named(service, remote)
    ports = [port for port in service.spec.ports if port.port == number]
    if ports and all(port.protocol == "UDP" for port in ports):
        raise CommandError(f"UDP protocol is not supported for {remote}")
    if not ports:
        raise CommandError(f"Service {service.metadata.name} does not have a service port {number}")
    target = ports[0].target_port
    if service.spec.cluster_ip == "None":
        return str(number)
    if isinstance(target, int):
        return str(target or number)
    return str(_of_container(pod, target))


def _pair(word: str) -> Pair:
    local, remote = _split(word)
    if local == "":
        local = "0"
    numbers = [_port(kind, text) for kind, text in (("local", local), ("remote", remote))]
    if not numbers[1]:
        raise CommandError("remote port must be > 0")
    return Pair(*numbers)


def _port(kind: str, text: str) -> int:
    if not text.isdigit():
        problem = f'strconv.ParseUint: parsing "{text}": invalid syntax'
    elif int(text) > 65535:
        problem = f'strconv.ParseUint: parsing "{text}": value out of range'
    else:
        return int(text)
    raise CommandError(f"error parsing {kind} port '{text}': {problem}")
