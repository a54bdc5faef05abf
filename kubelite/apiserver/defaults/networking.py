"""Defaults of NetworkPolicies and IngressClasses. An Ingress has none.

Models ``pkg/apis/networking/v1/defaults.go``.
"""

from __future__ import annotations

from typing import TypeVar

from kubelite.api import networking_v1 as net
from kubelite.apiserver.defaults.filling import changed, filled, mapped, maybe

Rule = TypeVar("Rule", net.NetworkPolicyIngressRule, net.NetworkPolicyEgressRule)


def default_network_policy(policy: net.NetworkPolicy) -> net.NetworkPolicy:
    """TCP; and the directions that the rules speak of, inwards always among them."""
    spec = policy.spec
    spec = changed(spec, ingress=mapped(spec.ingress, _rule), egress=mapped(spec.egress, _rule))
    directions = ("Ingress", "Egress") if spec.egress else ("Ingress",)
    return changed(policy, spec=filled(spec, policy_types=directions))


def _rule(rule: Rule) -> Rule:
    return changed(rule, ports=mapped(rule.ports, _port))


def _port(port: net.NetworkPolicyPort) -> net.NetworkPolicyPort:
    return filled(port, protocol="TCP")


def default_ingress_class(ingress_class: net.IngressClass) -> net.IngressClass:
    """Settings are one object for the whole cluster."""
    spec = ingress_class.spec
    parameters = maybe(spec.parameters, lambda found: filled(found, scope="Cluster"))
    return changed(ingress_class, spec=changed(spec, parameters=parameters))
