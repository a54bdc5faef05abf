"""Priority: a pod without a class has priority 0 and may preempt.

Models plugin/pkg/admission/priority/admission.go, as far as there are no PriorityClasses yet.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import PodSpec
from kubelite.apimachinery import errors
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.admission.plugin import Find, Plugin

SYSTEM_CLASSES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}


def prioritise(spec: PodSpec) -> PodSpec:
    """The spec with its priority as a number."""
    name = spec.priority_class_name
    if name and name not in SYSTEM_CLASSES:
        raise errors.forbidden("pods", "", f"no PriorityClass with name {name} was found")
    priority = SYSTEM_CLASSES.get(name, 0)
    if spec.priority is not None and spec.priority != priority:
        raise errors.forbidden(
            "pods",
            "",
            "the integer value of priority "
            f"({spec.priority}) must not be provided in pod spec; "
            f"priority admission controller computed {priority} from the given PriorityClass name",
        )
    policy = spec.preemption_policy or "PreemptLowerPriority"
    if spec.priority == priority and spec.preemption_policy == policy:
        return spec
    return replace(spec, priority=priority, preemption_policy=policy)


class Priority(Plugin):
    """Fills in ``spec.priority`` and ``spec.preemptionPolicy`` when a pod is created."""

    resources = ("pods",)

    def __init__(self, find: Find):
        super().__init__(find)
        self._prioritise = ByIdentity(prioritise)

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The pod with its priority."""
        if old is not None:
            return obj
        spec = self._prioritise(obj.spec)
        return obj if spec is obj.spec else replace(obj, spec=spec)
