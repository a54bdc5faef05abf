"""Nodes that can reach a pod's volumes, and the volumes of claims that wait for their pod.

Models ``pkg/scheduler/framework/plugins/volumebinding``. Left out: how much room storage
drivers report (CSIStorageCapacity), and scoring by it, which is off by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubelite.api.core_v1 import PersistentVolume, PersistentVolumeClaim
from kubelite.api.storage_v1 import StorageClass
from kubelite.api.volumes import (
    CLAIMS,
    NO_PROVISIONER,
    SELECTED_NODE,
    VOLUMES,
    WAIT_FOR_FIRST_CONSUMER,
    claim_name,
    claim_ref_change,
    class_of_claim,
    find_matching_volume,
    is_free_for,
    is_fully_bound,
    is_made_for,
    reaches,
)
from kubelite.apimachinery.rest import MERGE_PATCH, Response
from kubelite.apimachinery.struct import Value
from kubelite.scheduler.framework import (
    CLAIM_ADD,
    CLAIM_UPDATE,
    CLASS_ADD,
    CLASS_UPDATE,
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
from kubelite.scheduler.types import NodeInfo, PodInfo
from kubelite.sim.clock import SECOND

BIND_TIMEOUT = 600 * SECOND
POLL = 1 * SECOND

BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind"
NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity"
VOLUME_MISSING = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
UNBOUND_IMMEDIATE = "pod has unbound immediate PersistentVolumeClaims"


class PodClaims(Value):
    """The claims of a pod: those that have their volume, and those that wait for a node.

    ``volumes`` are those that nobody else has, so that no node need look at all.
    """

    bound: tuple[PersistentVolumeClaim, ...]
    delayed: tuple[PersistentVolumeClaim, ...]
    volumes: tuple[PersistentVolume, ...]


class VolumeBinding:
    """PreFilter, Filter, PreBind."""

    name = "VolumeBinding"

    def __init__(self, listers: Listers):
        self._listers = listers
        self._promised: dict[str, str] = {}  # volume -> claim it is being bound to
        self._chosen: dict[str, str] = {}  # claim -> node that is being written into it
        self.events: Mapping[str, Hint] = {
            CLASS_ADD: always,
            CLASS_UPDATE: _other_topologies,
            CLAIM_ADD: uses_claim,
            CLAIM_UPDATE: uses_claim,
            VOLUME_ADD: always,
            VOLUME_UPDATE: always,
            NODE_ADD: always,
            NODE_LABEL: always,
        }

    # PreFilter

    def pre_filter(self, state: CycleState, pod: PodInfo) -> Status | None:
        """All claims must be there, and those that do not wait for a pod must be bound."""
        if not pod.needs.claims:
            return SKIP
        claims = list(claims_of_pod(pod, self._listers))
        for name, claim in claims:
            if error := self._unusable(pod, name, claim):
                return self._refused(error)
        found = [claim for _, claim in claims if claim is not None]
        bound = tuple(filter(is_fully_bound, found))
        unbound = [claim for claim in found if not is_fully_bound(claim)]
        delayed = tuple(claim for claim in unbound if self._is_delayed(claim))
        if len(delayed) < len(unbound):
            return self._refused(UNBOUND_IMMEDIATE)
        state[self.name] = PodClaims(bound, delayed, self._free(delayed))
        return None

    def _free(self, claims: Sequence[PersistentVolumeClaim]) -> tuple[PersistentVolume, ...]:
        if not claims:
            return ()
        volumes = self._listers.volumes()
        return tuple(v for v in volumes if any(is_free_for(v, claim) for claim in claims))

    def _refused(self, reason: str) -> Status:
        return Status(UNSCHEDULABLE_AND_UNRESOLVABLE, (reason,), self.name)

    def _unusable(self, pod: PodInfo, name: str, claim: PersistentVolumeClaim | None) -> str:
        """Why no pod can use this claim; "" if it can."""
        made = any(v.ephemeral and claim_name(_name(pod), v) == name for v in pod.needs.claims)
        if claim is None and made:
            return (
                "waiting for ephemeral volume controller to create the persistentvolumeclaim "
                f'"{name}"'
            )
        if claim is None:
            return f'persistentvolumeclaim "{name}" not found'
        if claim.status.phase == "Lost":
            volume = claim.spec.volume_name
            return (
                f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{volume}"'
            )
        if claim.metadata.deletion_timestamp is not None:
            return f'persistentvolumeclaim "{name}" is being deleted'
        if made and not is_made_for(pod.pod, claim):
            key = f"{pod.namespace}/{name}"
            return f"PVC {key} was not created for pod {pod.key} (pod is not owner)"
        return ""

    def _is_delayed(self, claim: PersistentVolumeClaim) -> bool:
        found = self._listers.storage_class(class_of_claim(claim))
        waits = found is not None and found.volume_binding_mode == WAIT_FOR_FIRST_CONSUMER
        return waits and not claim.spec.volume_name

    # Filter

    # DOC: volume-binding-filter
    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse nodes that cannot reach a volume, or for which none can be found or made."""
        claims: PodClaims = state[self.name]
        reasons = {reason for claim in claims.bound if (reason := self._bound(claim, node))}
        if claims.delayed and self._plan(claims.delayed, node, claims.volumes) is None:
            reasons.add(BIND_CONFLICT)
        if not reasons:
            return None
        return Status(UNSCHEDULABLE_AND_UNRESOLVABLE, tuple(sorted(reasons)), self.name)

    def _bound(self, claim: PersistentVolumeClaim, node: NodeInfo) -> str:
        volume = self._listers.volume(claim.spec.volume_name)
        if volume is None:
            return VOLUME_MISSING
        return "" if reaches(volume, node.name, node.labels) else NODE_CONFLICT

    def _plan(
        self,
        claims: Sequence[PersistentVolumeClaim],
        node: NodeInfo,
        volumes: Sequence[PersistentVolume],
    ) -> list[tuple[PersistentVolumeClaim, PersistentVolume | None]] | None:
        """For each claim a volume that is there, or None for one to be made; None: impossible."""
        planned: list[tuple[PersistentVolumeClaim, PersistentVolume | None]] = []
        taken = set(self._promised)
        for claim in claims:
            chosen = claim.metadata.annotations.get(SELECTED_NODE, self._chosen.get(_key(claim)))
            volume = None
            if chosen is None:
                where = (node.name, node.labels)
                volume = find_matching_volume(claim, volumes, where, taken)
            elif chosen != node.name:
                return None
            if volume is not None:
                taken.add(volume.metadata.name)
            elif not self._can_be_made(claim, node):
                return None
            planned.append((claim, volume))
        return planned

    def _can_be_made(self, claim: PersistentVolumeClaim, node: NodeInfo) -> bool:
        found = self._listers.storage_class(class_of_claim(claim))
        if found is None or found.provisioner in ("", NO_PROVISIONER):
            return False
        return _in_topology(found, node.labels)

    # PreBind

    def pre_bind_pre_flight(self, pod: PodInfo) -> Status | None:
        """Only where a claim has no volume yet."""
        if not pod.needs.claims:
            return SKIP
        return None if self._unbound(pod) else SKIP

    def _unbound(self, pod: PodInfo) -> list[PersistentVolumeClaim]:
        claims = (claim for _, claim in claims_of_pod(pod, self._listers))
        return [claim for claim in claims if claim is not None and not is_fully_bound(claim)]

    # DOC: volume-pre-bind
    def pre_bind(
        self, client: Any, pod: PodInfo, node: NodeInfo, then: Callable[[str], object]
    ) -> None:
        """Bind what is there, have the rest made near the node, and wait until all is bound."""
        unbound = self._unbound(pod)
        planned = self._plan(unbound, node, self._free(unbound))
        if planned is None:
            client.clock.after(0, then, f"binding volumes: {BIND_CONFLICT}")
            return
        clock, deadline = client.clock, client.clock.now + BIND_TIMEOUT
        errors: list[str] = []

        def finish(error: str) -> None:
            for claim, volume in planned:
                self._chosen.pop(_key(claim), None)
                if volume is not None:
                    self._promised.pop(volume.metadata.name, None)
            then(f"binding volumes: {error}" if error else "")

        def answered(response: Response) -> None:
            if not response.ok:
                errors.append(response.body.message)

        def look() -> None:
            if errors:
                finish(errors[0])
            elif not self._unbound(pod):
                finish("")
            elif clock.now >= deadline:
                finish("context deadline exceeded")
            else:
                clock.after(POLL, look)

        for claim, volume in planned:
            self._write(client, claim, volume, node.name, answered)
        clock.after(POLL, look)

    def _write(
        self,
        client: Any,
        claim: PersistentVolumeClaim,
        volume: PersistentVolume | None,
        node: str,
        then: Callable[[Response], object],
    ) -> None:
        """Point the volume to its claim; or tell the provisioner which node was chosen."""
        meta = claim.metadata
        if volume is not None:
            self._promised[volume.metadata.name] = _key(claim)
            change = claim_ref_change(volume, claim)
            if change:
                client.patch(VOLUMES, volume.metadata.name, "", change, MERGE_PATCH, then)
        elif SELECTED_NODE not in meta.annotations:
            self._chosen[_key(claim)] = node
            change = {"metadata": {"uid": meta.uid, "annotations": {SELECTED_NODE: node}}}
            client.patch(CLAIMS, meta.name, meta.namespace, change, MERGE_PATCH, then)


