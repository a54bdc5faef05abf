"""Descriptions of pods, and of the templates that pods are made from.

Models ``describePod`` and ``DescribePodTemplate`` of ``k8s.io/kubectl/pkg/describe``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kubelite.api.core_v1 import Pod, PodTemplateSpec, Toleration, TopologySpreadConstraint
from kubelite.api.core_v1.pod import PodSchedulingGroup
from kubelite.api.qos import qos_class
from kubelite.apimachinery.errors import StatusError
from kubelite.kubectl.describe.containers import put_containers, put_resources
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import NONE, Page, begin, format_selector, moment, put_marks
from kubelite.kubectl.describe.volumes import put_volumes

_MIRROR = "kubernetes.io/config.mirror"


def pod(found: Pod, to: Describing) -> str:
    """A pod: where it is, its containers and volumes, and what was reported of it."""
    page = begin(found, marks=False)
    _put_place(page, found)
    _put_state(page, found, to)
    if found.spec.resources is not None:
        page.write(0, "Resources:\n")
        put_resources(page, found.spec.resources, 1)
    _put_all_containers(page, found)
    _put_conditions(page, found)
    put_volumes(page, found.spec.volumes)
    page.field(0, "QoS Class", found.status.qos_class or qos_class(found.spec))
    page.labels("Node-Selectors", found.spec.node_selector)
    _put_tolerations(page, "Tolerations", found.spec.tolerations)
    _put_spreading(page, found.spec.topology_spread_constraints)
    _put_group(page, found.spec.scheduling_group)
    if to.show_events:
        to.write_events(page, _events(found, to))
    return str(page)


def _events(found: Pod, to: Describing) -> list[Any]:
    try:
        return to.events_of(found, kind=False, uid=found.metadata.annotations.get(_MIRROR, ""))
    except StatusError:
        return []


def _put_place(page: Page, found: Pod) -> None:
    spec = found.spec
    if spec.priority is not None:
        page.field(0, "Priority", spec.priority)
    if spec.priority_class_name:
        page.field(0, "Priority Class Name", spec.priority_class_name)
    if spec.runtime_class_name:
        page.field(0, "Runtime Class Name", spec.runtime_class_name)
    if spec.service_account_name:
        page.field(0, "Service Account", spec.service_account_name)
    node = f"{spec.node_name}/{found.status.host_ip}" if spec.node_name else NONE
    page.field(0, "Node", node)
    if found.status.start_time is not None:
        page.field(0, "Start Time", moment(found.status.start_time))


def _put_state(page: Page, found: Pod, to: Describing) -> None:
    put_marks(page, found)
    status, leaving = found.status, found.metadata.deletion_timestamp
    if leaving is not None and status.phase not in ("Failed", "Succeeded"):
        page.field(0, "Status", f"Terminating (lasts {to.since(leaving)})")
        grace = found.metadata.deletion_grace_period_seconds
        page.field(0, "Termination Grace Period", f"{grace}s")
    else:
        page.field(0, "Status", status.phase)
    if status.reason:
        page.field(0, "Reason", status.reason)
    if status.message:
        page.field(0, "Message", status.message)
    context = found.spec.security_context
    if context is not None and context.seccomp_profile is not None:
        page.field(0, "SeccompProfile", context.seccomp_profile.type)
        if context.seccomp_profile.type == "Localhost":
            page.field(0, "LocalhostProfile", context.seccomp_profile.localhost_profile)
    page.field(0, "IP", status.pod_ip)
    page.write(0, "IPs:\n" if status.pod_ips else f"IPs:\t{NONE}\n")
    for address in status.pod_ips:
        page.field(1, "IP", address.ip)
    put_controller(page, found)
    if status.nominated_node_name:
        page.field(0, "NominatedNodeName", status.nominated_node_name)


def put_controller(page: Page, obj: Any) -> None:
    """Who looks after an object, if anybody does."""
    for owner in obj.metadata.owner_references:
        if owner.controller:
            page.field(0, "Controlled By", f"{owner.kind}/{owner.name}")


def _put_all_containers(page: Page, found: Pod) -> None:
    spec, status = found.spec, found.status
    if spec.init_containers:
        statuses = status.init_container_statuses
        put_containers(page, "Init Containers", spec.init_containers, statuses, found)
    put_containers(page, "Containers", spec.containers, status.container_statuses, found)
    if spec.ephemeral_containers:
        statuses = status.ephemeral_container_statuses
        put_containers(page, "Ephemeral Containers", spec.ephemeral_containers, statuses, found)


def _put_conditions(page: Page, found: Pod) -> None:
    conditions = found.status.conditions
    if found.spec.readiness_gates:
        page.write(0, "Readiness Gates:\n  Type\tStatus\n")
        known = {one.type: one.status for one in reversed(conditions)}
        for gate in found.spec.readiness_gates:
            status = known.get(gate.condition_type, NONE)
            page.row(1, f"{gate.condition_type} ", f"{status} ")
    if conditions:
        page.write(0, "Conditions:\n  Type\tStatus\n")
        for one in conditions:
            page.row(1, f"{one.type} ", f"{one.status} ")


def _put_tolerations(page: Page, title: str, tolerations: Iterable[Toleration]) -> None:
    ordered = sorted(tolerations, key=lambda toleration: toleration.key)
    page.several(title, [_toleration(one) for one in ordered])


def _toleration(toleration: Toleration) -> str:
    text = toleration.key
    if toleration.value:
        text += f"={toleration.value}"
    if toleration.effect:
        text += f":{toleration.effect}"
    if toleration.operator == "Exists" and not toleration.value:
        text += " op=Exists" if toleration.key or toleration.effect else "op=Exists"
    if toleration.toleration_seconds is not None:
        text += f" for {toleration.toleration_seconds}s"
    return text


def _put_spreading(
    page: Page, constraints: Sequence[TopologySpreadConstraint], space: str = ""
) -> None:
    """How a pod's like are spread."""
    if constraints:
        ordered = sorted(constraints, key=lambda one: one.topology_key)
        page.several("Topology Spread Constraints", [_spread(one) for one in ordered], space)


