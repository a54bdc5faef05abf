"""The commands under ``create``: name, maker, flags, flags that must be given."""

from __future__ import annotations

from collections.abc import Callable

from kubelite.kubectl.client import Client
from kubelite.kubectl.create import COMMON, Maker, typed
from kubelite.kubectl.creating import access, network, settings, workloads
from kubelite.kubectl.flags import Flag, Given

Row = tuple[Callable[[Client, Given], None], tuple[Flag, ...], tuple[str, ...]]


def _row(
    make: Maker, flags: tuple[Flag, ...] = (), required: tuple[str, ...] = (), wide: bool = False
) -> Row:
    return typed(make, wide), (*COMMON, *flags), required


TABLE: dict[str, Row] = {
    "deployment": _row(workloads.deployment, workloads.DEPLOYMENT, ("image",)),
    "job": _row(workloads.job, workloads.JOB),
    "cronjob": _row(workloads.cronjob, workloads.CRONJOB, ("image", "schedule")),
    "configmap": _row(settings.configmap, settings.SOURCES),
    "secret generic": _row(settings.secret, settings.SECRET),
    "secret docker-registry": _row(settings.registry, settings.REGISTRY),
    "secret tls": _row(settings.tls, settings.TLS),
    "namespace": _row(settings.namespace, wide=True),
    "serviceaccount": _row(settings.serviceaccount),
    "quota": _row(settings.quota, settings.QUOTA),
    "poddisruptionbudget": _row(settings.budget, settings.BUDGET),
    "priorityclass": _row(settings.priorityclass, settings.PRIORITY, ("value",), wide=True),
    "service clusterip": _row(network.service("ClusterIP"), network.CLUSTERIP),
    "service nodeport": _row(network.service("NodePort"), network.NODEPORT),
    "service loadbalancer": _row(network.service("LoadBalancer"), network.LOADBALANCER),
    "service externalname": _row(
        network.service("ExternalName"), network.EXTERNALNAME, ("external-name",)
    ),
    "ingress": _row(network.ingress, network.INGRESS),
    "role": _row(access.role("Role"), access.ROLE),
    "clusterrole": _row(access.role("ClusterRole"), access.CLUSTERROLE, wide=True),
    "rolebinding": _row(access.binding("RoleBinding"), access.ROLEBINDING),
    "clusterrolebinding": _row(
        access.binding("ClusterRoleBinding"), access.CLUSTERROLEBINDING, wide=True
    ),
}
