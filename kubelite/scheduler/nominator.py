"""Pods that have been promised a node: victims are leaving it to make room for them.

Filters count a nominated pod on its node for everybody who is not more important, so that nobody
of lower priority slips into the room that was made.
Models ``pkg/scheduler/backend/queue/nominator.go``.
"""

from __future__ import annotations

from kubelite.scheduler.types import PodInfo


class Nominator:
    """Nominated pods by node. The pods kept here are copies that stand on the node."""

    __slots__ = ("_nodes", "by_node")

    def __init__(self) -> None:
        self.by_node: dict[str, dict[str, PodInfo]] = {}
        self._nodes: dict[str, str] = {}

    def node_of(self, uid: str) -> str:
        """The node promised to a pod, or ""."""
        return self._nodes.get(uid, "")

    def add(self, pod: PodInfo, node: str) -> None:
        """Promise ``node`` to ``pod``; "" takes an earlier promise back."""
        self.delete(pod.uid)
        if node:
            copy = PodInfo(pod.pod, pod.needs)
            copy.node_name = node
            self._nodes[pod.uid] = node
            self.by_node.setdefault(node, {})[pod.uid] = copy

    def update(self, pod: PodInfo) -> None:
        """The pod has changed. A promise that has not reached its status yet stays."""
        said = pod.pod.status.nominated_node_name
        if said or pod.uid in self._nodes:
            self.add(pod, said or self._nodes[pod.uid])

    def delete(self, uid: str) -> bool:
        """The pod has a node, or is gone. False if nothing was promised to it."""
        node = self._nodes.pop(uid, "")
        if not node:
            return False
        there = self.by_node[node]
        del there[uid]
        if not there:
            del self.by_node[node]
        return True

    def beside(self, pod: PodInfo, node: str) -> list[PodInfo]:
        """Those promised ``node`` whom ``pod`` has to reckon with: no less important than it."""
        there = self.by_node.get(node)
        if not there:
            return []
        priority = pod.needs.priority
        return [p for p in there.values() if p.needs.priority >= priority and p.uid != pod.uid]

    def below(self, pod: PodInfo, node: str) -> list[PodInfo]:
        """Those promised ``node`` who are less important than ``pod``."""
        there = self.by_node.get(node, {})
        return [p for p in there.values() if p.needs.priority < pod.needs.priority]
