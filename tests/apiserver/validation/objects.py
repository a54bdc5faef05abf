"""Good objects of each kind, to be spoilt by the tests one field at a time."""

from __future__ import annotations

from typing import Any

from kubelite.api.apps_v1 import Deployment, ReplicaSet
from kubelite.api.core_v1 import Pod, Service
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.struct import convert
from kubelite.apiserver.defaults import (
    default_deployment,
    default_pod,
    default_replica_set,
    default_service,
)

CONTAINER: dict[str, Any] = {"name": "c", "image": "nginx"}


def pod(meta: dict[str, Any] | None = None, **spec: Any) -> Pod:
    """A good pod with these fields of its spec changed."""
    return default_pod(
        convert(
            Pod,
            {
                "metadata": {"name": "p", "namespace": "default", **(meta or {})},
                "spec": {"containers": [CONTAINER], **spec},
            },
        )
    )


def pod_with(**container: Any) -> Pod:
    """A good pod whose only container has these fields changed."""
    return pod(containers=[{**CONTAINER, **container}])


def deployment(**spec: Any) -> Deployment:
    """A good Deployment with these fields of its spec changed."""
    return default_deployment(convert(Deployment, _workload(spec)))


def replica_set(**spec: Any) -> ReplicaSet:
    """A good ReplicaSet with these fields of its spec changed."""
    return default_replica_set(convert(ReplicaSet, _workload(spec)))


def _workload(spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "metadata": {"name": "web", "namespace": "default", "resourceVersion": "1"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [CONTAINER]},
            },
            **spec,
        },
    }


def service(meta: dict[str, Any] | None = None, **spec: Any) -> Service:
    """A good Service, addresses allocated, with these fields of its spec changed."""
    return default_service(
        convert(
            Service,
            {
                "metadata": {
                    "name": "web",
                    "namespace": "default",
                    "resourceVersion": "1",
                    **(meta or {}),
                },
                "spec": {
                    "selector": {"app": "web"},
                    "ports": [{"port": 80}],
                    "clusterIP": "10.96.0.7",
                    "clusterIPs": ["10.96.0.7"],
                    "ipFamilies": ["IPv4"],
                    "ipFamilyPolicy": "SingleStack",
                    **spec,
                },
            },
        )
    )


def said(errors: list[FieldError]) -> list[str]:
    """The errors as a user reads them."""
    return [str(error) for error in errors]


def where(errors: list[FieldError]) -> list[tuple[str, str]]:
    """Each error's field and kind."""
    return [(error.field, error.body.partition(":")[0]) for error in errors]
