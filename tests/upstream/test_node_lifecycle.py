"""The cases of upstream's node_lifecycle_controller_test.go: node_lifecycle.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kubelite.api.coordination_v1 import Lease, LeaseSpec
from kubelite.api.core_v1 import Node, NodeCondition, NodeSpec, NodeStatus, Pod, Taint
from kubelite.apimachinery import errors
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import MicroTime, Time
from kubelite.client.controller import Update
from kubelite.controllers.nodelifecycle import (
    EXCLUDED,
    LEASES,
    NodeLifecycleController,
    zone_of,
    zone_state,
)
from kubelite.sim.clock import SECOND, Clock
from tests.controllers.objects import NOW, pod
from tests.upstream.copies import Copy

CASES = yaml.safe_load(Path(__file__).with_name("node_lifecycle.yaml").read_text())
LONG = -90_000_000
PREFIX = "node.kubernetes.io/"
Case = dict[str, Any]


def why(case: Case) -> str:
    return str(case["why"])


class World:
    """The controller, the copies it reads, and a clock that only the test moves."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.copies: dict[str, Copy] = {}
        self.events: list[str] = []
        self.controller = NodeLifecycleController(self, self, self)  # type: ignore[arg-type]
        self.nodes, self.pods = self.copies["nodes"], self.copies["pods"]

    def informer(self, resource: str, indexers: Any = None) -> Any:
        return self.copies.setdefault(resource, Copy(resource))

    def get(self, resource: str, name: str, namespace: str) -> Any:
        """The server knows what the copy shows."""
        found = self.copies[resource].get(f"{namespace}/{name}")
        if found is None:
            raise errors.not_found(resource, name)
        return found

    def event(self, involved: Any, kind: str, reason: str, message: str) -> None:
        self.events.append(reason)

    def renew(self, at: int) -> None:
        lease = Lease(spec=LeaseSpec(renew_time=MicroTime(NOW + at * SECOND)))
        self.copies["leases.coordination.k8s.io"].found[f"{LEASES}/node0"] = lease

    def updates(self, kind: type[Any]) -> list[Any]:
        actions = self.controller.sync("node0")
        return [a.obj for a in actions if isinstance(a, Update) and isinstance(a.obj, kind)]


def node(
    name: str = "node0",
    labels: dict[str, str] | None = None,
    conditions: dict[str, str] | None = None,
    beat: int = 0,
    created: int = LONG,
) -> Node:
    moment = Time(NOW + beat * SECOND)
    return Node(
        metadata=ObjectMeta(
            name=name, labels=labels or {}, creation_timestamp=Time(NOW + created * SECOND)
        ),
        status=NodeStatus(
            conditions=tuple(
                NodeCondition(
                    type=kind,
                    status=status,
                    last_heartbeat_time=moment,
                    last_transition_time=moment,
                )
                for kind, status in (conditions or {}).items()
            )
        ),
    )


def zoned(text: str) -> list[Node]:
    nodes = []
    for place, each in enumerate(text.split()):
        zone, _, ready = each.partition(":")
        labels = {"topology.kubernetes.io/zone": zone} if zone else {}
        if ready.endswith("!"):
            labels[EXCLUDED] = ""
        conditions = {} if ready == "-" else {"Ready": ready.rstrip("!")}
        nodes.append(node(f"node{place}", labels, conditions))
    return nodes


@pytest.mark.parametrize("case", CASES["zones"], ids=why)
def test_zones(case: Case) -> None:
    world = World()
    for nodes, expected in ((case["nodes"], case["states"]), (case["then"], case["after"])):
        for each in zoned(nodes):
            world.nodes.put(each.metadata.name, each)
        found = {zone: zone_state(*counts) for zone, counts in world.controller.zones.items()}
        assert found == {f"/{zone}" if zone else "": state for zone, state in expected.items()}


def said(case: Case, created: int) -> Node:
    if "ready" not in case:
        return node(created=created)
    return node(conditions={"Ready": "True"}, beat=case["ready"], created=created)


@pytest.mark.parametrize("case", CASES["health"], ids=why)
def test_health(case: Case) -> None:
    world, created = World(), LONG if case["created"] == "LONG" else case["created"]
    if isinstance(case.get("lease"), int):
        world.renew(case["lease"])
    world.nodes.put("node0", said(case, created))
    world.pods.found["default/pod0"] = pod("pod0", "node0", ready=True, ready_since=0)
    if "then" in case:
        assert not [n for n in world.updates(Node) if len(n.status.conditions) == 4]
        world.clock.now += case["pass"] * SECOND
        if "lease" in case["then"]:
            world.renew(case["then"]["lease"])
        world.nodes.put("node0", said(case["then"], created))
    doubted = [n for n in world.updates(Node) if len(n.status.conditions) == 4]
    assert bool(doubted) is ("found" in case)
    for each in doubted:
        reasons = [c.reason for c in each.status.conditions]
        first = "NodeStatusUnknown" if case["found"] == "stopped" else "NodeStatusNeverUpdated"
        assert reasons == [first] + ["NodeStatusNeverUpdated"] * 3
        assert {c.status for c in each.status.conditions} == {"Unknown"}
        assert {c.last_transition_time for c in each.status.conditions} == {Time(world.clock.now)}
        beats = [c.last_heartbeat_time for c in each.status.conditions]
        assert beats[1:] == [each.metadata.creation_timestamp] * 3
        world.nodes.put("node0", each)
    if "marked" in case:
        assert bool(world.updates(Pod)) is case["marked"]


@pytest.mark.parametrize("case", CASES["taints"], ids=why)
def test_taints(case: Case) -> None:
    world = World()
    if not case.get("alone"):
        world.nodes.put("node1", node("node1", conditions={"Ready": "True"}))
    before = []
    for text in case.get("before", ()):
        key, _, effect = text.partition(":")
        before.append(Taint(key=PREFIX + key, effect=effect))
    world.renew(0)
    found = replace(node(conditions=case["conditions"]), spec=NodeSpec(taints=tuple(before)))
    world.nodes.put("node0", found)
    (changed,) = world.updates(Node) or [found]
    taints = [f"{t.key.removeprefix(PREFIX)}:{t.effect}" for t in changed.spec.taints]
    assert sorted(taints) == case["taints"]


@pytest.mark.parametrize("case", CASES["excluded"], ids=why)
def test_excluded(case: Case) -> None:
    world, one = World(), node(case.get("name", "node0"), case["labels"])
    world.nodes.put(one.metadata.name, one)
    assert (world.controller.zones == {}) is case.get("excluded", False)


def test_a_node_is_registered_once() -> None:
    """TestNodeEventGeneration."""
    world = World()
    world.nodes.put("node0", node(conditions={"Ready": "Unknown"}))
    assert world.events == ["RegisteredNode"]


def test_zones_of_one_name_in_two_regions_are_two() -> None:
    region, zone = "topology.kubernetes.io/region", "topology.kubernetes.io/zone"
    nodes = [node(labels={region: name, zone: "a"}) for name in "xy"]
    assert list(map(zone_of, nodes)) == ["x/a", "y/a"]
