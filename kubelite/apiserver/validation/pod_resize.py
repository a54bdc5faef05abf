"""What a resize of a pod may do, and what may be added to a pod for debugging.

Models ``ValidatePodResize`` and ``ValidatePodEphemeralContainersUpdate`` of
``pkg/apis/core/validation/validation.go``. Amounts of the pod as a whole stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubelite.api import core_v1
from kubelite.api.qos import qos_class
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import with_changes
from kubelite.apiserver.validation.formats import Errors
from kubelite.apiserver.validation.pod import spec_of_pod
from kubelite.apiserver.validation.pod_annotations import MIRROR

RESIZABLE = ("cpu", "memory")

_ONLY_THESE = "only cpu and memory resources are mutable"
_REORDERED = "containers may not be renamed or reordered on resize"

Pairs = Iterable[tuple[core_v1.Container, core_v1.Container]]


def validate_pod_resize(new: core_v1.Pod, old: core_v1.Pod) -> list[FieldError]:
    """Everything that is wrong with a resize."""
    for names, after, before in (
        ("containers", new.spec.containers, old.spec.containers),
        ("initContainers", new.spec.init_containers, old.spec.init_containers),
    ):
        if [c.name for c in after] != [c.name for c in before]:
            return [FieldError.forbidden(f"spec.{names}", _REORDERED)]
    if refusal := _not_at_all(old):
        return [FieldError.forbidden("", refusal)]
    return [*spec_of_pod(new.spec, "spec"), *_amounts(new, old)]


def _not_at_all(pod: core_v1.Pod) -> str:
    """Why this pod cannot be resized whatever is asked, or ""."""
    if pod.spec.resources is not None and (
        pod.spec.resources.requests or pod.spec.resources.limits
    ):
        return "pods with pod-level resources cannot be resized"
    if MIRROR in pod.metadata.annotations:
        return "static pods cannot be resized"
    if pod.spec.os is not None and pod.spec.os.name == "windows":
        return "windows pods cannot be resized"
    return ""


def _amounts(new: core_v1.Pod, old: core_v1.Pod) -> Errors:
    if qos_class(new.spec) != (old.status.qos_class or qos_class(old.spec)):
        fault = "Pod QOS Class may not change as a result of resizing"
        yield FieldError.invalid("spec", new.status.qos_class, fault)
    if not _supported(old):
        yield FieldError.forbidden("spec", "Pod running on node without support for resize")
    inits = list(zip(new.spec.init_containers, old.spec.init_containers, strict=True))
    mains = list(zip(new.spec.containers, old.spec.containers, strict=True))
    for index, (after, before) in enumerate(inits):
        if before.restart_policy == "Always":
            yield from _nothing_removed(after, before, f"spec.initContainers[{index}].resources")
    for index, (after, before) in enumerate(mains):
        yield from _nothing_removed(after, before, f"spec.containers[{index}].resources")
    for after, before in mains:
        if not _same_but_for_amounts(after, before):
            yield FieldError.forbidden("spec", _ONLY_THESE)
    for after, before in inits:
        if before.restart_policy != "Always":
            if after != before:
                fault = "resources for non-sidecar init containers are immutable"
                yield FieldError.forbidden("spec", fault)
        elif not _same_but_for_amounts(after, before):
            fault = "only cpu and memory resources for sidecar containers are mutable"
            yield FieldError.forbidden("spec", fault)


def _supported(pod: core_v1.Pod) -> bool:
    """Whether the kubelet that runs the pod speaks of resources in its status."""
    running = [s for s in pod.status.container_statuses if s.state.running is not None]
    return not running or running[0].resources is not None


def _nothing_removed(after: core_v1.Container, before: core_v1.Container, path: str) -> Errors:
    if before.resources.requests.keys() - after.resources.requests.keys():
        yield FieldError.forbidden(f"{path}.requests", "resource requests cannot be removed")
    if before.resources.limits.keys() - after.resources.limits.keys():
        yield FieldError.forbidden(f"{path}.limits", "resource limits cannot be removed")


def _same_but_for_amounts(after: core_v1.Container, before: core_v1.Container) -> bool:
    new, old = after.resources, before.resources
    back = with_changes(
        new,
        requests=_put_back(new.requests, old.requests),
        limits=_put_back(new.limits, old.limits),
    )
    return with_changes(after, resources=back) == before


def _put_back(new: Mapping[str, Quantity], old: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """``new`` with cpu and memory as they were."""
    others = {name: amount for name, amount in new.items() if name not in RESIZABLE}
    return others | {name: old[name] for name in RESIZABLE if name in old}


def validate_ephemeral_containers_update(new: core_v1.Pod, old: core_v1.Pod) -> list[FieldError]:
    """Ephemeral containers may be added; those that are there neither go nor change."""
    if MIRROR in old.metadata.annotations:
        return [FieldError.forbidden("", "static pods do not support ephemeral containers")]
    return [*spec_of_pod(new.spec, "spec"), *_kept(new, old)]


def _kept(new: core_v1.Pod, old: core_v1.Pod) -> Errors:
    path = "spec.ephemeralContainers"
    after = {container.name: container for container in new.spec.ephemeral_containers}
    for before in old.spec.ephemeral_containers:
        if before.name not in after:
            fault = f'existing ephemeral containers "{before.name}" may not be removed\n'
            yield FieldError.forbidden(path, fault)
        elif after[before.name] != before:
            fault = f'existing ephemeral containers "{before.name}" may not be changed\n'
            yield FieldError.forbidden(path, fault)
