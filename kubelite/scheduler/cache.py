"""What the scheduler knows of nodes and pods, a step ahead of the API server.

A pod that has just been given a node is *assumed* to be there, so that the next decision counts
it although its binding is still on its way. The informer's news confirms it; a failed binding
makes the cache forget it. Models ``pkg/scheduler/backend/cache/cache.go``.
"""

from __future__ import annotations

from kubelite.api.core_v1 import Node, Pod
from kubelite.scheduler.resources import spec_in_force
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import PodInfo


class Cache:
    """Keeps ``snapshot`` current. Pods are known by uid."""

    __slots__ = ("_assumed", "_pods", "snapshot")

    def __init__(self) -> None:
        self.snapshot = Snapshot()
        self._pods: dict[str, PodInfo] = {}
        self._assumed: dict[str, PodInfo] = {}

    # DOC: scheduler-assume
    def assume_pod(self, pod: PodInfo, node: str) -> None:
        """Count ``pod`` on ``node`` from now on."""
        pod.node_name = node
        self._pods[pod.uid] = self._assumed[pod.uid] = pod
        self.snapshot.add_pod(pod)

    def forget_pod(self, uid: str) -> bool:
        """The binding failed: take the pod off its node. False if it is not assumed (any more)."""
        pod = self._assumed.pop(uid, None)
        if pod is None:
            return False
        del self._pods[uid]
        self.snapshot.remove_pod(pod)
        pod.node_name = ""
        return True

    def is_assumed(self, uid: str) -> bool:
        """Whether the pod has a node that the API server has not confirmed yet."""
        return uid in self._assumed

    def add_pod(self, pod: Pod) -> None:
        """The API server shows ``pod`` on a node: where it was assumed to be, or elsewhere."""
        uid = pod.metadata.uid
        known = self._pods.get(uid)
        assumed = self._assumed.pop(uid, None) is not None
        if known is None:
            self._put(PodInfo(pod))
        elif known.node_name == pod.spec.node_name and (assumed or known.pod.spec == pod.spec):
            self._refresh(known, pod)
        else:
            self.snapshot.remove_pod(known)
            self._put(PodInfo(pod))

    update_pod = add_pod

    def remove_pod(self, uid: str) -> bool:
        """The pod is gone or has finished. False if it was not known."""
        pod = self._pods.pop(uid, None)
        if pod is None:
            return False
        self._assumed.pop(uid, None)
        self.snapshot.remove_pod(pod)
        return True

    def _put(self, pod: PodInfo) -> None:
        self._pods[pod.uid] = pod
        self.snapshot.add_pod(pod)

    def _refresh(self, known: PodInfo, pod: Pod) -> None:
        """The same pod on the same node; only labels, its end or a resize can matter."""
        meta = pod.metadata
        if meta.generation > 1 and spec_in_force(pod) != known.needs.spec:
            self.snapshot.remove_pod(known)
            self._put(PodInfo(pod))
            return
        terminating = meta.deletion_timestamp is not None
        if known.terminating == terminating and known.labels == meta.labels:
            known.pod = pod
            return
        self.snapshot.remove_pod(known)
        fresh = PodInfo(pod, known.needs)
        fresh.node_name = known.node_name
        self._put(fresh)

    def set_node(self, node: Node) -> None:
        """A node is there, or is different."""
        self.snapshot.set_node(node)

    def remove_node(self, name: str) -> None:
        """A node is gone."""
        self.snapshot.remove_node(name)
