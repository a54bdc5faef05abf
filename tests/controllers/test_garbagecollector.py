"""The garbage collector follows what is stored, once, and no events."""

from __future__ import annotations

from kubelite import Cluster
from kubelite.api.versions import VERSIONS
from kubelite.controllers.garbagecollector import GarbageCollector


def test_it_keeps_no_copy_of_events_or_of_a_second_version() -> None:
    cluster = Cluster(nodes=1, seed=7)
    cluster.run(5)
    collector = cluster.controllers["garbage-collector-controller"]
    assert isinstance(collector, GarbageCollector)
    followed = set(collector.informers)
    assert {"pods", "deployments"} <= {name.partition(".")[0] for name in followed}
    assert followed.isdisjoint({"events", *(row.resource for row in VERSIONS)})
