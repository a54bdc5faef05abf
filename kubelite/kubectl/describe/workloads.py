"""Descriptions of controllers that keep pods running. Models ``k8s.io/kubectl/pkg/describe``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubelite.api.apps_v1 import DaemonSet, Deployment, ReplicaSet, StatefulSet
from kubelite.api.core_v1 import ReplicationController
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.labels import from_label_selector, from_set
from kubelite.apimachinery.struct import with_changes
from kubelite.kubectl.client import Client
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import (
    NONE,
    Page,
    begin,
    format_labels,
    format_selector,
    moment,
    put_marks,
)
from kubelite.kubectl.describe.pods import put_controller, put_template
from kubelite.kubectl.describe.storage import put_claim_templates

_PHASES = ("Running", "Pending", "Succeeded", "Failed")
_HASH = "pod-template-hash"


def _pods_of(owner: Any, selector: str, to: Describing) -> str:
    """How an owner's pods fare, counted by their phase. Raises StatusError."""
    owned = [
        pod.status.phase
        for pod in to.pods(owner.metadata.namespace, selector)
        if any(one.controller and one.uid == owner.metadata.uid for one in _owners(pod))
    ]
    running, waiting, succeeded, failed = (owned.count(phase) for phase in _PHASES)
    return f"{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed"


def _owners(obj: Any) -> Any:
    return obj.metadata.owner_references


def _put_conditions(page: Page, conditions: Iterable[Any]) -> None:
    conditions = tuple(conditions)
    if conditions:
        page.write(0, "Conditions:\n  Type\tStatus\tReason\n")
        page.row(1, "----", "------", "------")
    for one in conditions:
        page.row(1, f"{one.type} ", one.status, one.reason)


def replication_controller(found: ReplicationController, to: Describing) -> str:
    """A ReplicationController and its pods."""
    page, selector = begin(found, marks=False), found.spec.selector
    page.field(0, "Selector", format_labels(selector))
    put_marks(page, found)
    page.field(0, "Replicas", f"{found.status.replicas} current / {found.spec.replicas} desired")
    page.field(0, "Pods Status", _pods_of(found, str(from_set(selector)), to))
    put_template(page, found.spec.template)
    _put_conditions(page, found.status.conditions)
    to.put_events(page, found)
    return str(page)


def replica_set(found: ReplicaSet, to: Describing) -> str:
    """A ReplicaSet and its pods."""
    page = begin(found, marks=False)
    page.field(0, "Selector", format_selector(found.spec.selector))
    put_marks(page, found)
    put_controller(page, found)
    page.field(0, "Replicas", f"{found.status.replicas} current / {found.spec.replicas} desired")
    try:
        pods = _pods_of(found, str(from_label_selector(found.spec.selector)), to)
    except StatusError as error:
        pods = f"error in fetching pods: {error.status.message}"
    page.field(0, "Pods Status", pods)
    put_template(page, found.spec.template)
    _put_conditions(page, found.status.conditions)
    to.put_events(page, found)
    return str(page)


def daemon_set(found: DaemonSet, to: Describing) -> str:
    """A DaemonSet: on how many nodes it is, and ought to be."""
    page, status = begin(found, marks=False), found.status
    selector = str(from_label_selector(found.spec.selector))
    page.field(0, "Selector", selector)
    page.field(0, "Node-Selector", format_labels(found.spec.template.spec.node_selector))
    put_marks(page, found)
    for what, number in (
        ("Desired Number of Nodes Scheduled", status.desired_number_scheduled),
        ("Current Number of Nodes Scheduled", status.current_number_scheduled),
        ("Number of Nodes Scheduled with Up-to-date Pods", status.updated_number_scheduled),
        ("Number of Nodes Scheduled with Available Pods", status.number_available),
        ("Number of Nodes Misscheduled", status.number_misscheduled),
    ):
        page.write(0, f"{what}: {number}\n")
    page.field(0, "Pods Status", _pods_of(found, selector, to))
    put_template(page, found.spec.template)
    to.put_events(page, found)
    return str(page)