def _spread(one: TopologySpreadConstraint) -> str:
    text = f"{one.topology_key}:{one.when_unsatisfiable} when max skew {one.max_skew} is exceeded"
    if one.label_selector is not None:
        text += f" for selector {format_selector(one.label_selector)}"
    return text


def _put_group(page: Page, group: PodSchedulingGroup | None, space: str = "") -> None:
    """The pods that are scheduled together with this one."""
    if group is not None:
        page.write(0, f"{space}SchedulingGroup:\n")
        page.field(1, "PodGroupName", group.pod_group_name)


def put_template(page: Page, template: PodTemplateSpec | None) -> None:
    """The mould of a controller's pods."""
    page.write(0, "Pod Template:\n")
    if template is None:
        page.write(1, "<unset>")
        return
    meta, spec = template.metadata, template.spec
    page.labels("  Labels", meta.labels)
    if meta.annotations:
        page.annotations("  Annotations", meta.annotations)
    if spec.service_account_name:
        page.field(1, "Service Account", spec.service_account_name)
    if spec.init_containers:
        put_containers(page, "Init Containers", spec.init_containers, space="  ")
    put_containers(page, "Containers", spec.containers, space="  ")
    put_volumes(page, spec.volumes, "  ")
    _put_spreading(page, spec.topology_spread_constraints, "  ")
    if spec.priority_class_name:
        page.field(1, "Priority Class Name", spec.priority_class_name)
    page.labels("  Node-Selectors", spec.node_selector)
    _put_tolerations(page, "  Tolerations", spec.tolerations)
    _put_group(page, spec.scheduling_group, "  ")
