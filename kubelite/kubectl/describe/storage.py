"""Descriptions of volumes, claims and their classes. Models ``k8s.io/kubectl/pkg/describe``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kubelite.api.core_v1 import PersistentVolume, PersistentVolumeClaim, Pod
from kubelite.api.storage_v1 import CSINode, StorageClass, VolumeAttributesClass
from kubelite.apimachinery.quantity import Quantity
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import (
    NONE,
    Page,
    begin,
    format_labels,
    moment,
    plain,
    put_marks,
    truth,
)

_CLASS = "volume.beta.kubernetes.io/storage-class"
_DEFAULT_CLASS = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)
_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


def _modes(modes: Iterable[str]) -> str:
    modes = tuple(modes)
    return ",".join(short for mode, short in _MODES.items() if mode in modes)


def _class_of(obj: Any) -> str:
    return str(obj.metadata.annotations.get(_CLASS, obj.spec.storage_class_name or ""))


def _phase(obj: Any, to: Describing | None) -> str:
    leaving = obj.metadata.deletion_timestamp
    if leaving is None or to is None:
        return str(obj.status.phase)
    return f"Terminating (lasts {to.since(leaving)})"


# Volumes


def persistent_volume(volume: PersistentVolume, to: Describing) -> str:
    """A PersistentVolume, its source and from where it can be reached."""
    from kubelite.kubectl.describe.volumes import OF_PERSISTENT_VOLUMES, put_source

    page, spec, claim = begin(volume, namespaced=False), volume.spec, volume.spec.claim_ref
    page.field(0, "Finalizers", plain(volume.metadata.finalizers))
    page.field(0, "StorageClass", _class_of(volume))
    page.field(0, "Status", _phase(volume, to))
    page.field(0, "Claim", f"{claim.namespace}/{claim.name}" if claim is not None else "")
    page.field(0, "Reclaim Policy", spec.persistent_volume_reclaim_policy)
    page.field(0, "Access Modes", _modes(spec.access_modes))
    if spec.volume_mode is not None:
        page.field(0, "VolumeMode", spec.volume_mode)
    page.field(0, "Capacity", spec.capacity.get("storage", Quantity.of(0)))
    _put_affinity(page, volume)
    page.field(0, "Message", volume.status.message)
    page.write(0, "Source:\n")
    put_source(page, spec, OF_PERSISTENT_VOLUMES)
    to.put_events(page, volume)
    return str(page)


def _put_affinity(page: Page, volume: PersistentVolume) -> None:
    affinity = volume.spec.node_affinity
    page.write(0, "Node Affinity:\t")
    if affinity is None or affinity.required is None:
        page.end(NONE)
        return
    page.end()
    terms = affinity.required.node_selector_terms
    page.write(1, "Required Terms:\t")
    page.end("" if terms else NONE)
    for number, term in enumerate(terms):
        asked = [
            _asked(one.key, one.operator.lower(), one.values) for one in term.match_expressions
        ]
        _put_term(page, 2, number, asked)


def _asked(key: str, operator: str, values: Sequence[str]) -> str:
    return f"{key} {operator} [{', '.join(values)}]" if values else f"{key} {operator}"


def _put_term(page: Page, level: int, number: int, asked: Sequence[str]) -> None:
    page.write(level, f"Term {number}:\t")
    if not asked:
        page.end(NONE)
    for index, one in enumerate(asked):
        if index:
            page.write(level, "\t")
        page.write(0, f"{one}\n")


# Claims


def persistent_volume_claim(claim: PersistentVolumeClaim, to: Describing) -> str:
    """A claim, and who uses it."""
    page = Page()
    put_claim(page, claim, whole=True, to=to)
    page.several("Used By", sorted(pod.metadata.name for pod in _users(claim, to)))
    if claim.status.conditions:
        page.write(0, "Conditions:\n")
        page.row(1, "Type", "Status", "LastProbeTime", "LastTransitionTime", "Reason", "Message")
        # Upstream's dashes are those of a node's heartbeats.
        page.row(1, "----", "------", "-----------------", "-" * 18, "------", "-------")
        for one in claim.status.conditions:
            times = (f"{moment(one.last_probe_time)} ", f"{moment(one.last_transition_time)} ")
            page.row(1, f"{one.type} ", f"{one.status} ", *times, f"{one.reason} ", one.message)
    to.put_events(page, claim)
    return str(page)


def put_claim(
    page: Page, claim: PersistentVolumeClaim, whole: bool, to: Describing | None = None
) -> None:
    """A claim, or with ``whole`` False the template of one."""
    spec, status = claim.spec, claim.status
    if whole:
        page.field(0, "Name", claim.metadata.name)
        page.field(0, "Namespace", claim.metadata.namespace)
    page.field(0, "StorageClass", _class_of(claim))
    if whole:
        page.field(0, "Status", _phase(claim, to))
    page.field(0, "Volume", spec.volume_name)
    put_marks(page, claim)
    if whole:
        page.field(0, "Finalizers", plain(claim.metadata.finalizers))
    bound = bool(spec.volume_name)
    page.field(0, "Capacity", status.capacity.get("storage", Quantity.of(0)) if bound else "")
    page.field(0, "Access Modes", _modes(status.access_modes) if bound else "")
    if spec.volume_mode is not None:
        page.field(0, "VolumeMode", spec.volume_mode)
    if spec.data_source is not None:
        page.write(0, "DataSource:\n")
        if spec.data_source.api_group is not None:
            page.field(1, "APIGroup", spec.data_source.api_group)
        page.field(1, "Kind", spec.data_source.kind)
        page.field(1, "Name", spec.data_source.name)


def _users(claim: PersistentVolumeClaim, to: Describing) -> list[Pod]:
    """Pods that mount the claim, and the pod it was made for."""
    pods = to.pods(claim.metadata.namespace)
    users = [
        pod
        for pod in pods
        for volume in pod.spec.volumes
        if (source := volume.persistent_volume_claim) is not None
        and source.claim_name == claim.metadata.name
    ]
    owners = {owner.uid for owner in claim.metadata.owner_references if owner.kind == "Pod"}
    owners -= {pod.metadata.uid for pod in users}
    return users + [pod for pod in pods if pod.metadata.uid in owners]


def put_claim_templates(page: Page, templates: Sequence[PersistentVolumeClaim]) -> None:
    """The claims that each pod of a StatefulSet gets."""
    page.write(0, "Volume Claims:\n" if templates else f"Volume Claims:\t{NONE}\n")
    for claim in templates:
        page.field(1, "Name", claim.metadata.name)
        page.field(1, "StorageClass", _class_of(claim))
        page.labels("Labels", claim.metadata.labels, indent="  ")
        page.labels("Annotations", claim.metadata.annotations, indent="  ")
        asked = claim.spec.resources.requests.get("storage")
        page.field(1, "Capacity", "<default>" if asked is None else asked)
        page.field(1, "Access Modes", plain(claim.spec.access_modes))


# Classes and drivers


def storage_class(found: StorageClass, to: Describing) -> str:
    """A StorageClass."""
    page, notes = begin(found, namespaced=False, marks=False), found.metadata.annotations
    default = any(notes.get(key) == "true" for key in _DEFAULT_CLASS)
    page.field(0, "IsDefaultClass", "Yes" if default else "No")
    page.field(0, "Annotations", format_labels(notes))
    page.field(0, "Provisioner", found.provisioner)
    page.field(0, "Parameters", format_labels(found.parameters))
    page.field(0, "AllowVolumeExpansion", truth(found.allow_volume_expansion))
    page.write(0, "MountOptions:\n" if found.mount_options else f"MountOptions:\t{NONE}\n")
    for option in found.mount_options:
        page.write(1, f"{option}\n")
    if found.reclaim_policy is not None:
        page.field(0, "ReclaimPolicy", found.reclaim_policy)
    if found.volume_binding_mode is not None:
        page.field(0, "VolumeBindingMode", found.volume_binding_mode)
    if found.allowed_topologies:
        page.write(0, "AllowedTopologies:\t")
        page.end()
        for number, term in enumerate(found.allowed_topologies):
            labels = term.match_label_expressions
            _put_term(page, 1, number, [_asked(one.key, "in", one.values) for one in labels])
    to.put_events(page, found)
    return str(page)


def volume_attributes_class(found: VolumeAttributesClass, to: Describing) -> str:
    """A VolumeAttributesClass."""
    page = begin(found, namespaced=False, marks=False)
    page.field(0, "Annotations", format_labels(found.metadata.annotations))
    page.field(0, "DriverName", found.driver_name)
    page.field(0, "Parameters", format_labels(found.parameters))
    to.put_events(page, found)
    return str(page)


def csi_node(node: CSINode, to: Describing) -> str:
    """The storage drivers of one node."""
    page = begin(node, namespaced=False)
    page.field(0, "CreationTimestamp", moment(node.metadata.creation_timestamp))
    page.write(0, "Spec:\n")
    if node.spec.drivers:
        page.write(1, "Drivers:\n")
    for driver in node.spec.drivers:
        page.write(2, f"{driver.name}:\n")
        page.field(3, "Node ID", driver.node_id)
        if driver.allocatable is not None and driver.allocatable.count is not None:
            page.write(3, "Allocatables:\n")
            page.field(4, "Count", driver.allocatable.count)
        if driver.topology_keys:
            page.field(3, "Topology Keys", plain(driver.topology_keys))
    to.put_events(page, node)
    return str(page)
