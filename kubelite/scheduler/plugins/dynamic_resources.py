"""Nodes on which a pod's claims have their devices, or can get some.

Models ``pkg/scheduler/framework/plugins/dynamicresources``. Left out: taking devices back that
nobody uses (PostFilter), scores of devices, extended resources that devices serve, and waiting
for a driver's binding conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kubelite.api.devices import (
    CLAIMS,
    FINALIZER,
    ClaimNotUsable,
    check_owner,
    claim_name,
    consumer,
    is_reserved_for,
    known_claims,
)
from kubelite.api.resource_v1 import ResourceClaim
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import STRATEGIC_PATCH, Response
from kubelite.apimachinery.struct import Value, replace
from kubelite.client.informer import key_of
from kubelite.scheduler.dra_manager import Devices, DRAManager
from kubelite.scheduler.framework import (
    DEVICE_CLAIM_ADD,
    DEVICE_CLAIM_UPDATE,
    DEVICE_CLASS_ADD,
    DEVICE_CLASS_UPDATE,
    NODE_ADD,
    NODE_LABEL,
    SKIP,
    SLICE_ADD,
    SLICE_UPDATE,
    UNSCHEDULABLE,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    Hint,
    Listers,
    PostFilterResult,
    Status,
    always,
)
from kubelite.scheduler.types import NodeInfo, PodInfo

if TYPE_CHECKING:
    from kubelite.scheduler.structured.allocator import Allocator

TRIES = 5
"""How often a claim is written that somebody else writes, too."""

NOT_ALL = "cannot allocate all claims"
STILL_NOT = "still not schedulable"
NOTHING_TO_FREE = "no new claims to deallocate"
NOT_HERE = "resourceclaim not available on the node"


class Needed(Value):
    """What a pod needs: claims that have devices, and the search for those that have none."""

    allocated: tuple[ResourceClaim, ...]
    allocator: Allocator | None


class DynamicResources:
    """PreEnqueue, PreFilter, Filter, PostFilter, Reserve, PreBind."""

    name = "DynamicResources"

    def __init__(self, listers: Listers):
        self._manager = listers.devices
        self.events: Mapping[str, Hint] = {
            NODE_ADD: always,
            NODE_LABEL: always,
            DEVICE_CLAIM_ADD: self._claim_changed,
            DEVICE_CLAIM_UPDATE: self._claim_changed,
            DEVICE_CLASS_ADD: always,
            DEVICE_CLASS_UPDATE: always,
            SLICE_ADD: always,
            SLICE_UPDATE: always,
        }

    @property
    def _devices(self) -> Devices:
        assert self._manager is not None, "who schedules pods with claims knows of devices"
        self._manager.follow()
        return self._manager

    @property
    def _written(self) -> DRAManager:
        assert isinstance(self._manager, DRAManager), "only the scheduler itself gives devices"
        return self._manager

    def _asks(self, pod: PodInfo) -> bool:
        return bool(pod.needs.device_claims) and self._manager is not None

    def _claims(self, pod: PodInfo) -> Iterator[ResourceClaim]:
        """The pod's claims. Raises ClaimNotUsable."""
        for entry in pod.needs.device_claims:
            name = claim_name(pod.pod, entry)
            if name is None:
                continue
            claim = self._devices.claim(f"{pod.namespace}/{name}")
            if claim is None:
                raise ClaimNotUsable(f'could not find claim "{pod.namespace}/{name}"')
            if claim.metadata.deletion_timestamp is not None:
                raise ClaimNotUsable(f'resourceclaim "{name}" is being deleted')
            check_owner(pod.pod, entry, claim)
            yield claim

    def _claim_changed(self, pod: PodInfo, old: ResourceClaim | None, new: ResourceClaim) -> bool:
        """Hint: devices are free again, or the pod's own claim is another one now."""
        try:
            uids = [claim.metadata.uid for claim in self._claims(pod)]
        except ClaimNotUsable:
            return False
        if old is not None and old.status.allocation and not new.status.allocation:
            return True
        return new.metadata.uid in uids and (old is None or old.status != new.status)

    # PreEnqueue, PreFilter, Filter

    def pre_enqueue(self, pod: PodInfo) -> Status | None:
        """Its claims must be there."""
        if not self._asks(pod):
            return None
        try:
            list(self._claims(pod))
        except ClaimNotUsable as why:
            return self._refused(str(why))
        return None

    def pre_filter(self, state: CycleState, pod: PodInfo) -> Status | None:
        """And so must the classes of those that have no devices yet."""
        if not self._asks(pod):
            return SKIP
        try:
            claims = tuple(self._claims(pod))
        except ClaimNotUsable as why:
            return self._refused(str(why))
        allocated = tuple(claim for claim in claims if claim.status.allocation is not None)
        others = [claim for claim in claims if claim.status.allocation is None]
        for claim in others:
            if self._devices.is_pending(claim):
                text = f"resource claim {key_of(claim)} is in the process of being allocated"
                return self._refused(text)
            for request, name in _classes(claim):
                if self._devices.device_class(name) is None:
                    return self._refused(f"request {request}: device class {name} does not exist")
        state[self.name] = Needed(allocated, self._allocator(others) if others else None)
        return None if claims else SKIP

    def _allocator(self, claims: list[ResourceClaim]) -> Allocator:
        from kubelite.scheduler.structured.allocator import Allocator  # most pods ask for nothing

        devices = self._devices
        return Allocator(
            claims, devices.taken(), devices.device_class, devices.slices(), devices.answers
        )

    def _refused(self, reason: str) -> Status:
        return Status(UNSCHEDULABLE_AND_UNRESOLVABLE, (reason,), self.name)

    # DOC: dynamic-resources-filter
    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Devices that claims have must be near, and for the others there must be some."""
        from kubelite.scheduler.structured.allocator import AllocationError
        from kubelite.scheduler.structured.pools import selects

        needed: Needed = state[self.name]
        if needed.allocator is not None:
            try:
                if needed.allocator.allocate(node) is None:
                    return self._refused(NOT_ALL)
            except AllocationError as error:
                return self._refused(str(error))
        for claim in needed.allocated:
            selector = claim.status.allocation.node_selector if claim.status.allocation else None
            if selector is not None and not selects(selector, node):
                return self._refused(NOT_HERE)
        return None

    def post_filter(
        self, state: CycleState, pod: PodInfo, refusals: Mapping[str, Status]
    ) -> PostFilterResult | None:
        """Nothing that helps; upstream says so."""
        if not pod.needs.device_claims:
            return None
        words = STILL_NOT if self.name in state else NOTHING_TO_FREE
        return PostFilterResult(status=Status(UNSCHEDULABLE, (words,), self.name))

    # Reserve

    def reserve(self, pod: PodInfo, node: NodeInfo) -> None:
        """The devices found in Filter are the claims' from now on: nothing has changed since."""
        if not self._asks(pod):
            return
        claims = [claim for claim in self._claims(pod) if claim.status.allocation is None]
        results = self._allocator(claims).allocate(node) if claims else ()
        for claim, result in zip(claims, results or (), strict=True):
            status = replace(claim.status, allocation=result)
            self._written.reserve(replace(claim, status=status))

    def unreserve(self, client: Any, pod: PodInfo) -> None:
        """The pod comes to nothing: nobody has to keep anything for it."""
        if not self._asks(pod):
            return
        for name in known_claims(pod.pod):
            claim = self._devices.claim(f"{pod.namespace}/{name}")
            if claim is None:
                continue
            meta = claim.metadata
            self._written.unreserve(meta.uid)
            if is_reserved_for(claim, pod.pod):
                left = {"reservedFor": [{"$patch": "delete", "uid": pod.uid}]}
                change = {"metadata": {"uid": meta.uid}, "status": left}
                client.patch(
                    CLAIMS, meta.name, meta.namespace, change, STRATEGIC_PATCH, subresource="status"
                )

    # PreBind

    def pre_bind_pre_flight(self, pod: PodInfo) -> Status | None:
        """Only where the pod may not yet use a claim."""
        if not self._asks(pod):
            return SKIP
        return None if self._unbound(pod) else SKIP

    def _unbound(self, pod: PodInfo) -> list[ResourceClaim]:
        return [claim for claim in self._claims(pod) if not is_reserved_for(claim, pod.pod)]

    # DOC: dynamic-resources-pre-bind
    def pre_bind(
        self, client: Any, pod: PodInfo, node: NodeInfo, then: Callable[[str], object]
    ) -> None:
        """Write into each claim what it has got, and that the pod may use it."""
        try:
            unbound = self._unbound(pod)
        except ClaimNotUsable as why:
            client.clock.after(0, then, str(why))
            return

        def written(error: str) -> None:
            if error or len(unbound) == 1:
                then(error)
            else:
                unbound.pop(0)
                ClaimBinding(self._written, client, pod, written).write(unbound[0])

        ClaimBinding(self._written, client, pod, written).write(unbound[0])


