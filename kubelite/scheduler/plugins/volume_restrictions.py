"""A claim for one pod only: no second pod may use it, wherever that is.

Models ``pkg/scheduler/framework/plugins/volumerestrictions``. Left out: disks of clouds that
pods name themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelite.api.volumes import claim_name
from kubelite.scheduler.framework import (
    CLAIM_ADD,
    CLAIM_UPDATE,
    NODE_ADD,
    POD_DELETE,
    SKIP,
    UNSCHEDULABLE,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    Hint,
    Listers,
    Status,
    always,
)
from kubelite.scheduler.plugins.volume_binding import claims_of_pod, uses_claim
from kubelite.scheduler.types import NodeInfo, PodInfo

CONFLICT = (
    "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
)


class VolumeRestrictions:
    """PreFilter, Filter."""

    name = "VolumeRestrictions"
    conflict = Status(UNSCHEDULABLE, (CONFLICT,), plugin=name)

    def __init__(self, listers: Listers):
        self._listers = listers
        self.events: Mapping[str, Hint] = {
            POD_DELETE: always,
            NODE_ADD: always,
            CLAIM_ADD: uses_claim,
            CLAIM_UPDATE: uses_claim,
        }

    def pre_filter(self, state: CycleState, pod: PodInfo) -> Status | None:
        """Which of the pod's claims are for one pod only."""
        if not pod.needs.claims:
            return SKIP
        alone = set()
        for name, claim in claims_of_pod(pod, self._listers):
            if claim is None:
                reason = f'persistentvolumeclaim "{name}" not found'
                return Status(UNSCHEDULABLE_AND_UNRESOLVABLE, (reason,), self.name)
            if "ReadWriteOncePod" in claim.spec.access_modes:
                alone.add(name)
        if not alone:
            return SKIP
        state[self.name] = (alone, self._users(state, pod, alone))
        return None

    def _users(self, state: CycleState, pod: PodInfo, alone: set[str]) -> int:
        """How many pods on any node use them already."""
        return sum(
            _uses(other, pod.namespace, alone)
            for node in state.snapshot.nodes
            for other in node.pods.values()
        )

    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse while another pod has the claim; evicting that one would help on its node."""
        _, users = state[self.name]
        return self.conflict if users else None


def _uses(pod: PodInfo, namespace: str, names: set[str]) -> bool:
    if not pod.needs.claims or pod.namespace != namespace:
        return False
    return any(claim_name(pod.pod.metadata.name, volume) in names for volume in pod.needs.claims)
