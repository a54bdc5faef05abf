"""Pods: what is special about storing them.

Models pkg/registry/core/pod/strategy.go and storage/storage.go.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.api.core_v1 import Container, Pod, PodCondition, PodSpec, PodStatus
from kubelite.api.qos import qos_class
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.apiserver.defaults import default_pod_spec
from kubelite.apiserver.registry.strategy import Strategy
from kubelite.apiserver.validation import (
    validate_ephemeral_containers_update,
    validate_pod_metadata,
    validate_pod_resize,
    validate_pod_spec,
    validate_pod_status_update,
    validate_pod_update,
)

FINAL_PHASES = ("Succeeded", "Failed")


class PodStrategy(Strategy):
    """Pods. ``now`` gives microseconds since 1970."""

    scope_field = "spec.nodeName"

    def __init__(self, now: Callable[[], int]):
        super().__init__()
        self._now = now
        # A thousand pods of one template share one spec: each of these is worked out once.
        self._defaulted = ByIdentity(default_pod_spec)
        self._problems = ByIdentity[PodSpec, list[FieldError]](
            lambda spec: validate_pod_spec(spec, "spec")
        )
        self._status = ByIdentity(_first_status)

    def default(self, obj: Pod) -> Pod:
        """Fill in what was left out of the spec."""
        spec = self._defaulted(obj.spec)
        return obj if spec is obj.spec else replace(obj, spec=spec)

    def prepare_create(self, obj: Pod) -> Pod:
        """A new pod is Pending."""
        return replace(obj, status=self._status(obj.spec))

    def validate(self, obj: Pod) -> list[FieldError]:
        """Metadata each time, the spec once for each template."""
        problems = validate_pod_metadata(obj)
        found = self._problems(obj.spec)
        return [*problems, *found] if found else problems

    def validate_update(self, new: Pod, old: Pod) -> list[FieldError]:
        """Almost all of a pod's spec may never change."""
        return validate_pod_update(new, old)

    def prepare_subresource(self, subresource: str, new: Pod, old: Pod) -> Pod:
        """What ``resize`` or ``ephemeralcontainers`` is about; the status otherwise."""
        change = _PARTS_OF_THE_SPEC.get(subresource)
        if change is None:
            changed: Pod = super().prepare_subresource(subresource, new, old)
            return changed
        spec = change(self.default(new).spec, old.spec)
        if spec == old.spec:
            return old
        meta = replace(old.metadata, generation=old.metadata.generation + 1)
        return replace(old, metadata=meta, spec=spec)

    def validate_subresource(self, subresource: str, new: Pod, old: Pod) -> list[FieldError]:
        """A status has rules, too."""
        if subresource == "resize":
            return validate_pod_resize(new, old)
        if subresource == "ephemeralcontainers":
            return validate_ephemeral_containers_update(new, old)
        return validate_pod_status_update(new, old)

    def counts_generations(self, obj: Pod) -> bool:
        """Since 1.34 pods do."""
        return True

    def grace(self, obj: Pod, asked: int | None) -> int:
        """What was asked for, else the pod's own; none where nothing runs (yet, or any more)."""
        if not obj.spec.node_name or obj.status.phase in FINAL_PHASES:
            return 0
        own = obj.spec.termination_grace_period_seconds if asked is None else asked
        return 1 if own is not None and own < 0 else own or 0

    # DOC: pod-binding
    def bind(self, pod: Pod, node_name: str) -> Pod:
        """The pod assigned to a node, once and for all. Raises StatusError 409."""
        name = pod.metadata.name
        if pod.metadata.deletion_timestamp is not None:
            raise errors.conflict(
                "pods/binding", name, f"pod {name} is being deleted, cannot be assigned to a host"
            )
        if pod.spec.node_name:
            raise errors.conflict(
                "pods/binding",
                name,
                f'pod {name} is already assigned to node "{pod.spec.node_name}"',
            )
        if pod.spec.scheduling_gates:
            raise errors.conflict(
                "pods/binding", name, f"pod {name} has non-empty .spec.schedulingGates"
            )
        scheduled = PodCondition(
            type="PodScheduled",
            status="True",
            observed_generation=pod.metadata.generation,
            last_transition_time=Time(self._now() // SECOND * SECOND),
        )
        others = tuple(c for c in pod.status.conditions if c.type != "PodScheduled")
        return replace(
            pod,
            spec=replace(pod.spec, node_name=node_name),
            status=replace(pod.status, conditions=(*others, scheduled)),
        )

    def scope(self, obj: Pod) -> str:
        """Its node: every kubelet watches the pods of one."""
        return obj.spec.node_name

    def fields(self, obj: Pod) -> dict[str, str]:
        """What ``--field-selector`` knows of pods."""
        spec, status = obj.spec, obj.status
        return {
            "spec.nodeName": spec.node_name,
            "spec.restartPolicy": spec.restart_policy,
            "spec.schedulerName": spec.scheduler_name,
            "spec.serviceAccountName": spec.service_account_name,
            "spec.hostNetwork": "true" if spec.host_network else "false",
            "status.phase": status.phase,
            "status.podIP": status.pod_ip,
            "status.nominatedNodeName": status.nominated_node_name,
        }


def _resized(new: PodSpec, old: PodSpec) -> PodSpec:
    """Of a resize only amounts and resize policies count; everything else stays as it is."""
    return replace(
        old,
        containers=_with_resources(new.containers, old.containers),
        init_containers=_with_resources(new.init_containers, old.init_containers),
    )


def _with_resources(
    new: tuple[Container, ...], old: tuple[Container, ...]
) -> tuple[Container, ...]:
    if [c.name for c in new] != [c.name for c in old]:
        return new  # for the validation to refuse
    return tuple(
        [
            replace(before, resources=after.resources, resize_policy=after.resize_policy)
            for after, before in zip(new, old, strict=True)
        ]
    )


def _with_ephemeral_containers(new: PodSpec, old: PodSpec) -> PodSpec:
    return replace(old, ephemeral_containers=new.ephemeral_containers)


_PARTS_OF_THE_SPEC = {"resize": _resized, "ephemeralcontainers": _with_ephemeral_containers}
"""What each of these subresources takes from the object that was sent."""


def _first_status(spec: PodSpec) -> PodStatus:
    conditions: tuple[PodCondition, ...] = ()
    if spec.scheduling_gates:
        gated = PodCondition(
            type="PodScheduled",
            status="False",
            reason="SchedulingGated",
            message="Scheduling is blocked due to non-empty scheduling gates",
        )
        conditions = (gated,)
    return PodStatus(phase="Pending", qos_class=qos_class(spec), conditions=conditions)
