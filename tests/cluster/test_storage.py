"""Storage that outlives pods: claims, volumes, disks that follow, and what is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError

MakeCluster = Callable[..., Cluster]

DATABASE = """
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 1
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - name: postgres
        image: postgres:16
        volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
"""
FILE = "/var/lib/postgresql/data/rows"


def claim(name: str = "data", size: str = "1Gi", **spec: Any) -> dict[str, Any]:
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": asked | spec,
    }


def pod(name: str = "web", claimed: str = "data", **spec: Any) -> dict[str, Any]:
    mounts = [{"name": "disk", "mountPath": "/data"}]
    volume = {"name": "disk", "persistentVolumeClaim": {"claimName": claimed}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "containers": [{"name": "c", "image": "nginx", "volumeMounts": mounts}],
            "volumes": [volume],
            "terminationGracePeriodSeconds": 2,
            **spec,
        },
    }


def storage_class(name: str, **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": "disk.csi.kubelite.io",
        **more,
    }


def volume(name: str = "mine", size: str = "5Gi", **spec: Any) -> dict[str, Any]:
    about = {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": size}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": about | {"hostPath": {"path": "/mnt/mine"}} | spec,
    }


def messages(cluster: Cluster, about: str) -> dict[str, str]:
    return {event.reason: event.message.strip() for event in cluster.events(about)}


def test_a_database_finds_its_rows_again(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.apply(DATABASE)
    cluster.run_until("statefulset/db ready")
    cluster.exec("db-0", f"echo 42 > {FILE}")
    cluster.delete("pod/db-0")
    cluster.run(1)
    cluster.run_until("pod/db-0 ready")
    assert cluster.exec("db-0", f"cat {FILE}").output == "42\n"

    lost = cluster.get("pod/db-0").spec.node_name
    cluster.kill_node(lost)
    cluster.run(60)
    cluster.delete("pod/db-0", grace_period_seconds=0)
    took = cluster.run_until(lambda c: _running(c, "db-0"), timeout=900)
    assert 360 <= took <= 375  # nobody knows whether the dead node still writes
    assert cluster.get("pod/db-0").spec.node_name != lost
    assert cluster.exec("db-0", f"cat {FILE}").output == "42\n"
    name = cluster.get("pvc/data-db-0").spec.volume_name
    assert messages(cluster, "pod/db-0")["FailedAttachVolume"] == (
        f'Multi-Attach error for volume "{name}" Volume is already exclusively attached to one '
        "node and can't be attached to another"
    )


def _running(cluster: Cluster, name: str) -> bool:
    return any(p.metadata.name == name and p.status.phase == "Running" for p in cluster.get("pods"))


def test_a_node_marked_as_out_of_service_gives_its_disks_back(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.apply(DATABASE)
    cluster.run_until("statefulset/db ready")
    lost = cluster.get("pod/db-0").spec.node_name
    cluster.kill_node(lost)
    cluster.run(60)
    taint = {"key": "node.kubernetes.io/out-of-service", "effect": "NoExecute", "value": "shutdown"}
    taints = [{"key": t.key, "effect": t.effect} for t in cluster.get(f"node/{lost}").spec.taints]
    cluster.patch(f"node/{lost}", {"spec": {"taints": [*taints, taint]}})
    cluster.run(1)
    assert "Terminating" in str(cluster.get("pods"))
    # The garbage collector of pods looks every 20 s; then nothing holds the disk any more.
    assert cluster.run_until(lambda c: _running(c, "db-0"), timeout=900) < 40


def test_a_disk_goes_to_one_node_at_a_time(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(2)
    cluster.apply([claim(), pod("first", nodeName="node-1"), pod("second", nodeName="node-2")])
    cluster.patch(
        "pvc/data", {"metadata": {"annotations": {"volume.kubernetes.io/selected-node": "node-1"}}}
    )
    cluster.run(60)
    phases = {p.metadata.name: p.status.phase for p in cluster.get("pods")}
    waiting = next(name for name, phase in phases.items() if phase == "Pending")
    other = "first" if waiting == "second" else "second"
    found = messages(cluster, f"pod/{waiting}")["FailedAttachVolume"]
    assert found.endswith(f"Volume is already used by pod(s) {other}")
    cluster.delete(f"pod/{other}")
    cluster.run_until(f"pod/{waiting} ready")


def test_the_default_class_waits_for_a_pod_and_makes_a_disk_for_it(
    make_cluster: MakeCluster,
) -> None:
    cluster = make_cluster(2)
    assert cluster.apply(claim()).spec.storage_class_name == "standard"
    cluster.run(30)
    assert cluster.get("pvc/data").status.phase == "Pending"
    assert messages(cluster, "pvc/data") == {
        "WaitForFirstConsumer": "waiting for first consumer to be created before binding"
    }
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    bound = cluster.get("pvc/data")
    assert bound.status.phase == "Bound"
    assert bound.metadata.annotations["volume.kubernetes.io/selected-node"] == (
        cluster.get("pod/web").spec.node_name
    )
    found = messages(cluster, "pvc/data")
    assert found["ExternalProvisioning"] == (
        "Waiting for a volume to be created either by the external provisioner "
        "'disk.csi.kubelite.io' or manually by the system administrator. If volume creation is "
        "delayed, please verify that the provisioner is running and correctly registered."
    )
    assert found["Provisioning"] == (
        'External provisioner is provisioning volume for claim "default/data"'
    )
    name = f"pvc-{bound.metadata.uid}"
    assert found["ProvisioningSucceeded"] == f"Successfully provisioned volume {name}"
    assert messages(cluster, "pod/web")["SuccessfulAttachVolume"] == (
        f'AttachVolume.Attach succeeded for volume "{name}"'
    )
    assert str(cluster.get("pvc")).splitlines()[1].split()[:6] == [
        "data", "Bound", name, "1Gi", "RWO", "standard",
    ]  # fmt: skip


def test_without_a_class_a_claim_waits_for_somebody_to_make_a_volume(
    make_cluster: MakeCluster,
) -> None:
    cluster = make_cluster(1)
    cluster.apply(claim(storageClassName=""))
    cluster.apply(pod())
    cluster.run(10)
    assert messages(cluster, "pvc/data")["FailedBinding"] == (
        "no persistent volumes available for this claim and no storage class is set"
    )
    refused = messages(cluster, "pod/web")["FailedScheduling"]
    assert "pod has unbound immediate PersistentVolumeClaims" in refused
    cluster.apply(volume())
    cluster.run_until("pod/web ready")
    assert cluster.get("pvc/data").spec.volume_name == "mine"
    assert str(cluster.get("pvc/data").status.capacity["storage"]) == "5Gi"


def test_a_class_that_is_missing(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(1)
    cluster.apply(claim(storageClassName="fast"))
    cluster.run(5)
    assert messages(cluster, "pvc/data") == {
        "ProvisioningFailed": 'storageclass.storage.k8s.io "fast" not found'
    }
    cluster.apply(storage_class("fast"))
    cluster.run(10)
    assert cluster.get("pvc/data").status.phase == "Bound"


def test_a_claim_from_before_the_default_class_gets_it_later(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(1)
    cluster.delete("storageclass/standard")
    assert cluster.apply(claim()).spec.storage_class_name is None
    cluster.run(5)
    mark = {"storageclass.kubernetes.io/is-default-class": "true"}
    new = storage_class("new")
    new["metadata"]["annotations"] = mark
    cluster.apply(new)
    cluster.run(10)
    assert cluster.get("pvc/data").spec.storage_class_name == "new"
    assert cluster.get("pvc/data").status.phase == "Bound"


@pytest.mark.parametrize(("policy", "left"), [("Delete", []), ("Retain", ["Released"])])
def test_what_becomes_of_a_volume(make_cluster: MakeCluster, policy: str, left: list[str]) -> None:
    cluster = make_cluster(1)
    cluster.apply([storage_class("s", reclaimPolicy=policy), claim(storageClassName="s")])
    cluster.run(10)
    assert [v.status.phase for v in cluster.get("pv")] == ["Bound"]
    cluster.delete("pvc/data")
    cluster.run(10)
    assert [v.status.phase for v in cluster.get("pv")] == left


def test_what_is_in_use_is_protected(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(1)
    cluster.apply([claim(), pod()])
    cluster.run_until("pod/web ready")
    name = cluster.get("pvc/data").spec.volume_name
    cluster.delete("pvc/data")
    cluster.delete(f"pv/{name}")
    cluster.run(10)
    assert "Terminating" in str(cluster.get("pvc"))
    assert "Terminating" in str(cluster.get("pv"))
    cluster.delete("pod/web")
    cluster.run(30)
    assert len(cluster.get("pvc")) == len(cluster.get("pv")) == 0


def test_a_local_directory_keeps_its_pod_on_its_node(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(3)
    cluster.apply([claim(storageClassName="local-path"), pod()])
    cluster.run_until("pod/web ready")
    cluster.exec("web", "echo x > /data/file")
    home = cluster.get("pod/web").spec.node_name
    cluster.delete("pod/web")
    cluster.run(10)
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    assert cluster.get("pod/web").spec.node_name == home
    assert cluster.exec("web", "cat /data/file").output == "x\n"
    cluster.delete("pod/web")
    cluster.run(10)
    cluster.cordon(home)
    cluster.apply(pod())
    cluster.run(10)
    refused = messages(cluster, "pod/web")["FailedScheduling"]
    assert "2 node(s) didn't match PersistentVolume's node affinity" in refused
    assert "didn't match PersistentVolume's node affinity" in str(cluster.explain("web"))


def test_volumes_of_a_zone_keep_their_pods_there() -> None:
    cluster = Cluster(nodes=0)
    for name, zone in (("a1", "a"), ("b1", "b"), ("a2", "a")):
        cluster.add_node(name, labels={"topology.kubernetes.io/zone": zone})
    cluster.run_until("nodes ready")
    cluster.apply([claim(), pod(nodeSelector={"topology.kubernetes.io/zone": "a"})])
    cluster.run_until("pod/web ready")
    first = cluster.get("pod/web").spec.node_name
    cluster.delete("pod/web")
    cluster.run(10)
    cluster.cordon(first)
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    assert {first, cluster.get("pod/web").spec.node_name} == {"a1", "a2"}


def test_a_claim_grows_where_its_class_allows_it(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(1)
    cluster.apply([claim(), claim("fixed", storageClassName="local-path")])
    cluster.apply([pod(), pod("other", "fixed")])
    cluster.run_until("pods ready")
    more = {"spec": {"resources": {"requests": {"storage": "3Gi"}}}}
    cluster.patch("pvc/data", more)
    cluster.run(10)
    assert str(cluster.get("pvc/data").status.capacity["storage"]) == "3Gi"
    name = cluster.get("pvc/data").spec.volume_name
    assert str(cluster.get(f"pv/{name}").spec.capacity["storage"]) == "3Gi"
    with pytest.raises(StatusError, match="only dynamically provisioned pvc can be resized"):
        cluster.patch("pvc/fixed", more)
    less = {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}
    with pytest.raises(StatusError, match="field can not be less than status.capacity"):
        cluster.patch("pvc/data", less)


def test_an_ephemeral_volume_has_a_claim_that_goes_with_its_pod(
    make_cluster: MakeCluster,
) -> None:
    cluster = make_cluster(1)
    wanted = pod()
    template = {"spec": claim()["spec"]}
    wanted["spec"]["volumes"] = [{"name": "disk", "ephemeral": {"volumeClaimTemplate": template}}]
    cluster.apply(wanted)
    cluster.run_until("pod/web ready")
    (made,) = cluster.get("pvc")
    assert (made.metadata.name, made.status.phase) == ("web-disk", "Bound")
    cluster.delete("pod/web")
    cluster.run(30)
    assert len(cluster.get("pvc")) == len(cluster.get("pv")) == 0


@pytest.mark.parametrize(
    ("policy", "scaled", "deleted"),
    [
        ({}, 2, 2),
        ({"whenScaled": "Delete"}, 1, 1),
        ({"whenDeleted": "Delete"}, 2, 0),
        ({"whenScaled": "Delete", "whenDeleted": "Delete"}, 1, 0),
    ],
)
def test_what_a_stateful_set_leaves_behind(
    make_cluster: MakeCluster, policy: dict[str, str], scaled: int, deleted: int
) -> None:
    cluster = make_cluster(2)
    cluster.apply(DATABASE)
    change = {"persistentVolumeClaimRetentionPolicy": policy, "replicas": 2}
    cluster.patch("statefulset/db", {"spec": change})
    cluster.run_until("statefulset/db ready")
    cluster.settle()
    cluster.scale("statefulset/db", 1)
    cluster.settle()
    assert len(cluster.get("pvc")) == scaled
    cluster.delete("statefulset/db")
    cluster.settle()
    assert len(cluster.get("pvc")) == deleted


def test_a_claim_can_ask_for_one_volume_by_name(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(1)
    cluster.apply([volume("small", "1Gi"), volume("big", "9Gi")])
    cluster.run(1)
    cluster.apply(claim(storageClassName="", volumeName="big"))
    cluster.apply(claim("greedy", "5Gi", storageClassName="", volumeName="small"))
    cluster.apply(claim("late", storageClassName="", volumeName="big"))
    cluster.run(5)
    phases = {c.metadata.name: c.status.phase for c in cluster.get("pvc")}
    assert phases == {"data": "Bound", "greedy": "Pending", "late": "Pending"}
    assert messages(cluster, "pvc/greedy")["VolumeMismatch"] == (
        'Cannot bind to requested volume "small": requested PV is too small'
    )
    late = messages(cluster, "pvc/late")["FailedBinding"]
    assert late == 'volume "big" already bound to a different claim.'


def test_a_claim_whose_volume_is_taken_away_is_lost(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(1)
    cluster.apply([volume(), claim(storageClassName="")])
    cluster.run(5)
    cluster.patch("pv/mine", {"metadata": {"finalizers": None}})
    cluster.delete("pv/mine")
    cluster.run(5)
    assert cluster.get("pvc/data").status.phase == "Lost"
    assert messages(cluster, "pvc/data")["ClaimLost"] == (
        "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
    )


def test_their_stories_are_told_in_words(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(1)
    cluster.apply([claim(), pod()])
    cluster.run_until("pod/web ready")
    told = str(cluster.story("pvc/data"))
    assert "you created persistentvolumeclaim/data" in told
    assert "phase Pending → Bound" in told
