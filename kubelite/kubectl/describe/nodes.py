"""Descriptions of nodes: how they fare, what they have, and what is given away of it.

Models ``describeNode`` and ``describeNodeResource`` of ``k8s.io/kubectl/pkg/describe``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubelite.api.conditions import condition
from kubelite.api.core_v1 import (
    Container,
    ContainerStatus,
    Node,
    Pod,
    PodSpec,
    ResourceList,
    Taint,
)
from kubelite.api.podresources import pod_limits, pod_requests
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import with_changes
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import NONE, UNSET, Page, begin, moment, plain

_ROLE_PREFIX = "node-role.kubernetes.io/"
_ROLE = "kubernetes.io/role"
_LEASES = "kube-node-lease"
_ZERO = Quantity.of(0)
_EVERYDAY = ("cpu", "memory", "ephemeral-storage")


def node(found: Node, to: Describing) -> str:
    """A node with its lease, its conditions and the pods on it. Raises StatusError."""
    page, name = begin(found, namespaced=False, marks=False), found.metadata.name
    pods: tuple[Pod, ...] | None
    try:
        running = f"spec.nodeName={name},status.phase!=Failed,status.phase!=Succeeded"
        pods = to.pods("", fields=running)
    except StatusError as error:
        if error.reason != "Forbidden":
            raise
        pods = None
    page.field(0, "Roles", ",".join(_roles(found)) or NONE)
    page.labels("Labels", found.metadata.labels)
    page.annotations("Annotations", found.metadata.annotations)
    page.field(0, "CreationTimestamp", moment(found.metadata.creation_timestamp))
    page.several("Taints", [_taint(taint) for taint in _in_order(found.spec.taints)])
    page.field(0, "Unschedulable", plain(found.spec.unschedulable))
    _put_lease(page, name, to)
    _put_conditions(page, found)
    page.write(0, "Addresses:\n")
    for address in found.status.addresses:
        page.field(1, address.type, address.address)
    _put_amounts(page, "Capacity", found.status.capacity)
    _put_amounts(page, "Allocatable", found.status.allocatable)
    _put_system(page, found)
    if pods is None:
        page.field(0, "Pods", "not authorized")
    else:
        _put_pods(page, found, pods, to)
    _put_events(page, found, to)
    return str(page)


def _roles(found: Node) -> list[str]:
    labels = found.metadata.labels
    roles = {key.removeprefix(_ROLE_PREFIX) for key in labels if key.startswith(_ROLE_PREFIX)}
    return sorted((roles | {labels.get(_ROLE, "")}) - {""})


def _in_order(taints: Sequence[Taint]) -> list[Taint]:
    return sorted(taints, key=lambda taint: f"{taint.effect},{taint.key}")


def _taint(taint: Taint) -> str:
    value = f"={taint.value}" if taint.value else ""
    return f"{taint.key}{value}:{taint.effect}" if taint.effect else f"{taint.key}{value or ':'}"


def _put_lease(page: Page, name: str, to: Describing) -> None:
    try:
        spec = to.client.get("leases.coordination.k8s.io", name, _LEASES).spec
    except StatusError as error:
        page.field(0, "Lease", f"Failed to get lease: {error.status.message}")
        return
    page.write(0, "Lease:\n")
    page.field(1, "HolderIdentity", UNSET if spec.holder_identity is None else spec.holder_identity)
    for title, time in (("AcquireTime", spec.acquire_time), ("RenewTime", spec.renew_time)):
        page.field(1, title, UNSET if time is None else moment(time))


def _put_conditions(page: Page, found: Node) -> None:
    if not found.status.conditions:
        return
    page.write(0, "Conditions:\n")
    page.row(1, "Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message")
    page.row(1, "----", "------", "-" * 17, "-" * 18, "------", "-------")
    for one in found.status.conditions:
        times = moment(one.last_heartbeat_time), moment(one.last_transition_time)
        words = one.type, one.status, *times, one.reason
        page.row(1, *(f"{word} " for word in words), one.message)


def _put_amounts(page: Page, title: str, amounts: ResourceList) -> None:
    if amounts:
        page.write(0, f"{title}:\n")
    for name in sorted(amounts):
        page.field(1, name, amounts[name])


def _put_system(page: Page, found: Node) -> None:
    info, spec = found.status.node_info, found.spec
    page.write(0, "System Info:\n")
    for title, value in (
        ("Machine ID", info.machine_id),
        ("System UUID", info.system_uuid),
        ("Boot ID", info.boot_id),
        ("Kernel Version", info.kernel_version),
        ("OS Image", info.os_image),
        ("Operating System", info.operating_system),
        ("Architecture", info.architecture),
        ("Container Runtime Version", info.container_runtime_version),
        ("Kubelet Version", info.kubelet_version),
    ):
        page.field(1, title, value)
    for title, value in (
        ("PodCIDR", spec.pod_cidr),
        ("PodCIDRs", ",".join(spec.pod_cidrs)),
        ("ProviderID", spec.provider_id),
    ):
        if value:
            page.field(0, title, value)


# What is given away


def _put_pods(page: Page, found: Node, pods: Sequence[Pod], to: Describing) -> None:
    has = found.status.allocatable or found.status.capacity
    page.field(0, "Non-terminated Pods", f"({len(pods)} in total)")
    asked = ("CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits")
    titles = ("Namespace", "Name", "", *asked, "Age")
    page.table(1, titles, [_pod_row(pod, has, to) for pod in pods])
    page.write(0, "Allocated resources:\n")
    page.write(1, "(Total limits may be over 100 percent, i.e., overcommitted.)\n")
    page.table(1, ("Resource", "Requests", "Limits"), _total_rows(pods, has))


def _pod_row(pod: Pod, has: ResourceList, to: Describing) -> tuple[str, ...]:
    requests, limits = _with_status(pod)
    meta = pod.metadata
    shares = [
        _share(amounts.get(name, _ZERO), has.get(name, _ZERO), name)
        for name in ("cpu", "memory")
        for amounts in (requests, limits)
    ]
    return meta.namespace, meta.name, "", *shares, to.since(meta.creation_timestamp)


def _share(amount: Quantity, whole: Quantity, name: str) -> str:
    part, all_of_it = (amount.milli, whole.milli) if name == "cpu" else (amount.value, whole.value)
    return f"{amount} ({int(part / all_of_it * 100) if all_of_it else 0}%)"


def _total_rows(pods: Sequence[Pod], has: ResourceList) -> list[tuple[str, ...]]:
    given = (
        _sum([pod_requests(pod.spec) for pod in pods]),
        _sum([pod_limits(pod.spec) for pod in pods]),
    )
    huge = sorted(name for name in has if name.startswith("hugepages-"))
    shown = (*_EVERYDAY, *huge)
    rows: list[tuple[str, ...]] = []
    for name in shown:
        whole = has.get(name, _ZERO)
        rows.append((name, *(_share(of.get(name, _ZERO), whole, name) for of in given)))
    for name in sorted(name for name in has if name not in (*shown, "pods")):
        rows.append((name, *(str(of.get(name, _ZERO)) for of in given)))
    return rows


def _sum(amounts: Sequence[ResourceList]) -> ResourceList:
    total: ResourceList = {}
    for one in amounts:
        for name, amount in one.items():
            total[name] = total[name] + amount if name in total else amount
    return total


def _with_status(pod: Pod) -> tuple[ResourceList, ResourceList]:
    """A pod's requests and limits: the most of what is wanted, in force and allocated."""
    pending = condition(pod, "PodResizePending")
    refused = pending is not None and pending.reason == "Infeasible"
    wanted = () if refused else (pod.spec,)
    actual, allocated = _as_actual(pod), _as_allocated(pod)
    requests = [pod_requests(spec) for spec in (*wanted, actual, allocated)]
    return _most(requests), _most([pod_limits(spec) for spec in (*wanted, actual)])


