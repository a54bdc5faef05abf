"""The other kinds that are not quite like the rest.

Models pkg/registry/core/{namespace,node,event} and
pkg/registry/{apps,policy,scheduling,networking}.
"""

from __future__ import annotations

import base64
from typing import Any

from kubelite.api.apps_v1 import DaemonSet, Deployment, ReplicaSet, StatefulSet
from kubelite.api.core_v1 import Event, Namespace, NamespaceSpec, NamespaceStatus, Node, Secret
from kubelite.api.policy_v1 import PodDisruptionBudget
from kubelite.api.scheduling_v1 import PriorityClass
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.registry.strategy import Strategy
from kubelite.apiserver.validation import validate_namespace_finalize_update

KUBERNETES_FINALIZER = "kubernetes"
EVENT_TTL_SECONDS = 3600


class NamespaceStrategy(Strategy):
    """A namespace ends only when its controller has emptied it."""

    def prepare_create(self, obj: Namespace) -> Namespace:
        """Active, and held by the namespace controller."""
        finalizers = obj.spec.finalizers
        if KUBERNETES_FINALIZER not in finalizers:
            finalizers = (*finalizers, KUBERNETES_FINALIZER)
        return replace(
            obj, spec=NamespaceSpec(finalizers=finalizers), status=NamespaceStatus(phase="Active")
        )

    def prepare_update(self, new: Namespace, old: Namespace) -> Namespace:
        """Neither finalizers of the spec nor the status change here."""
        kept: Namespace = replace(super().prepare_update(new, old), spec=old.spec)
        return kept

    def prepare_subresource(self, subresource: str, new: Namespace, old: Namespace) -> Namespace:
        """``finalize`` takes the finalizers of the spec, ``status`` the status."""
        if subresource == "finalize":
            finalized: Namespace = replace(old, spec=new.spec)
            return finalized
        changed: Namespace = super().prepare_subresource(subresource, new, old)
        return changed

    def validate_subresource(
        self, subresource: str, new: Namespace, old: Namespace
    ) -> list[FieldError]:
        """Finalizers are names; the phase follows from the deletion timestamp."""
        if subresource == "finalize":
            return validate_namespace_finalize_update(new, old)
        return super().validate_subresource(subresource, new, old)

    def may_vanish(self, obj: Namespace) -> bool:
        """When nobody holds it any more."""
        return not obj.spec.finalizers

    def begin_deletion(self, obj: Namespace) -> Namespace:
        """Shown as Terminating from this moment."""
        return replace(obj, status=replace(obj.status, phase="Terminating"))

    def fields(self, obj: Namespace) -> dict[str, str]:
        """The phase."""
        return {"status.phase": obj.status.phase}


class NodeStrategy(Strategy):
    """Nodes come with their status: the kubelet that registers knows what the machine has."""

    def prepare_create(self, obj: Node) -> Node:
        """Keep the status."""
        return obj

    def fields(self, obj: Node) -> dict[str, str]:
        """Whether it is cordoned."""
        return {"spec.unschedulable": "true" if obj.spec.unschedulable else "false"}


class NumberedStrategy(Strategy):
    """Kinds that number their specs and are special in nothing else."""

    def counts_generations(self, obj: Any) -> bool:
        """Yes."""
        return True


class ReplicaSetStrategy(Strategy):
    """ReplicaSets number their specs."""

    def counts_generations(self, obj: ReplicaSet) -> bool:
        """Yes."""
        return True

    def fields(self, obj: ReplicaSet) -> dict[str, str]:
        """How many there are."""
        return {"status.replicas": str(obj.status.replicas)}


