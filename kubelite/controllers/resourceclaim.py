"""Makes claims for devices of templates, and takes devices back that no pod uses any more.

A claim that was made for a pod belongs to it and goes with it; one of a user's own stays, but
loses its devices with its last user. Models pkg/controller/resourceclaim/controller.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubelite.api.conditions import pod_finished
from kubelite.api.core_v1 import Pod, PodResourceClaim
from kubelite.api.devices import (
    CLAIMS,
    FINALIZER,
    TEMPLATES,
    ClaimNotUsable,
    check_owner,
    claim_name,
    consumer,
    is_reserved_for,
    known_claims,
)
from kubelite.api.resource_v1 import (
    ResourceClaim,
    ResourceClaimConsumerReference,
    ResourceClaimTemplate,
)
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import Status, StatusError
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.apimachinery.struct import replace
from kubelite.client.client import Client
from kubelite.client.consistency import ConsistencyStore
from kubelite.client.controller import Action, Create, Delete, Patch, Update
from kubelite.client.events import WARNING, EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager, by_controller, owned_by

POD_CLAIM_NAME = "resource.kubernetes.io/pod-claim-name"
"""On a claim that was made of a template: what its pod calls it."""

PREFIX_LENGTH = 57
"""Leaves room for a dash and five random characters in a name of 63."""

REASON = "FailedResourceClaimCreation"
_TEMPLATE = "resourceclaimtemplate.resource.k8s.io"  # as upstream's lister calls it


class ResourceClaimController(ManagedController):
    """Watches pods with claims, and claims. Its keys are "pod:ns/name" and "claim:ns/name"."""

    name = "resourceclaim-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.pods = manager.informer("pods")
        self.claims = manager.informer(CLAIMS, {"controller": by_controller})
        self.templates = manager.informer(TEMPLATES)
        self.pods.on(self._pod_changed, lambda _, pod: self._pod_changed(pod), self._pod_gone)
        self.claims.on(self._claim_changed, lambda _, c: self._claim_changed(c), self._wake_pods)
        self.consistency = ConsistencyStore(self.claims)
        self._users: dict[str, dict[str, None]] = {}  # by claim, the pods that name it

    # What wakes it

    def _pod_changed(self, pod: Pod) -> None:
        if not pod.spec.resource_claims:
            return
        key = key_of(pod)
        self._note(pod)
        if is_done(pod):
            self._wake_claims(pod)
        if pod.metadata.deletion_timestamp is None:
            self.queue.add(f"pod:{key}")

    def _pod_gone(self, pod: Pod) -> None:
        if pod.spec.resource_claims:
            self._wake_claims(pod)
            for name in known_claims(pod):
                self._users.get(f"{pod.metadata.namespace}/{name}", {}).pop(key_of(pod), None)

    def _note(self, pod: Pod) -> None:
        for name in known_claims(pod):
            key = f"{pod.metadata.namespace}/{name}"
            self._users.setdefault(key, {})[key_of(pod)] = None

    def _wake_claims(self, pod: Pod) -> None:
        for name in known_claims(pod):
            self.queue.add(f"claim:{pod.metadata.namespace}/{name}")

    def _claim_changed(self, claim: ResourceClaim) -> None:
        self.queue.add(f"claim:{key_of(claim)}")
        self._wake_pods(claim)
        for owner in claim.metadata.owner_references:
            if owner.controller and owner.kind == "Pod":
                self.queue.add(f"pod:{claim.metadata.namespace}/{owner.name}")

    def _wake_pods(self, claim: ResourceClaim) -> None:
        for key in self._users.get(key_of(claim), ()):
            self.queue.add(f"pod:{key}")

    def sync(self, key: str) -> Sequence[Action]:
        """What a pod lacks, or what a claim has too much."""
        kind, _, name = key.partition(":")
        if kind == "pod":
            pod: Pod | None = self.pods.get(name)
            there = pod is not None and pod.metadata.deletion_timestamp is None
            return list(self._sync_pod(pod)) if there and pod is not None else ()
        claim: ResourceClaim | None = self.claims.get(name)
        return list(self._sync_claim(claim)) if claim is not None else ()

    # Pods

    # DOC: claims-from-templates
    def _sync_pod(self, pod: Pod) -> Iterator[Action]:
        """Make what is missing, note in the status what has been made, reserve."""
        if is_done(pod):
            return
        noted: list[dict[str, str]] = []
        for entry in pod.spec.resource_claims:
            template = entry.resource_claim_template_name
            if template is None or not self._is_missing(pod, entry):
                continue
            made = self._made_for(pod, entry)
            if made is None:
                yield Create(self._new(pod, entry, template))
            else:
                noted.append({"name": entry.name, "resourceClaimName": made.metadata.name})
        if noted:
            meta = pod.metadata
            change = {"metadata": {"uid": meta.uid}, "status": {"resourceClaimStatuses": noted}}
            yield Patch("pods", meta.name, meta.namespace, change, STRATEGIC_PATCH, "status")
        if pod.spec.node_name:
            yield from self._reservations(pod)

    def _is_missing(self, pod: Pod, entry: PodResourceClaim) -> bool:
        """Whether the pod knows no claim of its own for this entry, or one that is gone."""
        try:
            name = claim_name(pod, entry)
            claim: ResourceClaim | None = self.claims.get(f"{pod.metadata.namespace}/{name}")
            if claim is not None:
                check_owner(pod, entry, claim)
        except ClaimNotUsable:
            return True
        return name is not None and claim is None

    def _made_for(self, pod: Pod, entry: PodResourceClaim) -> ResourceClaim | None:
        """A claim that was made for this entry before, perhaps by one that died right after."""
        for claim in self.claims.index("controller", pod.metadata.uid):
            if claim.metadata.annotations.get(POD_CLAIM_NAME) == entry.name:
                found: ResourceClaim = claim
                return found
        return None

    def _new(self, pod: Pod, entry: PodResourceClaim, template_name: str) -> ResourceClaim:
        namespace = pod.metadata.namespace
        template: ResourceClaimTemplate | None = self.templates.get(f"{namespace}/{template_name}")
        if template is None:
            gone = errors.not_found(_TEMPLATE, template_name)
            self._complain(pod, entry.name, f'resource claim template "{template_name}": {gone}')
            raise gone
        spec = template.spec
        meta = ObjectMeta(
            generate_name=prefix(pod.metadata.name, entry.name),
            namespace=namespace,
            labels=spec.metadata.labels,
            annotations=spec.metadata.annotations | {POD_CLAIM_NAME: entry.name},
            owner_references=(owned_by(pod),),
        )
        return ResourceClaim(metadata=meta, spec=spec.spec)

    def _reservations(self, pod: Pod) -> Iterator[Action]:
        """For a pod that somebody else gave a node: what the scheduler would have done."""
        for name in known_claims(pod):
            claim: ResourceClaim | None = self.claims.get(f"{pod.metadata.namespace}/{name}")
            if claim is None or claim.status.allocation is None or is_reserved_for(claim, pod):
                continue
            users = (*claim.status.reserved_for, consumer(pod))
            status = replace(claim.status, reserved_for=users)
            yield Update(replace(claim, status=status), "status")

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """Tell the pod's owner what could not be made."""
        kind, _, name = key.partition(":")
        pod, refused = self.pods.get(name) if kind == "pod" else None, dropped[0]
        if pod is not None and isinstance(refused, Create):
            entry = refused.obj.metadata.annotations[POD_CLAIM_NAME]
            self._complain(pod, entry, f"create ResourceClaim : {status.message}")

    def _complain(self, pod: Pod, entry: str, why: str) -> None:
        self.recorder.event(pod, WARNING, REASON, f"PodResourceClaim {entry}: {why}")

    # Claims

    # DOC: claims-deallocated
    def _sync_claim(self, claim: ResourceClaim) -> Iterator[Action]:
        """Forget users that are gone; with the last of them the devices are free."""
        users = claim.status.reserved_for
        left = tuple(user for user in users if self._still_uses(claim, user))
        protected = FINALIZER in claim.metadata.finalizers
        dying = claim.metadata.deletion_timestamp is not None
        if len(left) < len(users):
            free = protected and not left
            allocation = None if free else claim.status.allocation
            status = replace(claim.status, reserved_for=left, allocation=allocation)
            yield Update(replace(claim, status=status), "status")
            return  # its answer wakes the claim again
        if left:
            return
        if protected and dying and claim.status.allocation is not None:
            yield Update(replace(claim, status=replace(claim.status, allocation=None)), "status")
            return
        if protected and claim.status.allocation is None and (dying or self._unused(claim)):
            rest = tuple(name for name in claim.metadata.finalizers if name != FINALIZER)
            yield Update(replace(claim, metadata=replace(claim.metadata, finalizers=rest)))
            return
        if not dying and self._orphaned(claim):
            meta = claim.metadata
            yield Delete(CLAIMS, meta.name, meta.namespace, meta.uid)

    def _still_uses(self, claim: ResourceClaim, user: ResourceClaimConsumerReference) -> bool:
        """Whether it is a pod that may still run. The copy may be behind: then the server knows."""
        if user.api_group or user.resource != "pods":
            return True
        namespace = claim.metadata.namespace
        pod: Pod | None = self.pods.get(f"{namespace}/{user.name}")
        if pod is None:
            try:
                pod = self.client.get("pods", user.name, namespace)
            except StatusError as error:
                if error.reason != "NotFound":
                    raise
                return False
        return pod is not None and pod.metadata.uid == user.uid and not is_done(pod)

    def _unused(self, claim: ResourceClaim) -> bool:
        """Whether no pod waits for the scheduler to finish what it has begun with the claim."""
        keys = self._users.get(key_of(claim), ())
        pods: list[Any] = [self.pods.get(key) for key in keys]
        return all(pod is None or is_done(pod) for pod in pods)

    def _orphaned(self, claim: ResourceClaim) -> bool:
        """Whether the pod it was made for will not run; the garbage collector sees to the rest."""
        for owner in claim.metadata.owner_references:
            if owner.controller and owner.kind == "Pod" and owner.api_version == "v1":
                pod: Pod | None = self.pods.get(f"{claim.metadata.namespace}/{owner.name}")
                return pod is not None and (pod.metadata.uid != owner.uid or is_done(pod))
        return False


def is_done(pod: Pod) -> bool:
    """Whether none of its containers runs or ever will."""
    gone = pod.metadata.deletion_timestamp is not None and not pod.spec.node_name
    return pod_finished(pod) or gone


def prefix(pod: str, entry: str) -> str:
    """What the name of a claim begins with; of two long names each gives a share."""
    whole = f"{pod}-{entry}-"
    if len(whole) <= PREFIX_LENGTH:
        return whole
    share = PREFIX_LENGTH / len(whole)
    return f"{pod[: int(len(pod) * share)]}-{entry[: int(len(entry) * share)]}"
