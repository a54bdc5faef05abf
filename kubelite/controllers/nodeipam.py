"""Node IPAM: every node gets a range of pod addresses of its own.

Models pkg/controller/nodeipam (range allocator).
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.core_v1 import Node
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.client.client import Client
from kubelite.client.controller import Action, Patch
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager

FIRST_OCTET = 244
"""Pods live in 10.244.0.0/16, as in many clusters; with more than 256 nodes 10.245 follows."""

_NODES_UP_TO_255 = (256 - FIRST_OCTET) * 256


def pod_cidr(number: int) -> str:
    """The ``number``-th range of 256 addresses."""
    octet = FIRST_OCTET + (number >> 8)
    if number >= _NODES_UP_TO_255:
        octet = 128 + ((number - _NODES_UP_TO_255) >> 8)
    return f"10.{octet}.{number & 255}.0/24"


class NodeIpamController(ManagedController):
    """Gives ``spec.podCIDR`` to nodes that have none."""

    name = "node-ipam-controller"
    workers = 1

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.nodes = manager.informer("nodes")
        self.nodes.on(add=self._added, update=self._updated, delete=self._gone)
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()
        self._lowest = 0  # no range below it is free

    def _added(self, node: Node) -> None:
        self._taken.add(node.spec.pod_cidr)
        if not node.spec.pod_cidr:
            self.queue.add(key_of(node))

    def _updated(self, old: Node, node: Node) -> None:
        self._taken.add(node.spec.pod_cidr)

    def _gone(self, node: Node) -> None:
        self._taken.discard(self._given.pop(node.metadata.name, node.spec.pod_cidr))
        self._lowest = 0

    def sync(self, key: str) -> Sequence[Action]:
        """One node: the lowest range that nobody has."""
        node = self.nodes.get(key)
        if node is None or node.spec.pod_cidr:
            return ()
        cidr = self._given.get(key) or self._free_range()
        self._given[key] = cidr
        self._taken.add(cidr)
        change = {"spec": {"podCIDR": cidr, "podCIDRs": [cidr]}}
        return (Patch("nodes", key, "", change, MERGE_PATCH),)

    def _free_range(self) -> str:
        while pod_cidr(self._lowest) in self._taken:
            self._lowest += 1
        return pod_cidr(self._lowest)
