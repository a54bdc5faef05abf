"""Trying out where pods would go: the cluster as the scheduler sees it, and nodes yet to come.

Everything tried is taken back with ``trying``. Models cluster-autoscaler/simulator (clustersnapshot
and predicatechecker, which run the scheduler's PreFilter and Filter plugins).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from kubelite.api.apps_v1 import DaemonSet
from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.struct import replace
from kubelite.controllers.daemon.placement import new_pod, should_run
from kubelite.scheduler.nominator import Nominator
from kubelite.scheduler.profile import Framework
from kubelite.scheduler.schedule_one import refusal
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import Needs, NodeInfo, PodInfo

_NOBODY = Nominator()


class Simulation:
    """A snapshot to try things on, and the filters that judge."""

    def __init__(self, nodes: Iterable[Node], pods: Iterable[Pod], framework: Framework):
        self.snapshot = Snapshot.of(nodes, pods)
        self._framework = framework
        self._nodes: list[str] = []
        self._pods: list[PodInfo] = []
        self._removed: list[PodInfo] = []

    def node(self, name: str) -> NodeInfo:
        """A node with what is on it."""
        return self.snapshot.by_name[name]

    def reasons(self, pod: PodInfo, node: str) -> tuple[str, ...]:
        """Why the pod cannot go there; nothing when it can."""
        status = refusal(pod, self.node(node), self.snapshot, self._framework, _NOBODY)
        return status.reasons if status else ()

    def fits(self, pod: PodInfo, node: str) -> bool:
        """Whether all filters let it."""
        return refusal(pod, self.node(node), self.snapshot, self._framework, _NOBODY) is None

    def first_fit(self, pod: PodInfo, nodes: Iterable[str]) -> str:
        """The first of these nodes that takes the pod, or ""."""
        return next((name for name in nodes if self.fits(pod, name)), "")

    def place(self, pod: PodInfo, node: str) -> None:
        """As if the pod were there."""
        guest = _placed(pod, node)
        self.snapshot.add_pod(guest)
        self._pods.append(guest)

    def lift(self, pod: PodInfo) -> None:
        """As if the pod were not on its node."""
        self.snapshot.remove_pod(pod)
        self._removed.append(pod)

    def add_node(self, node: Node, daemons: Iterable[DaemonSet]) -> str:
        """As if there were one more node, with its daemons on it."""
        name = node.metadata.name
        self.snapshot.set_node(node)
        self._nodes.append(name)
        for owner in daemons:
            if should_run(owner, node)[0]:
                daemon = PodInfo(new_pod(owner, name, ""))
                daemon.uid = f"{name}/{owner.metadata.uid}"
                self.place(daemon, name)
        return name

    @contextmanager
    def trying(self) -> Iterator[None]:
        """What is done inside is undone afterwards."""
        kept = self._nodes, self._pods, self._removed
        self._nodes, self._pods, self._removed = [], [], []
        try:
            yield
        finally:
            for guest in self._pods:
                self.snapshot.remove_pod(guest)
            for pod in self._removed:
                self.snapshot.add_pod(pod)
            for name in self._nodes:
                self.snapshot.remove_node(name)
            self._nodes, self._pods, self._removed = kept


def unbound(pod: PodInfo) -> PodInfo:
    """The same pod as if it had never been given a node."""
    spec = replace(pod.pod.spec, node_name="")
    free = PodInfo(replace(pod.pod, spec=spec), Needs(spec, pod.namespace))
    free.uid = pod.uid
    return free


def _placed(pod: PodInfo, node: str) -> PodInfo:
    guest = PodInfo(pod.pod, pod.needs)
    guest.uid = pod.uid
    guest.node_name = node
    return guest
