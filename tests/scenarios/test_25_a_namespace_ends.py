"""A namespace is deleted in the middle of a rollout, and something in it will not go."""

from __future__ import annotations

import pytest

from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from tests.manifests import deployment, image, service, stateful_set
from tests.scenarios.conftest import Told

SHOP = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}

KINDS = ("pods", "deployments", "statefulsets", "replicasets", "services", "configmaps", "events")


def conditions(cluster: Cluster) -> dict[str, tuple[str, str]]:
    """What stands in the way of the namespace's end."""
    found = cluster.get("namespace/shop").status.conditions
    return {c.type: (c.reason, c.message) for c in found if c.status == "True"}


def test_a_namespace_ends_in_a_rollout_and_a_finalizer_holds_it(told: Told) -> None:
    cluster = told(nodes=3)
    cluster.apply(SHOP)
    cluster.apply([deployment("web", 4), service(), stateful_set("db", 2), service("db")], "shop")
    held_by = {"name": "keys", "finalizers": ["example.com/backup"]}
    cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": held_by}, "shop")
    cluster.apply([deployment("web", 2), service()])
    cluster.run_until("deployment/web ready")
    cluster.run(40)
    cluster.patch("deployment/web", image("shop:2.0"), "shop", STRATEGIC_PATCH)
    cluster.run(3)
    cluster.delete("namespace/shop")
    cluster.run(1)
    with pytest.raises(StatusError) as refused:
        cluster.apply(deployment("late", 1), "shop")
    cluster.run(120)
    held, left = conditions(cluster), {k: cluster.get(k, namespace="shop").names for k in KINDS}
    phase = cluster.get("namespace/shop").status.phase
    cluster.patch("configmap/keys", {"metadata": {"finalizers": None}}, "shop")
    took = cluster.run_until("namespace/shop gone", timeout=60)
    cluster.apply(SHOP)
    cluster.apply(deployment("web", 1), "shop")
    cluster.run(30)

    assert refused.value.status.message == (
        'deployments.apps "late" is forbidden: unable to create new content in namespace shop '
        "because it is being terminated"
    )
    assert phase == "Terminating"
    assert left.pop("configmaps") == ["keys"] and set(map(tuple, left.values())) == {()}
    assert held == {
        "NamespaceContentRemaining": (
            "SomeResourcesRemain",
            "Some resources are remaining: configmaps. has 1 resource instances",
        ),
        "NamespaceFinalizersRemaining": (
            "SomeFinalizersRemain",
            "Some content in the namespace has finalizers remaining: example.com/backup in 1 "
            "resource instances",
        ),
    }
    assert took < 20
    assert [pod_ready(p) for p in cluster.get("pods", namespace="shop")] == [True]
    assert [pod_ready(p) for p in cluster.get("pods")] == [True, True], "the neighbours stay"
