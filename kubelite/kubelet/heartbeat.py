"""Signs of life: registration, the node's lease every 10 s, its status every 5 min or on change.

The node lifecycle controller takes a node whose signs stop for lost. Models
``k8s.io/component-helpers/apimachinery/lease`` and syncNodeStatus of ``kubelet_node_status.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import is_

from kubelite.api.coordination_v1 import Lease, LeaseSpec
from kubelite.api.core_v1 import Node, Taint
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.meta import ObjectMeta, OwnerReference
from kubelite.apimachinery.rest import Response
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import MicroTime
from kubelite.client import Client
from kubelite.kubelet.cri import Runtime
from kubelite.kubelet.node_status import Machine, misreported, new_node, with_status
from kubelite.kubelet.shutdown import not_ready
from kubelite.sim.chance import Chance
from kubelite.sim.clock import MINUTE, SECOND, Clock, Timer

LEASE_NAMESPACE = "kube-node-lease"
LEASE_SECONDS = 40
RENEW_INTERVAL = 10 * SECOND
RENEW_JITTER = 0.04
STATUS_UPDATE_FREQUENCY = 10 * SECOND
STATUS_REPORT_FREQUENCY = 5 * MINUTE


class Heartbeat:
    """Registers one node and keeps saying that it lives, until ``stop``."""

    def __init__(
        self,
        client: Client,
        chance: Chance,
        runtime: Runtime,
        name: str,
        node_ip: str,
        pod_cidr: str,
        machine: Machine,
        labels: Mapping[str, str],
        registered: Callable[[Node], object],
        taints: tuple[Taint, ...] = (),
    ):
        self.node: Node | None = None
        self.shutting_down = False
        self._client = client
        self._clock: Clock = client.clock
        self._chance = chance
        self._runtime = runtime
        self._name = name
        self._stream = f"kubelet/{name}/lease"
        self._node_ip = node_ip
        self._pod_cidr = pod_cidr
        self._machine = machine
        self._labels = dict(labels)
        self._taints = taints
        self._registered = registered
        self.housekeeping: Callable[[Node], bool] = _no_pressure
        self._pressed = False  # short of memory
        self._truthful: tuple[Node | None, bool, bool] = (None, False, False)  # what was so
        self._lease: Lease | None = None
        self._timers: dict[str, Timer] = {}
        self._life = 0  # answers to requests of an earlier life are ignored
        self._reported_at = 0
        self._reported_images: tuple[tuple[str, int], ...] = ()

    def start(self) -> None:
        """Register the node, or take up the one registered before."""
        self._life += 1
        life = self._life
        node = new_node(
            self._name,
            self._labels,
            self._machine,
            self._node_ip,
            self._pod_cidr,
            self._runtime,
            self._clock.now,
            self._taints,
        )

        def created(response: Response) -> None:
            if life != self._life:
                return
            if response.ok:
                self._begin(response.body)
            else:
                self._adopt()

        self._client.create(node, created)

    def seen(self, node: Node) -> None:
        """The node as the API server has it; wrong conditions are put right at the next turn."""
        self.node = node

    def report(self) -> None:
        """Something about the node has changed: say so at once."""
        self._report()

    def stop(self) -> None:
        """No more signs of life."""
        self._life += 1
        self._pressed = False
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _adopt(self) -> None:
        try:
            self._begin(self._client.get("nodes", self._name))
        except StatusError:
            self._timers["register"] = self._clock.after(SECOND, self.start)
            return
        self._report()

    def _begin(self, node: Node) -> None:
        self.node = node
        self._reported_at = self._clock.now
        self._reported_images = self._runtime.images()
        self._registered(node)
        self._renew()
        self._timers["status"] = self._clock.after(STATUS_UPDATE_FREQUENCY, self._check_status)

    # The node's status

    def _check_status(self) -> None:
        self._timers["status"] = self._clock.after(STATUS_UPDATE_FREQUENCY, self._check_status)
        if self.node is not None:
            self._pressed = self.housekeeping(self.node)
        due = self._clock.now - self._reported_at >= STATUS_REPORT_FREQUENCY
        new_images = self._runtime.images() != self._reported_images
        if due or new_images or self._misreported():
            self._report()

    def _misreported(self) -> bool:
        """Whether the node's conditions are not so; one that is still the same has been read."""
        told = (self.node, self._runtime.network_ready(), self._pressed)
        if self.node is None or all(map(is_, told, self._truthful)):
            return False
        if misreported(self.node, self._runtime, self._pressed):
            return True
        self._truthful = told
        return False

    # DOC: node-heartbeat
    def _report(self) -> None:
        try:
            node = self._client.get("nodes", self._name)
        except StatusError:
            return
        life = self._life
        self._reported_at = self._clock.now
        self._reported_images = self._runtime.images()

        def answered(response: Response) -> None:
            if life == self._life and response.ok:
                self.node = response.body
                self._registered(response.body)
            elif life == self._life:
                self._reported_at = 0  # somebody else wrote meanwhile: again at the next turn

        told = with_status(node, self._runtime, self._clock.now, self._pressed)
        if self.shutting_down:
            told = not_ready(told, self._clock.now)
        self._client.update_status(told, answered)

    # The lease

    def _renew(self) -> None:
        delay = self._chance.jitter(RENEW_INTERVAL, RENEW_JITTER, self._stream)
        self._timers["lease"] = self._clock.after(delay, self._renew)
        life = self._life
        now = MicroTime(self._clock.now)

        def answered(response: Response) -> None:
            if life == self._life:
                self._lease = response.body if response.ok else None

        if self._lease is not None:
            spec = replace(self._lease.spec, renew_time=now)
            self._client.update(replace(self._lease, spec=spec), answered)
            return
        try:
            self._lease = self._client.get(
                "leases.coordination.k8s.io", self._name, LEASE_NAMESPACE
            )
        except StatusError:
            self._client.create(self._new_lease(now), answered)
            return
        spec = replace(self._lease.spec, renew_time=now)
        self._client.update(replace(self._lease, spec=spec), answered)

    def _new_lease(self, now: MicroTime) -> Lease:
        assert self.node is not None
        owner = OwnerReference(
            api_version="v1", kind="Node", name=self._name, uid=self.node.metadata.uid
        )
        return Lease(
            metadata=ObjectMeta(
                name=self._name, namespace=LEASE_NAMESPACE, owner_references=(owner,)
            ),
            spec=LeaseSpec(
                holder_identity=self._name,
                lease_duration_seconds=LEASE_SECONDS,
                renew_time=now,
            ),
        )


def _no_pressure(node: Node) -> bool:
    """Nobody keeps house."""
    return False
