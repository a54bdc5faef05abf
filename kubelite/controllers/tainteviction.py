"""Taint eviction: pods leave a node whose NoExecute taint they do not tolerate, or no longer.

Models pkg/controller/tainteviction/taint_eviction.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.core_v1 import Node, Pod, Taint
from kubelite.api.tolerations import tolerates
from kubelite.apimachinery.times import SECOND
from kubelite.client.client import Client
from kubelite.client.controller import Action, Delete, Emit
from kubelite.client.events import NORMAL, EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager, disrupted
from kubelite.sim.clock import Timer


# DOC: toleration-seconds
def patience(pod: Pod, taints: Sequence[Taint]) -> int | None:
    """Seconds that the pod may stay; None for ever, 0 for not at all."""
    used = []
    for taint in taints:
        found = [t for t in pod.spec.tolerations if tolerates(t, taint)]
        if not found:
            return 0
        used += found
    limits = [t.toleration_seconds for t in used if t.toleration_seconds is not None]
    return max(min(limits), 0) if limits else None


class TaintEvictionController(ManagedController):
    """Watches nodes and pods; for each pod at most one timer runs."""

    name = "taint-eviction-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.nodes = manager.informer("nodes")
        self.pods = manager.informer("pods", {"node": lambda pod: (pod.spec.node_name,)})
        self._timers: dict[str, Timer] = {}
        self.nodes.on(add=self._node_changed, update=self._node_updated)
        self.pods.on(
            add=self._pod_added,
            update=self._pod_updated,
            delete=lambda pod: self._calm(key_of(pod)),
        )

    def _node_updated(self, old: Node, node: Node) -> None:
        if _no_execute(old) != _no_execute(node):
            self._node_changed(node)

    def _node_changed(self, node: Node) -> None:
        for pod in self.pods.index("node", node.metadata.name):
            self._judge(pod, _no_execute(node))

    def _pod_updated(self, old: Pod, pod: Pod) -> None:
        if old.spec is not pod.spec:
            self._pod_added(pod)

    def _pod_added(self, pod: Pod) -> None:
        node = self.nodes.get(pod.spec.node_name) if pod.spec.node_name else None
        if node is not None and (node.spec.taints or self._timers):
            self._judge(pod, _no_execute(node))

    def _judge(self, pod: Pod, taints: Sequence[Taint]) -> None:
        key = key_of(pod)
        stay = patience(pod, taints) if taints else None
        if stay is None:
            if self._calm(key):
                text = f"Cancelling deletion of Pod {key}"
                self.recorder.event(pod, NORMAL, "TaintManagerEviction", text)
        elif stay == 0:
            self._calm(key)
            self.queue.add(key)
        elif key not in self._timers:
            self._timers[key] = self.clock.after(stay * SECOND, self._due, key)

    def _due(self, key: str) -> None:
        self._timers.pop(key, None)
        self.queue.add(key)

    def _calm(self, key: str) -> bool:
        timer = self._timers.pop(key, None)
        if timer is None:
            return False
        timer.cancel()
        return True

    def sync(self, key: str) -> Sequence[Action]:
        """Delete one pod whose time is up."""
        pod = self.pods.get(key)
        if pod is None or pod.metadata.deletion_timestamp is not None:
            return ()
        meta = pod.metadata
        text = f"Marking for deletion Pod {key}"
        return (
            Emit(pod, NORMAL, "TaintManagerEviction", text),
            disrupted(
                pod,
                "DeletionByTaintManager",
                "Taint manager: deleting due to NoExecute taint",
                self.clock.now,
            ),
            Delete("pods", meta.name, meta.namespace, meta.uid),
        )

    def crash(self) -> None:
        """Timers live in memory."""
        super().crash()
        for key in list(self._timers):
            self._calm(key)


def _no_execute(node: Node) -> tuple[Taint, ...]:
    return tuple(taint for taint in node.spec.taints if taint.effect == "NoExecute")
