"""No more volumes of a storage driver on a node than the node says it can have.

Models ``pkg/scheduler/framework/plugins/nodevolumelimits``. Nodes say it in their CSINode;
without one there is no limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubelite.api.core_v1 import PersistentVolumeClaim
from kubelite.api.volumes import class_of_claim
from kubelite.scheduler.framework import (
    CLAIM_ADD,
    CSI_NODE_ADD,
    CSI_NODE_UPDATE,
    POD_DELETE,
    SKIP,
    UNSCHEDULABLE,
    CycleState,
    Hint,
    Listers,
    Status,
    always,
)
from kubelite.scheduler.plugins.volume_binding import claims_of_pod, uses_claim
from kubelite.scheduler.types import NodeInfo, PodInfo


class NodeVolumeLimits:
    """PreFilter, Filter."""

    name = "NodeVolumeLimits"
    refusal = Status(UNSCHEDULABLE, ("node(s) exceed max volume count",), plugin=name)

    def __init__(self, listers: Listers):
        self._listers = listers
        self.events: Mapping[str, Hint] = {
            CSI_NODE_ADD: always,
            CSI_NODE_UPDATE: always,
            POD_DELETE: always,
            CLAIM_ADD: uses_claim,
        }

    def pre_filter(self, state: CycleState, pod: PodInfo) -> Status | None:
        """Only pods with claims can bring volumes."""
        return None if pod.needs.claims else SKIP

    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse nodes that would have too many."""
        csi_node = self._listers.csi_node(node.name)
        if csi_node is None:
            return None
        new = set(self._volumes(pod))
        there = {one for other in node.pods.values() for one in self._volumes(other)}
        for driver in csi_node.spec.drivers:
            limit = driver.allocatable.count if driver.allocatable is not None else None
            more = {volume for name, volume in new if name == driver.name}
            had = {volume for name, volume in there if name == driver.name}
            if limit is not None and more - had and len(more | had) > limit:
                return self.refusal
        return None

    def _volumes(self, pod: PodInfo) -> Iterator[tuple[str, str]]:
        """Driver and handle of each volume; a claim without one counts for its provisioner."""
        for _, claim in claims_of_pod(pod, self._listers):
            if claim is not None:
                yield from self._volume(claim)

    def _volume(self, claim: PersistentVolumeClaim) -> Iterator[tuple[str, str]]:
        volume = self._listers.volume(claim.spec.volume_name)
        if volume is not None:
            if volume.spec.csi is not None:
                yield volume.spec.csi.driver, volume.spec.csi.volume_handle
            return
        found = self._listers.storage_class(class_of_claim(claim))
        if found is not None:
            yield found.provisioner, f"{claim.metadata.namespace}/{claim.metadata.name}"
