"""The look at everything that comes every 12 to 24 hours, and what it is good for."""

from __future__ import annotations

from kubelite import Cluster
from kubelite.sim.clock import HOUR, SECOND
from tests.manifests import deployment

PERIODS = 12 * HOUR // SECOND, 24 * HOUR // SECOND


def test_a_pod_that_is_waited_for_in_vain_is_made_at_the_next_resync() -> None:
    """As upstream: after five minutes nobody waits any longer, but nothing wakes the controller.

    Found by seed 94753: a pod was created and killed while the copy of the pods was listed anew.
    """
    cluster = Cluster(nodes=1)
    cluster.apply(deployment("web", replicas=2))
    cluster.run_until("deployment/web ready")
    controller = cluster._control_plane.controllers.controllers["replicaset-controller"]
    owner, pod = cluster.get("replicasets")[0], cluster.get("pods")[0]
    controller.expectations.expect(f"default/{owner.metadata.name}", creations=1)
    cluster.delete(f"pod/{pod.metadata.name}")
    cluster.run(10 * HOUR / SECOND)
    assert len(cluster.get("pods")) == 1
    began = cluster.elapsed
    cluster.run_until("deployment/web ready", timeout=24 * 3600)
    waited = 10 * 3600 + cluster.elapsed - began
    assert PERIODS[0] < waited < PERIODS[1] + 60


def test_where_all_is_right_it_writes_nothing() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment("web", replicas=2))
    cluster.run(60)
    before = cluster.revision
    cluster._control_plane.controllers.resync()
    cluster.run(1)
    written = [entry.subject[0] for entry in cluster.trace.writes if entry.revision > before]
    assert set(written) <= {"leases.coordination.k8s.io"}
