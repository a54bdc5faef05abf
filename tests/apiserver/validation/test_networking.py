"""NetworkPolicies, Ingresses and their classes. Facts from
pkg/apis/networking/validation/validation_test.go and pkg/apis/networking/v1/defaults_test.go.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.networking_v1 import Ingress, IngressClass, NetworkPolicy
from kubelite.apimachinery.struct import convert
from kubelite.apiserver import validation
from kubelite.apiserver.defaults import default_ingress_class, default_network_policy
from tests.apiserver.validation.objects import said, where

META = {"name": "x", "namespace": "default", "resourceVersion": "1"}
C_D = {"matchLabels": {"c": "d"}}
BAD = {"matchLabels": {"NoUppercaseOrSpecialCharsLike=Equals": "b"}}
BLOCK = {"cidr": "192.168.0.0/16"}

Found = list[tuple[str, str]]


def policy(**spec: Any) -> NetworkPolicy:
    return convert(NetworkPolicy, {"metadata": META, "spec": spec})


def inwards(*peers: Any, ports: Any = ()) -> dict[str, Any]:
    return {"ingress": [{"from": [*peers], "ports": [*ports]}]}


def outwards(*peers: Any, ports: Any = ()) -> dict[str, Any]:
    return {"egress": [{"to": [*peers], "ports": [*ports]}]}


FROM, PORT = "spec.ingress[0].from[0]", "spec.ingress[0].ports[0]"

POLICIES: list[tuple[dict[str, Any], Found]] = [
    ({}, []),
    ({"podSelector": C_D, "policyTypes": ["Ingress", "Egress"]}, []),
    (inwards(), []),
    (inwards({"podSelector": C_D, "namespaceSelector": C_D}), []),
    (inwards({"ipBlock": BLOCK | {"except": ["192.168.3.0/24", "192.168.4.0/24"]}}), []),
    (inwards(ports=[{"port": 80}, {"protocol": "UDP", "port": "dns"}, {"protocol": "SCTP"}]), []),
    (outwards(ports=[{"port": 32000, "endPort": 32768}]), []),
    ({"podSelector": BAD}, [("spec.podSelector.matchLabels", "Invalid value")]),
    (inwards({"podSelector": BAD}), [(f"{FROM}.podSelector.matchLabels", "Invalid value")]),
    (
        outwards({"namespaceSelector": BAD}),
        [("spec.egress[0].to[0].namespaceSelector.matchLabels", "Invalid value")],
    ),
    (inwards({}), [(FROM, "Required value")]),
    (inwards({"podSelector": C_D, "ipBlock": BLOCK}), [(FROM, "Forbidden")]),
    (inwards({"ipBlock": {}}), [(f"{FROM}.ipBlock.cidr", "Required value")]),
    (inwards({"ipBlock": {"cidr": "300.1.1.1/8"}}), [(f"{FROM}.ipBlock.cidr", "Invalid value")]),
    (
        inwards({"ipBlock": BLOCK | {"except": ["10.0.0.0/24", "192.168.0.0/16"]}}),
        [
            (f"{FROM}.ipBlock.except[0]", "Invalid value"),
            (f"{FROM}.ipBlock.except[1]", "Invalid value"),
        ],
    ),
    (inwards(ports=[{"protocol": "ICMP"}]), [(f"{PORT}.protocol", "Unsupported value")]),
    (inwards(ports=[{"port": 123456789}]), [(f"{PORT}.port", "Invalid value")]),
    (inwards(ports=[{"port": 0}]), [(f"{PORT}.port", "Invalid value")]),
    (inwards(ports=[{"endPort": 80}]), [(f"{PORT}.endPort", "Invalid value")]),
    (inwards(ports=[{"port": "dns", "endPort": 80}]), [(f"{PORT}.endPort", "Invalid value")]),
    (inwards(ports=[{"port": 80, "endPort": 79}]), [(f"{PORT}.endPort", "Invalid value")]),
    ({"policyTypes": ["Sideways"]}, [("spec.policyTypes[0]", "Unsupported value")]),
    ({"policyTypes": ["Ingress"] * 3}, [("spec.policyTypes", "Invalid value")]),
]


@pytest.mark.parametrize(("spec", "expected"), POLICIES)
def test_network_policies(spec: dict[str, Any], expected: Found) -> None:
    assert where(validation.validate_network_policy(policy(**spec))) == expected


def test_a_stored_block_may_stay_as_it_is() -> None:
    old = policy(**inwards({"ipBlock": {"cidr": "10.0.0.1/8"}}))
    assert len(validation.validate_network_policy(old)) == 1
    assert validation.validate_network_policy_update(old, old) == []


@pytest.mark.parametrize(
    ("spec", "types"),
    [
        ({}, ["Ingress"]),
        (inwards(), ["Ingress"]),
        (outwards(), ["Ingress", "Egress"]),
        (inwards() | outwards(), ["Ingress", "Egress"]),
        ({"policyTypes": ["Egress"]}, ["Egress"]),
    ],
)
def test_directions_follow_from_the_rules(spec: dict[str, Any], types: list[str]) -> None:
    assert list(default_network_policy(policy(**spec)).spec.policy_types) == types


def test_ports_are_of_tcp() -> None:
    found = default_network_policy(policy(**inwards(ports=[{"port": 80}]))).spec
    assert found.ingress[0].ports[0].protocol == "TCP"
    assert default_network_policy(policy(**inwards())).spec.ingress[0].ports == ()


WEB = {"service": {"name": "web", "port": {"number": 80}}}
PATH = "spec.rules[0].http.paths[0]"


def rule(path: Any = "/", kind: Any = "Prefix", backend: Any = WEB, **more: Any) -> dict[str, Any]:
    one = {"path": path, "backend": backend} | ({"pathType": kind} if kind else {})
    return {"rules": [{"http": {"paths": [one]}, **more}]}


def ingress(**spec: Any) -> Ingress:
    return convert(Ingress, {"metadata": META, "spec": spec})


def service(name: str = "web", **port: Any) -> dict[str, Any]:
    return {"service": {"name": name, "port": port}}


BUCKET = {"resource": {"apiGroup": "example.com", "kind": "StorageBucket", "name": "static"}}

INGRESSES: list[tuple[dict[str, Any], Found]] = [
    (rule(), []),
    ({"defaultBackend": WEB}, []),
    ({"defaultBackend": BUCKET}, []),
    (rule(host="foo.bar.com"), []),
    (rule(host="*.bar.com"), []),
    (rule("", "ImplementationSpecific"), []),
    (rule("/[[:alnum:]]*", "Prefix"), []),
    ({"rules": [{"host": "foo.bar.com"}]}, []),
    ({}, [("spec", "Invalid value")]),
    ({"rules": [{"http": {"paths": []}}]}, [("spec.rules[0].http.paths", "Required value")]),
    (rule(kind=None), [(f"{PATH}.pathType", "Required value")]),
    (rule(kind="Sometimes"), [(f"{PATH}.pathType", "Unsupported value")]),
    (rule("foo"), [(f"{PATH}.path", "Invalid value")]),
    (rule("", "Exact"), [(f"{PATH}.path", "Invalid value")]),
    (rule("foo", "ImplementationSpecific"), [(f"{PATH}.path", "Invalid value")]),
    (rule("/foo//bar"), [(f"{PATH}.path", "Invalid value")]),
    (rule("/foo%2Fbar"), [(f"{PATH}.path", "Invalid value")]),
    (rule("/foo/.."), [(f"{PATH}.path", "Invalid value")]),
    (rule("/foo/."), [(f"{PATH}.path", "Invalid value")]),
    (rule(host="192.168.0.1"), [("spec.rules[0].host", "Invalid value")]),
    (rule(host="foobar:80"), [("spec.rules[0].host", "Invalid value")]),
    (rule(host="foo.*.bar.com"), [("spec.rules[0].host", "Invalid value")]),
    (rule(host="*"), [("spec.rules[0].host", "Invalid value")]),
    (rule(backend={}), [(f"{PATH}.backend", "Invalid value")]),
    (rule(backend=WEB | BUCKET), [(f"{PATH}.backend", "Invalid value")]),
    (rule(backend=service("", number=80)), [(f"{PATH}.backend.service.name", "Required value")]),
    (rule(backend=service("a_b", number=80)), [(f"{PATH}.backend.service.name", "Invalid value")]),
    (rule(backend=service()), [(f"{PATH}.backend", "Required value")]),
    (
        rule(backend={"service": {"name": "web", "port": {"name": "http", "number": 80}}}),
        [(f"{PATH}.backend", "Invalid value")],
    ),
    (
        rule(backend=service(number=70_000)),
        [(f"{PATH}.backend.service.port.number", "Invalid value")],
    ),
    (
        rule() | {"tls": [{"hosts": ["foo.*.bar"], "secretName": "no good"}]},
        [("spec.tls[0].hosts[0]", "Invalid value"), ("spec.tls[0].secretName", "Invalid value")],
    ),
    (rule() | {"ingressClassName": "foo:bar&qux"}, [("spec.ingressClassName", "Invalid value")]),
]


@pytest.mark.parametrize(("spec", "expected"), INGRESSES)
def test_ingresses(spec: dict[str, Any], expected: Found) -> None:
    assert where(validation.validate_ingress(ingress(**spec))) == expected


def test_the_old_annotation_may_not_contradict_the_class() -> None:
    meta = META | {"annotations": {"kubernetes.io/ingress.class": "foo"}}
    found = convert(Ingress, {"metadata": meta, "spec": rule() | {"ingressClassName": "bar"}})
    assert said(validation.validate_ingress(found)) == [
        'annotations.kubernetes.io/ingress.class: Invalid value: "foo": must match '
        "`ingressClassName` when both are specified"
    ]


def a_class(controller: str = "example.com/ingress", **parameters: Any) -> IngressClass:
    spec = {"controller": controller} | ({"parameters": parameters} if parameters else {})
    return convert(IngressClass, {"metadata": {"name": "x", "resourceVersion": "1"}, "spec": spec})


SETTINGS = {"kind": "Settings", "name": "a"}
AT = "spec.parameters"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (a_class(), []),
        (a_class("k8s.io/---"), []),
        (a_class(**SETTINGS, scope="Cluster"), []),
        (a_class(**SETTINGS, scope="Namespace", namespace="foo-ns"), []),
        (a_class(""), [("spec.controller", "Required value")]),
        (a_class("foo"), [("spec.controller", "Invalid value")]),
        (a_class("foo.co/bar?"), [("spec.controller", "Invalid value")]),
        (a_class("foo.co/" + "a" * 250), [("spec.controller", "Too long")]),
        (a_class(name="a", scope="Cluster"), [(f"{AT}.kind", "Required value")]),
        (a_class(kind="a/b", name="a", scope="Cluster"), [(f"{AT}.kind", "Invalid value")]),
        (a_class(**SETTINGS), [(f"{AT}.scope", "Required value")]),
        (a_class(**SETTINGS, scope="bad"), [(f"{AT}.scope", "Unsupported value")]),
        (a_class(**SETTINGS, scope="Namespace"), [(f"{AT}.namespace", "Required value")]),
        (
            a_class(**SETTINGS, scope="Cluster", namespace="foo"),
            [(f"{AT}.namespace", "Forbidden")],
        ),
    ],
)
def test_ingress_classes(found: IngressClass, expected: Found) -> None:
    assert where(validation.validate_ingress_class(found)) == expected


def test_the_controller_of_a_class_stays() -> None:
    changed = validation.validate_ingress_class_update(a_class("example.com/other"), a_class())
    assert where(changed) == [("spec.controller", "Invalid value")]


def test_settings_are_for_the_whole_cluster() -> None:
    found = default_ingress_class(a_class(**SETTINGS)).spec.parameters
    assert found is not None and found.scope == "Cluster"
