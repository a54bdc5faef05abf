"""A whole cluster on one clock, and what a learner does with it.

    cluster = Cluster(nodes=3, seed=7)
    cluster.apply("web.yaml")
    cluster.run(30)
    cluster.get("pods")

Time stands still between calls: ``run`` moves it. The same seed and the same calls give the
same cluster, to the last name and microsecond.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, cast

from kubelite.api.freezing import freeze
from kubelite.apimachinery.rest import JSON_PATCH, MERGE_PATCH, Request
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import to_dict
from kubelite.apimachinery.times import SECOND, Time
from kubelite.apimachinery.told import UsageError
from kubelite.apiserver import APIServer
from kubelite.apiserver.admission import ADMISSION
from kubelite.apiserver.admission.plugin import Plugin
from kubelite.apiserver.encryption import read as read_encryption
from kubelite.cluster import applying, collecting, keeping, waiting
from kubelite.cluster.asking import Asking
from kubelite.cluster.branching import Branching
from kubelite.cluster.controlplane import ControlPlanes
from kubelite.cluster.deeds import Book, Door, record_all
from kubelite.cluster.history import History
from kubelite.cluster.impersonating import Impersonating
from kubelite.cluster.infrastructure.cloud import Cloud
from kubelite.cluster.infrastructure.verbs import Infrastructure
from kubelite.cluster.inside import Inside
from kubelite.cluster.keeping import Keeping, Notes
from kubelite.cluster.load import Loads
from kubelite.cluster.machines import LEARNER, ControlPlane, Worker, World
from kubelite.cluster.meaning import a_pod, count, meant, span
from kubelite.cluster.measuring import Measuring
from kubelite.cluster.metrics_server import MetricsServer
from kubelite.cluster.operating import Operating
from kubelite.cluster.outlook import ClusterOutlook
from kubelite.cluster.requests import Requests
from kubelite.cluster.routing import Router
from kubelite.cluster.storing import Storing
from kubelite.cluster.tables import ObjectTable
from kubelite.cluster.traffic import Traffic
from kubelite.cluster.wiring import DIRECT, Wiring
from kubelite.controllers import CONTROLLERS, history
from kubelite.controllers.base import ManagedController, controller_of
from kubelite.controllers.deployment import revisions
from kubelite.dns.server import Server as DNSServer
from kubelite.etcd.backend import Backend
from kubelite.kubelet import Kubelet, cri
from kubelite.kubelet.node_status import Machine
from kubelite.scheduler.profile import DEFAULT_PROFILE, Profile
from kubelite.scheduler.scheduler import Scheduler
from kubelite.sim.clock import START


@record_all
class Cluster(
    Branching,
    Requests,
    Measuring,
    Storing,
    Inside,
    Infrastructure,
    Operating,
    Impersonating,
    Keeping,
    Asking,
):
    """A running cluster.

    ``nodes`` machines called node-1, node-2, ... with ``cpu`` cores and ``memory`` each; they are
    Ready when the constructor returns. ``seed`` decides everything that is left to chance.
    With ``service_accounts`` every pod has an account and mounts its token. With ``rbac`` that is
    so, too, and everybody may do only what roles and bindings let them; without, anything.
    ``controllers``, scheduler ``profiles`` and ``admission`` plugins may be your own.
    ``encryption`` is an EncryptionConfiguration; without one, Secrets are stored as anybody can
    read them. With several ``control_planes`` each has a controller manager and a scheduler, of
    which one leads. ``pools`` are node pools to begin with, as ``plan`` takes them. All begins at
    ``start``, in microseconds since 1970. ``wiring`` can delay or lose what components send.

    ``store`` is the name of a file that outlives the process. Is a cluster in it, that one comes
    back: nodes, seed and sizes are those it had, time goes on after its last write. A write is in
    the file before anybody is told of it: ``durability`` "power" keeps it through a power
    failure, "process" (faster) through the end of the process. Raises StoreError.
    """

    read_file: ClassVar[Callable[[str], bytes]]
    """How a manifest's file is read; given by ``kubelite`` so that nothing here touches files."""

    local_files: ClassVar[Any]
    """This computer's files, for kubectl's ``cp`` and ``kustomize``; given in the same way."""

    def __init__(
        self,
        nodes: int = 3,
        seed: int = 7,
        cpu: str = "4",
        memory: str = "16Gi",
        controllers: tuple[type[ManagedController], ...] = CONTROLLERS,
        profiles: Sequence[Profile] = (DEFAULT_PROFILE,),
        encryption: Any = None,
        admission: Sequence[type[Plugin]] = ADMISSION,
        control_planes: int = 1,
        pools: Any = (),
        rbac: bool = False,
        service_accounts: bool = False,
        start: int = START,
        store: Any = None,
        durability: str = "power",
        wiring: Wiring = DIRECT,
    ):
        self._made_with(locals())
        collecting.collect_dropped()
        type(self).watch_over()
        self._profiles = tuple(profiles)
        encrypted = read_encryption(self._documents(encryption)[0]) if encryption else None
        self._kept = type(self).open_store(store, durability) if store is not None else None
        try:
            self._notes = notes = keeping.read(self._kept, Notes(seed=seed, cpu=cpu, memory=memory))
            kept = self._kept, notes.starts, start, wiring
            self._world = World(notes.seed, admission, encrypted, rbac, service_accounts, *kept)
            self._build(controllers, control_planes)
            self._begin_or_resume(nodes, pools)
            self._book.open(self.history.start, resumed=notes.starts > 0)
        except BaseException:
            self.close()
            raise

    def _build(self, controllers: tuple[type[ManagedController], ...], control_planes: int) -> None:
        self.seed, profiles = self._notes.seed, self._profiles
        self.clock, self.trace = self._world.clock, self._world.trace
        self._book = Book(self.clock, self.trace)
        self.api = cast(APIServer, Door(self._world.server, self._book))
        self.everything = self  # the cluster as you see it, whoever asks
        self._machine = Machine(self._notes.cpu, self._notes.memory)
        self.history = History(self._world.store, self.trace, self.clock, self.api.scheme)
        self._world.mishaps.history = self.history
        self._control_plane: ControlPlane | ControlPlanes = (
            ControlPlane(self._world, controllers, profiles)
            if control_planes == 1
            else ControlPlanes(self._world, controllers, profiles, control_planes)
        )
        self._observe()
        self.traffic = Traffic(self.clock, self._world.network)
        self.workers: dict[str, Worker] = {}
        self._drivers = []
        self.api.kubelet_of = self._reachable
        self.router = Router(self._world, self.workers)
        self.metrics_server = MetricsServer(self._world, self.workers)
        self.loads = Loads(self._world)
        self.loads.noted = self._book.load_set
        network = self._world.network
        network.outlook = lambda config, ip: ClusterOutlook(self, network, config, ip)
        self.cloud = Cloud(self._world, self.workers)
        self._machines_made = 0
        self._control_plane.start()

    def _begin_or_resume(self, nodes: int, pools: Any) -> None:
        self._resume()
        if self._notes.began:
            self.history.start = self._notes.began
            return
        wanted = count("nodes", nodes)
        while len(self.workers) < wanted:
            self.add_node()
        self._begin(pools)
        self.run_until(waiting.NodesReady(), timeout=120)
        self.history.start = self.clock.now
        self._remember(began=self.clock.now)

    # Looking

    @property
    def now(self) -> Time:
        """The moment, in virtual time."""
        return Time(self.clock.now)

    @property
    def revision(self) -> int:
        """How many writes the store has seen."""
        return self._world.store.revision

    @property
    def elapsed(self) -> float:
        """Virtual seconds since the cluster was ready."""
        return (self.clock.now - self.history.start) / SECOND

    def get(self, what: str, name: str = "", namespace: str = "default", selector: str = "") -> Any:
        """One object (``get("pod/web-1")``, ``get("deployment", "web")``) or a table of many.

        Raises StatusError when it is not there, UnknownKind when there is no such kind.
        """
        kind, name = self._meant(what, name)
        if name:
            return self._ask("get", kind, namespace, name)
        place = namespace if kind.namespaced else ""
        request = Request("list", kind.resource, place, component=LEARNER, label_selector=selector)
        listed = self.api.handle(request).unwrap()
        return ObjectTable(freeze(listed).items, kind.kind, self.clock.now)

    def yaml(self, what: str, namespace: str = "default") -> str:
        """One object as ``kubectl get -o yaml`` shows it."""
        from kubelite.apimachinery.dump import dump

        return dump(to_dict(self.get(what, namespace=namespace)))

    def events(self, about: str = "", namespace: str = "default") -> ObjectTable:
        """What was reported, oldest first; only about one object if given ("pod/web-1")."""
        found = self.get("events", namespace=namespace)
        if about:
            kind, name = self._meant(about)
            found = [
                e
                for e in found
                if e.involved_object.kind == kind.kind and e.involved_object.name == name
            ]
        ordered = sorted(
            found,
            # Times of repeated events are whole seconds; within one the writes have the order.
            key=lambda e: ((e.last_timestamp or 0) // SECOND, int(e.metadata.resource_version)),
        )
        return ObjectTable(ordered, "Event", self.clock.now)

    def exec(self, pod: str, command: str, container: str = "") -> cri.ExecResult:
        """Run a shell command inside a container and wait for its end."""
        found = a_pod(self, pod)
        self._permit("create", found, "exec")
        results: list[cri.ExecResult] = []
        self._kubelet_of(found).exec(
            found.metadata.uid,
            container or found.spec.containers[0].name,
            ("/bin/sh", "-c", command),
            results.append,
        )
        self.run_until(lambda _: bool(results), timeout=3600)
        return results[0]

    # Changing

    # DOC: cluster-apply
    def apply(self, source: Any, namespace: str = "default") -> Any:
        """Create or change what a manifest describes; the object, or a list for several.

        ``source`` is the name of a file, YAML or JSON text, a dict, or a list of these. What is
        refused does not keep the rest out. Raises ManifestError for what cannot be read and,
        at the end, StatusError for what was refused.
        """
        documents = self._documents(source)
        objects = [one for document in documents for one in applying.flattened(document)]
        applied = [*map(freeze, applying.apply_all(self.api, LEARNER, objects, namespace))]
        return applied[0] if len(applied) == 1 else applied

    def _documents(self, source: Any) -> list[dict[str, Any]]:
        if isinstance(source, dict):
            return [source]
        if isinstance(source, list | tuple):
            return [one for part in source for one in self._documents(part)]
        # With the first text: PyYAML would be a tenth of what `import kubelite` takes.
        from kubelite.apimachinery import manifest

        if hasattr(source, "__fspath__") or (
            isinstance(source, str) and source.endswith((".yaml", ".yml", ".json"))
        ):
            return manifest.load(type(self).read_file(str(source)), str(source))
        return manifest.load(source, "manifest")

    def scale(self, what: str, replicas: int, namespace: str = "default") -> Any:
        """Ask for another number of replicas: ``scale("deployment/web", 10)``."""
        kind, name = self._meant(what)
        change = {"spec": {"replicas": replicas}}
        options = {"patch_type": MERGE_PATCH, "subresource": "scale"}
        self._ask("patch", kind, namespace, name, change, **options)
        return self._ask("get", kind, namespace, name)

    def patch(
        self,
        what: str,
        change: Any,
        namespace: str = "default",
        patch_type: str = MERGE_PATCH,
        subresource: str = "",
    ) -> Any:
        """Change parts of an object by a JSON merge patch, or another kind of patch."""
        kind, name = self._meant(what)
        options = {"patch_type": patch_type, "subresource": subresource}
        return self._ask("patch", kind, namespace, name, change, **options)

    def delete(
        self, what: str, namespace: str = "default", grace_period_seconds: int | None = None
    ) -> None:
        """Delete an object: ``delete("pod/web-1")``. What it owns goes with it, in time."""
        kind, name = self._meant(what)
        self._ask("delete", kind, namespace, name, grace_period_seconds=grace_period_seconds)

    def rollout_undo(self, what: str, revision: int = 0, namespace: str = "default") -> Any:
        """Go back to an earlier version of a workload; the one before, unless given."""
        owner = self.get(what, namespace=namespace)
        if owner.kind == "Deployment":
            found = revisions.earlier(owner, self._owned("replicasets", owner), revision)
        else:
            kept = self._owned("controllerrevisions", owner)
            found = history.earlier(owner, kept, revision) or owner.spec.template
        replaced = [{"op": "replace", "path": "/spec/template", "value": to_dict(found)}]
        return self.patch(what, replaced, namespace, JSON_PATCH)

    def _owned(self, resource: str, owner: Any) -> list[Any]:
        found = self.get(resource, namespace=owner.metadata.namespace)
        owners = [(one, controller_of(one)) for one in found]
        return [one for one, by in owners if by and by.uid == owner.metadata.uid]

    # Time

    def run(self, seconds: float) -> None:
        """Let virtual time pass."""
        with collecting.rare_collections():
            self.clock.run_until(self.clock.now + span("run", seconds))

    def run_until(self, condition: Callable[[Cluster], bool] | str, timeout: float = 600) -> float:
        """Run until it is true; the seconds that took. Raises TimeoutError with the state.

        ``condition`` is a function of the cluster, or words: "deployment/web ready",
        "pod/web-1 ready", "pod/web-1 gone", "pods ready", "nodes ready".
        """
        words = isinstance(condition, str)  # waiting is watching from outside, in nobody's name
        return waiting.run_until(self.everything if words else self, condition, timeout)

    def settle(self, quiet: float = 10, timeout: float = 3600) -> float:
        """Run until nothing but heartbeats has been written for ``quiet`` seconds."""
        return waiting.settle(self.everything, quiet, timeout)

    # Machines

    @property
    def controllers(self) -> dict[str, Any]:
        """The controllers of the controller manager, by name."""
        return self._control_plane.controllers.controllers

    @property
    def scheduler(self) -> Scheduler:
        """The scheduler."""
        return self._control_plane.scheduler

    @property
    def dns(self) -> DNSServer:
        """The cluster's DNS server."""
        return self._world.dns

    @property
    def store(self) -> Backend:
        """The store behind the API server."""
        return self._world.store

    def _worker(self, name: str) -> Worker:
        name = name.removeprefix("node/")
        if name not in self.workers:
            known = ", ".join(self.workers)
            raise UsageError(f"there is no machine called {name}; there are {known}")
        return self.workers[name]

    def _any_worker(self) -> Worker:
        found = [worker for worker in self.workers.values() if worker.routes]
        if not found:
            raise UsageError("no machine has power: call cluster.start_node(...)")
        return self._world.chance.stream("traffic/clients").choice(found)

    def _kubelet_of(self, pod: Any) -> Kubelet:
        if not pod.spec.node_name:
            raise UsageError(f"pod/{pod.metadata.name} has no node yet: run the clock first")
        return self._worker(pod.spec.node_name).kubelet

    # Rooms behind

    def _meant(self, what: str, name: str = "") -> tuple[Kind, str]:
        """What a person means by "pod/web-1", "pods" or ("deployment", "web")."""
        return meant(self.api, what, name)

    def _ask(
        self, verb: str, kind: Kind, namespace: str, name: str, body: Any = None, **options: Any
    ) -> Any:
        request = Request(
            verb,
            kind.resource,
            namespace if kind.namespaced else "",
            name,
            body=body,
            component=LEARNER,
            **options,
        )
        return freeze(self.api.handle(request).unwrap())

    def __repr__(self) -> str:
        user = getattr(self.api, "user", None)
        return waiting.summary(self.everything) + (f"; as {user.name}" if user else "")
