"""The controller manager: the table of controllers, and the copies of the world they share.

Models cmd/kube-controller-manager/app.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubelite.apimachinery.rest import API
from kubelite.client.client import Client
from kubelite.client.events import EventRecorder
from kubelite.client.informer import Indexer, Informer
from kubelite.controllers.base import ManagedController, Manager
from kubelite.controllers.cloudservice import CloudServiceController
from kubelite.controllers.clusterroleaggregation import ClusterRoleAggregationController
from kubelite.controllers.cronjob import CronJobController
from kubelite.controllers.daemon import DaemonSetController
from kubelite.controllers.deployment import DeploymentController
from kubelite.controllers.disruption import DisruptionController
from kubelite.controllers.endpointslice import EndpointSliceController
from kubelite.controllers.garbagecollector import GarbageCollector
from kubelite.controllers.ingress import IngressController
from kubelite.controllers.job import JobController
from kubelite.controllers.namespace import NamespaceController
from kubelite.controllers.nodeipam import NodeIpamController
from kubelite.controllers.nodelifecycle import NodeLifecycleController
from kubelite.controllers.podgc import PodGCController
from kubelite.controllers.replicaset import ReplicaSetController
from kubelite.controllers.resourcequota import ResourceQuotaController
from kubelite.controllers.statefulset import StatefulSetController
from kubelite.controllers.tainteviction import TaintEvictionController
from kubelite.controllers.ttlafterfinished import TTLAfterFinishedController
from kubelite.sim.chance import Chance
from kubelite.sim.clock import Clock

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
    CloudServiceController,
    IngressController,
    ResourceQuotaController,
    ClusterRoleAggregationController,
)


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
    ):
        self.api = api
        self.clock = clock
        self.chance = chance
        self._informers: dict[str, Informer] = {}
        self._client = Client(api, clock, "kube-controller-manager")
        self.controllers: dict[str, Any] = {}
        for kind in controllers:
            client = Client(api, clock, kind.name)
            self.controllers[kind.name] = kind(client, EventRecorder(client, kind.name), self)

    def informer(self, resource: str, indexers: Mapping[str, Indexer] | None = None) -> Informer:
        """The shared copy of a kind, with these indexes among others."""
        found = self._informers.get(resource)
        if found is None:
            found = self._informers[resource] = Informer(self._client, resource)
        for name, indexer in (indexers or {}).items():
            found.add_indexer(name, indexer)
        return found

    def start(self) -> None:
        """Fill the copies, then let every controller run."""
        for informer in self._informers.values():
            informer.start()
        for controller in self.controllers.values():
            controller.start()
