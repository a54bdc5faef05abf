"""Who leaves a tainted node, and when: pkg/controller/tainteviction/taint_eviction_test.go.

Left out: what only shows that Go's channels do not block (TestDeletePod, TestDeleteNode).
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Node, NodeSpec, Pod, PodSpec, Taint, Toleration
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.client.controller import Delete, Patch
from kubelite.controllers.tainteviction import TaintEvictionController, patience
from kubelite.sim.clock import SECOND, Clock
from tests.upstream.copies import Copy

FOREVER = -1
Tolerated = dict[int, int]  # taint, seconds


def taint(number: int) -> Taint:
    return Taint(key=f"testTaint{number}", value=f"test{number}", effect="NoExecute")


def pod(name: str, node: str, tolerated: Tolerated) -> Pod:
    tolerations = tuple(
        Toleration(
            key=f"testTaint{number}",
            value=f"test{number}",
            effect="NoExecute",
            toleration_seconds=None if seconds == FOREVER else seconds,
        )
        for number, seconds in tolerated.items()
    )
    return Pod(
        metadata=ObjectMeta(name=name, namespace="default", uid=name),
        spec=PodSpec(node_name=node, tolerations=tolerations),
    )


class ByNode(Copy):
    """Pods, found by their node."""

    def index(self, name: str, value: str) -> list[Any]:
        return [one for one in self.items() if one.spec.node_name == value]


class World:
    """The controller, what it reads, and when it wanted which pod gone."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.began = self.clock.now
        self.copies: dict[str, Copy] = {"nodes": Copy(), "pods": ByNode()}
        self.gone: dict[str, int] = {}
        self.events: list[str] = []
        self.controller = TaintEvictionController(self, self, self)  # type: ignore[arg-type]
        self.controller.queue = self  # type: ignore[assignment]

    def informer(self, resource: str, indexers: Any = None) -> Any:
        return self.copies[resource]

    def event(self, involved: Any, kind: str, reason: str, message: str) -> None:
        self.events.append(message)

    def add(self, key: str) -> None:
        self.gone[key.partition("/")[2]] = (self.clock.now - self.began) // SECOND
        *_, patched, deleted = self.controller.sync(key)
        assert isinstance(patched, Patch) and isinstance(deleted, Delete)

    def node(self, *taints: int) -> None:
        spec = NodeSpec(taints=tuple(taint(number) for number in taints))
        self.copies["nodes"].put("node1", Node(metadata=ObjectMeta(name="node1"), spec=spec))

    def pod(self, name: str, node: str, tolerated: Tolerated) -> None:
        self.copies["pods"].put(f"default/{name}", pod(name, node, tolerated))

    def run(self, time: int) -> None:
        self.clock.run_until(self.clock.now + time)

    @property
    def awaited(self) -> set[str]:
        return {key.partition("/")[2] for key in self.controller._timers}


# TestCreatePod, TestCreateNode: where the pod is, what it tolerates, taints of the node, is it gone
CREATED: dict[str, tuple[str, Tolerated, tuple[int, ...], bool]] = {
    "has no node": ("", {}, (), False),
    "on a node without taints": ("node1", {}, (), False),
    "on a tainted node": ("node1", {}, (1,), True),
    "tolerates it for a while": ("node1", {1: 100}, (1,), False),
    "tolerates it for ever": ("node1", {1: FOREVER}, (1,), False),
    "tolerates another": ("node1", {2: FOREVER}, (1,), True),
}


@pytest.mark.parametrize("first", ["node", "pod"])
@pytest.mark.parametrize("name", CREATED)
def test_a_pod_or_its_node_is_new(name: str, first: str) -> None:
    where, tolerated, taints, gone = CREATED[name]
    world = World()
    if first == "node":
        world.node(*taints)
    world.pod("pod1", where, tolerated)
    if first == "pod":
        world.node(*taints)
    world.run(SECOND)
    assert set(world.gone) == ({"pod1"} if gone else set())


