"""What names lead to. Facts from CoreDNS, plugin/kubernetes/handler_test.go and
headless_test.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kubelite.client import Client, Informer
from kubelite.dns import Reply, Server
from kubelite.dns.server import by_service
from kubelite.sim.chance import Chance
from kubelite.sim.clock import MILLISECOND
from tests.apiserver.conftest import Desk, service

OUTSIDE = {"ext.interwebs.test": ["1.2.3.4"]}
HTTP = [{"name": "http", "protocol": "TCP", "port": 80}]
SLICE = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4"}


def a_slice(name: str, *endpoints: dict[str, Any], ports: Any = HTTP) -> dict[str, Any]:
    meta = {"name": f"{name}-1", "labels": {"kubernetes.io/service-name": name}}
    return SLICE | {"metadata": meta, "endpoints": [*endpoints], "ports": ports}


def at(address: str, ready: bool = True, **more: Any) -> dict[str, Any]:
    return {"addresses": [address], "conditions": {"ready": ready}, **more}


def headless(name: str, **spec: Any) -> dict[str, Any]:
    return service(name, clusterIP="None", **{"ports": HTTP, **spec})


class Book:
    """A DNS server over the Services of upstream's tests."""

    def __init__(self) -> None:
        self.desk = Desk()
        services, slices, namespaces = (
            Informer(Client(self.desk.api, self.desk.clock, "coredns"), resource, indexers=indexers)
            for resource, indexers in (
                ("services", {}),
                ("endpointslices.discovery.k8s.io", {"service": by_service}),
                ("namespaces", {}),
            )
        )
        for informer in (services, slices, namespaces):
            informer.start()
        draw = Chance(7).stream("coredns")
        self.server = Server(services, slices, namespaces, lambda n: OUTSIDE.get(n, []), draw)
        self.desk.create(service("svc1", clusterIP="10.96.1.1", ports=HTTP))
        named = [{"name": "https", "port": 443}, {"name": "dns", "port": 53, "protocol": "UDP"}]
        self.desk.create(service("many", clusterIP="10.96.1.2", ports=named))
        self.desk.create(headless("hdls1"))
        dup = {"hostname": "dup-name"}
        two = (at("172.0.0.4", **dup), at("172.0.0.5", **dup))
        unready = at("172.0.0.9", ready=False)
        self.desk.create(a_slice("hdls1", at("172.0.0.2"), at("172.0.0.3"), *two, unready))
        self.desk.create(headless("hdlsprtls", ports=[]))
        self.desk.create(a_slice("hdlsprtls", at("172.0.0.20"), ports=[]))
        self.desk.create(headless("nobody"))
        for name, target in (
            ("external", "ext.interwebs.test"),
            ("external-to-service", "svc1.default.svc.cluster.local"),
            ("ring", "ring.default.svc.cluster.local"),
        ):
            self.desk.create(service(name, type="ExternalName", externalName=target, ports=[]))
        self.wait()

    def wait(self) -> None:
        self.desk.clock.run_until(self.desk.clock.now + 2 * MILLISECOND)

    def ask(self, name: str, type: str = "A") -> tuple[str, list[str]]:
        reply = self.server.answer(f"{name}.cluster.local", type)
        return reply.code, shown(reply)


def shown(reply: Reply) -> list[str]:
    return sorted(f"{r.type} {r.data}" for r in reply.answers)


@pytest.fixture(scope="module")
def book() -> Iterator[Book]:
    yield Book()


ALL = ["A 172.0.0.2", "A 172.0.0.3", "A 172.0.0.4", "A 172.0.0.5"]
HERE, NOBODY = "NOERROR", "NXDOMAIN"


