"""What a Service is given, keeps and loses. Facts from pkg/registry/core/service tests."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apimachinery.rest import MERGE_PATCH
from tests.apiserver.conftest import Desk, service

LOCAL = {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}


def spec_of(desk: Desk, name: str = "web") -> Any:
    return desk.get(f"services/{name}").spec


def test_each_service_has_its_own_address(desk: Desk) -> None:
    addresses = {desk.create(service(f"s{n}")).spec.cluster_ip for n in range(50)}
    assert len(addresses) == 50
    assert all(address.startswith("10.96.") for address in addresses)
    spec = spec_of(desk, "s0")
    assert spec.cluster_ips == (spec.cluster_ip,)
    assert (spec.ip_families, spec.ip_family_policy) == (("IPv4",), "SingleStack")
    assert spec.ports[0].target_port == 80


def test_an_address_can_be_asked_for_once(desk: Desk) -> None:
    assert desk.create(service("a", clusterIP="10.96.0.10")).spec.cluster_ips == ("10.96.0.10",)
    error = desk.refused("create", "services", service("b", clusterIP="10.96.0.10"))
    assert error.status.message == (
        'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: '
        "failed to allocate IP 10.96.0.10: provided IP is already allocated"
    )
    desk.ask("delete", "services/a")
    desk.create(service("b", clusterIP="10.96.0.10"))


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (
            {"clusterIP": "10.0.0.1"},
            "failed to allocate IP 10.0.0.1: the provided IP (10.0.0.1) is not in the valid "
            "range. The range of valid IPs is 10.96.0.0/16",
        ),
        ({"clusterIP": "ten"}, "spec.clusterIPs[0]: Invalid value: "),
        (
            {"type": "NodePort", "ports": [{"port": 80, "nodePort": 80}]},
            "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. "
            "The range of valid ports is 30000-32767",
        ),
        (
            {"type": "NodePort", "ports": [{"port": 80, "nodePort": 99999}]},
            "spec.ports[0].nodePort: Invalid value: 99999: provided port is not in the valid range",
        ),
        (
            {"ports": [{"port": 80, "nodePort": 30080}]},
            "may not be used when `type` is 'ClusterIP'",
        ),
        ({"externalTrafficPolicy": "Local"}, "may only be set for externally-accessible services"),
    ],
)
def test_what_cannot_be_had(desk: Desk, spec: dict[str, Any], text: str) -> None:
    assert text in str(desk.refused("create", "services", service(**spec)))


def test_headless_and_external_names_need_no_address(desk: Desk) -> None:
    assert desk.create(service("a", clusterIP="None")).spec.cluster_ips == ("None",)
    desk.create(service("b", clusterIP="None"))
    named = {"type": "ExternalName", "externalName": "example.com"}
    assert desk.create(service("c", **named)).spec.cluster_ip == ""


def test_node_ports_come_from_their_range_and_are_not_shared(desk: Desk) -> None:
    for number in range(20):
        desk.create(service(f"s{number}", type="NodePort"))
    ports = [s.spec.ports[0].node_port for s in desk.ask("list", "services").items]
    assert len(set(ports)) == 20
    assert all(30000 <= port <= 32767 for port in ports)
    error = desk.refused(
        "create", "services", service("x", type="NodePort", ports=[port_on(ports[0])])
    )
    assert "spec.ports[0].nodePort" in str(error)
    assert "provided port is already allocated" in str(error)


def port_on(node_port: int) -> dict[str, int]:
    return {"port": 80, "nodePort": node_port}


def test_one_port_over_two_protocols_has_one_node_port(desk: Desk) -> None:
    ports = [
        {"name": "udp", "port": 53, "protocol": "UDP"},
        {"name": "tcp", "port": 53, "protocol": "TCP"},
        {"name": "web", "port": 80},
    ]
    made = desk.create(service("dns", type="NodePort", ports=ports))
    udp, tcp, web = (port.node_port for port in made.spec.ports)
    assert udp == tcp != web


def test_a_balancer_that_asks_nodes_gets_a_port_for_it(desk: Desk) -> None:
    made = desk.create(service(**LOCAL))
    assert made.spec.health_check_node_port in range(30000, 32768)
    assert made.spec.health_check_node_port != made.spec.ports[0].node_port
    bare = desk.create(service("bare", type="LoadBalancer", allocateLoadBalancerNodePorts=False))
    assert bare.spec.ports[0].node_port == 0


def test_a_manifest_sent_again_keeps_what_was_allocated(desk: Desk) -> None:
    made = desk.create(service(**LOCAL))
    before = desk.store.revision
    assert desk.ask("update", "services/web", service(**LOCAL)) == made
    assert desk.store.revision == before
    ports = [{"name": "", "port": 8080}]
    moved = desk.ask("update", "services/web", service(**(LOCAL | {"ports": ports})))
    assert moved.spec.ports[0].node_port == made.spec.ports[0].node_port
    assert moved.spec.cluster_ip == made.spec.cluster_ip


def test_the_address_stays(desk: Desk) -> None:
    desk.create(service(clusterIP="10.96.0.10"))
    options = {"patch_type": MERGE_PATCH}
    change = {"spec": {"clusterIP": "10.96.0.11"}}
    error = desk.refused("patch", "services/web", change, **options)
    assert "may not change once set" in str(error)


def test_a_change_of_type_drops_what_only_the_old_one_needed(desk: Desk) -> None:
    desk.create(service(**LOCAL))
    address = spec_of(desk).cluster_ip

    def become(**spec: Any) -> Any:
        return desk.patch("services/web", {"spec": spec}).spec

    node_port = become(type="NodePort")
    assert (node_port.health_check_node_port, node_port.external_traffic_policy) == (0, "Local")
    assert node_port.allocate_load_balancer_node_ports is None
    assert node_port.ports[0].node_port
    inside = become(type="ClusterIP")
    assert (inside.ports[0].node_port, inside.external_traffic_policy) == (0, "")
    assert inside.cluster_ip == address
    named = become(type="ExternalName", externalName="example.com")
    assert (named.cluster_ip, named.cluster_ips, named.ip_families) == ("", (), ())
    back = become(type="ClusterIP", externalName=None)
    assert back.cluster_ip.startswith("10.96.")


def test_this_cluster_has_one_family_of_addresses(desk: Desk) -> None:
    refused = desk.refused("create", "services", service(ipFamilyPolicy="RequireDualStack"))
    assert (
        'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured '
        "for dual-stack services" in str(refused)
    )
    refused = desk.refused("create", "services", service(ipFamilies=["IPv6"]))
    assert 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster' in str(
        refused
    )
    preferred = desk.create(service(ipFamilyPolicy="PreferDualStack"))
    assert preferred.spec.ip_families == ("IPv4",)
    assert len(preferred.spec.cluster_ips) == 1


def test_endpoints_by_hand_may_be_of_both_families(desk: Desk) -> None:
    both = {"ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "RequireDualStack"}
    made = desk.create(service(clusterIP="None", selector=None, **both))
    assert made.spec.ip_families == ("IPv4", "IPv6")


def test_a_balancers_address_is_a_virtual_one_unless_its_cloud_says_otherwise(desk: Desk) -> None:
    desk.create(service("web", type="LoadBalancer"))
    status = {"status": {"loadBalancer": {"ingress": [{"ip": "198.18.9.9"}]}}}
    ingress = desk.patch("services/web", status, subresource="status").status.load_balancer.ingress
    assert (ingress[0].ip, ingress[0].ip_mode) == ("198.18.9.9", "VIP")
