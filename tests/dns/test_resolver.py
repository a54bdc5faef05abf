"""Which names a pod asks for. Facts from pkg/kubelet/network/dns/dns_test.go and the C library."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import PodSpec
from kubelite.apimachinery.struct import convert
from kubelite.dns import resolv_conf
from kubelite.dns.resolver import OUTSIDE, candidates

CLUSTER = ("shop.svc.cluster.local", "svc.cluster.local", "cluster.local")


@pytest.mark.parametrize(
    ("spec", "nameservers", "searches", "ndots"),
    [
        ({}, ("10.96.0.10",), CLUSTER, 5),
        ({"dnsPolicy": "Default"}, (OUTSIDE,), (), 1),
        ({"hostNetwork": True, "dnsPolicy": "ClusterFirst"}, (OUTSIDE,), (), 1),
        (
            {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"},
            ("10.96.0.10",),
            CLUSTER,
            5,
        ),
        (
            {
                "dnsPolicy": "None",
                "dnsConfig": {
                    "nameservers": ["203.0.113.1"],
                    "searches": ["ns1.svc.cluster-domain.example"],
                    "options": [{"name": "ndots", "value": "2"}, {"name": "edns0"}],
                },
            },
            ("203.0.113.1",),
            ("ns1.svc.cluster-domain.example",),
            2,
        ),
        (
            {
                "dnsConfig": {
                    "nameservers": ["203.0.113.1", "10.96.0.10"],
                    "searches": ["my.domain", "cluster.local"],
                    "options": [{"name": "ndots", "value": "1"}],
                }
            },
            ("10.96.0.10", "203.0.113.1"),
            (*CLUSTER, "my.domain"),
            1,
        ),
    ],
)
def test_resolv_conf(
    spec: dict[str, Any], nameservers: tuple[str, ...], searches: tuple[str, ...], ndots: int
) -> None:
    assert resolv_conf("shop", convert(PodSpec, spec)) == (nameservers, searches, ndots)


def test_it_reads_like_the_file() -> None:
    assert str(resolv_conf("shop")) == (
        "search shop.svc.cluster.local svc.cluster.local cluster.local\n"
        "nameserver 10.96.0.10\noptions ndots:5\n"
    )


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("web", [f"web.{domain}" for domain in CLUSTER] + ["web"]),
        ("a.b.c.d", [f"a.b.c.d.{domain}" for domain in CLUSTER] + ["a.b.c.d"]),
        ("a.b.c.d.e.f", ["a.b.c.d.e.f"] + [f"a.b.c.d.e.f.{domain}" for domain in CLUSTER]),
        ("example.com.", ["example.com"]),
    ],
)
def test_few_dots_mean_the_search_path_first(name: str, asked: list[str]) -> None:
    assert list(candidates(name, resolv_conf("shop"))) == asked
