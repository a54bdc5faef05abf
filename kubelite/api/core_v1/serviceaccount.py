"""ServiceAccount: who a pod is when it asks the API server. Models ``k8s.io/api/core/v1``."""

from __future__ import annotations

from typing import Annotated

from kubelite.api.core_v1.reference import LocalObjectReference, ObjectReference
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import merge_on, written


class ServiceAccount(Object, kw_only=True):
    """An identity for programs; every namespace has one called ``default``."""

    api_version: str = written("v1")
    kind: str = written("ServiceAccount")
    secrets: Annotated[tuple[ObjectReference, ...], merge_on("name")] = ()
    image_pull_secrets: tuple[LocalObjectReference, ...] = ()
    automount_service_account_token: bool | None = None
