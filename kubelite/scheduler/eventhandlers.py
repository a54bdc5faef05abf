"""News from the informers, brought to the cache and the queue.

Models ``pkg/scheduler/eventhandlers.go``.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.api.core_v1 import Node, Pod
from kubelite.scheduler.cache import Cache
from kubelite.scheduler.framework import (
    NODE_ADD,
    NODE_ALLOCATABLE,
    NODE_DELETE,
    NODE_LABEL,
    NODE_TAINT,
    POD_ADD,
    POD_DELETE,
    POD_LABEL,
    POD_SCALE_DOWN,
)
from kubelite.scheduler.queue import SchedulingQueue
from kubelite.scheduler.resources import pod_requests, spec_in_force


class EventHandlers:
    """Handlers for pods and nodes; ``responsible`` says which scheduler names are ours.

    A pod that has finished holds nothing any more: it counts as deleted. (Upstream's informer
    leaves such pods out by a field selector.)
    """

    def __init__(
        self, cache: Cache, queue: SchedulingQueue, responsible: Callable[[str], bool]
    ) -> None:
        self._cache = cache
        self._queue = queue
        self._responsible = responsible

    # Pods

    def add_pod(self, pod: Pod) -> None:
        """A pod has appeared, with or without a node."""
        if finished(pod):
            return
        if pod.spec.node_name:
            self._cache.add_pod(pod)
            self._queue.move(POD_ADD, None, pod)
        elif self._responsible(pod.spec.scheduler_name):
            self._queue.add(pod)

    def update_pod(self, old: Pod, new: Pod) -> None:
        """A pod has changed; being bound is such a change."""
        if finished(new):
            if not finished(old):
                self.delete_pod(new)
        elif old.spec.node_name:
            self._update_assigned(old, new)
        elif new.spec.node_name:
            self._queue.delete(new.metadata.uid)
            self._queue.nominator.delete(new.metadata.uid)
            self._cache.add_pod(new)
            self._queue.move(POD_ADD, None, new)
        elif self._responsible(new.spec.scheduler_name):
            self._update_unassigned(old, new)

    def _update_assigned(self, old: Pod, new: Pod) -> None:
        self._cache.update_pod(new)
        if old.metadata.labels != new.metadata.labels:
            self._queue.move(POD_LABEL, old, new)
        resized = new.metadata.generation > 1  # what it holds stands in its status then
        if (resized or old.spec is not new.spec) and asks_for_less(old, new):
            self._queue.move(POD_SCALE_DOWN, old, new)

    def _update_unassigned(self, old: Pod, new: Pod) -> None:
        uid = new.metadata.uid
        if not self._cache.is_assumed(uid):
            self._queue.update(old, new)
        elif new.metadata.deletion_timestamp and not old.metadata.deletion_timestamp:
            self._forget(new)

    def delete_pod(self, pod: Pod) -> None:
        """A pod has gone or has finished."""
        uid = pod.metadata.uid
        self._queue.delete(uid)
        if self._queue.nominator.delete(uid):
            self._queue.move(POD_DELETE, pod, None)  # the room kept for it is free
        if self._cache.is_assumed(uid):
            self._forget(pod)
        elif self._cache.remove_pod(uid):
            self._queue.move(POD_DELETE, pod, None)

    def _forget(self, pod: Pod) -> None:
        """Deleted while its binding is on its way: what it was to take is free."""
        self._cache.forget_pod(pod.metadata.uid)
        self._queue.move(POD_DELETE, pod, None)

    # Nodes

    def add_node(self, node: Node) -> None:
        """A node has joined."""
        self._cache.set_node(node)
        self._queue.move(NODE_ADD, None, node)

    def update_node(self, old: Node, new: Node) -> None:
        """A node has changed; only what scheduling depends on is looked at."""
        self._cache.set_node(new)
        if old.status.allocatable != new.status.allocatable:
            self._queue.move(NODE_ALLOCATABLE, old, new)
        if old.metadata.labels != new.metadata.labels:
            self._queue.move(NODE_LABEL, old, new)
        cordon = old.spec.unschedulable != new.spec.unschedulable
        if cordon or old.spec.taints != new.spec.taints:
            self._queue.move(NODE_TAINT, old, new)

    def delete_node(self, node: Node) -> None:
        """A node has left."""
        self._queue.move(NODE_DELETE, node, None)
        self._cache.remove_node(node.metadata.name)


def finished(pod: Pod) -> bool:
    """Whether the pod's containers have ended for good."""
    return pod.status.phase in ("Succeeded", "Failed")


def asks_for_less(old: Pod, new: Pod) -> bool:
    """Whether a resize has made something free."""
    before, after = pod_requests(spec_in_force(old)), pod_requests(spec_in_force(new))
    return any(after.get(name, 0) < amount for name, amount in before.items())