class DeploymentStrategy(Strategy):
    """Deployments number their specs, and count a changed annotation as a changed spec."""

    def counts_generations(self, obj: Deployment) -> bool:
        """Yes."""
        return True

    def spec_changed(self, new: Deployment, old: Deployment) -> bool:
        """An annotation such as ``kubernetes.io/change-cause`` belongs to the rollout."""
        return (
            super().spec_changed(new, old) or new.metadata.annotations != old.metadata.annotations
        )

    def prepare_subresource(self, subresource: str, new: Deployment, old: Deployment) -> Deployment:
        """With the status the controller also writes the revision annotation."""
        changed: Deployment = super().prepare_subresource(subresource, new, old)
        annotations = new.metadata.annotations
        return replace(changed, metadata=replace(old.metadata, annotations=annotations))


TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"


class DaemonSetStrategy(Strategy):
    """DaemonSets number their specs, and their templates in an annotation."""

    def counts_generations(self, obj: DaemonSet) -> bool:
        """Yes."""
        return True

    def prepare_create(self, obj: DaemonSet) -> DaemonSet:
        """No status, and the number of the template: 1, or what an exported manifest says."""
        return _numbered(super().prepare_create(obj), max(_number(obj), 1))

    def prepare_update(self, new: DaemonSet, old: DaemonSet) -> DaemonSet:
        """A new template gets the next number; nobody else sets it."""
        changed = new.spec.template != old.spec.template
        return _numbered(super().prepare_update(new, old), _number(old) + changed)


def _number(daemon_set: DaemonSet) -> int:
    text = daemon_set.metadata.annotations.get(TEMPLATE_GENERATION, "")
    return int(text) if text.isdecimal() else 0


def _numbered(daemon_set: DaemonSet, number: int) -> DaemonSet:
    annotations = daemon_set.metadata.annotations
    if annotations.get(TEMPLATE_GENERATION) == str(number):
        return daemon_set
    annotations = annotations | {TEMPLATE_GENERATION: str(number)}
    return replace(daemon_set, metadata=replace(daemon_set.metadata, annotations=annotations))


class StatefulSetStrategy(Strategy):
    """StatefulSets number their specs."""

    def counts_generations(self, obj: StatefulSet) -> bool:
        """Yes."""
        return True


class EventStrategy(Strategy):
    """Events live for an hour."""

    ttl = EVENT_TTL_SECONDS

    def prepare_create(self, obj: Event) -> Event:
        """It has no status, and half of all objects that are created are events."""
        return obj

    def fields(self, obj: Event) -> dict[str, str]:
        """What it is about, from whom, and why."""
        about = obj.involved_object
        return {
            "involvedObject.kind": about.kind,
            "involvedObject.namespace": about.namespace,
            "involvedObject.name": about.name,
            "involvedObject.uid": about.uid,
            "involvedObject.apiVersion": about.api_version,
            "involvedObject.resourceVersion": about.resource_version,
            "involvedObject.fieldPath": about.field_path,
            "reason": obj.reason,
            "reportingComponent": obj.reporting_component,
            "source": obj.source.component,
            "type": obj.type,
        }


class SecretStrategy(Strategy):
    """Secrets: ``stringData`` is written into ``data``, base64, and never shown again."""

    def default(self, obj: Secret) -> Secret:
        """The texts join the data and win over what is there."""
        if obj.string_data:
            texts = {key: _base64(text) for key, text in obj.string_data.items()}
            obj = replace(obj, data=obj.data | texts, string_data={})
        filled: Secret = super().default(obj)
        return filled

    def fields(self, obj: Secret) -> dict[str, str]:
        """The type."""
        return {"type": obj.type}


class PodDisruptionBudgetStrategy(Strategy):
    """Budgets number their specs; a grant counts only if the controller has seen the newest."""

    def counts_generations(self, obj: PodDisruptionBudget) -> bool:
        """Yes."""
        return True


class PriorityClassStrategy(Strategy):
    """PriorityClasses number their versions, though their values never change."""

    uid_stream = "uids/priorityclasses"  # the system's own take no uid from anybody else

    def counts_generations(self, obj: PriorityClass) -> bool:
        """Yes."""
        return True


class LeaseStrategy(Strategy):
    """Leases are raced for: whoever renews one says which version they saw."""

    unconditional_update = False


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
