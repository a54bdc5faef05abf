"""Several machines that could each be the control plane, and one that is.

Each runs a controller manager and a scheduler; of each component one copy leads (see
``client.leaderelection``). The API server and its store are one: they are part of the world.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kubelite.apimachinery.told import UsageError
from kubelite.client import EventRecorder
from kubelite.client.leaderelection import LeaderElector
from kubelite.cluster.machines import ControlPlane, World
from kubelite.controllers import ControllerManager
from kubelite.controllers.base import ManagedController
from kubelite.scheduler.profile import Profile
from kubelite.scheduler.scheduler import Scheduler

MANAGER = "kube-controller-manager"
SCHEDULER = "kube-scheduler"
COMPONENTS = (MANAGER, SCHEDULER)

Process = ControllerManager | Scheduler


class Replica:
    """One copy of one component on one machine; ``process`` is there while it leads."""

    def __init__(self, world: World, component: str, host: str, make: Callable[[], Process]):
        self.component = component
        self.host = host
        self.running = False
        self.process: Process | None = None
        self._make = make
        client = world.client(component)
        identity = f"{host}_{world.chance.uid('uids/leaderelection')}"
        self.elector = LeaderElector(
            client,
            EventRecorder(client, component),
            component,
            identity,
            world.chance,
            self._lead,
            self._retire,
        )

    def start(self) -> None:
        """Switch it on: it stands by until it leads."""
        if not self.running:
            self.running = True
            self.elector.start()

    def stop(self, release: bool) -> None:
        """Switch it off."""
        if self.running:
            self.running = False
            self.elector.stop(release)

    def _lead(self) -> None:
        self.process = self._make()
        self.process.start()

    def _retire(self) -> None:
        if self.process is not None:
            self.process.stop()
        self.process = None


class ControlPlanes:
    """``count`` control planes called control-plane-1, control-plane-2, ..."""

    def __init__(
        self,
        world: World,
        controllers: tuple[type[ManagedController], ...],
        profiles: Sequence[Profile],
        count: int,
    ):
        self._first = ControlPlane(world, controllers, profiles)
        makers: dict[str, Callable[[], Process]] = {
            MANAGER: lambda: self._first.new_manager(),
            SCHEDULER: lambda: self._first.new_scheduler(),
        }
        self.replicas = [
            Replica(world, component, f"control-plane-{number + 1}", makers[component])
            for number in range(count)
            for component in COMPONENTS
        ]

    def start(self) -> None:
        """All of them race."""
        self._first.extensions.start()
        for replica in self.replicas:
            replica.start()

    @property
    def controllers(self) -> ControllerManager:
        """The controller manager that leads. Raises LookupError while none does."""
        found = self._leading(MANAGER)
        assert isinstance(found, ControllerManager)
        return found

    @property
    def scheduler(self) -> Scheduler:
        """The scheduler that leads. Raises LookupError while none does."""
        found = self._leading(SCHEDULER)
        assert isinstance(found, Scheduler)
        return found

    def _leading(self, component: str) -> Process:
        for replica in self.replicas:
            if replica.component == component and replica.process is not None:
                return replica.process
        raise LookupError(f"no {component} leads just now: run the cluster for some seconds")

    def leader(self, component: str) -> str:
        """The machine whose copy leads, or nothing while nobody does."""
        for replica in self.replicas:
            if replica.component == component and replica.process is not None:
                return replica.host
        return ""

    def stop_component(self, component: str, host: str, release: bool) -> None:
        """Switch off one copy; the leading one unless ``host`` says which."""
        self._replica(component, host or self.leader(component)).stop(release)

    def start_component(self, component: str, host: str) -> None:
        """Switch copies on again; all of them unless ``host`` says which."""
        for replica in self.replicas:
            if replica.component == component and host in ("", replica.host):
                replica.start()

    def _replica(self, component: str, host: str) -> Replica:
        for replica in self.replicas:
            if (replica.component, replica.host) == (component, host):
                return replica
        there = ", ".join(f"{r.component} on {r.host}" for r in self.replicas if r.running)
        where = host or "a machine that leads"
        raise UsageError(f"there is no {component} on {where}; there are {there}")
