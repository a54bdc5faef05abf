"""Pods, nodes and the world outside ask for each other: names, addresses, ways in."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.core_v1 import LoadBalancerIngress
from kubelite.apimachinery.struct import replace
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.cloudservice import CloudError, CloudServiceController, SimulatedCloud
from tests.cluster.manifests import pod, service
from tests.manifests import deployment

HTTP = [{"name": "http", "port": 80, "targetPort": 8080}]


def shop(cluster: Cluster, replicas: int = 3, **spec: Any) -> None:
    """The shop behind a Service called web, and a pod called client; all ready."""
    cluster.apply([deployment("web", replicas), service(ports=HTTP, **spec)])
    client = pod("client")
    client["metadata"]["labels"] = {"app": "client"}
    cluster.apply(client)
    cluster.run_until("deployment/web ready")
    cluster.run_until("pod/client ready")
    cluster.run(8)


# Names


def test_a_pod_asks_for_a_service_by_its_short_name() -> None:
    cluster = Cluster()
    shop(cluster)
    address = cluster.get("service/web").spec.cluster_ip
    found = cluster.resolve("web", from_pod="pod/client")
    assert (found.addresses, found.full_name) == ((address,), "web.default.svc.cluster.local")
    assert len(found.steps) == 1
    far = cluster.resolve("web.default.svc.cluster.local", from_pod="client")
    assert [step.code for step in far.steps] == ["NXDOMAIN"] * 3 + ["NOERROR"]
    assert "4. web.default.svc.cluster.local. A: NOERROR A " + address in str(far)


def test_a_pod_talks_to_a_service_by_name() -> None:
    cluster = Cluster()
    shop(cluster)
    answer = cluster.request("web.default.svc.cluster.local", from_pod="pod/client")
    assert answer.ok
    assert answer.resolution is not None and len(answer.resolution.steps) == 4
    assert answer.address == cluster.get("service/web").spec.cluster_ip + ":80"
    assert (answer.service, answer.via) == ("web", "ClusterIP")
    assert answer.client == cluster.get("pod/client").status.pod_ip
    assert answer.backend == cluster.get("pod", answer.pod).status.pod_ip + ":8080"
    assert cluster.request("http://web/products", from_pod="client").path == "/products"
    assert cluster.request("web", from_pod="client", port="http").ok
    lost = cluster.request("nobody", from_pod="client")
    assert lost.error == "lookup nobody on 10.96.0.10:53: no such host"
    assert lost.latency_ms > 20, "the last candidate was asked of the internet"


def test_srv_names_of_a_headless_service_lead_to_each_pod() -> None:
    cluster = Cluster()
    shop(cluster, clusterIP="None")
    found = cluster.resolve("_http._tcp.web.default.svc.cluster.local.", type="SRV")
    targets = sorted(record.data for record in found.answers)
    dashed = sorted(
        p.status.pod_ip.replace(".", "-") + ".web.default.svc.cluster.local"
        for p in cluster.get("pods")
        if p.metadata.name != "client"
    )
    assert targets == dashed
    assert {record.port for record in found.answers} == {8080}
    counts = Counter(cluster.request("web", from_pod="client").pod for _ in range(60))
    assert len(counts) == 3, "DNS deals the pods out"
    assert cluster.request("web", from_pod="client").via == "pod"


def test_a_pod_with_hostname_and_subdomain_has_a_name() -> None:
    cluster = Cluster()
    cluster.apply([service(clusterIP="None"), pod("one", hostname="db-0", subdomain="web")])
    cluster.run(20)
    found = cluster.resolve("db-0.web")
    assert found.addresses == (cluster.get("pod/one").status.pod_ip,)
    assert not cluster.resolve("db-1.web").ok


def test_pods_that_are_not_ready_have_names_only_if_the_service_says_so() -> None:
    probe = {"readinessProbe": {"exec": {"command": ["false"]}}}
    for publish in (False, True):
        cluster = Cluster(nodes=1)
        headless = service(clusterIP="None", publishNotReadyAddresses=publish)
        cluster.apply([headless, pod("one", container=probe)])
        cluster.run(20)
        assert cluster.resolve("web").ok is publish


def test_an_external_name_leads_outside() -> None:
    cluster = Cluster()
    shop(cluster)
    cluster.outside_name("db.example.com", "203.0.113.50")
    alias = service(type="ExternalName", externalName="db.example.com", selector={}, ports=[])
    cluster.apply(alias | {"metadata": {"name": "db"}})
    cluster.run(1)
    found = cluster.resolve("db")
    assert [(r.type, r.data) for r in found.answers] == [
        ("CNAME", "db.example.com"),
        ("A", "203.0.113.50"),
    ]
    answer = cluster.request("db", from_pod="client")
    assert (answer.status, answer.via) == (200, "outside")
    assert cluster.request("db").ok, "and for the learner as for any pod"


def test_outside_nobody_knows_the_names_of_the_cluster() -> None:
    cluster = Cluster()
    shop(cluster)
    other = pod("other", dnsPolicy="Default")
    other["metadata"]["labels"] = {}
    cluster.apply(other)
    cluster.run_until("pod/other ready")
    assert "no such host" in cluster.request("web", from_pod="other").error


# Sessions and connections


def test_a_client_with_session_affinity_stays_with_its_pod() -> None:
    cluster = Cluster()
    shop(cluster, sessionAffinity="ClientIP")
    first = cluster.request("web", from_pod="client").pod
    assert {cluster.request("web", from_pod="client").pod for _ in range(30)} == {first}
    cluster.delete(f"pod/{first}")
    cluster.run(30)
    second = cluster.request("web", from_pod="client").pod
    assert second not in ("", first)
    cluster.run(10_700)
    assert cluster.request("web", from_pod="client").pod == second, "each use renews it"
    cluster.run(10_700)
    assert cluster.request("web", from_pod="client").pod == second
    later = set()
    for _ in range(8):
        cluster.run(10_801)
        later.add(cluster.request("web", from_pod="client").pod)
    assert len(later) > 1, "after three hours it is drawn anew"


def test_a_kept_connection_stays_with_its_pod_whatever_is_added() -> None:
    cluster = Cluster()
    shop(cluster, replicas=1)
    lines = [cluster.connect("web", from_pod="client") for _ in range(10)]
    (only,) = {line.request().pod for line in lines}
    cluster.scale("deployment/web", 4)
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    answers = [line.request() for line in lines]
    assert {answer.pod for answer in answers} == {only}, "new pods get nothing"
    assert all(answer.reused for answer in answers)
    cluster.delete(f"pod/{only}", grace_period_seconds=0)
    cluster.run(10)
    broken = [line.request() for line in lines]
    assert not any(answer.ok for answer in broken)
    assert {line.pod for line in lines} == {""}
    assert all(line.request().ok for line in lines), "they are opened anew"
    assert len({line.pod for line in lines}) > 1


def test_a_connection_does_not_end_up_at_whoever_has_the_address_next() -> None:
    cluster = Cluster(nodes=1)
    shop(cluster, replicas=1)
    line = cluster.connect("web", from_pod="client")
    assert line.request().ok
    assert line.route is not None and line.route.backend is not None
    stranger = line.route.backend._replace(pod="somebody-long-gone")
    line.route = line.route._replace(backend=stranger)
    assert line.request().error == "read: connection reset by peer"
    assert line.request().ok


# From outside


def node_ip(cluster: Cluster, name: str) -> str:
    addresses = cluster.get(f"node/{name}").status.addresses
    return next(a.address for a in addresses if a.type == "InternalIP")


def test_a_node_port_is_open_on_every_node() -> None:
    cluster = Cluster()
    shop(cluster, replicas=1, type="NodePort")
    port = cluster.get("service/web").spec.ports[0].node_port
    for name in cluster.workers:
        answer = cluster.request(f"{node_ip(cluster, name)}:{port}")
        assert answer.ok
        assert answer.via == f"NodePort {name}"
        assert answer.client == node_ip(cluster, name), "the node stands in for the client"
    refused = cluster.request(f"{node_ip(cluster, 'node-1')}:30999")
    assert refused.error == "connect: connection refused"
    assert cluster.request(cluster.get("service/web").spec.cluster_ip).error == "i/o timeout"


def test_external_traffic_policy_local_keeps_the_client_and_stays_on_the_node() -> None:
    cluster = Cluster()
    shop(cluster, replicas=1, type="NodePort", externalTrafficPolicy="Local")
    port = cluster.get("service/web").spec.ports[0].node_port
    home = next(p.spec.node_name for p in cluster.get("pods", selector="app=web"))
    for name in cluster.workers:
        answer = cluster.request(f"{node_ip(cluster, name)}:{port}", client="198.51.100.9")
        if name == home:
            assert (answer.ok, answer.client) == (True, "198.51.100.9")
        else:
            assert answer.error == "i/o timeout"
        inside = cluster.request(f"{node_ip(cluster, name)}:{port}", from_pod="client")
        assert inside.ok, "pods may use any endpoint"


def test_internal_traffic_policy_local_stays_on_the_clients_node() -> None:
    cluster = Cluster()
    shop(cluster, replicas=1, internalTrafficPolicy="Local")
    home = next(p.spec.node_name for p in cluster.get("pods", selector="app=web"))
    for name in cluster.workers:
        answer = cluster.request("web", node=name)
        assert answer.ok is (name == home)
        assert answer.error == ("" if name == home else "i/o timeout")


def test_a_load_balancer_comes_after_a_few_seconds() -> None:
    cluster = Cluster()
    cluster.apply([deployment("web", 3), service(ports=HTTP, type="LoadBalancer")])
    cluster.run(4)
    assert cluster.get("service/web").status.load_balancer.ingress == ()
    cluster.run(20)
    (point,) = cluster.get("service/web").status.load_balancer.ingress
    assert (point.ip, point.ip_mode) == ("198.18.1.1", "VIP")
    finalizers = cluster.get("service/web").metadata.finalizers
    assert finalizers == ("service.kubernetes.io/load-balancer-cleanup",)
    assert [(e.reason, e.message) for e in cluster.events("service/web")] == [
        ("EnsuringLoadBalancer", "Ensuring load balancer"),
        ("EnsuredLoadBalancer", "Ensured load balancer"),
    ]
    answers = [cluster.request(point.ip) for _ in range(30)]
    assert all(answer.ok for answer in answers)
    assert len({answer.via for answer in answers}) == 3, "it deals out among the nodes"
    cluster.kill_node("node-1")
    assert "LoadBalancer node-1" not in {cluster.request(point.ip).via for _ in range(20)}
    cluster.delete("service/web")
    cluster.run(5)
    assert cluster.get("services").names == ["kubernetes"]
    assert [e.reason for e in cluster.events("service/web")][2:] == [
        "DeletingLoadBalancer",
        "DeletedLoadBalancer",
    ]


def test_a_load_balancer_asks_the_health_check_when_the_policy_is_local() -> None:
    cluster = Cluster()
    shop(cluster, replicas=1, type="LoadBalancer", externalTrafficPolicy="Local")
    home = next(p.spec.node_name for p in cluster.get("pods", selector="app=web"))
    (point,) = cluster.get("service/web").status.load_balancer.ingress
    answers = [cluster.request(point.ip) for _ in range(10)]
    assert {(a.ok, a.via, a.client) for a in answers} == {
        (True, f"LoadBalancer {home}", "203.0.113.7")
    }


def test_a_load_balancer_is_told_of_other_nodes() -> None:
    cluster = Cluster(nodes=2)
    shop(cluster, type="LoadBalancer")

    def told() -> int:
        events = [e for e in cluster.events("service/web") if e.reason == "UpdatedLoadBalancer"]
        assert {e.message for e in events} <= {"Updated load balancer with new hosts"}
        return sum(e.count for e in events)

    cluster.add_node()
    cluster.run(30)
    assert told() == 1
    cluster.kill_node("node-1")
    cluster.run(60)
    assert told() == 1, "it asks the nodes itself, and knows who is not ready"
    for value in ("true", "false"):
        label = {"node.kubernetes.io/exclude-from-external-load-balancers": value}
        cluster.patch("node/node-2", {"metadata": {"labels": label}})
        cluster.run(1)
    assert told() == 3


def test_a_namespace_takes_its_ways_in_along() -> None:
    cluster = Cluster()
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    cluster.apply(policy | {"metadata": {"name": "deny"}, "spec": {}}, namespace="shop")
    cluster.apply(service(type="LoadBalancer"), namespace="shop")
    cluster.run(10)
    cluster.delete("namespace/shop")
    cluster.run(60)
    assert "shop" not in cluster.get("namespaces").names


def test_source_ranges_keep_strangers_away() -> None:
    cluster = Cluster()
    shop(cluster, type="LoadBalancer", loadBalancerSourceRanges=["198.51.100.0/24"])
    (point,) = cluster.get("service/web").status.load_balancer.ingress
    assert cluster.request(point.ip, client="198.51.100.4").ok
    assert cluster.request(point.ip).error == "i/o timeout"


def test_another_type_takes_the_load_balancer_away() -> None:
    cluster = Cluster()
    shop(cluster, type="LoadBalancer")
    cluster.patch("service/web", {"spec": {"type": "ClusterIP"}})
    cluster.run(5)
    found = cluster.get("service/web")
    assert found.metadata.finalizers == ()
    assert found.status.load_balancer.ingress == ()


class Named(SimulatedCloud):
    """A cloud that gives names instead of addresses."""

    def ensure(self, service: Any, nodes: Any, others: Any) -> tuple[LoadBalancerIngress, ...]:
        return (LoadBalancerIngress(hostname=f"{service.metadata.name}.lb.example.com"),)


class NamedController(CloudServiceController):
    cloud = Named


def test_a_cloud_of_ones_own() -> None:
    mine = tuple(NamedController if c is CloudServiceController else c for c in CONTROLLERS)
    cluster = Cluster(controllers=mine)
    cluster.apply(service(type="LoadBalancer"))
    cluster.run(10)
    (point,) = cluster.get("service/web").status.load_balancer.ingress
    assert replace(point, ports=()) == LoadBalancerIngress(hostname="web.lb.example.com")


class Sick(SimulatedCloud):
    """A cloud that does nothing just now."""

    well = False

    def ensure(self, *asked: Any) -> tuple[LoadBalancerIngress, ...]:
        if not self.well:
            raise CloudError("quota exceeded")
        return super().ensure(*asked)


class SickController(CloudServiceController):
    cloud = Sick


def test_a_cloud_that_fails_is_asked_again_later_and_later() -> None:
    mine = tuple(SickController if c is CloudServiceController else c for c in CONTROLLERS)
    cluster = Cluster(controllers=mine)
    cluster.apply(service(type="LoadBalancer"))
    cloud = cluster.controllers["service-controller"].provider
    cluster.run(5 + 5 + 10 + 20 + 40 + 1)
    sentence = "Error syncing load balancer: failed to ensure load balancer: quota exceeded"
    failed = [(e.reason, e.message, e.count) for e in cluster.events("service/web")][-1]
    assert failed == ("SyncLoadBalancerFailed", sentence, 5)
    cloud.well = True
    cluster.run(78)
    assert not cluster.get("service/web").status.load_balancer.ingress
    cluster.run(3)
    assert cluster.get("service/web").status.load_balancer.ingress
    cloud.well = False
    excluded = {"node.kubernetes.io/exclude-from-external-load-balancers": ""}
    cluster.patch("node/node-3", {"metadata": {"labels": excluded}})
    cluster.run(1)
    told = {e.reason: e.message for e in cluster.events("service/web")}
    assert told["UpdateLoadBalancerFailed"] == (
        "Error updating load balancer with new hosts [node-1 node-2] [node names limited, "
        "total number of nodes: 2], error: quota exceeded"
    )
    cloud.well = True
    cluster.run(10)
    assert {e.reason: e.count for e in cluster.events("service/web")} == {
        "UpdateLoadBalancerFailed": 1,
        "SyncLoadBalancerFailed": 6,
        "EnsuringLoadBalancer": 8,
        "EnsuredLoadBalancer": 2,
    }


@pytest.mark.parametrize("target", ["web", "10.96.0.1"])
def test_who_has_no_address_cannot_ask(target: str) -> None:
    cluster = Cluster()
    cluster.apply([service(), pod("client")])
    with pytest.raises(ValueError, match="no address yet"):
        cluster.request(target, from_pod="client")
