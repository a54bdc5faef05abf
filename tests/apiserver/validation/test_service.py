"""Services. Cases follow upstream's ``TestValidateServiceCreate`` and ``...Update``."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apiserver.validation import validate_service, validate_service_update
from tests.apiserver.validation.objects import said, service, where

HEADLESS = {"clusterIP": "None", "clusterIPs": ["None"]}
NO_ADDRESS: dict[str, Any] = {
    "clusterIP": "",
    "clusterIPs": [],
    "ipFamilies": [],
    "ipFamilyPolicy": None,
}
DUAL = {"clusterIPs": ["10.96.0.7", "fd00::7"], "ipFamilies": ["IPv4", "IPv6"]}

CREATED: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({**HEADLESS, "ports": []}, []),
    ({"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}, []),
    ({"type": "LoadBalancer"}, []),
    ({**NO_ADDRESS, "type": "ExternalName", "externalName": "a.example.com.", "ports": []}, []),
    ({**DUAL, "ipFamilyPolicy": "PreferDualStack"}, []),
    ({"sessionAffinity": "ClientIP"}, []),
    ({"ports": []}, [("spec.ports", "Required value")]),
    ({"ports": [{"port": 0}]},
     [("spec.ports[0].port", "Invalid value"), ("spec.ports[0].targetPort", "Invalid value")]),
    ({"ports": [{"port": 80, "protocol": "ICMP"}]},
     [("spec.ports[0].protocol", "Unsupported value")]),
    ({"ports": [{"port": 80, "targetPort": "UPPER"}]},
     [("spec.ports[0].targetPort", "Invalid value")] * 2),
    ({"ports": [{"port": 80}, {"port": 81}]},
     [("spec.ports[0].name", "Required value"), ("spec.ports[1].name", "Required value")]),
    ({"ports": [{"name": "a", "port": 80}, {"name": "a", "port": 81}]},
     [("spec.ports[1].name", "Duplicate value")]),
    ({"ports": [{"name": "a", "port": 80}, {"name": "b", "port": 80}]},
     [("spec.ports[1]", "Duplicate value")]),
    ({"ports": [{"port": 80, "nodePort": 30080}]}, [("spec.ports[0].nodePort", "Forbidden")]),
    ({"selector": {"a b": "c"}}, [("spec.selector", "Invalid value")]),
    ({"type": "Gate"}, [("spec.type", "Unsupported value")]),
    ({"type": "LoadBalancer", **HEADLESS}, [("spec.clusterIPs[0]", "Invalid value")]),
    ({**NO_ADDRESS, "type": "ExternalName", "ports": []},
     [("spec.externalName", "Required value")]),
    ({"type": "ExternalName", "externalName": "a.b"},
     [("spec.clusterIPs", "Forbidden"), ("spec.ipFamilies", "Forbidden"),
      ("spec.ipFamilyPolicy", "Forbidden")]),
    ({"clusterIP": "1.2.3"}, [("spec.clusterIPs", "Invalid value")]),
    ({"clusterIP": "1.2.3", "clusterIPs": ["1.2.3"]}, [("spec.clusterIPs[0]", "Invalid value")]),
    ({"ipFamilies": ["IPv6"]}, [("spec.clusterIPs[0]", "Invalid value")]),
    ({"ipFamilies": ["IPv5"]}, [("spec.ipFamilies[0]", "Unsupported value")]),
    ({"sessionAffinity": "Sticky"}, [("spec.sessionAffinity", "Unsupported value")]),
    ({"sessionAffinity": "ClientIP",
      "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 86401}}},
     [("spec.sessionAffinityConfig.clientIP.timeoutSeconds", "Invalid value")]),
    ({"externalIPs": ["127.0.0.1"]}, [("spec.externalIPs[0]", "Invalid value")]),
    ({"externalIPs": ["myhost.mydomain"]}, [("spec.externalIPs[0]", "Invalid value")]),
    ({"loadBalancerSourceRanges": ["1.2.3.4/8"]},
     [("spec.LoadBalancerSourceRanges", "Forbidden"),
      ("spec.LoadBalancerSourceRanges[0]", "Invalid value")]),
    ({"externalTrafficPolicy": "Local"}, [("spec.externalTrafficPolicy", "Invalid value")]),
    ({"internalTrafficPolicy": "Near"}, [("spec.internalTrafficPolicy", "Unsupported value")]),
    ({"trafficDistribution": "Random"}, [("spec.trafficDistribution", "Unsupported value")]),
    ({"trafficDistribution": "PreferSameZone"}, []),
    ({"loadBalancerClass": "a/b"}, [("spec.loadBalancerClass", "Forbidden")]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "expected"), CREATED)
def test_created(spec: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert where(validate_service(service(**spec))) == expected


@pytest.mark.parametrize(
    ("name", "good"), [("web", True), ("1web", True), ("a.b", False), ("Web", False)]
)
def test_names_are_labels_since_1_37(name: str, good: bool) -> None:
    assert (validate_service(service({"name": name})) == []) is good


UPDATED: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({}, {"selector": {"app": "shop"}}, []),
    ({}, {"clusterIP": "10.96.0.8", "clusterIPs": ["10.96.0.8"]}, [
        'spec.clusterIPs[0]: Invalid value: ["10.96.0.8"]: may not change once set']),
    ({}, {"clusterIP": "", "clusterIPs": []}, [
        "spec.clusterIPs[0]: Invalid value: []: primary clusterIP can not be unset"]),
    ({}, {**NO_ADDRESS, "type": "ExternalName", "externalName": "a.b", "ports": []}, []),
    ({}, {**DUAL, "ipFamilyPolicy": "PreferDualStack"}, []),
    ({**DUAL, "ipFamilyPolicy": "PreferDualStack"}, {"ipFamilyPolicy": "PreferDualStack"}, [
        'spec.ipFamilyPolicy: Invalid value: "PreferDualStack": '
        "must be set to 'SingleStack' when releasing the secondary clusterIP",
        'spec.ipFamilyPolicy: Invalid value: "PreferDualStack": '
        "must be set to 'SingleStack' when releasing the secondary ipFamily"]),
    ({"type": "LoadBalancer", "loadBalancerClass": "a/b"},
     {"type": "LoadBalancer", "loadBalancerClass": "a/c"}, [
        'spec.loadBalancerClass: Invalid value: "a/c": may not change once set']),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), UPDATED)
def test_updated(before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    found = validate_service_update(service(**after), service(**before))
    assert said(found) == expected
