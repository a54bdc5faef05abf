"""Endpoints written by hand become EndpointSlices, for Services that select no pods.

Models pkg/controller/endpointslicemirroring. One slice for each subset, of at most 1,000
addresses; upstream packs subsets with equal ports together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.core_v1 import EndpointAddress, Endpoints, EndpointSubset, Service
from kubelite.api.discovery_v1 import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import replace
from kubelite.client.client import Client
from kubelite.client.controller import Action, Create, Delete, Update
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager, owned_by
from kubelite.controllers.endpointslice import MANAGED_BY, SERVICE_NAME, by_service

MIRROR = "endpointslicemirroring-controller.k8s.io"
SKIP = "endpointslice.kubernetes.io/skip-mirror"
LEADER = "control-plane.alpha.kubernetes.io/leader"
MAX_ENDPOINTS = 1000


def mirrored(endpoints: Endpoints, service: Service | None) -> bool:
    """Whether slices are to be made of these."""
    meta = endpoints.metadata
    return (
        service is not None
        and not service.spec.selector
        and meta.labels.get(SKIP) != "true"
        and LEADER not in meta.annotations
        and meta.deletion_timestamp is None
    )


def slice_of(endpoints: Endpoints, subset: EndpointSubset) -> EndpointSlice:
    """The slice that says what one subset says."""
    meta = endpoints.metadata
    found = [_endpoint(address, True) for address in subset.addresses]
    found += [_endpoint(address, False) for address in subset.not_ready_addresses]
    six = any(":" in address for endpoint in found for address in endpoint.addresses)
    labels = {
        key: value for key, value in meta.labels.items() if "kubernetes.io/headless" not in key
    }
    return EndpointSlice(
        metadata=ObjectMeta(
            generate_name=meta.name + "-",
            namespace=meta.namespace,
            labels=labels | {SERVICE_NAME: meta.name, MANAGED_BY: MIRROR},
            owner_references=(owned_by(endpoints),),
        ),
        address_type="IPv6" if six else "IPv4",
        endpoints=tuple(found[:MAX_ENDPOINTS]),
        ports=tuple(
            EndpointPort(
                name=port.name,
                port=port.port,
                protocol=port.protocol,
                app_protocol=port.app_protocol,
            )
            for port in subset.ports
        ),
    )


def _endpoint(address: EndpointAddress, ready: bool) -> Endpoint:
    return Endpoint(
        addresses=(address.ip,),
        conditions=EndpointConditions(ready=ready),
        hostname=address.hostname or None,
        node_name=address.node_name,
        target_ref=address.target_ref,
    )


class EndpointSliceMirroringController(ManagedController):
    """Watches Endpoints, the Services they belong to, and its own slices."""

    name = "endpointslicemirroring-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.endpoints = manager.informer("endpoints")
        self.services = manager.informer("services")
        slices = "endpointslices.discovery.k8s.io"
        self.slices = manager.informer(slices, {"service": by_service})
        self.endpoints.on(
            add=self._woken, update=lambda _, new: self._woken(new), delete=self._woken
        )
        self.services.on(
            add=self._service, update=lambda _, new: self._service(new), delete=self._service
        )
        self.slices.on(delete=self._slice_deleted)

    def _woken(self, endpoints: Endpoints) -> None:
        self.queue.add(key_of(endpoints))

    def _service(self, service: Service) -> None:
        if not service.spec.selector and self.endpoints.get(key_of(service)) is not None:
            self.queue.add(key_of(service))

    def _slice_deleted(self, gone: EndpointSlice) -> None:
        labels = gone.metadata.labels
        if labels.get(MANAGED_BY) == MIRROR:
            self.queue.add(f"{gone.metadata.namespace}/{labels.get(SERVICE_NAME, '')}")

    def sync(self, key: str) -> Sequence[Action]:
        """Bring the slices into line with the subsets, in their order."""
        endpoints: Any = self.endpoints.get(key)
        held = [
            one
            for one in self.slices.index("service", key)
            if one.metadata.labels.get(MANAGED_BY) == MIRROR
            and one.metadata.deletion_timestamp is None
        ]
        wanted = (
            [slice_of(endpoints, subset) for subset in endpoints.subsets]
            if endpoints is not None and mirrored(endpoints, self.services.get(key))
            else []
        )
        return plan(wanted, held)


def plan(wanted: Sequence[EndpointSlice], held: Sequence[EndpointSlice]) -> list[Action]:
    """Create, update and delete slices so that they say what is wanted."""
    actions: list[Action] = [Create(fresh) for fresh in wanted[len(held) :]]
    for fresh, old in zip(wanted, held, strict=False):
        meta = replace(old.metadata, labels=fresh.metadata.labels)
        changed = replace(fresh, metadata=meta)
        if changed != old:
            actions.append(Update(changed))
    for stale in held[len(wanted) :]:
        meta = stale.metadata
        resource = "endpointslices.discovery.k8s.io"
        actions.append(Delete(resource, meta.name, meta.namespace, meta.uid))
    return actions
