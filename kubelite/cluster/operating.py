"""What a learner does as the one who runs the machines: switch on and off, close, empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from kubelite.apimachinery.told import UsageError
from kubelite.cluster import draining
from kubelite.cluster.controlplane import ControlPlanes
from kubelite.cluster.machines import LEARNER, ControlPlane, Worker, World
from kubelite.cluster.meaning import check_amounts
from kubelite.cluster.mishaps import Mishaps
from kubelite.kubelet.node_status import Machine
from kubelite.kubelet.runtime.logs import LoggingDriver

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster


class Operating:
    """The part of a cluster that is about its machines. ``Cluster`` is the whole."""

    workers: dict[str, Worker]
    _world: World
    _machine: Machine
    _machines_made: int
    _drivers: list[LoggingDriver]
    _control_plane: ControlPlane | ControlPlanes

    kubectl: ClassVar[Callable[..., Any]]
    """One command of kubectl, in this process; given by ``kubelite``: that room is above."""

    serve: ClassVar[Callable[..., Any]]
    """Serve it over HTTP; given by ``kubelite``, so that nothing here touches a socket."""

    watch_over: ClassVar[Callable[[], object]]
    """See to it that a learner's endless loop ends; given by ``kubelite``, for notebooks."""

    kubeconfig = ""
    """The file for kubectl, while the cluster is served."""

    forwarding: Callable[[Any, str, int, int], int] | None = None
    """What opens a port of this computer, while the cluster is served."""

    @property
    def mishaps(self) -> Mishaps:
        """What your own controllers, plugins and images have done wrong so far."""
        return self._world.mishaps

    def add_node(
        self, name: str = "", cpu: str = "", memory: str = "", labels: dict[str, str] | None = None
    ) -> str:
        """Switch on one more machine; its name. It is Ready a few seconds later."""
        name = name or f"node-{self._machines_made + 1}"
        if name in self.workers:
            raise UsageError(f"{name} is there already: choose another name, or none")
        size = Machine(cpu or self._machine.cpu, memory or self._machine.memory)
        check_amounts(cpu=size.cpu, memory=size.memory)
        worker = Worker(self._world, name, self._machines_made, size, labels or {})
        self._machines_made += 1
        self.workers[name] = worker
        self._plug_in(worker)
        worker.power_on()
        self._whole._remember()
        return name

    def _plug_in(self, worker: Worker) -> None:
        worker.runtime.dial = self._whole.dial
        worker.runtime.log_directory.drivers.extend(self._drivers)

    def kill_node(self, name: str) -> None:
        """Cut a machine's power: its containers are gone, and nobody tells the control plane."""
        self._whole._worker(name).power_off()
        self._whole._remember()

    def start_node(self, name: str) -> None:
        """Switch a machine on again."""
        self._whole._worker(name).power_on()
        self._whole._remember()

    def leader(self, component: str) -> str:
        """The control plane whose copy of the component works: ``leader("kube-scheduler")``."""
        return self._control_plane.leader(component)

    def stop_component(self, component: str, host: str = "", release: bool = False) -> None:
        """Switch off kube-controller-manager or kube-scheduler; of several copies the leading one.

        With ``release`` it gives its lease back. Raises ValueError if there is no such copy.
        """
        self._control_plane.stop_component(component, host, release)

    def start_component(self, component: str, host: str = "") -> None:
        """Switch it on again; of several copies all, unless ``host`` says which."""
        self._control_plane.start_component(component, host)

    def cordon(self, name: str) -> str:
        """Close a node for new pods."""
        return draining.cordon(self._whole, name.removeprefix("node/"))

    def uncordon(self, name: str) -> str:
        """Open a node for new pods again."""
        return draining.cordon(self._whole, name.removeprefix("node/"), unschedulable=False)

    def drain(self, name: str, **options: Any) -> draining.DrainReport:
        """Cordon a node, evict its pods and wait; options as kubectl's flags: ``DrainOptions``.

        Raises DrainError for pods in the way, TimeoutError when budgets never let them go.
        """
        wanted = draining.DrainOptions(**options)
        return draining.drain(self._whole, name.removeprefix("node/"), wanted, LEARNER)

    @property
    def _whole(self) -> Cluster:
        return cast("Cluster", self)
