"""Makes the claims of ephemeral volumes; they belong to their pod and go with it.

Models pkg/controller/volume/ephemeral/controller.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.conditions import pod_finished
from kubelite.api.core_v1 import PersistentVolumeClaim, Pod, Volume
from kubelite.api.volumes import CLAIMS, claim_name, is_made_for, volumes_with_claims
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.client.client import Client
from kubelite.client.controller import Action, Create, Emit
from kubelite.client.events import WARNING, EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager, owned_by


class EphemeralVolumeController(ManagedController):
    """Watches pods with ephemeral volumes."""

    name = "ephemeral-volume-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.pods = manager.informer("pods")
        self.claims = manager.informer(CLAIMS)
        manager.claim_users().on_change(self._pod_changed)
        self.claims.on(delete=self._claim_deleted)

    def _pod_changed(self, pod: Pod) -> None:
        if any(volume.ephemeral is not None for volume in pod.spec.volumes):
            self.queue.add(key_of(pod))

    def _claim_deleted(self, claim: PersistentVolumeClaim) -> None:
        for owner in claim.metadata.owner_references:
            if owner.kind == "Pod" and owner.controller:
                self.queue.add(f"{claim.metadata.namespace}/{owner.name}")

    # DOC: ephemeral-claims
    def sync(self, key: str) -> Sequence[Action]:
        """The claims that are missing; a claim of that name that is somebody else's is refused."""
        pod: Pod | None = self.pods.get(key)
        if pod is None or pod.metadata.deletion_timestamp is not None or pod_finished(pod):
            return ()
        actions: list[Action] = []
        for volume in volumes_with_claims(pod.spec):
            if volume.ephemeral is not None:
                actions += self._claim(pod, volume)
        return actions

    def _claim(self, pod: Pod, volume: Volume) -> list[Action]:
        name, namespace = claim_name(pod.metadata.name, volume), pod.metadata.namespace
        found: PersistentVolumeClaim | None = self.claims.get(f"{namespace}/{name}")
        template = volume.ephemeral.volume_claim_template if volume.ephemeral else None
        if found is None and template is not None:
            meta = ObjectMeta(
                name=name,
                namespace=namespace,
                labels=template.metadata.labels,
                annotations=template.metadata.annotations,
                owner_references=(owned_by(pod),),
            )
            return [Create(PersistentVolumeClaim(metadata=meta, spec=template.spec))]
        if found is None or is_made_for(pod, found):
            return []
        text = (
            f"ephemeral volume {volume.name}: PVC {namespace}/{name} was not created for pod "
            f"{namespace}/{pod.metadata.name} (pod is not owner)"
        )
        return [Emit(pod, WARNING, "EphemeralVolumePVCCreationFailed", text)]

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """Tell the pod's owner what could not be made."""
        pod, refused = self.pods.get(key), dropped[0]
        if pod is not None and isinstance(refused, Create):
            text = f"ephemeral volume: create PVC {refused.obj.metadata.name}: {status.message}"
            self.recorder.event(pod, WARNING, "EphemeralVolumePVCCreationFailed", text)
