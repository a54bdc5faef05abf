"""Devices for claims, node by node: from TestAllocator's table in
k8s.io/dynamic-resource-allocation/structured/internal/allocatortesting/allocator_testing.go
(each case by its name there), and from cel/compile_test.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from kubelite.api.resource_v1 import AllocationResult, Device, DeviceClass, ResourceClaim
from kubelite.api.resource_v1 import ResourceSlice as Slice
from kubelite.apimachinery.struct import convert
from kubelite.scheduler.structured.allocator import AllocationError, Allocator
from kubelite.scheduler.structured.cel import SelectorError, device_matches
from kubelite.scheduler.structured.pools import DeviceID
from kubelite.scheduler.types import NodeInfo
from tests.scheduler.objects import node

A, B = "driver-a", "driver-b"
NODE_1 = "node-1"
REGION = {"key": "region", "operator": "In", "values": ["west"]}


def device_class(name: str = "class-a", driver: str = A) -> DeviceClass:
    chosen = [{"cel": {"expression": f'device.driver == "{driver}"'}}]
    return convert(DeviceClass, {"metadata": {"name": name}, "spec": {"selectors": chosen}})


CLASSES = {"class-a": device_class(), "class-b": device_class("class-b", B)}


def request(name: str = "req-0", count: int = 1, of: str = "class-a", **more: Any) -> Any:
    asked = {"deviceClassName": of, "allocationMode": "ExactCount", "count": count} | more
    return {"name": name, "exactly": asked}


def ways(*found: tuple[str, int, str]) -> Any:
    listed = [
        {"name": name, "deviceClassName": of, "allocationMode": "ExactCount", "count": count}
        for name, count, of in found
    ]
    return {"name": "req-0", "firstAvailable": listed}


def claim(name: str = "claim-0", *requests: Any, match: Sequence[str] = ()) -> ResourceClaim:
    spec: dict[str, Any] = {"requests": list(requests or (request(),))}
    spec["constraints"] = [{"matchAttribute": attribute} for attribute in match]
    meta = {"name": name, "namespace": "default"}
    return convert(ResourceClaim, {"metadata": meta, "spec": {"devices": spec}})


def device(name: str, **about: Any) -> dict[str, Any]:
    return {"name": name, **about}


def pool(
    name: str, *devices: dict[str, Any], driver: str = A, generation: int = 1, **more: Any
) -> Slice:
    of = {"name": f"pool-{name}", "generation": generation, "resourceSliceCount": 1}
    of |= more.pop("pool", {})
    where = more or {"nodeName": NODE_1}
    spec = {"driver": driver, "pool": of, "devices": list(devices), **where}
    return convert(Slice, {"metadata": {"name": f"slice-{name}"}, "spec": spec})


ONE = pool("1", device("device-1"))
TWO = pool("1", device("device-1"), device("device-2"))


def search(
    claims: Sequence[ResourceClaim], slices: Sequence[Slice], taken: Sequence[DeviceID] = ()
) -> list[AllocationResult] | None:
    here = NodeInfo(NODE_1)
    here.set_node(node(NODE_1, labels={"region": "west"}))
    return Allocator(claims, set(taken), CLASSES.get, slices, {}).allocate(here)


def found(
    claims: Sequence[ResourceClaim], *slices: Slice, taken: Sequence[DeviceID] = ()
) -> list[list[str]] | None:
    results = search(claims, slices, taken)
    if results is None:
        return None
    return [[f"{r.request}:{r.device}" for r in one.devices.results] for one in results]


def numa(*numbers: int) -> list[dict[str, Any]]:
    key = f"{A}/numa"
    return [
        device(f"device-{place}", attributes={key: {"int": number}})
        for place, number in enumerate(numbers, 1)
    ]


@pytest.mark.parametrize(
    ("name", "claims", "slices", "wanted"),
    [
        ("simple", [claim()], [ONE], [["req-0:device-1"]]),
        ("other-node", [claim()], [pool("1", device("device-1"), nodeName="node-2")], None),
        ("no-slices", [claim()], [], None),
        ("not-enough-suitable-devices", [claim("c", request(count=2))], [ONE], None),
        (
            "multiple-devices-one-claim",
            [claim("c", request(count=2))],
            [TWO],
            [["req-0:device-1", "req-0:device-2"]],
        ),
        (
            "other-driver",
            [claim("c", request(of="class-b"))],
            [ONE, pool("2", device("device-9"), driver=B)],
            [["req-0:device-9"]],
        ),
        (
            "two claims",
            [claim("a"), claim("b")],
            [TWO],
            [["req-0:device-1"], ["req-0:device-2"]],
        ),
        ("two claims, one device", [claim("a"), claim("b")], [ONE], None),
        (
            "obsolete-slice",
            [claim()],
            [pool("1", device("old")), pool("1", device("new"), generation=2)],
            [["req-0:new"]],
        ),
        (
            "incomplete pool",
            [claim()],
            [pool("1", device("d"), pool={"resourceSliceCount": 2})],
            None,
        ),
        ("duplicate-devices", [claim()], [pool("1", device("d"), device("d"))], None),
        (
            "all-devices-many",
            [claim("c", request(allocationMode="All", count=0))],
            [TWO],
            [["req-0:device-1", "req-0:device-2"]],
        ),
        ("all-devices-no-solution", [claim("c", request(allocationMode="All", count=0))], [], None),
        (
            "with-constraint",
            [claim("c", request(count=2), match=[f"{A}/numa"])],
            [pool("1", *numa(1, 2, 2))],
            [["req-0:device-2", "req-0:device-3"]],
        ),
        (
            "with-constraint-for-all, two requests",
            [claim("c", request("a"), request("b"), match=[f"{A}/numa"])],
            [pool("1", *numa(1, 2, 2))],
            [["a:device-2", "b:device-3"]],
        ),
        (
            "with-constraint-not-matching",
            [claim("c", request(count=2), match=[f"{A}/numa"])],
            [pool("1", *numa(1, 2))],
            None,
        ),
        (
            "with-constraint-missing-attribute",
            [claim("c", match=[f"{A}/numa"])],
            [ONE],
            None,
        ),
        (
            "prioritized-list-first-unavailable",
            [claim("c", ways(("sub-0", 1, "class-b"), ("sub-1", 1, "class-a")))],
            [ONE],
            [["req-0/sub-1:device-1"]],
        ),
        (
            "prioritized-list-first-available",
            [claim("c", ways(("sub-0", 1, "class-b"), ("sub-1", 1, "class-a")))],
            [ONE, pool("2", device("device-9"), driver=B)],
            [["req-0/sub-0:device-9"]],
        ),
        (
            "prioritized-list-none-available",
            [claim("c", ways(("sub-0", 2, "class-b"), ("sub-1", 2, "class-a")))],
            [ONE],
            None,
        ),
        (
            "max-number-devices",
            [claim("c", request(count=33))],
            [pool("1", *[device(f"d-{n}") for n in range(64)])],
            None,
        ),
        ("all nodes", [claim()], [pool("1", device("d"), allNodes=True)], [["req-0:d"]]),
        (
            "network-attached-device",
            [claim()],
            [
                pool(
                    "1",
                    device("d"),
                    nodeSelector={"nodeSelectorTerms": [{"matchExpressions": [REGION]}]},
                )
            ],
            [["req-0:d"]],
        ),
        (
            "per-device node selection",
            [claim()],
            [
                pool(
                    "1",
                    device("far", nodeName="node-2"),
                    device("near", nodeName=NODE_1),
                    perDeviceNodeSelection=True,
                )
            ],
            [["req-0:near"]],
        ),
        (
            "tainted-one-device-no-toleration",
            [claim()],
            [pool("1", device("d", taints=[{"key": "k", "value": "v", "effect": "NoSchedule"}]))],
            None,
        ),
        (
            "capacity of a device",
            [claim("c", request(capacity={"requests": {"memory": "50Gi"}}))],
            [
                pool(
                    "1",
                    device("small", capacity={"memory": {"value": "40Gi"}}),
                    device("large", capacity={"memory": {"value": "80Gi"}}),
                )
            ],
            [["req-0:large"]],
        ),
    ],
)
def test_allocation(
    name: str, claims: list[ResourceClaim], slices: list[Slice], wanted: list[list[str]] | None
) -> None:
    assert found(claims, *slices) == wanted


def test_what_others_have_is_not_given() -> None:
    first = DeviceID(A, "pool-1", "device-1")
    assert found([claim()], TWO, taken=[first]) == [["req-0:device-2"]]
    everything = claim("c", request(allocationMode="All", count=0))
    assert found([everything], TWO, taken=[first]) is None
    watching = claim("c", request(allocationMode="All", count=0, adminAccess=True))
    assert found([watching], TWO, taken=[first]) == [["req-0:device-1", "req-0:device-2"]]


def test_partitions_of_a_device_draw_from_the_same_counters() -> None:
    """partitionable-devices-single-device and its neighbours."""
    drawing = {"counterSet": "gpu", "counters": {"memory": {"value": "18Gi"}}}
    parts = pool(
        "1",
        *[device(f"part-{n}", consumesCounters=[drawing]) for n in range(3)],
        pool={"resourceSliceCount": 2},
    )
    counters = {"name": "gpu", "counters": {"memory": {"value": "40Gi"}}}
    of = {"name": "pool-1", "generation": 1, "resourceSliceCount": 2}
    spec = {"driver": A, "pool": of, "nodeName": NODE_1, "sharedCounters": [counters]}
    whole = convert(Slice, {"metadata": {"name": "counters"}, "spec": spec})
    assert found([claim("c", request(count=2))], parts, whole) == [["req-0:part-0", "req-0:part-1"]]
    assert found([claim("c", request(count=3))], parts, whole) is None
    one = DeviceID(A, "pool-1", "part-0")
    assert found([claim("c", request(count=2))], parts, whole, taken=[one]) is None


def test_where_the_result_can_be_used() -> None:
    (local,) = search([claim()], [ONE]) or ()
    assert local.node_selector is not None
    (term,) = local.node_selector.node_selector_terms
    assert term.match_fields[0].values == (NODE_1,)
    (everywhere,) = search([claim()], [pool("1", device("d"), allNodes=True)]) or ()
    assert everywhere.node_selector is None


@pytest.mark.parametrize(
    ("asked", "slices", "words"),
    [
        (request(of="nothing"), [ONE], "could not retrieve device class nothing"),
        (
            request(allocationMode="All", count=0),
            [pool("1", device("d"), pool={"resourceSliceCount": 2})],
            "asks for all devices, but resource pool driver-a/pool-1 is currently being updated",
        ),
        (
            request(selectors=[{"cel": {"expression": "device.attributes['x'].y"}}]),
            [ONE],
            "claim default/claim-0: selector #0 on device driver-a/pool-1/device-1: "
            "CEL runtime error: no such key: y",
        ),
    ],
)
def test_what_cannot_be_searched_for(asked: Any, slices: list[Slice], words: str) -> None:
    with pytest.raises(AllocationError, match=words.replace("#", ".")):
        found([claim("claim-0", asked)], *slices)


def test_a_search_that_takes_too_long_is_given_up() -> None:
    crowd = pool("1", *numa(*range(60)))
    with pytest.raises(AllocationError, match="timed out trying to allocate devices"):
        found([claim("c", request("a", 8), request("b", 8), request(count=9, of="class-b"))], crowd,
              pool("2", *[device(f"x-{n}") for n in range(8)], driver=B))  # fmt: skip


ABOUT = {
    "attributes": {
        "name": {"string": "fish"},
        "count": {"int": 1},
        "on": {"bool": True},
        "version": {"version": "1.10.0-alpha.1"},
        "other.example.com/name": {"string": "bird"},
    },
    "capacity": {"memory": {"value": "1Mi"}},
}


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ('device.driver == "driver-a"', True),
        ('device.attributes["driver-a"].name == "fish"', True),
        ('device.attributes["other.example.com"].name == "bird"', True),
        ('device.attributes["driver-a"].count > 0', True),
        ('device.attributes["driver-a"].on', True),
        ('device.attributes["driver-a"].version.isLessThan(semver("1.10.0"))', True),
        ('device.capacity["driver-a"].memory.isGreaterThan(quantity("1Ki"))', True),
        ('device.capacity["driver-a"].memory.compareTo(quantity("1Gi")) >= 0', False),
        ('has(device.attributes["nobody"].name)', False),
        ('"name" in device.attributes["driver-a"]', True),
        ('cel.bind(d, device.attributes["driver-a"], d.name == "fish" && d.on)', True),
        ("!device.allowMultipleAllocations", True),
    ],
)
def test_what_an_expression_sees(expression: str, answer: bool) -> None:
    about = convert(Device, {"name": "d", **ABOUT})
    assert device_matches(expression, A, about) is answer


@pytest.mark.parametrize("expression", ['device.attributes["driver-a"].nope', "device.driver"])
def test_an_expression_without_an_answer(expression: str) -> None:
    with pytest.raises(SelectorError, match="CEL runtime error"):
        device_matches(expression, A, convert(Device, {"name": "d", **ABOUT}))
