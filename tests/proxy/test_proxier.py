"""Which backends stand behind a Service port. Facts from pkg/proxy: topology_test.go,
endpointslicecache_test.go and proxier_test.go (iptables).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from kubelite.api import core_v1
from kubelite.api.discovery_v1 import EndpointSlice
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import convert, replace
from kubelite.client import Client, Informer
from kubelite.proxy import Proxier
from kubelite.proxy.proxier import rules_for
from kubelite.sim.chance import Chance
from kubelite.sim.clock import MILLISECOND, Clock
from tests.apiserver.conftest import Desk

SLICES = "endpointslices.discovery.k8s.io"
SERVICE = core_v1.Service(metadata=ObjectMeta(name="web", namespace="default"))

READY = {"ready": True, "serving": True, "terminating": False}
STARTING = {"ready": False, "serving": False, "terminating": False}
LEAVING = {"ready": False, "serving": True, "terminating": True}
BROKEN_AND_LEAVING = {"ready": False, "serving": False, "terminating": True}


def endpoint(number: int, conditions: dict[str, bool]) -> dict[str, Any]:
    return {
        "addresses": [f"10.0.0.{number}"],
        "conditions": conditions,
        "nodeName": f"node-{number}",
        "targetRef": {"kind": "Pod", "name": f"pod-{number}"},
    }


def a_slice(*endpoints: dict[str, Any], name: str = "web-1", **port: Any) -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": name,
            "namespace": "default",
            "labels": {"kubernetes.io/service-name": "web"},
        },
        "addressType": "IPv4",
        "ports": [{"name": "", "port": 8080, "protocol": "TCP", **port}],
        "endpoints": [*endpoints],
    }


def pods(*slices: dict[str, Any], port: str = "") -> list[str]:
    rules = rules_for(convert(EndpointSlice, one) for one in slices)
    return [backend.pod for backend in rules.get(f"default/web:{port}", ())]


@pytest.mark.parametrize(
    ("conditions", "chosen"),
    [
        ([READY, READY], ["pod-0", "pod-1"]),
        ([READY, STARTING], ["pod-0"]),
        ([READY, LEAVING], ["pod-0"]),
        ([LEAVING, STARTING], ["pod-0"]),
        ([LEAVING, BROKEN_AND_LEAVING], ["pod-0"]),
        ([STARTING, BROKEN_AND_LEAVING], []),
        ([{}, STARTING], ["pod-0"]),  # unknown means ready
        ([{"ready": False, "terminating": True}], ["pod-0"]),  # and unknown means serving
        ([], []),
    ],
)
def test_ready_endpoints_and_otherwise_those_that_still_serve(
    conditions: list[dict[str, bool]], chosen: list[str]
) -> None:
    assert pods(a_slice(*(endpoint(n, c) for n, c in enumerate(conditions)))) == chosen


def test_all_slices_of_a_service_count_together() -> None:
    first, second = a_slice(endpoint(1, READY)), a_slice(endpoint(2, LEAVING), name="web-2")
    assert pods(first, second) == ["pod-1"], "a ready endpoint in one slice is enough for all"


def test_each_port_has_its_own_backends() -> None:
    rules = rules_for(
        [
            convert(EndpointSlice, a_slice(endpoint(1, READY), name="http", port=80)),
            convert(
                EndpointSlice,
                a_slice(endpoint(1, READY), name="other") | {"ports": [{"name": "b", "port": 9}]},
            ),
        ]
    )
    assert {key: [b.port for b in found] for key, found in rules.items()} == {
        "default/web:": [80],
        "default/web:b": [9],
    }


class Node:
    """One proxier, following a real server."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.clock: Clock = self.desk.clock
        self.slices = Informer(Client(self.desk.api, self.clock, "kube-proxy"), SLICES)
        self.slices.start()
        self.proxier = Proxier(self.clock, self.slices, Chance(7).stream("kube-proxy"))
        self.wait(2_000)

    def wait(self, milliseconds: int) -> None:
        self.clock.run_until(self.clock.now + milliseconds * MILLISECOND)

    def pods(self) -> list[str]:
        return [b.pod for b in self.proxier.rules.get("default/web:", ())]


@pytest.fixture
def node() -> Node:
    return Node()


