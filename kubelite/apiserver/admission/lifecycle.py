"""NamespaceLifecycle: nothing is created in a namespace that is missing or on its way out.

Models k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go.
"""

from __future__ import annotations

from typing import Any

from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import Request
from kubelite.apiserver.admission.plugin import Plugin

IMMORTAL = ("default", "kube-system", "kube-public")


class NamespaceLifecycle(Plugin):
    """Refuses creations outside living namespaces."""

    def concerns(self, resource: str) -> bool:
        """Every namespaced kind, told by the request."""
        return True

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """404 for a missing namespace, 403 for a terminating one."""
        if old is not None or not request.namespace:
            return obj
        namespace = self.find("namespaces", "", request.namespace)
        if namespace is None:
            raise errors.not_found("namespaces", request.namespace)
        if namespace.metadata.deletion_timestamp is not None:
            raise errors.forbidden(
                request.resource,
                obj.metadata.name,
                f"unable to create new content in namespace {request.namespace} "
                "because it is being terminated",
            )
        return obj

    def admit_deletion(self, request: Request) -> None:
        """The namespaces that the cluster itself needs stay."""
        if request.resource == "namespaces" and request.name in IMMORTAL:
            raise errors.forbidden("namespaces", request.name, "this namespace may not be deleted")
