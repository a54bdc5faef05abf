"""Requests to a Service: who answers, who cannot, and what is written down."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from kubelite import Cluster
from tests.apiserver.conftest import deployment, service

PROBE = {"exec": {"command": ["cat", "/tmp/ready"]}, "periodSeconds": 1}


def shop(replicas: int, **container: Any) -> dict[str, Any]:
    """The shop, with whatever else its container needs."""
    body = deployment("web", replicas)
    main = {"name": "main", "image": "shop:1.0", "ports": [{"containerPort": 8080}], **container}
    body["spec"]["template"]["spec"]["containers"] = [main]
    return body


def env(**variables: object) -> list[dict[str, str]]:
    return [{"name": name, "value": str(value)} for name, value in variables.items()]


def serve(body: dict[str, Any], ready: str = "deployment/web ready") -> Cluster:
    """A cluster of three nodes with the shop and its Service."""
    cluster = Cluster(nodes=3)
    cluster.apply([body, service(port=80, ports=[{"port": 80, "targetPort": 8080}])])
    if ready:
        cluster.run_until(ready)
    cluster.run(3)
    return cluster


def test_an_answer_says_what_it_was_and_who_gave_it() -> None:
    cluster = serve(shop(2, env=env(RESPONSE_MS=20)))
    began = cluster.clock.now
    answer = cluster.request("web", "/cart")
    assert (answer.ok, answer.status) == (True, 200)
    assert answer.body.startswith("1 item in your cart")
    assert answer.pod in cluster.get("pods").names
    assert answer.node == cluster.get("pod", answer.pod).spec.node_name
    assert (answer.when, answer.service, answer.path) == (began, "web", "/cart")
    assert cluster.clock.now - began == round(answer.latency_ms * 1000)
    assert 15 < answer.latency_ms < 30
    missing = cluster.request("service/web", "/nowhere")
    assert (missing.ok, missing.status) == (False, 404)
    assert cluster.traffic.answers == [answer, missing]


def test_each_connection_goes_to_a_pod_at_random() -> None:
    cluster = serve(shop(3))
    counts = Counter(cluster.request("web").pod for _ in range(300))
    assert len(counts) == 3
    assert all(70 < count < 130 for count in counts.values()), counts
    again = serve(shop(3))
    assert [again.request("web").pod for _ in range(20)] == [
        answer.pod for answer in cluster.traffic.answers[:20]
    ]


def test_a_pod_that_is_not_ready_gets_nothing() -> None:
    cluster = serve(shop(3, readinessProbe=PROBE), ready="")
    cluster.run(20)
    assert cluster.request("web").error.startswith("connection refused")
    chosen = cluster.get("pods").names[1]
    cluster.exec(chosen, "touch /tmp/ready")
    cluster.run(5)
    assert {cluster.request("web").pod for _ in range(20)} == {chosen}


def test_without_endpoints_the_connection_is_refused() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(service())
    cluster.run(3)
    answer = cluster.request("web")
    assert (answer.ok, answer.status, answer.pod) == (False, 0, "")
    assert "connection refused" in answer.error
    assert str(answer).startswith("error: connection refused")


def test_a_dead_node_answers_nothing_until_its_pods_are_left_out() -> None:
    cluster = serve(shop(3))
    node = cluster.get("pods")[0].spec.node_name
    cluster.kill_node(node)
    alive = next(name for name in cluster.workers if name != node)
    answers = [cluster.request("web", node=alive) for _ in range(40)]
    lost = [answer for answer in answers if not answer.ok]
    assert {answer.node for answer in lost} == {node}
    assert {answer.error for answer in lost} == {"i/o timeout"}
    assert all(answer.latency_ms > 4_000 for answer in lost)
    cluster.run(60)  # the node's silence has been noticed: its pods are not ready any more
    assert all(cluster.request("web", node=alive).ok for _ in range(20))


def test_pods_that_terminate_still_serve_when_nobody_else_does() -> None:
    cluster = serve(shop(1, lifecycle={"preStop": {"sleep": {"seconds": 20}}}))
    (leaving,) = cluster.get("pods").names
    cluster.scale("deployment/web", 0)
    cluster.run(5)
    assert cluster.request("web").pod == leaving
    cluster.scale("deployment/web", 1)
    cluster.run(8)
    assert cluster.request("web").pod != leaving


def test_a_hanging_pod_times_the_client_out() -> None:
    cluster = serve(shop(1, env=env(HANG_AFTER_SECONDS=8)))
    assert cluster.request("web").ok
    cluster.run(10)
    answer = cluster.request("web")
    assert (answer.ok, answer.error) == (False, "timeout")
    assert answer.latency_ms == pytest.approx(5_000, abs=5)


def test_a_stream_of_requests_is_answered_while_time_passes() -> None:
    cluster = serve(shop(2))
    answers: list[Any] = []
    for number in range(10):
        cluster.clock.after(
            number * 100_000, cluster.send_request, "web", "/products", answers.append
        )
    cluster.run(2)
    assert [answer.status for answer in answers] == [200] * 10
    assert cluster.traffic.answers == answers


def test_nobody_asks_through_a_machine_whose_proxy_has_not_begun() -> None:
    cluster = serve(shop(2))
    cluster.patch("service/web", {"spec": {"type": "LoadBalancer"}})
    cluster.run(10)
    (point,) = cluster.get("service/web").status.load_balancer.ingress
    cluster.add_node()
    answers: list[Any] = []
    for _ in range(20):
        cluster.send_request("web", then=answers.append)
        cluster.send_request(point.ip, then=answers.append)
    cluster.run(1)
    assert [answer.status for answer in answers] == [200] * 40
