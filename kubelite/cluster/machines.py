"""The parts of a cluster, plugged together: one world, one control plane, many workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubelite.api.core_v1 import Namespace, Service, ServicePort, ServiceSpec
from kubelite.api.scheduling_v1 import PriorityClass
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import Request
from kubelite.apiserver import APIServer
from kubelite.client import Client, EventRecorder, Informer
from kubelite.controllers import ControllerManager
from kubelite.controllers.base import ManagedController
from kubelite.etcd.mvcc import Store
from kubelite.kubelet import Kubelet, SimulatedRuntime
from kubelite.kubelet.node_status import Machine
from kubelite.kubelet.runtime.network import Network
from kubelite.proxy import Proxier
from kubelite.scheduler.profile import Profile
from kubelite.scheduler.scheduler import Scheduler
from kubelite.sim.chance import Chance
from kubelite.sim.clock import MINUTE, Clock
from kubelite.sim.trace import Trace

NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
KUBERNETES_IP = "10.96.0.1"
PRIORITY_CLASSES = {
    "system-node-critical": (
        2_000_001_000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
    "system-cluster-critical": (
        2_000_000_000,
        "Used for system critical pods that must run in the cluster, "
        "but can be moved to another node if necessary.",
    ),
}
SLICES = "endpointslices.discovery.k8s.io"


class World:
    """What all parts share: time, chance, the trace, the store with its server, the network."""

    def __init__(self, seed: int):
        self.clock = Clock()
        self.chance = Chance(seed)
        self.trace = Trace(self.clock)
        self.store = Store()
        self.server = APIServer(self.store, lambda: self.clock.now, self.chance, self.trace)
        self.network = Network(self.clock)
        self._bootstrap()
        self.slices = Informer(Client(self.server, self.clock, "kube-proxy"), SLICES)
        self.slices.start()
        self._expire()

    def client(self, component: str) -> Client:
        """A way to the server for the scheduler or a kubelet, which may ask 50 times a second."""
        return Client(self.server, self.clock, component, qps=50, burst=100)

    def _bootstrap(self) -> None:
        """What the server creates for itself when it starts the first time."""
        for name in NAMESPACES:
            self._create("namespaces", "", Namespace(metadata=ObjectMeta(name=name)))
        service = Service(
            metadata=ObjectMeta(
                name="kubernetes",
                namespace="default",
                labels={"component": "apiserver", "provider": "kubernetes"},
            ),
            spec=ServiceSpec(
                cluster_ip=KUBERNETES_IP,
                ports=(ServicePort(name="https", port=443, target_port=6443),),
            ),
        )
        self._create("services", "default", service)
        for name, (value, description) in PRIORITY_CLASSES.items():
            critical = PriorityClass(
                metadata=ObjectMeta(name=name), value=value, description=description
            )
            self._create("priorityclasses.scheduling.k8s.io", "", critical)

    def _create(self, resource: str, namespace: str, obj: object) -> None:
        request = Request("create", resource, namespace, body=obj, component="kube-apiserver")
        self.server.handle(request).unwrap()

    def _expire(self) -> None:
        """End what has outlived its lease: events, after an hour."""
        self.store.expire(self.clock.now)
        self.clock.after(MINUTE, self._expire)


class ControlPlane:
    """The controller manager and the scheduler. The API server is part of the world."""

    def __init__(
        self,
        world: World,
        controllers: tuple[type[ManagedController], ...],
        profiles: Sequence[Profile],
    ):
        self.controllers = ControllerManager(world.server, world.clock, world.chance, controllers)
        client = world.client("default-scheduler")
        recorder = EventRecorder(client, "default-scheduler")
        self.scheduler = Scheduler(client, world.chance, world.trace, recorder, profiles)

    def start(self) -> None:
        """Both begin to watch."""
        self.controllers.start()
        self.scheduler.start()


class Worker:
    """One machine: a runtime, a kubelet and a proxy. ``powered`` says whether it is on."""

    def __init__(
        self, world: World, name: str, number: int, size: Machine, labels: Mapping[str, str]
    ):
        self.name = name
        self.powered = False
        address = f"192.168.{number + 10 >> 8}.{number + 10 & 255}"
        runtime = SimulatedRuntime(world.clock, world.chance, world.network, name, address)
        client = world.client(f"kubelet/{name}")
        self.kubelet = Kubelet(
            client,
            name,
            runtime,
            world.chance,
            world.trace,
            EventRecorder(client, "kubelet", name),
            node_ip=address,
            machine=size,
            labels=labels,
        )
        self.proxier = Proxier(world.clock, world.slices, world.chance.stream(f"kube-proxy/{name}"))

    def power_on(self) -> None:
        """Switch the machine on."""
        if self.powered:
            return
        self.powered = True
        self.kubelet.power_on()

    def power_off(self) -> None:
        """Pull the plug."""
        if self.powered:
            self.powered = False
            self.kubelet.power_off()
