"""The controller manager: the table of controllers, and the copies of the world they share.

Models cmd/kube-controller-manager/app.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kubelite.api import SCHEME
from kubelite.api.freezing import freeze
from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import API, Request, Response, Watch, WatchEvent
from kubelite.apimachinery.scheme import Scheme
from kubelite.client.client import Client
from kubelite.client.events import EventRecorder
from kubelite.client.guest import Guest
from kubelite.client.informer import Indexer, Informer, key_of
from kubelite.controllers.attachdetach import AttachDetachController
from kubelite.controllers.base import ManagedController, Manager
from kubelite.controllers.claimusers import ClaimUsers
from kubelite.controllers.cloudservice import CloudServiceController
from kubelite.controllers.clusterroleaggregation import ClusterRoleAggregationController
from kubelite.controllers.cronjob import CronJobController
from kubelite.controllers.daemon import DaemonSetController
from kubelite.controllers.deployment import DeploymentController
from kubelite.controllers.disruption import DisruptionController
from kubelite.controllers.endpointslice import EndpointSliceController
from kubelite.controllers.endpointslicemirroring import EndpointSliceMirroringController
from kubelite.controllers.ephemeral import EphemeralVolumeController
from kubelite.controllers.garbagecollector import GarbageCollector
from kubelite.controllers.ingress import IngressController
from kubelite.controllers.job import JobController
from kubelite.controllers.namespace import NamespaceController
from kubelite.controllers.nodeipam import NodeIpamController
from kubelite.controllers.nodelifecycle import NodeLifecycleController
from kubelite.controllers.persistentvolume import PersistentVolumeController
from kubelite.controllers.podautoscaler import HorizontalController
from kubelite.controllers.podgc import PodGCController
from kubelite.controllers.provisioner import ProvisionerController
from kubelite.controllers.replicaset import ReplicaSetController
from kubelite.controllers.replication import ReplicationControllerController
from kubelite.controllers.resourceclaim import ResourceClaimController
from kubelite.controllers.resourcequota import ResourceQuotaController
from kubelite.controllers.statefulset import StatefulSetController
from kubelite.controllers.tainteviction import TaintEvictionController
from kubelite.controllers.ttlafterfinished import TTLAfterFinishedController
from kubelite.controllers.volumeprotection import (
    PVCProtectionController,
    PVProtectionController,
)
from kubelite.sim.chance import Chance
from kubelite.sim.clock import HOUR, MILLISECOND, NO_CAUSE, Clock, Timer
from kubelite.sim.guests import foreign

SYNC_PERIOD = 100 * MILLISECOND
"""Between two looks whether all copies are filled."""

MIN_RESYNC_PERIOD = 12 * HOUR
"""Between two looks at everything, and up to twice as long: not all managers look at once."""

# DOC: controllers-table
CONTROLLERS: tuple[type[ManagedController], ...] = (
    NodeIpamController,
    NodeLifecycleController,
    TaintEvictionController,
    DeploymentController,
    ReplicaSetController,
    StatefulSetController,
    DaemonSetController,
    JobController,
    CronJobController,
    TTLAfterFinishedController,
    EndpointSliceController,
    NamespaceController,
    GarbageCollector,
    PodGCController,
    DisruptionController,
    HorizontalController,
    CloudServiceController,
    IngressController,
    PersistentVolumeController,
    ProvisionerController,
    PVCProtectionController,
    PVProtectionController,
    AttachDetachController,
    EphemeralVolumeController,
    ReplicationControllerController,
    EndpointSliceMirroringController,
    ResourceQuotaController,
    ClusterRoleAggregationController,
    ResourceClaimController,
)


class _Unreachable:
    """What the server is for a process that is dead."""

    scheme = SCHEME

    def handle(self, request: Request) -> Response:
        """Nobody answers."""
        error = errors.service_unavailable("the process has ended")
        return Response(error.code, error.status)

    def watch(self, request: Request, deliver: Callable[[WatchEvent], None]) -> Watch:
        """Nobody answers."""
        raise errors.service_unavailable("the process has ended")


UNREACHABLE = _Unreachable()


class Showing:
    """The server as a learner's controller meets it: what it answers cannot be changed."""

    def __init__(self, api: API):
        self._api = api

    @property
    def scheme(self) -> Scheme:
        """The kinds that are served at the moment."""
        return self._api.scheme

    def handle(self, request: Request) -> Response:
        """Answer, with frozen objects."""
        response = self._api.handle(request)
        freeze(response.body)
        return response

    def watch(self, request: Request, deliver: Callable[[WatchEvent], None]) -> Watch:
        """Tell of changes, with frozen objects."""

        def shown(event: WatchEvent) -> None:
            freeze(event.object)
            deliver(event)

        return self._api.watch(request, shown)


