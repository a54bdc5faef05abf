"""The invariants themselves: each must notice what it is there for."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time
from tests import invariants
from tests.manifests import deployment, service


@pytest.fixture
def served() -> Cluster:
    cluster = Cluster()
    cluster.apply(deployment())
    cluster.apply(service())
    cluster.run_until("deployment/web ready")
    cluster.run(10)
    return cluster


def tamper(cluster: Cluster, what: str, **meta: Any) -> tuple[str, Any]:
    """The key of an object and the object, to be written behind the server's back."""
    store = cluster._world.store
    key = next(kv.key for kv in store.range(f"/registry/{what}/default/"))
    found = store.get(key)
    assert found is not None
    version = str(store.revision + 1)
    changed = replace(found.value.metadata, resource_version=version, **meta)
    return key, replace(found.value, metadata=changed)


def noticed(cluster: Cluster, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        invariants.check(cluster)


def test_a_wrong_resource_version(served: Cluster) -> None:
    key, pod = tamper(served, "pods")
    meta = replace(pod.metadata, resource_version="1")
    served._world.store.put(key, replace(pod, metadata=meta))
    noticed(served, r"^seed 7:\n2\. ")


def test_a_spec_that_changes_uncounted(served: Cluster) -> None:
    key, found = tamper(served, "deployments.apps")
    served._world.store.put(key, replace(found, spec=replace(found.spec, replicas=9)))
    noticed(served, "its spec changed and its generation did not")


def test_a_pod_that_moves(served: Cluster) -> None:
    key, pod = tamper(served, "pods")
    served._world.store.put(key, replace(pod, spec=replace(pod.spec, node_name="node-9")))
    noticed(served, "bound twice")


def test_a_deletion_taken_back(served: Cluster) -> None:
    key, pod = tamper(served, "pods", deletion_timestamp=Time(served.clock.now))
    served._world.store.put(key, pod)
    key, pod = tamper(served, "pods", deletion_timestamp=None)
    served._world.store.put(key, pod)
    noticed(served, "16. A deletionTimestamp is never cleared")


def test_a_phase_that_goes_back(served: Cluster) -> None:
    key, pod = tamper(served, "pods")
    served._world.store.put(key, replace(pod, status=replace(pod.status, phase="Pending")))
    noticed(served, "went from Running back to Pending")


def test_a_slice_that_forgets_a_pod(served: Cluster) -> None:
    key, found = tamper(served, "endpointslices.discovery.k8s.io")
    served._world.store.put(key, replace(found, endpoints=found.endpoints[1:]))
    noticed(served, "0 times")


def test_a_slice_that_lists_a_pod_twice(served: Cluster) -> None:
    key, found = tamper(served, "endpointslices.discovery.k8s.io")
    twice = (*found.endpoints, found.endpoints[0])
    served._world.store.put(key, replace(found, endpoints=twice))
    noticed(served, "2 times")


def test_an_orphan_that_nobody_collects(served: Cluster) -> None:
    served._world.store.delete("/registry/deployments.apps/default/web")
    served._control_plane.controllers.controllers["garbage-collector-controller"].crash()
    served.clock.now += 2 * invariants.COLLECTION
    noticed(served, "has had no owner for")


def test_two_managing_owners(served: Cluster) -> None:
    key, pod = tamper(served, "pods")
    (owner,) = pod.metadata.owner_references
    both = (owner, replace(owner, uid="another"))
    served._world.store.put(
        key, replace(pod, metadata=replace(pod.metadata, owner_references=both))
    )
    noticed(served, "has two managing owners")