def stateful_set(found: StatefulSet, to: Describing) -> str:
    """A StatefulSet, how it is updated, and the claims it makes."""
    page, spec = begin(found, marks=False), found.spec
    selector = str(from_label_selector(spec.selector))
    page.field(0, "CreationTimestamp", moment(found.metadata.creation_timestamp))
    page.field(0, "Selector", selector)
    put_marks(page, found)
    if spec.service_name:
        page.field(0, "Service Name", spec.service_name)
    if spec.pod_management_policy:
        page.field(0, "Pod Management Policy", spec.pod_management_policy)
    page.field(0, "Replicas", f"{spec.replicas} desired | {found.status.replicas} total")
    page.field(0, "Update Strategy", spec.update_strategy.type)
    rolling = spec.update_strategy.rolling_update
    if rolling is not None and rolling.partition is not None:
        page.field(1, "Partition", rolling.partition)
        if rolling.max_unavailable is not None:
            page.field(1, "MaxUnavailable", rolling.max_unavailable)
    retention = spec.persistent_volume_claim_retention_policy
    if retention is not None:
        page.write(0, "Persistent Volume Claim Retention Policy:\n")
        page.field(1, "WhenDeleted", retention.when_deleted)
        page.field(1, "WhenScaled", retention.when_scaled)
    page.field(0, "Pods Status", _pods_of(found, selector, to))
    put_template(page, spec.template)
    put_claim_templates(page, spec.volume_claim_templates)
    to.put_events(page, found)
    return str(page)


def deployment(found: Deployment, to: Describing) -> str:
    """A Deployment: how far its rollout is, and which ReplicaSets it has."""
    page, spec, status = begin(found, marks=False), found.spec, found.status
    page.field(0, "CreationTimestamp", moment(found.metadata.creation_timestamp))
    put_marks(page, found)
    page.field(0, "Selector", from_label_selector(spec.selector))
    counts = (
        f"{spec.replicas} desired | {status.updated_replicas} updated | {status.replicas} total"
        f" | {status.available_replicas} available | {status.unavailable_replicas} unavailable"
    )
    page.field(0, "Replicas", counts)
    page.field(0, "StrategyType", spec.strategy.type)
    page.field(0, "MinReadySeconds", spec.min_ready_seconds)
    rolling = spec.strategy.rolling_update
    if rolling is not None:
        said = f"{rolling.max_unavailable} max unavailable, {rolling.max_surge} max surge"
        page.field(0, "RollingUpdateStrategy", said)
    put_template(page, spec.template)
    _put_conditions(page, status.conditions)
    _put_replica_sets(page, found, to)
    to.put_events(page, found)
    return str(page)


def _put_replica_sets(page: Page, found: Deployment, to: Describing) -> None:
    try:
        old, new = replica_sets_of(found, to.client)
    except StatusError:
        return
    if old or new is not None:
        page.field(0, "OldReplicaSets", _sizes(old))
        page.field(0, "NewReplicaSet", _sizes([new] if new is not None else []))


def _sizes(sets: Iterable[ReplicaSet]) -> str:
    said = [
        f"{one.metadata.name} ({one.status.replicas}/{one.spec.replicas} replicas created)"
        for one in sets
    ]
    return ", ".join(said) or NONE


def replica_sets_of(
    found: Deployment, client: Client
) -> tuple[list[ReplicaSet], ReplicaSet | None]:
    """A Deployment's old ReplicaSets, oldest first, and the one of its template, if it is there.

    Raises StatusError.
    """
    meta = found.metadata
    selector = str(from_label_selector(found.spec.selector))
    listed = client.listed("replicasets.apps", meta.namespace, selector).items
    owned = [rs for rs in listed if any(o.controller and o.uid == meta.uid for o in _owners(rs))]
    owned.sort(key=lambda rs: (rs.metadata.creation_timestamp, rs.metadata.name))
    wanted = unhashed(found.spec.template)
    new = next((rs for rs in owned if unhashed(rs.spec.template) == wanted), None)
    return [rs for rs in owned if rs is not new], new


def unhashed(template: Any) -> Any:
    """A template without the label that tells its ReplicaSets apart."""
    labels = {key: value for key, value in template.metadata.labels.items() if key != _HASH}
    return with_changes(template, metadata=with_changes(template.metadata, labels=labels))
