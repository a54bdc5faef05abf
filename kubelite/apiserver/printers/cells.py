"""What single cells of the tables show.

Models the print functions of pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from kubelite.api.conditions import condition
from kubelite.api.core_v1 import (
    Container,
    ContainerStateTerminated,
    ContainerStatus,
    Event,
    Node,
    Pod,
    Service,
)
from kubelite.api.discovery_v1 import EndpointSlice
from kubelite.api.networking_v1 import Ingress, IngressClass, NetworkPolicy
from kubelite.apimachinery.duration import human_duration
from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.memo import ByIdentity

NONE = "<none>"


# Pods


class _Summary(NamedTuple):
    """What a row about a pod says; ``last`` is when a container ended before a restart."""

    reason: str
    ready: int
    restarts: int
    last: int | None


# DOC: pod-status-column
def _summed_up(pod: Pod) -> _Summary:
    """The story of a pod in one word: more often a container's reason than the pod's phase.

    Init containers speak first; the others are heard once these are through.
    """
    phase = _said_of_pod(pod)
    reason, restarts, last, sidecars = _initialising(pod, phase)
    if reason and not _is_true(pod, "Initialized"):
        summary = _Summary(reason, sidecars.ready, restarts, last)
    else:
        summary = _main(pod, reason or phase, sidecars)
    if pod.metadata.deletion_timestamp is not None:
        if pod.status.reason == "NodeLost":
            return summary._replace(reason="Unknown")
        if pod.status.phase not in ("Succeeded", "Failed"):
            return summary._replace(reason="Terminating")
    return summary


_summary = ByIdentity(_summed_up)  # three columns ask, and the next list does


def _said_of_pod(pod: Pod) -> str:
    scheduled = condition(pod, "PodScheduled")
    if scheduled is not None and scheduled.reason == "SchedulingGated":
        return "SchedulingGated"
    return pod.status.reason or pod.status.phase


def _initialising(pod: Pod, phase: str) -> tuple[str, int, int | None, _Summary]:
    """ "Init:1/2" and the like while init containers are not through; the restarts so far; and
    what the sidecars among them add for good.
    """
    total, restarts, last = len(pod.spec.init_containers), 0, None
    restartable = {c.name for c in pod.spec.init_containers if _is_sidecar(c)}
    sidecars = _Summary(phase, 0, 0, None)
    for done, status in enumerate(pod.status.init_container_statuses):
        ended, waiting = status.state.terminated, status.state.waiting
        restarts += status.restart_count
        last = _later(last, status)
        if status.name in restartable:
            sidecars = sidecars._replace(
                restarts=sidecars.restarts + status.restart_count,
                last=_later(sidecars.last, status),
            )
        if ended is not None and ended.exit_code == 0:
            continue
        if status.name in restartable and status.started:
            sidecars = sidecars._replace(ready=sidecars.ready + status.ready)
            continue
        if ended is not None:
            return f"Init:{_ended(ended)}", restarts, last, sidecars
        if waiting is not None and waiting.reason not in ("", "PodInitializing"):
            return f"Init:{waiting.reason}", restarts, last, sidecars
        return f"Init:{done}/{total}", restarts, last, sidecars
    return "", restarts, last, sidecars


def _main(pod: Pod, reason: str, summary: _Summary) -> _Summary:
    _, ready, restarts, last = summary
    running = False
    for status in reversed(pod.status.container_statuses):
        waiting, ended = status.state.waiting, status.state.terminated
        restarts += status.restart_count
        last = _later(last, status)
        if waiting is not None and waiting.reason:
            reason = waiting.reason
        elif ended is not None:
            reason = _ended(ended)
        elif status.ready and status.state.running is not None:
            running = True
            ready += 1
    if reason == "Completed" and running:
        reason = "Running" if _is_true(pod, "Ready") else "NotReady"
    return _Summary(reason, ready, restarts, last)


def _is_sidecar(container: Container) -> bool:
    return container.restart_policy == "Always"


def _is_true(pod: Pod, type: str) -> bool:
    found = condition(pod, type)
    return found is not None and found.status == "True"


def _ended(state: ContainerStateTerminated) -> str:
    if state.reason:
        return state.reason
    return f"Signal:{state.signal}" if state.signal else f"ExitCode:{state.exit_code}"


def _later(last: int | None, status: ContainerStatus) -> int | None:
    before = status.last_state.terminated
    ended = before.finished_at if before is not None else None
    return ended if last is None else last if ended is None else max(last, ended)


def pod_ready(pod: Pod, now: int) -> str:
    """Ready containers of all, native sidecars included: "1/2"."""
    total = len(pod.spec.containers) + sum(map(_is_sidecar, pod.spec.init_containers))
    return f"{_summary(pod).ready}/{total}"


def pod_status(pod: Pod, now: int) -> str:
    """The one word that kubectl shows."""
    return _summary(pod).reason


def pod_restarts(pod: Pod, now: int) -> str:
    """How often containers were restarted, and how long ago the last time: "3 (5m ago)"."""
    _, _, restarts, last = _summary(pod)
    if restarts and last is not None:
        return f"{restarts} ({human_duration(now - last)} ago)"
    return str(restarts)


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


def node_selector(owner: Any, now: int) -> str:
    """Labels of the nodes that its pods want."""
    wanted = owner.spec.template.spec.node_selector
    return ",".join(f"{k}={v}" for k, v in sorted(wanted.items())) or NONE


def revision_controller(revision: Any, now: int) -> str:
    """Whose version it is: "statefulset.apps/web"."""
    for owner in revision.metadata.owner_references:
        if owner.controller:
            group = owner.api_version.rpartition("/")[0]
            return f"{owner.kind.lower()}{'.' + group if group else ''}/{owner.name}"
    return NONE


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


# Policies and ways in


def policy_pods(policy: NetworkPolicy, now: int) -> str:
    """The selector of the pods it isolates."""
    return str(from_label_selector(policy.spec.pod_selector)) or NONE


def ingress_hosts(ingress: Ingress, now: int) -> str:
    """The first three hosts, "*" when there is none."""
    hosts = [rule.host for rule in ingress.spec.rules if rule.host]
    return _first_three(hosts) if hosts else "*"


def ingress_address(ingress: Ingress, now: int) -> str:
    """Where its controller is reached."""
    return ",".join(p.ip or p.hostname for p in ingress.status.load_balancer.ingress)


def class_parameters(ingress_class: IngressClass, now: int) -> str:
    """The object with its settings: "Kind.group/name"."""
    found = ingress_class.spec.parameters
    if found is None:
        return NONE
    group = f".{found.api_group}" if found.api_group is not None else ""
    return f"{found.kind}{group}/{found.name}"


# Nodes and events


def node_status(node: Node, now: int) -> str:
    """Ready, NotReady or Unknown; and whether it is cordoned."""
    ready = condition(node, "Ready")
    word = "Unknown" if ready is None else "Ready" if ready.status == "True" else "NotReady"
    return word + (",SchedulingDisabled" if node.spec.unschedulable else "")


def node_roles(node: Node, now: int) -> str:
    """From its labels."""
    prefix = "node-role.kubernetes.io/"
    labels = node.metadata.labels
    roles = {key[len(prefix) :] for key in labels if key.startswith(prefix)}
    roles.add(labels.get("kubernetes.io/role", ""))
    return ",".join(sorted(roles - {""})) or NONE


def node_internal(node: Node, now: int) -> str:
    """Its address inside the cluster."""
    return _address(node, "InternalIP")


def node_external(node: Node, now: int) -> str:
    """Its address outside, if it has one."""
    return _address(node, "ExternalIP")


def _address(node: Node, type: str) -> str:
    return next((a.address for a in node.status.addresses if a.type == type), NONE)


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


def created_at(obj: Any, now: int) -> str:
    """The moment of creation, as it is on the wire."""
    created = obj.metadata.creation_timestamp
    return created.wire() if created is not None else "<unknown>"


def policy_params(policy: Any, now: int) -> str:
    """The kind of a policy's parameters."""
    kind = policy.spec.param_kind
    return f"{kind.api_version}/{kind.kind}" if kind is not None else "<unset>"


def binding_params(binding: Any, now: int) -> str:
    """The object that parametrises a binding."""
    ref = binding.spec.param_ref
    if ref is None:
        return "<unset>"
    return f"{ref.namespace or '*'}/{ref.name or '*'}"
