"""What single cells of the tables show.

Models the print functions of pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.conditions import condition
from kubelite.api.core_v1 import Container, ContainerStatus, Event, Node, Pod, Service
from kubelite.api.discovery_v1 import EndpointSlice
from kubelite.apimachinery.duration import human_duration
from kubelite.apimachinery.labels import from_label_selector

NONE = "<none>"


# Pods


def pod_ready(pod: Pod, now: int) -> str:
    """Ready containers of all, native sidecars included: "1/2"."""
    sidecars = {c.name for c in pod.spec.init_containers if _is_sidecar(c)}
    ready = sum(s.ready and _running(s) for s in pod.status.container_statuses)
    ready += sum(
        s.ready and _running(s) for s in pod.status.init_container_statuses if s.name in sidecars
    )
    return f"{ready}/{len(pod.spec.containers) + len(sidecars)}"


def _is_sidecar(container: Container) -> bool:
    return container.restart_policy == "Always"


def _running(status: ContainerStatus) -> bool:
    return status.state.running is not None


# DOC: pod-status-column
def pod_status(pod: Pod, now: int) -> str:
    """The one word that kubectl shows; more often a container's reason than the pod's phase."""
    reason = pod.status.reason or pod.status.phase
    initialising = _init_reason(pod)
    reason = initialising or _main_reason(pod, reason)
    if pod.metadata.deletion_timestamp is not None:
        if pod.status.reason == "NodeLost":
            return "Unknown"
        if pod.status.phase not in ("Succeeded", "Failed"):
            return "Terminating"
    scheduled = condition(pod, "PodScheduled")
    if scheduled is not None and scheduled.reason == "SchedulingGated":
        return "SchedulingGated"
    return reason


def _init_reason(pod: Pod) -> str:
    """ "Init:1/2" and the like while init containers are not through; otherwise nothing."""
    total = len(pod.spec.init_containers)
    sidecars = {c.name for c in pod.spec.init_containers if _is_sidecar(c)}
    for done, status in enumerate(pod.status.init_container_statuses):
        ended, waiting = status.state.terminated, status.state.waiting
        if ended is not None and ended.exit_code == 0:
            continue
        if status.name in sidecars and status.started:
            continue
        if ended is not None:
            if ended.reason:
                return "Init:" + ended.reason
            return (
                f"Init:Signal:{ended.signal}"
                if ended.signal
                else f"Init:ExitCode:{ended.exit_code}"
            )
        if waiting is not None and waiting.reason not in ("", "PodInitializing"):
            return "Init:" + waiting.reason
        return f"Init:{done}/{total}"
    return ""


def _main_reason(pod: Pod, reason: str) -> str:
    running = False
    for status in reversed(pod.status.container_statuses):
        waiting, ended = status.state.waiting, status.state.terminated
        if waiting is not None and waiting.reason:
            reason = waiting.reason
        elif ended is not None and ended.reason:
            reason = ended.reason
        elif ended is not None:
            reason = f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code}"
        elif status.ready and _running(status):
            running = True
    if reason == "Completed" and running:
        ready = condition(pod, "Ready")
        return "Running" if ready is not None and ready.status == "True" else "NotReady"
    return reason


def pod_restarts(pod: Pod, now: int) -> str:
    """How often containers were restarted, and how long ago the last time."""
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    counted = [s for s in pod.status.container_statuses] or list(statuses)
    total = sum(s.restart_count for s in counted)
    ends = [
        s.last_state.terminated.finished_at
        for s in counted
        if s.last_state.terminated is not None and s.last_state.terminated.finished_at is not None
    ]
    if total and ends:
        return f"{total} ({human_duration(now - max(ends))} ago)"
    return str(total)


def pod_ip(pod: Pod, now: int) -> str:
    """Its address."""
    return pod.status.pod_ip or NONE


def pod_node(pod: Pod, now: int) -> str:
    """Where it runs."""
    return pod.spec.node_name or NONE


def pod_nominated(pod: Pod, now: int) -> str:
    """The node that preemption has promised it."""
    return pod.status.nominated_node_name or NONE


def pod_gates(pod: Pod, now: int) -> str:
    """Readiness gates that are true, of all: "1/2"."""
    gates = pod.spec.readiness_gates
    if not gates:
        return NONE
    found = [condition(pod, gate.condition_type) for gate in gates]
    return f"{sum(c is not None and c.status == 'True' for c in found)}/{len(gates)}"


# Workloads


def deployment_ready(deployment: Any, now: int) -> str:
    """Ready of wanted: "2/3"."""
    return f"{deployment.status.ready_replicas}/{deployment.spec.replicas}"


def template_containers(owner: Any, now: int) -> str:
    """Names of the template's containers."""
    return ",".join(container.name for container in owner.spec.template.spec.containers)


