"""Who may talk to whom. Facts from the API documentation of networking.k8s.io/v1 and from the
cases of test/e2e/network/netpol/network_policy.go.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.networking_v1 import NetworkPolicy
from kubelite.apimachinery.struct import convert
from kubelite.apiserver.defaults import default_network_policy
from kubelite.proxy.networkpolicy import Peer, verdict


def peer(namespace: str, pod: str, address: str = "10.244.0.9", node: str = "node-1") -> Peer:
    ports = {("serve-80-tcp", "TCP"): 80, ("serve-81-tcp", "TCP"): 81}
    return Peer(address, node, pod, namespace, {"pod": pod}, {"ns": namespace}, ports)


XA, XB, YA, YB, ZA = (peer(*both) for both in ("xa", "xb", "ya", "yb", "za"))
HOME, AWAY = Peer("192.168.0.10", "node-1"), Peer("192.168.0.11", "node-2")
OUTSIDE = Peer("203.0.113.7")


def policy(name: str = "a-policy", namespace: str = "x", **spec: Any) -> NetworkPolicy:
    raw = {"metadata": {"name": name, "namespace": namespace}, "spec": spec}
    return default_network_policy(convert(NetworkPolicy, raw))


def pods(**labels: str) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": labels}}


def spaces(**labels: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": labels}}


def block(cidr: str, *gaps: str) -> dict[str, Any]:
    return {"ipBlock": {"cidr": cidr, "except": [*gaps]}}


def into(*peers: Any, ports: Any = (), **spec: Any) -> NetworkPolicy:
    return policy(ingress=[{"from": [*peers], "ports": [*ports]}], **spec)


def out(*peers: Any, ports: Any = (), **spec: Any) -> NetworkPolicy:
    rules = [{"to": [*peers], "ports": [*ports]}]
    return policy(egress=rules, policyTypes=["Egress"], **spec)


DENY_IN = policy("deny", policyTypes=["Ingress"])
DENY_OUT = policy("deny-out", policyTypes=["Egress"])
WEB = into(ports=[{"port": 80}])
NAMED = into(ports=[{"port": "serve-81-tcp"}])
RANGE = into(ports=[{"port": 79, "endPort": 80}])


@pytest.mark.parametrize(
    ("policies", "source", "target", "port", "allowed"),
    [
        ([], YA, XA, 80, True),
        ([DENY_IN], YA, XA, 80, False),
        ([DENY_IN], XB, XA, 80, False),
        ([DENY_IN], XA, XA, 80, True),
        ([DENY_IN], XA, YA, 80, True),
        ([DENY_IN], HOME, XA, 80, True),
        ([DENY_IN], AWAY, XA, 80, False),
        ([DENY_IN], OUTSIDE, XA, 80, False),
        ([DENY_OUT], XA, YA, 80, False),
        ([DENY_OUT], XA, OUTSIDE, 443, False),
        ([DENY_OUT], YA, XA, 80, True),
        ([policy(ingress=[{}])], YA, XA, 80, True),
        ([DENY_IN, policy("allow", ingress=[{}])], YA, XA, 80, True),
        ([DENY_IN, DENY_OUT, policy("allow", ingress=[{}])], XA, XB, 80, False),
        ([policy(podSelector={"matchLabels": {"pod": "a"}})], YA, XB, 80, True),
        ([policy(podSelector={"matchLabels": {"pod": "a"}})], YA, XA, 80, False),
        ([into(pods(pod="b"))], XB, XA, 80, True),
        ([into(pods(pod="b"))], YB, XA, 80, False),
        ([into(spaces(ns="y"))], YB, XA, 80, True),
        ([into(spaces(ns="y"))], ZA, XA, 80, False),
        ([into(spaces(ns="y") | pods(pod="b"))], YB, XA, 80, True),
        ([into(spaces(ns="y") | pods(pod="b"))], YA, XA, 80, False),
        ([into(spaces(ns="y") | pods(pod="b"))], XB, XA, 80, False),
        ([into(spaces(ns="y"), pods(pod="b"))], YA, XA, 80, True),
        ([into(spaces(ns="y"), pods(pod="b"))], XB, XA, 80, True),
        ([into({"namespaceSelector": {}})], ZA, XA, 80, True),
        ([into({"namespaceSelector": {}})], OUTSIDE, XA, 80, False),
        ([into({"podSelector": {}})], XB, XA, 80, True),
        ([into({"podSelector": {}})], YA, XA, 80, False),
        ([into(block("203.0.113.0/24"))], OUTSIDE, XA, 80, True),
        ([into(block("203.0.113.0/24", "203.0.113.0/28"))], OUTSIDE, XA, 80, False),
        ([into(block("0.0.0.0/0", "203.0.113.16/28"))], OUTSIDE, XA, 80, True),
        ([into(block("192.168.0.0/16"))], AWAY, XA, 80, True),
        ([WEB], YA, XA, 80, True),
        ([WEB], YA, XA, 81, False),
        ([NAMED], YA, XA, 81, True),
        ([NAMED], YA, XA, 80, False),
        ([RANGE], YA, XA, 80, True),
        ([RANGE], YA, XA, 81, False),
        ([into(ports=[{"protocol": "UDP"}])], YA, XA, 80, False),
        ([into(ports=[{"protocol": "TCP"}])], YA, XA, 80, True),
        ([into(pods(pod="b"), ports=[{"port": 80}])], XB, XA, 81, False),
        ([WEB, into(pods(pod="b"), ports=[{"port": 81}], name="b")], XB, XA, 81, True),
        ([out(spaces(ns="y"))], XA, YA, 80, True),
        ([out(spaces(ns="y"))], XA, ZA, 80, False),
        ([out(block("203.0.113.0/24"), ports=[{"port": 443}])], XA, OUTSIDE, 443, True),
        ([out(block("203.0.113.0/24"), ports=[{"port": 443}])], XA, OUTSIDE, 80, False),
        ([out(ports=[{"port": "serve-80-tcp"}])], XA, YA, 80, True),
        ([out(spaces(ns="y")), policy(namespace="y")], XA, YA, 80, False),
    ],
)
def test_verdicts(
    policies: list[NetworkPolicy], source: Peer, target: Peer, port: int, allowed: bool
) -> None:
    assert verdict(policies, source, target, port).allowed is allowed


def test_a_refusal_says_where_and_for_which_policies() -> None:
    assert str(verdict([DENY_IN, WEB], YA, XA, 81)) == (
        "ingress of pod x/a: no rule of networkpolicy/deny, networkpolicy/a-policy allows it"
    )
    assert str(verdict([DENY_OUT], XA, YA, 81)) == (
        "egress of pod x/a: no rule of networkpolicy/deny-out allows it"
    )
    assert str(verdict([], XA, YA, 81)) == "allowed"