def _as_allocated(pod: Pod) -> PodSpec:
    given = {one.name: one.allocated_resources for one in _statuses(pod)}
    return _resized(pod.spec, {name: amounts for name, amounts in given.items() if amounts}, {})


def _as_actual(pod: Pod) -> PodSpec:
    requests, limits = {}, {}
    for one in _statuses(pod):
        known = one.resources.requests if one.resources else {}
        if amounts := known or one.allocated_resources:
            requests[one.name] = amounts
        if one.resources is not None and one.resources.limits:
            limits[one.name] = one.resources.limits
    return _resized(pod.spec, requests, limits)


def _statuses(pod: Pod) -> tuple[ContainerStatus, ...]:
    return pod.status.init_container_statuses + pod.status.container_statuses


def _resized(
    spec: PodSpec, requests: Mapping[str, ResourceList], limits: Mapping[str, ResourceList]
) -> PodSpec:
    """A spec whose containers have what is said of them, and else what they had."""

    def resized(container: Container) -> Container:
        old, name = container.resources, container.name
        new = with_changes(
            old, requests=requests.get(name, old.requests), limits=limits.get(name, old.limits)
        )
        return with_changes(container, resources=new)

    return with_changes(
        spec,
        containers=tuple(resized(one) for one in spec.containers),
        init_containers=tuple(resized(one) for one in spec.init_containers),
    )


def _most(amounts: Sequence[ResourceList]) -> ResourceList:
    most: ResourceList = {}
    for one in amounts:
        for name, amount in one.items():
            if name not in most or most[name] < amount:
                most[name] = amount
    return most


def _put_events(page: Page, found: Node, to: Describing) -> None:
    """Controllers report of a node's identity, its kubelet of its name."""
    if not to.show_events:
        return
    try:
        events = to.events_of(found) + to.events_of(found, uid=found.metadata.name)
    except StatusError:
        events = []
    to.write_events(page, events)
