"""Volumes that carry the label of a zone or region: pods must go there.

Newer volumes say the same by node affinity. Models ``pkg/scheduler/framework/plugins/volumezone``.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelite.scheduler.framework import (
    CLAIM_ADD,
    CLAIM_UPDATE,
    NODE_ADD,
    NODE_LABEL,
    SKIP,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    VOLUME_ADD,
    VOLUME_UPDATE,
    CycleState,
    Hint,
    Listers,
    Status,
    always,
)
from kubelite.scheduler.plugins.volume_binding import claims_of_pod, uses_claim
from kubelite.scheduler.types import NodeInfo, PodInfo

SUCCESSOR = {
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
}
"""Old labels of volumes, and the labels that nodes have today."""

TOPOLOGY = (*SUCCESSOR, *SUCCESSOR.values())
SEPARATOR = "__"  # between the zones of a volume that is in several


class VolumeZone:
    """PreFilter, Filter."""

    name = "VolumeZone"
    refusal = Status(
        UNSCHEDULABLE_AND_UNRESOLVABLE, ("node(s) had no available volume zone",), plugin=name
    )

    def __init__(self, listers: Listers):
        self._listers = listers
        self.events: Mapping[str, Hint] = {
            NODE_ADD: always,
            NODE_LABEL: always,
            CLAIM_ADD: uses_claim,
            CLAIM_UPDATE: uses_claim,
            VOLUME_ADD: always,
            VOLUME_UPDATE: always,
        }

    def pre_filter(self, state: CycleState, pod: PodInfo) -> Status | None:
        """Which labels the pod's volumes ask for."""
        if not pod.needs.claims:
            return SKIP
        wanted: list[tuple[str, frozenset[str]]] = []
        for _, claim in claims_of_pod(pod, self._listers):
            name = claim.spec.volume_name if claim is not None else ""
            volume = self._listers.volume(name) if name else None
            labels = volume.metadata.labels if volume is not None else {}
            found = [(key, labels[key]) for key in TOPOLOGY if key in labels]
            wanted += [(key, frozenset(value.split(SEPARATOR))) for key, value in found]
        if not wanted:
            return SKIP
        state[self.name] = wanted
        return None

    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse nodes elsewhere; in a cluster without zones, none."""
        if not any(key in node.labels for key in TOPOLOGY):
            return None
        for key, values in state[self.name]:
            found = node.labels.get(key, node.labels.get(SUCCESSOR.get(key, "")))
            if found not in values:
                return self.refusal
        return None
