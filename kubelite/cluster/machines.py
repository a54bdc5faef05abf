"""The parts of a cluster, plugged together: one world, one control plane, many workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kubelite.api.core_v1 import Namespace, Service, ServicePort, ServiceSpec, Taint
from kubelite.api.scheduling_v1 import PriorityClass
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.told import UsageError
from kubelite.apiserver import APIServer
from kubelite.apiserver.admission import ADMISSION
from kubelite.apiserver.admission.plugin import Plugin
from kubelite.apiserver.authz import policy
from kubelite.apiserver.encryption import ENCRYPTED, EncryptedStore, EncryptionConfiguration
from kubelite.apiserver.resuming import go_on
from kubelite.client import Client, EventRecorder, Informer
from kubelite.client.informer import Indexer
from kubelite.cluster.mishaps import Mishaps
from kubelite.cluster.wiring import DIRECT, Wiring
from kubelite.controllers import ControllerManager
from kubelite.controllers.apiextensions import SERVER_CONTROLLERS
from kubelite.controllers.base import ManagedController
from kubelite.controllers.ingress import ADDRESS as INGRESS_ADDRESS
from kubelite.controllers.ingress import serves
from kubelite.controllers.provisioner import STORAGE_CLASSES
from kubelite.controllers.serviceaccount import IDENTITY_CONTROLLERS
from kubelite.dns import file_of
from kubelite.dns import server as dns
from kubelite.dns.internet import address_of
from kubelite.dns.server import by_service
from kubelite.etcd.backend import Backend, Durable
from kubelite.etcd.mvcc import Store
from kubelite.kubelet import Kubelet, SimulatedRuntime
from kubelite.kubelet.envvars import ServiceVariables
from kubelite.kubelet.node_status import Machine
from kubelite.kubelet.runtime.network import Network
from kubelite.proxy import Proxier, Services
from kubelite.proxy.ingress import host_matches
from kubelite.proxy.services import INDEXERS
from kubelite.scheduler.profile import Profile
from kubelite.scheduler.scheduler import Scheduler
from kubelite.sim.chance import Chance
from kubelite.sim.clock import MINUTE, START, Clock
from kubelite.sim.guests import guarded
from kubelite.sim.trace import Trace

LEARNER = "you"
"""In whose name a learner's requests are made."""

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
ONLY_HOST = "control-plane-1"
SLICES = "endpointslices.discovery.k8s.io"


