"""NetworkPolicies: selectors, ports, peers, blocks of addresses.

Models the NetworkPolicy part of ``pkg/apis/networking/validation/validation.go``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator

from kubelite.api import networking_v1 as net
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    Errors,
    ip_block,
    port_number,
    port_number_or_name,
    subdomain_name,
    supported,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_label_selector,
    validate_object_meta,
    validate_object_meta_update,
)

DIRECTIONS = ("Egress", "Ingress")

_PROTOCOLS = ("SCTP", "TCP", "UDP")


def validate_network_policy(policy: net.NetworkPolicy) -> list[FieldError]:
    """What is wrong with a new NetworkPolicy."""
    faults = validate_object_meta(policy.metadata, True, subdomain_name)
    faults += _spec(policy.spec, "spec", ())
    return faults


def validate_network_policy_update(
    new: net.NetworkPolicy, old: net.NetworkPolicy
) -> list[FieldError]:
    """What is wrong with a change; blocks that were stored before may stay as they are."""
    known = [text for block in _blocks(old.spec) for text in (block.cidr, *block.except_)]
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _spec(new.spec, "spec", known)
    return faults


def _blocks(spec: net.NetworkPolicySpec) -> Iterator[net.IPBlock]:
    peers = [peer for rule in spec.ingress for peer in rule.from_]
    peers += [peer for rule in spec.egress for peer in rule.to]
    yield from (peer.ip_block for peer in peers if peer.ip_block is not None)


def _spec(spec: net.NetworkPolicySpec, path: str, known: Collection[str]) -> Errors:
    yield from validate_label_selector(spec.pod_selector, f"{path}.podSelector")
    for index, rule in enumerate(spec.ingress):
        yield from _rule(rule.ports, rule.from_, f"{path}.ingress[{index}]", "from", known)
    for index, outward in enumerate(spec.egress):
        yield from _rule(outward.ports, outward.to, f"{path}.egress[{index}]", "to", known)
    if len(spec.policy_types) > len(DIRECTIONS):
        fault = "may not specify more than two policyTypes"
        yield FieldError.invalid(f"{path}.policyTypes", spec.policy_types, fault)
        return
    for index, direction in enumerate(spec.policy_types):
        yield from supported(f"{path}.policyTypes[{index}]", direction, DIRECTIONS)


def _rule(
    ports: tuple[net.NetworkPolicyPort, ...],
    peers: tuple[net.NetworkPolicyPeer, ...],
    path: str,
    side: str,
    known: Collection[str],
) -> Errors:
    for index, port in enumerate(ports):
        yield from _port(port, f"{path}.ports[{index}]")
    for index, peer in enumerate(peers):
        yield from _peer(peer, f"{path}.{side}[{index}]", known)


def _port(port: net.NetworkPolicyPort, path: str) -> Errors:
    yield from supported(f"{path}.protocol", port.protocol, _PROTOCOLS)
    at, end = f"{path}.endPort", port.end_port
    if port.port is None:
        if end is not None:
            yield FieldError.invalid(at, end, "may not be specified when `port` is not specified")
        return
    if isinstance(port.port, str) and end is not None:
        yield FieldError.invalid(at, end, "may not be specified when `port` is non-numeric")
    yield from port_number_or_name(f"{path}.port", port.port)
    if isinstance(port.port, int) and end is not None:
        if end < port.port:
            yield FieldError.invalid(at, end, "must be greater than or equal to `port`")
        yield from port_number(at, end)


def _peer(peer: net.NetworkPolicyPeer, path: str, known: Collection[str]) -> Errors:
    yield from validate_label_selector(peer.pod_selector, f"{path}.podSelector")
    yield from validate_label_selector(peer.namespace_selector, f"{path}.namespaceSelector")
    if peer.ip_block is not None:
        yield from _ip_block(peer.ip_block, f"{path}.ipBlock", known)
    selects = peer.pod_selector is not None or peer.namespace_selector is not None
    if not selects and peer.ip_block is None:
        yield FieldError.required(path, "must specify a peer")
    elif selects and peer.ip_block is not None:
        yield FieldError.forbidden(path, "may not specify both ipBlock and another peer")


def _ip_block(block: net.IPBlock, path: str, known: Collection[str]) -> Errors:
    if not block.cidr:
        yield FieldError.required(f"{path}.cidr")
        return
    yield from ip_block(f"{path}.cidr", block.cidr, known)
    whole = _network(block.cidr)
    if whole is None:
        return
    for index, gap in enumerate(block.except_):
        at = f"{path}.except[{index}]"
        yield from ip_block(at, gap, known)
        part = _network(gap)
        if part is not None and not _strictly_within(part, whole):
            yield FieldError.invalid(at, gap, "must be a strict subset of `cidr`")


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _strictly_within(part: Network, whole: Network) -> bool:
    return part.network_address in whole and part.prefixlen > whole.prefixlen
