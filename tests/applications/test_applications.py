"""Three applications of our own, as real people write them, run to Ready and serve a request.

``harbour`` is a folder of short files written by hand, ``market`` one long file as a chart is
rendered, ``clinic`` a JSON List as a tool exports it. Accounts, roles, quotas, autoscalers and
claims stand in files of their own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from tests import invariants

HERE = Path(__file__).parent
HOSTS = {
    "harbour": "harbour.example.com",
    "market": "market.example.com",
    "clinic": "clinic.example.org",
}


def files(name: str) -> list[str]:
    return [str(path) for path in sorted((HERE / name).iterdir())]


@pytest.fixture(params=sorted(HOSTS))
def running(request: pytest.FixtureRequest) -> tuple[str, Cluster]:
    cluster = Cluster(nodes=4, seed=7)
    for path in files(request.param):
        cluster.apply(path)
    cluster.run(180)
    return request.param, cluster


def test_every_pod_is_ready_and_a_request_comes_through(running: tuple[str, Cluster]) -> None:
    name, cluster = running
    pods = cluster.get("pods", namespace=name)
    late = [p for p in pods if not pod_ready(p) and p.status.phase != "Succeeded"]
    assert [p.metadata.name for p in late] == []
    assert len(cluster.get("services", namespace=name)) >= 10
    for kind in ("deployments", "statefulsets"):
        for owner in cluster.get(kind, namespace=name):
            assert owner.status.ready_replicas == owner.spec.replicas
    answer = cluster.request(HOSTS[name])
    assert (answer.status, answer.via) == (200, f"ingress {name}")
    assert [p for p in pods if any(s.restart_count for s in p.status.container_statuses)] == []
    invariants.check(cluster)


@pytest.mark.parametrize("name", sorted(HOSTS))
def test_applying_everything_again_changes_nothing(name: str) -> None:
    cluster = Cluster(nodes=1, seed=7)
    for path in files(name):
        cluster.apply(path)
    before = cluster.revision
    for path in files(name):
        cluster.apply(path)
    assert cluster.revision == before