@pytest.mark.parametrize(
    ("name", "type", "code", "answers"),
    [
        ("svc1.default.svc", "A", HERE, ["A 10.96.1.1"]),
        ("SVC1.Default.svc", "A", HERE, ["A 10.96.1.1"]),
        ("svc1.default.svc", "AAAA", HERE, []),
        ("svc1.default.svc", "SRV", HERE, ["SRV svc1.default.svc.cluster.local"]),
        ("_http._tcp.svc1.default.svc", "SRV", HERE, ["SRV svc1.default.svc.cluster.local"]),
        ("_ftp._tcp.svc1.default.svc", "SRV", NOBODY, []),
        ("_dns._udp.many.default.svc", "SRV", HERE, ["SRV many.default.svc.cluster.local"]),
        ("_dns._tcp.many.default.svc", "SRV", NOBODY, []),
        ("hdls1.default.svc", "A", HERE, ALL),
        ("hdlsprtls.default.svc", "A", HERE, ["A 172.0.0.20"]),
        ("hdlsprtls.default.svc", "SRV", HERE, []),
        ("172-0-0-20.hdlsprtls.default.svc", "A", HERE, ["A 172.0.0.20"]),
        ("172-0-0-2.hdls1.default.svc", "A", HERE, ["A 172.0.0.2"]),
        ("172-0-0-9.hdls1.default.svc", "A", NOBODY, []),
        ("dup-name.hdls1.default.svc", "A", HERE, ["A 172.0.0.4", "A 172.0.0.5"]),
        ("bogusendpoint.hdls1.default.svc", "A", NOBODY, []),
        ("bogusendpoint.svc0.default.svc", "A", NOBODY, []),
        ("nobody.default.svc", "A", NOBODY, []),
        ("external.default.svc", "CNAME", HERE, ["CNAME ext.interwebs.test"]),
        ("external.default.svc", "A", HERE, ["A 1.2.3.4", "CNAME ext.interwebs.test"]),
        ("external.default.svc", "SRV", HERE, []),
        ("endpoint.external.default.svc", "CNAME", NOBODY, []),
        (
            "external-to-service.default.svc",
            "A",
            HERE,
            ["A 10.96.1.1", "CNAME svc1.default.svc.cluster.local"],
        ),
        ("svc0.default.svc", "A", NOBODY, []),
        ("svc0.default.svc", "AAAA", NOBODY, []),
        ("svc1.nowhere.svc", "A", NOBODY, []),
        ("svc", "A", HERE, []),
        ("pod", "A", HERE, []),
        ("default.svc", "A", HERE, []),
        ("foo", "A", NOBODY, []),
        ("foo.svc", "A", NOBODY, []),
        ("a.b.c.svc1.default.svc", "A", NOBODY, []),
        ("10-244-0-7.default.pod", "A", HERE, ["A 10.244.0.7"]),
        ("web-1.default.pod", "A", NOBODY, []),
        ("10-244-0-7.nowhere.pod", "A", NOBODY, []),
    ],
)
def test_names(book: Book, name: str, type: str, code: str, answers: list[str]) -> None:
    assert book.ask(name, type) == (code, answers)


def test_srv_records_share_the_weight_and_bring_the_addresses_along(book: Book) -> None:
    reply = book.server.answer("_http._tcp.hdls1.default.svc.cluster.local", "SRV")
    assert [str(r) for r in reply.answers[:2]] == [
        f"_http._tcp.hdls1.default.svc.cluster.local. 30 IN SRV 0 25 80 {ip}.hdls1.default.svc"
        ".cluster.local."
        for ip in ("172-0-0-2", "172-0-0-3")
    ]
    assert len(reply.answers) == 3, "two endpoints share one hostname"
    assert [r.data for r in reply.extra] == ["172.0.0.2", "172.0.0.3", "172.0.0.4", "172.0.0.5"]


def test_an_external_name_that_leads_to_itself_ends(book: Book) -> None:
    assert book.ask("ring.default.svc")[0] == "NOERROR"


def test_addresses_come_in_another_order_each_time(book: Book) -> None:
    name = "hdls1.default.svc.cluster.local"
    first = {book.server.answer(name).answers[0].data for _ in range(40)}
    assert len(first) == 4


def test_a_service_is_known_when_the_watch_has_told_it() -> None:
    book = Book()
    book.desk.create(service("late", clusterIP="10.96.9.9"))
    assert book.ask("late.default.svc") == ("NXDOMAIN", [])
    book.wait()
    assert book.ask("late.default.svc") == ("NOERROR", ["A 10.96.9.9"])
