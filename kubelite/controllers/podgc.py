"""Pod garbage collection: pods whose node is gone or given up, and finished pods beyond a large
number.

Models pkg/controller/podgc/gc_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kubelite.api.conditions import node_ready, out_of_service, pod_finished
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.apimachinery.times import SECOND
from kubelite.client.client import Client
from kubelite.client.controller import Action, Delete, Patch
from kubelite.client.events import EventRecorder
from kubelite.controllers.base import ManagedController, Manager, disrupted

PERIOD = 20 * SECOND
QUARANTINE = 40 * SECOND
TERMINATED_THRESHOLD = 12_500
_EVERYTHING = "sweep"


class PodGCController(ManagedController):
    """Sweeps every 20 s."""

    name = "pod-garbage-collector"
    workers = 1

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.pods = manager.informer("pods", {"node": lambda pod: (pod.spec.node_name,)})
        self.nodes = manager.informer("nodes")
        self._missing: dict[str, int] = {}  # node that pods name -> since when it is not there

    def start(self) -> None:
        """Sweep now and then."""
        self.clock.after(PERIOD, self._tick, self._life)

    def _tick(self, life: int) -> None:
        if life == self._life:
            self.clock.after(PERIOD, self._tick, life)
            self.queue.add(_EVERYTHING)

    def sync(self, key: str) -> Sequence[Action]:
        """Everything that can be cleared away at this moment."""
        return [*self._given_up(), *self._orphans(), *self._unscheduled(), *self._surplus()]

    def _given_up(self) -> Iterable[Action]:
        """Pods that were to end on nodes that somebody has marked as out of service."""
        for node in self.nodes.items():
            if out_of_service(node) and not node_ready(node):
                for pod in self.pods.index("node", node.metadata.name):
                    if pod.metadata.deletion_timestamp is not None:
                        yield from _failed(pod)

    def _orphans(self) -> Iterable[Action]:
        now = self.clock.now
        named = [name for name in self.pods.values("node") if name]
        self._missing = {
            name: self._missing.get(name, now) for name in named if self.nodes.get(name) is None
        }
        for name, since in self._missing.items():
            if now - since >= QUARANTINE:
                for pod in self.pods.index("node", name):
                    yield from _orphaned(pod, now)

    def _unscheduled(self) -> Iterable[Action]:
        for pod in self.pods.index("node", ""):
            if pod.metadata.deletion_timestamp is not None:
                yield _forced(pod)

    def _surplus(self) -> Iterable[Action]:
        if len(self.pods.items()) <= TERMINATED_THRESHOLD:
            return
        finished = [pod for pod in self.pods.items() if pod_finished(pod)]
        finished.sort(key=lambda pod: (pod.metadata.creation_timestamp or 0, pod.metadata.name))
        yield from map(_forced, finished[: max(len(finished) - TERMINATED_THRESHOLD, 0)])


def _orphaned(pod: Pod, now: int) -> Iterable[Action]:
    phase = "" if pod_finished(pod) else "Failed"
    yield disrupted(pod, "DeletionByPodGC", "PodGC: node no longer exists", now, phase)
    yield _forced(pod)


def _failed(pod: Pod) -> Iterable[Action]:
    meta = pod.metadata
    if not pod_finished(pod):
        change = {"metadata": {"uid": meta.uid}, "status": {"phase": "Failed"}}
        yield Patch("pods", meta.name, meta.namespace, change, STRATEGIC_PATCH, "status")
    yield _forced(pod)


def _forced(pod: Pod) -> Delete:
    meta = pod.metadata
    return Delete("pods", meta.name, meta.namespace, meta.uid, grace_period_seconds=0)
