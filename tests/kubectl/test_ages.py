"""Ages that the real kubectl reckons itself, when the cluster's clock is not the computer's.

``describe`` and ``events`` subtract times of the cluster from the computer's clock. Tables of
``get`` come from the server, and everything that our own kubectl prints goes by the virtual clock.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kubelite import Cluster
from kubelite.apimachinery.times import SECOND
from tests.kubectl.living import STILL, Living

DAY = 24 * 3600


@pytest.mark.parametrize(("ahead", "age"), [(DAY, "<invalid>"), (-2 * DAY, "2d")])
def test_ages_of_describe_and_events_go_by_two_clocks(ahead: int, age: str, tmp_path: Path) -> None:
    cluster = Cluster(nodes=1, seed=7, start=(int(time.time()) + ahead) * SECOND)
    cluster.kubectl("run web --image=nginx")
    cluster.run(30)
    with cluster.serve(speed=STILL) as server:
        living = Living(cluster, server, tmp_path)
        (row, *_) = living.real(["get", "pods", "--no-headers"]).out.splitlines()
        assert row.split()[-1] == "30s"
        (first, *_) = living.real(["events", "--for=pod/web", "--no-headers"]).out.splitlines()
        assert first.split()[0] == age
        ours = cluster.kubectl("events --for=pod/web --no-headers").lines
        assert ours[0].split()[0].endswith("s")


def test_a_cluster_may_begin_now(tmp_path: Path) -> None:
    """As those of ``kubelite up`` do."""
    cluster = Cluster(nodes=1, seed=7, start=int(time.time()) * SECOND)
    with cluster.serve(speed=1) as server:
        living = Living(cluster, server, tmp_path)
        assert living.real(["run", "web", "--image=nginx"]).code == 0
        waited = ["wait", "--for=condition=Ready", "pod/web", "--timeout=40s"]
        assert living.real(waited).code == 0
        told = living.real(["events", "--for=pod/web", "--no-headers"]).out
        assert told and "<invalid>" not in told
