"""The variables by which a container finds Services without asking DNS.

Only the Services that exist when a container starts are there. Models
``pkg/kubelet/envvars/envvars.go`` and getServiceEnvVarMap of ``pkg/kubelet/kubelet_pods.go``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubelite.api.core_v1 import Service
from kubelite.client import Informer

MASTER = ("default", "kubernetes")
"""The Service whose variables every container gets, whatever the pod says."""


class ServiceVariables:
    """Variables of all Services, by the namespace a pod lives in. One for all kubelets."""

    def __init__(self, services: Informer):
        self._services = services
        self._known: dict[tuple[str, bool], Mapping[str, str]] = {}
        services.on(add=self._forget, update=self._forget, delete=self._forget)

    def of(self, namespace: str, links: bool) -> Mapping[str, str]:
        """The variables for a pod; ``links`` is its enableServiceLinks."""
        found = self._known.get((namespace, links))
        if found is None:
            found = self._known[namespace, links] = self._make(namespace, links)
        return found

    def _make(self, namespace: str, links: bool) -> Mapping[str, str]:
        chosen: dict[str, Service] = {}
        for service in self._services.items():
            meta = service.metadata
            if service.spec.cluster_ip in ("", "None"):
                continue
            if (meta.namespace, meta.name) == MASTER:
                chosen.setdefault(meta.name, service)
            elif meta.namespace == namespace and links:
                chosen[meta.name] = service
        return {key: value for name in sorted(chosen) for key, value in variables(chosen[name])}

    def _forget(self, *_: object) -> None:
        self._known.clear()


# DOC: service-variables
def variables(service: Service) -> Iterator[tuple[str, str]]:
    """The variables of one Service: its own, and those that Docker's links had."""
    prefix, ip = variable_name(service.metadata.name), service.spec.cluster_ip
    ports = service.spec.ports
    yield f"{prefix}_SERVICE_HOST", ip
    yield f"{prefix}_SERVICE_PORT", str(ports[0].port)
    for port in ports:
        if port.name:
            yield f"{prefix}_SERVICE_PORT_{variable_name(port.name)}", str(port.port)
    for number, port in enumerate(ports):
        protocol = port.protocol or "TCP"
        address = f"{protocol.lower()}://{ip}:{port.port}"
        if number == 0:
            yield f"{prefix}_PORT", address
        link = f"{prefix}_PORT_{port.port}_{protocol.upper()}"
        yield link, address
        yield f"{link}_PROTO", protocol.lower()
        yield f"{link}_PORT", str(port.port)
        yield f"{link}_ADDR", ip


def variable_name(name: str) -> str:
    """A Service's name as the beginning of a variable's."""
    changed = name.replace(".", "_").replace("-", "_").upper()
    return f"_{changed}" if changed[:1].isdigit() else changed
