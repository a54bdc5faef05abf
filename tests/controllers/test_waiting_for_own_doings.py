"""Whoever has asked for something waits until it is seen, or for five minutes; then acts again."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from tests import manifests

WAIT = 5 * 60


def daemons() -> dict[str, Any]:
    deployment = manifests.deployment()
    spec = {key: deployment["spec"][key] for key in ("selector", "template")}
    return {**deployment, "kind": "DaemonSet", "spec": spec}


def job() -> dict[str, Any]:
    container = {"name": "work", "image": "busybox:1.36", "command": ["sleep", "3600"]}
    pod = {"restartPolicy": "Never", "containers": [container]}
    spec = {"template": {"spec": pod}, "parallelism": 2, "completions": 2}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "web"}, "spec": spec}


def replicas() -> dict[str, Any]:
    return {**manifests.deployment(replicas=2), "kind": "ReplicaSet"}


@pytest.mark.parametrize(
    ("controller", "owner"),
    [
        ("replicaset-controller", replicas()),
        ("daemonset-controller", daemons()),
        ("job-controller", job()),
    ],
    ids=["ReplicaSet", "DaemonSet", "Job"],
)
def test_nobody_acts_before_a_deletion_of_his_own_is_seen(
    controller: str, owner: dict[str, Any]
) -> None:
    """The pods' own copies cannot tell: a deletion has no revision to wait for."""
    cluster = Cluster(nodes=2)
    cluster.apply(owner)
    cluster.run(20)
    first, second = cluster.get("pods")
    cluster.controllers[controller].expectations.expect("default/web", 0, ("never seen",))
    cluster.delete(f"pod/{first.metadata.name}")
    cluster.run(WAIT - 60)
    assert [pod.metadata.uid for pod in cluster.get("pods")] == [second.metadata.uid]
    cluster.run(120)
    cluster.delete(f"pod/{second.metadata.name}")
    cluster.run(120)
    assert len(cluster.get("pods")) == 2