def test_rules_follow_soon_and_then_at_most_once_a_second(node: Node) -> None:
    node.desk.create(a_slice(endpoint(1, READY)))
    assert node.pods() == []
    node.wait(20)
    assert node.pods() == ["pod-1"], "the first change after a quiet time is written at once"
    node.desk.ask("update", "endpointslices/web-1", a_slice(endpoint(2, READY)))
    node.wait(500)
    assert node.pods() == ["pod-1"], "the next one waits until a second is over"
    node.wait(600)
    assert node.pods() == ["pod-2"]
    node.desk.ask("delete", "endpointslices/web-1")
    node.wait(1_100)
    assert node.pods() == []


def test_each_connection_is_a_new_draw(node: Node) -> None:
    node.desk.create(a_slice(*(endpoint(n, READY) for n in range(4))))
    node.wait(20)
    picks = [node.proxier.pick(SERVICE, "") for _ in range(4_000)]
    counts = Counter(backend.pod for backend in picks if backend)
    assert sorted(counts) == ["pod-0", "pod-1", "pod-2", "pod-3"]
    assert all(850 < count < 1_150 for count in counts.values()), counts
    turns = [a == b for a, b in zip(picks, picks[1:], strict=False)]
    assert 0.2 < sum(turns) / len(turns) < 0.3, "by chance, not in turn"


def test_the_same_seed_draws_the_same() -> None:
    def draws() -> list[Any]:
        node = Node()
        node.desk.create(a_slice(*(endpoint(n, READY) for n in range(4))))
        node.wait(20)
        return [node.proxier.pick(SERVICE, "") for _ in range(50)]

    assert draws() == draws()


def test_nobody_there_is_nobody_picked(node: Node) -> None:
    assert node.proxier.pick(SERVICE, "") is None
    node.desk.create(a_slice(endpoint(1, READY)))
    node.wait(20)
    assert node.proxier.pick(SERVICE, "another-port") is None


def locally(number: int, here: bool, conditions: dict[str, bool]) -> dict[str, Any]:
    return endpoint(number, conditions) | {"nodeName": "here" if here else "there"}


@pytest.mark.parametrize(
    ("endpoints", "cluster", "local"),
    [
        ([], [], []),
        ([(False, READY), (False, READY)], ["pod-0", "pod-1"], []),
        ([(True, READY), (True, READY)], ["pod-0", "pod-1"], ["pod-0", "pod-1"]),
        ([(True, READY), (False, READY)], ["pod-0", "pod-1"], ["pod-0"]),
        ([(True, STARTING), (False, READY)], ["pod-1"], []),
        ([(True, LEAVING), (False, READY)], ["pod-1"], ["pod-0"]),
        ([(True, LEAVING), (False, LEAVING)], ["pod-0", "pod-1"], ["pod-0"]),
        ([(True, BROKEN_AND_LEAVING), (False, LEAVING)], ["pod-1"], []),
    ],
)
def test_local_endpoints_fall_back_on_their_own(
    endpoints: list[tuple[bool, dict[str, bool]]], cluster: list[str], local: list[str]
) -> None:
    made = [locally(n, here, c) for n, (here, c) in enumerate(endpoints)]
    slices = [convert(EndpointSlice, a_slice(*made))]
    for node, wanted in (("", cluster), ("here", local)):
        found = rules_for(slices, node).get("default/web:", ())
        assert [backend.pod for backend in found] == wanted


def test_a_local_policy_drops_what_only_others_could_serve(node: Node) -> None:
    node.proxier.node = "here"
    local = replace(SERVICE, spec=core_v1.ServiceSpec(internal_traffic_policy="Local"))
    assert not node.proxier.drops(local, ""), "without any endpoint it is refused, not lost"
    node.desk.create(a_slice(locally(1, False, READY)))
    node.wait(1_100)
    assert node.proxier.pick(local, "") is None
    assert node.proxier.drops(local, "")
    assert not node.proxier.healthy(local)
    assert node.proxier.pick(local, "", external=True) is not None, "outside the other policy holds"
    node.desk.ask("update", "endpointslices/web-1", a_slice(locally(2, True, READY)))
    node.wait(1_100)
    chosen = node.proxier.pick(local, "")
    assert chosen is not None and chosen.pod == "pod-2"
    assert node.proxier.healthy(local)
