"""Stories of owners: who belongs to whom, and what becomes of things whose owner has gone."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.conditions import pod_active
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import MERGE_PATCH, Request
from kubelite.controllers.base import controller_of
from tests.manifests import deployment, service


def delete(cluster: Cluster, resource: str, name: str, policy: str) -> None:
    request = Request(
        "delete", resource, "default", name, component="you", propagation_policy=policy
    )
    cluster.api.handle(request).unwrap()


def ready(cluster: Cluster, **spec: Any) -> str:
    """The name of the one ReplicaSet of a Deployment that is ready."""
    cluster.apply(deployment(**spec))
    cluster.run_until("deployment/web ready")
    name: str = cluster.get("replicasets")[0].metadata.name
    return name


def config_map(cluster: Cluster, name: str, *owners: Any, namespace: str = "default") -> Any:
    references = [
        {
            "apiVersion": owner.api_version,
            "kind": owner.kind,
            "name": owner.metadata.name,
            "uid": owner.metadata.uid,
            "blockOwnerDeletion": True,
        }
        for owner in owners
    ]
    meta = {"name": name, "ownerReferences": references}
    return cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}, namespace)


def names(cluster: Cluster, resource: str = "configmaps", namespace: str = "default") -> list[str]:
    return [obj.metadata.name for obj in cluster.get(resource, namespace=namespace)]


def deleted(cluster: Cluster) -> list[str]:
    """Kinds in the order in which their last object went."""
    moments: dict[str, int] = {}
    for resource in ("pods", "replicasets", "deployments"):
        for step in cluster.history.changes(resource):
            if step.new is None:
                moments[resource] = step.revision
    return sorted(moments, key=lambda resource: moments[resource])


def test_deleting_a_deployment_takes_everything_below_it(cluster: Cluster) -> None:
    ready(cluster)
    cluster.apply(service())
    cluster.run(5)
    cluster.delete("deployment/web")
    cluster.settle()
    assert [len(cluster.get(r)) for r in ("deployments", "replicasets", "pods")] == [0, 0, 0]
    assert deleted(cluster) == ["deployments", "replicasets", "pods"]  # in the background
    cluster.delete("service/web")
    cluster.settle()
    assert names(cluster, "endpointslices") == []


def test_in_the_foreground_the_owner_goes_last(cluster: Cluster) -> None:
    ready(cluster)
    delete(cluster, "deployments.apps", "web", "Foreground")
    assert cluster.get("deployment/web").metadata.finalizers == ("foregroundDeletion",)
    cluster.settle()
    assert deleted(cluster) == ["pods", "replicasets", "deployments"]


def test_an_orphaned_replica_set_lives_on_and_is_taken_in_again(cluster: Cluster) -> None:
    name = ready(cluster)
    pods = names(cluster, "pods")
    delete(cluster, "deployments.apps", "web", "Orphan")
    cluster.settle()
    orphan = cluster.get(f"replicaset/{name}")
    assert orphan.metadata.owner_references == ()
    assert names(cluster, "pods") == pods
    cluster.delete(f"pod/{pods[0]}")
    cluster.settle()
    assert len(cluster.get("pods")) == 3  # the ReplicaSet still heals itself
    ready(cluster)
    owner = controller_of(cluster.get(f"replicaset/{name}"))
    assert owner is not None
    assert owner.uid == cluster.get("deployment/web").metadata.uid
    assert names(cluster, "replicasets") == [name]


def test_a_pod_that_is_relabelled_is_let_go_and_replaced(cluster: Cluster) -> None:
    ready(cluster)
    cluster.apply(service())
    cluster.run(5)
    odd = names(cluster, "pods")[0]
    cluster.patch(f"pod/{odd}", {"metadata": {"labels": {"app": "quarantine"}}})
    cluster.run_until("deployment/web ready")
    cluster.settle()
    assert cluster.get(f"pod/{odd}").metadata.owner_references == ()
    assert len(cluster.get("pods")) == 4
    assert odd not in {cluster.request("web").pod for _ in range(20)}
    cluster.patch(f"pod/{odd}", {"metadata": {"labels": {"app": "web"}}})
    cluster.settle()
    assert len([p for p in cluster.get("pods") if pod_active(p)]) == 3  # taken in: one too many


def test_two_owners_one_gone(cluster: Cluster) -> None:
    one, two = config_map(cluster, "one"), config_map(cluster, "two")
    config_map(cluster, "child", one, two)
    cluster.delete("configmap/one")
    cluster.settle()
    child = cluster.get("configmap/child")
    assert [owner.name for owner in child.metadata.owner_references] == ["two"]
    cluster.delete("configmap/two")
    cluster.settle()
    assert "child" not in names(cluster)


def test_an_owner_in_another_namespace_is_no_owner(cluster: Cluster) -> None:
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    owner = config_map(cluster, "owner", namespace="other")
    config_map(cluster, "child", owner)
    cluster.settle()
    assert "child" not in names(cluster)
    assert "owner" in names(cluster, namespace="other")


def test_an_owner_made_anew_under_the_same_name_is_another_owner(cluster: Cluster) -> None:
    former = config_map(cluster, "owner")
    cluster.delete("configmap/owner")
    config_map(cluster, "owner")
    config_map(cluster, "child", former)
    cluster.settle()
    assert "child" not in names(cluster)


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet", "StatefulSet", "Job"])
def test_nobody_is_taken_in_by_an_owner_that_is_gone(cluster: Cluster, kind: str) -> None:
    """The copy of the owner is behind: only the server knows that another one has its name."""
    owner, orphan = family(kind)
    first = cluster.apply(owner)
    cluster.run(5)
    resource = f"{kind.lower()}s.{'batch' if kind == 'Job' else 'apps'}"
    cluster._control_plane.controllers._informers[resource]._watch.stop()
    delete(cluster, resource, "web", "")
    second = cluster.apply(owner)
    cluster.run(2)
    cluster.apply(orphan)
    cluster.run(2)
    found = cluster.get(f"{orphan['kind'].lower()}/{orphan['metadata']['name']}")
    assert first.metadata.uid != second.metadata.uid
    assert controller_of(found) is None


def family(kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """An owner, and what it would take in."""
    made = deployment(replicas=0)
    if kind == "StatefulSet":
        made["spec"]["serviceName"] = "web"
    if kind == "Job":
        made = {"apiVersion": "batch/v1", "spec": made["spec"], "metadata": {"name": "web"}}
        made["spec"] = {"suspend": True, "manualSelector": True, **made["spec"]}
        del made["spec"]["replicas"]
        made["spec"]["template"]["spec"]["restartPolicy"] = "Never"
    template = made["spec"]["template"]
    owner = {**made, "kind": kind}
    if kind == "Deployment":
        other = deployment(replicas=0, image="shop:0.9")
        other["metadata"] |= {"name": "web-0", "labels": {"app": "web"}}
        return owner, {**other, "kind": "ReplicaSet"}
    meta = {"name": "web-0", "labels": template["metadata"]["labels"]}
    return owner, {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": template["spec"]}


@pytest.mark.parametrize("policy", ["Background", "Foreground"])
def test_a_circle_of_owners_can_be_deleted(cluster: Cluster, policy: str) -> None:
    one = config_map(cluster, "one")
    two = config_map(cluster, "two", one)
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "two", "uid": two.metadata.uid}
    owned = {"metadata": {"ownerReferences": [reference | {"blockOwnerDeletion": True}]}}
    cluster.patch("configmap/one", owned, patch_type=MERGE_PATCH)
    cluster.run(1)
    delete(cluster, "configmaps", "one", policy)
    cluster.settle()
    assert names(cluster) == []


def test_a_namespace_is_emptied_before_it_goes(cluster: Cluster) -> None:
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    cluster.apply(deployment(), namespace="shop")
    cluster.apply(service(), namespace="shop")
    config_map(cluster, "settings", namespace="shop")
    cluster.run(10)
    assert len(cluster.get("pods", namespace="shop")) == 3
    cluster.delete("namespace/shop")
    cluster.run(0.5)
    assert cluster.get("namespace/shop").status.phase == "Terminating"
    with pytest.raises(StatusError, match="because it is being terminated"):
        config_map(cluster, "late", namespace="shop")
    cluster.settle()
    assert "shop" not in names(cluster, "namespaces")
    for resource in ("pods", "deployments", "replicasets", "services", "configmaps"):
        assert names(cluster, resource, "shop") == []


def test_a_finalizer_holds_a_namespace_and_the_namespace_says_so(cluster: Cluster) -> None:
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    held = {"name": "held", "finalizers": ["example.com/backup"]}
    cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": held}, namespace="shop")
    cluster.delete("namespace/shop")
    cluster.run(60)
    said = {c.type: (c.status, c.message) for c in cluster.get("namespace/shop").status.conditions}
    assert said["NamespaceContentRemaining"] == (
        "True",
        "Some resources are remaining: configmaps. has 1 resource instances",
    )
    assert said["NamespaceFinalizersRemaining"] == (
        "True",
        "Some content in the namespace has finalizers remaining: "
        "example.com/backup in 1 resource instances",
    )
    assert said["NamespaceDeletionContentFailure"] == (
        "False",
        "All content successfully deleted, may be waiting on finalization",
    )
    cluster.patch("configmap/held", {"metadata": {"finalizers": []}}, namespace="shop")
    cluster.run(30)
    assert "shop" not in names(cluster, "namespaces")
