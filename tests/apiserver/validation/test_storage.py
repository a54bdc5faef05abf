"""Volumes, claims and classes that are refused: TestValidatePersistentVolumes,
testValidatePVC and ValidatePersistentVolumeClaimUpdate of
pkg/apis/core/validation/validation_test.go, and pkg/apis/storage/validation/validation_test.go.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import PersistentVolume, PersistentVolumeClaim
from kubelite.api.storage_v1 import CSIDriver, CSINode, StorageClass, VolumeAttachment
from kubelite.apimachinery.struct import convert, replace
from kubelite.apiserver import defaults, validation

HOST = {"hostPath": {"path": "/foo", "type": "Directory"}}
NEAR = {"matchExpressions": [{"key": "foo", "operator": "In", "values": ["bar"]}]}
KEYLESS = {"matchExpressions": [{"operator": "In", "values": ["bar"]}]}


def volume(name: str = "foo", namespace: str = "", **spec: Any) -> PersistentVolume:
    about = {"capacity": {"storage": "10G"}, "accessModes": ["ReadWriteOnce"], **HOST} | spec
    about = {key: value for key, value in about.items() if value is not None}
    meta = {"name": name, "namespace": namespace}
    return convert(PersistentVolume, {"metadata": meta, "spec": about})


def affinity(term: dict[str, Any]) -> dict[str, Any]:
    return {"required": {"nodeSelectorTerms": [term]}}


@pytest.mark.parametrize(
    "good",
    [
        volume(),
        volume(capacity={"storage": "10"}),
        volume(storageClassName="valid"),
        volume(persistentVolumeReclaimPolicy="Retain"),
        volume(volumeMode="Filesystem"),
        volume(accessModes=["ReadWriteOncePod"]),
        volume(nodeAffinity=affinity(NEAR)),
        volume(hostPath=None, local={"path": "/foo"}, nodeAffinity=affinity(NEAR)),
        volume(
            hostPath=None,
            csi={"driver": "test-driver", "volumeHandle": "test-123"},
            volumeAttributesClassName="valid",
        ),
    ],
)
def test_good_volumes(good: PersistentVolume) -> None:
    assert validation.validate_persistent_volume(good) == []


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (volume(accessModes=["fakemode"]), "spec.accessModes"),
        (volume(persistentVolumeReclaimPolicy="fake"), "spec.persistentVolumeReclaimPolicy"),
        (volume(volumeMode="fakeVolumeMode"), "spec.volumeMode"),
        (volume(accessModes=["ReadWriteOncePod", "ReadWriteMany"]), "spec.accessModes"),
        (volume(namespace="unexpected"), "metadata.namespace"),
        (volume(hostPath=None), "spec"),
        (volume("123*Bad(Name"), "metadata.name"),
        (volume(""), "metadata.name"),
        (volume(capacity={}), "spec.capacity"),
        (volume(capacity={"storage": "0"}), "spec.capacity[storage]"),
        (volume(capacity={"storage": "1G", "cpu": "1"}), "spec.capacity"),
        (volume(accessModes=[]), "spec.accessModes"),
        (volume(gcePersistentDisk={"pdName": "foo"}), "spec.gcePersistentDisk"),
        (
            volume(hostPath={"path": "/"}, persistentVolumeReclaimPolicy="Recycle"),
            "spec.persistentVolumeReclaimPolicy",
        ),
        (volume(storageClassName="-invalid-"), "spec.storageClassName"),
        (volume(hostPath={"path": "/foo/.."}), "spec.hostPath.path"),
        (volume(nodeAffinity={}), "spec.nodeAffinity.required"),
        (
            volume(nodeAffinity=affinity(KEYLESS)),
            "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key",
        ),
        (volume(volumeAttributesClassName=""), "spec.volumeAttributesClassName"),
        (volume(volumeAttributesClassName="valid"), "spec.csi"),
        (volume(hostPath=None, local={"path": "/foo"}), "spec.nodeAffinity"),
        (volume(hostPath=None, csi={"driver": "", "volumeHandle": "x"}), "spec.csi.driver"),
        (volume(hostPath=None, csi={"driver": "d"}), "spec.csi.volumeHandle"),
    ],
)
def test_bad_volumes(bad: PersistentVolume, field: str) -> None:
    assert field in [fault.field for fault in validation.validate_persistent_volume(bad)]


def claim(
    name: str = "foo", phase: str = "", given: str = "", annotations: Any = None, **spec: Any
) -> PersistentVolumeClaim:
    about = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "10G"}},
    } | spec
    about = {key: value for key, value in about.items() if value is not None}
    status = {"phase": phase, "capacity": {"storage": given} if given else {}}
    meta = {"name": name, "namespace": "ns", "annotations": annotations or {}}
    meta |= {"resourceVersion": "1", "uid": "u"}
    return convert(PersistentVolumeClaim, {"metadata": meta, "spec": about, "status": status})


def asking(size: str) -> dict[str, Any]:
    return {"requests": {"storage": size}}


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (claim(accessModes=[]), "spec.accessModes"),
        (claim(accessModes=["fakemode"]), "spec.accessModes"),
        (claim(accessModes=["ReadWriteOncePod", "ReadWriteMany"]), "spec.accessModes"),
        (claim(resources={}), "spec.resources[storage]"),
        (claim(resources=asking("0")), "spec.resources.requests[storage]"),
        (claim(storageClassName="-invalid-"), "spec.storageClassName"),
        (claim(volumeMode="fakeVolumeMode"), "spec.volumeMode"),
        (claim("123*Bad(Name"), "metadata.name"),
        (
            claim(selector={"matchExpressions": [{"key": "k", "operator": "InvalidOp"}]}),
            "spec.selector.matchExpressions[0].operator",
        ),
        (claim(dataSource={"kind": "Other", "name": "x"}), "spec.dataSource"),
        (claim(dataSourceRef={"kind": "PersistentVolumeClaim"}), "spec.dataSourceRef.name"),
        (claim(volumeAttributesClassName="-invalid-"), "spec.volumeAttributesClassName"),
    ],
)
def test_bad_claims(bad: PersistentVolumeClaim, field: str) -> None:
    assert validation.validate_persistent_volume_claim(claim()) == []
    assert field in [fault.field for fault in validation.validate_persistent_volume_claim(bad)]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        pytest.param(claim(), claim(volumeName="v"), "", id="volume once"),
        pytest.param(claim(volumeName="v"), claim(volumeName="w"), "spec", id="volume twice"),
        pytest.param(claim(), claim(accessModes=["ReadWriteMany"]), "spec", id="modes"),
        pytest.param(claim(), claim(storageClassName="s"), "", id="class from nothing"),
        pytest.param(
            claim(storageClassName="s"), claim(storageClassName="t"), "spec", id="other class"
        ),
        pytest.param(claim(), claim(resources=asking("20G")), "spec", id="size, unbound"),
        pytest.param(
            claim(phase="Bound", given="10G"),
            claim(phase="Bound", given="10G", resources=asking("20G")),
            "",
            id="size, bound",
        ),
        pytest.param(
            claim(phase="Bound", given="10G"),
            claim(phase="Bound", given="10G", resources=asking("9G")),
            "spec.resources.requests.storage",
            id="shrink",
        ),
        pytest.param(claim(volumeMode="Block"), claim(volumeMode="Filesystem"), "spec", id="mode"),
    ],
)
def test_changes_of_claims(
    old: PersistentVolumeClaim, new: PersistentVolumeClaim, field: str
) -> None:
    faults = validation.validate_persistent_volume_claim_update(new, old)
    assert ([fault.field for fault in faults][:1] or [""]) == [field]


def test_changes_of_volumes() -> None:
    old = replace(volume(), metadata=claim().metadata)
    old = replace(old, metadata=replace(old.metadata, namespace=""))
    update = validation.validate_persistent_volume_update
    other = volume(hostPath={"path": "/bar"}, volumeMode="Block").spec
    fields = [fault.field for fault in update(replace(old, spec=other), old)]
    assert fields == ["spec.persistentvolumesource", "volumeMode"]
    near = replace(old, spec=volume(nodeAffinity=affinity(NEAR)).spec)
    assert update(near, old) == []
    assert [fault.field for fault in update(old, near)] == ["nodeAffinity"]


def storage_class(**fields: Any) -> StorageClass:
    raw = {"metadata": {"name": "foo", "resourceVersion": "1"}, "provisioner": "x.io/foo"} | fields
    return defaults.default_storage_class(convert(StorageClass, raw))


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"provisioner": ""}, "provisioner"),
        ({"provisioner": "kubernetes.io/foo?"}, "provisioner"),
        ({"parameters": {"": "value"}}, "parameters"),
        ({"parameters": {"key": "v" * 256 * 1024}}, "parameters"),
        ({"parameters": {str(n): "v" for n in range(513)}}, "parameters"),
        ({"reclaimPolicy": "Recycle"}, "reclaimPolicy"),
        ({"volumeBindingMode": "foo"}, "volumeBindingMode"),
        (
            {"allowedTopologies": [{"matchLabelExpressions": [{"key": "k"}]}]},
            "allowedTopologies[0].matchLabelExpressions[0].values",
        ),
    ],
)
def test_bad_classes(bad: dict[str, Any], field: str) -> None:
    assert validation.validate_storage_class(storage_class()) == []
    faults = validation.validate_storage_class(storage_class(**bad))
    assert field in [fault.field for fault in faults]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"parameters": {"a": "b"}}, "updates to parameters are forbidden."),
        ({"provisioner": "x.io/bar"}, "updates to provisioner are forbidden."),
        ({"reclaimPolicy": "Retain"}, "updates to reclaimPolicy are forbidden."),
        ({"volumeBindingMode": "WaitForFirstConsumer"}, "field is immutable"),
    ],
)
def test_changes_of_classes(change: dict[str, Any], said: str) -> None:
    update = validation.validate_storage_class_update
    (fault,) = update(storage_class(**change), storage_class())
    assert said in str(fault)
    assert update(storage_class(allowVolumeExpansion=True), storage_class()) == []


def attachment(**spec: Any) -> VolumeAttachment:
    about = {"attacher": "d", "nodeName": "n", "source": {"persistentVolumeName": "v"}} | spec
    return convert(VolumeAttachment, {"metadata": {"name": "foo"}, "spec": about})


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (attachment(attacher=""), "spec.attacher"),
        (attachment(nodeName=""), "spec.nodeName"),
        (attachment(source={}), "spec.source"),
        (
            attachment(source={"persistentVolumeName": "v", "inlineVolumeSpec": {}}),
            "spec.source",
        ),
        (attachment(source={"persistentVolumeName": ""}), "spec.source.persistentVolumeName"),
    ],
)
def test_bad_attachments(bad: VolumeAttachment, field: str) -> None:
    assert validation.validate_volume_attachment(attachment()) == []
    assert field in [fault.field for fault in validation.validate_volume_attachment(bad)]


def test_drivers_and_their_nodes() -> None:
    raw = {"metadata": {"name": "d.io"}, "spec": {}}
    driver = defaults.default_csi_driver(convert(CSIDriver, raw))
    assert validation.validate_csi_driver(driver) == []
    bad = replace(driver, spec=replace(driver.spec, fs_group_policy="x"))
    assert [f.field for f in validation.validate_csi_driver(bad)] == ["spec.fsGroupPolicy"]
    twice = [{"name": "d", "nodeID": "n"}, {"name": "d", "nodeID": ""}]
    node = convert(CSINode, {"metadata": {"name": "n"}, "spec": {"drivers": twice}})
    fields = [fault.field for fault in validation.validate_csi_node(node)]
    assert fields == ["spec.drivers[1].nodeID", "spec.drivers[1].name"]