class ClaimBinding:
    """Writing one claim: its finalizer, then devices and user; again if somebody came between."""

    def __init__(
        self, devices: DRAManager, client: Any, pod: PodInfo, then: Callable[[str], object]
    ):
        self._devices = devices
        self._client = client
        self._pod = pod
        self._then = then
        self._tries = 0

    def write(self, claim: ResourceClaim) -> None:
        """Begin, or begin again, with the claim as it is."""
        given = self._devices.reserved(claim)
        self._tries += 1
        where = key_of(claim)
        if claim.metadata.deletion_timestamp is not None:
            self._then(f"claim {where} got deleted in the meantime")
        elif given is not None and claim.status.allocation is not None:
            self._then(f"claim {where} got allocated elsewhere in the meantime")
        elif given is not None and FINALIZER not in claim.metadata.finalizers:
            finalizers = (*claim.metadata.finalizers, FINALIZER)
            meta = replace(claim.metadata, finalizers=finalizers)
            protected = self._answered(f"add finalizer to claim {where}", claim, self._reserve)
            self._client.update(replace(claim, metadata=meta), protected)
        else:
            self._reserve(claim)

    def _reserve(self, claim: ResourceClaim) -> None:
        given = self._devices.reserved(claim)
        status = claim.status
        if given is not None:
            status = replace(status, allocation=given.status.allocation)
        status = replace(status, reserved_for=(*status.reserved_for, consumer(self._pod.pod)))
        what = "add allocation and reservation" if given is not None else "add reservation"
        done = self._answered(f"{what} to claim {key_of(claim)}", claim, self._done)
        self._client.update_status(replace(claim, status=status), done)

    def _done(self, claim: ResourceClaim) -> None:
        self._devices.assume(claim)
        self._devices.unreserve(claim.metadata.uid)
        self._then("")

    def _answered(
        self, what: str, claim: ResourceClaim, well: Callable[[ResourceClaim], object]
    ) -> Callable[[Response], object]:
        meta = claim.metadata

        def answered(response: Response) -> None:
            if self._devices.stopped:
                return
            if response.ok:
                well(response.body)
                return
            again = response.body.reason == "Conflict" and self._tries < TRIES
            try:
                now: ResourceClaim = self._client.get(CLAIMS, meta.name, meta.namespace)
            except StatusError as error:
                said = f"get updated claim {key_of(claim)} after conflict: {error.status.message}"
                self._then(said if again else f"{what}: {response.body.message}")
                return
            self._devices.assume(now)  # it may have been written all the same
            if again:
                self.write(now)
            else:
                self._then(f"{what}: {response.body.message}")

        return answered


def _classes(claim: ResourceClaim) -> Iterator[tuple[str, str]]:
    """Each request or way of one, and the class it names."""
    for request in claim.spec.devices.requests:
        if request.exactly is not None:
            yield request.name, request.exactly.device_class_name
        for way in request.first_available:
            yield f"{request.name}/{way.name}", way.device_class_name
