"""An Ingress that says nothing of a class gets the default one.

Models plugin/pkg/admission/network/defaultingressclass.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.networking_v1 import Ingress
from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.admission.plugin import Plugin

INGRESSES = "ingresses.networking.k8s.io"
CLASSES = "ingressclasses.networking.k8s.io"
CLASS_ANNOTATION = "kubernetes.io/ingress.class"
DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"


class DefaultIngressClass(Plugin):
    """New Ingresses without a class, in a field or in the old annotation, get the default one."""

    resources = (INGRESSES,)

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The Ingress with its class. Raises StatusError 403 when several are the default."""
        ingress: Ingress = obj
        named = ingress.spec.ingress_class_name is not None
        if old is not None or named or CLASS_ANNOTATION in ingress.metadata.annotations:
            return ingress
        default = [
            c.metadata.name
            for c in self.everything(CLASSES)
            if c.metadata.annotations.get(DEFAULT_CLASS) == "true"
        ]
        if not default:
            return ingress
        if len(default) > 1:
            cause = f"{len(default)} default IngressClasses were found, only 1 allowed"
            cause = f"Internal error occurred: {cause}"
            raise errors.forbidden(INGRESSES, ingress.metadata.name, cause)
        return replace(ingress, spec=replace(ingress.spec, ingress_class_name=default[0]))
