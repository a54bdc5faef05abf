"""Which nodes are not needed, and since when.

A node is unneeded when less than half of it is asked for, nobody on it is in the way, and all its
pods would fit elsewhere. Models cluster-autoscaler/core/scaledown (planner, eligibility, unneeded,
unremovable) and simulator/utilization.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kubelite.api.conditions import node_ready
from kubelite.api.core_v1 import Node, Pod
from kubelite.api.policy_v1 import PodDisruptionBudget
from kubelite.apimachinery.meta import OwnerReference
from kubelite.apimachinery.struct import Value
from kubelite.autoscaler.cloudprovider import CloudProvider
from kubelite.autoscaler.drainability import is_daemon, pods_to_move
from kubelite.autoscaler.options import AutoscalingOptions
from kubelite.autoscaler.simulation import Simulation, unbound
from kubelite.scheduler.types import NodeInfo, PodInfo
from kubelite.sim.clock import SECOND

SCALE_DOWN_DISABLED = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"
DELETION_CANDIDATE = "DeletionCandidateOfClusterAutoscaler"


class Unneeded(Value):
    """A node that could go: ``since`` when (microseconds); ``empty`` when no pod has to move."""

    node: str
    since: int
    empty: bool
    ready: bool


class Scene(Value):
    """What one look is about: nodes, budgets, and whether a pod's controller is known."""

    nodes: Sequence[Node]
    budgets: Sequence[PodDisruptionBudget]
    known: Callable[[Pod, OwnerReference], bool]


def utilization(node: NodeInfo, ignore_daemons: bool = False) -> float:
    """The greater of the shares of cpu and memory that are asked for."""
    cpu, memory = node.requested.milli_cpu, node.requested.memory
    for pod in node.pods.values() if ignore_daemons else ():
        if is_daemon(pod.pod):
            cpu -= pod.needs.requests.milli_cpu
            memory -= pod.needs.requests.memory
    has = node.allocatable
    return max(
        cpu / has.milli_cpu if has.milli_cpu else 0, memory / has.memory if has.memory else 0
    )


class Planner:
    """Remembers what is unneeded, and what was found unremovable and why."""

    def __init__(self, cloud: CloudProvider, options: AutoscalingOptions):
        self._cloud = cloud
        self._options = options
        self.unneeded: dict[str, Unneeded] = {}
        self.unremovable: dict[str, str] = {}
        self._recheck: dict[str, int] = {}  # node -> when to look at it again

    def recheck_due(self, now: int) -> bool:
        """Whether a node that could not go is worth another look."""
        return any(when <= now for when in self._recheck.values())

    def forget(self) -> None:
        """Count from the beginning."""
        self.unneeded = {}

    # DOC: scale-down-planner
    def update(self, simulation: Simulation, scene: Scene, now: int) -> None:
        """Look at every node; what is tried stays in ``simulation``, for one decision at a time."""
        names = {node.metadata.name for node in scene.nodes}
        self._recheck = {n: t for n, t in self._recheck.items() if t > now and n in names}
        self.unremovable = {n: r for n, r in self.unremovable.items() if n in self._recheck}
        candidates = [n for n in scene.nodes if self._eligible(simulation, n)]
        candidates.sort(key=lambda n: self._rank(simulation, n.metadata.name))
        destinations = [
            node.metadata.name
            for node in scene.nodes
            if node_ready(node) and not _marked(node, TO_BE_DELETED)
        ]
        found: dict[str, Unneeded] = {}
        for node in candidates:
            name = node.metadata.name
            others = [n for n in destinations if n != name]
            moving = self._removable(simulation, name, others, scene, now)
            if moving is None:
                continue
            destinations = others
            before = self.unneeded.get(name)
            since = before.since if before else now
            found[name] = Unneeded(name, since, not moving, node_ready(node))
        self.unneeded = found

    def _rank(self, simulation: Simulation, name: str) -> tuple[bool, bool, str]:
        """Empty nodes first, then those that were unneeded before."""
        pods = simulation.node(name).pods.values()
        return any(not is_daemon(p.pod) for p in pods), name not in self.unneeded, name

    def _eligible(self, simulation: Simulation, node: Node) -> bool:
        name = node.metadata.name
        if name in self._recheck or _marked(node, TO_BE_DELETED):
            return False
        if self._cloud.group_of(name) is None:
            self.unremovable[name] = "NotAutoscaled"
        elif node.metadata.annotations.get(SCALE_DOWN_DISABLED) == "true":
            self.unremovable[name] = "ScaleDownDisabledAnnotation"
        elif self._utilized(simulation.node(name)):
            self.unremovable[name] = "NotUnderutilized"
        else:
            return True
        return False

    def _utilized(self, node: NodeInfo) -> bool:
        options = self._options
        share = utilization(node, options.ignore_daemonsets_utilization)
        return share >= options.scale_down_utilization_threshold

    def _removable(
        self, simulation: Simulation, name: str, others: Sequence[str], scene: Scene, now: int
    ) -> Sequence[PodInfo] | None:
        """The pods that would move, and now are moved in the simulation; None if some cannot."""
        options, here = self._options, simulation.node(name).pods
        found = pods_to_move(
            [info.pod for info in here.values()],
            scene.budgets,
            now,
            scene.known,
            options.skip_nodes_with_system_pods,
            options.skip_nodes_with_local_storage,
        )
        if found.blocked is not None:
            self._hold(name, found.blocked.reason, now)
            return None
        moving = [here[pod.metadata.uid] for pod in found.pods]
        with simulation.trying():
            fits = _move(simulation, moving, others)
        if not fits:
            self._hold(name, "NoPlaceToMovePods", now)
            return None
        _move(simulation, moving, others)
        return moving

    def _hold(self, name: str, reason: str, now: int) -> None:
        self.unremovable[name] = reason
        timeout = round(self._options.unremovable_node_recheck_timeout * SECOND)
        self._recheck[name] = now + timeout

    # DOC: scale-down-time
    def removable(self, now: int, leaving: Iterable[str]) -> list[Unneeded]:
        """The nodes whose time is up and whose group stays large enough; ``leaving`` go already."""
        gone: dict[str, int] = {}
        found = []
        for node in self.unneeded.values():
            group = self._cloud.group_of(node.node)
            if node.node in leaving or group is None or now - node.since < self._patience(node):
                continue
            taken = gone.get(group.name)
            if taken is None:
                taken = sum(name in group.machines() for name in leaving)
            if group.target_size - taken > group.min_size:
                taken += 1
                found.append(node)
            else:
                self.unremovable[node.node] = "NodeGroupMinSizeReached"
            gone[group.name] = taken
        return found

    def _patience(self, node: Unneeded) -> int:
        options = self._options
        time = options.scale_down_unneeded_time if node.ready else options.scale_down_unready_time
        return round(time * SECOND)


def _move(simulation: Simulation, pods: Sequence[PodInfo], nodes: Sequence[str]) -> bool:
    """Move pods to the first of ``nodes`` that takes each; whether all found one."""
    for pod in pods:
        simulation.lift(pod)
    for pod in map(unbound, pods):
        target = simulation.first_fit(pod, nodes)
        if not target:
            return False
        simulation.place(pod, target)
    return True


def _marked(node: Node, key: str) -> bool:
    return any(taint.key == key for taint in node.spec.taints)
