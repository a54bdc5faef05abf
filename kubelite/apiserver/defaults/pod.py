"""Defaults of pods and pod templates.

A template gets what every pod spec has; a pod also gets requests from limits, host ports
and service links.
Models ``pkg/apis/core/v1/defaults.go`` (``SetDefaults_Pod``, ``SetDefaults_PodSpec``, ...).
"""

from __future__ import annotations

from kubelite.api import core_v1
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import with_changes
from kubelite.apiserver.defaults.containers import default_container, default_ephemeral_container
from kubelite.apiserver.defaults.filling import changed, filled, mapped, maybe, rounded
from kubelite.apiserver.defaults.volumes import default_volume
from kubelite.apiserver.validation.resources import (
    is_huge_page,
    may_overcommit,
    total_amounts,
)

_NO_SECURITY_CONTEXT = core_v1.PodSecurityContext()


def default_pod(pod: core_v1.Pod) -> core_v1.Pod:
    """A pod with everything said that was left unsaid."""
    return changed(pod, spec=default_pod_spec(pod.spec))


def default_pod_spec(spec: core_v1.PodSpec) -> core_v1.PodSpec:
    """The spec of a pod: that of a template, and what only a running pod needs."""
    spec = default_template_spec(spec)
    containers = mapped(spec.containers, _requests_from_limits)
    init_containers = mapped(spec.init_containers, _requests_from_limits)
    if spec.host_network:
        containers = mapped(containers, _host_ports)
        init_containers = mapped(init_containers, _host_ports)
    spec = changed(spec, containers=containers, init_containers=init_containers)
    if spec.resources is not None:
        spec = changed(spec, resources=_whole_pod(spec, spec.resources))
    return filled(spec, enable_service_links=True)


def default_pod_template(template: core_v1.PodTemplateSpec) -> core_v1.PodTemplateSpec:
    """A template's spec filled in; what only a pod gets is left for its pods."""
    return changed(template, spec=_template_spec(template.spec))


def default_template_spec(spec: core_v1.PodSpec) -> core_v1.PodSpec:
    """What every pod spec gets, be it a pod's own or a template's."""
    spec = filled(
        spec,
        dns_policy="ClusterFirst",
        restart_policy="Always",
        security_context=_NO_SECURITY_CONTEXT,
        termination_grace_period_seconds=30,
        scheduler_name="default-scheduler",
    )
    return changed(
        spec,
        volumes=mapped(spec.volumes, default_volume),
        containers=mapped(spec.containers, default_container),
        init_containers=mapped(spec.init_containers, default_container),
        ephemeral_containers=mapped(spec.ephemeral_containers, default_ephemeral_container),
        resources=maybe(spec.resources, _round),
        overhead=rounded(spec.overhead),
    )


_template_spec = ByIdentity(default_template_spec)  # a Deployment and its ReplicaSets share one


def _round(resources: core_v1.ResourceRequirements) -> core_v1.ResourceRequirements:
    return changed(
        resources, requests=rounded(resources.requests), limits=rounded(resources.limits)
    )


def _requests_from_limits(container: core_v1.Container) -> core_v1.Container:
    """A request for each resource that has only a limit."""
    resources = container.resources
    if resources.limits.keys() <= resources.requests.keys():
        return container
    missing = {k: v for k, v in resources.limits.items() if k not in resources.requests}
    requests = {**resources.requests, **missing}
    return with_changes(container, resources=with_changes(resources, requests=requests))


def _host_ports(container: core_v1.Container) -> core_v1.Container:
    """On the host's network a container's port is the host's port."""
    return changed(container, ports=mapped(container.ports, _host_port))


def _host_port(port: core_v1.ContainerPort) -> core_v1.ContainerPort:
    return filled(port, host_port=port.container_port)


def _whole_pod(
    spec: core_v1.PodSpec, resources: core_v1.ResourceRequirements
) -> core_v1.ResourceRequirements:
    """Pod-level amounts that follow from the containers' and from each other."""
    limits, requests = dict(resources.limits), dict(resources.requests)
    if not limits and not requests:
        return resources
    container_limits = total_amounts(spec, limits=True)
    for name, amount in container_limits.items():
        if is_huge_page(name) and name not in requests:
            limits.setdefault(name, amount)
    if limits:
        _pod_requests(spec, limits, requests)
    else:
        for name, amount in container_limits.items():
            if name in ("cpu", "memory") and _all_limited(spec, name):
                limits[name] = amount
    return changed(resources, limits=limits, requests=requests)


def _pod_requests(
    spec: core_v1.PodSpec, limits: dict[str, Quantity], requests: dict[str, Quantity]
) -> None:
    for name, amount in total_amounts(spec).items():
        if name in ("cpu", "memory") and may_overcommit(name):
            requests.setdefault(name, amount)
    for name, amount in limits.items():
        if name in ("cpu", "memory") or is_huge_page(name):
            requests.setdefault(name, amount)


def _all_limited(spec: core_v1.PodSpec, name: str) -> bool:
    return all(name in c.resources.limits for c in (*spec.containers, *spec.init_containers))
