"""Nodes, Namespaces, ConfigMaps, Secrets, EndpointSlices, Events and Leases."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.coordination_v1 import Lease
from kubelite.api.core_v1 import ConfigMap, Event, Namespace, Node, Secret
from kubelite.api.discovery_v1 import EndpointSlice
from kubelite.apimachinery.struct import convert
from kubelite.apiserver import validation
from kubelite.apiserver.defaults import default_endpoint_slice
from tests.apiserver.validation.objects import said, where

META = {"name": "x", "namespace": "default", "resourceVersion": "1"}
GLOBAL = {"name": "x", "resourceVersion": "1"}


def made(kind: Any, **fields: Any) -> Any:
    return convert(kind, {"metadata": META, **fields})


def node(**fields: Any) -> Node:
    return convert(Node, {"metadata": GLOBAL, **fields})


TAINT = {"key": "a", "effect": "NoSchedule"}

NODES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"spec": {"podCIDRs": ["10.0.0.0/24"], "taints": [TAINT]},
      "status": {"capacity": {"cpu": "4", "pods": "110"}}}, []),
    ({"spec": {"taints": [TAINT, TAINT]}}, [("metadata.taints[1]", "Duplicate value")]),
    ({"spec": {"taints": [{"key": "a", "effect": "Never"}]}},
     [("metadata.taints[0].effect", "Unsupported value")]),
    ({"spec": {"podCIDRs": ["10.0.0.1"]}}, [("spec.podCIDRs[0]", "Invalid value")]),
    ({"spec": {"podCIDRs": ["10.0.0.0/24", "10.1.0.0/24"]}}, [("spec.podCIDRs", "Invalid value")]),
    ({"status": {"capacity": {"cpu": "-1"}}}, [("status.capacity.cpu", "Invalid value")]),
    ({"status": {"allocatable": {"pods": "1.5"}}}, [("status.allocatable.pods", "Invalid value")]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), NODES)
def test_nodes(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert where(validation.validate_node(node(**fields))) == expected


def test_a_node_keeps_its_addresses_and_its_provider() -> None:
    old = node(spec={"podCIDRs": ["10.0.0.0/24"], "providerID": "a"})
    new = node(spec={"podCIDRs": ["10.0.1.0/24"], "providerID": "b"})
    once = 'except from "" to valid'
    assert said(validation.validate_node_update(new, old)) == [
        f"spec.podCIDRs: Forbidden: node updates may not change podCIDR {once}",
        f"spec.providerID: Forbidden: node updates may not change providerID {once}",
    ]


def test_namespaces_have_short_names_and_a_fitting_phase() -> None:
    bad = convert(Namespace, {"metadata": {"name": "a.b"}})
    assert where(validation.validate_namespace(bad)) == [("metadata.name", "Invalid value")]
    alive = convert(Namespace, {"metadata": GLOBAL, "status": {"phase": "Terminating"}})
    assert said(validation.validate_namespace_status_update(alive, alive)) == [
        'status.Phase: Invalid value: "Terminating": '
        "may only be 'Active' if `deletionTimestamp` is empty"
    ]


CONFIG_MAPS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"data": {"a.conf": "x"}, "binaryData": {"b": "AAE="}}, []),
    ({"data": {"a b": "x"}}, [("data[a b]", "Invalid value")]),
    ({"data": {"..": "x"}}, [("data[..]", "Invalid value")]),
    ({"data": {"a": "x"}, "binaryData": {"a": "AA=="}}, [("data[a]", "Invalid value")]),
    ({"data": {"a": "x" * (1 << 20) + "y"}}, [("", "Too long")]),
]


@pytest.mark.parametrize(("fields", "expected"), CONFIG_MAPS)
def test_config_maps(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert where(validation.validate_config_map(made(ConfigMap, **fields))) == expected


def test_what_is_immutable_stays() -> None:
    old = made(ConfigMap, data={"a": "x"}, immutable=True)
    new = made(ConfigMap, data={"a": "y"})
    assert said(validation.validate_config_map_update(new, old)) == [
        "immutable: Forbidden: field is immutable when `immutable` is set",
        "data: Forbidden: field is immutable when `immutable` is set",
    ]


SECRETS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"type": "Opaque", "data": {"a": "eA=="}}, []),
    ({"data": {"a": "not base64!"}}, [("data[a]", "Invalid value")]),
    ({"data": {"a b": ""}}, [("data[a b]", "Invalid value")]),
    ({"type": "kubernetes.io/tls"},
     [("data[tls.crt]", "Required value"), ("data[tls.key]", "Required value")]),
    ({"type": "kubernetes.io/basic-auth"},
     [("data[username]", "Required value"), ("data[password]", "Required value")]),
    ({"type": "kubernetes.io/basic-auth", "data": {"password": ""}}, []),
    ({"type": "kubernetes.io/ssh-auth"}, [("data[ssh-privatekey]", "Required value")]),
    ({"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": "eA=="}},
     [("data[.dockerconfigjson]", "Invalid value")]),
    ({"type": "kubernetes.io/service-account-token"},
     [("metadata.annotations[kubernetes.io/service-account.name]", "Required value")]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), SECRETS)
def test_secrets(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert where(validation.validate_secret(made(Secret, **fields))) == expected


def test_a_secret_keeps_its_type() -> None:
    found = validation.validate_secret_update(made(Secret, type="a/b"), made(Secret, type="Opaque"))
    assert said(found) == ['type: Invalid value: "a/b": field is immutable']


def endpoint(*addresses: str, **fields: Any) -> dict[str, Any]:
    return {"addressType": "IPv4", "endpoints": [{"addresses": list(addresses), **fields}]}


SLICES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({**endpoint("10.0.0.1"), "ports": [{"port": 80}]}, []),
    ({}, [("addressType", "Required value")]),
    ({"addressType": "IP"}, [("addressType", "Unsupported value")]),
    (endpoint(), [("endpoints[0].addresses", "Required value")]),
    (endpoint("fd00::1"), [("endpoints[0].addresses[0]", "Invalid value")]),
    (endpoint("127.0.0.1"), [("endpoints[0].addresses[0]", "Invalid value")]),
    (endpoint("10.0.0.1", hostname="a.b"), [("endpoints[0].hostname", "Invalid value")]),
    (endpoint("10.0.0.1", nodeName="Big"), [("endpoints[0].nodeName", "Invalid value")]),
    ({**endpoint("10.0.0.1"), "ports": [{"name": "a"}, {"name": "a"}]},
     [("ports[1].name", "Duplicate value")]),
    ({"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}] * 1001},
     [("endpoints", "Too many")]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), SLICES)
def test_endpoint_slices(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    made_slice = default_endpoint_slice(made(EndpointSlice, **fields))
    assert where(validation.validate_endpoint_slice(made_slice)) == expected


def test_a_slice_keeps_its_address_type() -> None:
    old, new = made(EndpointSlice, addressType="IPv4"), made(EndpointSlice, addressType="IPv6")
    assert said(validation.validate_endpoint_slice_update(new, old)) == [
        'addressType: Invalid value: "IPv6": field is immutable'
    ]


EVENTS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"involvedObject": {"namespace": "default"}}, []),
    ({"involvedObject": {}}, []),
    ({"involvedObject": {"namespace": "shop"}}, [("involvedObject.namespace", "Invalid value")]),
    ({"involvedObject": {"namespace": "default"}, "eventTime": "2026-11-27T08:00:00.000000Z"},
     [("reportingController", "Required value"), ("reportingController", "Invalid value"),
      ("reportingController", "Invalid value"), ("reportingInstance", "Required value"),
      ("action", "Required value"), ("reason", "Required value")]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), EVENTS)
def test_events(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert where(validation.validate_event(made(Event, **fields))) == expected


LEASES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"holderIdentity": "n", "leaseDurationSeconds": 40, "leaseTransitions": 0}, []),
    ({"leaseDurationSeconds": 0, "leaseTransitions": -1},
     [("spec.leaseDurationSeconds", "Invalid value"), ("spec.leaseTransitions", "Invalid value")]),
    ({"preferredHolder": "n"}, [("spec.preferredHolder", "Forbidden")]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "expected"), LEASES)
def test_leases(spec: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert where(validation.validate_lease(made(Lease, spec=spec))) == expected
