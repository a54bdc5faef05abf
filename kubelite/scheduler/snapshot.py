"""What one decision sees: the nodes, the pods on them, and some sums kept up to date.

Upstream copies the nodes that changed before each decision, because binding goes on meanwhile
in other threads. Here nothing happens during a decision, so there is nothing to copy: this one
object is kept current. Sums that a plugin would find by looking at every pod are counted as pods
come and go instead. Models ``pkg/scheduler/backend/cache/{snapshot,node_tree}.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, count, zip_longest
from typing import Any

from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.labels import Selector
from kubelite.scheduler.types import ZONE_LABEL, NodeInfo, PodInfo

REGION_LABEL = "topology.kubernetes.io/region"

COUNTS_KEPT = 512  # of one namespace; a count asked for again is made anew


CHANGES_KEPT = 100_000

_epochs = count(1)


class Matching:
    """How many pods a selector matches: by node, and by value of the labels asked for so far."""

    __slots__ = ("by_label", "by_node", "by_place")

    def __init__(self) -> None:
        self.by_node: dict[str, int] = {}
        self.by_place: list[int] = []
        self.by_label: dict[str, dict[str, int]] = {}


class Snapshot:
    """Nodes by name, in the order in which they are tried, and what lies on them.

    ``changes`` are the places, in that order, of nodes that changed since ``epoch`` began; no
    two orders of any snapshots have the same epoch.
    """

    __slots__ = (
        "_columns",
        "_complete",
        "_counts",
        "_order",
        "affinity_nodes",
        "anti_affinity_nodes",
        "by_name",
        "changes",
        "epoch",
        "images",
        "places",
    )

    def __init__(self) -> None:
        self.by_name: dict[str, NodeInfo] = {}
        self.affinity_nodes: dict[str, NodeInfo] = {}
        self.anti_affinity_nodes: dict[str, NodeInfo] = {}
        self.images: dict[str, dict[str, int]] = {}  # image -> node -> bytes
        self._counts: dict[str, dict[tuple[Selector, bool], Matching]] = {}
        self._order: list[NodeInfo] | None = None
        self.places: list[int] = []  # of all nodes, once they are in order
        self._columns: dict[str, list[Any]] = {}
        self._complete: dict[str, bool] = {}
        self.changes: list[int] = []
        self.epoch = 0

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
            for place, info in enumerate(self._order):
                info.place = place
            self.places = list(range(len(self._order)))
            self._columns.clear()
            self._complete.clear()
            self._begin_epoch()
        return self._order

    @property
    def names(self) -> list[str]:
        """The names of the nodes, in their order."""
        return self._column("", lambda node: node.name)

    def column(self, label: str) -> list[str | None]:
        """The value of a label on each of the nodes, in their order."""
        return self._column(label, lambda node: node.labels.get(label))

    def has_everywhere(self, label: str) -> bool:
        """Whether all nodes have the label."""
        if label not in self._complete:
            self._complete[label] = None not in self.column(label)
        return self._complete[label]

    def _column(self, key: str, value: Callable[[NodeInfo], Any]) -> list[Any]:
        nodes = self.nodes
        values = self._columns.get(key)
        if values is None:
            values = self._columns[key] = [value(node) for node in nodes]
        return values

    def matching(
        self, namespace: str, selector: Selector, terminating: bool = False
    ) -> Mapping[str, int]:
        """How many pods of a namespace ``selector`` matches, by node; absent means none.

        Pods that are being deleted count only with ``terminating``.
        """
        return self._matching(namespace, selector, terminating).by_node

    def matching_by(self, label: str, namespace: str, selector: Selector) -> Mapping[str, int]:
        """The same by value of a label of their nodes; pods being deleted do not count."""
        found = self._matching(namespace, selector, False)
        sums = found.by_label.get(label)
        if sums is None:
            sums = found.by_label[label] = {}
            for name, pods in found.by_node.items():
                _add(sums, self.by_name[name].labels.get(label), pods)
        return sums

    def matching_at(self, namespace: str, selector: Selector) -> list[int]:
        """The same for each of the nodes, in their order; pods being deleted do not count."""
        names = self.names
        if selector.everything:
            return [0] * len(names)  # one that asks for nothing counts nothing
        found = self._matching(namespace, selector, False)
        if not found.by_place:
            found.by_place = [found.by_node.get(name, 0) for name in names]
        return found.by_place

    def _matching(self, namespace: str, selector: Selector, terminating: bool) -> Matching:
        known = self._counts.setdefault(namespace, {})
        found = known.get((selector, terminating))
        if found is None:
            if len(known) >= COUNTS_KEPT:
                del known[next(iter(known))]
            found = known[(selector, terminating)] = Matching()
            for info in self.by_name.values():
                pods = sum(
                    pod.namespace == namespace
                    and (terminating or not pod.terminating)
                    and selector.matches(pod.labels)
                    for pod in info.pods.values()
                )
                if pods:
                    found.by_node[info.name] = pods
        return found

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
            self._reorder()
        if old is None or old.status.images != node.status.images:
            self._forget_images(old)
            for image in node.status.images:
                for tag in image.names:
                    self.images.setdefault(tag, {})[name] = image.size_bytes
        info.set_node(node)
        self._changed(info)

    def remove_node(self, name: str) -> None:
        """The node is gone. Pods of it that are still known wait for their own end."""
        info = self.by_name.get(name)
        if info is None or info.node is None:
            return
        self._forget_images(info.node)
        info.set_node(None)
        self._reorder()
        self._drop_if_empty(info)

    def add_pod(self, pod: PodInfo) -> None:
        """A pod is on its node."""
        info = self._info(pod.node_name)
        info.add_pod(pod)
        self._changed(info)
        if pod.needs.about_pods:
            self.affinity_nodes[info.name] = info
            if pod.needs.anti_affinity:
                self.anti_affinity_nodes[info.name] = info
        self._count(pod, 1)

    def remove_pod(self, pod: PodInfo) -> None:
        """A pod has left its node."""
        info = self.by_name[pod.node_name]
        info.remove_pod(pod.uid)
        self._changed(info)
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
                for found in known.values():
                    found.by_node.pop(info.name, None)

    def _forget_images(self, node: Node | None) -> None:
        for image in node.status.images if node else ():
            for tag in image.names:
                holders = self.images.get(tag, {})
                holders.pop(node.metadata.name if node else "", None)
                if not holders:
                    self.images.pop(tag, None)

    def _reorder(self) -> None:
        """Nodes or their labels are different: what was worked out about them is void."""
        self._order = None
        for known in self._counts.values():
            for found in known.values():
                found.by_label.clear()
                found.by_place = []

    def _begin_epoch(self) -> None:
        self.epoch = next(_epochs)
        self.changes = []

    def _changed(self, info: NodeInfo) -> None:
        if self._order is not None and info.node is not None:
            self.changes.append(info.place)
            if len(self.changes) > CHANGES_KEPT:
                self._begin_epoch()

    def _count(self, pod: PodInfo, step: int) -> None:
        known = self._counts.get(pod.namespace)
        if not known:
            return
        node = pod.node_name
        for (selector, terminating), found in known.items():
            if (terminating or not pod.terminating) and selector.matches(pod.labels):
                found.by_node[node] = found.by_node.get(node, 0) + step
                if found.by_place and self.by_name[node].node is not None:
                    found.by_place[self.by_name[node].place] += step
                for label, sums in found.by_label.items():
                    _add(sums, self.by_name[node].labels.get(label), step)


def _add(sums: dict[str, int], value: str | None, step: int) -> None:
    if value is not None:
        sums[value] = sums.get(value, 0) + step
