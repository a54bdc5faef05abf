"""Plugins that look at a pod's claims.

Facts from upstream's volumebinding, volumezone, volumerestrictions and nodevolumelimits tests.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import PersistentVolume, PersistentVolumeClaim, Pod
from kubelite.api.storage_v1 import CSINode, StorageClass
from kubelite.apimachinery.struct import convert
from kubelite.scheduler.framework import Listers
from kubelite.scheduler.profile import Framework
from kubelite.scheduler.schedule_one import schedule
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import PodInfo
from tests.scheduler.objects import node, pod

BOUND = {"pv.kubernetes.io/bind-completed": "yes"}
IMMEDIATE = convert(StorageClass, {"metadata": {"name": "immediate"}, "provisioner": "x"})
WAIT = convert(
    StorageClass,
    {
        "metadata": {"name": "wait"},
        "provisioner": "x",
        "volumeBindingMode": "WaitForFirstConsumer",
    },
)
NO_PROVISIONER = convert(
    StorageClass,
    {
        "metadata": {"name": "wait-local"},
        "provisioner": "kubernetes.io/no-provisioner",
        "volumeBindingMode": "WaitForFirstConsumer",
    },
)
CLASSES = {found.metadata.name: found for found in (IMMEDIATE, WAIT, NO_PROVISIONER)}


def claim(name: str, volume: str = "", bound: bool = True, **more: Any) -> PersistentVolumeClaim:
    meta = {"name": name, "namespace": "default"}
    marks = BOUND if volume and bound else {}
    spec = {"volumeName": volume, "accessModes": ["ReadWriteOnce"]}
    spec |= {"resources": {"requests": {"storage": "1Gi"}}}
    status = more.pop("status", {})
    meta_more = more.pop("meta", {})
    marks = {**marks, **more.pop("marks", {})}
    return convert(
        PersistentVolumeClaim,
        {
            "metadata": meta | {"annotations": marks} | meta_more,
            "spec": spec | more,
            "status": status,
        },
    )


def volume(name: str, labels: dict[str, str] | None = None, **spec: Any) -> PersistentVolume:
    spec = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]} | spec
    meta = {"name": name, "labels": labels or {}}
    status = {"phase": "Available"}
    return convert(PersistentVolume, {"metadata": meta, "spec": spec, "status": status})


def near(**labels: str) -> dict[str, Any]:
    wanted = [{"key": k, "operator": "In", "values": [v]} for k, v in labels.items()]
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": wanted}]}}


def using(*claims: str, name: str = "p") -> Pod:
    volumes = [
        {"name": f"v{i}", "persistentVolumeClaim": {"claimName": c}} for i, c in enumerate(claims)
    ]
    return pod(name, volumes=volumes)


def decide(
    wanted: Pod,
    nodes: list[Any],
    claims: tuple[PersistentVolumeClaim, ...] = (),
    volumes: tuple[PersistentVolume, ...] = (),
    others: tuple[Pod, ...] = (),
    csi_nodes: tuple[CSINode, ...] = (),
) -> str:
    """The node, or why none."""
    by_key = {f"default/{c.metadata.name}": c for c in claims}
    by_name = {v.metadata.name: v for v in volumes}
    listers = Listers(
        claim=by_key.get,
        volume=by_name.get,
        volumes=by_name.values,
        storage_class=CLASSES.get,
        csi_node={n.metadata.name: n for n in csi_nodes}.get,
    )
    decision = schedule(PodInfo(wanted), Snapshot.of(nodes, others), Framework(listers=listers))
    return decision.node or decision.message.removeprefix("0/1 nodes are available: ").split(
        ". preemption"
    )[0].rstrip(".")


@pytest.mark.parametrize(
    ("wanted", "claims", "volumes", "expected"),
    [
        pytest.param(using(), (), (), "n", id="pod has no pvcs"),
        pytest.param(using("a"), (claim("a", "v"),), (volume("v"),), "n", id="all bound"),
        pytest.param(
            using("a"), (), (), 'persistentvolumeclaim "a" not found', id="PVC does not exist"
        ),
        pytest.param(
            using("a", "b"),
            (claim("a", "v"),),
            (volume("v"),),
            'persistentvolumeclaim "b" not found',
            id="Part of PVCs do not exist",
        ),
        pytest.param(
            using("a"),
            (claim("a", storageClassName="immediate"),),
            (),
            "pod has unbound immediate PersistentVolumeClaims",
            id="immediate claims not bound",
        ),
        pytest.param(
            using("a"),
            (claim("a", "v", False, storageClassName="wait"),),
            (volume("v"),),
            "pod has unbound immediate PersistentVolumeClaims",
            id="prebound claims are immediate",
        ),
        pytest.param(
            using("a"),
            (claim("a", storageClassName="wait-local"),),
            (),
            "1 node(s) didn't find available persistent volumes to bind",
            id="unbound claims no matches",
        ),
        pytest.param(
            using("a"),
            (claim("a", storageClassName="wait-local"),),
            (volume("v", storageClassName="wait-local"),),
            "n",
            id="unbound claims with a match",
        ),
        pytest.param(using("a"), (claim("a", storageClassName="wait"),), (), "n", id="can be made"),
        pytest.param(
            using("a"),
            (
                claim(
                    "a",
                    storageClassName="wait",
                    marks={"volume.kubernetes.io/selected-node": "other"},
                ),
            ),
            (),
            "1 node(s) didn't find available persistent volumes to bind",
            id="another node was chosen",
        ),
        pytest.param(
            using("a", "b"),
            (claim("a", "v"), claim("b", storageClassName="wait-local")),
            (volume("v", nodeAffinity=near(foo="bar")),),
            "1 node(s) didn't find available persistent volumes to bind, "
            "1 node(s) didn't match PersistentVolume's node affinity",
            id="bound and unbound unsatisfied",
        ),
        pytest.param(
            using("a"),
            (claim("a", "v"),),
            (),
            "1 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",
            id="pv not found",
        ),
        pytest.param(
            using("a"),
            (claim("a", "v", status={"phase": "Lost"}),),
            (),
            'persistentvolumeclaim "a" bound to non-existent persistentvolume "v"',
            id="pvc lost",
        ),
        pytest.param(
            using("a"),
            (claim("a", "v", meta={"deletionTimestamp": "2026-01-01T00:00:00Z"}),),
            (volume("v"),),
            'persistentvolumeclaim "a" is being deleted',
            id="pvc is being deleted",
        ),
    ],
)
def test_volume_binding(
    wanted: Pod,
    claims: tuple[PersistentVolumeClaim, ...],
    volumes: tuple[PersistentVolume, ...],
    expected: str,
) -> None:
    assert decide(wanted, [node("n")], claims, volumes) == expected


BETA_ZONE = "failure-domain.beta.kubernetes.io/zone"
BETA_REGION = "failure-domain.beta.kubernetes.io/region"
ZONE, REGION = "topology.kubernetes.io/zone", "topology.kubernetes.io/region"
ELSEWHERE = "1 node(s) had no available volume zone"


@pytest.mark.parametrize(
    ("of_volume", "of_node", "expected"),
    [
        pytest.param({BETA_ZONE: "a"}, {}, "n", id="node without labels"),
        pytest.param({BETA_ZONE: "a"}, {BETA_ZONE: "a", "useless": "none"}, "n", id="beta zone"),
        pytest.param({BETA_REGION: "w"}, {BETA_REGION: "w"}, "n", id="beta region"),
        pytest.param({BETA_REGION: "w"}, {BETA_REGION: "no"}, ELSEWHERE, id="other beta region"),
        pytest.param({BETA_ZONE: "a"}, {BETA_ZONE: "no"}, ELSEWHERE, id="other beta zone"),
        pytest.param({ZONE: "a"}, {ZONE: "a", "useless": "none"}, "n", id="zone"),
        pytest.param({REGION: "w"}, {REGION: "w"}, "n", id="region"),
        pytest.param({REGION: "w"}, {REGION: "no"}, ELSEWHERE, id="other region"),
        pytest.param({ZONE: "a"}, {ZONE: "no"}, ELSEWHERE, id="other zone"),
        pytest.param({ZONE: "a", REGION: "a"}, {ZONE: "a"}, ELSEWHERE, id="node with only zone"),
        pytest.param({ZONE: "a"}, {BETA_ZONE: "a"}, ELSEWHERE, id="pv zone, node beta zone"),
        pytest.param({BETA_ZONE: "a"}, {ZONE: "a"}, "n", id="pv beta label, node ga label"),
        pytest.param({BETA_ZONE: "a"}, {ZONE: "b"}, ELSEWHERE, id="pv beta label, other"),
        pytest.param({BETA_ZONE: "c__a"}, {BETA_ZONE: "a"}, "n", id="multi zone, beta"),
        pytest.param({ZONE: "c__a"}, {ZONE: "a"}, "n", id="multi zone"),
        pytest.param({ZONE: "c__a"}, {ZONE: "b"}, ELSEWHERE, id="multi zone, other"),
    ],
)
def test_volume_zone(of_volume: dict[str, str], of_node: dict[str, str], expected: str) -> None:
    found = decide(
        using("a"), [node("n", labels=of_node)], (claim("a", "v"),), (volume("v", of_volume),)
    )
    assert found == expected


def test_a_claim_for_one_pod_only() -> None:
    alone = claim("a", "v", accessModes=["ReadWriteOncePod"])
    one = (volume("v"),)
    nodes = [node("n")]
    assert decide(using("a"), nodes, (alone,), one) == "n"
    placed = pod("q", on="n", volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "a"}}])
    assert decide(using("a"), nodes, (alone,), one, (placed,)) == (
        "1 node has pod using PersistentVolumeClaim with the same name and "
        "ReadWriteOncePod access mode"
    )
    shared = claim("a", "v")
    assert decide(using("a"), nodes, (shared,), one, (placed,)) == "n"


def test_a_node_takes_only_so_many_volumes_of_a_driver() -> None:
    limit = {"name": "ebs", "nodeID": "n", "allocatable": {"count": 1}}
    csi_node = convert(CSINode, {"metadata": {"name": "n"}, "spec": {"drivers": [limit]}})
    claims = (claim("a", "va"), claim("b", "vb"))
    csi = [{"csi": {"driver": "ebs", "volumeHandle": h}} for h in "ab"]
    volumes = (volume("va", **csi[0]), volume("vb", **csi[1]))
    there = pod("q", on="n", volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "a"}}])
    nodes, limits = [node("n")], (csi_node,)
    assert decide(using("b"), nodes, claims, volumes, (), limits) == "n"
    assert decide(using("a"), nodes, claims, volumes, (there,), limits) == "n"
    full = "1 node(s) exceed max volume count"
    assert decide(using("b"), nodes, claims, volumes, (there,), limits) == full
    assert decide(using("b"), nodes, claims, volumes, (there,)) == "n"
