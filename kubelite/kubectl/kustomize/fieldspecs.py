"""Where in objects labels, annotations, names and namespaces are: kustomize's built-in tables.

Models api/konfig/builtinpluginconsts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from kubelite.kubectl.kustomize.resources import Document, Resource


class FieldSpec(NamedTuple):
    """A place in objects of a kind; lists on the way are gone through."""

    path: str
    kind: str = ""
    create: bool = False
    group: str | None = None
    version: str = ""

    def fits(self, resource: Resource) -> bool:
        """Whether it speaks of such objects."""
        return (
            self.kind in ("", resource.kind)
            and self.group in (None, "", resource.group)
            and self.version in ("", resource.version)
        )


_SLASH = re.compile(r"(?<!\\)/")
_POD_TERMS = "requiredDuringSchedulingIgnoredDuringExecution/labelSelector"
_WEIGHED = "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector"
_TEMPLATED = ("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet")
_SELECTING = ("Deployment", "StatefulSet")

TEMPLATE_LABELS = (
    FieldSpec("metadata/labels", create=True),
    FieldSpec("spec/template/metadata/labels", "ReplicationController", True, version="v1"),
    *(FieldSpec("spec/template/metadata/labels", kind, True) for kind in _TEMPLATED),
    FieldSpec("spec/volumeClaimTemplates/metadata/labels", "StatefulSet", True, "apps"),
    FieldSpec("spec/template/metadata/labels", "Job", True, "batch"),
    FieldSpec("spec/jobTemplate/metadata/labels", "CronJob", True, "batch"),
    FieldSpec("spec/jobTemplate/spec/template/metadata/labels", "CronJob", True, "batch"),
)
LABELS = (
    *TEMPLATE_LABELS,
    FieldSpec("spec/selector", "Service", True, version="v1"),
    FieldSpec("spec/selector", "ReplicationController", True, version="v1"),
    *(FieldSpec("spec/selector/matchLabels", kind, True) for kind in _TEMPLATED),
    *(
        FieldSpec(f"spec/template/spec/affinity/{side}/{term}/matchLabels", kind, False, "apps")
        for kind in _SELECTING
        for side in ("podAffinity", "podAntiAffinity")
        for term in (_POD_TERMS, _WEIGHED)
    ),
    *(
        FieldSpec(
            "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
            kind,
            False,
            "apps",
        )
        for kind in _SELECTING
    ),
    FieldSpec("spec/selector/matchLabels", "Job", False, "batch"),
    FieldSpec("spec/jobTemplate/spec/selector/matchLabels", "CronJob", False, "batch"),
    FieldSpec("spec/selector/matchLabels", "PodDisruptionBudget", False, "policy"),
    FieldSpec("spec/podSelector/matchLabels", "NetworkPolicy", False, "networking.k8s.io"),
    *(
        FieldSpec(
            f"spec/{way}/podSelector/matchLabels", "NetworkPolicy", False, "networking.k8s.io"
        )
        for way in ("ingress/from", "egress/to")
    ),
)
ANNOTATIONS = (
    FieldSpec("metadata/annotations", create=True),
    FieldSpec("spec/template/metadata/annotations", "ReplicationController", True, version="v1"),
    *(FieldSpec("spec/template/metadata/annotations", kind, True) for kind in _TEMPLATED),
    FieldSpec("spec/template/metadata/annotations", "Job", True, "batch"),
    FieldSpec("spec/jobTemplate/metadata/annotations", "CronJob", True, "batch"),
    FieldSpec("spec/jobTemplate/spec/template/metadata/annotations", "CronJob", True, "batch"),
)
REPLICATED = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
NAMESPACES = (
    FieldSpec("metadata/name", "Namespace", True),
    FieldSpec("spec/service/namespace", "APIService", True, "apiregistration.k8s.io"),
    FieldSpec(
        "spec/conversion/webhook/clientConfig/service/namespace",
        "CustomResourceDefinition",
        False,
        "apiextensions.k8s.io",
    ),
)
_IN_A_POD = {
    "ConfigMap": (
        *("volumes/configMap/name", "volumes/projected/sources/configMap/name"),
        *("containers/env/valueFrom/configMapKeyRef/name", "containers/envFrom/configMapRef/name"),
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "initContainers/envFrom/configMapRef/name",
    ),
    "Secret": (
        *("volumes/secret/secretName", "volumes/projected/sources/secret/name"),
        *("containers/env/valueFrom/secretKeyRef/name", "containers/envFrom/secretRef/name"),
        *(
            "initContainers/env/valueFrom/secretKeyRef/name",
            "initContainers/envFrom/secretRef/name",
        ),
        "imagePullSecrets/name",
    ),
    "ServiceAccount": ("serviceAccountName",),
    "PersistentVolumeClaim": ("volumes/persistentVolumeClaim/claimName",),
    "PriorityClass": ("priorityClassName",),
}
_POD_SPECS = {
    "Pod": "spec",
    **dict.fromkeys((*_TEMPLATED, "Job", "ReplicationController"), "spec/template/spec"),
    "CronJob": "spec/jobTemplate/spec/template/spec",
}
_RBAC = "rbac.authorization.k8s.io"
_AUTH = "metadata/annotations/nginx.ingress.kubernetes.io\\/"


def _scaled() -> Iterator[tuple[str, FieldSpec]]:
    for kind in REPLICATED:
        yield kind, FieldSpec("spec/scaleTargetRef/name", "HorizontalPodAutoscaler")


def _in_pods() -> Iterator[tuple[str, FieldSpec]]:
    for kind, paths in _IN_A_POD.items():
        for owner, spec in _POD_SPECS.items():
            for path in paths:
                yield kind, FieldSpec(f"{spec}/{path}", owner)


def _others() -> Iterator[tuple[str, FieldSpec]]:
    for kind in ("ConfigMap", "Secret"):
        yield kind, FieldSpec("rules/resourceNames", "Role")
        yield kind, FieldSpec("rules/resourceNames", "ClusterRole")
    yield "ConfigMap", FieldSpec(f"{_AUTH}fastcgi-params-configmap", "Ingress")
    yield "Secret", FieldSpec("spec/tls/secretName", "Ingress")
    yield "Secret", FieldSpec(f"{_AUTH}auth-secret", "Ingress")
    yield "Secret", FieldSpec(f"{_AUTH}auth-tls-secret", "Ingress")
    yield "Secret", FieldSpec("imagePullSecrets/name", "ServiceAccount")
    yield "Service", FieldSpec("spec/serviceName", "StatefulSet", group="apps")
    yield "Service", FieldSpec("spec/rules/http/paths/backend/service/name", "Ingress")
    yield "Service", FieldSpec("spec/defaultBackend/service/name", "Ingress")
    yield "Service", FieldSpec("spec/service/name", "APIService")
    for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        yield "Service", FieldSpec("webhooks/clientConfig/service", kind)
    yield "Role", FieldSpec("roleRef/name", "RoleBinding", group=_RBAC)
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        yield "ClusterRole", FieldSpec("roleRef/name", kind, group=_RBAC)
        yield "ServiceAccount", FieldSpec("subjects", kind, group=_RBAC)
    yield "PersistentVolume", FieldSpec("spec/volumeName", "PersistentVolumeClaim")
    for kind in ("PersistentVolume", "PersistentVolumeClaim"):
        yield "StorageClass", FieldSpec("spec/storageClassName", kind)
    claims = "spec/volumeClaimTemplates/spec/storageClassName"
    yield "StorageClass", FieldSpec(claims, "StatefulSet")
    yield "IngressClass", FieldSpec("spec/ingressClassName", "Ingress")


REFERENCES = (*_scaled(), *_in_pods(), *_others())
"""Whose name stands where: the kind that is meant, and the field that means it."""

Holder = Document | list[Any]


def visit(
    resource: Resource, spec: FieldSpec, action: Callable[[Any, Any], object], empty: Any = None
) -> None:
    """``action(holder, key)`` for each field the spec means; a missing one is made ``empty``."""
    if spec.fits(resource):
        keys = [key.replace("\\/", "/") for key in _SLASH.split(spec.path)]
        _walk(resource.content, keys, spec.create, action, empty)


def _walk(
    holder: Any, keys: list[str], create: bool, action: Callable[[Any, Any], object], empty: Any
) -> None:
    if isinstance(holder, list):
        for item in holder:
            _walk(item, keys, create, action, empty)
        return
    if not isinstance(holder, dict):
        return
    key, rest = keys[0], keys[1:]
    if holder.get(key) is None:
        if not create:
            return
        holder[key] = {} if rest else type(empty)()
    if rest:
        _walk(holder[key], rest, create, action, empty)
    else:
        action(holder, key)
