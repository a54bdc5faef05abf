"""Manifests for clusters of tests."""

from __future__ import annotations

from typing import Any

READY = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1}


def deployment(
    name: str = "web",
    replicas: int = 3,
    image: str = "shop:1.0",
    env: dict[str, str] | None = None,
    probe: dict[str, Any] | None = None,
    pod: dict[str, Any] | None = None,
    container: dict[str, Any] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """A Deployment of the shop; ``pod`` and ``container`` add to their specs."""
    shop = {
        "name": "shop",
        "image": image,
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": [{"name": key, "value": value} for key, value in (env or {}).items()],
        "readinessProbe": probe or READY,
        **(container or {}),
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [shop], **(pod or {})},
            },
            **spec,
        },
    }


def stateful_set(name: str = "db", replicas: int = 3, **spec: Any) -> dict[str, Any]:
    """A StatefulSet of the shop, and the name of the Service it belongs to."""
    mould = deployment(name, replicas, serviceName=name, **spec)
    return {**mould, "kind": "StatefulSet"}


def daemon_set(name: str = "log", **spec: Any) -> dict[str, Any]:
    """A DaemonSet of the shop."""
    mould = deployment(name, **spec)
    del mould["spec"]["replicas"]
    return {**mould, "kind": "DaemonSet"}


def service(name: str = "web", **spec: Any) -> dict[str, Any]:
    """A Service in front of the Deployment of the same name."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {
            "selector": {"app": name},
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
            **spec,
        },
    }


def rolling(surge: int | str, unavailable: int | str) -> dict[str, Any]:
    """A strategy of a Deployment."""
    limits = {"maxSurge": surge, "maxUnavailable": unavailable}
    return {"type": "RollingUpdate", "rollingUpdate": limits}


def image(name: str) -> dict[str, Any]:
    """A strategic merge patch: the same Deployment with another image."""
    containers = [{"name": "shop", "image": name}]
    return {"spec": {"template": {"spec": {"containers": containers}}}}
