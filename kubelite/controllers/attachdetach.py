"""Brings disks of the network to the nodes of their pods, and takes them away again.

A disk that only one node may have is not given to a second one before it has left the first. A
node that answers lets go at once; of one that is silent, or that was deleted while it had the
disk, nobody knows whether it still writes: the disk stays for six minutes, or until somebody
marks the node as out of service.
The attacher of the storage driver is simulated here too: it takes a second.
Models pkg/controller/volume/attachdetach and kubernetes-csi/external-attacher.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.conditions import node_ready, out_of_service
from kubelite.api.core_v1 import Node, PersistentVolume, Pod
from kubelite.api.storage_v1 import VolumeAttachment, VolumeAttachmentSource, VolumeAttachmentSpec
from kubelite.api.volumes import ATTACHMENTS, CLAIMS, VOLUMES, attachment_name, claims_of
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.client.client import Client
from kubelite.client.controller import Action, Create, Delete, Emit, Patch, Requeue
from kubelite.client.events import NORMAL, WARNING, EventRecorder
from kubelite.controllers.base import ManagedController, Manager
from kubelite.sim.clock import MINUTE, SECOND

MAX_WAIT_FOR_UNMOUNT = 6 * MINUTE
ATTACH_DELAY = 1 * SECOND
EXCLUSIVE = "Volume is already exclusively attached to one node and can't be attached to another"
_SHARED = {"ReadWriteMany", "ReadOnlyMany"}


class AttachDetachController(ManagedController):
    """Keeps a VolumeAttachment for each disk and node that belong together. Keys are volumes."""

    name = "attachdetach-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.users = manager.claim_users()
        self.claims = manager.informer(CLAIMS)
        self.volumes = manager.informer(VOLUMES)
        self.nodes = manager.informer("nodes")
        by_volume = {"volume": lambda a: (a.spec.source.persistent_volume_name or "",)}
        self.attachments = manager.informer(ATTACHMENTS, by_volume)
        self._asked: dict[str, int] = {}  # by attachment, when the driver was asked
        self._unwanted: dict[str, int] = {}  # by attachment, since when nobody wants it
        self._told: dict[str, None] = {}  # pods that know why they wait
        self.users.on_change(self._pod_changed)
        self.volumes.on(update=lambda _, volume: self.queue.add(volume.metadata.name))
        self.nodes.on(update=self._node_updated, delete=lambda _: self._all())
        self.attachments.on(
            add=self._attachment_changed,
            update=lambda _, attachment: self._attachment_changed(attachment),
            delete=self._attachment_changed,
        )

    def _pod_changed(self, pod: Pod) -> None:
        for name in claims_of(pod) if pod.spec.node_name else ():
            claim = self.claims.get(f"{pod.metadata.namespace}/{name}")
            if claim is not None and claim.spec.volume_name:
                self.queue.add(claim.spec.volume_name)

    def _node_updated(self, old: Node, node: Node) -> None:
        if not self.attachments.items():
            return
        if old.spec.taints != node.spec.taints or node_ready(old) != node_ready(node):
            self._all()

    def _all(self) -> None:
        for attachment in self.attachments.items():
            self._attachment_changed(attachment)

    def _attachment_changed(self, attachment: VolumeAttachment) -> None:
        self.queue.add(attachment.spec.source.persistent_volume_name or "")

    def sync(self, key: str) -> Sequence[Action]:
        """Take the disk from where nobody wants it, and bring it to where somebody does."""
        volume: PersistentVolume | None = self.volumes.get(key)
        wanted = self._wanted(volume) if volume is not None and volume.spec.csi is not None else {}
        held: list[VolumeAttachment] = self.attachments.index("volume", key)
        actions: list[Action] = []
        for attachment in held:
            if attachment.spec.node_name in wanted:
                self._unwanted.pop(attachment.metadata.uid, None)
                actions += self._attached(attachment, wanted[attachment.spec.node_name])
            else:
                actions += self._detach(attachment)
        nodes = [attachment.spec.node_name for attachment in held]
        for node, pods in wanted.items():
            if node not in nodes and volume is not None:
                actions += self._attach(volume, node, pods, nodes)
                nodes.append(node)
        return actions

    def _wanted(self, volume: PersistentVolume) -> dict[str, list[Pod]]:
        """On which nodes the volume is wanted, and by which pods."""
        ref = volume.spec.claim_ref
        found: dict[str, list[Pod]] = {}
        for pod in self.users.of(f"{ref.namespace}/{ref.name}") if ref is not None else ():
            if pod.spec.node_name and pod.status.phase not in ("Succeeded", "Failed"):
                found.setdefault(pod.spec.node_name, []).append(pod)
        return found

    # DOC: multi-attach
    def _attach(
        self, volume: PersistentVolume, node: str, pods: Sequence[Pod], held: Sequence[str]
    ) -> list[Action]:
        """Ask for the disk on a node, unless another node has it and it cannot be shared."""
        csi, name = volume.spec.csi, volume.metadata.name
        if held and not _SHARED & set(volume.spec.access_modes):
            return self._refused(volume, pods, held)
        assert csi is not None
        attachment = VolumeAttachment(
            metadata=ObjectMeta(name=attachment_name(csi.driver, csi.volume_handle, node)),
            spec=VolumeAttachmentSpec(
                attacher=csi.driver,
                source=VolumeAttachmentSource(persistent_volume_name=name),
                node_name=node,
            ),
        )
        return [Create(attachment)]

    def _refused(
        self, volume: PersistentVolume, pods: Sequence[Pod], held: Sequence[str]
    ) -> list[Action]:
        """Say once to each pod why it has to wait."""
        actions: list[Action] = []
        for pod in pods:
            if pod.metadata.uid not in self._told:
                self._told[pod.metadata.uid] = None
                text = f'Multi-Attach error for volume "{volume.metadata.name}" '
                text += self._why(volume, pod, held)
                actions.append(Emit(pod, WARNING, "FailedAttachVolume", text))
        return actions

    def _why(self, volume: PersistentVolume, pod: Pod, held: Sequence[str]) -> str:
        others = [o for node, pods in self._wanted(volume).items() if node in held for o in pods]
        names = sorted(o.metadata.name for o in others)
        if not names:
            return EXCLUSIVE
        return f"Volume is already used by pod(s) {', '.join(names)}"

    def _attached(self, attachment: VolumeAttachment, pods: Sequence[Pod]) -> list[Action]:
        """The driver has been asked; when it has done it, that is written down and told."""
        meta = attachment.metadata
        if attachment.status.attached:
            return []
        ready = self._asked.setdefault(meta.uid, self.clock.now) + ATTACH_DELAY
        if self.clock.now < ready:
            return [Requeue(ready - self.clock.now)]
        self._asked.pop(meta.uid)
        name = attachment.spec.source.persistent_volume_name
        change = {"metadata": {"uid": meta.uid}, "status": {"attached": True}}
        text = f'AttachVolume.Attach succeeded for volume "{name}" '
        told = [Emit(pod, NORMAL, "SuccessfulAttachVolume", text) for pod in pods]
        return [Patch(ATTACHMENTS, meta.name, "", change, MERGE_PATCH, "status"), *told]

    # DOC: detach-volume
    def _detach(self, attachment: VolumeAttachment) -> list[Action]:
        """Take the disk away, if its node is known to have let go, or is given up."""
        meta = attachment.metadata
        node: Node | None = self.nodes.get(attachment.spec.node_name)
        since = self._unwanted.setdefault(meta.uid, self.clock.now)
        left = since + MAX_WAIT_FOR_UNMOUNT - self.clock.now
        if not _has_let_go(node) and left > 0:
            return [Requeue(left)]
        self._unwanted.pop(meta.uid)
        return [Delete(ATTACHMENTS, meta.name, "", meta.uid)]


def _has_let_go(node: Node | None) -> bool:
    """Whether a node has surely unmounted what its pods no longer use. That its object has been
    deleted says nothing about the machine.
    """
    return node is not None and (node_ready(node) or out_of_service(node))
