"""NetworkPolicy: whether a connection between two peers is allowed, and which policies forbid it.

A pod that no policy selects may do anything. One that a policy selects for a direction may only
do what some such policy allows: policies add up, none can forbid what another one allows.
Models the semantics of ``networking.k8s.io/v1`` as its API documents them and as a network plugin
enforces them: on new connections, by the pod's own address and port, at both ends.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from kubelite.api import networking_v1 as net
from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.struct import Value

INGRESS = "Ingress"
EGRESS = "Egress"

Labels = Mapping[str, str]

_selects = ByIdentity(from_label_selector)


class Peer(Value):
    """One end of a connection. ``pod`` is "" for nodes and for the world outside.

    ``ports`` are a pod's named ports: (name, protocol) to number. A pod on the host's network
    counts as its node.
    """

    address: str
    node: str = ""
    pod: str = ""
    namespace: str = ""
    labels: Labels = {}
    namespace_labels: Labels = {}
    ports: Mapping[tuple[str, str], int] = {}

    def __str__(self) -> str:
        if self.pod:
            return f"pod {self.namespace}/{self.pod}"
        return f"node {self.node}" if self.node else self.address


class Verdict(Value):
    """Whether a connection may be made; if not, at whose end and for which policies."""

    allowed: bool
    direction: str = ""
    peer: str = ""
    policies: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.allowed:
            return "allowed"
        names = ", ".join(self.policies)
        return f"{self.direction.lower()} of {self.peer}: no rule of {names} allows it"


ALLOWED = Verdict(True)


# DOC: networkpolicy-verdict
def verdict(
    policies: Sequence[net.NetworkPolicy],
    source: Peer,
    target: Peer,
    port: int,
    protocol: str = "TCP",
) -> Verdict:
    """The way out of the source and the way into the target must both be open."""
    if source.pod and (source.namespace, source.pod) == (target.namespace, target.pod):
        return ALLOWED  # nobody can keep a pod from itself
    out = _isolating(policies, source, EGRESS)
    if out and not any(_lets_out(policy, target, port, protocol) for policy in out):
        return _refused(EGRESS, source, out)
    into = _isolating(policies, target, INGRESS)
    if not source.pod and source.node and source.node == target.node:
        return ALLOWED  # nor a node from the pods that run on it
    if into and not any(_lets_in(policy, source, target, port, protocol) for policy in into):
        return _refused(INGRESS, target, into)
    return ALLOWED


def _refused(direction: str, peer: Peer, policies: Iterable[net.NetworkPolicy]) -> Verdict:
    names = tuple(f"networkpolicy/{policy.metadata.name}" for policy in policies)
    return Verdict(False, direction, str(peer), names)


# DOC: networkpolicy-isolation
def _isolating(
    policies: Sequence[net.NetworkPolicy], peer: Peer, direction: str
) -> list[net.NetworkPolicy]:
    """The policies that select this pod for this direction."""
    if not peer.pod:
        return []
    return [
        policy
        for policy in policies
        if policy.metadata.namespace == peer.namespace
        and direction in policy.spec.policy_types
        and _selects(policy.spec.pod_selector).matches(peer.labels)
    ]


def _lets_in(
    policy: net.NetworkPolicy, source: Peer, target: Peer, port: int, protocol: str
) -> bool:
    home = policy.metadata.namespace
    return any(
        _port_matches(rule.ports, target, port, protocol) and _any_peer(rule.from_, source, home)
        for rule in policy.spec.ingress
    )


def _lets_out(policy: net.NetworkPolicy, target: Peer, port: int, protocol: str) -> bool:
    home = policy.metadata.namespace
    return any(
        _port_matches(rule.ports, target, port, protocol) and _any_peer(rule.to, target, home)
        for rule in policy.spec.egress
    )


def _port_matches(
    ports: Sequence[net.NetworkPolicyPort], target: Peer, port: int, protocol: str
) -> bool:
    return not ports or any(_one_port(one, target, port, protocol) for one in ports)


def _one_port(one: net.NetworkPolicyPort, target: Peer, port: int, protocol: str) -> bool:
    if (one.protocol or "TCP") != protocol:
        return False
    if one.port is None:
        return True
    if isinstance(one.port, str):
        return target.ports.get((one.port, protocol)) == port
    return one.port <= port <= (one.end_port or one.port)


def _any_peer(peers: Sequence[net.NetworkPolicyPeer], who: Peer, home: str) -> bool:
    return not peers or any(_one_peer(one, who, home) for one in peers)


def _one_peer(one: net.NetworkPolicyPeer, who: Peer, home: str) -> bool:
    if one.ip_block is not None:
        return _in_block(one.ip_block, who.address)
    if not who.pod:
        return False
    if one.namespace_selector is None:
        if who.namespace != home:
            return False
    elif not _selects(one.namespace_selector).matches(who.namespace_labels):
        return False
    return one.pod_selector is None or _selects(one.pod_selector).matches(who.labels)


def _in_block(block: net.IPBlock, address: str) -> bool:
    found = ipaddress.ip_address(address)
    return found in _network(block.cidr) and not any(
        found in _network(gap) for gap in block.except_
    )


@lru_cache(maxsize=4096)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)
