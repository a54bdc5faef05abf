"""ReplicationController, the elder of ReplicaSet, and PodTemplate.

Models ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.api.core_v1.pod import PodTemplateSpec
from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Struct, merge_on, written
from kubelite.apimachinery.times import Time


class ReplicationControllerSpec(Struct, kw_only=True):
    """How many pods, and which: a selector of plain labels, and a template."""

    replicas: Int32 | None = None
    min_ready_seconds: Int32 = 0
    selector: dict[str, str] = {}
    template: PodTemplateSpec | None = None


class ReplicationControllerCondition(Struct, kw_only=True):
    """One observation of a ReplicationController."""

    type: str = written("")
    status: str = written("")
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class ReplicationControllerStatus(Struct, kw_only=True):
    """How many pods there are, and how they are."""

    replicas: Int32 = written(0)
    fully_labeled_replicas: Int32 = 0
    ready_replicas: Int32 = 0
    available_replicas: Int32 = 0
    observed_generation: int = 0
    conditions: Annotated[tuple[ReplicationControllerCondition, ...], merge_on("type")] = ()


class ReplicationController(Object, kw_only=True):
    """So many pods of one template, as before there were ReplicaSets."""

    api_version: str = written("v1")
    kind: str = written("ReplicationController")
    spec: ReplicationControllerSpec = written(ReplicationControllerSpec())
    status: ReplicationControllerStatus = written(ReplicationControllerStatus())


class PodTemplate(Object, kw_only=True):
    """A template that is stored by itself; nobody makes pods of it."""

    api_version: str = written("v1")
    kind: str = written("PodTemplate")
    template: PodTemplateSpec = written(PodTemplateSpec())
