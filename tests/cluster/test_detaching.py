"""When a disk leaves a machine that nobody can ask any more."""

from __future__ import annotations

from collections.abc import Callable

from kubelite import Cluster
from tests.cluster.test_storage import DATABASE, messages


def test_a_node_that_was_deleted_keeps_its_disks_for_six_minutes(
    make_cluster: Callable[..., Cluster],
) -> None:
    cluster = make_cluster()
    cluster.apply(DATABASE)
    cluster.run_until("statefulset/db ready")
    lost = cluster.get("pod/db-0").spec.node_name
    cluster.kill_node(lost)
    cluster.delete(f"node/{lost}")  # which does not prove that the machine is off
    cluster.run_until("pod/db-0 gone")
    cluster.run(1)
    took = cluster.run_until(lambda c: c.get("pod/db-0").status.phase == "Running", timeout=900)
    assert 360 <= took <= 375
    assert "Multi-Attach error" in messages(cluster, "pod/db-0")["FailedAttachVolume"]
