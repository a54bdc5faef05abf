"""EndpointSlice: for each Service, the addresses of the pods it selects, in slices of 100.

Models pkg/controller/endpointslice and staging endpointslice/reconciler.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubelite.api.conditions import pod_finished, pod_ready
from kubelite.api.core_v1 import ObjectReference, Pod, Service
from kubelite.api.discovery_v1 import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
from kubelite.apimachinery import labels
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import replace
from kubelite.client.client import Client
from kubelite.client.controller import Action, Create, Delete, Update
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager, owned_by

MAX_ENDPOINTS = 100
SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MANAGER = "endpointslice-controller.k8s.io"
HEADLESS = "service.kubernetes.io/headless"
RESERVED = frozenset((SERVICE_NAME, MANAGED_BY, HEADLESS))
ZONE = "topology.kubernetes.io/zone"

Ports = tuple[EndpointPort, ...]
_selects = ByIdentity(labels.from_set)


def by_service(obj: EndpointSlice) -> Sequence[str]:
    """An indexer: "namespace/service"."""
    return (f"{obj.metadata.namespace}/{obj.metadata.labels.get(SERVICE_NAME, '')}",)


def by_namespace(pod: Pod) -> Sequence[str]:
    """An indexer: the namespace."""
    return (pod.metadata.namespace,)


def by_namespace_selecting(service: Service) -> Sequence[str]:
    """An indexer: the namespace of a Service that selects pods."""
    return (service.metadata.namespace,) if service.spec.selector else ()


# DOC: endpoint-conditions
def endpoint(pod: Pod, service: Service, zone: str) -> Endpoint:
    """A pod as an endpoint: ready for traffic only while Ready and not on its way out."""
    ready, leaving = pod_ready(pod), pod.metadata.deletion_timestamp is not None
    anyway = service.spec.publish_not_ready_addresses
    meta = pod.metadata
    return Endpoint(
        addresses=(pod.status.pod_ip,),
        conditions=EndpointConditions(
            ready=anyway or (ready and not leaving), serving=ready, terminating=leaving
        ),
        target_ref=ObjectReference(
            kind="Pod", namespace=meta.namespace, name=meta.name, uid=meta.uid
        ),
        node_name=pod.spec.node_name or None,
        zone=zone or None,
        hostname=pod.spec.hostname
        if pod.spec.hostname and pod.spec.subdomain == service.metadata.name
        else None,
    )


def belongs(pod: Pod) -> bool:
    """Whether a pod can be an endpoint at all: it has an address and has not finished."""
    return bool(pod.status.pod_ip) and not pod_finished(pod)


def ports_of(service: Service, pod: Pod) -> Ports:
    """The service's ports as this pod serves them; a named target port may differ by pod."""
    found = []
    for port in service.spec.ports:
        number = port.target_port if isinstance(port.target_port, int) else None
        if number is None:
            number = _named_port(pod, str(port.target_port), port.protocol)
        if number is not None:
            found.append(
                EndpointPort(
                    name=port.name,
                    protocol=port.protocol,
                    port=number or port.port,
                    app_protocol=port.app_protocol,
                )
            )
    return tuple(found)


def _named_port(pod: Pod, name: str, protocol: str) -> int | None:
    for container in pod.spec.containers:
        for port in container.ports:
            if port.name == name and port.protocol == protocol:
                return port.container_port
    return None


class _Changes(NamedTuple):
    """What becomes of a Service's slices."""

    creates: list[EndpointSlice]
    updates: list[EndpointSlice]
    deletes: list[EndpointSlice]


# DOC: endpointslice-plan
def plan(
    service: Service,
    wanted: dict[Ports, dict[str, Endpoint]],
    existing: Sequence[EndpointSlice],
) -> list[Action]:
    """Fewest writes that make the slices say what is wanted.

    ``wanted`` maps each set of ports to endpoints by pod uid.
    """
    ours = [s for s in existing if _owned(s, service)]
    strangers = [s for s in existing if not _owned(s, service)]  # of an earlier one of this name
    changes = _Changes([], [], [s for s in ours if s.ports not in wanted])
    creates, updates, deletes = changes
    for ports, endpoints in wanted.items():
        _place(service, ports, endpoints, [s for s in ours if s.ports == ports], changes)
    if len(deletes) == len(ours) and not creates:
        # One slice stays even when nobody is in it, so that readers see an answer: nobody.
        nobody = _slice(service, ())
        if len(existing) == 1 and deletes and _says_the_same(deletes[0], nobody):
            return []
        creates.append(nobody)
    while creates and deletes:  # one write is cheaper than two
        fresh, held = creates.pop(), deletes.pop(0)
        meta = replace(held.metadata, labels=fresh.metadata.labels)
        updates.append(replace(fresh, metadata=meta))
    return [*map(Create, creates), *map(Update, updates), *map(_delete, deletes + strangers)]


def _place(
    service: Service,
    ports: Ports,
    endpoints: dict[str, Endpoint],
    slices: Sequence[EndpointSlice],
    changes: _Changes,
) -> None:
    """Refresh what is in the slices; then put who is new where it costs least."""
    waiting = dict(endpoints)
    same: list[EndpointSlice] = []
    touched: list[EndpointSlice] = []
    for held in slices:
        fresh = _refreshed(held, waiting, service)
        if not fresh.endpoints:
            changes.deletes.append(held)
        else:
            (same if fresh is held else touched).append(fresh)
    for fresh in sorted(touched, key=lambda s: -len(s.endpoints)):
        changes.updates.append(_filled(fresh, waiting))
    while waiting:
        if roomy := _room_for(len(waiting), same):
            changes.updates.append(_filled(roomy, waiting))
        else:
            changes.creates.append(_filled(_slice(service, ports), waiting))


