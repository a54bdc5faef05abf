"""Hosts and paths. Facts from the table of path matches in the documentation of Ingress, and from
the conformance cases of ingress-controller-conformance.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.networking_v1 import HTTPIngressPath, Ingress, IngressClass
from kubelite.apimachinery.struct import convert
from kubelite.controllers.ingress import serves
from kubelite.proxy.ingress import host_matches, path_matches, route


@pytest.mark.parametrize(
    ("kind", "wanted", "path", "matches"),
    [
        ("Prefix", "/", "/any/path", True),
        ("Exact", "/foo", "/foo", True),
        ("Exact", "/foo", "/bar", False),
        ("Exact", "/foo", "/foo/", False),
        ("Exact", "/foo/", "/foo", False),
        ("Prefix", "/foo", "/foo", True),
        ("Prefix", "/foo", "/foo/", True),
        ("Prefix", "/foo/", "/foo", True),
        ("Prefix", "/foo/", "/foo/", True),
        ("Prefix", "/aaa/bb", "/aaa/bbb", False),
        ("Prefix", "/aaa/bbb", "/aaa/bbb", True),
        ("Prefix", "/aaa/bbb/", "/aaa/bbb", True),
        ("Prefix", "/aaa/bbb", "/aaa/bbb/", True),
        ("Prefix", "/aaa/bbb", "/aaa/bbb/ccc", True),
        ("Prefix", "/aaa/bbb", "/aaa/bbbxyz", False),
        ("Prefix", "/aaa/bbb", "/aaa/bbb?x=1", True),
        ("ImplementationSpecific", "/aaa", "/aaa/bbb", True),
    ],
)
def test_paths(kind: str, wanted: str, path: str, matches: bool) -> None:
    one = HTTPIngressPath(path=wanted, path_type=kind)
    assert path_matches(one, path) is matches


@pytest.mark.parametrize(
    ("wanted", "host", "exactness"),
    [
        ("foo.com", "foo.com", 3),
        ("foo.com", "FOO.com", 3),
        ("foo.com", "bar.com", 0),
        ("*.foo.com", "bar.foo.com", 2),
        ("*.foo.com", "baz.bar.foo.com", 0),
        ("*.foo.com", "foo.com", 0),
        ("", "anything", 1),
    ],
)
def test_hosts(wanted: str, host: str, exactness: int) -> None:
    assert host_matches(wanted, host) == exactness


def ingress(name: str, host: str = "", default: str = "", **paths: str) -> Ingress:
    """Paths by name of their Service: ``Exact:/foo`` or a prefix."""
    made = [
        {
            "path": path.removeprefix("Exact:"),
            "pathType": "Exact" if path.startswith("Exact:") else "Prefix",
            "backend": {"service": {"name": service, "port": {"number": 80}}},
        }
        for service, path in paths.items()
    ]
    spec: dict[str, Any] = {"rules": [{"host": host, "http": {"paths": made}}] if made else []}
    if default:
        spec["defaultBackend"] = {"service": {"name": default, "port": {"number": 80}}}
    meta = {"name": name, "creationTimestamp": f"2026-11-27T08:00:0{len(name)}Z"}
    return convert(Ingress, {"metadata": meta, "spec": spec})


ALL = [
    ingress("shop", "shop.com", root="/", cart="/cart", exact="Exact:/cart", deep="/cart/items"),
    ingress("stars", "*.shop.com", wild="/wild"),
    ingress("younger", "shop.com", late="/"),
    ingress("fallback!", default="else"),
]


@pytest.mark.parametrize(
    ("host", "path", "service"),
    [
        ("shop.com", "/", "root"),
        ("shop.com", "/cart", "exact"),
        ("shop.com", "/cart/", "cart"),
        ("shop.com", "/cart/items/7", "deep"),
        ("shop.com", "/carts", "root"),
        ("a.shop.com", "/wild", "wild"),
        ("a.shop.com", "/", "else"),
        ("other.com", "/", "else"),
    ],
)
def test_the_longest_path_of_the_most_exact_host(host: str, path: str, service: str) -> None:
    found = route(ALL, host, path)
    assert found is not None and found.backend.service is not None
    assert found.backend.service.name == service


def test_nothing_matches_without_a_default() -> None:
    assert route(ALL[:3], "other.com", "/") is None


def a_class(name: str, controller: str, default: bool = False) -> IngressClass:
    marks = {"ingressclass.kubernetes.io/is-default-class": "true"} if default else {}
    meta = {"name": name, "annotations": marks}
    return convert(IngressClass, {"metadata": meta, "spec": {"controller": controller}})


OURS, THEIRS = "k8s.io/ingress-nginx", "example.com/other"


@pytest.mark.parametrize(
    ("name", "classes", "ours"),
    [
        (None, [], True),
        (None, [a_class("x", THEIRS)], True),
        (None, [a_class("x", THEIRS, default=True)], False),
        (None, [a_class("x", OURS, default=True)], True),
        ("nginx", [], True),
        ("nginx", [a_class("nginx", THEIRS)], False),
        ("x", [], False),
        ("x", [a_class("x", OURS)], True),
        ("x", [a_class("x", THEIRS)], False),
    ],
)
def test_whose_ingress_it_is(name: str | None, classes: list[IngressClass], ours: bool) -> None:
    found = convert(Ingress, {"spec": {"ingressClassName": name} if name else {}})
    assert serves(found, classes) is ours
