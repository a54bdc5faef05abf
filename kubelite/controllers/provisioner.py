"""Makers of volumes: a network disk that follows its pod, and a directory on one node.

In a real cluster these are programs of whoever sells the storage (CSI drivers with their
sidecars); each looks after the classes that name it. They are simulated: making takes the time
they state. For another one, add a ``Storage`` to ``STORAGES``.
Models sigs.k8s.io/sig-storage-lib-external-provisioner, kubernetes-csi/external-resizer, and
rancher/local-path-provisioner.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.core_v1 import (
    CSIPersistentVolumeSource,
    HostPathVolumeSource,
    Node,
    NodeSelector,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    ObjectReference,
    PersistentVolume,
    PersistentVolumeClaim,
    PersistentVolumeSpec,
    VolumeNodeAffinity,
)
from kubelite.api.storage_v1 import StorageClass
from kubelite.api.volumes import (
    ATTACHMENTS,
    CLAIMS,
    CLASSES,
    IS_DEFAULT_CLASS,
    PROVISIONED_BY,
    SELECTED_NODE,
    STORAGE_PROVISIONER,
    VOLUMES,
    WAIT_FOR_FIRST_CONSUMER,
    capacity,
    class_of_claim,
    requested,
)
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.apimachinery.struct import Value
from kubelite.client.client import Client
from kubelite.client.controller import Action, Create, Delete, Emit, Patch, Requeue
from kubelite.client.events import NORMAL, EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager
from kubelite.sim.clock import SECOND

DISK_DRIVER = "disk.csi.kubelite.io"
LOCAL_PATH = "rancher.io/local-path"
LOCAL_DIRECTORY = "/opt/local-path-provisioner"
ZONE = "topology.kubernetes.io/zone"
HOSTNAME = "kubernetes.io/hostname"
_VOLUME = "volume:"  # begins the keys of volumes; claims have their own

CLOUD_DISKS = (
    "ebs.csi.aws.com",
    "efs.csi.aws.com",
    "pd.csi.storage.gke.io",
    "filestore.csi.storage.gke.io",
    "disk.csi.azure.com",
    "file.csi.azure.com",
    "dobs.csi.digitalocean.com",
    "csi.hetzner.cloud",
    "linodebs.csi.linode.com",
    "cinder.csi.openstack.org",
    "csi.vsphere.vmware.com",
    "driver.longhorn.io",
    "rook-ceph.rbd.csi.ceph.com",
    "rook-ceph.cephfs.csi.ceph.com",
    "nfs.csi.k8s.io",
    "hostpath.csi.k8s.io",
)
"""Makers that manifests name: each is taken to be there, and sells the same kind of disk."""

OLD_NAMES = {
    "kubernetes.io/aws-ebs": "ebs.csi.aws.com",
    "kubernetes.io/gce-pd": "pd.csi.storage.gke.io",
    "kubernetes.io/azure-disk": "disk.csi.azure.com",
    "kubernetes.io/azure-file": "file.csi.azure.com",
    "kubernetes.io/cinder": "cinder.csi.openstack.org",
    "kubernetes.io/vsphere-volume": "csi.vsphere.vmware.com",
    "k8s.io/minikube-hostpath": "hostpath.csi.k8s.io",
    "microk8s.io/hostpath": "hostpath.csi.k8s.io",
}
"""Names of makers that were part of Kubernetes, or of a small one, and whose disks they give."""


class Storage(Value):
    """What makes volumes: its name, whether of the network, and how long it takes (us)."""

    name: str
    network: bool
    delay: int


STORAGES = {
    DISK_DRIVER: Storage(DISK_DRIVER, True, 3 * SECOND),
    LOCAL_PATH: Storage(LOCAL_PATH, False, 2 * SECOND),
    **{name: Storage(name, True, 3 * SECOND) for name in CLOUD_DISKS},
    **{old: Storage(name, True, 3 * SECOND) for old, name in OLD_NAMES.items()},
}

STORAGE_CLASSES = (
    StorageClass(
        metadata=ObjectMeta(name="standard", annotations={IS_DEFAULT_CLASS: "true"}),
        provisioner=DISK_DRIVER,
        volume_binding_mode=WAIT_FOR_FIRST_CONSUMER,
        allow_volume_expansion=True,
    ),
    StorageClass(
        metadata=ObjectMeta(name="local-path"),
        provisioner=LOCAL_PATH,
        volume_binding_mode=WAIT_FOR_FIRST_CONSUMER,
    ),
)
"""The classes every cluster begins with."""


class ProvisionerController(ManagedController):
    """Makes, enlarges and deletes the volumes of all ``storages``."""

    name = "external-provisioner"
    storages = STORAGES

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.claims = manager.informer(CLAIMS)
        self.volumes = manager.informer(VOLUMES)
        self.classes = manager.informer(CLASSES)
        self.nodes = manager.informer("nodes")
        self.attachments = manager.informer(ATTACHMENTS)
        self._due: dict[str, int] = {}  # by what is under way, when it will be done
        self.claims.on(
            add=lambda claim: self.queue.add(key_of(claim)),
            update=lambda _, claim: self.queue.add(key_of(claim)),
        )
        self.volumes.on(add=self._volume_changed, update=lambda _, v: self._volume_changed(v))
        self.attachments.on(delete=self._detached)

    def _volume_changed(self, volume: PersistentVolume) -> None:
        if volume.metadata.annotations.get(PROVISIONED_BY) in self.storages:
            self.queue.add(_VOLUME + volume.metadata.name)

    def _detached(self, attachment: Any) -> None:
        self.queue.add(_VOLUME + (attachment.spec.source.persistent_volume_name or ""))

    def sync(self, key: str) -> Sequence[Action]:
        """Make the volume of a claim, enlarge it, or delete one that nobody wants any more."""
        if key.startswith(_VOLUME):
            volume: PersistentVolume | None = self.volumes.get(key.removeprefix(_VOLUME))
            return self._delete(volume) if volume is not None else ()
        claim: PersistentVolumeClaim | None = self.claims.get(key)
        storage = self._storage_of(claim) if claim is not None else None
        if claim is None or storage is None or claim.metadata.deletion_timestamp is not None:
            return ()
        if claim.spec.volume_name:
            return self._resize(claim)
        return self._provision(claim, storage)

    def _storage_of(self, claim: PersistentVolumeClaim) -> Storage | None:
        return self.storages.get(claim.metadata.annotations.get(STORAGE_PROVISIONER, ""))

    def _wait(self, what: str, delay: int) -> int:
        """Microseconds until ``what``, which takes ``delay``, is done; 0 when it is."""
        due = self._due.setdefault(what, self.clock.now + delay)
        if due > self.clock.now:
            return due - self.clock.now
        del self._due[what]
        return 0

    # DOC: provision-volume
    def _provision(self, claim: PersistentVolumeClaim, storage: Storage) -> Sequence[Action]:
        """A volume for just this claim, near the node that the scheduler has chosen."""
        found: StorageClass | None = self.classes.get(class_of_claim(claim))
        chosen = claim.metadata.annotations.get(SELECTED_NODE, "")
        node: Node | None = self.nodes.get(chosen) if chosen else None
        name = f"pvc-{claim.metadata.uid}"
        if found is None or self.volumes.get(name) is not None:
            return ()
        if found.volume_binding_mode == WAIT_FOR_FIRST_CONSUMER and node is None:
            return ()
        begun = name in self._due
        if wait := self._wait(name, storage.delay):
            text = f'External provisioner is provisioning volume for claim "{key_of(claim)}"'
            told = [] if begun else [Emit(claim, NORMAL, "Provisioning", text)]
            return (*told, Requeue(wait))
        text = f"Successfully provisioned volume {name}"
        volume = new_volume(claim, found, storage, node)
        return (Create(volume), Emit(claim, NORMAL, "ProvisioningSucceeded", text))

    def _resize(self, claim: PersistentVolumeClaim) -> Sequence[Action]:
        """More room, for a claim that now asks for more than it has."""
        volume: PersistentVolume | None = self.volumes.get(claim.spec.volume_name)
        wanted = requested(claim)
        given = claim.status.capacity.get("storage")
        if volume is None or claim.status.phase != "Bound" or given is None or wanted <= given:
            return ()
        what = f"resize:{volume.metadata.name}"
        begun = what in self._due
        if wait := self._wait(what, 2 * SECOND):
            text = f"External resizer is resizing volume {volume.metadata.name}"
            told = [] if begun else [Emit(claim, NORMAL, "Resizing", text)]
            return (*told, Requeue(wait))
        size = {"storage": str(wanted)}
        meta = claim.metadata
        actions: list[Action] = []
        if capacity(volume) < wanted:
            name, change = volume.metadata.name, {"spec": {"capacity": size}}
            actions.append(Patch(VOLUMES, name, "", change, MERGE_PATCH))
        change = {"status": {"capacity": size}}
        actions.append(Patch(CLAIMS, meta.name, meta.namespace, change, MERGE_PATCH, "status"))
        done = Emit(claim, NORMAL, "VolumeResizeSuccessful", "Resize volume succeeded")
        return (*actions, done)

    def _delete(self, volume: PersistentVolume) -> Sequence[Action]:
        """Released, to be deleted, and attached nowhere: gone a moment later."""
        storage = self.storages.get(volume.metadata.annotations.get(PROVISIONED_BY, ""))
        policy, name = volume.spec.persistent_volume_reclaim_policy, volume.metadata.name
        if storage is None or volume.status.phase != "Released" or policy != "Delete":
            return ()
        attached = (a.spec.source.persistent_volume_name for a in self.attachments.items())
        if volume.metadata.deletion_timestamp is not None or name in attached:
            return ()
        if wait := self._wait(f"delete:{name}", 1 * SECOND):
            return (Requeue(wait),)
        return (Delete(VOLUMES, name, "", volume.metadata.uid),)


def new_volume(
    claim: PersistentVolumeClaim, found: StorageClass, storage: Storage, node: Node | None
) -> PersistentVolume:
    """A volume as large as the claim asks for, kept for it from the start."""
    meta, name = claim.metadata, f"pvc-{claim.metadata.uid}"
    if storage.network:
        csi = CSIPersistentVolumeSource(driver=storage.name, volume_handle=name, fs_type="ext4")
        zone = node.metadata.labels.get(ZONE) if node is not None else None
        source: dict[str, Any] = {"csi": csi, "node_affinity": _only(ZONE, zone)}
    else:
        path = f"{LOCAL_DIRECTORY}/{name}_{meta.namespace}_{meta.name}"
        host = node.metadata.labels.get(HOSTNAME, node.metadata.name) if node is not None else None
        directory = HostPathVolumeSource(path=path, type="DirectoryOrCreate")
        source = {"host_path": directory, "node_affinity": _only(HOSTNAME, host)}
    return PersistentVolume(
        metadata=ObjectMeta(name=name, annotations={PROVISIONED_BY: storage.name}),
        spec=PersistentVolumeSpec(
            capacity={"storage": requested(claim)},
            access_modes=claim.spec.access_modes,
            persistent_volume_reclaim_policy=found.reclaim_policy or "Delete",
            storage_class_name=found.metadata.name,
            mount_options=found.mount_options,
            volume_mode=claim.spec.volume_mode,
            claim_ref=ObjectReference(
                api_version="v1",
                kind="PersistentVolumeClaim",
                namespace=meta.namespace,
                name=meta.name,
                uid=meta.uid,
                resource_version=meta.resource_version,
            ),
            **source,
        ),
    )


def _only(label: str, value: str | None) -> VolumeNodeAffinity | None:
    """To be reached from nodes of this label only."""
    if value is None:
        return None
    wanted = NodeSelectorRequirement(key=label, operator="In", values=(value,))
    term = NodeSelectorTerm(match_expressions=(wanted,))
    return VolumeNodeAffinity(required=NodeSelector(node_selector_terms=(term,)))
