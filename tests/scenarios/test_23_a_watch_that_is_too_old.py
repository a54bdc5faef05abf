"""Everybody is cut off from the server, and meanwhile the store forgets: 410 Gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Request
from kubelite.client import Informer
from kubelite.etcd.backend import Change
from tests.manifests import deployment, service
from tests.scenarios.conftest import Told
from tests.scenarios.telling import Customers


def copies(cluster: Cluster) -> list[Informer]:
    """The copies that controllers, the scheduler and kubelets keep."""
    manager = cluster.controllers["deployment-controller"].manager
    kubelets = [worker.kubelet for worker in cluster.workers.values()]
    own = [copy for kubelet in kubelets for copy in (kubelet._pods, kubelet._node)]
    return [*manager._informers.values(), *cluster.scheduler._informers(), *own]


def remembering(cluster: Cluster) -> Callable[[int], Sequence[Change]]:
    """What the store still knows of its changes, and what it knew until now."""
    before, still = [*cluster.store.changes(1)], cluster.store.changes

    def changes(since: int) -> Sequence[Change]:
        later = still(max(since, cluster.store.compacted))
        return [change for change in before if change.revision > since] + [*later]

    return changes


def test_after_a_compaction_everybody_lists_again_and_nothing_is_lost(told: Told) -> None:
    cluster = told(nodes=3)
    cluster.apply([deployment("web", 3), service(), deployment("old", 2), deployment("blog", 1)])
    cluster.run_until("pods ready")
    cluster.run(2)
    customers = Customers(cluster, each_second=2)
    blog = cluster.get("deployment/blog").metadata.uid
    revision = str(cluster.revision)
    everybody = copies(cluster)
    for copy in everybody:
        copy.stop()
    # Nobody hears of it: one grows, one goes, one goes and comes back, one is new.
    cluster.scale("deployment/web", 5)
    for name in ("old", "blog"):
        cluster.delete(f"deployment/{name}")
    cluster.apply([deployment("blog", 2), deployment("new", 1)])
    before = cluster.get("pods").names
    cluster.run(30)
    meanwhile = cluster.get("pods").names
    past = remembering(cluster)
    cluster.store.compact(cluster.revision)
    with pytest.raises(StatusError) as gone:
        asked = Request("watch", "pods", "default", resource_version=revision)
        cluster.api.watch(asked, print)
    for copy in everybody:
        copy._follow()  # from the last revision it saw, as after any broken watch
    refused = [copy.following for copy in everybody]
    cluster.run(2)
    listed = [copy.following for copy in everybody]
    cluster.settle()
    customers.leave()
    cluster.store.changes = past  # type: ignore[method-assign]  # for those who check it all

    assert (gone.value.code, gone.value.reason) == (410, "Expired")
    assert str(gone.value).startswith(f"too old resource version: {revision} (")
    assert before == meanwhile, "who hears nothing does nothing"
    assert (any(refused), all(listed)) == (False, True)
    assert [(d.metadata.name, d.status.ready_replicas) for d in cluster.get("deployments")] == [
        ("blog", 2),
        ("new", 1),
        ("web", 5),
    ]
    assert len(cluster.get("pods")) == 8 and not {*cluster.get("pods").names} >= {*before}
    assert cluster.get("deployment/blog").metadata.uid != blog
    assert customers.lost == [], "what ran went on meanwhile"
