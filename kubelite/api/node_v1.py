"""RuntimeClass: which container runtime runs a pod. Models ``k8s.io/api/node/v1``."""

from __future__ import annotations

from kubelite.api.core_v1 import Toleration
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Struct, written


class Overhead(Struct, kw_only=True):
    """What a pod costs beside its containers."""

    pod_fixed: dict[str, Quantity] = {}


class Scheduling(Struct, kw_only=True):
    """On which nodes the runtime is found."""

    node_selector: dict[str, str] = {}
    tolerations: tuple[Toleration, ...] = ()


class RuntimeClass(Object, kw_only=True):
    """A runtime by the name that its nodes configure it under, with its overhead."""

    api_version: str = written("node.k8s.io/v1")
    kind: str = written("RuntimeClass")
    handler: str = written("")
    overhead: Overhead | None = None
    scheduling: Scheduling | None = None
