"""A node is doubted only when the server itself has no newer lease of it than the copy has.

After tryUpdateNodeHealth of pkg/controller/nodelifecycle/node_lifecycle_controller.go (feature gate
NodeControllerLeaseCircuitBreaker, on since 1.37).
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.conditions import node_ready
from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import Request, Response
from kubelite.controllers.nodelifecycle import NOT_READY

LEASES = "leases.coordination.k8s.io"
ASKED = "get", LEASES, "", 200
LONG = 120


def doubted(cluster: Cluster) -> list[str]:
    return [node.metadata.name for node in cluster.get("nodes") if not node_ready(node)]


def asked(cluster: Cluster) -> int:
    return int(cluster.api.requests.get(ASKED, 0))


class Calls:
    """The server, but for leases: ``answer`` is what those who ask for one get."""

    def __init__(self, cluster: Cluster, answer: errors.StatusError):
        self._api = cluster.api
        self._answer = answer
        self.names: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    def handle(self, request: Request) -> Response:
        if (request.verb, request.resource) != ("get", LEASES):
            return self._api.handle(request)
        self.names.append(request.name)
        return Response(self._answer.code, self._answer.status)


def test_while_all_is_well_nobody_asks_for_a_lease(cluster: Cluster) -> None:
    cluster.run(10)
    before = asked(cluster)
    cluster.run(600)
    assert asked(cluster) == before


def test_a_copy_that_stands_still_makes_no_node_silent(cluster: Cluster) -> None:
    """One answer is enough: as long as the copy is behind it, nobody is judged, nor asked for."""
    leases = cluster.controllers["node-controller"].leases
    cluster.run(10)
    before = asked(cluster)
    leases.stop()
    cluster.run(LONG)
    assert doubted(cluster) == []
    assert asked(cluster) == before + 1
    leases.start()
    cluster.run(LONG)
    assert doubted(cluster) == []
    assert asked(cluster) == before + 1


def test_who_is_really_silent_is_found_when_the_copy_has_caught_up(cluster: Cluster) -> None:
    leases = cluster.controllers["node-controller"].leases
    cluster.run(10)
    leases.stop()
    cluster.run(30)
    cluster.kill_node("node-2")
    cluster.run(LONG)
    assert doubted(cluster) == []
    leases.start()
    cluster.run(10)
    assert doubted(cluster) == []  # its last renewals have only just been read
    cluster.run(50)
    assert doubted(cluster) == ["node-2"]


def test_a_lease_that_is_gone_proves_nothing(cluster: Cluster) -> None:
    cluster.run(10)
    cluster.kill_node("node-2")
    cluster.run(1)
    cluster.controllers["node-controller"].leases.stop()
    cluster.delete("lease/node-2", namespace="kube-node-lease")
    cluster.run(60)
    assert "node-2" in doubted(cluster)
    cluster.controllers["node-controller"].leases.start()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (errors.not_found(LEASES, "node-2"), ["node-2"]),
        (errors.service_unavailable("etcd has no leader"), []),
        (errors.too_many_requests("later", 1), []),
    ],
    ids=["no such lease", "no answer", "too many"],
)
def test_not_being_answered_is_no_answer(
    cluster: Cluster, answer: errors.StatusError, expected: list[str]
) -> None:
    """The node is left alone until the next look, in 5 s; the others are judged all the same."""
    controller = cluster.controllers["node-controller"]
    calls = controller.client.api = Calls(cluster, answer)
    cluster.kill_node("node-2")
    cluster.run(70)
    assert doubted(cluster) == expected
    assert 0 < len(calls.names) < 7
    assert {*calls.names} == {"node-2"}
    controller.client.api = cluster.api
    cluster.run(6)
    assert doubted(cluster) == ["node-2"]


def test_the_controller_may_ask() -> None:
    cluster = Cluster(nodes=2, rbac=True)
    cluster.kill_node("node-2")
    cluster.run(70)
    assert doubted(cluster) == ["node-2"]


def test_what_kubelets_say_counts_all_the_while(cluster: Cluster) -> None:
    leases = cluster.controllers["node-controller"].leases
    cluster.run(10)
    leases.stop()
    cluster.run(LONG)
    cluster.shut_down_node("node-2", grace=5, critical=2)
    cluster.run(1)
    taints = {(taint.key, taint.effect) for taint in cluster.get("node/node-2").spec.taints}
    assert taints == {(NOT_READY, "NoSchedule"), (NOT_READY, "NoExecute")}
    leases.start()
