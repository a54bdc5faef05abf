"""Which addresses a Service has, in how many slices, at the cost of how many writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from kubelite.api.core_v1 import Container, ContainerPort, Pod, Service, ServicePort, ServiceSpec
from kubelite.api.discovery_v1 import Endpoint, EndpointPort, EndpointSlice
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time
from kubelite.client.controller import Action, Create, Delete, Update
from kubelite.controllers import endpointslice
from kubelite.controllers.endpointslice import Ports
from tests.controllers.objects import NOW, pod

HTTP: Ports = (EndpointPort(name="http", protocol="TCP", port=8080),)


def service(**spec: Any) -> Service:
    ports = spec.pop("ports", (ServicePort(name="http", port=80, target_port=8080),))
    return Service(
        metadata=ObjectMeta(name="web", namespace="default", uid="web-uid"),
        spec=ServiceSpec(selector={"app": "web"}, ports=ports, **spec),
    )


def many(first: int, last: int) -> dict[str, Endpoint]:
    pods = [pod(f"p{n}", ready=True, ip=f"10.244.0.{n}") for n in range(first, last)]
    return {p.metadata.uid: endpointslice.endpoint(p, service(), "") for p in pods}


def held(name: str, endpoints: dict[str, Endpoint], ports: Ports = HTTP) -> EndpointSlice:
    made = endpointslice._slice(service(), ports)
    meta = replace(made.metadata, name=name)
    return replace(made, metadata=meta, endpoints=tuple(endpoints.values()))


def writes(actions: Sequence[Action]) -> list[tuple[str, str, int]]:
    """(verb, slice, endpoints in it) of each write."""
    told: list[tuple[str, str, int]] = []
    for action in actions:
        if isinstance(action, Delete):
            told.append(("delete", action.name, 0))
        elif isinstance(action, Create | Update):
            meta, verb = action.obj.metadata, type(action).__name__.lower()
            told.append((verb, meta.name or meta.generate_name, len(action.obj.endpoints)))
    return told


def planned(
    endpoints: dict[str, Endpoint], *existing: EndpointSlice, ports: Ports = HTTP
) -> list[tuple[str, str, int]]:
    wanted = {ports: endpoints} if endpoints else {}
    return writes(endpointslice.plan(service(), wanted, existing))


@pytest.mark.parametrize(
    ("pods", "expected"),
    [(1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])],
)
def test_a_hundred_fit_in_a_slice(pods: int, expected: list[int]) -> None:
    assert planned(many(0, pods)) == [("create", "web-", size) for size in expected]


def test_nobody_is_an_answer_too() -> None:
    assert planned({}) == [("create", "web-", 0)]
    assert planned({}, held("nobody", {}, ())) == []


def test_the_empty_slice_becomes_the_first_real_one() -> None:
    (action,) = endpointslice.plan(service(), {HTTP: many(0, 3)}, [held("nobody", {}, ())])
    assert isinstance(action, Update)
    assert (action.obj.metadata.name, action.obj.ports) == ("nobody", HTTP)


def test_the_last_slice_becomes_the_empty_one() -> None:
    (action,) = endpointslice.plan(service(), {}, [held("a", many(0, 3))])
    assert isinstance(action, Update)
    assert (action.obj.metadata.name, action.obj.ports, action.obj.endpoints) == ("a", (), ())


def test_nothing_changed_nothing_written() -> None:
    assert planned(many(0, 150), held("a", many(0, 100)), held("b", many(100, 150))) == []


def test_one_pod_gone_is_one_write() -> None:
    slices = held("a", many(0, 100)), held("b", many(100, 150))
    assert planned(many(1, 150), *slices) == [("update", "a", 99)]


def test_one_pod_more_goes_to_the_fullest_slice_with_room() -> None:
    slices = held("a", many(0, 100)), held("b", many(100, 150)), held("c", many(150, 170))
    assert planned(many(0, 171), *slices) == [("update", "b", 51)]


def test_a_slice_that_is_written_anyway_takes_the_new_ones() -> None:
    slices = held("a", many(0, 50)), held("b", many(50, 130))
    assert planned(many(1, 160), *slices) == [("update", "a", 79)]


def test_one_slice_that_holds_them_all_is_better_than_two_that_share() -> None:
    slices = held("a", many(0, 90)), held("b", many(90, 170))
    assert planned(many(0, 185), *slices) == [("update", "b", 95)]


def test_no_room_anywhere_makes_a_new_slice_rather_than_many_updates() -> None:
    slices = held("a", many(0, 95)), held("b", many(95, 190))
    assert planned(many(0, 200), *slices) == [("create", "web-", 10)]


def test_an_emptied_slice_goes() -> None:
    slices = held("a", many(0, 100)), held("b", many(100, 101))
    assert planned(many(0, 100), *slices) == [("delete", "b", 0)]


def test_slices_of_ports_that_are_gone_are_used_again() -> None:
    old = held("a", many(0, 3), (EndpointPort(name="old", port=1),))
    assert planned(many(0, 3), old) == [("update", "a", 3)]


def leaving(one: Pod) -> Pod:
    return replace(one, metadata=replace(one.metadata, deletion_timestamp=Time(NOW)))


READY, STARTING = pod("a", ready=True, ip="1.1.1.1"), pod("a", ip="1.1.1.1")


@pytest.mark.parametrize(
    ("one", "anyway", "expected"),
    [  # (ready, serving, terminating)
        (READY, False, (True, True, False)),
        (STARTING, False, (False, False, False)),
        (leaving(READY), False, (False, True, True)),
        (leaving(STARTING), False, (False, False, True)),
        (STARTING, True, (True, False, False)),
        (leaving(READY), True, (True, True, True)),
    ],
)
def test_conditions(one: Pod, anyway: bool, expected: tuple[bool, bool, bool]) -> None:
    owner = service(publish_not_ready_addresses=anyway)
    found = endpointslice.endpoint(one, owner, "").conditions
    assert (found.ready, found.serving, found.terminating) == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (READY, True),
        (leaving(READY), True),
        (pod("a"), False),  # no address yet
        (pod("a", phase="Succeeded", ip="1.1.1.1"), False),
        (pod("a", phase="Failed", ip="1.1.1.1"), False),
    ],
)
def test_who_belongs(one: Pod, expected: bool) -> None:
    assert endpointslice.belongs(one) is expected


def serving(name: str, number: int) -> Pod:
    ports = (ContainerPort(name="web", container_port=number, protocol="TCP"),)
    return pod(name, ip="1.1.1.1", spec={"containers": (Container(name="c", ports=ports),)})


def test_a_named_port_may_be_another_number_in_another_pod() -> None:
    owner = service(ports=(ServicePort(name="http", port=80, target_port="web", protocol="TCP"),))
    found = [endpointslice.ports_of(owner, serving("a", n))[0].port for n in (8080, 9090)]
    assert found == [8080, 9090]


def test_a_pod_without_the_named_port_has_an_endpoint_without_ports() -> None:
    owner = service(ports=(ServicePort(name="http", port=80, target_port="nope", protocol="TCP"),))
    assert endpointslice.ports_of(owner, serving("a", 8080)) == ()


def test_a_headless_service_says_so_on_its_slices() -> None:
    labels = endpointslice._slice(service(cluster_ip="None"), HTTP).metadata.labels
    assert labels == {
        "kubernetes.io/service-name": "web",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "service.kubernetes.io/headless": "",
    }


def test_a_pod_of_the_services_subdomain_keeps_its_host_name() -> None:
    named = pod("a", ip="1.1.1.1", spec={"hostname": "db-0", "subdomain": "web"})
    assert endpointslice.endpoint(named, service(), "").hostname == "db-0"
    other = pod("a", ip="1.1.1.1", spec={"hostname": "db-0", "subdomain": "elsewhere"})
    assert endpointslice.endpoint(other, service(), "").hostname is None