class ControllerManager(Manager):
    """Runs controllers, which share one informer for each kind.

    ``controllers`` may be replaced or extended: a learner's own class is one more row.
    """

    def __init__(
        self,
        api: API,
        clock: Clock,
        chance: Chance,
        controllers: tuple[type[ManagedController], ...] = CONTROLLERS,
        component: str = "kube-controller-manager",
    ):
        self.api = api
        self.clock = clock
        self.chance = chance
        self._informers: dict[str, Informer] = {}
        self._asking: type[ManagedController] = ManagedController  # which is being made
        self._needs: dict[str, list[Informer]] = {}  # by controller, the copies it reads
        self.running = False
        self._claim_users: ClaimUsers | None = None
        self._resync: Timer | None = None
        self._client = Client(api, clock, component)
        self.controllers: dict[str, Any] = {}
        for kind in controllers:
            self._asking = kind
            guest = foreign(kind)
            client = Client(Showing(api) if guest else api, clock, kind.name)
            made = kind(client, EventRecorder(client, kind.name), self)
            self.controllers[kind.name] = made
            if guest:
                made.guest = Guest(made, self._needs.get(kind.name, ()))

    def informer(self, resource: str, indexers: Mapping[str, Indexer] | None = None) -> Informer:
        """The shared copy of a kind, with these indexes among others."""
        found = self._informers.get(resource)
        if found is None:
            found = self._informers[resource] = Informer(self._client, resource)
            if self.running:  # a kind that was not there at the start
                self.clock.after(0, found.start)
        if not self.running:
            self._needs.setdefault(self._asking.name, []).append(found)
        if foreign(self._asking):
            found.on(freeze, lambda _, new: freeze(new))
        for name, indexer in (indexers or {}).items():
            found.add_indexer(name, indexer)
        return found

    def claim_users(self) -> ClaimUsers:
        """Which pods use which claims."""
        if self._claim_users is None:
            self._claim_users = ClaimUsers(self.informer("pods"))
        return self._claim_users

    def start(self) -> None:
        """Fill the copies, then let every controller run."""
        self.running = True
        for informer in self._informers.values():
            informer.start()
        self._begin(tuple(self.controllers), self.clock.now)
        period = self.chance.jitter(MIN_RESYNC_PERIOD, 1.0, "kube-controller-manager/resync")
        self._resync = self.clock.after(period, self._look_again, period)

    def _look_again(self, period: int) -> None:
        self._resync = self.clock.after(period, self._look_again, period)
        self.clock.cause = NO_CAUSE
        self.resync()

    # DOC: informer-resync
    def resync(self) -> None:
        """Look at every object of the kinds that controllers keep right, written or not.

        It mends what no event tells of: somebody waits in vain for a pod to be seen that was
        gone before a list was made anew.
        """
        for controller in self.controllers.values():
            informer = self._informers.get(controller.resynced)
            for obj in informer.items() if informer is not None else ():
                controller.queue.add(key_of(obj))

    # DOC: wait-for-cache-sync
    def _begin(self, names: tuple[str, ...], since: int) -> None:
        """Work once one's copies are filled: an empty one would look as if nothing were there."""
        if not self.running:
            return
        held: list[str] = []
        for name in names:
            controller = self.controllers[name]
            overdue = self.clock.now - since >= controller.sync_timeout
            if overdue or all(informer.synced for informer in self._needs.get(name, ())):
                controller.release()
                controller.start()
            else:
                controller.hold()
                held.append(name)
        if held:
            self.clock.after(SYNC_PERIOD, self._begin, tuple(held), since)

    def stop(self) -> None:
        """Die: nothing is known any more, and what is still to be sent reaches nobody."""
        self.running = False
        if self._resync is not None:
            self._resync.cancel()
        for informer in self._informers.values():
            informer.stop()
        for controller in self.controllers.values():
            controller.crash()
            controller.client.api = UNREACHABLE
        self._client.api = UNREACHABLE
