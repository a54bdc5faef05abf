"""Claims get the default class; what is in use is protected; only what can grow may grow.

Models plugin/pkg/admission/storage/{storageclass/setdefault,storageobjectinuseprotection,
persistentvolume/resize}.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import PersistentVolumeClaim
from kubelite.api.storage_v1 import StorageClass
from kubelite.api.volumes import (
    BETA_STORAGE_CLASS,
    CLAIMS,
    CLASSES,
    VOLUMES,
    class_of_claim,
    default_class,
    requested,
)
from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.admission.plugin import Plugin

PVC_PROTECTION = "kubernetes.io/pvc-protection"
PV_PROTECTION = "kubernetes.io/pv-protection"


class StorageObjectInUseProtection(Plugin):
    """New volumes and claims are held by a finalizer until nobody uses them."""

    resources = (VOLUMES, CLAIMS)

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The object with its finalizer."""
        finalizer = PV_PROTECTION if request.resource == VOLUMES else PVC_PROTECTION
        meta = obj.metadata
        if old is not None or finalizer in meta.finalizers:
            return obj
        return replace(obj, metadata=replace(meta, finalizers=(*meta.finalizers, finalizer)))


class DefaultStorageClass(Plugin):
    """New claims that say nothing of a class get the default one, if there is one."""

    resources = (CLAIMS,)

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The claim with its class. "" is an answer: no class."""
        claim: PersistentVolumeClaim = obj
        named = claim.spec.storage_class_name is not None
        if old is not None or named or BETA_STORAGE_CLASS in claim.metadata.annotations:
            return claim
        found = default_class(self.everything(CLASSES))
        if found is None:
            return claim
        return replace(claim, spec=replace(claim.spec, storage_class_name=found.metadata.name))


class PersistentVolumeClaimResize(Plugin):
    """A claim may ask for more only where its class lets volumes grow."""

    resources = (CLAIMS,)

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The claim as it is. Raises StatusError 403."""
        if old is None or request.subresource or requested(obj) <= requested(old):
            return obj
        if old.status.phase != "Bound":
            return obj
        found: StorageClass | None = self.find(CLASSES, "", class_of_claim(obj))
        if found is None or not found.allow_volume_expansion:
            cause = (
                "only dynamically provisioned pvc can be resized and the storageclass that "
                "provisions the pvc must support resize"
            )
            raise errors.forbidden(CLAIMS, obj.metadata.name, cause)
        return obj