def claims_of_pod(
    pod: PodInfo, listers: Listers
) -> Iterator[tuple[str, PersistentVolumeClaim | None]]:
    """The names of a pod's claims, and what is known of them."""
    for volume in pod.needs.claims:
        name = claim_name(_name(pod), volume)
        yield name, listers.claim(f"{pod.namespace}/{name}")


def uses_claim(pod: PodInfo, old: Any, new: Any) -> bool:
    """Hint: the claim is one of the pod's."""
    meta = new.metadata
    names = (claim_name(_name(pod), volume) for volume in pod.needs.claims)
    return pod.namespace == meta.namespace and meta.name in names


def _other_topologies(pod: PodInfo, old: StorageClass, new: StorageClass) -> bool:
    return old.allowed_topologies != new.allowed_topologies


def _in_topology(found: StorageClass, labels: Mapping[str, str]) -> bool:
    """Whether the class allows volumes near a node with these labels."""
    terms = found.allowed_topologies
    return not terms or any(
        all(labels.get(wanted.key) in wanted.values for wanted in term.match_label_expressions)
        for term in terms
        if term.match_label_expressions
    )


def _name(pod: PodInfo) -> str:
    name: str = pod.pod.metadata.name
    return name


def _key(claim: PersistentVolumeClaim) -> str:
    return f"{claim.metadata.namespace}/{claim.metadata.name}"
