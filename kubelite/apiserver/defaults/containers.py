"""Defaults of containers, their ports, probes and variables.

Models ``SetDefaults_Container``, ``SetDefaults_Probe``, ``SetDefaults_HTTPGetAction`` and
their neighbours in ``pkg/apis/core/v1/defaults.go``.
"""

from __future__ import annotations

from typing import TypeVar

from kubelite.api import core_v1
from kubelite.apiserver.defaults.filling import changed, filled, mapped, maybe, rounded

Handled = TypeVar("Handled", core_v1.Probe, core_v1.LifecycleHandler)
AnyContainer = TypeVar("AnyContainer", core_v1.Container, core_v1.EphemeralContainer)


def default_container(container: core_v1.Container) -> core_v1.Container:
    """Pull policy, termination message, and all that its parts leave unsaid."""
    return _default_parts(container)


def default_ephemeral_container(
    container: core_v1.EphemeralContainer,
) -> core_v1.EphemeralContainer:
    """The same for a container added for debugging."""
    return _default_parts(container)


def _default_parts(container: AnyContainer) -> AnyContainer:
    container = filled(
        container,
        image_pull_policy=default_pull_policy(container.image),
        termination_message_path="/dev/termination-log",
        termination_message_policy="File",
    )
    resources = container.resources
    return changed(
        container,
        ports=mapped(container.ports, _port),
        env=mapped(container.env, _variable),
        resources=changed(
            resources, requests=rounded(resources.requests), limits=rounded(resources.limits)
        ),
        liveness_probe=maybe(container.liveness_probe, _probe),
        readiness_probe=maybe(container.readiness_probe, _probe),
        startup_probe=maybe(container.startup_probe, _probe),
        lifecycle=maybe(container.lifecycle, _lifecycle),
    )


def default_pull_policy(image: str) -> str:
    """``Always`` for a moving tag (``latest``, or none at all), else ``IfNotPresent``."""
    repository, _, digest = image.partition("@")
    tag = repository.rpartition("/")[2].partition(":")[2]
    moving = not digest if not tag else tag == "latest"
    return "Always" if moving else "IfNotPresent"


def _port(port: core_v1.ContainerPort) -> core_v1.ContainerPort:
    return filled(port, protocol="TCP")


def _variable(variable: core_v1.EnvVar) -> core_v1.EnvVar:
    source = variable.value_from
    if source is None or source.field_ref is None:
        return variable
    source = changed(source, field_ref=filled(source.field_ref, api_version="v1"))
    return changed(variable, value_from=source)


def _probe(probe: core_v1.Probe) -> core_v1.Probe:
    probe = filled(
        probe, timeout_seconds=1, period_seconds=10, success_threshold=1, failure_threshold=3
    )
    return changed(_handler(probe), grpc=maybe(probe.grpc, _grpc))


def _handler(owner: Handled) -> Handled:
    return changed(owner, http_get=maybe(owner.http_get, _http_get))


def _http_get(action: core_v1.HTTPGetAction) -> core_v1.HTTPGetAction:
    return filled(action, path="/", scheme="HTTP")


def _grpc(action: core_v1.GRPCAction) -> core_v1.GRPCAction:
    return filled(action, service="")


def _lifecycle(lifecycle: core_v1.Lifecycle) -> core_v1.Lifecycle:
    return changed(
        lifecycle,
        post_start=maybe(lifecycle.post_start, _handler),
        pre_stop=maybe(lifecycle.pre_stop, _handler),
    )
