"""EndpointSlices: k8s.io/endpointslice/utils_test.go and reconciler_test.go.

Left out: IPv6 and dual stack (one family here), the annotation of the last change, which nobody
reads, topology hints' tables (their own file upstream), metrics and ServiceControllerKey.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import (
    Container,
    ContainerPort,
    Pod,
    PodCondition,
    PodSpec,
    PodStatus,
    Service,
    ServicePort,
    ServiceSpec,
)
from kubelite.api.discovery_v1 import Endpoint, EndpointPort, EndpointSlice
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time
from kubelite.client.controller import Create, Delete, Update
from kubelite.controllers import endpointslice
from kubelite.controllers.endpointslice import HEADLESS, MANAGED_BY, MANAGER, SERVICE_NAME
from tests.controllers.objects import NOW

HTTP = (EndpointPort(name="http", protocol="TCP", port=80),)
Labels = dict[str, str]
OWN = {SERVICE_NAME: "foo", MANAGED_BY: MANAGER}
FOO, BARE = {"foo": "bar"}, {HEADLESS: ""}


def service(labels: Labels | None = None, ip: str = "1.1.1.1", **spec: Any) -> Service:
    ports = spec.pop("ports", (ServicePort(name="http", port=80, target_port=80, protocol="TCP"),))
    return Service(
        metadata=ObjectMeta(name="foo", namespace="test", uid="test-foo", labels=labels or {}),
        spec=ServiceSpec(selector=FOO, cluster_ip=ip, ports=ports, **spec),
    )


# TestNewEndpointSlice: labels of the Service, its address, labels of the slice beyond its own
NEW: dict[str, tuple[Labels, str, Labels]] = {
    "no labels": ({}, "1.1.1.1", {}),
    "labels": (FOO, "1.1.1.1", FOO),
    "headless": (FOO, "None", FOO | BARE),
    "several labels": (FOO | {"foo2": "bar2"}, "1.1.1.1", FOO | {"foo2": "bar2"}),
    "labels it may not set": (FOO | {SERVICE_NAME: "bad", MANAGED_BY: "actor"}, "1.1.1.1", FOO),
}


@pytest.mark.parametrize("name", NEW)
def test_a_new_slice(name: str) -> None:
    labels, ip, expected = NEW[name]
    made = endpointslice._slice(service(labels, ip), HTTP)
    meta = made.metadata
    assert meta.labels == OWN | expected
    assert (meta.generate_name, meta.namespace) == ("foo-", "test")
    assert [(owner.kind, owner.name, owner.controller) for owner in meta.owner_references] == [
        ("Service", "foo", True)
    ]
    assert (made.ports, made.address_type, made.endpoints) == (HTTP, "IPv4", ())


def test_a_new_slice_has_no_annotations_of_the_service() -> None:
    noted = service()
    noted = replace(noted, metadata=replace(noted.metadata, annotations=FOO))
    assert endpointslice._slice(noted, HTTP).metadata.annotations == {}


# TestSetEndpointSliceLabels: labels of the slice and of the Service, its address, expected
SET: dict[str, tuple[Labels, Labels, str, Labels]] = {
    "nothing anywhere": ({}, {}, "1.1.1.1", {}),
    "headless with labels": ({}, FOO, "None", FOO | BARE),
    "headless": ({}, {}, "None", BARE),
    "calls itself headless": ({}, BARE, "1.1.1.1", {}),
    "was headless and calls itself so": (OWN | BARE, BARE, "1.1.1.1", {}),
    "was headless": (OWN | BARE, {}, "1.1.1.1", {}),
    "becomes headless": (OWN | FOO, FOO, "None", FOO | BARE),
    "labels are new": ({}, FOO, "1.1.1.1", FOO),
    "labels are gone": (OWN | FOO, {}, "1.1.1.1", {}),
    "a label is new": (OWN, FOO, "1.1.1.1", FOO),
    "all three reserved ones": (
        OWN,
        {SERVICE_NAME: "bad", MANAGED_BY: "actor", HEADLESS: "invalid"},
        "1.1.1.1",
        {},
    ),
    "reserved ones and another": (
        OWN,
        FOO | {SERVICE_NAME: "bad", MANAGED_BY: "actor"},
        "1.1.1.1",
        FOO,
    ),
}


@pytest.mark.parametrize("name", SET)
def test_labels(name: str) -> None:
    before, labels, ip, expected = SET[name]
    meta = endpointslice._labelled(ObjectMeta(labels=before), service(labels, ip))
    assert meta.labels == OWN | expected


def pod(n: int = 1, ready: bool = True, leaving: bool = False, **spec: Any) -> Pod:
    condition = PodCondition(type="Ready", status="True" if ready else "False")
    gone = Time(NOW) if leaving else None
    return Pod(
        metadata=ObjectMeta(
            name=f"pod{n}", namespace="test", uid=f"u{n}", labels=FOO, deletion_timestamp=gone
        ),
        spec=PodSpec(node_name="node-1", containers=(Container(name="container-1"),), **spec),
        status=PodStatus(pod_ip=f"1.2.{n // 250}.{4 + n % 250}", conditions=(condition,)),
    )


# TestPodToEndpoint: the pod, publishNotReadyAddresses, zone, (ready, serving, terminating), name
HOST = "example-hostname"
ENDPOINTS: dict[str, tuple[Pod, bool, str, tuple[bool, bool, bool], str | None]] = {
    "ready": (pod(), False, "", (True, True, False), None),
    "ready, all are published": (pod(), True, "", (True, True, False), None),
    "not ready": (pod(ready=False), False, "", (False, False, False), None),
    "not ready, all are published": (pod(ready=False), True, "", (True, False, False), None),
    "in a zone": (pod(), False, "us-central1-a", (True, True, False), None),
    "with a host name": (
        pod(hostname=HOST, subdomain="foo"),
        False,
        "us-central1-a",
        (True, True, False),
        HOST,
    ),
    "ready and leaving": (pod(leaving=True), False, "", (False, True, True), None),
    "not ready and leaving": (
        pod(ready=False, leaving=True),
        False,
        "",
        (False, False, True),
        None,
    ),
}


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_pod_as_endpoint(name: str) -> None:
    one, anyway, zone, conditions, host = ENDPOINTS[name]
    found = endpointslice.endpoint(one, service(publish_not_ready_addresses=anyway), zone)
    told = found.conditions
    assert told is not None and (told.ready, told.serving, told.terminating) == conditions
    assert (found.addresses, found.node_name) == (("1.2.0.5",), "node-1")
    assert (found.zone, found.hostname) == (zone or None, host)
    whom = found.target_ref
    assert whom is not None
    assert (whom.kind, whom.namespace, whom.name, whom.uid) == ("Pod", "test", "pod1", "u1")


# TestGetEndpointPorts: ports of the Service, ports of the pod, expected
OTHER = "example.com/custom-protocol"
PORTS: dict[str, tuple[tuple[ServicePort, ...], tuple[ContainerPort, ...], Any]] = {
    "a protocol of its own": (
        (ServicePort(name="http", port=80, target_port=80, protocol="TCP", app_protocol=OTHER),),
        (),
        [("http", 80, "TCP", OTHER)],
    ),
    "a named port beside it": (
        (
            ServicePort(name="http", port=80, target_port=80, protocol="TCP"),
            ServicePort(name="https", target_port="https", protocol="TCP", app_protocol="https"),
        ),
        (ContainerPort(name="https", container_port=443, protocol="TCP"),),
        [("http", 80, "TCP", None), ("https", 443, "TCP", "https")],
    ),
}


@pytest.mark.parametrize("name", PORTS)
def test_ports(name: str) -> None:
    wanted, offered, expected = PORTS[name]
    one = pod()
    one = replace(one, spec=replace(one.spec, containers=(Container(name="c", ports=offered),)))
    found = endpointslice.ports_of(service(ports=wanted), one)
    assert [(p.name, p.port, p.protocol, p.app_protocol) for p in found] == expected


def endpoints(first: int, last: int) -> dict[str, Endpoint]:
    pods = [pod(n) for n in range(first, last)]
    return {p.metadata.uid: endpointslice.endpoint(p, service(), "") for p in pods}


def held(name: str, inside: dict[str, Endpoint], port: int = 80) -> EndpointSlice:
    made = endpointslice._slice(service(), (EndpointPort(name="http", protocol="TCP", port=port),))
    meta = replace(made.metadata, name=name)
    return replace(made, metadata=meta, endpoints=tuple(inside.values()))


# TestReconcile*: how many pods, how many are in which slice (and its port), created, updated,
# deleted slices by how many endpoints they then have
Plan = tuple[int, list[tuple[int, int]], list[int], list[int], int]
PLANS: dict[str, Plan] = {
    "nobody, no slice": (0, [], [0], [], 0),
    "one pod": (1, [], [1], [], 0),
    "250 pods": (250, [], [100, 100, 50], [], 0),
    "62 and 61 of 250": (250, [(62, 80), (61, 80)], [100], [89], 0),
    "74 and 74 of 300": (300, [(74, 80), (74, 80)], [100, 52], [], 0),
    "another port in three slices": (
        225,
        [(100, 8080), (100, 8080), (25, 8080)],
        [],
        [25, 100, 100],
        0,
    ),
    "three slices of thirty, another port": (90, [(30, 8080)] * 3, [], [90], 2),
    "ten slices of thirty, another port": (300, [(30, 8080)] * 10, [], [100, 100, 100], 7),
    "ten slices of thirty": (300, [(30, 80)] * 10, [], [], 0),
    "all as wanted": (150, [(100, 80), (50, 80)], [], [], 0),
    "one too many slices of another port": (50, [(10, 8080), (10, 8080)], [], [50], 1),
}


@pytest.mark.parametrize("name", PLANS)
def test_plans(name: str) -> None:
    pods, slices, created, updated, deleted = PLANS[name]
    wanted = {HTTP: endpoints(0, pods)} if pods else {}
    there, first = [], 0
    for number, (inside, port) in enumerate(slices):
        there.append(held(f"foo-{number}", endpoints(first, first + inside), port))
        first += inside
    actions = endpointslice.plan(service(), wanted, there)
    sizes = {
        verb: [len(a.obj.endpoints) for a in actions if isinstance(a, verb)]
        for verb in (Create, Update)
    }
    assert (sizes[Create], sorted(sizes[Update])) == (created, updated)
    assert len([a for a in actions if isinstance(a, Delete)]) == deleted


def test_slices_that_are_written_anyway_are_packed() -> None:
    """TestReconcileEndpointSlicesUpdatePacking: 80 and 20 change, and 15 are new."""
    there = [
        held("foo-0", _changed(endpoints(0, 80))),
        held("foo-1", _changed(endpoints(100, 120))),
    ]
    wanted = endpoints(0, 80) | endpoints(100, 120) | endpoints(200, 215)
    assert _sizes(service(), wanted, there) == {"foo-0": 95, "foo-1": 20}


# TestReconcileEndpointSlicesServicesLabelsUpdating and ...ReservedLabels: labels, slices written
@pytest.mark.parametrize(
    ("labels", "written"),
    [(FOO, 3), ({SERVICE_NAME: "bad", MANAGED_BY: "actor", HEADLESS: "invalid"}, 0)],
)
def test_new_labels_of_the_service(labels: Labels, written: int) -> None:
    parts = [endpoints(0, 100), endpoints(100, 200), endpoints(200, 250)]
    there = [held(f"foo-{n}", part) for n, part in enumerate(parts)]
    assert len(_sizes(service(labels), endpoints(0, 250), there)) == written


# TestReconcileEndpointSlicesRecreation: whose slice it is, what is done
@pytest.mark.parametrize(("uid", "verbs"), [("test-foo", []), ("different", [Create, Delete])])
def test_a_service_that_was_made_again(uid: str, verbs: list[type]) -> None:
    old = held("foo-1", endpoints(0, 1))
    owners = tuple(replace(owner, uid=uid) for owner in old.metadata.owner_references)
    old = replace(old, metadata=replace(old.metadata, owner_references=owners))
    actions = endpointslice.plan(service(), {HTTP: endpoints(0, 1)}, [old])
    assert [type(action) for action in actions] == verbs


def test_named_ports_make_groups() -> None:
    """TestReconcileEndpointSlicesNamedPorts: five numbers under one name, sixty pods of each."""
    wanted = {
        (EndpointPort(name="", protocol="TCP", port=8080 + n),): endpoints(60 * n, 60 * n + 60)
        for n in range(5)
    }
    actions = endpointslice.plan(service(), wanted, [])
    assert [len(a.obj.endpoints) for a in actions if isinstance(a, Create)] == [60] * 5


def _changed(inside: dict[str, Endpoint]) -> dict[str, Endpoint]:
    return {uid: replace(one, node_name="another") for uid, one in inside.items()}


def _sizes(of: Service, wanted: dict[str, Endpoint], there: list[EndpointSlice]) -> dict[str, int]:
    actions = endpointslice.plan(of, {HTTP: wanted}, there)
    assert all(isinstance(action, Update) for action in actions)
    return {a.obj.metadata.name: len(a.obj.endpoints) for a in actions if isinstance(a, Update)}
