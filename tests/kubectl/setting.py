"""The cluster that the looking verbs are tried on: something of every kind, in many conditions."""

from __future__ import annotations

from kubelite import Cluster
from tests.kubectl.living import apply_rich, past


def made() -> Cluster:
    """Three nodes, one of them tainted and cordoned, and all that the manifests beside describe."""
    cluster = Cluster(nodes=3, seed=7, start=past())
    cluster.patch("node/node-3", {"metadata": {"labels": {"node-role.kubernetes.io/worker": ""}}})
    apply_rich(cluster, "others", "generic", "oven", "workloads", "pods")
    cluster.run(700)
    cluster.patch(
        "deployment/web",
        {
            "metadata": {"annotations": {"kubernetes.io/change-cause": "second version"}},
            "spec": {"template": {"metadata": {"annotations": {"team": "back"}}}},
        },
    )
    cluster.run(120)
    broken = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nope:1"}]}}}}
    cluster.patch("deployment/web", broken, patch_type="application/strategic-merge-patch+json")
    cluster.run(60)
    return cluster
