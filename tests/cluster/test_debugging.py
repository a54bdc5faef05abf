"""``kubectl debug``: a container is added to a running pod to look around in it."""

from __future__ import annotations

from kubelite import Cluster
from tests.cluster.manifests import pod


def test_a_container_for_looking_around() -> None:
    cluster = Cluster(nodes=1, seed=7)
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    name = cluster.debug("pod/web", image="busybox:1.36", target="main")
    assert cluster.exec("pod/web", "echo here", container=name).output == "here\n"
    status = cluster.get("pod/web").status
    assert status.container_statuses[0].restart_count == 0
    assert status.ephemeral_container_statuses[0].name == name
