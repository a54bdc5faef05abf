"""Descriptions of NetworkPolicies. Models ``k8s.io/kubectl/pkg/describe``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kubelite.api.networking_v1 import NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort
from kubelite.apimachinery.times import civil_from_days
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import NONE, Page, begin, format_selector, put_marks

_INDENT = "    "


def network_policy(found: NetworkPolicy, to: Describing) -> str:
    """Whom a NetworkPolicy is for, and what it lets through."""
    page, spec = begin(found, marks=False), found.spec
    page.field(0, "Created on", _go_time(found.metadata.creation_timestamp))
    put_marks(page, found)
    page.write(0, "Spec:\n")
    page.write(1, "PodSelector: ")
    everybody = f"{NONE} (Allowing the specific traffic to all pods in this namespace)"
    selector = spec.pod_selector
    some = selector.match_labels or selector.match_expressions
    page.write(2, f"{format_selector(selector) if some else everybody}\n")
    _put_direction(page, "ingress", "Ingress" in spec.policy_types, spec.ingress, "from_", "source")
    _put_direction(page, "egress", "Egress" in spec.policy_types, spec.egress, "to", "destination")
    page.write(1, f"Policy Types: {', '.join(spec.policy_types) or NONE}\n")
    return str(page)


def _go_time(moment: int | None) -> str:
    seconds = (moment or 0) // 1_000_000
    days, rest = divmod(seconds, 86_400)
    year, month, day = civil_from_days(days)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{year:04}-{month:02}-{day:02} {clock} +0000 UTC"


def _put_direction(
    page: Page, way: str, affected: bool, rules: Sequence[Any], peers: str, place: str
) -> None:
    if not affected:
        page.write(1, f"Not affecting {way} traffic\n")
        return
    page.write(1, f"Allowing {way} traffic:\n")
    title = "From" if peers == "from_" else "To"

    def put(text: str) -> None:
        page.write(0, f"{_INDENT}{text}\n")

    if not rules:
        put(f"{NONE} (Selected pods are isolated for {way} connectivity)")
    for number, rule in enumerate(rules):
        if number:
            put("----------")
        _put_ports(put, rule.ports)
        found = getattr(rule, peers)
        if not found:
            put(f"{title}: <any> (traffic not restricted by {place})")
        for peer in found:
            put(f"{title}:")
            _put_peer(page, peer)


def _put_ports(put: Callable[[str], None], ports: Sequence[NetworkPolicyPort]) -> None:
    if not ports:
        put("To Port: <any> (traffic allowed to all ports)")
    for port in ports:
        protocol = port.protocol or "TCP"
        number = "<nil>" if port.port is None else port.port
        if port.end_port is None:
            put(f"To Port: {number}/{protocol}")
        else:
            put(f"To Port Range: {number}-{port.end_port}/{protocol}")


def _put_peer(page: Page, peer: NetworkPolicyPeer) -> None:
    selectors = (
        ("NamespaceSelector", peer.namespace_selector),
        ("PodSelector", peer.pod_selector),
    )
    for title, selector in selectors:
        if selector is not None:
            page.write(1, f"{_INDENT}{title}: {format_selector(selector)}\n")
    if (block := peer.ip_block) is not None and not any(one for _, one in selectors):
        page.write(1, f"{_INDENT}IPBlock:\n")
        page.write(2, f"{_INDENT}CIDR: {block.cidr}\n")
        page.write(2, f"{_INDENT}Except: {', '.join(block.except_)}\n")