# TestUpdatePod, on a node with taint 1: (node, tolerated) before and then, when it is gone
UPDATED: dict[str, tuple[tuple[str, Tolerated], tuple[str, Tolerated], int | None]] = {
    "gets its node": (("", {}), ("node1", {}), 0),
    "gets its node and tolerates": (("", {1: FOREVER}), ("node1", {1: FOREVER}), None),
    "tolerates no more": (("node1", {1: 100}), ("node1", {}), 0),
    "would tolerate for longer": (("node1", {1: 1}), ("node1", {1: 100}), 1),
}


@pytest.mark.parametrize("name", UPDATED)
def test_a_pod_changes(name: str) -> None:
    before, then, gone = UPDATED[name]
    world = World()
    world.node(1)
    world.pod("pod1", *before)
    world.pod("pod1", *then)
    world.run(5 * SECOND)
    assert world.gone.get("pod1") == gone


# TestUpdateNode, TestUpdateNodeWithMultiplePods: tolerated by pods, taints before and then, who is
# gone within five seconds and when
NODES: dict[str, tuple[list[Tolerated], tuple[int, ...], tuple[int, ...], dict[str, int]]] = {
    "a taint": ([{}], (), (1,), {"pod1": 0}),
    "a taint that is tolerated": ([{1: 100}], (), (1,), {}),
    "two taints, one tolerated": ([{1: 100}], (), (1, 2), {"pod1": 0}),
    "the taint goes": ([{1: 1}], (1,), (), {}),
    "the shorter toleration counts": ([{1: 1, 2: 100}], (), (1, 2), {"pod1": 1}),
    "three pods": ([{}, {1: 1}, {1: FOREVER}], (), (1,), {"pod1": 0, "pod2": 1}),
    "three pods, two taints": (
        [{}, {1: 1}, {1: FOREVER}],
        (),
        (1, 2),
        {"pod1": 0, "pod2": 0, "pod3": 0},
    ),
}


@pytest.mark.parametrize("name", NODES)
def test_a_node_changes(name: str) -> None:
    pods, before, then, gone = NODES[name]
    world = World()
    world.node(*before)
    for number, tolerated in enumerate(pods, 1):
        world.pod(f"pod{number}", "node1", tolerated)
    world.node(*then)
    world.run(5 * SECOND)
    assert world.gone == gone


def test_taints_come_and_go() -> None:
    """TestUpdateNodeWithMultipleTaints: 1 is tolerated for ever, 2 for a minute."""
    world = World()
    world.node()
    world.pod("pod1", "node1", {1: FOREVER, 2: 60})
    for taints, awaited in (((), set()), ((1,), set()), ((1, 2), {"pod1"}), ((1,), set())):
        world.node(*taints)
        assert world.awaited == awaited
    world.run(100 * SECOND)
    assert (world.gone, world.events) == ({}, ["Cancelling deletion of Pod default/pod1"])


# TestGetMinTolerationTime: tolerated for how long (None: for ever), patience
@pytest.mark.parametrize(
    ("limits", "stays"),
    [([], 0), ([None], None), ([1, 2], 1), ([1, None], 1), ([None, 1], 1)],
)
def test_patience(limits: list[int | None], stays: int | None) -> None:
    tolerations = tuple(Toleration(operator="Exists", toleration_seconds=t) for t in limits)
    assert patience(Pod(spec=PodSpec(tolerations=tolerations)), [taint(1)]) == stays


# TestEventualConsistency: pod1 is there when the taint comes; pod2, late, tolerates for so long
@pytest.mark.parametrize("bound_late", [True, False])
@pytest.mark.parametrize(("tolerated", "gone"), [({}, 0), ({1: 100}, 100)])
def test_a_pod_that_is_heard_of_late(tolerated: Tolerated, gone: int, bound_late: bool) -> None:
    world = World()
    world.node()
    world.pod("pod1", "node1", {})
    if bound_late:
        world.pod("pod2", "", tolerated)
    world.node(1)
    world.pod("pod2", "node1", tolerated)
    world.run(200 * SECOND)
    assert world.gone == {"pod1": 0, "pod2": gone}
