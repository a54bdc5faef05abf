"""Claims for devices: names, and what a controller that died in the middle finds again.

Names are those of TestSyncHandler in pkg/controller/resourceclaim/controller_test.go.
"""

from __future__ import annotations

import pytest

from kubelite import Cluster
from kubelite.controllers.resourceclaim import POD_CLAIM_NAME, prefix
from tests.cluster.test_devices import applied, claim, pod, template


@pytest.mark.parametrize(
    ("name", "entry", "wanted"),
    [
        ("test-pod", "gpu", "test-pod-gpu-"),
        ("p" * 60, "gpu", "p" * 52 + "-" + "gp"),
        ("p" * 50, "c" * 50, "p" * 27 + "-" + "c" * 27),
    ],
)
def test_the_beginning_of_a_name(name: str, entry: str, wanted: str) -> None:
    assert prefix(name, entry) == wanted
    assert len(prefix(name, entry)) <= 57


def test_a_claim_that_was_not_noted_is_found_again() -> None:
    """The one before has made it and died before it could write the pod's status."""
    cluster = applied(Cluster(nodes=1, seed=3), template())
    cluster.stop_component("kube-controller-manager")
    owned = pod("p", made_of="gpu")
    made = cluster.apply(owned)
    whole = {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": made.metadata.uid}
    meta = {
        "name": "p-gpu-abcde",
        "annotations": {POD_CLAIM_NAME: "gpu"},
        "ownerReferences": [{**whole, "controller": True}],
    }
    cluster.apply({**claim("x"), "metadata": meta})
    cluster.start_component("kube-controller-manager")
    cluster.run(10)
    assert [found.metadata.name for found in cluster.get("resourceclaims")] == ["p-gpu-abcde"]
    (status,) = cluster.get("pod/p").status.resource_claim_statuses
    assert status.resource_claim_name == "p-gpu-abcde"


def test_a_claim_that_is_deleted_is_made_again() -> None:
    cluster = applied(Cluster(nodes=1, seed=3), template(), pod("p", made_of="gpu"))
    (first,) = cluster.get("resourceclaims")
    cluster.delete(f"resourceclaim/{first.metadata.name}")
    cluster.run(10)
    (second,) = cluster.get("resourceclaims")
    assert second.metadata.uid != first.metadata.uid
    (status,) = cluster.get("pod/p").status.resource_claim_statuses
    assert status.resource_claim_name == second.metadata.name
