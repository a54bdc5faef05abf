"""Policies that stand in the way of requests, and the way in by host and path."""

from __future__ import annotations

from typing import Any

from kubelite import Cluster
from tests.cluster.manifests import Manifest, pod, service
from tests.manifests import deployment

HTTP = [{"name": "http", "port": 80, "targetPort": 8080}]


def policy(name: str, **spec: Any) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name},
        "spec": {"podSelector": {}, **spec},
    }


def labelled(name: str, **labels: str) -> Manifest:
    return pod(name) | {"metadata": {"name": name, "labels": labels}}


def shop() -> Cluster:
    """The shop, and two pods that want something of it."""
    cluster = Cluster()
    cluster.apply([deployment("web", 3), service(ports=HTTP)])
    cluster.apply([labelled("friend", role="friend"), labelled("stranger")])
    cluster.run_until("pods ready")
    cluster.run(3)
    return cluster


def test_a_policy_refuses_and_the_answer_says_which() -> None:
    cluster = shop()
    allow = {"from": [{"podSelector": {"matchLabels": {"role": "friend"}}}]}
    cluster.apply(
        policy("only-friends", podSelector={"matchLabels": {"app": "web"}}, ingress=[allow])
    )
    cluster.run(1)
    assert cluster.request("web", from_pod="friend").ok
    refused = cluster.request("web", from_pod="stranger")
    assert (refused.error, refused.pod) == ("i/o timeout", "")
    assert refused.latency_ms > 5_000
    assert refused.policy.startswith("ingress of pod default/web-")
    assert refused.policy.endswith("no rule of networkpolicy/only-friends allows it")
    cluster.patch("pod/stranger", {"metadata": {"labels": {"role": "friend"}}})
    assert cluster.request("web", from_pod="stranger").ok
    cluster.delete("networkpolicy/only-friends")
    cluster.run(1)
    assert cluster.request("web", node="node-1").ok


def test_a_pods_own_node_is_never_refused() -> None:
    cluster = shop()
    cluster.apply(policy("deny", policyTypes=["Ingress"]))
    cluster.run(1)
    for web in cluster.get("pods", selector="app=web"):
        for name in cluster.workers:
            answer = cluster.request(f"{web.status.pod_ip}:8080", node=name)
            assert answer.ok is (name == web.spec.node_name)


def test_who_forbids_all_ways_out_forbids_dns() -> None:
    cluster = shop()
    role = {"matchLabels": {"role": "friend"}}
    to_web = {"to": [{"podSelector": {"matchLabels": {"app": "web"}}}]}
    closed = policy("closed", podSelector=role, policyTypes=["Egress"], egress=[to_web])
    cluster.apply(closed)
    cluster.run(1)
    by_name = cluster.request("web", from_pod="friend")
    assert by_name.error.startswith("lookup web on 10.96.0.10:53: i/o timeout")
    address = cluster.get("service/web").spec.cluster_ip
    assert cluster.request(address, from_pod="friend").ok, "the pods behind it are allowed"
    names = {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}
    peer = {"namespaceSelector": names, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    to_dns = {"to": [peer], "ports": [{"protocol": "UDP", "port": 53}]}
    cluster.apply(
        policy("closed", podSelector=role, policyTypes=["Egress"], egress=[to_web, to_dns])
    )
    cluster.run(1)
    assert cluster.request("web", from_pod="friend").ok


def test_a_policy_counts_for_new_connections() -> None:
    cluster = shop()
    line = cluster.connect("web", from_pod="stranger")
    assert line.request().ok
    cluster.apply(policy("deny", policyTypes=["Ingress"]))
    cluster.run(1)
    assert line.request().ok
    assert not cluster.request("web", from_pod="stranger").ok


def test_behind_a_node_port_a_policy_sees_the_node() -> None:
    cluster = shop()
    cluster.patch("service/web", {"spec": {"type": "NodePort"}})
    nobody = {"from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}
    cluster.apply(policy("guests", podSelector={"matchLabels": {"app": "web"}}, ingress=[nobody]))
    cluster.run(1)
    port = cluster.get("service/web").spec.ports[0].node_port
    cluster.scale("deployment/web", 1)
    cluster.run(20)
    home = cluster.get("pods", selector="app=web")[0].spec.node_name
    worker = next(w for name, w in cluster.workers.items() if name != home)
    assert cluster.request(f"{worker.address}:{port}").policy
    cluster.patch("service/web", {"spec": {"externalTrafficPolicy": "Local"}})
    cluster.run(1)
    assert cluster.request(f"{cluster.workers[home].address}:{port}").ok


def ingress(**spec: Any) -> Manifest:
    backend = {"service": {"name": "web", "port": {"name": "http"}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rules = [{"host": "shop.example.com", "http": {"paths": [path]}}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "shop"},
        "spec": {"ingressClassName": "nginx", "rules": rules, **spec},
    }


def test_an_ingress_leads_a_host_to_a_service() -> None:
    cluster = shop()
    cluster.apply(ingress())
    cluster.run(1)
    assert "198.18.0.2" in str(cluster.get("ingresses"))
    assert [(e.reason, e.message) for e in cluster.events("ingress/shop")] == [
        ("Sync", "Scheduled for sync")
    ]
    answer = cluster.request("http://shop.example.com/products")
    assert (answer.status, answer.path, answer.via) == (200, "/products", "ingress shop")
    assert (answer.address, answer.client) == ("198.18.0.2:80", "198.18.0.2")
    assert answer.pod in cluster.get("pods", selector="app=web").names
    assert cluster.request("198.18.0.2", host="shop.example.com").ok
    assert cluster.request("198.18.0.2", host="other.example.com").status == 404


def test_an_ingress_answers_for_pods_that_cannot() -> None:
    cluster = shop()
    cluster.apply(ingress())
    cluster.run(1)
    cluster.scale("deployment/web", 0)
    cluster.run(30)
    assert cluster.request("http://shop.example.com/").status == 503
    slow = deployment("web", 1, env={"HANG_AFTER_SECONDS": "8"})
    slow["spec"]["template"]["spec"]["containers"][0]["readinessProbe"] = None
    cluster.apply(slow)
    cluster.run(30)
    assert cluster.request("http://shop.example.com/").status == 504


def test_another_controllers_ingress_is_left_alone() -> None:
    cluster = shop()
    cluster.apply(ingress(ingressClassName="other"))
    cluster.run(1)
    assert cluster.get("ingress/shop").status.load_balancer.ingress == ()
    assert "no such host" in cluster.request("http://shop.example.com/").error


def test_policies_know_the_ingress_controller_by_its_labels() -> None:
    cluster = shop()
    cluster.apply(ingress())
    web = {"matchLabels": {"app": "web"}}
    cluster.apply(policy("deny", podSelector=web, policyTypes=["Ingress"]))
    cluster.run(1)
    assert cluster.request("http://shop.example.com/").status == 504
    names = {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}
    allow = {"from": [{"namespaceSelector": names}]}
    cluster.apply(policy("allow", podSelector=web, ingress=[allow]))
    cluster.run(1)
    assert cluster.request("http://shop.example.com/").ok
