"""Storage that is not here, and what a learner meets instead (docs/fidelity.md)."""

from __future__ import annotations

from typing import Any

from kubelite import Cluster
from tests.cluster.manifests import Manifest, pod


def claim(**spec: Any) -> Manifest:
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {**asked, **spec},
    }


VOLUMES = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
MOUNTS = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}


def test_a_clone_is_empty() -> None:
    cluster = Cluster()
    source = {"kind": "PersistentVolumeClaim", "name": "other"}
    cluster.apply(claim(dataSource=source, volumeAttributesClassName="gold"))
    cluster.apply(pod(volumes=VOLUMES, container=MOUNTS))
    cluster.run_until("pod/web ready")
    assert cluster.exec("web", "ls /data").output == "lost+found\n"
    kept = cluster.get("pvc/data")
    assert kept.spec.data_source.name == "other"
    assert kept.spec.volume_attributes_class_name == "gold"
    assert kept.status.current_volume_attributes_class_name is None


def test_a_raw_device_is_not_in_the_container() -> None:
    cluster = Cluster()
    devices = {"volumeDevices": [{"name": "data", "devicePath": "/dev/xvda"}]}
    cluster.apply([claim(volumeMode="Block"), pod(volumes=VOLUMES, container=devices)])
    cluster.run_until("pod/web ready")
    assert "No such file" in cluster.exec("web", "ls /dev/xvda").output


def test_a_driver_never_says_that_it_is_full() -> None:
    cluster = Cluster()
    assert cluster.get("csinodes").names == []
    driver = "disk.csi.kubelite.io"
    meta = {"name": driver}
    told = {"storageCapacity": True}
    api = "storage.k8s.io/v1"
    cluster.apply({"apiVersion": api, "kind": "CSIDriver", "metadata": meta, "spec": told})
    cluster.apply(
        {
            "apiVersion": api,
            "kind": "CSIStorageCapacity",
            "metadata": {"name": "small"},
            "storageClassName": "standard",
            "capacity": "1Mi",
            "nodeTopology": {},
        }
    )
    cluster.apply([claim(), pod(volumes=VOLUMES, container=MOUNTS)])
    cluster.run_until("pod/web ready")


def test_a_clouds_disk_that_two_pods_name_is_two_empty_directories() -> None:
    cluster = Cluster(nodes=1)
    disk = [{"name": "data", "gcePersistentDisk": {"pdName": "only-one"}}]
    cluster.apply([pod(name, volumes=disk, container=MOUNTS) for name in ("a", "b")])
    cluster.run_until("pods ready")
    cluster.exec("a", "echo x > /data/x")
    assert cluster.exec("b", "ls /data").output == ""


def test_a_volume_is_not_recycled() -> None:
    cluster = Cluster()
    spec = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "nfs": {"server": "10.0.0.1", "path": "/data"},
        "persistentVolumeReclaimPolicy": "Recycle",
        "storageClassName": "",
    }
    meta = {"name": "old"}
    cluster.apply({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": meta, "spec": spec})
    cluster.apply(claim(storageClassName=""))
    cluster.run(5)
    assert cluster.get("pvc/data").status.phase == "Bound"
    cluster.delete("pvc/data")
    cluster.run(120)
    assert cluster.get("pv/old").status.phase == "Released"
