"""The cloud's part in Services of type LoadBalancer: it makes a load balancer and says where.

What a cloud does is behind ``LoadBalancers``; the simulated one needs a few seconds and then
has an address. For another cloud, subclass ``CloudServiceController`` and set ``cloud``.
Models k8s.io/cloud-provider/controllers/service/controller.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kubelite.api.core_v1 import LoadBalancerIngress, Node, Service
from kubelite.api.freezing import freeze
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.apimachinery.struct import to_dict
from kubelite.client.client import Client
from kubelite.client.controller import Action, Emit, Patch, Requeue
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager
from kubelite.sim.clock import SECOND
from kubelite.sim.guests import contain, foreign, nonsense, shown

FINALIZER = "service.kubernetes.io/load-balancer-cleanup"
EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"
FALSE = ("0", "f", "F", "false", "FALSE", "False")
LOAD_BALANCER = "LoadBalancer"
MOST_NAMES = 20
"""So many nodes are named in one event."""


FIRST_RETRY, LAST_RETRY = 5 * SECOND, 300 * SECOND
"""After a failure of the cloud it is asked again: so much later, and each time twice as much."""


class CloudError(Exception):
    """The cloud has not done what it was asked for; its text is told in an event."""


class LoadBalancers(Protocol):
    """A cloud. ``delay`` is how long it takes to make a load balancer, in microseconds."""

    delay: int

    def ensure(
        self, service: Service, nodes: Sequence[Node], others: Sequence[Service]
    ) -> tuple[LoadBalancerIngress, ...]:
        """Make or change the load balancer of a Service; where it is reached.

        ``nodes`` are those that may get traffic, ``others`` all other Services.
        Raises CloudError when it cannot be done just now.
        """
        ...


class SimulatedCloud:
    """Addresses from 198.18.1.0 on, the lowest free one; ready after five seconds."""

    delay = 5 * SECOND

    def __init__(self) -> None:
        self._given: dict[str, str] = {}  # by uid: nobody's status may say so yet

    def ensure(
        self, service: Service, nodes: Sequence[Node], others: Sequence[Service]
    ) -> tuple[LoadBalancerIngress, ...]:
        """The address it has, the one it asks for, or a new one."""
        if service.status.load_balancer.ingress:
            return service.status.load_balancer.ingress
        living = {other.metadata.uid for other in others}
        self._given = {uid: ip for uid, ip in self._given.items() if uid in living}
        taken = {point.ip for other in others for point in other.status.load_balancer.ingress}
        taken.update(self._given.values())
        wanted = service.spec.load_balancer_ip
        number = 256
        while not wanted or wanted in taken:
            number += 1
            wanted = f"198.18.{number >> 8}.{number & 255}"
        self._given[service.metadata.uid] = wanted
        return (LoadBalancerIngress(ip=wanted, ip_mode="VIP"),)


class CloudServiceController(ManagedController):
    """Keeps a load balancer for each Service that wants one."""

    name = "service-controller"
    workers = 1
    cloud: type[LoadBalancers] = SimulatedCloud

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.provider = self.cloud()
        self.services = manager.informer("services")
        self.nodes = manager.informer("nodes")
        self.services.on(add=self._changed, update=lambda _, service: self._changed(service))
        self.nodes.on(
            add=lambda _: self._nodes_changed(),
            update=self._node_updated,
            delete=lambda _: self._nodes_changed(),
        )
        self._asked: dict[str, int] = {}  # by uid, when the cloud was asked
        self._hosts: dict[str, tuple[str, ...]] = {}  # by uid, the nodes it was told of
        self._failures: dict[str, int] = {}  # by uid, how often the cloud has failed in a row

    def _node_updated(self, old: Node, node: Node) -> None:
        if _excluded(old) != _excluded(node):
            self._nodes_changed()

    def _nodes_changed(self) -> None:
        for service in self.services.items():
            self._changed(service)

    def _changed(self, service: Service) -> None:
        if service.spec.type == LOAD_BALANCER or FINALIZER in service.metadata.finalizers:
            self.queue.add(key_of(service))

    # DOC: load-balancer-ensure
    def sync(self, key: str) -> Sequence[Action]:
        """Ask the cloud, wait, and write down where the load balancer is; or clean up."""
        service = self.services.get(key)
        if service is None or service.spec.load_balancer_class is not None:
            return ()
        meta = service.metadata
        if service.spec.type != LOAD_BALANCER or meta.deletion_timestamp is not None:
            return self._cleanup(service)
        asked = self._asked.setdefault(meta.uid, self.clock.now)
        if service.status.load_balancer.ingress and meta.uid not in self._failures:
            return self._update_hosts(service)
        ready = asked + self.provider.delay
        if self.clock.now < ready:
            return self._begin(service, ready - self.clock.now)
        return self._ensure(service)

    # DOC: load-balancer-retry
    def _ensure(self, service: Service) -> Sequence[Action]:
        """Ask the cloud; when it fails, again after 5 s, 10 s, ... 5 min."""
        uid = service.metadata.uid
        failures = self._failures.pop(uid, None)
        again = () if failures is None else (_ensuring(service),)
        try:
            points = self._ask(service, self._nodes_told(service))
        except CloudError as error:
            count = failures or 0
            self._failures[uid] = count + 1
            text = f"Error syncing load balancer: failed to ensure load balancer: {error}"
            warning = Emit(service, "Warning", "SyncLoadBalancerFailed", text)
            return (*again, warning, Requeue(min(FIRST_RETRY << min(count, 6), LAST_RETRY)))
        ensured = Emit(service, "Normal", "EnsuredLoadBalancer", "Ensured load balancer")
        return (*again, ensured, _status(service, points))

    def _ask(self, service: Service, nodes: Sequence[Node]) -> tuple[LoadBalancerIngress, ...]:
        others = [other for other in self.services.items() if other is not service]
        if not foreign(self.provider):
            return self.provider.ensure(service, nodes, others)
        return self._ask_guest(service, nodes, others)

    def _ask_guest(
        self, service: Service, nodes: Sequence[Node], others: Sequence[Service]
    ) -> tuple[LoadBalancerIngress, ...]:
        """The same of a learner's cloud: whatever it raises, it has failed. Raises CloudError."""
        for seen in (service, *nodes, *others):
            freeze(seen)
        try:
            points = self.provider.ensure(service, nodes, others)
            if not isinstance(points, tuple | list) or not all(
                isinstance(point, LoadBalancerIngress) for point in points
            ):
                nonsense(f"a cloud returns LoadBalancerIngress in a tuple, not {shown(points)}")
        except CloudError:
            raise
        except BaseException as error:
            place = ("services", service.metadata.namespace, service.metadata.name)
            advice = "The cloud is asked again after a back-off"
            failed = contain(self.clock, error, self.provider, "ensure", advice, place)
            raise CloudError(failed.cause) from error
        return tuple(points)

    def _begin(self, service: Service, delay: int) -> Sequence[Action]:
        """Hold on to the Service before there is anything that must be cleaned up."""
        finalizers = service.metadata.finalizers
        if FINALIZER in finalizers:
            return (Requeue(delay),)
        actions: list[Action] = [
            _ensuring(service),
            _finalizers(service, (*finalizers, FINALIZER)),
            Requeue(delay),
        ]
        if not any(map(_usable, self.nodes.items())):
            text = "There are no available nodes for LoadBalancer"
            actions.insert(1, Emit(service, "Warning", "UnAvailableLoadBalancer", text))
        return actions

    def _cleanup(self, service: Service) -> Sequence[Action]:
        kept = tuple(f for f in service.metadata.finalizers if f != FINALIZER)
        if kept == service.metadata.finalizers:
            return ()
        self._asked.pop(service.metadata.uid, None)
        self._hosts.pop(service.metadata.uid, None)
        self._failures.pop(service.metadata.uid, None)
        begins: list[Action] = []
        if service.status.load_balancer.ingress:
            text = "Deleting load balancer"
            begins.append(Emit(service, "Normal", "DeletingLoadBalancer", text))
            if service.metadata.deletion_timestamp is None:
                begins.append(_status(service, ()))
        deleted = Emit(service, "Normal", "DeletedLoadBalancer", "Deleted load balancer")
        return (*begins, _finalizers(service, kept), deleted)

    def _nodes_told(self, service: Service) -> list[Node]:
        """The nodes that may get traffic; remembered, so that a change is noticed."""
        nodes = [node for node in self.nodes.items() if _usable(node)]
        self._hosts[service.metadata.uid] = tuple(sorted(n.metadata.name for n in nodes))
        return nodes

    def _update_hosts(self, service: Service) -> Sequence[Action]:
        """Tell the cloud of other nodes than before."""
        before = self._hosts.get(service.metadata.uid)
        nodes = self._nodes_told(service)
        if self._hosts[service.metadata.uid] == before:
            return ()
        try:
            self._ask(service, nodes)
        except CloudError as error:
            self._failures[service.metadata.uid] = 0
            return (_update_failed(service, nodes, error), *self._ensure(service))
        if not nodes:
            text = "There are no available nodes for LoadBalancer"
            return (Emit(service, "Warning", "UnAvailableLoadBalancer", text),)
        text = "Updated load balancer with new hosts"
        return (Emit(service, "Normal", "UpdatedLoadBalancer", text),)


