"""RuntimeClass: a pod that names one gets its overhead, its nodes and its tolerations.

Models plugin/pkg/admission/runtimeclass/admission.go.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import PodSpec
from kubelite.api.node_v1 import RuntimeClass, Scheduling
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.admission.plugin import Plugin

CLASSES = "runtimeclasses.node.k8s.io"


class RuntimeClasses(Plugin):
    """Fills in what the class of a new pod says."""

    resources = ("pods",)

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The pod with what its class adds. Raises StatusError 403."""
        spec = obj.spec
        if old is not None or (spec.runtime_class_name is None and not spec.overhead):
            return obj
        return replace(obj, spec=self._completed(spec, obj.metadata.name))

    def _completed(self, spec: PodSpec, pod: str) -> PodSpec:
        name = spec.runtime_class_name
        found: RuntimeClass | None = self.find(CLASSES, "", name) if name else None
        if name and found is None:
            raise _refused(pod, f'pod rejected: RuntimeClass "{name}" not found')
        overhead = found.overhead.pod_fixed if found and found.overhead else {}
        if spec.overhead and not overhead:
            text = "Pod Overhead set without corresponding RuntimeClass defined Overhead"
            raise _refused(pod, f"pod rejected: {text}")
        if spec.overhead and spec.overhead != overhead:
            text = "Pod's Overhead doesn't match RuntimeClass's defined Overhead"
            raise _refused(pod, f"pod rejected: {text}")
        spec = replace(spec, overhead=overhead)
        return _scheduled(spec, found.scheduling, pod) if found and found.scheduling else spec


def _scheduled(spec: PodSpec, scheduling: Scheduling, pod: str) -> PodSpec:
    for key, value in scheduling.node_selector.items():
        own = spec.node_selector.get(key, value)
        if own != value:
            at = f"nodeSelector[{key}]"
            text = f"runtimeClass.scheduling.{at} = {value}; pod.spec.{at} = {own}"
            raise _refused(pod, f"conflict: {text}")
    added = tuple(one for one in scheduling.tolerations if one not in spec.tolerations)
    return replace(
        spec,
        node_selector=spec.node_selector | scheduling.node_selector,
        tolerations=spec.tolerations + added,
    )


def _refused(pod: str, cause: str) -> StatusError:
    return errors.forbidden("pods", pod, cause)
