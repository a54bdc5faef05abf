"""The volume behind a claim: a network disk is there wherever its pod goes, a directory is not.

Models ``pkg/kubelet/volumemanager/populator`` (which volume a claim stands for) and the plugins
of ``pkg/volume`` for persistent volumes.
"""

from __future__ import annotations

from kubelite.api.core_v1 import PersistentVolume, PersistentVolumeClaim
from kubelite.api.volumes import (
    ATTACHMENTS,
    CLAIMS,
    VOLUMES,
    attachment_name,
    claim_name,
    is_fully_bound,
    reaches,
)
from kubelite.apimachinery.errors import StatusError
from kubelite.kubelet.volumes.mounting import Mounted, MountError, Mounting, NotAttached


def persistent_volume(mounting: Mounting) -> tuple[PersistentVolume, bool]:
    """The volume behind a claim, and whether the pod may only read it. Raises ``MountError``."""
    pod = mounting.pod
    volume = next(v for v in pod.spec.volumes if v.name == mounting.name)
    namespace, name = pod.metadata.namespace, claim_name(pod.metadata.name, volume)
    try:
        claim: PersistentVolumeClaim = mounting.client.get(CLAIMS, name, namespace)
    except StatusError as error:
        raise _unprocessed(
            mounting, name, f"failed to fetch PVC from API server: {error}"
        ) from error
    if claim.metadata.deletion_timestamp is not None:
        raise _unprocessed(mounting, name, "PVC is being deleted")
    if not is_fully_bound(claim) or claim.status.phase != "Bound":
        raise _unprocessed(mounting, name, "PVC is not bound")
    found: PersistentVolume = mounting.client.get(VOLUMES, claim.spec.volume_name)
    source = volume.persistent_volume_claim
    return found, source is not None and source.read_only


def _unprocessed(mounting: Mounting, name: str, problem: str) -> MountError:
    message = (
        f"Unable to attach or mount volumes: unmounted volumes=[{mounting.name}], "
        f"unattached volumes=[], failed to process volumes=[{mounting.name}]: "
        f"error processing PVC {mounting.pod.metadata.namespace}/{name}: {problem}"
    )
    return MountError(problem, message)


# DOC: claim-mount
def mount_volume(mounting: Mounting, volume: PersistentVolume, read_only: bool) -> Mounted:
    """The files of a volume that is not on the machine itself."""
    spec, meta = volume.spec, volume.metadata
    if spec.csi is not None:
        name = attachment_name(spec.csi.driver, spec.csi.volume_handle, mounting.node_name)
        try:
            attached = mounting.client.get(ATTACHMENTS, name).status.attached
        except StatusError:
            attached = False
        if not attached:
            raise NotAttached(f'volume "{meta.name}" is not attached yet')
        tree = mounting.disk.export(f"csi://{spec.csi.driver}/{spec.csi.volume_handle}")
        if spec.csi.fs_type.startswith("ext"):
            tree.setdefault("/lost+found", None)  # each file system of the kind begins with it
        return Mounted(tree, read_only=read_only or spec.csi.read_only)
    if spec.nfs is not None:
        tree = mounting.disk.export(f"nfs://{spec.nfs.server}{spec.nfs.path}")
        return Mounted(tree, read_only=read_only or spec.nfs.read_only)
    return Mounted(mounting.disk.export(f"pv://{meta.name}"), read_only=read_only)


def check_node(mounting: Mounting, volume: PersistentVolume) -> None:
    """A volume of another node cannot be used here. Raises ``MountError``."""
    if volume.spec.node_affinity is None:
        return
    labels = mounting.client.get("nodes", mounting.node_name).metadata.labels
    if not reaches(volume, mounting.node_name, labels):
        name = volume.metadata.name
        text = f'MountVolume.NodeAffinity check failed for volume "{name}" : no matching '
        raise MountError("no matching NodeSelectorTerms", text + "NodeSelectorTerms")
