"""What one decision sees: the nodes, the pods on them, and some sums kept up to date.

Upstream copies the nodes that changed before each decision, because binding goes on meanwhile
in other threads. Here nothing happens during a decision, so there is nothing to copy: this one
object is kept current. Sums that a plugin would find by looking at every pod are counted as pods
come and go instead. Models ``pkg/scheduler/backend/cache/{snapshot,node_tree}.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, zip_longest

from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.labels import Selector
from kubelite.scheduler.types import ZONE_LABEL, NodeInfo, PodInfo

REGION_LABEL = "topology.kubernetes.io/region"

COUNTS_KEPT = 512  # of one namespace; a count asked for again is made anew


class Snapshot:
    """Nodes by name, in the order in which they are tried, and what lies on them."""

    __slots__ = ("_counts", "_order", "affinity_nodes", "anti_affinity_nodes", "by_name", "images")

    def __init__(self) -> None:
        self.by_name: dict[str, NodeInfo] = {}
        self.affinity_nodes: dict[str, NodeInfo] = {}
        self.anti_affinity_nodes: dict[str, NodeInfo] = {}
        self.images: dict[str, dict[str, int]] = {}  # image -> node -> bytes
        self._counts: dict[str, dict[tuple[Selector, bool], dict[str, int]]] = {}
        self._order: list[NodeInfo] | None = None

    @classmethod
    def of(cls, nodes: Iterable[Node], pods: Iterable[Pod] = ()) -> Snapshot:
        """A snapshot of these objects, for trying a decision without a cluster."""
        snapshot = cls()
        for node in nodes:
            snapshot.set_node(node)
        for pod in pods:
            snapshot.add_pod(PodInfo(pod))
        return snapshot

    # Reading

    @property
    def nodes(self) -> list[NodeInfo]:
        """All nodes; zones take turns, so that a search that stops early sees all of them."""
        if self._order is None:
            zones: dict[tuple[str, str], list[NodeInfo]] = {}
            for info in self.by_name.values():
                if info.node:
                    get = info.labels.get
                    zones.setdefault((get(REGION_LABEL, ""), get(ZONE_LABEL, "")), []).append(info)
            turns = chain.from_iterable(zip_longest(*zones.values()))
            self._order = [info for info in turns if info is not None]
        return self._order

    def matching(
        self, namespace: str, selector: Selector, terminating: bool = False
    ) -> Mapping[str, int]:
        """How many pods of a namespace ``selector`` matches, by node; absent means none.

        Pods that are being deleted count only with ``terminating``.
        """
        known = self._counts.setdefault(namespace, {})
        counts = known.get((selector, terminating))
        if counts is None:
            if len(known) >= COUNTS_KEPT:
                del known[next(iter(known))]
            counts = known[(selector, terminating)] = {}
            for info in self.by_name.values():
                found = sum(
                    pod.namespace == namespace
                    and (terminating or not pod.terminating)
                    and selector.matches(pod.labels)
                    for pod in info.pods.values()
                )
                if found:
                    counts[info.name] = found
        return counts

    # Trying things out

    @contextmanager
    def beside(self, pods: Iterable[PodInfo]) -> Iterator[None]:
        """For a moment, as if these pods were on their nodes, too."""
        guests = list(pods)
        for pod in guests:
            self.add_pod(pod)
        try:
            yield
        finally:
            for pod in guests:
                self.remove_pod(pod)

    # Keeping it current

    def set_node(self, node: Node) -> None:
        """A node is there, or is different."""
        name = node.metadata.name
        info = self._info(name)
        old = info.node
        if old is None or old.metadata.labels != node.metadata.labels:
            self._order = None
        if old is None or old.status.images != node.status.images:
            self._forget_images(old)
            for image in node.status.images:
                for tag in image.names:
                    self.images.setdefault(tag, {})[name] = image.size_bytes
        info.set_node(node)

    def remove_node(self, name: str) -> None:
        """The node is gone. Pods of it that are still known wait for their own end."""
        info = self.by_name.get(name)
        if info is None or info.node is None:
            return
        self._forget_images(info.node)
        info.set_node(None)
        self._order = None
        self._drop_if_empty(info)

    def add_pod(self, pod: PodInfo) -> None:
        """A pod is on its node."""
        info = self._info(pod.node_name)
        info.add_pod(pod)
        if pod.needs.about_pods:
            self.affinity_nodes[info.name] = info
            if pod.needs.anti_affinity:
                self.anti_affinity_nodes[info.name] = info
        self._count(pod, 1)

    def remove_pod(self, pod: PodInfo) -> None:
        """A pod has left its node."""
        info = self.by_name[pod.node_name]
        info.remove_pod(pod.uid)
        if not info.pods_with_affinity:
            self.affinity_nodes.pop(info.name, None)
        if not info.pods_with_anti_affinity:
            self.anti_affinity_nodes.pop(info.name, None)
        self._count(pod, -1)
        self._drop_if_empty(info)

    def _info(self, name: str) -> NodeInfo:
        info = self.by_name.get(name)
        if info is None:
            info = self.by_name[name] = NodeInfo(name)
        return info

    def _drop_if_empty(self, info: NodeInfo) -> None:
        if info.node is None and not info.pods:
            del self.by_name[info.name]
            for known in self._counts.values():
                for counts in known.values():
                    counts.pop(info.name, None)

    def _forget_images(self, node: Node | None) -> None:
        for image in node.status.images if node else ():
            for tag in image.names:
                holders = self.images.get(tag, {})
                holders.pop(node.metadata.name if node else "", None)
                if not holders:
                    self.images.pop(tag, None)

    def _count(self, pod: PodInfo, step: int) -> None:
        known = self._counts.get(pod.namespace)
        if not known:
            return
        node = pod.node_name
        for (selector, terminating), counts in known.items():
            if (terminating or not pod.terminating) and selector.matches(pod.labels):
                counts[node] = counts.get(node, 0) + step