def _refreshed(held: EndpointSlice, wanted: dict[str, Endpoint], service: Service) -> EndpointSlice:
    """The slice with its endpoints as they are now, taken out of ``wanted``; itself if equal."""
    uids = [e.target_ref.uid for e in held.endpoints if e.target_ref is not None]
    kept = tuple(wanted.pop(uid) for uid in uids if uid in wanted)
    fresh = replace(held, endpoints=kept, metadata=_labelled(held.metadata, service))
    return held if fresh == held else fresh


def _filled(held: EndpointSlice, waiting: dict[str, Endpoint]) -> EndpointSlice:
    """The slice with as many of those who wait as it has room for."""
    room = MAX_ENDPOINTS - len(held.endpoints)
    taken = tuple(waiting.pop(uid) for uid in list(waiting)[:room])
    return replace(held, endpoints=held.endpoints + taken) if taken else held


def _room_for(count: int, slices: Sequence[EndpointSlice]) -> EndpointSlice | None:
    """The fullest slice that can take them all: one write instead of several."""
    roomy = [held for held in slices if len(held.endpoints) + count <= MAX_ENDPOINTS]
    return max(roomy, key=lambda held: len(held.endpoints), default=None)


def _slice(service: Service, ports: Ports) -> EndpointSlice:
    meta = ObjectMeta(
        generate_name=service.metadata.name + "-",
        namespace=service.metadata.namespace,
        owner_references=(owned_by(service),),
    )
    return EndpointSlice(metadata=_labelled(meta, service), address_type="IPv4", ports=ports)


def _labelled(meta: ObjectMeta, service: Service) -> ObjectMeta:
    """With the Service's labels, save those that only this controller may set."""
    theirs = service.metadata.labels
    wanted = {key: theirs[key] for key in theirs if key not in RESERVED}
    wanted |= {SERVICE_NAME: service.metadata.name, MANAGED_BY: MANAGER}
    if service.spec.cluster_ip == "None":
        wanted[HEADLESS] = ""
    return meta if meta.labels == wanted else replace(meta, labels=wanted)


def _owned(held: EndpointSlice, service: Service) -> bool:
    uid = service.metadata.uid
    return any(o.uid == uid and o.kind == "Service" for o in held.metadata.owner_references)


def _says_the_same(one: EndpointSlice, other: EndpointSlice) -> bool:
    return (one.ports, one.endpoints, one.metadata.labels) == (
        other.ports,
        other.endpoints,
        other.metadata.labels,
    )


def _delete(stale: EndpointSlice) -> Delete:
    meta = stale.metadata
    return Delete("endpointslices.discovery.k8s.io", meta.name, meta.namespace, meta.uid)


class EndpointSliceController(ManagedController):
    """Watches Services and pods; wakes the Services that select a pod that changed."""

    name = "endpointslice-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.services = manager.informer("services", {"selecting": by_namespace_selecting})
        self.pods = manager.informer("pods", {"namespace": by_namespace})
        self.nodes = manager.informer("nodes")
        self.slices = manager.informer("endpointslices.discovery.k8s.io", {"service": by_service})
        self.services.on(
            add=lambda s: self.queue.add(key_of(s)),
            update=lambda _, s: self.queue.add(key_of(s)),
            delete=lambda s: self.queue.add(key_of(s)),
        )
        self.pods.on(add=self._pod_changed, update=self._pod_updated, delete=self._pod_changed)
        self.slices.on(delete=self._slice_deleted)

    def _pod_updated(self, old: Pod, pod: Pod) -> None:
        if not self.services.count("selecting", pod.metadata.namespace):
            return
        if _shown(old) != _shown(pod):
            self._pod_changed(pod)
            if old.metadata.labels != pod.metadata.labels:
                self._pod_changed(old)

    def _pod_changed(self, pod: Pod) -> None:
        for service in self.services.index("selecting", pod.metadata.namespace):
            if _selects(service.spec.selector).matches(pod.metadata.labels):
                self.queue.add(key_of(service))

    def _slice_deleted(self, gone: EndpointSlice) -> None:
        if gone.metadata.labels.get(MANAGED_BY) == MANAGER:
            self.queue.add(f"{gone.metadata.namespace}/{gone.metadata.labels[SERVICE_NAME]}")

    def sync(self, key: str) -> Sequence[Action]:
        """The plan for one Service; without a selector its slices are somebody else's."""
        service = self.services.get(key)
        if service is None or service.metadata.deletion_timestamp is not None:
            return ()
        if not service.spec.selector or service.spec.type == "ExternalName":
            return ()
        selector = _selects(service.spec.selector)
        wanted: dict[Ports, dict[str, Endpoint]] = {}
        for pod in self.pods.index("namespace", service.metadata.namespace):
            if belongs(pod) and selector.matches(pod.metadata.labels):
                ports = wanted.setdefault(ports_of(service, pod), {})
                ports[pod.metadata.uid] = endpoint(pod, service, self._zone(pod))
        existing = [
            s
            for s in self.slices.index("service", key)
            if s.metadata.labels.get(MANAGED_BY) == MANAGER
            and s.metadata.deletion_timestamp is None
        ]
        return plan(service, wanted, existing)

    def _zone(self, pod: Pod) -> str:
        node = self.nodes.get(pod.spec.node_name)
        return node.metadata.labels.get(ZONE, "") if node is not None else ""


def _shown(pod: Pod) -> tuple[object, ...]:
    """What of a pod can be seen in a slice."""
    return (
        pod.status.pod_ip,
        pod_ready(pod),
        pod_finished(pod),
        pod.metadata.deletion_timestamp is not None,
        pod.metadata.labels,
        pod.spec.node_name,
    )