def template_images(owner: Any, now: int) -> str:
    """Images of the template's containers."""
    return ",".join(container.image for container in owner.spec.template.spec.containers)


def selector(owner: Any, now: int) -> str:
    """The label selector in one line."""
    return str(from_label_selector(owner.spec.selector)) or NONE


# Services


def service_external(service: Service, now: int) -> str:
    """Addresses outside the cluster; "<pending>" while a load balancer has none."""
    spec, ingress = service.spec, service.status.load_balancer.ingress
    if spec.type == "ExternalName":
        return spec.external_name
    addresses = [entry.ip or entry.hostname for entry in ingress] + list(spec.external_ips)
    if addresses:
        return ",".join(addresses)
    return "<pending>" if spec.type == "LoadBalancer" else NONE


def service_ports(service: Service, now: int) -> str:
    """ "80/TCP", or "80:30080/TCP" with a node port."""
    shown = [
        f"{port.port}:{port.node_port}/{port.protocol}"
        if port.node_port
        else f"{port.port}/{port.protocol}"
        for port in service.spec.ports
    ]
    return ",".join(shown) or NONE


def service_selector(service: Service, now: int) -> str:
    """The labels it selects."""
    return ",".join(f"{k}={v}" for k, v in sorted(service.spec.selector.items())) or NONE


def _first_three(items: list[str]) -> str:
    if not items:
        return "<unset>"
    more = f" + {len(items) - 3} more..." if len(items) > 3 else ""
    return ",".join(items[:3]) + more


def slice_ports(found: EndpointSlice, now: int) -> str:
    """The first three ports."""
    return _first_three([str(port.port) for port in found.ports if port.port is not None])


def slice_endpoints(found: EndpointSlice, now: int) -> str:
    """The first three addresses."""
    return _first_three([address for e in found.endpoints for address in e.addresses])


# Nodes and events


def node_status(node: Node, now: int) -> str:
    """Ready, NotReady or Unknown; and whether it is cordoned."""
    ready = condition(node, "Ready")
    word = "Unknown" if ready is None else "Ready" if ready.status == "True" else "NotReady"
    return word + (",SchedulingDisabled" if node.spec.unschedulable else "")


def node_roles(node: Node, now: int) -> str:
    """From its labels."""
    prefix = "node-role.kubernetes.io/"
    roles = [key[len(prefix) :] for key in node.metadata.labels if key.startswith(prefix)]
    return ",".join(sorted(roles)) or NONE


def node_address(node: Node, now: int) -> str:
    """Its address inside the cluster."""
    for address in node.status.addresses:
        if address.type == "InternalIP":
            return address.address
    return NONE


def event_last_seen(event: Event, now: int) -> str:
    """How long ago, and how often since when."""
    last = event.last_timestamp or event.event_time or event.metadata.creation_timestamp
    if last is None:
        return "<unknown>"
    seen = human_duration(now - last)
    first = event.first_timestamp
    if event.count > 1 and first is not None:
        return f"{seen} (x{event.count} over {human_duration(now - first)})"
    return seen


def event_object(event: Event, now: int) -> str:
    """ "pod/web-1"."""
    about = event.involved_object
    return f"{about.kind.lower()}/{about.name}"


def event_source(event: Event, now: int) -> str:
    """Who says so."""
    return ", ".join(filter(None, (event.source.component, event.source.host)))