class World:
    """What all parts share: time, chance, the trace, the store with its server, the network."""

    def __init__(
        self,
        seed: int,
        admission: Sequence[type[Plugin]] = ADMISSION,
        encryption: EncryptionConfiguration | None = None,
        rbac: bool = False,
        service_accounts: bool = False,
        kept: Durable | None = None,
        start: int = 0,
        moment: int = START,
        wiring: Wiring = DIRECT,
    ):
        self.wiring = wiring
        self.clock = Clock(moment)
        self.chance = Chance(seed, start)
        self.trace = Trace(self.clock)
        self.kept = kept
        self.machines_changed: Callable[[], object] = lambda: None
        self.store: Backend = Store()
        if kept is not None:
            self.store = kept
            self._go_on(kept)
        self.encrypted: EncryptedStore | None = None
        self.server = APIServer(
            self.store,
            lambda: self.clock.now,
            self.chance,
            self.trace,
            admission,
            rbac,
            service_accounts,
        )
        self.mishaps = Mishaps(self.clock, self.trace, self.store, self.server.scheme)
        told = "The watch goes on with the next change"
        self.server.guard = lambda deliver: guarded(deliver, self.clock, told)
        self.api = wiring.api(self.server, self.clock)  # the server as every component meets it
        if encryption is not None or kept is not None and _holds_secrets(kept):
            self.encrypt(encryption or EncryptionConfiguration())
        if kept is not None:
            go_on(self.server, kept)
        self.network = Network(self.clock)
        self._bootstrap()
        self.outside_names: dict[str, str] = {}
        proxy = Client(self.api, self.clock, "kube-proxy")
        self.slices = self._watched(proxy, SLICES, {"service": by_service})
        self.services = Services(self._watched(proxy, "services", INDEXERS))
        self.service_variables = ServiceVariables(self.services.informer)
        plugin = Client(self.api, self.clock, "network-plugin")
        self.policies = self._watched(plugin, "networkpolicies.networking.k8s.io")
        ingress = Client(self.api, self.clock, "ingress-nginx")
        self.ingresses = self._watched(ingress, "ingresses.networking.k8s.io")
        self.ingress_classes = self._watched(ingress, "ingressclasses.networking.k8s.io")
        namespaces = self._watched(Client(self.api, self.clock, "coredns"), "namespaces")
        draw = self.chance.stream("coredns")
        services = self.services.informer
        self.dns = dns.Server(services, self.slices, namespaces, self.addresses_outside, draw)
        self._expire()

    def encrypt(self, config: EncryptionConfiguration) -> None:
        """Let the server write and read what it stores in these ways."""
        if self.encrypted is None:
            simulated = self.chance.stream("encryption/nonces").randbytes
            draw = simulated if self.kept is None else self.kept.entropy
            self.encrypted = EncryptedStore(self.store, draw)
            self.server.use(self.encrypted)
        self.encrypted.configure(config)

    def _go_on(self, kept: Durable) -> None:
        """Time goes on after the last write; who made the earlier ones was not kept."""
        for moment, change in kept.writes():
            self.clock.now = moment
            verb = "create" if change.previous is None else "update"
            resource, *place = change.key.split("/")[2:]
            subject = (resource, place[0] if place[1:] else "", place[-1])
            verb = "delete" if change.current is None else verb
            self.trace.record("etcd", verb, subject, change.revision)
        self.clock.now = max(self.clock.now, kept.moment)
        kept.keep_time(lambda: self.clock.now)

    @staticmethod
    def _watched(
        client: Client, resource: str, indexers: Mapping[str, Indexer] | None = None
    ) -> Informer:
        informer = Informer(client, resource, indexers=indexers)
        informer.start()
        return informer

    def addresses_outside(self, name: str) -> Sequence[str]:
        """What the internet's DNS says: ``outside_names``, hosts of Ingresses, known domains."""
        known = self.outside_names.get(name)
        if known:
            return (known,)
        classes = tuple(self.ingress_classes.items())
        for ingress in self.ingresses.items():
            hosts = [rule.host for rule in ingress.spec.rules if rule.host]
            if any(host_matches(host, name) for host in hosts) and serves(ingress, classes):
                return (INGRESS_ADDRESS,)
        public = address_of(name)
        if public:
            self.outside_names[name] = public
        return (public,) if public else ()

    def client(self, component: str) -> Client:
        """A way to the server for the scheduler or a kubelet, which may ask 50 times a second."""
        return Client(self.api, self.clock, component, qps=50, burst=100)

    def _bootstrap(self) -> None:
        """What the server creates for itself when it starts the first time."""
        for name in NAMESPACES:
            self._create("namespaces", "", Namespace(metadata=ObjectMeta(name=name)))
        if self.server.authorizer is not None:
            for role in policy.cluster_roles():
                self._create("clusterroles.rbac.authorization.k8s.io", "", role)
            for binding in policy.cluster_role_bindings():
                self._create("clusterrolebindings.rbac.authorization.k8s.io", "", binding)
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
        for found in STORAGE_CLASSES:
            self._create("storageclasses.storage.k8s.io", "", found)

    def _create(self, resource: str, namespace: str, obj: Any) -> None:
        if self.server.find(resource, namespace, obj.metadata.name) is not None:
            return  # the cluster has come back
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
        self.extensions = ControllerManager(
            world.server, world.clock, world.chance, SERVER_CONTROLLERS, "kube-apiserver"
        )
        self._world = world
        accounts = IDENTITY_CONTROLLERS if world.server.service_accounts else ()
        self._table = (*controllers, *accounts)
        self._profiles = profiles
        self.controllers = self.new_manager()
        self.scheduler = self.new_scheduler()

    def new_manager(self) -> ControllerManager:
        """A controller manager that has not started yet."""
        world = self._world
        return ControllerManager(world.api, world.clock, world.chance, self._table)

    def new_scheduler(self) -> Scheduler:
        """A scheduler that has not started yet."""
        world = self._world
        client = world.client("default-scheduler")
        recorder = EventRecorder(client, "default-scheduler")
        return Scheduler(client, world.chance, world.trace, recorder, self._profiles)

    def start(self) -> None:
        """All begin to watch."""
        self.extensions.start()
        self.controllers.start()
        self.scheduler.start()

    def leader(self, component: str) -> str:
        """The only machine there is."""
        return ONLY_HOST

    def stop_component(self, component: str, host: str, release: bool) -> None:
        """Switch off the controller manager or the scheduler."""
        _check(component, host)
        if component == "kube-scheduler":
            self.scheduler.stop()
        else:
            self.controllers.stop()

    def start_component(self, component: str, host: str) -> None:
        """Switch it on again: it knows nothing of before."""
        _check(component, host)
        if component == "kube-scheduler":
            self.scheduler.start()
        elif not self.controllers.running:
            self.controllers = self.new_manager()
            self.controllers.start()


def _check(component: str, host: str) -> None:
    known = ("kube-controller-manager", "kube-scheduler")
    if component not in known:
        raise UsageError(f"there is no component {component}: there are {' and '.join(known)}")
    if host not in ("", ONLY_HOST):
        raise UsageError(
            f"there is no {host}, only {ONLY_HOST}: Cluster(control_planes=3) has more"
        )


def _holds_secrets(kept: Durable) -> bool:
    """Whether there is anything that an earlier server has encrypted."""
    values = (kv.value for kv in kept.range("/registry/"))
    return any(isinstance(value, bytes) and value.startswith(ENCRYPTED) for value in values)


class Worker:
    """One machine at ``address``: a runtime, a kubelet and a proxy. ``powered``: it is on."""

    def __init__(
        self,
        world: World,
        name: str,
        number: int,
        size: Machine,
        labels: Mapping[str, str],
        taints: tuple[Taint, ...] = (),
    ):
        self.name = name
        self.number = number
        self.size = size
        self.labels = labels
        self.taints = taints  # that its node is meant to have
        self.powered = False
        self.address = address = f"192.168.{number + 10 >> 8}.{number + 10 & 255}"
        self.runtime = runtime = SimulatedRuntime(
            world.clock, world.chance, world.network, name, address, Quantity.parse(size.cpu).milli
        )
        client = world.client(f"kubelet/{name}")
        self.kubelet = Kubelet(
            client,
            name,
            world.wiring.runtime(runtime),
            world.chance,
            world.trace,
            EventRecorder(client, "kubelet", name),
            node_ip=address,
            machine=size,
            labels=labels,
            services=world.service_variables,
            taints=taints,
            resolv_conf=file_of,
        )
        draw = world.chance.stream(f"kube-proxy/{name}")
        self.proxier = Proxier(world.clock, world.slices, draw, name)

    @property
    def routes(self) -> bool:
        """Whether connections to Services can be opened from here: its proxy has written rules."""
        return self.powered and self.proxier.syncs > 0

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
