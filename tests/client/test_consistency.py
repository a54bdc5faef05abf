"""Writes that have not been read yet: the cases of upstream's own table, and what they are for.

Cases after pkg/controller/util/consistency/consistency_test.go (TestOwnerRecord_WroteAt,
TestOwnerRecord_IsReady, TestConsistencyStore_IsReady).
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.apps_v1 import DaemonSet
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.client.consistency import ConsistencyError, ConsistencyStore
from kubelite.client.informer import Informer
from tests import manifests
from tests.client.conftest import Bench

OWNER = "default/web"
PODS, DAEMONS = "pods", "daemonsets.apps"
KINDS: dict[str, Any] = {PODS: Pod, DAEMONS: DaemonSet}


class Copies:
    """A store over copies whose revisions a test sets."""

    def __init__(self, bench: Bench):
        self.informers = {name: Informer(bench.client, name) for name in KINDS}
        self.store = ConsistencyStore(*self.informers.values())

    def wrote(self, resource: str, revision: int) -> None:
        meta = ObjectMeta(name="web", namespace="default", resource_version=str(revision))
        self.store.wrote(OWNER, KINDS[resource](metadata=meta))

    def read(self, resource: str, revision: int) -> None:
        self.informers[resource]._revision = revision

    def ready(self) -> bool:
        try:
            self.store.ensure_ready(OWNER)
        except ConsistencyError:
            return False
        return True


@pytest.fixture
def copies(bench: Bench) -> Copies:
    return Copies(bench)


@pytest.mark.parametrize(
    ("written", "read", "ready"),
    [
        ([], [], True),
        ([(PODS, 10)], [(PODS, 5)], False),
        ([(PODS, 10)], [(PODS, 10)], True),
        ([(PODS, 10)], [(PODS, 15)], True),
        ([(PODS, 10), (DAEMONS, 100)], [(PODS, 15), (DAEMONS, 50)], False),
        ([(PODS, 10), (DAEMONS, 100)], [(PODS, 15), (DAEMONS, 100)], True),
        ([(PODS, 5), (PODS, 10)], [(PODS, 7)], False),
        ([(PODS, 10), (PODS, 8)], [(PODS, 9)], False),
        ([(PODS, 10), (DAEMONS, 1)], [(PODS, 10), (DAEMONS, 1)], True),
    ],
    ids=[
        *("no write", "read lower", "read equal", "read higher", "one of two", "both"),
        *("a second write", "the higher one counts", "each kind by itself"),
    ],
)
def test_ready_when_all_that_was_written_has_been_read(
    copies: Copies, written: list[tuple[str, int]], read: list[tuple[str, int]], ready: bool
) -> None:
    for resource, revision in written:
        copies.wrote(resource, revision)
    for resource, revision in read:
        copies.read(resource, revision)
    assert copies.ready() is ready
    assert copies.store.skips == (not ready)


def test_what_has_been_read_is_forgotten(copies: Copies) -> None:
    copies.wrote(PODS, 10)
    copies.read(PODS, 10)
    assert copies.ready()
    copies.read(PODS, 5)
    assert copies.ready(), "no record is left"


def test_a_kind_without_a_copy_is_not_waited_for(bench: Bench) -> None:
    store = ConsistencyStore(Informer(bench.client, DAEMONS))
    meta = ObjectMeta(name="web", namespace="default", resource_version="10")
    store.wrote(OWNER, Pod(metadata=meta))
    store.ensure_ready(OWNER)


def test_the_error_says_what_has_not_been_read(copies: Copies) -> None:
    copies.wrote(PODS, 10)
    copies.read(PODS, 5)
    with pytest.raises(ConsistencyError, match="read version: 5 is not as new as .* 10 for .*pods"):
        copies.store.ensure_ready(OWNER)


@pytest.mark.parametrize(
    "controller",
    ["replicaset-controller", "daemonset-controller", "statefulset-controller", "job-controller"],
)
def test_a_crash_forgets_what_was_written(controller: str) -> None:
    found = Cluster(nodes=1).controllers[controller]
    meta = ObjectMeta(name="web", namespace="default", resource_version="1000000")
    found.consistency.wrote(OWNER, Pod(metadata=meta))
    found.crash()
    found.consistency.ensure_ready(OWNER)


def test_a_replica_set_writes_to_no_version_that_is_gone() -> None:
    """Without, two of five of its status updates in a rollout were conflicts."""
    cluster = Cluster(nodes=3)
    cluster.apply(manifests.deployment(replicas=3))
    cluster.run_until("deployment/web ready")
    cluster.scale("deployment/web", 5)
    cluster.run(30)
    updates = "update", "replicasets.apps", "status"
    assert cluster.api.requests[*updates, 200] > 5
    assert (*updates, 409) not in cluster.api.requests
    assert cluster.controllers["replicaset-controller"].consistency.skips > 0