# DOC: load-balancer-nodes
def _usable(node: Node) -> bool:
    """Ready or not: a load balancer finds out for itself who answers (KEP-3458)."""
    leaving = any(taint.key == TO_BE_DELETED for taint in node.spec.taints)
    return not leaving and node.metadata.deletion_timestamp is None and not _excluded(node)


def _excluded(node: Node) -> bool:
    return node.metadata.labels.get(EXCLUDED, "false") not in FALSE


def _update_failed(service: Service, nodes: Sequence[Node], error: CloudError) -> Emit:
    names = sorted(node.metadata.name for node in nodes[:MOST_NAMES])
    if len(nodes) > MOST_NAMES:
        names.append(f"<{len(nodes) - MOST_NAMES} more>")
    text = (
        f"Error updating load balancer with new hosts [{' '.join(names)}] [node names limited, "
        f"total number of nodes: {len(nodes)}], error: {error}"
    )
    return Emit(service, "Warning", "UpdateLoadBalancerFailed", text)


def _ensuring(service: Service) -> Emit:
    return Emit(service, "Normal", "EnsuringLoadBalancer", "Ensuring load balancer")


def _finalizers(service: Service, finalizers: Sequence[str]) -> Patch:
    meta = service.metadata
    change = {"metadata": {"uid": meta.uid, "finalizers": [*finalizers]}}
    return Patch("services", meta.name, meta.namespace, change, MERGE_PATCH)


def _status(service: Service, points: Sequence[LoadBalancerIngress]) -> Patch:
    meta = service.metadata
    change = {"status": {"loadBalancer": {"ingress": [to_dict(point) for point in points]}}}
    return Patch("services", meta.name, meta.namespace, change, MERGE_PATCH, "status")
